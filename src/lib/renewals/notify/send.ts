import { Failure, ignoreFailure } from "../../errors/index.ts";
import type { ReminderRecord, ReminderKeyRecord, RenewalItem } from "../../nouns/renewal.ts";
import { matchesContext } from "../../model/context-name.ts";
import { same, text, type Text } from "../../text/index.ts";
import { buildReminderMessage, type Message, type DueReminder, getErrorLabel, type DeliveryFault } from "./message.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";
import { WITHDRAWN, type ReminderTenant } from "./tenant.ts";
import { compareCodeUnits, DEFAULT_THRESHOLDS, addExpiryStatus } from "../expiry-status.ts";
import { findDueStages } from "../stages.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";

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
  { unfinished, fresh }: ReturnType<typeof findRecipientReminders>,
  deliver: DeliverMessage,
  faults: Map<ReminderTenant, Text>,
): Promise<DeliveryFault> {
  for (const pending of [unfinished, fresh]) {
    const claimed = await claimReminders(pending, faults);
    if (claimed === undefined) return undefined;
    // a message has the Message-ID of the reminder that was claimed first, also if it is sent again
    const [firstClaimed, ...others] = claimed.toSorted((one, other) => (one.notice.id < other.notice.id ? -1 : 1));
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

const REPLACED_BY_LATER_STAGE = same("a later stage took its place");

const settleReminder = async ({ tenant, notice, due }: ClaimedReminder, fault: DeliveryFault): Promise<void> => {
  const reason = due === undefined ? REPLACED_BY_LATER_STAGE : fault;
  const error = reason === undefined ? null : reason.en.slice(0, 2000);
  await tenant.client.renewals.settleNotice(notice.id, { state: error === null ? "sent" : "failed", error });
};

export interface PendingReminder {
  readonly tenant: ReminderTenant;
  readonly key: ReminderKeyRecord;
  readonly due: DueReminder | undefined;
}

const isSameReminder = (one: PendingReminder, other: PendingReminder): boolean =>
  one.tenant === other.tenant &&
  one.key.itemId === other.key.itemId &&
  one.key.expiresAt === other.key.expiresAt &&
  one.key.stage === other.key.stage;

const listPastReminders = ({ past }: ReminderTenant, { way, recipient }: RecipientId) =>
  past.filter((notice) => notice.way === way && notice.recipient === recipient);

const listDueReminders = (tenant: ReminderTenant, recipient: Recipient, now: Date): readonly PendingReminder[] => {
  const { context, timezone } = tenant;
  const recipientId = toRecipientId(recipient);
  const items = tenant.items.filter((item) => shouldNotify(recipient, context, item));
  const sent = listPastReminders(tenant, recipientId).filter(({ state }) => state === "sent");
  return findDueStages(items, sent, { now, timezone }).map(({ item, stage }) => {
    const judged = addExpiryStatus(item, context, { now, timezone, thresholds: DEFAULT_THRESHOLDS });
    const due = { tenant: tenant.tenant, item: { ...judged, daysLeft: judged.daysLeft ?? 0 } };
    return { tenant, key: { itemId: item.id, expiresAt: item.expiresAt, stage, ...recipientId }, due };
  });
};

const compareByUrgency = ({ due: one }: PendingReminder, { due: other }: PendingReminder): number =>
  (one?.item.daysLeft ?? 0) - (other?.item.daysLeft ?? 0) ||
  compareCodeUnits(one?.item.expiresAt ?? "", other?.item.expiresAt ?? "");

/** The message of an unfinished reminder may have arrived: its run failed, was killed, or is still running. */
export const findRecipientReminders = (recipient: Recipient, tenants: readonly ReminderTenant[], now: Date) => {
  const recipientId = toRecipientId(recipient);
  const allDue = tenants.flatMap((tenant) => listDueReminders(tenant, recipient, now)).toSorted(compareByUrgency);
  const unfinished = tenants
    .flatMap((tenant) =>
      listPastReminders(tenant, recipientId)
        .filter(({ state, itemId }) => state !== "sent" && tenant.items.some(({ id }) => id === itemId))
        .flatMap(({ state, itemId, expiresAt, stage }): PendingReminder | [] => {
          const known = { tenant, key: { itemId, expiresAt, stage, ...recipientId }, due: undefined };
          return allDue.find((one) => isSameReminder(one, known)) ?? (state === "sending" ? known : []);
        }),
    )
    .toSorted(compareByUrgency);
  return { unfinished, fresh: allDue.filter((due) => !unfinished.some((one) => isSameReminder(one, due))) };
};

export interface RecipientId {
  readonly way: Recipient["way"];
  readonly recipient: string;
}

export const toRecipientId = (recipient: Recipient): RecipientId =>
  recipient.way === "mail"
    ? { way: "mail", recipient: recipient.address.toLowerCase() }
    : { way: recipient.way, recipient: recipient.name };

export const findOwnerAddress = ({ owner }: Pick<RenewalItem, "owner">): string | undefined => {
  const address = owner?.trim() ?? "";
  return satisfiesRule(SENDABLE_ADDRESS_RULE, address) ? address : undefined;
};

export const listRecipients = (
  tenants: readonly Pick<ReminderTenant, "items">[],
  { smtp, recipients, language }: NotifySettings,
): readonly Recipient[] => {
  const owners =
    smtp === undefined ? [] : tenants.flatMap(({ items }) => items.flatMap((item) => findOwnerAddress(item) ?? []));
  const asRecipients = owners.map((address): Recipient => ({
    name: address,
    way: "mail",
    address,
    language,
    // an empty list limits the reminders to the items of this owner
    contexts: [],
  }));
  const all = new Map<string, Recipient>();
  for (const recipient of [...recipients, ...asRecipients]) {
    const { way, recipient: name } = toRecipientId(recipient);
    const key = `${way} ${name}`;
    if (!all.has(key)) all.set(key, recipient);
  }
  return [...all.values()];
};

export const isForContext = ({ contexts }: Pick<Recipient, "contexts">, context: string): boolean =>
  contexts?.some((pattern) => matchesContext(context, pattern)) ?? true;

/** Returns why a recipient is not told of all that it names: a part matches no context. */
export const describeUnknownContext = ({ contexts = [] }: Recipient, names: readonly string[]): Text | undefined => {
  const unknown = contexts.find((pattern) => !names.some((name) => matchesContext(name, pattern)));
  return unknown === undefined
    ? undefined
    : text(`no context matches ${unknown}`, `${unknown} に一致するコンテキストはありません`);
};

export const shouldNotify = (recipient: Recipient, context: string, item: RenewalItem): boolean =>
  isForContext(recipient, context) ||
  (recipient.way === "mail" && findOwnerAddress(item)?.toLowerCase() === recipient.address.toLowerCase());
