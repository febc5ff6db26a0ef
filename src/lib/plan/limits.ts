import { Failure } from "../errors/index.ts";
import { MAX_DELETIONS_BY_SHARE } from "../model/import.ts";
import { formatCount, text } from "../text/index.ts";
import { sumChanges, type ThingChanges } from "./plan.ts";

export interface PlanLimits {
  readonly maxDeletions?: string | undefined;
  readonly maxChanges?: string | undefined;
}

const LIMIT_PATTERN = /^(?:(?<count>\d{1,9})|(?<share>\d{1,3}(?:\.\d+)?)%)$/;

/** Parses a number of records, or a percentage. @throws `usage` for any other text, or above 100% */
export const parseLimit = (
  flag: string,
  typed: string,
): { readonly count?: number | undefined; readonly percent?: number | undefined } => {
  const { count, share } = LIMIT_PATTERN.exec(typed)?.groups ?? {};
  if (count !== undefined) return { count: Number(count) };
  if (share !== undefined && Number(share) <= 100) return { percent: Number(share) };
  throw new Failure("usage", {
    what: text(`"${typed}" is neither a number of records nor a percentage`, `「${typed}」は件数・割合ではありません`),
    where: flag,
    hint: text(`examples: ${flag} 20, ${flag} 5%`, `例: ${flag} 20、${flag} 5%`),
  });
};

/** Called before any file is read. @throws `usage` if a limit is invalid */
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

interface LimitedCount {
  readonly count: number;
  readonly all: number;
  readonly most: number;
}

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

/** @throws `limit-exceeded` if more than half of the records of a type would be deleted */
export function requireDeletionCountAboveHalf(changes: readonly ThingChanges[]): void {
  const beyond = changes.find((one) => one.delete * 2 > one.recordsBefore);
  if (beyond === undefined) return;
  const { delete: count, recordsBefore: all } = beyond;
  throw createLimitFailure(CHANGE_LIMITS[0], { count, all, most: Math.floor(all / 2) }, changes);
}
