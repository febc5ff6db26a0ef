import type { Database } from "../../../store/sqlite/database.ts";
import { buildValueWithoutTypeSql, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import {
  buildChangedMaskSql,
  buildReferenceJoinsSql,
  isMatchKey,
  keyOf,
  buildRecordKeySql,
  rowColumn,
  recordColumn,
  buildRecordKeysSql,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { forEachRowRange, IS_IN_RANGE_SQL } from "../functions.ts";
import type { PlanDefinition } from "../stored-kind.ts";
import { matchByOtherKeys } from "./lasting.ts";
import { respellNewCodes } from "./spelling.ts";

export const matchRows = (database: Database, plan: PlanDefinition): void => {
  const match = (records: string): void => {
    const sql = `insert into s.match (row, target, changed)
      select r.row, t.pk, ${buildChangedMaskSql(plan)} from s.row r ${records} ${buildReferenceJoinsSql(plan)} where ${IS_IN_RANGE_SQL}
      on conflict do nothing`;
    forEachRowRange(database, (range) => database.run(sql, { kind: plan.kind.name, ...range }));
  };
  match(prepareKeyJoin(database, plan));
  for (const records of prepareReplacementKeyJoins(database, plan)) match(records);
  // the rows of an export are matched by all keys that the console may have
  if (plan.request.fromConsole !== true) matchByOtherKeys(database, plan, match);
};

/** SQL: joins the record `t` that has the key of a row. */
const prepareKeyJoin = (database: Database, plan: PlanDefinition): string => {
  const { thing, claims, inScope } = plan.kind;
  const key = keyOf(plan);
  const claim = claims.find((one) => one.field.field === key.field);
  if (!key.unique)
    return prepareHolderJoin(database, plan, "key", buildRecordKeySql(key), `${recordColumn(key.field)} is not null`);
  if (claim?.own !== false)
    return `${ORDERED_JOIN} ${thing.name} t on ${inScope} and ${buildRecordKeySql(key)} = ${buildValueWithoutTypeSql("r.key")}`;
  return `${ORDERED_JOIN} ${claim.table} e on ${claim.has("e", "r.key")} and e.main = 1
    ${ORDERED_JOIN} ${thing.name} t on t.pk = e.${claim.record}`;
};

/** SQL: joins the record `t` that does not have a key, by the fields that replace the key. */
const prepareReplacementKeyJoins = (database: Database, plan: PlanDefinition): readonly string[] => {
  const { field, together } = keyOf(plan);
  if (together === undefined) return [];
  const fields = plan.kind.fields.filter((one) => together.includes(one.field));
  const key = `json_array(${fields.map((one) => buildRecordKeysSql(one)).join(", ")})`;
  return [prepareHolderJoin(database, plan, "standIn", key, `${recordColumn(field)} is null`)];
};

/**
 * SQL: joins the record `t` if it is the only record with the key in a row's staged column. If several records have the
 * key, this is reported as a problem.
 *
 * @param key SQL of the key of the record `t`, which the tenant does not store
 */
const prepareHolderJoin = (
  database: Database,
  plan: PlanDefinition,
  column: string,
  key: string,
  where: string,
): string => {
  const { name, thing, inScope, fields } = plan.kind;
  const holders = `holder_${column}`;
  database.exec(`drop table if exists s.${holders}`);
  database.exec(`create table s.${holders} (key text, pk integer not null)`);
  const sql = `insert into s.${holders} select ${key}, t.pk from ${thing.name} t where ${inScope} and ${where}`;
  database.run(sql, { kind: name });
  database.exec(`create index s.${holders}_key on ${holders} (key)`);
  const own = column === "key" ? fields.find((field) => isMatchKey(plan, field)) : undefined;
  if (own !== undefined) {
    const unknown = `from s.row r where r.key is not null and not exists (select 1 from s.${holders} h where h.key = r.key)`;
    respellNewCodes(database, plan, own, unknown, true);
  }
  recordFinding(database, plan, {
    code: "key-ambiguous",
    field: keyOf(plan).field,
    select: `select r.row, r.line, null as col, json_object('count', count(*)) as params
             from s.row r join s.${holders} h on h.key = ${rowColumn(column)} group by r.row having count(*) > 1`,
  });
  return `${ORDERED_JOIN} s.${holders} h on h.key = ${rowColumn(column)} ${ORDERED_JOIN} ${thing.name} t on t.pk = h.pk`;
};
