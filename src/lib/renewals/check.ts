import { Failure } from "../errors/index.ts";
import { RENEWAL_STATES, type RenewalKind } from "../model/renewal.ts";
import { joined, text, type Text } from "../text/index.ts";
import type { PluginState } from "./output/plugin.ts";
import type { Level } from "../document/level.ts";
import { byExpiry, joinRemarks, USUAL_THRESHOLDS, type CheckedItem, type Thresholds } from "./judge.ts";
import { isNewer, relationOf, type Relation } from "./succession.ts";

/** All that was checked, the most urgent first, and how it stands. */
export interface CheckResult {
  readonly state: PluginState;
  readonly checked: readonly CheckedItem[];
  /** expired files that a newer one of the same identity has replaced: shown, and nothing else */
  readonly superseded: readonly CheckedItem[];
  /** what is wrong with who hears of it, the worst first: no thing that is counted */
  readonly findings: readonly CheckedItem[];
  readonly counts: Readonly<Record<Level, number>>;
  readonly thresholds: Thresholds;
}

/** The most urgent first; what is unknown comes before what is merely near. */
const URGENCY: readonly Level[] = ["expired", "critical", "unknown", "warning", "ok"];

/** Whether the only problem of an item is that it is not valid yet: its expiry is beyond the warning time. */
export const isMerelyEarly = ({ level, daysLeft, state }: CheckedItem, { withinDays }: Thresholds): boolean =>
  level === "warning" && state !== "downloaded" && daysLeft !== null && daysLeft > withinDays;

/** Sums up a check. An empty list is unknown: it must not look like good news. */
export function resultOf(
  all: readonly CheckedItem[],
  thresholds: Thresholds,
  found: readonly CheckedItem[] = [],
): CheckResult {
  const counts = { ok: 0, warning: 0, critical: 0, expired: 0, unknown: 0 };
  const standing = all.map((one) => besideSuccessor(one, all));
  const kept = standing.filter(({ state }) => state !== "superseded");
  const superseded = standing.filter(({ state }) => state === "superseded");
  for (const { level } of kept) counts[level] += 1;
  const checked = kept.toSorted(
    (one, other) => URGENCY.indexOf(one.level) - URGENCY.indexOf(other.level) || byExpiry(one, other),
  );
  const findings = found.toSorted(byUrgency);
  return { state: stateOf(counts, kept.length, findings), checked, superseded, findings, counts, thresholds };
}

const byUrgency = ({ level: one }: CheckedItem, { level: other }: CheckedItem): number =>
  URGENCY.indexOf(one) - URGENCY.indexOf(other);

/** All that is to be looked at, the most urgent first. */
export const urgentOf = ({ checked, findings }: CheckResult): readonly CheckedItem[] =>
  [...checked, ...findings].filter(({ level }) => level !== "ok").toSorted(byUrgency);

/**
 * A file beside a newer one of the same thing. Once expired it does not count; before that nobody knows whether the newer one
 * was uploaded, so it keeps its level, at most a warning. That is all if the newer one is likely of the same thing: what was
 * not compared does not end a warning. Beside a file that only may be the newer one, it counts as it is.
 */
function besideSuccessor(one: CheckedItem, all: readonly CheckedItem[]): CheckedItem {
  const by = successorOf(one, all, "same")?.source ?? undefined;
  if (by !== undefined && one.level === "expired")
    return { ...one, state: "superseded", level: "ok", remark: replaced(by) };
  const likely = by === undefined ? successorOf(one, all, "likely") : undefined;
  const remark = by === undefined ? likely && renewedLikely(one, likely) : renewed(by);
  if (remark === undefined) return { ...one, remark: joinRemarks([one.remark, ...doubtsOf(one, all)]) };
  const isUrgent = one.level === "critical" || one.level === "expired";
  return { ...one, state: "downloaded", level: isUrgent ? "warning" : one.level, remark };
}

/** Compares two files that were checked; what is recorded, or could not be read, is no file to compare. */
export function relationOfChecked(one: CheckedItem, other: CheckedItem): Relation {
  const isFile = one.context === null && other.context === null;
  return isFile && one.lineage !== undefined && other.lineage !== undefined
    ? relationOf(one.lineage, other.lineage)
    : "different";
}

/** Whether a valid newer file of the same thing is among files that were checked. */
export const isRenewedBy = (one: CheckedItem, all: readonly CheckedItem[]): boolean =>
  successorOf(one, all, "same") !== undefined;

/** The newest valid file of the same thing as one, or likely so, if it is newer. */
const successorOf = (
  one: CheckedItem,
  all: readonly CheckedItem[],
  relation: "same" | "likely",
): CheckedItem | undefined => {
  const newer = all.filter(
    (other) =>
      relationOfChecked(one, other) === relation &&
      other.level !== "expired" &&
      // it is valid already
      other.remark === null &&
      isNewer(other, one),
  );
  return newer.toSorted(byExpiry).at(-1);
};

const CERTIFICATE = /\.(?:pem|cer|crt|cert|der|p12|pfx|jks)$/i;

/** Names of files that may hold things of a kind. */
const MAY_HOLD: Readonly<Partial<Record<RenewalKind, RegExp>>> = {
  "push-certificate": CERTIFICATE,
  "agent-build-certificate": CERTIFICATE,
  "agent-push-certificate": CERTIFICATE,
  "agent-profile": /\.(?:mobileprovision|provisionprofile)$/i,
  "ade-token": /\.p7m(?:\.\w+)?$/i,
  "vpp-token": /\.vpptoken(?:\.\w+)?$/i,
};

/** How many files a remark names. */
const MAX_NAMED = 3;

/** What may have renewed a file, and why that is not known. */
function doubtsOf(one: CheckedItem, all: readonly CheckedItem[]): readonly Text[] {
  const { kind } = one;
  if (kind === null || one.context !== null) return [];
  const newer = all.filter((other) => other.fingerprint !== one.fingerprint && isNewer(other, one));
  const early = newer.filter((other) => relationOfChecked(one, other) === "same" && other.remark !== null);
  const alike = newer.filter((other) => relationOfChecked(one, other) === "unclear" && other.level !== "expired");
  const unlike = alike.filter((other) => otherIssuer(one, other) === undefined);
  // beside a thing that is not due it is enough that the file itself is told
  const unread =
    one.level === "ok" ? [] : all.filter((other) => other.kind === null && MAY_HOLD[kind]?.test(other.source ?? ""));
  return [
    ...(early.length === 0 ? [] : [renewedEarly(early)]),
    ...alike.flatMap((other) => otherIssuer(one, other) ?? []),
    ...(unlike.length === 0 ? [] : [notToldApart(namesOf(unlike))]),
    ...(unread.length === 0 ? [] : [renewedUnread(namesOf(unread))]),
  ];
}

/** Names of some files, and how many more there are. */
function namesOf(files: readonly CheckedItem[]): Text {
  const named = files.slice(0, MAX_NAMED).map(({ source, name }) => source ?? name);
  const rest = files.length - named.length;
  return rest === 0
    ? text(named.join(", "), named.join("、"))
    : text(`${named.join(", ")} and ${rest} more`, `${named.join("、")} ほか ${rest} 件`);
}

const notToldApart = ({ en, ja }: Text): Text =>
  text(
    `not told apart from ${en}: the files do not show whether that renews this one, so each counts`,
    `${ja} と区別できません。このファイルの更新後のものかファイルからはわからないため、それぞれの期限で判定します`,
  );

/** Says that a file of the same topic is not of the authority of the file in use; undefined for any other two. */
export function otherIssuer(one: CheckedItem, other: CheckedItem): Text | undefined {
  const [was, is] = [one, other].map(({ topic, lineage }) =>
    topic !== null && lineage?.evidence.of === "certificate" ? lineage.evidence.issuer.name : undefined,
  );
  if (was === undefined || is === undefined || one.topic !== other.topic) return undefined;
  const by = other.source ?? other.name;
  return text(
    `${by} has the same topic, but does not renew it: the issuer is not the one of this certificate, or did not sign it (${was} → ${is})`,
    `${by} はトピックが同じですが、更新後のものではありません。発行者がこの証明書と違うか、その発行者の署名ではありません(${was} → ${is})`,
  );
}

const renewedUnread = ({ en, ja }: Text): Text =>
  text(
    `by its name ${en} may be the renewed file, but it could not be read`,
    `名前から見て ${ja} が更新ファイルかもしれませんが、読み込めませんでした`,
  );

const renewedEarly = (files: readonly CheckedItem[]): Text => {
  const { en, ja } = namesOf(files);
  return text(
    `${en} renews it, but is not valid yet: this one counts`,
    `${ja} が更新ファイルですが、まだ有効ではないため、このファイルの期限で判定します`,
  );
};

const replaced = (by: string): Text => text(`superseded by ${by}`, `${by} に置き換え済み`);

const renewed = (by: string): Text =>
  text(
    `renewed by ${by}: make sure that it was uploaded (HOME in the console shows the date)`,
    `更新ファイル ${by} があります。アップロード済みか、管理画面の HOME に表示される期限で確認してください`,
  );

/** What may be the newer file of one, and what was not compared. */
function renewedLikely({ lineage: was }: CheckedItem, { source, name, lineage: is }: CheckedItem): Text {
  const by = source ?? name;
  const [old, found] = [was, is].map((lineage) =>
    lineage?.evidence.of === "ade-token"
      ? (lineage.evidence.server ?? "-")
      : lineage?.evidence.of === "certificate"
        ? lineage.evidence.issuer.name
        : "-",
  );
  return was?.kind === "ade-token"
    ? text(
        `may be renewed by ${by}, which is for the same key, but names another MDM server (${old} → ${found}), and the consumer keys were not compared: make sure that the server was renamed, then take this file away; if it is another server, renew this token`,
        `${by} が更新ファイルかもしれません。鍵は同じですが、MDM サーバの名前が違い(${old} → ${found})、consumer key は比較していません。サーバの名前を変更しただけならこのファイルを別の場所に移し、別のサーバならこのトークンを更新してください`,
      )
    : text(
        `may be renewed by ${by}, which names another issuer (${old} → ${found}): look at the portal, then take this file away`,
        `${by} が更新ファイルかもしれませんが、発行者が違います(${old} → ${found})。ポータルで確認してから、このファイルを別の場所に移してください`,
      );
}

function stateOf(
  { expired, critical, unknown, warning }: CheckResult["counts"],
  total: number,
  findings: readonly CheckedItem[],
): PluginState {
  if (expired + critical > 0 || findings.some(({ level }) => level === "critical")) return "critical";
  if (unknown > 0 || total === 0) return "unknown";
  return warning + findings.length > 0 ? "warning" : "ok";
}

/** `2 expired, 1 due within 30 days`: counts by level, the most urgent first. */
export function summaryOf({ counts, thresholds, checked, superseded, findings }: CheckResult): Text {
  const { withinDays, criticalDays } = thresholds;
  const early = checked.filter((one) => isMerelyEarly(one, thresholds)).length;
  const downloaded = checked.filter(({ level, state }) => level === "warning" && state === "downloaded").length;
  const rejected = checked.filter(({ level, rejection }) => level === "critical" && rejection !== undefined).length;
  const parts: readonly (readonly [number, Text])[] = [
    [counts.expired, text("expired", "期限切れ")],
    [rejected, text("rejected by Apple", "Apple が拒否")],
    [counts.critical - rejected, text(`due within ${criticalDays} days`, `${criticalDays} 日以内に期限`)],
    [counts.unknown, text("unknown", "期限不明")],
    [early, text("not valid yet", "まだ有効でないもの")],
    [downloaded, RENEWAL_STATES.downloaded],
    [counts.warning - early - downloaded, text(`due within ${withinDays} days`, `${withinDays} 日以内に期限`)],
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

const findingCounts = (findings: readonly CheckedItem[]): readonly (readonly [number, Text])[] => {
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
