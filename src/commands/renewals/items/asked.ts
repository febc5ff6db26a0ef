import type { Asked } from "../../../lib/renewals/level.ts";
import { USUAL_THRESHOLDS } from "../../../lib/renewals/level.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";

/**
 * The zone days are counted in: `--timezone`, else the context's.
 *
 * @throws Failure `usage` where there is no such zone
 */
export const zoneOf = (
  { globals }: Pick<Tools, "globals">,
  { context }: { readonly context: Pick<ChosenTenant["context"], "timezone"> },
): string => {
  const { timezone } = globals;
  if (timezone === undefined) return context.timezone;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone;
  } catch (cause) {
    throw new Failure("usage", {
      what: text(`unknown time zone ${timezone}`, `不明なタイムゾーン「${timezone}」です`),
      where: "--timezone",
      hint: text("name it like Asia/Tokyo", "Asia/Tokyo のように指定してください"),
      cause,
    });
  }
};

/** What is asked of expiries: how they stand now, in the context's zone, by the usual thresholds. */
export const askedNow = (tools: Pick<Tools, "globals" | "clock">, tenant: Parameters<typeof zoneOf>[1]): Asked => ({
  now: tools.clock.now(),
  timezone: zoneOf(tools, tenant),
  thresholds: USUAL_THRESHOLDS,
});
