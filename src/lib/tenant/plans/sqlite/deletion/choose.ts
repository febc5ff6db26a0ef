import type { BesideCounts, PlanCounts } from "../../staging/counts.ts";
import type { FormatName } from "../../../../model/console-files.ts";
import { ORG } from "../../../../model/organisation.ts";
import type { Thing } from "../../../../model/thing.ts";
import { USER } from "../../../../model/user.ts";
import { enforce } from "../../../../rules/rule.ts";
import { text } from "../../../../text/index.ts";
import { IS_ABOVE, UNSEEN_MANAGERS } from "../../../accounts/account-rows.ts";
import type { DeletionTarget } from "../../engine.ts";
import { together } from "../../refusals.ts";
import { ASKED, chosenNumbers, chosenTable } from "../../selection.ts";
import { NO_COUNTS } from "../../shape.ts";
import { either, quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database, Params } from "../../../store/sqlite/database.ts";
import { breachesOf } from "../../../store/sqlite/breaches.ts";
import { countRecords } from "../compare.ts";
import { calledText } from "../expressions.ts";
import { FOUND, refuseFound } from "../matching/outside.ts";
import type { PlanSql, PlansSql } from "../stored-kind.ts";
import {
  isLeft,
  isProtected,
  isReserved,
  MAX_NAMED,
  notDeletable,
  notThere,
  othersDepend,
  type Dependent,
  type Obstacles,
  type Reason,
} from "./refusals.ts";

/** Makes the tables of a fresh staging file of a deletion. @param ids of what was named */
export const createChoice = (database: Database, plans: PlansSql, ids: readonly string[]): void => {
  database.exec(`create table ${ASKED} (id text primary key) without rowid`);
  for (const { kind } of plans) database.exec(`create table ${chosenTable(kind.thing)} (target integer primary key)`);
  database.run(`insert into ${ASKED} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
};

/** Records as SQL. */
interface BlockingRecords {
  /** what people call one */
  readonly called: string;
  /** the rows, from `from` on */
  readonly from: string;
}

/** Records that are in the way, and the first of them by name; undefined if there are none. */
const inTheWay = (
  database: Database,
  { called: name, from }: BlockingRecords,
  values: Params = {},
): Obstacles | undefined => {
  const first = database.all(`select ${name} as name ${from} limit ${MAX_NAMED}`, values);
  if (first.length === 0) return undefined;
  return { count: database.count(`select count(*) ${from}`, values), names: first.map((row) => String(row["name"])) };
};

/** SQL: what people call the record `t`: its path, if it is one of a tree. */
const called = ({ kind: { thing, table } }: PlanSql): string => table.planner?.called("t.pk") ?? calledText(thing);

/** @throws Failure `not-found` if not all that were named are there */
const checkThere = (database: Database, { kind: { thing } }: PlanSql): void => {
  const gone = database.count(`select count(*) from ${ASKED} a where not exists (
    select 1 from ${thing.name} t join ${chosenTable(thing)} c on c.target = t.pk where t.id = a.id)`);
  if (gone > 0) throw notThere(thing, gone);
};

/** Protected records among those chosen. */
const findProtected = (database: Database, plan: PlanSql): PlanCounts["staying"] => {
  const { kind } = plan;
  if (kind.thing.protects === undefined) return undefined;
  const { thing, isProtected } = kind;
  const from = `from ${thing.name} t join ${chosenTable(thing)} c on c.target = t.pk where ${isProtected} order by t.pk`;
  return inTheWay(database, { called: called(plan), from });
};

/** Records that go, and are protected in another scope: their names, with where. */
const findElsewhere = (database: Database, plan: PlanSql): PlanCounts["protectedElsewhere"] => {
  const { thing, isLacking, name: kind } = plan.kind;
  const { protects, scope, name: table } = thing;
  if (protects?.across === undefined || scope === undefined) return undefined;
  const field = quoteIdentifier(protects.across);
  const others = `from ${table} o where o.${quoteIdentifier(protects.by)} = 1 and o.${scope} <> :kind`;
  const where = `(select string_agg(o.${scope}, ', ' order by o.${scope}) ${others} and o.${field} = t.${field})`;
  const from = `from ${table} t where ${isLacking} and t.${field} in (select o.${field} ${others})`;
  return inTheWay(database, { called: `${called(plan)} || ' (' || ${where} || ')'`, from }, { kind });
};

/** Organisations that go, and that accounts manage which who asks does not see: their names. */
const findReserved = (database: Database, plan: PlanSql): Obstacles | undefined => {
  const { thing, isLacking } = plan.kind;
  if (thing !== ORG) return undefined;
  const from = `from ${thing.name} t where ${isLacking}
    and exists (select 1 from ${UNSEEN_MANAGERS} h where h.org = t.pk) order by t.pk`;
  return inTheWay(database, { called: called(plan), from });
};

/**
 * Nobody but a system administrator ends what keeps the user of who holds a role above operator, or may hold one.
 *
 * @throws Failure `not-permitted`
 * @see facts 2.1
 */
const refuseAbove = (database: Database, { kind: { thing } }: PlanSql): void => {
  if (thing !== USER) return;
  const found = database.get(
    `select ${FOUND} from ${chosenTable(thing)} c join main.user u on u.pk = c.target left join main.account a on a.user = u.pk
     where ${IS_ABOVE} order by c.target limit 1`,
  );
  refuseFound(found, text("changes the account and its user", "このアカウントとそのユーザーを変更できる"));
};

/** Records on which others depend that would stay. @param going the things of which records go */
const findHeld = (database: Database, plan: PlanSql, going: readonly Thing[]): readonly Dependent[] => {
  const { thing, table, isLacking, name: kind } = plan.kind;
  const held = new Map<number, Dependent>();
  for (const { thing: holder, column, isFast, rows } of table.heldBy ?? []) {
    const goes = going.includes(holder)
      ? ` and not exists (select 1 from ${chosenTable(holder)} g where g.target = h.pk)`
      : "";
    // what one is called by is told where it is typed to free it: of a device its serial number
    const { namedBy = "name", fields } = holder;
    const naming = `h.${quoteIdentifier(namedBy)}`;
    const named = rows === undefined ? `min(${naming})` : `string_agg(${naming}, ', ' order by h.pk)`;
    const example = fields[namedBy]?.unique === true ? named : "null";
    const sql = `select t.pk, ${called(plan)} as name, count(*) as count, ${example} as example,
        sum(${either(isFast?.("h") ?? "false", "1", "0")}) as fast from ${thing.name} t
      join ${rows ?? holder.name} h on h.${quoteIdentifier(column)} = t.pk where ${isLacking}${goes} group by t.pk`;
    for (const { pk, name, count, example: one, fast } of database.iterate(sql, { kind })) {
      const known = held.get(Number(pk)) ?? { name: String(name), by: [] };
      held.set(Number(pk), {
        ...known,
        by: [
          ...known.by,
          {
            holder,
            count: Number(count),
            fast: Number(fast),
            example: one === null ? undefined : String(one),
            areAllNamed: rows !== undefined,
          },
        ],
      });
    }
  }
  return [...held.values()];
};

/** What one plan of a deletion takes, and why it must not. */
interface DeletionChoice {
  readonly plan: PlanSql;
  readonly staying: PlanCounts["staying"];
  readonly reasons: readonly Reason[];
}

/** @param isFirst the records were chosen themselves, not because they belong to those */
const judge = (
  database: Database,
  plan: PlanSql,
  { isFirst, going, lesser }: { isFirst: boolean; going: readonly Thing[]; lesser: DeletionTarget["lesser"] },
): DeletionChoice => {
  const { kind, request } = plan;
  const isFiltered = request.select?.by === "filtered";
  if (lesser !== undefined && !isFiltered) refuseAbove(database, plan);
  // administrators among those whom a filter chooses stay
  const staying = findProtected(database, plan);
  const held = findHeld(database, plan, going);
  const reserved = findReserved(database, plan);
  const reasons = [
    ...(staying === undefined || isFiltered
      ? []
      : [isFirst ? isProtected(staying, kind.format.app, lesser) : isLeft(staying, lesser)]),
    ...(held.length === 0 ? [] : [othersDepend(kind.thing, held, lesser)]),
    ...(reserved === undefined ? [] : [isReserved(reserved)]),
  ];
  return { plan, staying, reasons };
};

/**
 * Chooses the records that a deletion takes, by the tenant's current state: all that is in the way is told at once.
 *
 * @throws Failure `input-rejected` if others depend on what would go, or a protected record was named, or would be left
 *   without its organisation; `not-permitted` if who asks could not end that; `not-found` if not all that were named are there
 */
export const choose = (database: Database, plans: PlansSql, lesser: DeletionTarget["lesser"]): PlanCounts => {
  for (const { kind, request } of plans) {
    if (request.select === undefined) throw new TypeError("this deletion says not what it takes");
    const { sql, params } = chosenNumbers(kind.name as FormatName, request.select);
    database.exec(`delete from ${chosenTable(kind.thing)}`);
    database.run(`insert into ${chosenTable(kind.thing)} ${sql}`, params);
  }
  const [first] = plans;
  if (first.request.select?.by !== "filtered") checkThere(database, first);
  const going = plans.map(({ kind }) => kind.thing);
  const choices = plans.map((plan) => judge(database, plan, { isFirst: plan === first, going, lesser }));
  const refusals = choices
    .toReversed()
    .flatMap(({ reasons: [reason, ...more] }) => (reason === undefined ? [] : [notDeletable([reason, ...more])]));
  if (refusals.length > 0) throw together(refusals);
  for (const plan of plans) enforce(breachesOf(database, plan));
  const beside = plans
    .slice(1)
    .map(({ kind }): BesideCounts => ({
      thing: kind.thing.name,
      create: 0,
      update: 0,
      delete: countRecords(database, kind, kind.isLacking),
      recordsBefore: countRecords(database, kind),
    }))
    .filter((one) => one.delete > 0);
  return {
    ...NO_COUNTS,
    recordsBefore: countRecords(database, first.kind),
    delete: countRecords(database, first.kind, first.kind.isLacking),
    staying: choices[0]?.staying,
    protectedElsewhere: findElsewhere(database, first),
    ...(beside.length > 0 && { beside }),
  };
};
