import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { USUAL_THRESHOLDS, type Thresholds } from "./level.ts";

/**
 * When things are due, by the days of `--within` and `--critical`. Where only `--within` is given and is shorter than
 * the usual critical time, that becomes as short.
 *
 * @throws `usage` when the critical time is the longer one
 */
export function chooseThresholds(withinDays: number | undefined, criticalDays: number | undefined): Thresholds {
  const thresholds = {
    withinDays: withinDays ?? Math.max(USUAL_THRESHOLDS.withinDays, criticalDays ?? 0),
    criticalDays: criticalDays ?? Math.min(USUAL_THRESHOLDS.criticalDays, withinDays ?? Number.POSITIVE_INFINITY),
  };
  if (thresholds.criticalDays <= thresholds.withinDays) return thresholds;
  throw new Failure("usage", {
    what: text("the critical time is longer than the warning time", "--critical が --within より長くなっています"),
    where: `--within ${withinDays}d --critical ${criticalDays}d`,
  });
}
