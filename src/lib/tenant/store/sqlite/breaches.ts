import { severityOf } from "../../../model/problem.ts";
import type { Action } from "../../../rules/rule.ts";
import { allNow, columnsRead, judgePlanned, sideNow, type ChangedTables, type FoundProblem } from "../judge.ts";
import { isMatched, isValid } from "../sql/forms.ts";
import type { Database } from "./database.ts";
import {
  indexTargets,
  isBlankForNew,
  isTouched,
  joinReferences,
  resulting,
  stored,
  VALID,
} from "../../plans/sqlite/expressions.ts";
import { recordFinding } from "../../plans/sqlite/findings.ts";
import type { PlanSql } from "../../plans/sqlite/stored-kind.ts";

/** SQL: how the columns of a plan's records read after it; `k.pk` is a record's number, or less than 0 for that of a new row. */
const sideAfter = (plan: PlanSql): ReturnType<ChangedTables["after"]> => {
  const { thing, fields, isLacking, table } = plan.kind;
  const now = `left join ${thing.name} t on t.pk = k.pk`;
  const isGone = plan.request.mode === "append" ? "false" : isLacking;
  if (plan.request.mode === "delete")
    return { joins: () => now, column: stored, there: `(t.pk is not null and not (${isGone}))` };
  const rows = `left join s.match m on m.target = k.pk left join s.row r on r.row = coalesce(m.row, -k.pk) and ${VALID}
    ${now}`;
  const there = `(r.row is not null or t.pk is not null and not (${isGone}))`;
  if (table.planner !== undefined)
    return { joins: () => `${rows} ${table.planner?.state.joins}`, column: table.planner.state.column, there };
  return {
    joins: () => `${rows} ${joinReferences(plan)}`,
    column: (name) => {
      const field = fields.find((one) => one.stored === name);
      return field === undefined
        ? stored(name)
        : `case when r.row is null then ${stored(name)} else ${resulting(plan, field)} end`;
    },
    there,
  };
};

/** The bits of the columns that a plan may change. */
const bitsOf = (plan: PlanSql, isRead: (column: string) => boolean): number =>
  plan.kind.fields
    .filter((field) => isRead(field.stored) && isTouched(plan, field))
    .reduce((sum, { bit }) => sum + 2 ** bit, 0);

/** SQL: the records that a plan changes in some columns, and creates or deletes if these are asked for. */
const changedBy = (plan: PlanSql, columns: readonly string[], actions: ReadonlySet<Action>): string => {
  const { mode } = plan.request;
  const { thing, isLacking } = plan.kind;
  const isStaged = mode !== "delete";
  const bits = isStaged ? bitsOf(plan, (column) => columns.includes(column)) : 0;
  return [
    "select pk from (select null as pk) none where pk is not null",
    ...(actions.has("edit") && bits > 0
      ? [`select m.target from s.match m where m.changed & ${bits} <> 0 and ${isValid("m.row")}`]
      : []),
    ...(isStaged && actions.has("create")
      ? [`select -r.row from s.row r where ${VALID} and not ${isMatched("r.row")}`]
      : []),
    ...(mode !== "append" && actions.has("delete") ? [`select t.pk from ${thing.name} t where ${isLacking}`] : []),
  ].join(" union all ");
};

/** The records before and after a plan, as rules read them. */
const plannedTables = (plan: PlanSql): ChangedTables => ({
  things: new Set([plan.kind.thing.name]),
  before: sideNow,
  after: (thing, alias) => (thing === plan.kind.thing.name ? sideAfter(plan) : sideNow(thing, alias)),
  changed: (_, columns, actions) => changedBy(plan, columns, actions),
  all: allNow,
  isBlankInNew: (column) =>
    plan.kind.table.planner === undefined &&
    plan.kind.fields.some(
      (field) => `${plan.kind.thing.name}.${field.stored}` === column && isBlankForNew(plan, field),
    ),
  isOtherwiseJudged: ({ name }) => plan.kind.table.judges?.includes(name) === true,
  params: { kind: plan.kind.name },
});

/** Returns what rules refuse of a plan. */
export const breachesOf = (database: Database, plan: PlanSql): readonly FoundProblem[] =>
  judgePlanned(plannedTables(plan), plan.request.fromConsole === true ? "console" : "edits", (sql, params) =>
    database.all(sql, sql.includes(":kind") ? params : {}),
  );

/** Tells what rules refuse of a file: of its rows, and of records that it deletes. */
export const findBreaches = (database: Database, plan: PlanSql): void => {
  const { kind } = plan;
  const read = columnsRead(kind.thing.name);
  const bits = bitsOf(plan, (column) => read.has(column));
  if (database.get("select 1 from s.match m where m.changed & :bits <> 0 limit 1", { bits }) !== undefined)
    indexTargets(database);
  for (const problem of breachesOf(database, plan)) {
    const { code = "rule-broken", params = { ...problem.what }, field } = problem;
    recordFinding(database, plan, {
      code,
      severity: severityOf(code),
      field: kind.fields.find(({ stored: name }) => name === field)?.field,
      select: `select coalesce(r.row, 0) as row, coalesce(r.line, 0) as line, null as col, :params as params
        from (select :pk as pk) k left join s.match m on m.target = k.pk left join s.row r on r.row = coalesce(m.row, -k.pk)`,
      params: { pk: problem.pk, params: JSON.stringify(params) },
    });
  }
};
