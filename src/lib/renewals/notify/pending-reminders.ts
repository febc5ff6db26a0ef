import type { ReminderKeyRecord } from "../../nouns/renewal.ts";
import { compareCodeUnits, DEFAULT_THRESHOLDS, addExpiryStatus } from "../expiry-status.ts";
import { findDueStages } from "../stages.ts";
import type { DueReminder } from "./message.ts";
import { toRecipientId, shouldNotify, type RecipientId } from "./recipients.ts";
import type { Recipient } from "./settings-schema.ts";
import type { ReminderTenant } from "./tenant.ts";

export interface PendingReminder {
  readonly tenant: ReminderTenant;
  readonly key: ReminderKeyRecord;
  readonly due: DueReminder | undefined;
}

export interface RecipientReminders {
  /** reminders whose message may have arrived: their run failed, was killed, or is still running */
  readonly unfinished: readonly PendingReminder[];
  readonly fresh: readonly PendingReminder[];
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

export const findRecipientReminders = (
  recipient: Recipient,
  tenants: readonly ReminderTenant[],
  now: Date,
): RecipientReminders => {
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
