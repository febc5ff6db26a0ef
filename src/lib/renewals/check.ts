import { Failure } from "../errors/index.ts";
import { RENEWAL_STATES, type RenewalKind } from "../model/renewal.ts";
import { formatCount, joinTexts, text, type Text } from "../text/index.ts";
import type { PluginState } from "./output/plugin.ts";
import type { Level } from "../document/level.ts";
import { compareByExpiry, joinRemarks, DEFAULT_THRESHOLDS, type CheckedItem, type Thresholds } from "./judge.ts";
import { isNewerFile, compareLineages, type LineageRelation } from "./succession.ts";

/** The result of a check: the checked items, the most urgent first, and the overall state. */
export interface CheckResult {
  readonly state: PluginState;
  readonly checked: readonly CheckedItem[];
  /** expired files that a newer file of the same item has replaced; they are shown but do not count */
  readonly superseded: readonly CheckedItem[];
  /** problems with who is notified of renewals, the most serious first; not included in `counts` */
  readonly findings: readonly CheckedItem[];
  readonly counts: Readonly<Record<Level, number>>;
  readonly thresholds: Thresholds;
}

/** The levels, the most urgent first. An unknown expiry comes before an expiry that is only near. */
const LEVELS_BY_URGENCY: readonly Level[] = ["expired", "critical", "unknown", "warning", "ok"];

/** Returns true if an item's only problem is that it is not valid yet: its expiry is beyond the warning time. */
export const isOnlyNotYetValid = ({ level, daysLeft, state }: CheckedItem, { withinDays }: Thresholds): boolean =>
  level === "warning" && state !== "downloaded" && daysLeft !== null && daysLeft > withinDays;

/** Summarises a check. If nothing was checked, the state is unknown, because it must not look like good news. */
export function summariseCheck(
  all: readonly CheckedItem[],
  thresholds: Thresholds,
  found: readonly CheckedItem[] = [],
): CheckResult {
  const counts = { ok: 0, warning: 0, critical: 0, expired: 0, unknown: 0 };
  const standing = all.map((one) => judgeWithSuccessor(one, all));
  const kept = standing.filter(({ state }) => state !== "superseded");
  const superseded = standing.filter(({ state }) => state === "superseded");
  for (const { level } of kept) counts[level] += 1;
  const checked = kept.toSorted(
    (one, other) =>
      LEVELS_BY_URGENCY.indexOf(one.level) - LEVELS_BY_URGENCY.indexOf(other.level) || compareByExpiry(one, other),
  );
  const findings = found.toSorted(compareByUrgency);
  return {
    state: determinePluginState(counts, kept.length, findings),
    checked,
    superseded,
    findings,
    counts,
    thresholds,
  };
}

const compareByUrgency = ({ level: one }: CheckedItem, { level: other }: CheckedItem): number =>
  LEVELS_BY_URGENCY.indexOf(one) - LEVELS_BY_URGENCY.indexOf(other);

export const listUrgentItems = ({ checked, findings }: CheckResult): readonly CheckedItem[] =>
  [...checked, ...findings].filter(({ level }) => level !== "ok").toSorted(compareByUrgency);

/**
 * Judges a file that may have been replaced by a newer file. An expired file with a valid newer file of the same item
 * no longer counts. Before it expires, it is not known whether the newer file was uploaded, so the older file keeps its
 * level, but at most `warning`. If the newer file is only likely to be of the same item, the older file stays a warning
 * even after it expires. If the relation is unclear, the file is judged by its own date.
 */
function judgeWithSuccessor(one: CheckedItem, all: readonly CheckedItem[]): CheckedItem {
  const by = findSuccessor(one, all, "same")?.source ?? undefined;
  if (by !== undefined && one.level === "expired")
    return { ...one, state: "superseded", level: "ok", remark: describeSuperseded(by) };
  const likely = by === undefined ? findSuccessor(one, all, "likely") : undefined;
  const remark = by === undefined ? likely && describeLikelyRenewal(one, likely) : describeRenewed(by);
  if (remark === undefined) return { ...one, remark: joinRemarks([one.remark, ...describePossibleRenewals(one, all)]) };
  const isUrgent = one.level === "critical" || one.level === "expired";
  return { ...one, state: "downloaded", level: isUrgent ? "warning" : one.level, remark };
}

/** Compares two checked files. Returns `different` if one of them is a recorded item or could not be read. */
export function compareCheckedFiles(one: CheckedItem, other: CheckedItem): LineageRelation {
  const isFile = one.context === null && other.context === null;
  return isFile && one.lineage !== undefined && other.lineage !== undefined
    ? compareLineages(one.lineage, other.lineage)
    : "different";
}

/** Returns true if the checked files contain a valid newer file of the same item. */
export const hasRenewedFile = (one: CheckedItem, all: readonly CheckedItem[]): boolean =>
  findSuccessor(one, all, "same") !== undefined;

/** Returns the newest valid file that is newer than a file and has the given relation to it. */
const findSuccessor = (
  one: CheckedItem,
  all: readonly CheckedItem[],
  relation: "same" | "likely",
): CheckedItem | undefined => {
  const newer = all.filter(
    (other) =>
      compareCheckedFiles(one, other) === relation &&
      other.level !== "expired" &&
      // a file that is not valid yet has a remark
      other.remark === null &&
      isNewerFile(other, one),
  );
  return newer.toSorted(compareByExpiry).at(-1);
};

const CERTIFICATE_FILE_NAME = /\.(?:pem|cer|crt|cert|der|p12|pfx|jks)$/i;

const FILE_NAMES_BY_KIND: Readonly<Partial<Record<RenewalKind, RegExp>>> = {
  "push-certificate": CERTIFICATE_FILE_NAME,
  "agent-build-certificate": CERTIFICATE_FILE_NAME,
  "agent-push-certificate": CERTIFICATE_FILE_NAME,
  "agent-profile": /\.(?:mobileprovision|provisionprofile)$/i,
  "ade-token": /\.p7m(?:\.\w+)?$/i,
  "vpp-token": /\.vpptoken(?:\.\w+)?$/i,
};

const MAX_NAMED_FILES = 3;

/** Describes the files that may have renewed a file, and why this is not certain. */
function describePossibleRenewals(one: CheckedItem, all: readonly CheckedItem[]): readonly Text[] {
  const { kind } = one;
  if (kind === null || one.context !== null) return [];
  const newer = all.filter((other) => other.fingerprint !== one.fingerprint && isNewerFile(other, one));
  const early = newer.filter((other) => compareCheckedFiles(one, other) === "same" && other.remark !== null);
  const alike = newer.filter((other) => compareCheckedFiles(one, other) === "unclear" && other.level !== "expired");
  const unlike = alike.filter((other) => describeIssuerMismatch(one, other) === undefined);
  // if this file is not due, the report on the unreadable file itself is enough
  const unread =
    one.level === "ok"
      ? []
      : all.filter((other) => other.kind === null && FILE_NAMES_BY_KIND[kind]?.test(other.source ?? ""));
  return [
    ...(early.length === 0 ? [] : [describeEarlyRenewal(early)]),
    ...alike.flatMap((other) => describeIssuerMismatch(one, other) ?? []),
    ...(unlike.length === 0 ? [] : [describeIndistinguishable(formatFileNames(unlike))]),
    ...(unread.length === 0 ? [] : [describeUnreadableRenewal(formatFileNames(unread))]),
  ];
}

/** Returns the names of the first files, and how many more there are. */
function formatFileNames(files: readonly CheckedItem[]): Text {
  const named = files.slice(0, MAX_NAMED_FILES).map(({ source, name }) => source ?? name);
  const rest = files.length - named.length;
  return rest === 0
    ? text(named.join(", "), named.join("、"))
    : text(`${named.join(", ")} and ${rest} more`, `${named.join("、")} ほか ${rest} 件`);
}

const describeIndistinguishable = ({ en, ja }: Text): Text =>
  text(
    `cannot be distinguished from ${en}: the files do not show which file renews which, so each file counts by its own date`,
    `${ja} と区別できません。このファイルの更新後のものかファイルからはわからないため、それぞれの期限で判定します`,
  );

/**
 * Explains that a certificate with the same topic does not renew a certificate, because its issuer or signature does
 * not match. Returns undefined if the topics differ or one of the files has no topic.
 */
export function describeIssuerMismatch(one: CheckedItem, other: CheckedItem): Text | undefined {
  const [was, is] = [one, other].map(({ topic, lineage }) =>
    topic !== null && lineage?.evidence.of === "certificate" ? lineage.evidence.issuer.name : undefined,
  );
  if (was === undefined || is === undefined || one.topic !== other.topic) return undefined;
  const by = other.source ?? other.name;
  return text(
    `${by} has the same topic but does not renew this certificate: it has a different issuer, or was not signed by the issuer that it names (${was} → ${is})`,
    `${by} はトピックが同じですが、この証明書の更新後のものではありません。発行者が違うか、記載された発行者の署名ではありません(${was} → ${is})`,
  );
}

const describeUnreadableRenewal = ({ en, ja }: Text): Text =>
  text(
    `judging by its name, ${en} may be the renewed file, but it could not be read`,
    `名前から見て ${ja} が更新ファイルかもしれませんが、読み込めませんでした`,
  );

const describeEarlyRenewal = (files: readonly CheckedItem[]): Text => {
  const { en, ja } = formatFileNames(files);
  return text(
    `${en} renews this file but is not valid yet, so the date of this file still counts`,
    `${ja} が更新ファイルですが、まだ有効ではないため、このファイルの期限で判定します`,
  );
};

const describeSuperseded = (by: string): Text => text(`superseded by ${by}`, `${by} に置き換え済み`);

const describeRenewed = (by: string): Text =>
  text(
    `renewed by ${by}: make sure that the new file was uploaded (HOME in the console shows the expiry date)`,
    `更新ファイル ${by} があります。アップロード済みかどうかを、管理画面の HOME に表示される期限で確認してください`,
  );

/** Describes the file that is likely the newer file, and what differs or was not compared. */
function describeLikelyRenewal({ lineage: was }: CheckedItem, { source, name, lineage: is }: CheckedItem): Text {
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
        `may be renewed by ${by}: the key is the same, but the MDM server is different (${old} → ${found}), and the consumer keys were not compared; if the server was only renamed, move this file to another folder; otherwise, renew this token`,
        `${by} が更新ファイルかもしれません。鍵は同じですが、MDM サーバの名前が違い(${old} → ${found})、consumer key は比較していません。サーバの名前を変更しただけなら、このファイルを別のフォルダーに移してください。別のサーバなら、このトークンを更新してください`,
      )
    : text(
        `may be renewed by ${by}, but the issuer is different (${old} → ${found}): check the certificate in Apple's portal, then move this file to another folder`,
        `${by} が更新ファイルかもしれませんが、発行者が違います(${old} → ${found})。Apple のポータルで確認してから、このファイルを別のフォルダーに移してください`,
      );
}

function determinePluginState(
  { expired, critical, unknown, warning }: CheckResult["counts"],
  total: number,
  findings: readonly CheckedItem[],
): PluginState {
  if (expired + critical > 0 || findings.some(({ level }) => level === "critical")) return "critical";
  if (unknown > 0 || total === 0) return "unknown";
  return warning + findings.length > 0 ? "warning" : "ok";
}

/** Returns the counts by level, the most urgent first, such as `2 expired, 1 due within 30 days`. */
export function describeCheckResult({ counts, thresholds, checked, superseded, findings }: CheckResult): Text {
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
    ...(findings.length === 0 ? [] : [countFindings(findings)]),
  ];
  return joinTexts(said, text(", ", "、"));
}

function countFindings(findings: readonly CheckedItem[]): Text {
  const critical = findings.filter(({ level }) => level === "critical").length;
  const [en, ja] = critical === 0 ? ["", ""] : [` (${critical} critical)`, `(うち至急 ${critical} 件)`];
  return text(
    `${formatCount(findings.length, "problem")} with notification recipients${en}`,
    `通知先の問題 ${findings.length} 件${ja}`,
  );
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
