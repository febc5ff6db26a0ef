import type { ReminderRecord } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import { type Message, buildReminderMessage } from "./message.ts";
import type { Digest, DueReminder } from "./digest.ts";
import { findDateWarning, listUndatedWarnings } from "./warnings.ts";
import type { Delivery } from "./outcome.ts";
import type { PendingReminder, RecipientWork } from "./pending-reminders.ts";
import type { RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import type { Recipient } from "./settings.ts";

/** Delivers a message to a recipient. Resolves within a bounded time, even if the other side does not respond. */
export type Deliver = (recipient: Recipient, message: Message, digest: Digest) => Promise<Delivery>;

/** What is needed to send reminders to recipients. */
export interface SendContext {
  readonly deliver: Deliver;
  /** writes a warning to stderr */
  readonly warn: (line: Text) => Promise<void>;
  readonly tenants: readonly LoadedTenant[];
  /** true if reminders must name the tenant */
  readonly severalContexts: boolean;
}

/** One stage of one item for one recipient, and the outcome. */
export interface ReminderRow {
  readonly due: DueReminder;
  readonly recipient: Recipient;
  /** `busy`: another process is sending the reminder; a later run sends it if that process fails */
  readonly outcome: "due" | "sent" | "failed" | "busy";
  readonly reason?: Text | undefined;
}

interface ClaimedReminder extends PendingReminder {
  readonly notice: ReminderRecord;
}

/**
 * Claims reminders one after the other, and leaves out those that another process has sent in the meantime. If another
 * process is sending the first reminder, nothing is claimed: that process is notifying this recipient now, and a later
 * run sends the reminders that it does not send.
 */
const claimReminders = async (wanted: readonly PendingReminder[]): Promise<readonly ClaimedReminder[] | undefined> => {
  const all: ClaimedReminder[] = [];
  for (const pending of wanted) {
    const { claimed, notice } = await pending.loaded.tenant.client.renewals.claimNotice(pending.key);
    if (claimed) all.push({ ...pending, notice });
    else if (all.length === 0 && notice.state === "sending") return undefined;
  }
  return all;
};

/**
 * Compares reminders by the time of their first claim. The digest has the Message-ID of the first reminder, even if a
 * later run sends it again.
 */
const compareByClaimOrder = ({ notice: one }: ClaimedReminder, { notice: other }: ClaimedReminder): number =>
  one.id < other.id ? -1 : 1;

const settleReminder = async (
  { loaded, notice, due }: ClaimedReminder,
  delivery: Delivery | undefined,
): Promise<void> => {
  const { renewals } = loaded.tenant.client;
  if (due === undefined || delivery === undefined) {
    await renewals.settleNotice(notice.id, { state: "failed", error: "a later stage took its place" });
  } else if (delivery.sent) {
    await renewals.settleNotice(notice.id, { state: "sent", error: null });
  } else {
    await renewals.settleNotice(notice.id, { state: "failed", error: delivery.reason.en.slice(0, 2000) });
  }
};

/** Explains why a recipient was not, or cannot be, notified. */
export const describeFailedNotification = ({ name }: Recipient, { en, ja }: Text): Text =>
  text(`could not notify ${name}: ${en}`, `${name} に通知できませんでした: ${ja}`);

const getDueReminders = (pending: readonly PendingReminder[]): readonly DueReminder[] =>
  pending.flatMap(({ due }) => due ?? []);

/** Sends reminders to one recipient after the other. Each message is a digest of everything that is due. */
export class ReminderSender {
  readonly #context: SendContext;
  /** the warnings that were already written to stderr */
  readonly #warned = new Set<string>();

  constructor(context: SendContext) {
    this.#context = context;
  }

  /**
   * First sends the reminders that a killed run left, as exactly the same message; then sends new reminders in another
   * message.
   */
  async send(target: RecipientItems, { unfinished, fresh }: RecipientWork): Promise<readonly ReminderRow[]> {
    const again = (await this.#tellTogether(target, unfinished)) ?? (await this.#leave(target, unfinished));
    if (again.some(({ outcome }) => outcome !== "sent")) return [...again, ...buildBusyRows(target, fresh)];
    return [...again, ...((await this.#tellTogether(target, fresh)) ?? (await this.#leave(target, fresh)))];
  }

  /** Claims reminders, sends them in one message and settles them; undefined if another process is sending them. */
  async #tellTogether(
    target: RecipientItems,
    pending: readonly PendingReminder[],
  ): Promise<readonly ReminderRow[] | undefined> {
    if (pending.length === 0) return [];
    const claimed = await claimReminders(pending);
    if (claimed === undefined) return undefined;
    const [leader, ...others] = claimed.toSorted(compareByClaimOrder);
    if (leader === undefined) return [];
    const due = getDueReminders(claimed);
    const delivery = due.length === 0 ? undefined : await this.#deliver(target, leader.notice.messageId, claimed);
    // the reminder whose Message-ID the message has is settled last: a later run can then still find this ID
    for (const one of [...others, leader]) await settleReminder(one, delivery);
    if (delivery === undefined) return [];
    const { recipient } = target;
    const { warn } = this.#context;
    if (delivery.sent) return due.map((one) => ({ due: one, recipient, outcome: "sent" }));
    const { reason } = delivery;
    await warn(describeFailedNotification(recipient, reason));
    return due.map((one) => ({ due: one, recipient, outcome: "failed", reason }));
  }

  async #deliver(
    { recipient }: RecipientItems,
    messageId: string,
    claimed: readonly ClaimedReminder[],
  ): Promise<Delivery> {
    const { deliver, tenants, severalContexts } = this.#context;
    const warnings = [...(await this.itemWarnings(claimed)), ...listUndatedWarnings(tenants, recipient)];
    const due = getDueReminders(claimed);
    const digest = { due, warnings, language: recipient.language, severalContexts, messageId };
    return deliver(recipient, await buildReminderMessage(digest), digest);
  }

  /** Returns warnings about dates that differ between file and record, each once on stderr. */
  async itemWarnings(pending: readonly PendingReminder[]): Promise<readonly Text[]> {
    const warnings: Text[] = [];
    for (const { due } of pending) {
      const warning = due && findDateWarning(due);
      if (warning !== undefined) warnings.push(warning);
    }
    for (const warning of warnings) await this.#warnOnce(warning);
    return warnings;
  }

  async #warnOnce(warning: Text): Promise<void> {
    if (this.#warned.has(warning.en)) return;
    this.#warned.add(warning.en);
    await this.#context.warn(warning);
  }

  async #leave(target: RecipientItems, pending: readonly PendingReminder[]): Promise<readonly ReminderRow[]> {
    const { name } = target.recipient;
    await this.#warnOnce(
      text(
        `another run is notifying ${name}; the next run sends whatever that run fails to send`,
        `${name} には別の実行が通知中です。失敗した分は次の実行で送信します`,
      ),
    );
    return buildBusyRows(target, pending);
  }
}

const buildBusyRows = ({ recipient }: RecipientItems, pending: readonly PendingReminder[]): readonly ReminderRow[] =>
  getDueReminders(pending).map((due) => ({ due, recipient, outcome: "busy" }));
