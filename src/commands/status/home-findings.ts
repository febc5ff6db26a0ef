import { formatCount, text } from "../../lib/text/index.ts";
import { toFindings, type TenantFindings } from "./findings.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Adds what only the home shows: a clock that is behind the last run. */
export const addHomeFindings = (all: readonly TenantFindings[], now: Date): readonly TenantFindings[] =>
  all.map((one) => {
    const aheadMs = Date.parse(one.lastRun ?? now.toISOString()) - now.getTime();
    if (aheadMs <= DAY_MS) return one;
    const days = Math.floor(aheadMs / DAY_MS);
    const what = text(
      `the clock is ${formatCount(days, "day")} behind the last run`,
      `時計が前回の自動実行より ${days} 日遅れています`,
    );
    return { ...one, findings: [...one.findings, ...toFindings(one, "daily-run", [["clock", "warning", what, null]])] };
  });
