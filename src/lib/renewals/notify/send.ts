import { Failure, ignoreFailure } from "../../errors/index.ts";
import type { ReminderRecord } from "../../nouns/renewal.ts";
import { same, type Text } from "../../text/index.ts";
import { buildReminderMessage, type Message } from "./message.ts";
import { getErrorLabel, type DeliveryFault } from "./outcome.ts";
import { findRecipientReminders, type PendingReminder, type RecipientReminders } from "./pending-reminders.ts";
import { listRecipients } from "./recipients.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";
import { WITHDRAWN, type ReminderTenant } from "./tenant.ts";

/** Resolves within a limited time, even if the server does not respond. */
export type DeliverMessage = (recipient: Recipient, message: Message) => Promise<DeliveryFault>;

export interface ReminderRun {
  readonly tenants: readonly ReminderTenant[];
  readonly settings: NotifySettings;
  readonly now: Date;
  readonly deliver: DeliverMessage;
  readonly signal?: AbortSignal | undefined;
}

export interface FailedDelivery {
  readonly recipient: Recipient;
  readonly tenants: readonly ReminderTenant[];
  readonly reason: Text;
}

/** Claims each reminder first and records its outcome last, so that a killed run can be repeated. */
export const deliverReminders = async (run: ReminderRun): Promise<readonly FailedDelivery[]> => {
  const { tenants, settings, now, deliver, signal } = run;
  const failed: FailedDelivery[] = [];
  for (const { client, mistimed } of tenants)
    for (const { id } of mistimed) await ignoreFailure(() => client.renewals.settleNotice(id, WITHDRAWN));
  for (const recipient of listRecipients(tenants, settings)) {
    signal?.throwIfAborted();
    const work = findRecipientReminders(recipient, tenants, now);
    const told = tenants.filter((one) => [...work.unfinished, ...work.fresh].some(({ tenant }) => tenant === one));
    const faults = new Map<ReminderTenant, Text>();
    const reason = await sendToRecipient(recipient, work, deliver, faults);
    if (reason !== undefined) failed.push({ recipient, tenants: told, reason });
    for (const [tenant, fault] of faults) failed.push({ recipient, tenants: [tenant], reason: fault });
  }
  return failed;
};

/** Returns undefined if the tenant failed, now or before, so that it does not keep back the reminders of the others. */
const attempt = async <T>({ tenant }: PendingReminder, faults: Map<ReminderTenant, Text>, work: () => Promise<T>) => {
  try {
    return faults.has(tenant) ? undefined : await work();
  } catch (error) {
    faults.set(tenant, error instanceof Failure ? error.what : getErrorLabel(error));
    return undefined;
  }
};

/** Sends unfinished reminders before new ones. Stops after a failure. */
async function sendToRecipient(
  recipient: Recipient,
  { unfinished, fresh }: RecipientReminders,
  deliver: DeliverMessage,
  faults: Map<ReminderTenant, Text>,
): Promise<DeliveryFault> {
  for (const pending of [unfinished, fresh]) {
    const claimed = await claimReminders(pending, faults);
    if (claimed === undefined) return undefined;
    const [firstClaimed, ...others] = claimed.toSorted(compareByClaimOrder);
    if (firstClaimed === undefined) continue;
    const due = claimed.flatMap((one) => one.due ?? []);
    const { messageId } = firstClaimed.notice;
    const fault =
      due.length === 0
        ? undefined
        : await deliver(recipient, await buildReminderMessage({ due, language: recipient.language, messageId }));
    // the first reminder is recorded last, so that a later run can find its Message-ID
    await attempt(firstClaimed, faults, async () => {
      for (const one of [...others, firstClaimed]) await settleReminder(one, fault);
    });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

interface ClaimedReminder extends PendingReminder {
  readonly notice: ReminderRecord;
}

/** Returns undefined if another process is sending the first reminder. */
const claimReminders = async (wanted: readonly PendingReminder[], faults: Map<ReminderTenant, Text>) => {
  const all: ClaimedReminder[] = [];
  for (const pending of wanted) {
    const claim = await attempt(pending, faults, () => pending.tenant.client.renewals.claimNotice(pending.key));
    if (claim?.claimed === true) all.push({ ...pending, notice: claim.notice });
    else if (all.length === 0 && claim?.notice.state === "sending") return undefined;
  }
  return all;
};

/** A message has the Message-ID of the reminder that was claimed first, also if it is sent again. */
const compareByClaimOrder = ({ notice: one }: ClaimedReminder, { notice: other }: ClaimedReminder): number =>
  one.id < other.id ? -1 : 1;

const REPLACED_BY_LATER_STAGE = same("a later stage took its place");

const settleReminder = async ({ tenant, notice, due }: ClaimedReminder, fault: DeliveryFault): Promise<void> => {
  const reason = due === undefined ? REPLACED_BY_LATER_STAGE : fault;
  const error = reason === undefined ? null : reason.en.slice(0, 2000);
  await tenant.client.renewals.settleNotice(notice.id, { state: error === null ? "sent" : "failed", error });
};
