import type { ForeignTraits } from "../../staging/counts.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildStagedClaimsSql } from "../conflicts.ts";
import { ORDERED_JOIN } from "../../../store/sql/forms.ts";
import { buildRecordKeysSql, buildRowKeysSql, isStaged, keyOf, rowColumn } from "../expressions.ts";
import type { Claim, PlanDefinition } from "../stored-kind.ts";

const MAX_FOREIGN_VALUES = 20;

/** Minimum number of rows for this check, because a shorter file may contain only new records. */
const MIN_FOREIGN_ROWS = 5;

/** Minimum number of records for this check, because `serve init` leaves one user, who does not show whose tenant it is. */
const MIN_FOREIGN_RECORDS = 2;

/** SQL: the domain of an email address. @param key SQL of the comparison key of the address */
const buildEmailDomainSql = (key: string): string => `substr(${key}, instr(${key}, '@') + 1)`;

const buildStagedDomainsSql = (plan: PlanDefinition, claim: Claim): string =>
  `select ${buildEmailDomainSql("c.key")} as value from (${buildStagedClaimsSql(plan, claim)}) c`;

/**
 * Returns values which suggest that a file belongs to another tenant; undefined if there are none. A replacing file
 * matches a record. Users that are found by a number have a mail domain of the tenant, or else a name.
 */
export const findForeignTraits = (database: Database, plan: PlanDefinition): ForeignTraits | undefined => {
  const { kind, request } = plan;
  const { mode, allow = [] } = request;
  if ((kind.table.tree !== undefined && request.fromConsole !== true) || allow.includes("other-tenant"))
    return undefined;
  const hasMany = (from: string, least: number): boolean =>
    database.count(`select count(*) from (select 1 ${from} limit ${least}) one`, { kind: kind.name }) >= least;
  const list = (values: string): readonly string[] =>
    database.all(`${values} limit ${MAX_FOREIGN_VALUES}`).map(({ value }) => String(value));
  const isLong =
    hasMany("from s.row r where r.key is not null", MIN_FOREIGN_ROWS) &&
    hasMany(
      `from ${kind.thing.name} t where ${kind.inScope} and t.pk is distinct from ${kind.table.usual ?? "null"}`,
      MIN_FOREIGN_RECORDS,
    );
  if (!isLong) return undefined;
  if (mode === "replace" && database.get("select 1 from s.match limit 1") === undefined)
    return { by: "key", values: list("select r.key as value from s.row r where r.key is not null") };
  const { lasting, comparison } = keyOf(plan);
  // every tenant counts employee codes from 1
  const isNumbered = lasting === true && comparison === "code";
  const addresses = kind.claims.find(
    ({ field, own }) => field.comparison === "mail-address" && !own && isStaged(plan, field),
  );
  if (mode === "replace" && !isNumbered) return undefined;
  const first = addresses && database.get(`${buildStagedDomainsSql(plan, addresses)} limit 1`);
  if (addresses !== undefined && first !== undefined) {
    if (hasSharedDomain(database, plan, addresses, String(first["value"]))) return undefined;
    return { by: "domain", values: list(`select distinct value from (${buildStagedDomainsSql(plan, addresses)})`) };
  }
  const name = kind.fields.find((field) => field.stored === kind.namedBy && isStaged(plan, field));
  if (mode === "append" || name === undefined) return undefined;
  const named = `from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${kind.thing.name} t on t.pk = m.target
    where ${rowColumn(name.field)} is not null`;
  const names = list(`select ${rowColumn(name.field)} as value ${named}`);
  const isShared = `select 1 ${named} and ${buildRowKeysSql(name)} = ${buildRecordKeysSql(name)} limit 1`;
  return names.length === 0 || database.get(isShared) !== undefined ? undefined : { by: "name", values: names };
};

const hasSharedDomain = (database: Database, plan: PlanDefinition, claim: Claim, domain: string): boolean => {
  const inTenant = `select ${buildEmailDomainSql(claim.key("t"))} as domain from ${claim.table} t`;
  // the first domain of the file is usually also the domain of the tenant's first users
  if (database.get(`${inTenant} where domain = :domain limit 1`, { domain }) !== undefined) return true;
  const inFile = buildStagedDomainsSql(plan, claim);
  return (
    database.get(
      `select 1 from (select distinct domain from (${inTenant})) t where t.domain in (${inFile}) limit 1`,
    ) !== undefined
  );
};
