import { Failure } from "../errors/index.ts";
import { compareByUrgency, describeLevels, determineState } from "./finding.ts";
import { joinTexts, text, type Text } from "../text/index.ts";
import { compareByExpiry, DEFAULT_THRESHOLDS, type CheckedItem, type Thresholds } from "./expiry-status.ts";
import { isNewerFile, identityOf } from "./compare.ts";

export type CheckResult = ReturnType<typeof summariseCheck>;

/** Of several files of one item, only the newest counts. Without items, the state is `unknown`. */
export function summariseCheck(all: readonly CheckedItem[]) {
  const successorOf = findSuccessors(all);
  const [checked, superseded]: [CheckedItem[], CheckedItem[]] = [[], []];
  for (const one of all) {
    const by = successorOf(one)?.source ?? null;
    if (by === null) checked.push(one);
    else superseded.push({ ...one, level: "ok", remark: text(`superseded by ${by}`, `${by} に置き換え済み`) });
  }
  checked.sort((one, other) => compareByUrgency(one, other) || compareByExpiry(one, other));
  const state = checked.length === 0 ? "unknown" : determineState(checked.map(({ level }) => level));
  return { state, checked, superseded };
}

function findSuccessors(all: readonly CheckedItem[]): (one: CheckedItem) => CheckedItem | undefined {
  const newest = new Map<string, CheckedItem>();
  for (const one of all) {
    const identity = identityOf(one);
    // an item with a remark is not valid yet, so that the older file is still in use
    if (identity === undefined || one.remark !== null) continue;
    const known = newest.get(identity);
    if (known === undefined || isNewerFile(one, known)) newest.set(identity, one);
  }
  return (one) => {
    const successor = newest.get(identityOf(one) ?? "");
    return successor !== undefined && isNewerFile(successor, one) ? successor : undefined;
  };
}

const MAX_NAMED = 5;

export function describeCheckResult({ checked, superseded }: CheckResult): Text {
  if (checked.length === 0) return text("no expiry date to check", "確認の対象となる期限がありません");
  const { length } = superseded;
  const files = superseded.slice(0, MAX_NAMED).map(({ source, name }) => source ?? name);
  const named = [...files, ...(length > MAX_NAMED ? ["…"] : [])].join(", ");
  const replaced = length === 0 ? [] : [text(`${length} superseded: ${named}`, `置き換え済み ${length} 件: ${named}`)];
  return joinTexts([describeLevels(checked), ...replaced], text(", ", "、"));
}

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
