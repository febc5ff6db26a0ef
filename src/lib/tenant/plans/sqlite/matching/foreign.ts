import type { ForeignTraits } from "../../staging/counts.ts";
import type { ImportedField, KindKey } from "../../staging/kinds.ts";
import { findMissingTrait, MIN_FOREIGN_RECORDS, MIN_FOREIGN_ROWS } from "../../../../rules/import-file.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildStagedClaimsSql } from "../conflicts.ts";
import { ORDERED_JOIN } from "../../../store/sql/forms.ts";
import { isStaged, keyOf, rowColumn, buildRowKeysSql, buildRecordKeysSql } from "../expressions.ts";
import type { Claim, PlanDefinition } from "../stored-kind.ts";

/** Maximum number of values that are returned to find out which tenant a file belongs to. */
const MAX_FOREIGN_VALUES = 20;

/** SQL: the domain of an email address. @param key SQL of the comparison key of the address */
const buildEmailDomainSql = (key: string): string => `substr(${key}, instr(${key}, '@') + 1)`;

/**
 * Returns values which suggest that a file belongs to another tenant; undefined if there are none. Files of users are
 * checked, and also replacing files of devices and SECURED APPs users.
 */
export const findForeignTraits = (
  database: Database,
  plan: PlanDefinition,
  areKnown: boolean,
): ForeignTraits | undefined => {
  const { kind, request } = plan;
  const { mode, allow = [] } = request;
  if (kind.table.tree !== undefined || mode === "delete" || allow.includes("other-tenant")) return undefined;
  const addresses = findAddressField(plan);
  if (mode === "append" && addresses === undefined) return undefined;
  const rows = database.count(
    `select count(*) from (select 1 from s.row r where r.key is not null limit ${MIN_FOREIGN_ROWS}) one`,
  );
  const inTenant = `select 1 from ${kind.thing.name} t where ${kind.inScope} limit ${MIN_FOREIGN_RECORDS}`;
  const records = database.count(`select count(*) from (${inTenant}) one`, { kind: kind.name });
  const isLong = records >= MIN_FOREIGN_RECORDS && rows >= MIN_FOREIGN_ROWS;
  const isMet = database.get("select 1 from s.match limit 1") !== undefined;
  const isNumbered = isMet && !areKnown && isNumberedKey(keyOf(plan));
  const sharesName = mode === "replace" && isLong && isNumbered ? hasSharedName(database, plan) : undefined;
  const needsDomain = mode === "append" || (isNumbered && sharesName !== true);
  const sharesDomain =
    addresses !== undefined && isLong && needsDomain ? hasSharedDomain(database, plan, addresses) : undefined;
  const facts = { records, matches: areKnown || isMet, isNumbered, sharesName, sharesDomain };
  const by = findMissingTrait({ mode, rows }, facts);
  return by === undefined ? undefined : { by, values: readForeignValues(database, plan, by) };
};

const readForeignValues = (database: Database, plan: PlanDefinition, by: ForeignTraits["by"]): readonly string[] => {
  const [addresses, name] = [findAddressField(plan), findNameField(plan)];
  const values =
    by === "domain" && addresses !== undefined
      ? `select distinct ${buildEmailDomainSql("c.key")} as value from (${buildStagedClaimsSql(plan, addresses)}) c`
      : by === "name" && name !== undefined
        ? `select ${rowColumn(name.field)} as value from s.row r where ${rowColumn(name.field)} is not null`
        : "select r.key as value from s.row r where r.key is not null";
  return database.all(`${values} limit ${MAX_FOREIGN_VALUES}`).map(({ value }) => String(value));
};

const findAddressField = (plan: PlanDefinition): Claim | undefined =>
  plan.kind.claims.find(({ field, own }) => field.comparison === "mail-address" && !own && isStaged(plan, field));

const findNameField = (plan: PlanDefinition): ImportedField | undefined =>
  plan.kind.fields.find((field) => field.stored === plan.kind.namedBy && isStaged(plan, field));

/**
 * Returns true if this key is usually a number that every tenant counts from 1, so that it does not identify a record
 * across tenants as email addresses and serial numbers do.
 */
export const isNumberedKey = ({ lasting, comparison }: KindKey): boolean => lasting === true && comparison === "code";

/** SQL: true if the row `r` has the name of the record `t`; undefined if the file has no names. */
export const buildHasSameNameSql = (plan: PlanDefinition): string | undefined => {
  const name = findNameField(plan);
  return name === undefined ? undefined : `${buildRowKeysSql(name)} = ${buildRecordKeysSql(name)}`;
};

const hasSharedName = (database: Database, plan: PlanDefinition): boolean | undefined => {
  const [name, agrees] = [findNameField(plan), buildHasSameNameSql(plan)];
  if (name === undefined || agrees === undefined) return undefined;
  const rows = `select 1 from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row`;
  // usually, the first row already has the same name as its record
  const agreeing = `${rows} ${ORDERED_JOIN} ${plan.kind.thing.name} t on t.pk = m.target where ${agrees} limit 1`;
  if (database.get(agreeing) !== undefined) return true;
  return database.get(`${rows} where ${rowColumn(name.field)} is not null limit 1`) === undefined ? undefined : false;
};

const hasSharedDomain = (database: Database, plan: PlanDefinition, claim: Claim): boolean | undefined => {
  const inFile = `select ${buildEmailDomainSql("c.key")} as domain from (${buildStagedClaimsSql(plan, claim)}) c`;
  const inTenant = `${buildEmailDomainSql(claim.key("t"))} as domain from ${claim.table} t`;
  const first = database.get(`${inFile} limit 1`);
  if (first === undefined) return undefined;
  // the first domain of the file is usually also the domain of the tenant's first users
  const params = { domain: String(first["domain"]) };
  if (database.get(`select ${inTenant} where domain = :domain limit 1`, params) !== undefined) return true;
  const shared = `select 1 from (select distinct ${inTenant}) t where t.domain in (${inFile}) limit 1`;
  return database.get(shared) !== undefined;
};
