import { createHash } from "node:crypto";
import type { ReminderKeyRecord, ReminderRecord, RenewalItem } from "../nouns/renewal.ts";
import { countCalendarDays } from "../model/time.ts";

/** @see facts 3.2: when CLOMO sends emails */
const REMINDER_STAGES: readonly number[] = [90, 60, 30, 15, 7, 3, 1, 0];

/** A stage begins at midnight in this time zone (IANA name). */
export interface StageClock {
  readonly now: Date;
  readonly timezone: string;
}

type StagedItem = Pick<RenewalItem, "id" | "expiresAt">;

/** Returns the stage in calendar days, whatever the hour; after the day of expiry -1, -2, …; undefined before the first. */
export const findReachedStage = (expiresAt: string, { now, timezone }: StageClock): number | undefined => {
  const days = countCalendarDays(now, expiresAt, timezone);
  return days < 0 ? days : REMINDER_STAGES.findLast((stage) => stage >= days);
};

const CLOCK_TOLERANCE_MS = 24 * 60 * 60 * 1000;

export const isOfFuture = ({ at }: Pick<ReminderRecord, "at">, nowMs: number): boolean =>
  Date.parse(at) > nowMs + CLOCK_TOLERANCE_MS;

/** Returns false if a clock was ahead: the notice is of the future, or its stage had not begun (of a server's own clock). */
export const isTimelyNotice = (notice: ReminderRecord, { now, timezone }: StageClock): boolean => {
  const latest = new Date(Math.min(Date.parse(notice.at), now.getTime()) + CLOCK_TOLERANCE_MS);
  const begun = findReachedStage(notice.expiresAt, { now: latest, timezone }) ?? Infinity;
  return !isOfFuture(notice, now.getTime()) && notice.stage >= begun;
};

/** Omits items for which a reminder of this or a later stage was sent. */
export const findDueStages = <I extends StagedItem>(
  items: readonly I[],
  sent: Iterable<Pick<ReminderKeyRecord, "itemId" | "expiresAt" | "stage">>,
  clock: StageClock,
) => {
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

/** Returns a UUIDv8 of something that is reminded of but has no ID of its own. @see RFC 9562 5.8 */
export const createStableId = (name: string): string =>
  createHash("sha256")
    .update(name)
    .digest("hex")
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5");
