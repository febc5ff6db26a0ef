import type { Database } from "../store/database.ts";
import { buildValueWithoutTypeSql, ORDERED_JOIN } from "../store/sql.ts";
import {
  buildChangedMaskSql,
  buildReferenceJoinsSql,
  isMatchKey,
  listStagedFields,
  keyOf,
  buildRecordKeySql,
  recordColumn,
  isStaged,
} from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import { forEachRowRange, IS_IN_RANGE_SQL } from "./functions.ts";
import type { PlanDefinition, Claim } from "./stored-kind.ts";
import { matchByOtherKeys } from "./contested-rows.ts";
import { respellNewCodes } from "./spelling.ts";
import { buildStagedClaimsSql } from "./conflicts.ts";

/** A file with fewer rows may contain only new records, so it does not count as a file of another tenant. */
const MIN_FOREIGN_ROWS = 5;

/** With only the user that `serve init` creates, it is not clear which file belongs to the tenant. */
const MIN_FOREIGN_RECORDS = 2;

const buildEmailDomainSql = (key: string): string => `substr(${key}, instr(${key}, '@') + 1)`;

/** Returns true if the file is probably of another tenant, because no record or email domain matches. */
export const isFileOfOtherTenant = (database: Database, plan: PlanDefinition): boolean => {
  const { kind, request } = plan;
  const { mode, allow = [] } = request;
  if ((kind.table.tree !== undefined && request.fromConsole !== true) || allow.includes("other-tenant")) return false;
  const hasMany = (from: string, least: number): boolean =>
    database.count(`select count(*) from (select 1 ${from} limit ${least}) one`, { kind: kind.name }) >= least;
  const isLong =
    hasMany("from s.row r where r.key is not null", MIN_FOREIGN_ROWS) &&
    hasMany(
      `from ${kind.thing.name} t where ${kind.inScope} and t.pk is distinct from ${kind.table.usual ?? "null"}`,
      MIN_FOREIGN_RECORDS,
    );
  if (!isLong) return false;
  if (mode === "replace" && database.get("select 1 from s.match limit 1") === undefined) return true;
  const { lasting, comparison } = keyOf(plan);
  // employee codes that count from 1 occur in every tenant
  const isNumbered = lasting === true && comparison === "code";
  const addresses = kind.claims.find(
    ({ field, own }) => field.comparison === "mail-address" && !own && isStaged(plan, field),
  );
  return (
    (mode !== "replace" || isNumbered) && addresses !== undefined && hasOnlyOtherDomains(database, plan, addresses)
  );
};

const hasOnlyOtherDomains = (database: Database, plan: PlanDefinition, claim: Claim): boolean => {
  const inFile = `select ${buildEmailDomainSql("c.key")} as value from (${buildStagedClaimsSql(plan, claim)}) c`;
  const inTenant = `select ${buildEmailDomainSql(claim.key("t"))} as domain from ${claim.table} t`;
  const first = database.get(`${inFile} limit 1`)?.["value"];
  // checked first for speed, because the first domain usually matches
  if (first === undefined || database.get(`${inTenant} where domain = :first limit 1`, { first }) !== undefined)
    return false;
  const shared = `select 1 from (select distinct domain from (${inTenant})) t where t.domain in (${inFile}) limit 1`;
  return database.get(shared) === undefined;
};

export const matchRows = (database: Database, plan: PlanDefinition): void => {
  const match = (records: string): void => {
    const sql = `insert into s.match (row, target, changed)
      select r.row, t.pk, ${buildChangedMaskSql(plan)} from s.row r ${records} ${buildReferenceJoinsSql(plan)} where ${IS_IN_RANGE_SQL}
      on conflict do nothing`;
    forEachRowRange(database, (range) => database.run(sql, { kind: plan.kind.name, ...range }));
  };
  match(prepareKeyJoin(database, plan));
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

const respellKeys = (database: Database, plan: PlanDefinition, known: string): void => {
  const own = listStagedFields(plan).find((field) => isMatchKey(plan, field));
  const rows = `from s.row r where r.key is not null and not exists (${known})`;
  if (own !== undefined) respellNewCodes(database, plan, own, rows, true);
};

/** Returns SQL that joins each row with the record that has the row's key. Reports keys that several records have. */
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

/** Stores in `s.present` the records of which a skipped row has a key, in any spelling. */
export const findRecordsOfSkippedRows = (database: Database, { kind }: PlanDefinition): void => {
  if (database.get("select 1 from s.skipped limit 1") === undefined) return;
  for (const { field } of kind.identifying) {
    const column = recordColumn(field.stored);
    const [values, value] =
      field.merge === "list" ? [`${ORDERED_JOIN} json_each(${column}) e`, "e.value"] : ["", column];
    database.run(
      `insert into s.present select t.pk from ${kind.thing.name} t ${values}
       ${ORDERED_JOIN} s.skipped k on k.what = :field and k.key = loose_key(${value})
       where ${kind.inScope} and ${value} is not null on conflict do nothing`,
      { field: field.field, kind: kind.name },
    );
  }
};
