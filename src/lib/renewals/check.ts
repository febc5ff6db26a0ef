import { Failure } from "../errors/index.ts";
import { compareByUrgency, determineState } from "./finding.ts";
import { RENEWAL_STATES } from "../model/renewal.ts";
import { joinTexts, text, type Text } from "../text/index.ts";
import type { PluginState } from "./output/plugin.ts";
import type { Level } from "../document/level.ts";
import { compareByExpiry, DEFAULT_THRESHOLDS, type CheckedItem, type Thresholds } from "./judge.ts";
import { isNewerFile, identityOf } from "./compare.ts";

/** The result of a check: the checked items, the most urgent first, and the overall state. */
export interface CheckResult {
  readonly state: PluginState;
  readonly checked: readonly CheckedItem[];
  /** expired files that a newer file of the same item has replaced; they are shown but do not count */
  readonly superseded: readonly CheckedItem[];
  readonly counts: Readonly<Record<Level, number>>;
  readonly thresholds: Thresholds;
}

/** Returns true if an item's only problem is that it is not valid yet: its expiry is beyond the warning time. */
export const isOnlyNotYetValid = ({ level, daysLeft, state }: CheckedItem, { withinDays }: Thresholds): boolean =>
  level === "warning" && state !== "downloaded" && daysLeft !== null && daysLeft > withinDays;

/** Summarises a check. If nothing was checked, the state is unknown, because it must not look like good news. */
export function summariseCheck(all: readonly CheckedItem[], thresholds: Thresholds): CheckResult {
  const counts = { ok: 0, warning: 0, critical: 0, expired: 0, unknown: 0 };
  const successorOf = findSuccessors(all);
  const standing = all.map((one) => judgeWithSuccessor(one, successorOf(one)));
  const kept = standing.filter(({ state }) => state !== "superseded");
  const superseded = standing.filter(({ state }) => state === "superseded");
  for (const { level } of kept) counts[level] += 1;
  const checked = kept.toSorted((one, other) => compareByUrgency(one, other) || compareByExpiry(one, other));
  const state = kept.length === 0 ? "unknown" : determineState(kept.map(({ level }) => level));
  return { state, checked, superseded, counts, thresholds };
}

/**
 * Judges a file that may have been replaced by a newer file. An expired file with a valid newer file of the same item
 * no longer counts. Before it expires, it is not known whether the newer file was uploaded, so the older file keeps its
 * level, but at most `warning`.
 */
function judgeWithSuccessor(one: CheckedItem, by: CheckedItem | undefined): CheckedItem {
  const file = by?.source ?? undefined;
  if (file === undefined) return one;
  if (one.level === "expired") return { ...one, state: "superseded", level: "ok", remark: describeSuperseded(file) };
  return {
    ...one,
    state: "downloaded",
    level: one.level === "critical" ? "warning" : one.level,
    remark: describeRenewed(file),
  };
}

/** Returns a function that returns the newest valid file of the same item, if it is newer than the given file. */
function findSuccessors(all: readonly CheckedItem[]): (one: CheckedItem) => CheckedItem | undefined {
  const newest = new Map<string, CheckedItem>();
  for (const one of all) {
    const identity = identityOf(one);
    // a file that is not valid yet has a remark
    if (identity === undefined || one.level === "expired" || one.remark !== null) continue;
    const known = newest.get(identity);
    if (known === undefined || isNewerFile(one, known)) newest.set(identity, one);
  }
  return (one) => {
    const successor = newest.get(identityOf(one) ?? "");
    return successor !== undefined && isNewerFile(successor, one) ? successor : undefined;
  };
}

const describeSuperseded = (by: string): Text => text(`superseded by ${by}`, `${by} に置き換え済み`);

const describeRenewed = (by: string): Text =>
  text(
    `renewed by ${by}: make sure that the new file was uploaded (HOME in the console shows the expiry date)`,
    `更新ファイル ${by} があります。アップロード済みかどうかを、管理画面の HOME に表示される期限で確認してください`,
  );

/** Returns the counts by level, the most urgent first, such as `2 expired, 1 due within 30 days`. */
export function describeCheckResult({ counts, thresholds, checked, superseded }: CheckResult): Text {
  const { withinDays, criticalDays } = thresholds;
  const early = checked.filter((one) => isOnlyNotYetValid(one, thresholds)).length;
  const downloaded = checked.filter(({ level, state }) => level === "warning" && state === "downloaded").length;
  const rejected = checked.filter(({ level, rejection }) => level === "critical" && rejection !== undefined).length;
  const parts: readonly (readonly [number, Text])[] = [
    [counts.expired, text("expired", "期限切れ")],
    [rejected, text("rejected by Apple", "Apple が拒否")],
    [counts.critical - rejected, text(`due within ${criticalDays} days`, `${criticalDays} 日以内に期限`)],
    [counts.unknown, text("unknown", "期限不明")],
    [early, text("not valid yet", "まだ有効でない項目")],
    [downloaded, RENEWAL_STATES.downloaded],
    [counts.warning - early - downloaded, text(`due within ${withinDays} days`, `${withinDays} 日以内に期限`)],
    [counts.ok, text("ok", "余裕あり")],
    [superseded.length, text("superseded", "置き換え済み")],
  ];
  const said = [
    ...(checked.length === 0 ? [text("no expiry date to check", "確認する期限がありません")] : []),
    ...parts.filter(([count]) => count > 0).map(([count, { en, ja }]) => text(`${count} ${en}`, `${ja} ${count} 件`)),
  ];
  return joinTexts(said, text(", ", "、"));
}

/**
 * Returns the thresholds for the days of `--within` and `--critical`. If only `--within` is given and is shorter than
 * the default critical time, the critical time is shortened to the same number of days.
 *
 * @throws `usage` if the critical time is longer than the warning time
 */
export function chooseThresholds(withinDays: number | undefined, criticalDays: number | undefined): Thresholds {
  const thresholds = {
    withinDays: withinDays ?? Math.max(DEFAULT_THRESHOLDS.withinDays, criticalDays ?? 0),
    criticalDays: criticalDays ?? Math.min(DEFAULT_THRESHOLDS.criticalDays, withinDays ?? Number.POSITIVE_INFINITY),
  };
  if (thresholds.criticalDays <= thresholds.withinDays) return thresholds;
  throw new Failure("usage", {
    what: text("--critical is longer than --within", "--critical が --within より長くなっています"),
    where: `--within ${withinDays}d --critical ${criticalDays}d`,
  });
}
