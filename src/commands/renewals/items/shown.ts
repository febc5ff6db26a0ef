import type { Judged } from "../../../lib/renewals/judge.ts";
import type { Timeline } from "../../../lib/renewals/timeline.ts";

/** What a list of items shows. */
export interface Shown {
  /** by expiry */
  readonly items: readonly Judged[];
  /** names of the contexts that were asked */
  readonly contexts: readonly string[];
  readonly timeline: Timeline;
  readonly now: Date;
  /** the zone the time line's days are counted in */
  readonly timezone: string;
}
