import { daysLeft } from "../model/time.ts";

/**
 * Days before expiry at which people are told, when the settings say nothing else.
 *
 * @see facts 3.2: CLOMO begins three months before; another maker says 90 / 60 / 30 / 15
 */
export const USUAL_STAGES: readonly number[] = [90, 60, 30, 15, 7, 3, 1, 0];

/** What a stage is asked of. */
export interface StageClock {
  readonly now: Date;
  /** an IANA name; a stage begins at its midnight */
  readonly timezone: string;
  /** days before expiry, in any order */
  readonly stages: readonly number[];
}

/** What of an item decides its stage. */
export interface StagedItem {
  readonly id: string;
  /** UTC instant; null: not known, so that no stage is ever reached */
  readonly expiresAt: string | null;
}

/** A stage that somebody was told of. */
export interface SentNotice {
  readonly itemId: string;
  /** the expiry it was said of: a renewed item starts anew */
  readonly expiresAt: string;
  readonly stage: number;
}

/** A stage of an item that is to be said. */
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
 * What is to be said now to one who was told `sentSoFar`: of each item the most urgent stage it has reached, unless that
 * or a more urgent one was said of the same expiry. So days without a run are made up for by one notice, not by four.
 */
export const dueStages = <I extends StagedItem>(
  items: readonly I[],
  sent: Iterable<SentNotice>,
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
