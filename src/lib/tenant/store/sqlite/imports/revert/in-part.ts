import { Failure } from "../../../../../errors/index.ts";
import { USER } from "../../../../../model/user.ts";
import { text } from "../../../../../text/index.ts";
import { IS_ABOVE } from "../../../accounts.ts";
import type { RevertCounts } from "../../../imports/engine.ts";
import type { ImportRecord } from "../../../imports/record.ts";
import type { Scope } from "../../../store.ts";
import type { Database } from "../../database.ts";
import { hold, see } from "../../scope.ts";
import { defineFunctions } from "../functions.ts";
import { isKept, isMade, params, type Committed } from "../history/committed.ts";
import { FOUND, refuseFound } from "../matching/outside.ts";
import { checkRevertible, planRevert } from "./checks.ts";
import { refusal } from "./refusals.ts";

// What holds besides of an undoing by who sees a part of the tenant.

/**
 * Nobody but a system administrator changes, removes or brings back the user of who holds a role above operator, or may hold
 * one: neither does an undoing.
 *
 * @throws Failure `not-permitted`
 * @see facts 2.1
 */
const checkNobodyAbove = (database: Database, reverted: Committed): void => {
  if (reverted.kind.thing !== USER) return;
  const found = database.get(
    `select ${FOUND} from (select a.user as pk from main.account a union select pk from main.user where administrator = 1) p
       left join main.user u on u.pk = p.pk left join main.account a on a.user = p.pk
     where ${IS_ABOVE} and (${isMade("p.pk")} or ${isKept(reverted.kind, "p.pk")}) order by p.pk limit 1`,
    params(reverted),
  );
  refuseFound(found, text("undoes what changed the user", "そのユーザーへの変更を取り消せる"));
};

/**
 * Checks an undoing inside its transaction, before that writes: what stands in its way is told as who asks sees it, on a
 * connection of its own, and of the rest only that it does.
 *
 * @throws Failure as {@link checkRevertible} and {@link checkNobodyAbove}
 */
export const checkInPart = (database: Database, reverted: Committed, newcomers: number, scope: Scope): void => {
  checkNobodyAbove(database, reverted);
  const seeing = database.reader();
  try {
    defineFunctions(seeing, () => database.isInterrupted());
    see(seeing, scope);
    hold(seeing, scope);
    checkRevertible(seeing, reverted, newcomers);
  } finally {
    seeing.close();
  }
  checkUnseen(database, reverted, newcomers);
};

/** Tells of what stands in the way of an undoing only that it does. @param whole sees all of the tenant */
const checkUnseen = (whole: Database, reverted: Committed, newcomers: number): void => {
  try {
    checkRevertible(whole, reverted, newcomers);
  } catch (error) {
    throw error instanceof Failure && error.code === "conflict" ? UNUSABLE : error;
  }
};

/**
 * The counts of an undoing, as who asks sees them; refused as its commit would be.
 *
 * @param seeing sees what he does
 * @throws Failure as {@link checkInPart}
 */
export const planInPart = (seeing: Database, original: ImportRecord, reverted: Committed): RevertCounts => {
  checkNobodyAbove(seeing, reverted);
  const counts = planRevert(seeing, original, reverted);
  const whole = seeing.reader();
  try {
    defineFunctions(whole, () => seeing.isInterrupted());
    checkUnseen(whole, reverted, original.detail.counts?.create ?? 0);
  } finally {
    whole.close();
  }
  return counts;
};

const UNUSABLE = refusal(
  text(
    "an address, code, account name or serial number that undoing would restore cannot be used",
    "取り消すと元に戻るメールアドレス・コード・アカウント名・シリアルナンバーのいずれかが使えない",
  ),
);
