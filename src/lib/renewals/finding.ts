import { LEVEL_NAMES, type Level } from "../document/blocks.ts";
import { compareCodeUnits, type CheckedItem } from "./expiry-status.ts";
import type { PluginState } from "./plugin.ts";
import type { Column } from "../terminal/index.ts";
import { joinTexts, same, text, type Text, formatCount } from "../text/index.ts";
import { line } from "../advice/index.ts";
import { RENEWAL_KINDS } from "../nouns/renewal.ts";
import { completeCommands } from "../terminal/commands.ts";

export interface Finding {
  /** ID that stays the same until the level of the item changes */
  readonly id: string;
  readonly tenant: string;
  /** context of the tenant; null for a file */
  readonly context: string | null;
  readonly group: "renewals" | "import" | "ade" | "console" | "token" | "reminders" | "job" | "tenant" | "month";
  readonly level: Level;
  readonly what: Text;
  /** next command or action; null if `what` contains it */
  readonly next: Text | null;
  readonly item?: CheckedItem | undefined;
}

export const LEVEL_LABELS: Readonly<Record<Level, Text>> = {
  expired: text("EXPIRED", "期限切れ"),
  critical: text("CRITICAL", "至急"),
  unknown: text("UNKNOWN", "不明"),
  warning: text("WARNING", "注意"),
  ok: text("OK", "正常"),
};

/** The most urgent comes first. An unknown expiry is more urgent than a warning. */
const LEVELS_BY_URGENCY = Object.keys(LEVEL_LABELS) as readonly Level[];

type Urgency = Pick<Finding, "level" | "item">;

export const compareByUrgency = (one: Urgency, other: Urgency): number =>
  LEVELS_BY_URGENCY.indexOf(one.level) - LEVELS_BY_URGENCY.indexOf(other.level) ||
  compareCodeUnits(one.item?.expiresAt ?? LATEST_INSTANT, other.item?.expiresAt ?? LATEST_INSTANT);

const LATEST_INSTANT = "9999";

/** @param labels in Japanese; default: those of expiry dates */
export const describeLevels = (all: readonly Pick<Finding, "level">[], labels = LEVEL_NAMES): Text =>
  joinTexts(
    [...Map.groupBy(all, ({ level }) => level)].map(([level, { length }]) =>
      text(`${length} ${LEVEL_NAMES[level].en}`, `${labels[level].ja} ${length} 件`),
    ),
    text(", ", "、"),
  );

export const determineState = (levels: Iterable<Level>): PluginState => {
  const found = new Set(levels);
  const worst = LEVELS_BY_URGENCY.find((level) => found.has(level)) ?? "ok";
  return worst === "expired" ? "critical" : worst;
};

const renderFinding = ({ level, what, next }: Finding, tenant: Text): Text => {
  const label = LEVEL_LABELS[level];
  const [en, ja] = next === null ? ["", ""] : [`: ${next.en}`, `: ${next.ja}`];
  return text(`${label.en} ${tenant.en}: ${what.en}${en}`, `${label.ja} ${tenant.ja}: ${what.ja}${ja}`);
};

export const describeFinding = (finding: Finding): Text => renderFinding(finding, same(finding.tenant));

const MAX_NAMED_TENANTS = 5;

/** Describes the same finding of several tenants in one line, with the next step of the first tenant. */
export const describeFindings = (findings: readonly Finding[]): readonly Text[] =>
  // a path tells apart only the tenants
  [
    ...Map.groupBy(findings, ({ level, what }) => `${level} ${what.en.replaceAll(/ \(\/[^)]*\)/g, "")}`).values(),
  ].flatMap((alike) => {
    const names = [...new Set(alike.map(({ tenant }) => tenant))];
    const [first] = alike;
    if (first === undefined || names.length === 1) return alike.map(describeFinding);
    const named = [...names.slice(0, MAX_NAMED_TENANTS), ...(names.length > MAX_NAMED_TENANTS ? ["…"] : [])];
    const what = text(`${first.what.en}: ${named.join(", ")}`, `${first.what.ja}: ${named.join("、")}`);
    return [renderFinding({ ...first, what }, text(`${names.length} tenants`, `${names.length} テナント`))];
  });

const toItemColumn = (key: "kind" | "name" | "expiresAt" | "daysLeft", header: Text): Column<Finding> => ({
  key,
  header,
  value: ({ item }) => item?.[key] ?? null,
});

export const FINDING_COLUMNS: readonly Column<Finding>[] = [
  { key: "level", header: text("level", "状態"), value: ({ level }) => level },
  { key: "tenant", header: text("tenant", "テナント"), value: ({ tenant }) => tenant },
  { key: "group", header: text("group", "分類"), value: ({ group }) => group },
  { key: "what", header: text("what", "内容"), advice: true, value: ({ what }) => what.en, name: ({ what }) => what },
  {
    key: "next",
    header: text("next step", "次の操作"),
    advice: true,
    value: ({ next }) => next?.en ?? null,
    name: ({ next }) => next,
  },
  { key: "id", header: text("ID", "ID"), value: ({ id }) => id },
  toItemColumn("kind", text("kind", "種類")),
  toItemColumn("name", text("name", "名前")),
  toItemColumn("expiresAt", text("expires at", "期限(時刻)")),
  toItemColumn("daysLeft", text("days left", "残り日数")),
];

export function describeItem({ kind, name, expiry, daysLeft, isToday, remark, rejection, level }: CheckedItem): Text {
  const reason = rejection !== undefined && level === "critical" ? rejection.what : (remark ?? LEVEL_NAMES.unknown);
  if (kind === null) return reason;
  const { en, ja } = text(`${RENEWAL_KINDS[kind].en} ${name}`, `${RENEWAL_KINDS[kind].ja}「${name}」`);
  if (daysLeft === null || reason === rejection?.what) return text(`${en}: ${reason.en}`, `${ja}: ${reason.ja}`);
  const [moreEn, moreJa] = remark ? [`; ${remark.en}`, `。${remark.ja}`] : ["", ""];
  const isExpired = level === "expired" || daysLeft < 0;
  if (isToday)
    return isExpired
      ? text(`${en} expired today, ${expiry}${moreEn}`, `${ja}は本日 ${expiry} に期限が切れました${moreJa}`)
      : text(`${en} expires today, ${expiry}${moreEn}`, `${ja}の期限は本日 ${expiry} です${moreJa}`);
  if (isExpired)
    return text(
      `${en} expired on ${expiry}, ${formatCount(-daysLeft, "day")} ago${moreEn}`,
      `${ja}は ${expiry} に期限が切れました(${-daysLeft} 日経過)${moreJa}`,
    );
  const left =
    daysLeft > 0
      ? text(`${formatCount(daysLeft, "day")} left`, `あと ${daysLeft} 日`)
      : text("before the next daily run", "次の自動実行の前");
  return text(`${en} expires on ${expiry}, ${left.en}${moreEn}`, `${ja}の期限は ${expiry}(${left.ja})${moreJa}`);
}

export function toItemFinding(item: CheckedItem): Finding {
  const { kind, name, context, source, level, fingerprint } = item;
  const guide = kind === null ? item.next : line("renewals guide", [context === null ? kind : name]);
  const next = level === "ok" ? undefined : guide;
  const completion = { context: context ?? undefined };
  return {
    id: `renewals ${item.id ?? `${source} ${fingerprint}`} ${level}`,
    tenant: item.tenant ?? context ?? source ?? name,
    context,
    group: "renewals",
    level,
    what: completeCommands(describeItem(item), completion),
    next: next === undefined ? null : same(completeCommands(`${next}`, completion)),
    item,
  };
}
