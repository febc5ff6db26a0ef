import { getProblemSeverity } from "../../model/problem.ts";
import {
  buildCurrentRecordsSql,
  listRuleColumns,
  checkPlannedRecords,
  buildCurrentSide,
  type ChangedTables,
  type FoundProblem,
  type RuleTriggers,
} from "../ledger/check-rules.ts";
import { buildIsMatchedRowSql, buildIsValidRowSql } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import {
  createTargetIndex,
  isBlankInNewRecords,
  isStaged,
  buildReferenceJoinsSql,
  buildResultSql,
  recordColumn,
  IS_VALID_ROW_SQL,
} from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition } from "./stored-kind.ts";

const buildPlannedSide = (plan: PlanDefinition): ReturnType<ChangedTables["after"]> => {
  const { thing, fields, isLacking } = plan.kind;
  const now = `left join ${thing.name} t on t.pk = k.pk`;
  const isGone = plan.request.mode === "append" ? "false" : isLacking;
  const rows = `left join s.match m on m.target = k.pk left join s.row r on r.row = coalesce(m.row, -k.pk) and ${IS_VALID_ROW_SQL}
    ${now}`;
  const there = `(r.row is not null or t.pk is not null and not (${isGone}))`;
  return {
    joins: () => `${rows} ${buildReferenceJoinsSql(plan)}`,
    column: (name) => {
      const field = fields.find((one) => one.stored === name);
      return field === undefined
        ? recordColumn(name)
        : `case when r.row is null then ${recordColumn(name)} else ${buildResultSql(plan, field)} end`;
    },
    there,
  };
};

const getChangeableBits = (plan: PlanDefinition, isRead: (column: string) => boolean): number =>
  plan.kind.fields
    .filter((field) => isRead(field.stored) && isStaged(plan, field))
    .reduce((sum, { bit }) => sum + 2 ** bit, 0);

const buildPlannedRecordsSql = (plan: PlanDefinition, { columns, sets, deletions }: RuleTriggers): string => {
  const { mode } = plan.request;
  const { thing, isLacking, fields } = plan.kind;
  const bits = getChangeableBits(plan, (column) => columns.includes(column));
  const isSet = (column: string): boolean =>
    !fields.some((one) => one.stored === column && isBlankInNewRecords(plan, one));
  return [
    "select pk from (select null as pk) none where pk is not null",
    ...(bits > 0
      ? [`select m.target from s.match m where m.changed & ${bits} <> 0 and ${buildIsValidRowSql("m.row")}`]
      : []),
    ...(sets.some(isSet)
      ? [`select -r.row from s.row r where ${IS_VALID_ROW_SQL} and not ${buildIsMatchedRowSql("r.row")}`]
      : []),
    ...(mode !== "append" && deletions ? [`select t.pk from ${thing.name} t where ${isLacking}`] : []),
  ].join(" union all ");
};

const buildPlannedTables = (plan: PlanDefinition): ChangedTables => ({
  things: new Set([plan.kind.thing.name]),
  before: buildCurrentSide,
  after: (thing, alias) => (thing === plan.kind.thing.name ? buildPlannedSide(plan) : buildCurrentSide(thing, alias)),
  changed: (_, writes) => buildPlannedRecordsSql(plan, writes),
  all: buildCurrentRecordsSql,
  checkedElsewhere: plan.kind.table.checkedRules,
  params: { kind: plan.kind.name },
});

const findPlanViolations = (database: Database, plan: PlanDefinition): readonly FoundProblem[] =>
  checkPlannedRecords(
    buildPlannedTables(plan),
    plan.request.fromConsole === true ? "console" : "edits",
    (sql, params) => database.all(sql, params),
  );

export const recordPlanViolations = (database: Database, plan: PlanDefinition): void => {
  const { kind } = plan;
  const read = listRuleColumns(kind.thing.name);
  const bits = getChangeableBits(plan, (column) => read.has(column));
  if (database.get("select 1 from s.match m where m.changed & :bits <> 0 limit 1", { bits }) !== undefined)
    createTargetIndex(database);
  for (const problem of findPlanViolations(database, plan)) {
    const { code = "rule-broken", params = { ...problem.what }, field } = problem;
    recordFinding(database, plan, {
      code,
      severity: getProblemSeverity(code),
      field: kind.fields.find(({ stored: name }) => name === field)?.field,
      select: `select coalesce(r.row, 0) as row, coalesce(r.line, 0) as line, null as col, :params as params
        from (select :pk as pk) k left join s.match m on m.target = k.pk left join s.row r on r.row = coalesce(m.row, -k.pk)`,
      params: { pk: problem.pk, params: JSON.stringify(params) },
    });
  }
};
