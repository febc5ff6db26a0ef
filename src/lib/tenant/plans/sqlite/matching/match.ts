import type { Database } from "../../../store/sqlite/database.ts";
import { buildValueWithoutTypeSql, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import {
  buildChangedMaskSql,
  buildReferenceJoinsSql,
  isMatchKey,
  listStagedFields,
  keyOf,
  buildRecordKeySql,
  recordColumn,
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
  // the rows of an export are matched by all keys that the console may have
  if (plan.request.fromConsole !== true) matchByOtherKeys(database, plan, match);
};

const prepareKeyJoin = (database: Database, plan: PlanDefinition): string => {
  const { thing, claims, inScope } = plan.kind;
  const key = keyOf(plan);
  const claim = claims.find((one) => one.field.field === key.field);
  if (!key.unique) return prepareHolderJoin(database, plan);
  const same = `${buildRecordKeySql(key)} = ${buildValueWithoutTypeSql("r.key")}`;
  respellKeys(database, plan, `select 1 from ${thing.name} t where ${inScope} and ${same}`);
  if (claim?.own !== false) return `${ORDERED_JOIN} ${thing.name} t on ${inScope} and ${same}`;
  return `${ORDERED_JOIN} ${claim.table} e on ${claim.has("e", "r.key")} and e.main = 1
    ${ORDERED_JOIN} ${thing.name} t on t.pk = e.${claim.record}`;
};

/** @param known SQL: selects a row if a record has the key of the row `r` */
const respellKeys = (database: Database, plan: PlanDefinition, known: string): void => {
  const own = listStagedFields(plan).find((field) => isMatchKey(plan, field));
  const rows = `from s.row r where r.key is not null and not exists (${known})`;
  if (own !== undefined) respellNewCodes(database, plan, own, rows, true);
};

/** SQL: joins the record `t` if it is the only one with a row's key. Several, never stored, are a problem. */
const prepareHolderJoin = (database: Database, plan: PlanDefinition): string => {
  const { name, thing, inScope } = plan.kind;
  const key = keyOf(plan);
  database.exec("drop table if exists s.holder_key");
  database.exec("create table s.holder_key (key text, pk integer not null)");
  const sql = `insert into s.holder_key select ${buildRecordKeySql(key)}, t.pk from ${thing.name} t
    where ${inScope} and ${recordColumn(key.field)} is not null`;
  database.run(sql, { kind: name });
  database.exec("create index s.holder_key_key on holder_key (key)");
  respellKeys(database, plan, "select 1 from s.holder_key h where h.key = r.key");
  recordFinding(database, plan, {
    code: "key-ambiguous",
    field: key.field,
    select: `select r.row, r.line, null as col, json_object('count', count(*)) as params
             from s.row r join s.holder_key h on h.key = r.key group by r.row having count(*) > 1`,
  });
  return `${ORDERED_JOIN} s.holder_key h on h.key = r.key ${ORDERED_JOIN} ${thing.name} t on t.pk = h.pk`;
};
