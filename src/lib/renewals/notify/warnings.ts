import { text, type Text } from "../../text/index.ts";
import { oneLine, titleOf, type DueNotice } from "./digest.ts";
import { receives, ownerAddress, type Addressee, type RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import type { Recipient } from "./settings.ts";

/** How the record of a notice begins whose mail the server refused for good. */
export const BOUNCED = "bounced: ";

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
          `mail to ${address} comes back: the notices do not reach this person`,
          `${address} 宛てのメールは届かず戻ってきています。通知が担当者に届いていません`,
        ),
      );
  }
}

/** What is to be known of the person behind a thing: an owner who is no user of the tenant any more. */
export const ownerWarning = async (loaded: LoadedTenant, due: DueNotice): Promise<Text | undefined> => {
  const address = ownerAddress(due.item);
  if (address === undefined || !(await loaded.isGone(address))) return undefined;
  const [en, ja] = [titleOf(due, "en"), titleOf(due, "ja")];
  return text(
    `${address}, the owner of ${en}, is no user of ${due.context} any more`,
    `${ja}の担当 ${address} は、${due.context} のユーザーに見つかりません(退職・異動の可能性)`,
  );
};

/** What is to be known of a thing's date: that its file and its record disagree. */
export const dateRemark = (due: DueNotice): Text | undefined => {
  const { remark } = due.item;
  if (remark === undefined || remark === null) return undefined;
  return text(`${titleOf(due, "en")}: ${oneLine(remark.en)}`, `${titleOf(due, "ja")}: ${oneLine(remark.ja)}`);
};

/** What has no date, for everybody or for one recipient: no stage ever tells of it. */
export const undatedWarnings = (tenants: readonly LoadedTenant[], recipient?: Recipient): readonly Text[] =>
  tenants.flatMap(({ tenant: { context }, undated }) =>
    undated
      .filter((item) => recipient === undefined || receives(recipient, context, item))
      .map((item) => {
        const [en, ja] = [titleOf({ item }, "en"), titleOf({ item }, "ja")];
        return text(
          `no date is known of ${en} (${context}): nobody will be told when it expires`,
          `${ja}(${context})の期限が登録されていないため、期限が近づいても通知できません`,
        );
      }),
  );
