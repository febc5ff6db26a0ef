import { Failure } from "../errors/index.ts";
import { joined, text, type Text } from "../text/index.ts";
import { byExpiry, USUAL_THRESHOLDS, type Checked, type Level, type Thresholds } from "./judge.ts";

/** The overall state. */
export type State = "ok" | "warning" | "critical" | "unknown";

/** The exit codes of `renewals check`, which are those of monitoring plugins. @see monitoring-plugins guideline, 2.3 */
export const STATE_EXITS: Readonly<Record<State, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** All that was checked, the most urgent first, and how it stands. */
export interface CheckResult {
  readonly state: State;
  readonly checked: readonly Checked[];
  /** files of certificates that another one has replaced: shown, and nothing else */
  readonly superseded: readonly Checked[];
  /** what is wrong with who hears of it, the worst first: no thing that is counted */
  readonly findings: readonly Checked[];
  readonly counts: Readonly<Record<Level, number>>;
  readonly thresholds: Thresholds;
}

/** The most urgent first; what is unknown comes before what is merely near. */
const URGENCY: readonly Level[] = ["expired", "critical", "unknown", "warning", "ok"];

/** Whether the only problem of an item is that it is not valid yet: its expiry is beyond the warning time. */
export const isMerelyEarly = ({ level, daysLeft }: Checked, { withinDays }: Thresholds): boolean =>
  level === "warning" && daysLeft !== null && daysLeft > withinDays;

/** Sums up a check. An empty list is unknown: it must not look like good news. */
export function resultOf(all: readonly Checked[], thresholds: Thresholds, found: readonly Checked[] = []): CheckResult {
  const counts = { ok: 0, warning: 0, critical: 0, expired: 0, unknown: 0 };
  const successors = all.map((one) => successorOf(one, all));
  const kept = all.filter((_, index) => successors[index] === undefined);
  const superseded = all.flatMap((one, index) => {
    const by = successors[index]?.source;
    return by === undefined ? [] : [{ ...one, level: "ok" as const, superseded: true as const, remark: replaced(by) }];
  });
  for (const { level } of kept) counts[level] += 1;
  const checked = kept.toSorted(
    (one, other) => URGENCY.indexOf(one.level) - URGENCY.indexOf(other.level) || byExpiry(one, other),
  );
  const findings = found.toSorted(byUrgency);
  return { state: stateOf(counts, kept.length, findings), checked, superseded, findings, counts, thresholds };
}

const byUrgency = ({ level: one }: Checked, { level: other }: Checked): number =>
  URGENCY.indexOf(one) - URGENCY.indexOf(other);

/** All that is to be looked at, the most urgent first. */
export const urgentOf = ({ checked, findings }: CheckResult): readonly Checked[] =>
  [...checked, ...findings].filter(({ level }) => level !== "ok").toSorted(byUrgency);

/**
 * The file that has taken the place of one: a push certificate of the same topic that is valid and ends later. Other
 * things may be of two servers or places whatever they are called.
 */
const successorOf = ({ topic, context, expiresAt }: Checked, all: readonly Checked[]): Checked | undefined =>
  topic === null || context !== null || expiresAt === null
    ? undefined
    : all.find(
        (other) =>
          other.topic === topic &&
          other.context === null &&
          other.level !== "expired" &&
          // it is valid already
          other.remark === null &&
          Date.parse(other.expiresAt ?? "") > Date.parse(expiresAt),
      );

const replaced = (by: string | null): Text => text(`superseded by ${by}`, `${by} に置き換え済み`);

function stateOf(
  { expired, critical, unknown, warning }: CheckResult["counts"],
  total: number,
  findings: readonly Checked[],
): State {
  if (expired + critical > 0 || findings.some(({ level }) => level === "critical")) return "critical";
  if (unknown > 0 || total === 0) return "unknown";
  return warning + findings.length > 0 ? "warning" : "ok";
}

/** `2 expired, 1 due within 30 days`: counts by level, the most urgent first. */
export function summaryOf({ counts, thresholds, checked, superseded, findings }: CheckResult): Text {
  const { withinDays, criticalDays } = thresholds;
  const early = checked.filter((one) => isMerelyEarly(one, thresholds)).length;
  const parts: readonly (readonly [number, Text])[] = [
    [counts.expired, text("expired", "期限切れ")],
    [counts.critical, text(`due within ${criticalDays} days`, `${criticalDays} 日以内に期限`)],
    [counts.unknown, text("unknown", "期限不明")],
    [early, text("not valid yet", "まだ有効でないもの")],
    [counts.warning - early, text(`due within ${withinDays} days`, `${withinDays} 日以内に期限`)],
    [counts.ok, text("ok", "余裕あり")],
    [superseded.length, text("superseded", "置き換え済み")],
  ];
  const said = [
    ...(checked.length === 0 ? [text("nothing to check", "確認するものがありません")] : []),
    ...[...parts, ...findingCounts(findings)]
      .filter(([count]) => count > 0)
      .map(([count, { en, ja }]) => text(`${count} ${en}`, `${ja} ${count} 件`)),
  ];
  return joined(said, text(", ", "、"));
}

const findingCounts = (findings: readonly Checked[]): readonly (readonly [number, Text])[] => {
  const critical = findings.filter(({ level }) => level === "critical").length;
  return [
    [critical, text("critical about who is notified", "通知先について至急")],
    [findings.length - critical, text("to heed about who is notified", "通知先について要確認")],
  ];
};

/**
 * When items are due, by the days of `--within` and `--critical`. If only `--within` is given and is shorter than the
 * usual critical time, that becomes as short.
 *
 * @throws `usage` when the critical time is longer than the warning time
 */
export function chooseThresholds(withinDays: number | undefined, criticalDays: number | undefined): Thresholds {
  const thresholds = {
    withinDays: withinDays ?? Math.max(USUAL_THRESHOLDS.withinDays, criticalDays ?? 0),
    criticalDays: criticalDays ?? Math.min(USUAL_THRESHOLDS.criticalDays, withinDays ?? Number.POSITIVE_INFINITY),
  };
  if (thresholds.criticalDays <= thresholds.withinDays) return thresholds;
  throw new Failure("usage", {
    what: text("--critical is longer than --within", "--critical が --within より長くなっています"),
    where: `--within ${withinDays}d --critical ${criticalDays}d`,
  });
}
