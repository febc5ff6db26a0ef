import { Failure } from "../errors/index.ts";
import { compareByUrgency, describeLevels, determineState } from "./finding.ts";
import { joinTexts, text, type Text } from "../text/index.ts";
import type { PluginState } from "./output/plugin.ts";
import { compareByExpiry, DEFAULT_THRESHOLDS, type CheckedItem, type Thresholds } from "./expiry-status.ts";
import { isNewerFile, identityOf } from "./compare.ts";

export interface CheckResult {
  readonly state: PluginState;
  readonly checked: readonly CheckedItem[];
  /** expired files that a newer file replaces; they do not affect `state` */
  readonly superseded: readonly CheckedItem[];
}

/** A critical file that a newer file replaces counts as a warning. Without items, the state is `unknown`. */
export function summariseCheck(all: readonly CheckedItem[]): CheckResult {
  const successorOf = findSuccessors(all);
  const [checked, superseded]: [CheckedItem[], CheckedItem[]] = [[], []];
  for (const one of all) {
    const by = successorOf(one)?.source ?? null;
    const { level } = one;
    if (by === null) checked.push(one);
    else if (level === "expired") superseded.push({ ...one, level: "ok", remark: describeSuperseded(by) });
    else checked.push({ ...one, level: level === "critical" ? "warning" : level, remark: describeRenewed(by) });
  }
  checked.sort((one, other) => compareByUrgency(one, other) || compareByExpiry(one, other));
  const state = checked.length === 0 ? "unknown" : determineState(checked.map(({ level }) => level));
  return { state, checked, superseded };
}

function findSuccessors(all: readonly CheckedItem[]): (one: CheckedItem) => CheckedItem | undefined {
  const newest = new Map<string, CheckedItem>();
  for (const one of all) {
    const identity = identityOf(one);
    // an item with a remark is not valid yet
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
    `${by} is newer: make sure that it was uploaded (HOME in the console shows the expiry date)`,
    `更新後のファイル ${by} があります。アップロード済みかどうかを、管理画面の HOME に表示される期限で確認してください`,
  );

export function describeCheckResult({ checked, superseded }: CheckResult): Text {
  if (checked.length === 0) return text("no expiry date to check", "確認の対象となる期限がありません");
  const { length } = superseded;
  const replaced = length === 0 ? [] : [text(`${length} superseded`, `置き換え済み ${length} 件`)];
  return joinTexts([describeLevels(checked), ...replaced], text(", ", "、"));
}

/** @throws `usage` if `criticalDays` is greater than `withinDays` */
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
