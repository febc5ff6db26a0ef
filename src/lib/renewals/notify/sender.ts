import type { Notice } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import { type Message, messageOf } from "./message.ts";
import type { Digest, DueNotice } from "./digest.ts";
import { BOUNCED, dateRemark, hearingWarnings, ownerWarning, undatedWarnings, type Bounces } from "./warnings.ts";
import type { Delivery } from "./outcome.ts";
import type { PendingNotice, RecipientWork } from "./pending.ts";
import type { RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import type { NotifySettings, Recipient } from "./settings.ts";

/** Brings a message to a recipient; it resolves in a time that is bounded, whatever the other side does. */
export type Deliver = (recipient: Recipient, message: Message, digest: Digest) => Promise<Delivery>;

/** What context recipients needs. */
export interface SendContext {
  readonly deliver: Deliver;
  /** writes a warning to stderr */
  readonly warn: (line: Text) => Promise<void>;
  readonly bounces: Bounces;
  readonly tenants: readonly LoadedTenant[];
  readonly settings: Pick<NotifySettings, "recipients">;
  /** the tenants' names matter */
  readonly severalContexts: boolean;
}

/** One stage of one thing to one recipient, and what became of it. */
export interface NoticeRow {
  readonly due: DueNotice;
  readonly recipient: Recipient;
  /** `busy`: another process is sending it; a later run takes up what that leaves */
  readonly outcome: "due" | "sent" | "failed" | "busy";
  readonly reason?: Text | undefined;
}

interface ClaimedNotice extends PendingNotice {
  readonly notice: Notice;
}

/**
 * Begins notices, one after the other; what another process has sent meanwhile is left out. Nothing is begun while another
 * process is sending the first: it is notifying this recipient right now, and a later run takes up what it leaves.
 */
const claimAll = async (wanted: readonly PendingNotice[]): Promise<readonly ClaimedNotice[] | undefined> => {
  const all: ClaimedNotice[] = [];
  for (const pending of wanted) {
    const { claimed, notice } = await pending.loaded.tenant.client.renewals.claimNotice(pending.key);
    if (claimed) all.push({ ...pending, notice });
    else if (all.length === 0 && notice.state === "sending") return undefined;
  }
  return all;
};

/** The notice begun first comes first: its Message-ID is the digest's, also when a later run sends the digest again. */
const byBeginning = ({ notice: one }: ClaimedNotice, { notice: other }: ClaimedNotice): number =>
  one.id < other.id ? -1 : 1;

const settle = async ({ loaded, notice, due }: ClaimedNotice, delivery: Delivery | undefined): Promise<void> => {
  const { renewals } = loaded.tenant.client;
  if (due === undefined || delivery === undefined) {
    await renewals.settleNotice(notice.id, { state: "failed", error: "a later stage took its place" });
  } else if (delivery.sent) {
    await renewals.settleNotice(notice.id, { state: "sent", error: null });
  } else {
    const error = `${delivery.bounced ? BOUNCED : ""}${delivery.reason.en}`;
    await renewals.settleNotice(notice.id, { state: "failed", error: error.slice(0, 2000) });
  }
};

/** That a recipient was not, or cannot be, notified, and why. */
export const notNotified = ({ name }: Recipient, { en, ja }: Text): Text =>
  text(`could not notify ${name}: ${en}`, `${name} に通知できませんでした: ${ja}`);

const dueNoticesOf = (pending: readonly PendingNotice[]): readonly DueNotice[] =>
  pending.flatMap(({ due }) => due ?? []);

/** Sends notices to one recipient after the other, each a digest of all that is due. */
export class NoticeSender {
  readonly #context: SendContext;
  /** what stderr has seen */
  readonly #warned = new Set<string>();

  constructor(context: SendContext) {
    this.#context = context;
  }

  /** First sends what a killed run left, as the very same message; then what is new, in a message of its own. */
  async send(target: RecipientItems, { unfinished, fresh }: RecipientWork): Promise<readonly NoticeRow[]> {
    const again = (await this.#tellTogether(target, unfinished)) ?? (await this.#leave(target, unfinished));
    if (again.some(({ outcome }) => outcome !== "sent")) return [...again, ...busyRows(target, fresh)];
    return [...again, ...((await this.#tellTogether(target, fresh)) ?? (await this.#leave(target, fresh)))];
  }

  /** Claims before and settles after; undefined where another process has these notices. */
  async #tellTogether(
    target: RecipientItems,
    pending: readonly PendingNotice[],
  ): Promise<readonly NoticeRow[] | undefined> {
    if (pending.length === 0) return [];
    const claimed = await claimAll(pending);
    if (claimed === undefined) return undefined;
    const [leader, ...others] = claimed.toSorted(byBeginning);
    if (leader === undefined) return [];
    const due = dueNoticesOf(claimed);
    const delivery = due.length === 0 ? undefined : await this.#deliver(target, leader.notice.messageId, claimed);
    // the leader last: while anything is undecided, its Message-ID can be found again
    for (const one of [...others, leader]) await settle(one, delivery);
    if (delivery === undefined) return [];
    const { recipient, addressee } = target;
    const { bounces, warn } = this.#context;
    bounces.learn(addressee, !delivery.sent && delivery.bounced);
    if (delivery.sent) return due.map((one) => ({ due: one, recipient, outcome: "sent" }));
    const { reason } = delivery;
    await warn(notNotified(recipient, reason));
    return due.map((one) => ({ due: one, recipient, outcome: "failed", reason }));
  }

  async #deliver(
    { recipient, addressee }: RecipientItems,
    messageId: string,
    claimed: readonly ClaimedNotice[],
  ): Promise<Delivery> {
    const { deliver, bounces, tenants, severalContexts } = this.#context;
    const warnings = [
      ...(await this.itemWarnings(claimed)),
      ...bounces.warningsFor(addressee),
      ...undatedWarnings(tenants, recipient),
      ...(await this.hearingWarnings(recipient, claimed)),
    ];
    const due = dueNoticesOf(claimed);
    const digest = { due, warnings, language: recipient.language, severalContexts, messageId };
    return deliver(recipient, await messageOf(digest, { attach: recipient.way === "mail" }), digest);
  }

  /** Owners who are gone, and dates that differ between file and record; each is warned of once on stderr. */
  async itemWarnings(pending: readonly PendingNotice[]): Promise<readonly Text[]> {
    const warnings: Text[] = [];
    for (const { loaded, due } of pending) {
      if (due === undefined) continue;
      warnings.push(...[await ownerWarning(loaded, due), dateRemark(due)].filter((one) => one !== undefined));
    }
    for (const warning of warnings) await this.#warnOnce(warning);
    return warnings;
  }

  /** Who does not hear of the renewals of the tenants that a message is about; each is warned of once on stderr. */
  async hearingWarnings(recipient: Recipient, pending: readonly PendingNotice[]): Promise<readonly Text[]> {
    const concerned = new Set(pending.flatMap(({ loaded, due }) => (due === undefined ? [] : [loaded])));
    const warnings = await hearingWarnings([...concerned], recipient, this.#context.settings.recipients);
    for (const warning of warnings) await this.#warnOnce(warning);
    return warnings;
  }

  async #warnOnce(warning: Text): Promise<void> {
    if (this.#warned.has(warning.en)) return;
    this.#warned.add(warning.en);
    await this.#context.warn(warning);
  }

  /** Leaves notices to the process that is sending them. */
  async #leave(target: RecipientItems, pending: readonly PendingNotice[]): Promise<readonly NoticeRow[]> {
    const { name } = target.recipient;
    await this.#warnOnce(
      text(
        `another run is notifying ${name}; if it fails, the next run sends what it leaves`,
        `${name} には別の実行が通知中です。失敗した分は次の実行で送信します`,
      ),
    );
    return busyRows(target, pending);
  }
}

/** What is left to another process, or to the next run. */
const busyRows = ({ recipient }: RecipientItems, pending: readonly PendingNotice[]): readonly NoticeRow[] =>
  dueNoticesOf(pending).map((due) => ({ due, recipient, outcome: "busy" }));
