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

interface ActionShare {
  readonly noun: Text;
  readonly count: number;
  readonly all: number;
}

const RECORD_NOUN = text("record", "");

const computeShares = (changes: readonly ThingChanges[], action: LimitedAction): readonly ActionShare[] => {
  const concerned = changes.filter((one, at) => at === 0 || one[action] > 0);
  return concerned.map((one) => ({
    noun: concerned.length === 1 ? RECORD_NOUN : one.noun,
    count: one[action],
    all: one.recordsBefore,
  }));
};

const ACTION_VERBS = { update: text("updates", "更新"), delete: text("deletes", "削除") } as const;

/** Returns the first part of an error, before the reason: `the plan deletes 12 of 30 users` */
const describeShare = (action: LimitedAction, { noun, count, all }: ActionShare): Text =>
  text(
    `the plan ${ACTION_VERBS[action].en} ${count} of ${formatCount(all, noun.en)}`,
    `計画では${noun.ja} ${all} 件のうち ${count} 件を${ACTION_VERBS[action].ja}します。`,
  );

/**
 * Enforces a limit. A number limits the records of all types together; a share limits the records of each type.
 *
 * @param atMost maximum number of records that a share permits, for all types together
 * @param hint returns what to type to allow this number of records
 * @throws `limit-exceeded` if a plan deletes or updates more records
 */
function enforceLimit(
  changes: readonly ThingChanges[],
  action: LimitedAction,
  { flag, limit, atMost }: { readonly flag: string; readonly limit: string; readonly atMost: number },
  hint: (count: number) => Text,
): void {
  const shares = computeShares(changes, action);
  const all = shares.reduce((sum, share) => sum + share.all, 0);
  const total = { noun: RECORD_NOUN, count: sumChanges(changes, action), all };
  const { count: number, percent = 0 } = parseLimit(flag, limit);
  const byShare = (share: ActionShare) => ({ share, most: Math.min(atMost, Math.floor((share.all * percent) / 100)) });
  const held =
    number === undefined ? [...shares.map(byShare), { share: total, most: atMost }] : [{ share: total, most: number }];
  const beyond = held.find(({ share, most }) => share.count > most);
  if (beyond === undefined) return;
  const { en, ja } = describeShare(action, beyond.share);
  const [limitEn, limitJa] =
    number === undefined && beyond.most === atMost
      ? ["a percentage permits at most", "割合で許可できる"]
      : ["the limit is", "上限の"];
  throw new Failure("limit-exceeded", {
    what: text(
      `${en}, but ${limitEn} ${beyond.most}; nothing was changed`,
      `${ja}${limitJa} ${beyond.most} 件を超えるため、何も変更していません`,
    ),
    where: `${flag} ${limit}`,
    hint: hint(total.count),
  });
}

const describeConfirmOption = (deletions: number): Text =>
  text(
    `to delete them anyway, pass --confirm-deletions ${deletions} instead`,
    `削除してよければ、代わりに --confirm-deletions ${deletions} を指定してください`,
  );

const OMIT_LIMIT_HINT = text(
  "to delete them anyway, omit --max-deletions",
  "削除してよければ、--max-deletions を省いてください",
);

const describeChangesOption = (updates: number): Text =>
  text(
    `to update them anyway, pass --max-changes ${updates}`,
    `更新してよければ、--max-changes ${updates} を指定してください`,
  );

/** Enforces both limits.  @throws `limit-exceeded` if a plan deletes or updates more records than either allows */
export function enforceLimits(
  changes: readonly ThingChanges[],
  { maxDeletions, maxChanges, confirmDeletions }: PlanLimits & { readonly confirmDeletions?: number | undefined },
): void {
  if (maxDeletions !== undefined)
    enforceLimit(
      changes,
      "delete",
      { flag: DELETIONS_FLAG, limit: maxDeletions, atMost: MAX_DELETIONS_BY_SHARE },
      (deletions) => (confirmDeletions === deletions ? OMIT_LIMIT_HINT : describeConfirmOption(deletions)),
    );
  if (maxChanges !== undefined)
    enforceLimit(changes, "update", { flag: CHANGES_FLAG, limit: maxChanges, atMost: Infinity }, describeChangesOption);
}

/**
 * Checks that `--yes --max-deletions` may confirm the deletions.
 *
 * @throws `limit-exceeded` if more than half of the records of a type would be deleted, because this requires their
 * exact number
 */
export function requireExactCountAboveHalf(changes: readonly ThingChanges[]): void {
  const most = computeShares(changes, "delete").find(({ count, all }) => count * 2 > all);
  if (most === undefined) return;
  const { en, ja } = describeShare("delete", most);
  throw new Failure("limit-exceeded", {
    what: text(
      `${en}, but --max-deletions permits at most half of them; nothing was changed`,
      `${ja}--max-deletions で許可できるのは半数までのため、何も変更していません`,
    ),
    hint: describeConfirmOption(sumChanges(changes, "delete")),
  });
}
