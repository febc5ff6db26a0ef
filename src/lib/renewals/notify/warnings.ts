import type { Notice } from "../../model/renewal.ts";
import { dayOf } from "../../model/time.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import { ownerLine, sentenceOf } from "../administrators.ts";
import { oneLine, titleOf, type DueNotice } from "./digest.ts";
import { receives, ownerAddress, type Addressee, type RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import type { Finding } from "../findings.ts";
import type { Recipient } from "./settings.ts";

/** How the record of a notice begins whose mail the server refused for good. */
export const BOUNCED = "bounced: ";

/** Whether a notice was tried on a day, and its recipient refused for good: the same day brings no other answer. */
export const bouncedOn = ({ state, error, at }: Notice, day: string, timezone: string): boolean =>
  state === "failed" && error?.startsWith(BOUNCED) === true && dayOf(at, timezone) === day;

/** Whether the latest mail to somebody was refused for good. */
const lastBounced = (tenants: readonly LoadedTenant[], addressee: Addressee): boolean => {
  const settled = tenants.flatMap((loaded) => loaded.pastOf(addressee)).filter(({ state }) => state !== "sending");
  const latest = settled.reduce((one, other) => (other.at > (one?.at ?? "") ? other : one), settled[0]);
  return latest?.state === "failed" && latest.error?.startsWith(BOUNCED) === true;
};

/** Recipients whose mail comes back, as earlier runs recorded it and as this one learns it. */
export class Bounces {
  readonly #addresses: Set<string>;

  constructor(targets: readonly RecipientItems[], tenants: readonly LoadedTenant[]) {
    const known = targets.filter(({ addressee }) => addressee.way === "mail" && lastBounced(tenants, addressee));
    this.#addresses = new Set(known.map(({ addressee }) => addressee.recipient));
  }

  has({ way, recipient }: Addressee): boolean {
    return way === "mail" && this.#addresses.has(recipient);
  }

  learn({ way, recipient }: Addressee, bounced: boolean): void {
    if (way !== "mail") return;
    if (bounced) this.#addresses.add(recipient);
    else this.#addresses.delete(recipient);
  }

  /** What the others should know. */
  warningsFor({ recipient }: Addressee): readonly Text[] {
    return [...this.#addresses]
      .filter((address) => address !== recipient)
      .map((address) =>
        text(
          `mail to ${address} bounces: this person does not receive the notices`,
          `${address} 宛てのメールが戻ってきています。この宛先に通知が届いていません`,
        ),
      );
  }
}

/** A line to type, for one tenant: a message is read anywhere. */
const inTenant = (line: string, context: string): string => `${line} --context ${context}`;

/** Warns of an owner who is no longer a user of the tenant. */
export const ownerWarning = async (loaded: LoadedTenant, due: DueNotice): Promise<Text | undefined> => {
  const address = ownerAddress(due.item);
  if (address === undefined || !(await loaded.isGone(address))) return undefined;
  const { en, ja } = titleOf(due.item);
  const line = inTenant(ownerLine(due.item), due.context);
  return text(
    `${address}, the owner of ${en}, is no longer a user of ${due.context}; to change it: ${line}`,
    `${ja}の更新担当 ${address} は、${due.context} のユーザーに見つかりません(退職・異動の可能性)。対処: ${line}`,
  );
};

/** A finding as one line about its tenant. */
const told = (finding: Finding, context: string): Text => {
  const { en, ja } = sentenceOf(finding);
  return text(`${context}: ${inTenant(oneLine(en), context)}`, `${context}: ${inTenant(oneLine(ja), context)}`);
};

/** What nobody should wait for until something is due: each finding that is critical. */
export const criticalWarnings = async (tenants: readonly LoadedTenant[]): Promise<readonly Text[]> => {
  const warnings: Text[] = [];
  for (const loaded of tenants) {
    const critical = (await loaded.findings()).filter(({ level }) => level === "critical");
    warnings.push(...critical.map((finding) => told(finding, loaded.tenant.context)));
  }
  return warnings;
};

/** Whether somebody is told of more of a tenant than of what is theirs. */
const hearsOf = ({ contexts, kinds }: Recipient, context: string): boolean =>
  kinds?.length !== 0 && (contexts?.includes(context) ?? true);

/**
 * Warns one recipient of who does not hear of the renewals of tenants: administrators, by the rule of `renewals check`, and
 * recipients whose address is that of a user who left. Who is told of his own alone hears nothing of it.
 */
export const hearingWarnings = async (
  tenants: readonly LoadedTenant[],
  recipient: Recipient,
  all: readonly Recipient[],
): Promise<readonly Text[]> => {
  const warnings: Text[] = [];
  for (const loaded of tenants.filter(({ tenant }) => hearsOf(recipient, tenant.context))) {
    const { context } = loaded.tenant;
    for (const finding of await loaded.findings()) warnings.push(told(finding, context));
    for (const other of all) {
      if (other.way !== "mail" || !hearsOf(other, context)) continue;
      const left = await loaded.recipientLeft(other.address);
      if (left !== undefined) warnings.push(told(left, context));
    }
  }
  return warnings;
};

/** Warns that the file and the record of an item have different dates. */
export const dateRemark = ({ item }: DueNotice): Text | undefined => {
  const { remark } = item;
  if (remark === undefined || remark === null) return undefined;
  return joined([titleOf(item), text(oneLine(remark.en), oneLine(remark.ja))], same(": "));
};

/** Warns of items without a date, for everybody or for one recipient: no notice is ever sent for them. */
export const undatedWarnings = (tenants: readonly LoadedTenant[], recipient?: Recipient): readonly Text[] =>
  tenants.flatMap(({ tenant: { context }, undated }) =>
    undated
      .filter((item) => recipient === undefined || receives(recipient, context, item))
      .map((item) => {
        const { en, ja } = titleOf(item);
        return text(
          `${en} (${context}) has no expiry date, so no notice will be sent`,
          `${ja}(${context})は期限が登録されていないため、期限が近づいても通知できません`,
        );
      }),
  );
