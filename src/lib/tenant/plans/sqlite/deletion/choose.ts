import type { RelatedCounts, PlanCounts } from "../../staging/counts.ts";
import type { FormatName } from "../../../../model/console-files.ts";
import type { Thing } from "../../../../model/thing.ts";
import { USER } from "../../../../model/user.ts";
import { throwFirstProblem } from "../../../../rules/rule.ts";
import { text } from "../../../../text/index.ts";
import { IS_ABOVE_OPERATOR } from "../../../accounts/account-rows.ts";
import type { DeletionTarget } from "../../engine.ts";
import { mergeFailures } from "../../import-failures.ts";
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
import {
  createOrgAdministratorReason,
  createAdministratorReason,
  MAX_LISTED_RECORDS,
  createDeletionFailure,
  createMissingRecordsFailure,
  createInUseReason,
  type RecordInUse,
  type Obstacles,
  type RefusalReason,
} from "./deletion-failures.ts";

/** Creates the tables of a new staging file for a deletion. @param ids ids of the records that the request names */
export const createChoiceTables = (database: Database, plans: PlanDefinitions, ids: readonly string[]): void => {
  database.exec(`create table ${NAMED_IDS_TABLE} (id text primary key) without rowid`);
  for (const { kind } of plans)
    database.exec(`create table ${getSelectionTable(kind.thing)} (target integer primary key)`);
  database.run(`insert into ${NAMED_IDS_TABLE} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
};

interface NamedRecordsSql {
  /** the name to show for a record */
  readonly called: string;
  /** the `from` clause and everything after it */
  readonly from: string;
}

/** Returns the number of the selected records and the first of their names; undefined if there are none. */
const findObstacles = (
  database: Database,
  { called: name, from }: NamedRecordsSql,
  values: Params = {},
): Obstacles | undefined => {
  const first = database.all(`select ${name} as name ${from} limit ${MAX_LISTED_RECORDS}`, values);
  if (first.length === 0) return undefined;
  return { count: database.count(`select count(*) ${from}`, values), names: first.map((row) => String(row["name"])) };
};

/** SQL: the name to show for the record `t`: its path if the record belongs to a tree, otherwise its label. */
const buildPathOrLabelSql = ({ kind: { thing, table } }: PlanDefinition): string =>
  table.planner?.called("t.pk") ?? buildRecordLabelSql(thing);

/** Checks that all named records exist. @throws Failure `not-found` if a named record does not exist */
const requireNamedRecords = (database: Database, { kind: { thing } }: PlanDefinition): void => {
  const gone = database.count(`select count(*) from ${NAMED_IDS_TABLE} a where not exists (
    select 1 from ${thing.name} t join ${getSelectionTable(thing)} c on c.target = t.pk where t.id = a.id)`);
  if (gone > 0) throw createMissingRecordsFailure(thing, gone);
};

/** Returns the protected records among the chosen records; undefined if there are none. */
const findChosenProtected = (database: Database, plan: PlanDefinition): PlanCounts["staying"] => {
  const { kind } = plan;
  if (kind.thing.protects === undefined) return undefined;
  const { thing, isProtected } = kind;
  const from = `from ${thing.name} t join ${getSelectionTable(thing)} c on c.target = t.pk where ${isProtected} order by t.pk`;
  return findObstacles(database, { called: buildPathOrLabelSql(plan), from });
};

const findProtectedElsewhere = (database: Database, plan: PlanDefinition): PlanCounts["protectedElsewhere"] => {
  const { thing, isLacking, name: kind } = plan.kind;
  const { protects, scope, name: table } = thing;
  if (protects?.across === undefined || scope === undefined) return undefined;
  const field = quoteIdentifier(protects.across);
  const others = `from ${table} o where o.${quoteIdentifier(protects.by)} = 1 and o.${scope} <> :kind`;
  const where = `(select string_agg(o.${scope}, ', ' order by o.${scope}) ${others} and o.${field} = t.${field})`;
  const from = `from ${table} t where ${isLacking} and t.${field} in (select o.${field} ${others})`;
  return findObstacles(database, { called: `${buildPathOrLabelSql(plan)} || ' (' || ${where} || ')'`, from }, { kind });
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
const findRecordsInUse = (
  database: Database,
  plan: PlanDefinition,
  going: readonly Thing[],
): readonly RecordInUse[] => {
  const { thing, table, isLacking, name: kind } = plan.kind;
  const held = new Map<number, RecordInUse>();
  for (const { thing: holder, column, rows } of table.heldBy ?? []) {
    const goes = going.includes(holder)
      ? ` and not exists (select 1 from ${getSelectionTable(holder)} g where g.target = h.pk)`
      : "";
    // an example is shown only if users can type it in the suggested command, such as the serial number of a device
    const { namedBy = "name", fields } = holder;
    const naming = `h.${quoteIdentifier(namedBy)}`;
    const named = rows === undefined ? `min(${naming})` : `string_agg(${naming}, ', ' order by h.pk)`;
    const example = fields[namedBy]?.unique === true ? named : "null";
    const sql = `select t.pk, ${buildPathOrLabelSql(plan)} as name, count(*) as count, ${example} as example from ${thing.name} t
      join ${rows ?? holder.name} h on h.${quoteIdentifier(column)} = t.pk where ${isLacking}${goes} group by t.pk`;
    for (const { pk, name, count, example: one } of database.iterate(sql, { kind })) {
      const known = held.get(Number(pk)) ?? { name: String(name), by: [] };
      held.set(Number(pk), {
        ...known,
        by: [
          ...known.by,
          {
            holder,
            count: Number(count),
            example: one === null ? undefined : String(one),
            areAllNamed: rows !== undefined,
          },
        ],
      });
    }
  }
  return [...held.values()];
};

interface DeletionAssessment {
  readonly plan: PlanDefinition;
  readonly staying: PlanCounts["staying"];
  readonly reasons: readonly RefusalReason[];
}

/** Checks whether a plan's records can be deleted.  @param isFirst false if they only belong to chosen records */
const assessDeletion = (
  database: Database,
  plan: PlanDefinition,
  { isFirst, going, permitted }: { isFirst: boolean; going: readonly Thing[]; permitted: DeletionTarget["permitted"] },
): DeletionAssessment => {
  const { kind, request } = plan;
  const isFiltered = request.select?.by === "filtered";
  if (permitted !== undefined && !isFiltered) refuseUsersAboveOperator(database, plan);
  // protected administrators are skipped if a filter selected them, but refused if the request names them
  const staying = findChosenProtected(database, plan);
  const held = findRecordsInUse(database, plan, going);
  const reasons = [
    ...(staying === undefined || isFiltered
      ? []
      : [isFirst ? createAdministratorReason(staying) : createOrgAdministratorReason(staying)]),
    ...(held.length === 0 ? [] : [createInUseReason(kind.thing, held)]),
  ];
  return { plan, staying, reasons };
};

/**
 * Selects the records to delete from the current state of the tenant. If the deletion is not possible, one failure
 * reports all reasons at once.
 *
 * @throws Failure `input-rejected` if other records depend on the selected records, if a protected record was named, or
 * if a protected record would be left without an organisation; `not-permitted` if the acting account may not delete one
 * of these users; `not-found` if a named record does not exist
 */
export const selectRecordsToDelete = (
  database: Database,
  plans: PlanDefinitions,
  permitted: DeletionTarget["permitted"],
): PlanCounts => {
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
  const choices = plans.map((plan) => assessDeletion(database, plan, { isFirst: plan === first, going, permitted }));
  const refusals = choices
    .toReversed()
    .flatMap(({ reasons: [reason, ...more] }) =>
      reason === undefined ? [] : [createDeletionFailure([reason, ...more])],
    );
  if (refusals.length > 0) throw mergeFailures(refusals);
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
    staying: choices[0]?.staying,
    protectedElsewhere: findProtectedElsewhere(database, first),
    ...(beside.length > 0 && { beside }),
  };
};
