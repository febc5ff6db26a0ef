import type { RelatedCounts, PlanCounts } from "../../staging/counts.ts";
import type { FormatName } from "../../../../model/console-files.ts";
import type { Thing } from "../../../../model/thing.ts";
import { USER } from "../../../../model/user.ts";
import { throwFirstProblem } from "../../../../rules/rule.ts";
import { Failure } from "../../../../errors/index.ts";
import { ORG } from "../../../../model/organisation.ts";
import { getThingNoun } from "../../../../model/problem.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../../text/index.ts";
import { IS_ABOVE_OPERATOR } from "../../../accounts/account-rows.ts";
import { NAMED_IDS_TABLE, buildSelectedNumbersSql, getFilterList, getSelectionTable } from "../../selection.ts";
import { EMPTY_COUNTS } from "../../shape.ts";
import { quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database, Params } from "../../../store/sqlite/database.ts";
import { refreshDerivedTable } from "../../../store/sqlite/scope.ts";
import { findPlanViolations } from "../../../store/sqlite/breaches.ts";
import { countRecords } from "../compare.ts";
import { buildRecordLabelSql } from "../expressions.ts";
import { PRIVILEGED_USER_COLUMNS, refusePrivilegedUser } from "../matching/outside.ts";
import type { PlanDefinition, PlanDefinitions } from "../stored-kind.ts";

/** Creates the tables of a new staging file for a deletion. @param ids ids of the records that the request names */
export const createChoiceTables = (database: Database, plans: PlanDefinitions, ids: readonly string[]): void => {
  database.exec(`create table ${NAMED_IDS_TABLE} (id text primary key) without rowid`);
  for (const { kind } of plans)
    database.exec(`create table ${getSelectionTable(kind.thing)} (target integer primary key)`);
  database.run(`insert into ${NAMED_IDS_TABLE} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
};

/** Records that prevent a deletion, or that stay: their number, and the names of the first. */
type Obstacles = NonNullable<PlanCounts["staying"]>;

/** The number of records that are named. It is high enough to show a usual list of leavers in full. */
const MAX_LISTED_RECORDS = 10;

/** @param name SQL: the name to show for a record @param from SQL: the `from` clause and everything after it */
const findObstacles = (database: Database, name: string, from: string, values: Params = {}): Obstacles | undefined => {
  const first = database.all(`select ${name} as name ${from} limit ${MAX_LISTED_RECORDS}`, values);
  if (first.length === 0) return undefined;
  return { count: database.count(`select count(*) ${from}`, values), names: first.map((row) => String(row["name"])) };
};

/** SQL: the name to show for the record `t`: its path if the record belongs to a tree, otherwise its label. */
const buildPathOrLabelSql = ({ kind: { thing, table } }: PlanDefinition): string =>
  table.called?.("t.pk") ?? buildRecordLabelSql(thing);

/** Checks that all named records exist. @throws Failure `not-found` if a named record does not exist */
const requireNamedRecords = (database: Database, { kind: { thing } }: PlanDefinition): void => {
  const gone = database.count(`select count(*) from ${NAMED_IDS_TABLE} a where not exists (
    select 1 from ${thing.name} t join ${getSelectionTable(thing)} c on c.target = t.pk where t.id = a.id)`);
  if (gone === 0) return;
  const { en, ja } = getNounOfThing(thing);
  throw new Failure("not-found", {
    what: text(
      `${formatCount(gone, en)} to be deleted ${gone === 1 ? "is" : "are"} not in the tenant; nothing was changed`,
      `削除する${ja}のうち ${gone} 件がテナントにありません。何も変更していません`,
    ),
  });
};

const getNounOfThing = ({ noun, name }: Thing): Text => getThingNoun(noun ?? name);

/** Returns the protected records among the chosen records; undefined if there are none. */
const findChosenProtected = (database: Database, plan: PlanDefinition): Obstacles | undefined => {
  const { thing, isProtected } = plan.kind;
  if (thing.protects === undefined) return undefined;
  const from = `from ${thing.name} t join ${getSelectionTable(thing)} c on c.target = t.pk where ${isProtected} order by t.pk`;
  return findObstacles(database, buildPathOrLabelSql(plan), from);
};

/**
 * Refuses to delete users who have, or may have, a role above operator. Only system administrators can remove the
 * account or the mark that protects such a user.
 *
 * @throws Failure `not-permitted`
 * @see facts 2.1
 */
const refuseUsersAboveOperator = (database: Database, { kind: { thing } }: PlanDefinition): void => {
  if (thing !== USER) return;
  const found = database.get(
    `select ${PRIVILEGED_USER_COLUMNS} from ${getSelectionTable(thing)} c join main.user u on u.pk = c.target left join main.account a on a.user = u.pk
     where ${IS_ABOVE_OPERATOR} order by c.target limit 1`,
  );
  refusePrivilegedUser(found, text("can change this account and its user", "このアカウントとそのユーザーを変更できる"));
};

/**
 * Returns the records to delete that other records depend on, if those records are not deleted too. @param going things
 * of all the records to delete
 */
const findRecordsInUse = (database: Database, plan: PlanDefinition, going: readonly Thing[]): readonly Text[] => {
  const { thing, table, isLacking, name: kind } = plan.kind;
  const held = new Map<string, Text[]>();
  for (const { thing: holder, column, rows } of table.heldBy ?? []) {
    const goes = going.includes(holder)
      ? ` and not exists (select 1 from ${getSelectionTable(holder)} g where g.target = h.pk)`
      : "";
    const { namedBy = "name", fields } = holder;
    const named = fields[namedBy]?.unique === true ? `string_agg(h.${quoteIdentifier(namedBy)}, ', ')` : "null";
    const sql = `select ${buildPathOrLabelSql(plan)} as name, count(*) as count, ${named} as holders from ${thing.name} t
      join ${rows ?? holder.name} h on h.${quoteIdentifier(column)} = t.pk where ${isLacking}${goes} group by t.pk`;
    for (const { name, count, holders } of database.iterate(sql, { kind })) {
      const told = describeHolders(thing, holder, Number(count), holders === null ? "" : `: ${String(holders)}`);
      held.set(String(name), [...(held.get(String(name)) ?? []), told]);
    }
  }
  return [...held].map(([name, parts]) => {
    const { en, ja } = joinTexts(parts, text(", ", "、"));
    return text(`${name} (${en})`, `${name}(${ja})`);
  });
};

/** Describes the records that depend on a record: `2 users`, `1 child organisation`, `2 devices: SN1, SN2`. */
const describeHolders = (thing: Thing, holder: Thing, count: number, named: string): Text => {
  const { en, ja } = getNounOfThing(holder);
  return holder === thing
    ? text(formatCount(count, `child ${en}`), `下位の${ja} ${count} 件`)
    : text(`${formatCount(count, en)}${named}`, `${ja} ${count} 件${named}`);
};

const joinListed = (count: number, all: readonly Text[]): Text =>
  joinTexts(
    [...all.slice(0, MAX_LISTED_RECORDS), ...(count > MAX_LISTED_RECORDS ? [same("…")] : [])],
    text(", ", "、"),
  );

/**
 * Checks that a plan's records can be deleted. @param isFirst false if they only belong to chosen records
 *
 * @returns the protected records, which a deletion by filters keeps
 */
const requireDeletable = (
  database: Database,
  plan: PlanDefinition,
  { isFirst, going }: { readonly isFirst: boolean; readonly going: readonly Thing[] },
): Obstacles | undefined => {
  const { kind, request } = plan;
  const isFiltered = request.select?.by === "filtered";
  if (request.scope !== undefined && !isFiltered) refuseUsersAboveOperator(database, plan);
  const staying = findChosenProtected(database, plan);
  if (staying !== undefined && !isFiltered) throw createAdministratorFailure(staying, isFirst);
  const held = findRecordsInUse(database, plan, going);
  if (held.length > 0) throw createInUseFailure(kind.thing, held, request.select?.by === "named");
  return staying;
};

const createAdministratorFailure = ({ count, names }: Obstacles, isNamed: boolean): Failure => {
  const { en, ja } = joinListed(count, names.map(same));
  return new Failure("input-rejected", {
    what: isNamed
      ? text(
          `${formatCount(count, "administrator")} cannot be deleted: ${en}; nothing was changed`,
          `管理者は削除できません(${count} 人): ${ja}。何も変更していません`,
        )
      : text(
          `administrators in these organisations cannot be deleted: ${en}; nothing was changed`,
          `これらの組織に、削除できない管理者が所属しています: ${ja}。何も変更していません`,
        ),
  });
};

const createInUseFailure = (thing: Thing, held: readonly Text[], isNamed: boolean): Failure => {
  const noun = getNounOfThing(thing);
  const { en, ja } = joinListed(held.length, held);
  return new Failure("input-rejected", {
    what: text(
      `${formatCount(held.length, noun.en)} cannot be deleted, because other records depend on ${held.length === 1 ? "it" : "them"}: ${en}; nothing was changed`,
      `${noun.ja} ${held.length} 件は、関連付けられているものがあるため削除できません: ${ja}。何も変更していません`,
    ),
    hint:
      thing === ORG && isNamed
        ? text("to delete everything in them, too: --recursive", "中のものごと削除するには: --recursive")
        : undefined,
  });
};

/**
 * Selects the records to delete from the current state of the tenant.
 *
 * @throws Failure `input-rejected` if other records depend on the selected records, if a protected record was named, or
 * if a protected record would be left without an organisation; `not-permitted` if the acting account may not delete one
 * of these users; `not-found` if a named record does not exist
 */
export const selectRecordsToDelete = (database: Database, plans: PlanDefinitions): PlanCounts => {
  for (const { kind, request } of plans) {
    if (request.select === undefined) throw new TypeError("the deletion does not specify its records");
    for (const table of getFilterList(kind.name as FormatName)?.derived ?? []) refreshDerivedTable(database, table);
    const { sql, params } = buildSelectedNumbersSql(kind.name as FormatName, request.select);
    database.exec(`delete from ${getSelectionTable(kind.thing)}`);
    database.run(`insert into ${getSelectionTable(kind.thing)} ${sql}`, params);
  }
  const [first] = plans;
  if (first.request.select?.by !== "filtered") requireNamedRecords(database, first);
  const going = plans.map(({ kind }) => kind.thing);
  // what belongs to the chosen records is checked first
  const staying = plans
    .toReversed()
    .map((plan) => requireDeletable(database, plan, { isFirst: plan === first, going }));
  for (const plan of plans) throwFirstProblem(findPlanViolations(database, plan));
  const beside = plans
    .slice(1)
    .map(({ kind }): RelatedCounts => ({
      thing: kind.thing.name,
      create: 0,
      update: 0,
      delete: countRecords(database, kind, kind.isLacking),
      recordsBefore: countRecords(database, kind),
    }))
    .filter((one) => one.delete > 0);
  return {
    ...EMPTY_COUNTS,
    recordsBefore: countRecords(database, first.kind),
    delete: countRecords(database, first.kind, first.kind.isLacking),
    staying: staying.at(-1),
    ...(beside.length > 0 && { beside }),
  };
};
