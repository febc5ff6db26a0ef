import { type AsOf, USUAL_THRESHOLDS } from "../../../lib/renewals/judge.ts";
import { zoneOf, type Tools } from "../../tools.ts";

/** What is asked of expiries: how they stand now, in the context's zone, by the usual thresholds. */
export const asOfNow = (tools: Pick<Tools, "globals" | "clock">, tenant: Parameters<typeof zoneOf>[1]): AsOf => ({
  now: tools.clock.now(),
  timezone: zoneOf(tools, tenant),
  thresholds: USUAL_THRESHOLDS,
});
