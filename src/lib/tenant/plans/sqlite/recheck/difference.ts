import type { Import } from "../../../../contract/imports.ts";
import { buildIsInvalidRowSql, buildNameListSql } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { getVersionTable } from "../../../versions/tables.ts";
import { buildChangesFieldSql, buildRecordLabelSql } from "../expressions.ts";
import { buildStagedKeyText } from "../rows.ts";
import { getDeletionTable, type PlanDefinition, type PlanDefinitions, type StoredKind } from "../stored-kind.ts";

/** What a plan does otherwise than it did when it was compared before. */
export type PlanDifference = NonNullable<Import["difference"]>;

type PlannedEffect = PlanDifference["first"][number]["before"];

/** Maximum number of rows and records that a difference describes. */
const MAX_DESCRIBED = 20;

const buildFormerTable = ({ name }: StoredKind["thing"]): string => `temp.former_deletion_${name}`;

/** Copies what plans do into temporary tables, before they are compared again. */
export const keepFormerPlans = (database: Database, plans: PlanDefinitions): void => {
  for (const { kind, request } of plans) {
    const { thing } = kind;
    database.exec(`create table ${buildFormerTable(thing)} (target integer primary key)`);
    database.exec(`insert into ${buildFormerTable(thing)} select target from ${getDeletionTable(thing)}`);
    if (request.mode === "delete") continue;
    database.exec("create table temp.former_match (row integer primary key, target integer, changed integer)");
    database.exec("insert into temp.former_match select row, target, changed from s.match");
    database.exec("create table temp.former_invalid (row integer primary key)");
    database.exec("insert into temp.former_invalid select row from s.invalid");
  }
};

/** SQL: what a row does according to its match, which has the alias `m`.  @param isInvalid SQL */
const buildActionSql = (isInvalid: string, m: string): string =>
  `case when ${isInvalid} then 'invalid' when ${m}.row is null then 'create' when ${m}.changed <> 0 then 'update' else 'unchanged' end`;

/** SQL: true if a field that a row updates was changed in the meantime. The match of the row has the alias `m`. */
const buildIsOverwritingSql = ({ thing, fields }: StoredKind): string => {
  const versions = getVersionSchema(thing.name);
  const overwritten = fields.flatMap((field) =>
    versions.columns
      .filter(({ name }) => name === field.stored)
      .map(({ bit }) => `${buildChangesFieldSql(field)} and v.changed & ${bit} <> 0`),
  );
  return `exists (select 1 from main.${getVersionTable(versions)} v
    where v.pk = m.target and v.revision > :since and (${["false", ...overwritten].join(" or ")}))`;
};

/** SQL: the rows that do something else than before, or replace a value that was changed in the meantime. */
const buildRowDifferencesSql = (plan: PlanDefinition): string => {
  const { thing } = plan.kind;
  const was = buildActionSql("exists (select 1 from temp.former_invalid i where i.row = r.row)", "w");
  const now = buildActionSql(buildIsInvalidRowSql("r.row"), "m");
  const label = `(select ${buildRecordLabelSql(thing)} from ${thing.name} t where t.pk = coalesce(m.target, w.target))`;
  return `select d.* from (
      select r.row, coalesce(${label}, ${buildStagedKeyText(plan)}, '') as name, ${was} as was, w.changed as wasMask, ${now} as now,
        m.changed as nowMask, w.target is distinct from m.target as moved, ${buildIsOverwritingSql(plan.kind)} as written
      from s.row r left join s.match m on m.row = r.row left join temp.former_match w on w.row = r.row
      ${plan.kind.table.planner?.join ?? ""}) d
    where d.was <> d.now or (d.now in (${buildNameListSql(["update", "unchanged"])}) and d.moved)
      or (d.now = 'update' and (d.wasMask <> d.nowMask or d.written))`;
};

/** SQL: the records that only one of the two plans deletes. */
const buildDeletionDifferencesSql = ({ kind: { thing } }: PlanDefinition): string => {
  const versions = getVersionTable(getVersionSchema(thing.name));
  const label = `coalesce((select ${buildRecordLabelSql(thing)} from ${thing.name} t where t.pk = g.target),
    (select ${buildRecordLabelSql(thing)} from main.${versions} t where t.pk = g.target and t.action = 'delete'
     order by t.revision desc limit 1), '')`;
  const only = (one: string, other: string, was: string, now: string): string =>
    `select 0 as row, ${label} as name, ${was} as was, null as wasMask, ${now} as now, null as nowMask, null as moved, null as written
     from ${one} g where not exists (select 1 from ${other} o where o.target = g.target)`;
  const [former, current] = [buildFormerTable(thing), getDeletionTable(thing)];
  return `${only(former, current, "'delete'", "null")} union all ${only(current, former, "null", "'delete'")}`;
};

/** Returns the fields in the mask of a row. */
const listFields = ({ fields }: StoredKind, mask: unknown): string[] =>
  fields.flatMap(({ field, bit }) => (Math.floor(Number(mask ?? 0) / 2 ** bit) % 2 === 1 ? [field] : []));

/** Compares plans with what {@link keepFormerPlans} has copied.  @param since the revision of the former comparison */
export const findPlanDifference = (database: Database, plans: PlanDefinitions, since: number): PlanDifference => {
  const parts = plans.map((plan) => {
    const { kind, request } = plan;
    const rows = request.mode === "delete" ? [] : [buildRowDifferencesSql(plan)];
    const sql = [...rows, buildDeletionDifferencesSql(plan)].join(" union all ");
    const params = { since, kind: kind.name };
    const toEffect = (action: unknown, mask: unknown): PlannedEffect =>
      action === null
        ? null
        : { action: action as NonNullable<PlannedEffect>["action"], fields: listFields(kind, mask) };
    const first = database.all(`select * from (${sql}) d order by d.row limit ${MAX_DESCRIBED}`, params);
    return {
      count: database.count(`select count(*) from (${sql}) d`, params),
      first: first.map(({ row, name, was, wasMask, now, nowMask }) => ({
        row: Number(row),
        name: String(name),
        before: toEffect(was, was === "update" ? wasMask : 0),
        after: toEffect(now, now === "update" ? nowMask : 0),
      })),
    };
  });
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    first: parts.flatMap(({ first }) => first).slice(0, MAX_DESCRIBED),
  };
};
