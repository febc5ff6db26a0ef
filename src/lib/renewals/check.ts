import { text, type Text } from "../text/index.ts";
import { dayOf, daysLeft } from "../model/time.ts";
import { levelOf, type Level, type Thresholds } from "./level.ts";
import type { Gathered } from "./sources.ts";

/** Something that was checked. */
export interface Checked extends Gathered {
  readonly level: Level;
  /** calendar day of its expiry in the zone it is counted in */
  readonly expiresOn: string | null;
  /** calendar days to that day, negative afterwards */
  readonly daysLeft: number | null;
  /** the context of the tenant that has it; null for files */
  readonly context: string | null;
}

/** What one thing is judged by. */
export interface CheckSurroundings {
  readonly now: Date;
  /** an IANA name */
  readonly timezone: string;
  readonly context: string | null;
}

/** How everything together stands. */
export type State = "ok" | "warning" | "critical" | "unknown";

/** The exit codes of `renewals check`, which are those of monitoring plugins. @see monitoring-plugins guideline, 2.3 */
export const STATE_EXITS: Readonly<Record<State, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** All that was checked, the most urgent first, and how it stands. */
export interface CheckResult {
  readonly state: State;
  readonly checked: readonly Checked[];
  readonly counts: Readonly<Record<Level, number>>;
  readonly thresholds: Thresholds;
}

/** The most urgent first; what is unknown comes before what is merely near. */
const URGENCY: readonly Level[] = ["expired", "critical", "unknown", "warning", "ok"];

/** Says how urgent a thing is. */
export function checkOne(
  gathered: Gathered,
  thresholds: Thresholds,
  { now, timezone, context }: CheckSurroundings,
): Checked {
  const { expiresAt, validFrom } = gathered;
  const level = levelOf(expiresAt, { now, timezone, thresholds });
  const validOn = validFrom !== null && Date.parse(validFrom) > now.getTime() ? dayOf(validFrom, timezone) : null;
  return {
    ...gathered,
    context,
    level: level === "ok" && validOn !== null ? "warning" : level,
    remark: validOn === null ? gathered.remark : remarkWith(gathered.remark, validOn),
    expiresOn: expiresAt === null ? null : dayOf(expiresAt, timezone),
    daysLeft: expiresAt === null ? null : daysLeft(expiresAt, now, timezone),
  };
}

function remarkWith(remark: Text | null, validOn: string): Text {
  const early = text(`not valid before ${validOn}`, `${validOn} まで有効になりません`);
  return remark === null ? early : text(`${remark.en}; ${early.en}`, `${remark.ja}。${early.ja}`);
}

/** Whether a thing is no more than not valid yet: far from its expiry, but a warning. */
export const isMerelyEarly = ({ level, daysLeft }: Checked, { withinDays }: Thresholds): boolean =>
  level === "warning" && daysLeft !== null && daysLeft > withinDays;

/** Puts together what was checked. Nothing at all is unknown: an empty list must not look like good news. */
export function resultOf(all: readonly Checked[], thresholds: Thresholds): CheckResult {
  const counts = { ok: 0, warning: 0, critical: 0, expired: 0, unknown: 0 };
  for (const { level } of all) counts[level] += 1;
  const checked = all.toSorted(
    (one, other) =>
      URGENCY.indexOf(one.level) - URGENCY.indexOf(other.level) ||
      compare(one.expiresAt ?? "", other.expiresAt ?? "") ||
      compare(one.name, other.name),
  );
  return { state: stateOf(counts, all.length), checked, counts, thresholds };
}

function stateOf({ expired, critical, unknown, warning }: CheckResult["counts"], total: number): State {
  if (expired + critical > 0) return "critical";
  if (unknown > 0 || total === 0) return "unknown";
  return warning > 0 ? "warning" : "ok";
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
