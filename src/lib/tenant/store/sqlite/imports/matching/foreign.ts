import type { Foreign } from "../../../../../imports/plan.ts";
import { foreignBy, MIN_FOREIGN_ROWS } from "../../../../../rules/import-file.ts";
import type { Database } from "../../database.ts";
import { stagedClaims } from "../conflicts.ts";
import { isStaged } from "../expressions.ts";
import type { Claim, PlanSql } from "../stored-kind.ts";

/** Number of keys or domains by which another tenant can be found. */
const MAX_VALUES = 20;

/** SQL: the domain of a mail address, by its key. */
const domainOf = (key: string): string => `substr(${key}, instr(${key}, '@') + 1)`;

/**
 * Finds out whether a file looks like another tenant's: users, in a replacing file devices and SECURED APPs users too.
 *
 * @param areKnown rows have another key of records, by which they do not meet them
 */
export const findForeign = (database: Database, plan: PlanSql, areKnown: boolean): Foreign | undefined => {
  const { kind, request } = plan;
  const { mode, allow = [] } = request;
  if (kind.table.planner !== undefined || mode === "delete" || allow.includes("other-tenant")) return undefined;
  const addresses = addressesOf(plan);
  if (mode === "append" && addresses === undefined) return undefined;
  const rows = database.count(
    `select count(*) from (select 1 from s.row r where r.key is not null limit ${MIN_FOREIGN_ROWS}) one`,
  );
  const records = `select 1 from ${kind.thing.name} t where ${kind.inScope} limit 1`;
  const facts = {
    records: database.get(records, { kind: kind.name }) === undefined ? 0 : 1,
    matches: areKnown || database.get("select 1 from s.match limit 1") !== undefined,
  };
  const sharesDomain =
    mode === "append" && addresses !== undefined && facts.records > 0 && rows >= MIN_FOREIGN_ROWS
      ? hasSharedDomain(database, plan, addresses)
      : undefined;
  const by = foreignBy({ before: undefined, after: { mode, rows }, facts: { ...facts, sharesDomain } });
  if (by === undefined) return undefined;
  const values =
    by === "domain" && addresses !== undefined
      ? `select distinct ${domainOf("c.key")} as value from (${stagedClaims(plan, addresses)}) c`
      : "select r.key as value from s.row r where r.key is not null";
  return { by, values: database.all(`${values} limit ${MAX_VALUES}`).map(({ value }) => String(value)) };
};

/** The addresses of the rows, if they are of users who have such. */
const addressesOf = (plan: PlanSql): Claim | undefined =>
  plan.kind.claims.find(({ field, own }) => field.comparison === "mail-address" && !own && isStaged(plan, field));

/** Returns whether a mail domain of the file occurs in the tenant; undefined if the file has none. */
const hasSharedDomain = (database: Database, plan: PlanSql, claim: Claim): boolean | undefined => {
  const inFile = `select ${domainOf("c.key")} as domain from (${stagedClaims(plan, claim)}) c`;
  const inTenant = `${domainOf(claim.key("t"))} as domain from ${claim.table} t`;
  const first = database.get(`${inFile} limit 1`);
  if (first === undefined) return undefined;
  // nearly always it is that of the first users, too
  const params = { domain: String(first["domain"]) };
  if (database.get(`select ${inTenant} where domain = :domain limit 1`, params) !== undefined) return true;
  const shared = `select 1 from (select distinct ${inTenant}) t where t.domain in (${inFile}) limit 1`;
  return database.get(shared) !== undefined;
};
