import { Failure } from "../errors/index.ts";
import { counted, text, type Text } from "../text/index.ts";
import { countAll, type Changes } from "./plan.ts";

/** Limits as typed, for runs that nobody watches. */
export interface Limits {
  readonly maxDeletions?: string | undefined;
  readonly maxChanges?: string | undefined;
}

/** However large a tenant is: more deletions than this are never meant by a share of it. */
const MAX_BY_SHARE = 500;

const FORM = /^(?:(?<count>\d{1,9})|(?<share>\d{1,3}(?:\.\d+)?)%)$/;

const FLAG = "--max-deletions";
const CHANGES_FLAG = "--max-changes";

/** A limit as typed: a number of records, or a share of them. @throws `usage` if it is neither, or a share beyond 100% */
export const readLimit = (
  flag: string,
  typed: string,
): { readonly count?: number | undefined; readonly percent?: number | undefined } => {
  const { count, share } = FORM.exec(typed)?.groups ?? {};
  if (count !== undefined) return { count: Number(count) };
  if (share !== undefined && Number(share) <= 100) return { percent: Number(share) };
  throw new Failure("usage", {
    what: text(
      `${typed} is neither a number of records nor a share of them`,
      `「${typed}」は件数としても割合としても読めません`,
    ),
    where: flag,
    hint: text(`examples: ${flag} 20, ${flag} 5%`, `例: ${flag} 20、${flag} 5%`),
  });
};

/** @throws `usage` before anything is read, as {@link refuseBeyond} would after */
export function checkLimits({ maxDeletions, maxChanges }: Limits): void {
  if (maxDeletions !== undefined) readLimit(FLAG, maxDeletions);
  if (maxChanges !== undefined) readLimit(CHANGES_FLAG, maxChanges);
}

/** What a limit is of. */
type LimitedAction = "update" | "delete";

/** What a plan does to the records of one thing, or of all, and how many there are. */
interface Share {
  readonly noun: Text;
  readonly count: number;
  readonly all: number;
}

const RECORD = text("record", "");

const sharesOf = (changes: readonly Changes[], action: LimitedAction): readonly Share[] => {
  const concerned = changes.filter((one, at) => at === 0 || one[action] > 0);
  return concerned.map((one) => ({
    noun: concerned.length === 1 ? RECORD : one.noun,
    count: one[action],
    all: one.recordsBefore,
  }));
};

const VERBS = { update: text("updates", "更新"), delete: text("deletes", "削除") } as const;

/** `the plan deletes 12 of 30 users`, up to where it is told what stands against that. */
const describeShare = (action: LimitedAction, { noun, count, all }: Share): Text =>
  text(
    `the plan ${VERBS[action].en} ${count} of ${counted(all, noun.en)}`,
    `計画では${noun.ja} ${all} 件のうち ${count} 件を${VERBS[action].ja}します。`,
  );

/**
 * A number of records limits all of a plan, a share those of each thing.
 *
 * @param atMost what a share never permits more of, of all things
 * @param hint what to type for so many records
 * @throws `limit-exceeded` if a plan deletes or updates more than that
 */
function refuseMore(
  changes: readonly Changes[],
  action: LimitedAction,
  { flag, limit, atMost }: { readonly flag: string; readonly limit: string; readonly atMost: number },
  hint: (count: number) => Text,
): void {
  const shares = sharesOf(changes, action);
  const all = shares.reduce((sum, share) => sum + share.all, 0);
  const total = { noun: RECORD, count: countAll(changes, action), all };
  const { count: number, percent = 0 } = readLimit(flag, limit);
  const byShare = (share: Share) => ({ share, most: Math.min(atMost, Math.floor((share.all * percent) / 100)) });
  const held =
    number === undefined ? [...shares.map(byShare), { share: total, most: atMost }] : [{ share: total, most: number }];
  const beyond = held.find(({ share, most }) => share.count > most);
  if (beyond === undefined) return;
  const { en, ja } = describeShare(action, beyond.share);
  throw new Failure("limit-exceeded", {
    what: text(
      `${en}, more than the ${beyond.most} allowed; nothing was changed`,
      `${ja}上限の ${beyond.most} 件を超えるため、何も変更していません`,
    ),
    where: `${flag} ${limit}`,
    hint: hint(total.count),
  });
}

const confirming = (deletions: number): Text =>
  text(
    `if they are to go, pass --confirm-deletions ${deletions} instead`,
    `削除してよければ、代わりに --confirm-deletions ${deletions} を指定してください`,
  );

/** Their number is confirmed already. */
const WITHOUT_LIMIT = text(
  "if they are to go, leave --max-deletions out",
  "削除してよければ、--max-deletions を省いてください",
);

const changing = (updates: number): Text =>
  text(
    `if they are to change, pass --max-changes ${updates}`,
    `更新してよければ、--max-changes ${updates} を指定してください`,
  );

/** @throws `limit-exceeded` if a plan deletes or updates more records than a limit allows: each has to hold */
export function refuseBeyond(
  changes: readonly Changes[],
  { maxDeletions, maxChanges, confirmDeletions }: Limits & { readonly confirmDeletions?: number | undefined },
): void {
  if (maxDeletions !== undefined)
    refuseMore(changes, "delete", { flag: FLAG, limit: maxDeletions, atMost: MAX_BY_SHARE }, (deletions) =>
      confirmDeletions === deletions ? WITHOUT_LIMIT : confirming(deletions),
    );
  if (maxChanges !== undefined)
    refuseMore(changes, "update", { flag: CHANGES_FLAG, limit: maxChanges, atMost: Infinity }, changing);
}

/**
 * Permits deletions by `--yes --max-deletions`, within the limit.
 *
 * @throws `limit-exceeded` if more than half of the records of a thing would go: that takes their exact number
 */
export function permitByLimit(changes: readonly Changes[]): void {
  const most = sharesOf(changes, "delete").find(({ count, all }) => count * 2 > all);
  if (most === undefined) return;
  const { en, ja } = describeShare("delete", most);
  throw new Failure("limit-exceeded", {
    what: text(
      `${en}; --max-deletions permits half of them at most; nothing was changed`,
      `${ja}--max-deletions で許可できるのは半数までのため、何も変更していません`,
    ),
    hint: confirming(countAll(changes, "delete")),
  });
}
