import type { Database } from "../../../store/sqlite/database.ts";
import { asExpression, THEN } from "../../../store/sql/forms.ts";
import { changedMask, joinReferences, keyOf, recordKey, staged, stored, storedKeys } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { forRanges, IN_RANGE } from "../functions.ts";
import type { PlanSql } from "../stored-kind.ts";

/** Finds the record each staged row matches, and which of its fields the row would change. */
export const match = (database: Database, plan: PlanSql): void => {
  for (const records of [joinByKey(database, plan), ...joinByStandIn(database, plan)]) {
    const sql = `insert into s.match (row, target, changed)
      select r.row, t.pk, ${changedMask(plan)} from s.row r ${records} ${joinReferences(plan)} where ${IN_RANGE}
      on conflict do nothing`;
    forRanges(database, (range) => database.run(sql, { kind: plan.kind.name, ...range }));
  }
};

/** SQL: joins the record `t` whose key a row has. */
export const joinByKey = (database: Database, plan: PlanSql): string => {
  const { thing, claims, inScope } = plan.kind;
  const key = keyOf(plan);
  const claim = claims.find((one) => one.field.field === key.field);
  if (!key.unique) return joinHolders(database, plan, "key", recordKey(key), `${stored(key.field)} is not null`);
  if (claim?.own !== false)
    return `${THEN} ${thing.name} t on ${inScope} and ${recordKey(key)} = ${asExpression("r.key")}`;
  return `${THEN} ${claim.table} e on ${claim.has("e", "r.key")} and e.main = 1
    ${THEN} ${thing.name} t on t.pk = e.${claim.record}`;
};

/** SQL: joins the record `t` that has no key, by what stands in for it. */
const joinByStandIn = (database: Database, plan: PlanSql): readonly string[] => {
  const { field, together } = keyOf(plan);
  if (together === undefined) return [];
  const fields = plan.kind.fields.filter((one) => together.includes(one.field));
  const key = `json_array(${fields.map((one) => storedKeys(one)).join(", ")})`;
  return [joinHolders(database, plan, "standIn", key, `${stored(field)} is null`)];
};

/**
 * SQL: joins the record `t` that alone has the key in a row's staged column; that several have it is a problem.
 *
 * @param key SQL of the key of the record `t`, which the tenant does not store
 */
const joinHolders = (database: Database, plan: PlanSql, column: string, key: string, where: string): string => {
  const { name, thing, inScope } = plan.kind;
  const holders = `holder_${column}`;
  database.exec(`drop table if exists s.${holders}`);
  database.exec(`create table s.${holders} (key text, pk integer not null)`);
  const sql = `insert into s.${holders} select ${key}, t.pk from ${thing.name} t where ${inScope} and ${where}`;
  database.run(sql, { kind: name });
  database.exec(`create index s.${holders}_key on ${holders} (key)`);
  recordFinding(database, plan, {
    code: "key-ambiguous",
    field: keyOf(plan).field,
    select: `select r.row, r.line, null as col, json_object('count', count(*)) as params
             from s.row r join s.${holders} h on h.key = ${staged(column)} group by r.row having count(*) > 1`,
  });
  return `${THEN} s.${holders} h on h.key = ${staged(column)} ${THEN} ${thing.name} t on t.pk = h.pk`;
};
