import type { ReminderKeyRecord, RenewalItem } from "../model/renewal.ts";
import { countDaysLeft } from "../model/time.ts";

/**
 * The stages: numbers of days before expiry at which reminders are sent.
 *
 * @see facts 3.2: CLOMO begins three months before; another vendor sends email 90 / 60 / 30 / 15 days before
 */
const STAGES: readonly number[] = [90, 60, 30, 15, 7, 3, 1, 0];

/** The time, and the IANA name of the time zone in which a stage begins at midnight. */
export interface StageClock {
  readonly now: Date;
  readonly timezone: string;
}

/** The fields of an item that decide its stage. An item without a date never reaches a stage. */
type StagedItem = Pick<RenewalItem, "id" | "expiresAt">;

export interface DueStage<I extends StagedItem> {
  readonly item: I & { readonly expiresAt: string };
  /** days before expiry; -1, -2, … for each calendar day after expiry */
  readonly stage: number;
}

/**
 * Returns the most urgent stage that an expiry has reached: the smallest stage that is not less than the days left.
 * After expiry, each calendar day is a separate stage. Returns undefined if the expiry is further away than every
 * stage.
 */
export const findReachedStage = (expiresAt: string, { now, timezone }: StageClock): number | undefined => {
  const days = countDaysLeft(expiresAt, now, timezone);
  return days < 0 ? days : STAGES.findLast((stage) => stage >= days);
};

/**
 * Returns the reminders that are due to a recipient who has already received the reminders in `sent`. For each item,
 * this is the most urgent stage that the item has reached, unless that stage or a more urgent one was already sent for
 * the same expiry. After several days without a run, one reminder covers all stages that were missed.
 */
export const findDueStages = <I extends StagedItem>(
  items: readonly I[],
  sent: Iterable<Pick<ReminderKeyRecord, "itemId" | "expiresAt" | "stage">>,
  clock: StageClock,
): readonly DueStage<I>[] => {
  const said = new Map<string, number>();
  for (const { itemId, expiresAt, stage } of sent) {
    const key = `${itemId} ${expiresAt}`;
    said.set(key, Math.min(stage, said.get(key) ?? stage));
  }
  return items.flatMap((item) => {
    const { expiresAt } = item;
    if (expiresAt === null) return [];
    const stage = findReachedStage(expiresAt, clock);
    if (stage === undefined || (said.get(`${item.id} ${expiresAt}`) ?? Infinity) <= stage) return [];
    return [{ item: { ...item, expiresAt }, stage }];
  });
};
