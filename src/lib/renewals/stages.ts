import type { NoticeClaim, RenewalItem } from "../model/renewal.ts";
import { daysLeft } from "../model/time.ts";

/**
 * Default stages: days before expiry at which notices are sent.
 *
 * @see facts 3.2: CLOMO begins three months before; another maker says 90 / 60 / 30 / 15
 */
export const USUAL_STAGES: readonly number[] = [90, 60, 30, 15, 7, 3, 1, 0];

/** What stages are counted by. */
export interface StageClock {
  readonly now: Date;
  /** an IANA name; a stage begins at its midnight */
  readonly timezone: string;
  /** days before expiry, in any order */
  readonly stages: readonly number[];
}

/** The fields of an item that decide its stage; without a date it never reaches one. */
type StagedItem = Pick<RenewalItem, "id" | "expiresAt">;

/** A stage of an item that is due. */
export interface DueStage<I extends StagedItem> {
  readonly item: I & { readonly expiresAt: string };
  /** days before expiry; -1, -2 … for each calendar day after it */
  readonly stage: number;
}

/**
 * The most urgent stage that an expiry has reached: the smallest that is not less than the days left. After the day of
 * expiry each calendar day is a stage of its own. None where the expiry is still further away than every stage.
 */
export const stageOf = (expiresAt: string, { now, timezone, stages }: StageClock): number | undefined => {
  const days = daysLeft(expiresAt, now, timezone);
  if (days < 0) return days;
  const reached = stages.filter((stage) => stage >= days);
  return reached.length === 0 ? undefined : Math.min(...reached);
};

/**
 * The notices due to a recipient who was already sent `sent`: for each item the most urgent stage it has reached, unless
 * that or a more urgent one was sent for the same expiry. Days without a run are made up for by one notice, not four.
 */
export const dueStages = <I extends StagedItem>(
  items: readonly I[],
  sent: Iterable<Pick<NoticeClaim, "itemId" | "expiresAt" | "stage">>,
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
    const stage = stageOf(expiresAt, clock);
    if (stage === undefined || (said.get(`${item.id} ${expiresAt}`) ?? Infinity) <= stage) return [];
    return [{ item: { ...item, expiresAt }, stage }];
  });
};
