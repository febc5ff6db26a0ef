import { type RecordAction, ROW_ACTION_NAMES, MAX_DELETIONS_BY_SHARE } from "../model/import.ts";
import type { Given } from "../model/thing.ts";
import { joinTexts, text, type Text, formatCount } from "../text/index.ts";
import { Failure } from "../errors/index.ts";

export const PLAN_ACTIONS: readonly RecordAction[] = ["create", "update", "delete"];

export interface ThingChanges extends Readonly<Record<RecordAction, number>> {
  readonly noun: Text;
  readonly recordsBefore: number;
}

export interface PlanEffect {
  readonly count: number;
  readonly what: Text;
  readonly names?: readonly string[] | undefined;
}

export interface PlanSample {
  readonly lines: AsyncIterable<Text> | Iterable<Text>;
  /** number of further records, which are not shown */
  readonly rest: number;
  readonly all?: Text | undefined;
}

export interface Plan {
  readonly target: Text;
  /** changes by record type; the main record type is first */
  readonly changes: readonly ThingChanges[];
  readonly effects?: readonly PlanEffect[] | undefined;
  /** number of devices that must be wiped because their owner changes */
  readonly wipes?: number | undefined;
  readonly lines: readonly Text[];
  readonly warnings?: readonly Text[] | undefined;
  readonly notes?: readonly Text[] | undefined;
  readonly samples?: readonly PlanSample[] | undefined;
}

export const createChanges = (noun: Text, counts: Partial<Record<RecordAction, number>>): ThingChanges => {
  const all = { create: 0, update: 0, delete: 0, ...counts };
  return { noun, ...all, recordsBefore: all.update + all.delete };
};

export const sumChanges = (changes: readonly ThingChanges[], action: RecordAction): number =>
  changes.reduce((sum, one) => sum + one[action], 0);

/** Returns a text such as `create 2, update 3, unchanged 4`. Omits zeros. */
export const describeCounts = (
  counts: Readonly<Record<RecordAction, number>>,
  others: readonly (readonly [count: number, what: Text])[] = [],
): Text =>
  joinTexts(
    [...PLAN_ACTIONS.map((action) => [counts[action], ROW_ACTION_NAMES[action]] as const), ...others]
      .filter(([count]) => count > 0)
      .map(([count, { en, ja }]) => text(`${en} ${count}`, `${ja} ${count}`)),
    text(", ", "、"),
  );

export const describeEffects = ({ changes, effects = [] }: Pick<Plan, "changes" | "effects">): Text => {
  const parts = [
    ...PLAN_ACTIONS.map((action) => ({ count: sumChanges(changes, action), what: ROW_ACTION_NAMES[action] })),
    ...effects,
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => text(`${what.en} ${count}`, `${what.ja} ${count}`));
  return parts.length === 0 ? text("a plan without changes", "変更のない計画") : joinTexts(parts, text(", ", "・"));
};

export async function renderPlan(
  reader: { note(line: Text): Promise<void>; warn(line: Text): Promise<void> },
  { lines, warnings = [], notes = [], samples = [] }: Pick<Plan, "lines" | "warnings" | "notes" | "samples">,
): Promise<void> {
  for (const line of lines) await reader.note(line);
  for (const warning of warnings) await reader.warn(warning);
  for (const line of notes) await reader.note(line);
  for (const { lines: first, rest, all } of samples) {
    for await (const line of first) await reader.note(line);
    if (rest <= 0) continue;
    const [en, ja] = all === undefined ? ["", ""] : [` (all: ${all.en})`, `(全件: ${all.ja})`];
    await reader.note(text(`  … and ${rest} more${en}`, `  … ほか ${rest} 件${ja}`));
  }
}

export type PlanLimits = Given<Record<"maxDeletions" | "maxChanges", string>>;

const LIMIT_PATTERN = /^(?:(?<count>\d{1,9})|(?<share>\d{1,3}(?:\.\d+)?)%)$/;

/** Parses a number of records, or a percentage. @throws `usage` for any other text, or above 100% */
export const parseLimit = (flag: string, typed: string): Given<Record<"count" | "percent", number>> => {
  const { count, share } = LIMIT_PATTERN.exec(typed)?.groups ?? {};
  if (count !== undefined) return { count: Number(count) };
  if (share !== undefined && Number(share) <= 100) return { percent: Number(share) };
  throw new Failure("usage", {
    what: text(`"${typed}" is neither a number of records nor a percentage`, `「${typed}」は件数・割合ではありません`),
    where: flag,
    hint: text(`examples: ${flag} 20, ${flag} 5%`, `例: ${flag} 20、${flag} 5%`),
  });
};

export function validateLimits(limits: PlanLimits): void {
  for (const { name, flag } of CHANGE_LIMITS) if (limits[name] !== undefined) parseLimit(flag, limits[name]);
}

const CHANGE_LIMITS = [
  {
    name: "maxDeletions",
    action: "delete",
    verb: text("deletes", "削除"),
    atMost: MAX_DELETIONS_BY_SHARE,
    flag: "--max-deletions",
    answer: "--confirm-deletions",
  },
  {
    name: "maxChanges",
    action: "update",
    verb: text("updates", "更新"),
    atMost: Infinity,
    flag: "--max-changes",
    answer: "--max-changes",
  },
] as const;

type LimitedCount = Readonly<Record<"count" | "all" | "most", number>>;

const createLimitFailure = (
  { action, verb, flag, answer }: (typeof CHANGE_LIMITS)[number],
  { count, all, most }: LimitedCount,
  changes: readonly ThingChanges[],
  typed = "",
): Failure => {
  const pass = `${answer} ${sumChanges(changes, action)}`;
  return new Failure("limit-exceeded", {
    what: text(
      `the plan ${verb.en} ${count} of ${formatCount(all, "record")}, but the limit is ${most}; nothing was changed`,
      `計画では ${all} 件のうち ${count} 件を${verb.ja}します。上限の ${most} 件を超えるため、何も変更していません`,
    ),
    where: `${flag} ${typed}`.trimEnd(),
    hint: text(`to continue, pass ${pass} instead`, `続けるには、代わりに ${pass} を指定してください`),
  });
};

/** A number limits the sum of all record types. A percentage limits each record type. @throws `limit-exceeded` */
export function enforceLimits(changes: readonly ThingChanges[], limits: PlanLimits): void {
  for (const limit of CHANGE_LIMITS) {
    const { name, action, flag, atMost } = limit;
    const { [name]: typed } = limits;
    if (typed === undefined) continue;
    const { count: number, percent = 100 } = parseLimit(flag, typed);
    const shareOf = (all: number): number => Math.floor((all * percent) / 100);
    const all = changes.reduce((sum, { recordsBefore }) => sum + recordsBefore, 0);
    const counts: readonly LimitedCount[] = [
      ...changes.map((one) => ({ count: one[action], all: one.recordsBefore, most: shareOf(one.recordsBefore) })),
      { count: sumChanges(changes, action), all, most: number ?? Math.min(atMost, shareOf(all)) },
    ];
    const beyond = counts.find(({ count, most }) => count > most);
    if (beyond !== undefined) throw createLimitFailure(limit, beyond, changes, typed);
  }
}

export function requireDeletionCountAboveHalf(changes: readonly ThingChanges[]): void {
  const beyond = changes.find((one) => one.delete * 2 > one.recordsBefore);
  if (beyond === undefined) return;
  const { delete: count, recordsBefore: all } = beyond;
  throw createLimitFailure(CHANGE_LIMITS[0], { count, all, most: Math.floor(all / 2) }, changes);
}
