import type { ReminderKeyRecord } from "../../model/renewal.ts";
import { dayOf, countDaysLeft } from "../../model/time.ts";
import { compareCodeUnits } from "../judge.ts";
import type { DueReminder } from "./digest.ts";
import type { RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import { findDueStages } from "../stages.ts";

/** A reminder to claim in its tenant. */
export interface PendingReminder {
  readonly loaded: LoadedTenant;
  readonly key: ReminderKeyRecord;
  /** undefined if a later stage has replaced it */
  readonly due: DueReminder | undefined;
}

export interface RecipientWork {
  /** reminders of a run that has not recorded their outcome: either it was killed, or it is still running */
  readonly unfinished: readonly PendingReminder[];
  /** new reminders, the most urgent first */
  readonly fresh: readonly PendingReminder[];
}

export interface RunClock {
  readonly now: Date;
  /** number of days before expiry */
  readonly stages: readonly number[];
}

const isSameStage = (one: ReminderKeyRecord, other: ReminderKeyRecord): boolean =>
  one.itemId === other.itemId && one.expiresAt === other.expiresAt && one.stage === other.stage;

const listDueReminders = (
  loaded: LoadedTenant,
  { addressee, tenantItems }: RecipientItems,
  clock: RunClock,
): readonly PendingReminder[] => {
  const { context, timezone } = loaded.tenant;
  const items = tenantItems.find((tenantItem) => tenantItem.context === context)?.items ?? [];
  const said = loaded.pastOf(addressee).filter((notice) => notice.state === "sent");
  return findDueStages(items, said, { ...clock, timezone }).map(({ item, stage }) => ({
    loaded,
    key: { itemId: item.id, expiresAt: item.expiresAt, stage, ...addressee },
    due: {
      context,
      item,
      stage,
      days: countDaysLeft(item.expiresAt, clock.now, timezone),
      day: dayOf(item.expiresAt, timezone),
      expired: Date.parse(item.expiresAt) <= clock.now.getTime(),
    },
  }));
};

const listUnfinishedReminders = (
  loaded: LoadedTenant,
  { addressee }: RecipientItems,
  allDue: readonly PendingReminder[],
): readonly PendingReminder[] =>
  loaded
    .pastOf(addressee)
    .filter(({ state, itemId }) => state === "sending" && loaded.items.some(({ id }) => id === itemId))
    .map(({ itemId, expiresAt, stage }) => {
      const key = { itemId, expiresAt, stage, ...addressee };
      return { loaded, key, due: allDue.find((one) => one.loaded === loaded && isSameStage(one.key, key))?.due };
    });

const compareByUrgency = ({ due: one }: PendingReminder, { due: other }: PendingReminder): number =>
  (one?.days ?? 0) - (other?.days ?? 0) || compareCodeUnits(one?.item.expiresAt ?? "", other?.item.expiresAt ?? "");

/** Returns the reminders to send to a recipient now, and those that an earlier run left unfinished. */
export const findRecipientWork = (
  target: RecipientItems,
  tenants: readonly LoadedTenant[],
  clock: RunClock,
): RecipientWork => {
  const allDue = tenants.flatMap((loaded) => listDueReminders(loaded, target, clock)).toSorted(compareByUrgency);
  const unfinished = tenants
    .flatMap((loaded) => listUnfinishedReminders(loaded, target, allDue))
    .toSorted(compareByUrgency);
  const fresh = allDue.filter(
    ({ loaded, key }) => !unfinished.some((one) => one.loaded === loaded && isSameStage(one.key, key)),
  );
  return { unfinished, fresh };
};
