import type { ReminderRecord } from "../../model/renewal.ts";
import { dayOf } from "../../model/time.ts";
import { joinTexts, same, text, type Text } from "../../text/index.ts";
import { buildOwnerCommand, renderFinding } from "../administrators.ts";
import { toOneLine, formatItemTitle, type DueReminder } from "./digest.ts";
import { shouldNotify, findOwnerAddress, type Addressee, type RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import type { Finding } from "../findings.ts";
import type { Recipient } from "./settings.ts";

/** The start of the recorded error if a mail server rejected a recipient permanently. */
export const BOUNCE_PREFIX = "bounced: ";

/** Returns true if a recipient was permanently rejected on a day. Another attempt on the same day would fail, too. */
export const hasBouncedOn = ({ state, error, at }: ReminderRecord, day: string, timezone: string): boolean =>
  state === "failed" && error?.startsWith(BOUNCE_PREFIX) === true && dayOf(at, timezone) === day;

/** Returns true if the latest email to a recipient was rejected permanently. */
const hasLatestMailBounced = (tenants: readonly LoadedTenant[], addressee: Addressee): boolean => {
  const settled = tenants.flatMap((loaded) => loaded.pastOf(addressee)).filter(({ state }) => state !== "sending");
  const latest = settled.reduce((one, other) => (other.at > (one?.at ?? "") ? other : one), settled[0]);
  return latest?.state === "failed" && latest.error?.startsWith(BOUNCE_PREFIX) === true;
};

/** Recipients whose emails bounce, according to the records of earlier runs and the results of this run. */
export class Bounces {
  readonly #addresses: Set<string>;

  constructor(targets: readonly RecipientItems[], tenants: readonly LoadedTenant[]) {
    const known = targets.filter(
      ({ addressee }) => addressee.way === "mail" && hasLatestMailBounced(tenants, addressee),
    );
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

  /** Returns warnings for a recipient about the other recipients whose emails bounce. */
  warningsFor({ recipient }: Addressee): readonly Text[] {
    return [...this.#addresses]
      .filter((address) => address !== recipient)
      .map((address) =>
        text(
          `email to ${address} bounces: this recipient does not receive reminders`,
          `${address} 宛てのメールが戻ってきています。この宛先に通知が届いていません`,
        ),
      );
  }
}

export const findOwnerWarning = async (loaded: LoadedTenant, due: DueReminder): Promise<Text | undefined> => {
  const address = findOwnerAddress(due.item);
  if (address === undefined || !(await loaded.isGone(address))) return undefined;
  const { en, ja } = formatItemTitle(due.item);
  const line = buildOwnerCommand(due.item).with("--context", due.context);
  return text(
    `${address}, the owner of ${en}, is no longer a user of ${due.context}; to change the owner: ${line}`,
    `${ja}の更新担当 ${address} は、${due.context} のユーザーに見つかりません(退職・異動の可能性)。更新担当の変更: ${line}`,
  );
};

const describeFinding = (finding: Finding, context: string): Text => {
  const { en, ja } = renderFinding({
    what: finding.what,
    next: { ...finding.next, line: finding.next.line.with("--context", context) },
  });
  return text(`${context}: ${toOneLine(en)}`, `${context}: ${toOneLine(ja)}`);
};

/** Returns a warning for each critical finding. These warnings do not wait until something is due. */
export const listCriticalWarnings = async (tenants: readonly LoadedTenant[]): Promise<readonly Text[]> => {
  const warnings: Text[] = [];
  for (const loaded of tenants) {
    const critical = (await loaded.findings()).filter(({ level }) => level === "critical");
    warnings.push(...critical.map((finding) => describeFinding(finding, loaded.tenant.context)));
  }
  return warnings;
};

/** Returns true if a recipient is notified of a tenant's items in general, and not only of their own items. */
const isRecipientForTenant = ({ contexts, kinds }: Recipient, context: string): boolean =>
  kinds?.length !== 0 && (contexts?.includes(context) ?? true);

/**
 * Returns warnings for one recipient about people who are not notified of the renewals of tenants: administrators, by
 * the rule of `renewals check`, and recipients with the address of a user who has left. A recipient who is notified
 * only of their own items gets no such warnings.
 */
export const findRecipientWarnings = async (
  tenants: readonly LoadedTenant[],
  recipient: Recipient,
  all: readonly Recipient[],
): Promise<readonly Text[]> => {
  const warnings: Text[] = [];
  for (const loaded of tenants.filter(({ tenant }) => isRecipientForTenant(recipient, tenant.context))) {
    const { context } = loaded.tenant;
    for (const finding of await loaded.findings()) warnings.push(describeFinding(finding, context));
    for (const other of all) {
      if (other.way !== "mail" || !isRecipientForTenant(other, context)) continue;
      const left = await loaded.recipientLeft(other.address);
      if (left !== undefined) warnings.push(describeFinding(left, context));
    }
  }
  return warnings;
};

/** Returns a warning if an item has a remark on its date, for example because file and record differ. */
export const findDateWarning = ({ item }: DueReminder): Text | undefined => {
  const { remark } = item;
  if (remark === undefined || remark === null) return undefined;
  return joinTexts([formatItemTitle(item), text(toOneLine(remark.en), toOneLine(remark.ja))], same(": "));
};

/** Returns warnings about items without a date, for everybody or one recipient. Reminders never include such items. */
export const listUndatedWarnings = (tenants: readonly LoadedTenant[], recipient?: Recipient): readonly Text[] =>
  tenants.flatMap(({ tenant: { context }, undated }) =>
    undated
      .filter((item) => recipient === undefined || shouldNotify(recipient, context, item))
      .map((item) => {
        const { en, ja } = formatItemTitle(item);
        return text(
          `${en} (${context}) has no expiry date, so no reminders will be sent`,
          `${ja}(${context})は期限が登録されていないため、期限が近づいても通知できません`,
        );
      }),
  );
