import { Failure } from "../errors/index.ts";
import { MAX_DELETIONS_BY_SHARE } from "../model/import.ts";
import { formatCount, text, type Text } from "../text/index.ts";
import { sumChanges, type ThingChanges } from "./plan.ts";

/** Limits as typed, for unattended runs. */
export interface PlanLimits {
  readonly maxDeletions?: string | undefined;
  readonly maxChanges?: string | undefined;
}

const LIMIT_PATTERN = /^(?:(?<count>\d{1,9})|(?<share>\d{1,3}(?:\.\d+)?)%)$/;

const DELETIONS_FLAG = "--max-deletions";

/** Parses a limit: a number or a share of records.  @throws `usage` if it is neither, or a share above 100% */
export const parseLimit = (
  flag: string,
  typed: string,
): { readonly count?: number | undefined; readonly percent?: number | undefined } => {
  const { count, share } = LIMIT_PATTERN.exec(typed)?.groups ?? {};
  if (count !== undefined) return { count: Number(count) };
  if (share !== undefined && Number(share) <= 100) return { percent: Number(share) };
  throw new Failure("usage", {
    what: text(
      `"${typed}" is neither a number of records nor a percentage`,
      `「${typed}」は件数でも割合でもありません`,
    ),
    where: flag,
    hint: text(`examples: ${flag} 20, ${flag} 5%`, `例: ${flag} 20、${flag} 5%`),
  });
};

/** Checks the limits before anything is read.  @throws `usage` if a limit is not valid, as in {@link enforceLimits} */
export function validateLimits(limits: PlanLimits): void {
  for (const { name, flag } of LIMITS) if (limits[name] !== undefined) parseLimit(flag, limits[name]);
}

type LimitedAction = "update" | "delete";

const sumRecords = (changes: readonly ThingChanges[]): number =>
  changes.reduce((sum, { recordsBefore }) => sum + recordsBefore, 0);

const ACTION_VERBS = { update: text("updates", "更新"), delete: text("deletes", "削除") } as const;

interface HeldCount {
  readonly count: number;
  readonly all: number;
  readonly most: number;
}

const createLimitFailure = (
  action: LimitedAction,
  { count, all, most }: HeldCount,
  where: string,
  hint: Text,
): Failure =>
  new Failure("limit-exceeded", {
    what: text(
      `the plan ${ACTION_VERBS[action].en} ${count} of ${formatCount(all, "record")}, but the limit is ${most}; nothing was changed`,
      `計画では ${all} 件のうち ${count} 件を${ACTION_VERBS[action].ja}します。上限の ${most} 件を超えるため、何も変更していません`,
    ),
    where,
    hint,
  });

const describeConfirmOption = (deletions: number): Text =>
  text(
    `to delete them anyway, pass --confirm-deletions ${deletions} instead`,
    `削除してよければ、代わりに --confirm-deletions ${deletions} を指定してください`,
  );

const describeChangesOption = (updates: number): Text =>
  text(
    `to update them anyway, pass --max-changes ${updates}`,
    `更新してよければ、--max-changes ${updates} を指定してください`,
  );

const LIMITS = [
  {
    name: "maxDeletions",
    action: "delete",
    flag: DELETIONS_FLAG,
    atMost: MAX_DELETIONS_BY_SHARE,
    hint: describeConfirmOption,
  },
  { name: "maxChanges", action: "update", flag: "--max-changes", atMost: Infinity, hint: describeChangesOption },
] as const;

/**
 * Enforces both limits. A number limits the records of all types together; a share limits the records of each type, and
 * all of them to `atMost`.
 *
 * @throws `limit-exceeded` if a plan deletes or updates more records than either allows
 */
export function enforceLimits(changes: readonly ThingChanges[], limits: PlanLimits): void {
  for (const { name, action, flag, atMost, hint } of LIMITS) {
    const { [name]: limit } = limits;
    if (limit === undefined) continue;
    const { count: number, percent = 100 } = parseLimit(flag, limit);
    const shareOf = (all: number): number => Math.floor((all * percent) / 100);
    const [all, count] = [sumRecords(changes), sumChanges(changes, action)];
    const counts: readonly HeldCount[] = [
      ...changes.map((one) => ({ count: one[action], all: one.recordsBefore, most: shareOf(one.recordsBefore) })),
      { count, all, most: number ?? Math.min(atMost, shareOf(all)) },
    ];
    const beyond = counts.find((one) => one.count > one.most);
    if (beyond !== undefined) throw createLimitFailure(action, beyond, `${flag} ${limit}`, hint(count));
  }
}

/**
 * Checks that `--yes --max-deletions` may confirm the deletions.
 *
 * @throws `limit-exceeded` if more than half of the records of a type would be deleted, because this requires their
 * exact number
 */
export function requireExactCountAboveHalf(changes: readonly ThingChanges[]): void {
  const beyond = changes.find((one) => one.delete * 2 > one.recordsBefore);
  if (beyond === undefined) return;
  const { delete: count, recordsBefore: all } = beyond;
  const hint = describeConfirmOption(sumChanges(changes, "delete"));
  throw createLimitFailure("delete", { count, all, most: Math.floor(all / 2) }, DELETIONS_FLAG, hint);
}
