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
const CHANGES_FLAG = "--max-changes";

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
export function validateLimits({ maxDeletions, maxChanges }: PlanLimits): void {
  if (maxDeletions !== undefined) parseLimit(DELETIONS_FLAG, maxDeletions);
  if (maxChanges !== undefined) parseLimit(CHANGES_FLAG, maxChanges);
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

/**
 * Enforces a limit. A number limits the records of all types together; a share limits the records of each type, and all
 * of them to `atMost`.
 *
 * @throws `limit-exceeded` if a plan deletes or updates more records
 */
function enforceLimit(
  changes: readonly ThingChanges[],
  action: LimitedAction,
  { flag, limit, atMost, hint }: { flag: string; limit: string; atMost: number; hint: Text },
): void {
  const { count: number, percent = 100 } = parseLimit(flag, limit);
  const shares = [...changes, undefined].map((one): HeldCount => {
    const all = one === undefined ? sumRecords(changes) : one.recordsBefore;
    const share = Math.floor((all * percent) / 100);
    const most = one === undefined ? (number ?? Math.min(atMost, share)) : share;
    return { count: one === undefined ? sumChanges(changes, action) : one[action], all, most };
  });
  const beyond = shares.find(({ count, most }) => count > most);
  if (beyond !== undefined) throw createLimitFailure(action, beyond, `${flag} ${limit}`, hint);
}

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

/** Enforces both limits.  @throws `limit-exceeded` if a plan deletes or updates more records than either allows */
export function enforceLimits(changes: readonly ThingChanges[], { maxDeletions, maxChanges }: PlanLimits): void {
  const [deletions, updates] = [sumChanges(changes, "delete"), sumChanges(changes, "update")];
  if (maxDeletions !== undefined)
    enforceLimit(changes, "delete", {
      flag: DELETIONS_FLAG,
      limit: maxDeletions,
      atMost: MAX_DELETIONS_BY_SHARE,
      hint: describeConfirmOption(deletions),
    });
  if (maxChanges !== undefined)
    enforceLimit(changes, "update", {
      flag: CHANGES_FLAG,
      limit: maxChanges,
      atMost: Infinity,
      hint: describeChangesOption(updates),
    });
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
