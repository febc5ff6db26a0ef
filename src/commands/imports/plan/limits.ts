import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { nounNamed } from "../../../lib/model/problem.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import type { Fields } from "../../field.ts";

/** Returns the number of records that a plan creates, updates or deletes, of all things. */
export const countAll = (plan: Import, action: "create" | "update" | "delete"): number =>
  (plan.beside ?? []).reduce((sum, one) => sum + one[action], plan[action]);

/** Limits for runs that nobody watches. */
export const LIMITS = {
  maxDeletions: {
    kind: "string",
    value: "N|P%",
    about: text(
      "change nothing (exit 10) if more records would be deleted; P% is of the records there are, 500 at most",
      "削除がこの件数を超えるなら何も変更しない(終了コード 10。P% は現在の件数に対する割合で、500 件まで)",
    ),
  },
  maxChanges: {
    kind: "string",
    value: "N|P%",
    about: text(
      "change nothing (exit 10) if more records would be updated",
      "更新がこの件数を超えるなら何も変更しない(終了コード 10。P% は現在の件数に対する割合)",
    ),
  },
} as const satisfies Fields;

/** The limits as typed. */
export interface Limits {
  readonly maxDeletions?: string | undefined;
  readonly maxChanges?: string | undefined;
}

/** However large a tenant is: more deletions than this are never meant by a share of it. */
const MAX_BY_SHARE = 500;

const FORM = /^(?:(?<count>\d{1,9})|(?<share>\d{1,3}(?:\.\d+)?)%)$/;

const FLAG = "--max-deletions";
const CHANGES_FLAG = "--max-changes";

/** The number of records that a limit allows. @throws `usage` if it is neither a number nor a share up to 100% */
const allowed = (flag: string, typed: string, all: number): number => {
  const { count, percent = 0 } = readLimit(flag, typed);
  return count ?? Math.floor((all * percent) / 100);
};

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

/** The records that a plan deletes, of all things. */
export const deletionsIn = (plan: Import): number => countAll(plan, "delete");

/** What a plan does to the records of one kind, and how many there are. */
interface Share {
  /** of several kinds, by its noun */
  readonly noun?: Text;
  readonly count: number;
  readonly all: number;
}

/** What a limit is of. */
type Limited = "update" | "delete";

/** Returns what a plan does by thing: a limit that is a share applies to each thing, not to the sum. */
const sharesOf = (plan: Import, action: Limited): readonly Share[] => {
  const { kind, recordsBefore, beside = [] } = plan;
  const others = beside.filter((one) => one[action] > 0);
  if (others.length === 0) return [{ count: plan[action], all: recordsBefore }];
  const own = { ...plan, thing: FORMATS[kind].thing.name };
  return [...others, own].map((one) => ({ noun: nounNamed(one.thing), count: one[action], all: one.recordsBefore }));
};

const VERBS = { update: text("updates", "更新"), delete: text("deletes", "削除") } as const;

/** `the plan deletes 12 of 30 users`, up to where it is told what stands against that. */
const describeShare = (action: Limited, { noun, count, all }: Share): Text =>
  text(
    `the plan ${VERBS[action].en} ${count} of ${counted(all, noun?.en ?? "record")}`,
    `計画では${noun?.ja ?? ""} ${all} 件のうち ${count} 件を${VERBS[action].ja}します。`,
  );

/** @throws `usage` before anything is read, as {@link refuseBeyond} would after */
export function checkLimits({ maxDeletions, maxChanges }: Limits): void {
  if (maxDeletions !== undefined) allowed(FLAG, maxDeletions, 0);
  if (maxChanges !== undefined) allowed(CHANGES_FLAG, maxChanges, 0);
}

/**
 * A number of records limits all of a plan, a share those of each kind.
 *
 * @param atMost what a share never permits more of, of all kinds
 * @param hint what to type for so many records
 * @throws `limit-exceeded` if a plan deletes or updates more than that
 */
function refuseMore(
  plan: Import,
  action: Limited,
  { flag, limit, atMost }: { readonly flag: string; readonly limit: string; readonly atMost: number },
  hint: (count: number) => Text,
): void {
  const byKind = sharesOf(plan, action);
  const total = { count: countAll(plan, action), all: byKind.reduce((sum, { all }) => sum + all, 0) };
  const isShare = limit.endsWith("%");
  const held = isShare
    ? [...byKind.map((one) => ({ one, most: allowed(flag, limit, one.all) })), { one: total, most: atMost }]
    : [{ one: total, most: allowed(flag, limit, total.all) }];
  for (const { one, most: own } of held) {
    const most = isShare ? Math.min(own, atMost) : own;
    if (one.count <= most) continue;
    const { en, ja } = describeShare(action, one);
    throw new Failure("limit-exceeded", {
      what: text(
        `${en}, more than the ${most} allowed; nothing was changed`,
        `${ja}上限の ${most} 件を超えるため、何も変更していません`,
      ),
      where: `${flag} ${limit}`,
      hint: hint(total.count),
    });
  }
}

const changing = (updates: number): Text =>
  text(
    `if they are to change, pass --max-changes ${updates}`,
    `更新してよければ、--max-changes ${updates} を指定してください`,
  );

/** @throws `limit-exceeded` if a plan deletes or updates more records than a limit allows: each has to hold */
export function refuseBeyond(
  plan: Import,
  {
    maxDeletions,
    maxChanges,
    confirmDeletions,
  }: Limits & {
    /** their number as typed */
    readonly confirmDeletions?: number | undefined;
  },
): void {
  if (maxDeletions !== undefined)
    refuseMore(plan, "delete", { flag: FLAG, limit: maxDeletions, atMost: MAX_BY_SHARE }, (deletions) =>
      confirmDeletions === deletions ? WITHOUT_LIMIT : confirming(deletions),
    );
  if (maxChanges !== undefined)
    refuseMore(plan, "update", { flag: CHANGES_FLAG, limit: maxChanges, atMost: Infinity }, changing);
}

/**
 * Permits deletions by `--yes --max-deletions`, within the limit.
 *
 * @throws `limit-exceeded` if more than half of the records of a kind would go: that takes their exact number
 */
export function permitByLimit(plan: Import): void {
  const most = sharesOf(plan, "delete").find(({ count, all }) => count * 2 > all);
  if (most === undefined) return;
  const { en, ja } = describeShare("delete", most);
  throw new Failure("limit-exceeded", {
    what: text(
      `${en}; --max-deletions permits half of them at most; nothing was changed`,
      `${ja}--max-deletions で許可できるのは半数までのため、何も変更していません`,
    ),
    hint: confirming(deletionsIn(plan)),
  });
}
