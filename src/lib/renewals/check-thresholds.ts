import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { USUAL_THRESHOLDS, type Thresholds } from "./level.ts";

/** `90d`, `12w`; more than 9999 of them is a mistake. */
const DURATION = /^(?<count>\d{1,4})(?<unit>[dw])$/;

/**
 * When things are due, by `--within` and `--critical`. Where only `--within` is said and is shorter than the usual
 * critical time, that becomes as short.
 *
 * @throws `usage` when one is no number of days or weeks, or the critical time is the longer one
 */
export function parseThresholds(within: string | undefined, critical: string | undefined): Thresholds {
  const withinDays = within === undefined ? undefined : parseDays("--within", within);
  const criticalDays = critical === undefined ? undefined : parseDays("--critical", critical);
  const thresholds = {
    withinDays: withinDays ?? Math.max(USUAL_THRESHOLDS.withinDays, criticalDays ?? 0),
    criticalDays: criticalDays ?? Math.min(USUAL_THRESHOLDS.criticalDays, withinDays ?? Number.POSITIVE_INFINITY),
  };
  if (thresholds.criticalDays <= thresholds.withinDays) return thresholds;
  throw new Failure("usage", {
    what: text("the critical time is longer than the warning time", "--critical が --within より長くなっています"),
    where: `--within ${within} --critical ${critical}`,
  });
}

function parseDays(option: string, written: string): number {
  const { count, unit } = DURATION.exec(written)?.groups ?? {};
  if (count !== undefined) return Number(count) * (unit === "w" ? 7 : 1);
  throw new Failure("usage", {
    what: text(
      `${option} must be a number of days or weeks, not ${written}`,
      `${option} は日数か週数で指定してください(${written} は不可)`,
    ),
    hint: text("for example 90d or 12w", "例: 90d、12w"),
  });
}
