import type { Database } from "../../../store/sqlite/database.ts";
import { buildStagedClaimsSql } from "../conflicts.ts";
import { isStaged, keyOf } from "../expressions.ts";
import type { Claim, PlanDefinition } from "../stored-kind.ts";

/** Minimum number of rows for this check, because a shorter file may contain only new records. */
const MIN_FOREIGN_ROWS = 5;

/** Minimum number of records for this check, because `serve init` leaves one user, who does not show whose tenant it is. */
const MIN_FOREIGN_RECORDS = 2;

const buildEmailDomainSql = (key: string): string => `substr(${key}, instr(${key}, '@') + 1)`;

/**
 * Returns true if a file seems to belong to another tenant: if it replaces, because it matches no record; if it appends
 * or finds users by a number, because none of its addresses has a mail domain of the tenant.
 */
export const isForeignFile = (database: Database, plan: PlanDefinition): boolean => {
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
  // every tenant counts employee codes from 1
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
  // the first domain of the file is usually also the domain of the tenant's first users
  if (first === undefined || database.get(`${inTenant} where domain = :first limit 1`, { first }) !== undefined)
    return false;
  const shared = `select 1 from (select distinct domain from (${inTenant})) t where t.domain in (${inFile}) limit 1`;
  return database.get(shared) === undefined;
};
