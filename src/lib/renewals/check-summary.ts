import { text, type Text } from "../text/index.ts";
import { isMerelyEarly, type CheckResult } from "./check.ts";

/** `2 expired, 1 due within 30 days`: how many stand how, the most urgent first. */
export function summaryOf({ counts, thresholds, checked }: CheckResult): Text {
  const { withinDays, criticalDays } = thresholds;
  const early = checked.filter((one) => isMerelyEarly(one, thresholds)).length;
  const parts: readonly (readonly [number, Text])[] = [
    [counts.expired, text("expired", "期限切れ")],
    [counts.critical, text(`due within ${criticalDays} days`, `${criticalDays} 日以内に期限`)],
    [counts.unknown, text("unknown", "不明")],
    [early, text("not valid yet", "まだ有効でないもの")],
    [counts.warning - early, text(`due within ${withinDays} days`, `${withinDays} 日以内に期限`)],
    [counts.ok, text("not due", "期限に余裕あり")],
  ];
  if (checked.length === 0) return text("nothing to check", "確認するものがありません");
  const said = parts.filter(([count]) => count > 0);
  return text(
    said.map(([count, { en }]) => `${count} ${en}`).join(", "),
    said.map(([count, { ja }]) => `${ja} ${count} 件`).join("、"),
  );
}
