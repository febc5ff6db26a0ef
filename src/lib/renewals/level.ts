import { daysLeft } from "../model/time.ts";

/** How urgent an item is; `unknown` is never `ok`. */
export type Level = "ok" | "warning" | "critical" | "expired" | "unknown";

/** When an item is due, in days before its expiry. */
export interface Thresholds {
  readonly withinDays: number;
  readonly criticalDays: number;
}

/** @see facts 3.2: CLOMO's own notices begin three months before */
export const USUAL_THRESHOLDS: Thresholds = { withinDays: 90, criticalDays: 30 };

/** What is asked of an expiry. */
export interface Asked {
  readonly now: Date;
  /** an IANA name */
  readonly timezone: string;
  readonly thresholds: Thresholds;
}

/** The level of an expiry; an item is expired from its very instant on, whatever the day says. */
export const levelOf = (expiresAt: string | null, { now, timezone, thresholds }: Asked): Level => {
  if (expiresAt === null) return "unknown";
  if (Date.parse(expiresAt) <= now.getTime()) return "expired";
  const days = daysLeft(expiresAt, now, timezone);
  if (days <= thresholds.criticalDays) return "critical";
  return days <= thresholds.withinDays ? "warning" : "ok";
};
