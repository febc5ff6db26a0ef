import type { ReminderKeyRecord, RenewalItem } from "../model/renewal.ts";
import { countDaysLeft } from "../model/time.ts";

/** Numbers of days before expiry. @see facts 3.2: when CLOMO and another vendor send emails */
const STAGES: readonly number[] = [90, 60, 30, 15, 7, 3, 1, 0];

/** The time, and the IANA name of the time zone in which a stage begins at midnight. */
export interface StageClock {
  readonly now: Date;
  readonly timezone: string;
}

type StagedItem = Pick<RenewalItem, "id" | "expiresAt">;

export interface DueStage<I extends StagedItem> {
  readonly item: I & { readonly expiresAt: string };
  /** days before expiry; -1, -2, … for each calendar day after expiry */
  readonly stage: number;
}

/** Returns the smallest stage that is not less than the days left. After expiry, each day is a stage of its own. */
export const findReachedStage = (expiresAt: string, { now, timezone }: StageClock): number | undefined => {
  const days = countDaysLeft(expiresAt, now, timezone);
  return days < 0 ? days : STAGES.findLast((stage) => stage >= days);
};

/** Returns the stage that each item has reached, unless a reminder for that stage or a later one was sent. */
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
