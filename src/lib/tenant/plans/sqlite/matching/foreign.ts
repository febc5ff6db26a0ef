import { Failure } from "../../../../errors/index.ts";
import { nounNamed } from "../../../../model/problem.ts";
import { counted, text } from "../../../../text/index.ts";
import type { ForeignTraits, PlanCounts } from "../../staging/counts.ts";
import type { ImportedField, KindKey } from "../../staging/kinds.ts";
import { foreignBy, MIN_FOREIGN_ROWS } from "../../../../rules/import-file.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { stagedClaims } from "../conflicts.ts";
import { THEN } from "../../../store/sql/forms.ts";
import { isStaged, keyOf, staged, stagedKeys, storedKeys } from "../expressions.ts";
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
export const findForeign = (database: Database, plan: PlanSql, areKnown: boolean): ForeignTraits | undefined => {
  const { kind, request } = plan;
  const { mode, allow = [] } = request;
  if (kind.table.planner !== undefined || mode === "delete" || allow.includes("other-tenant")) return undefined;
  const addresses = addressesOf(plan);
  if (mode === "append" && addresses === undefined) return undefined;
  const rows = database.count(
    `select count(*) from (select 1 from s.row r where r.key is not null limit ${MIN_FOREIGN_ROWS}) one`,
  );
  const inTenant = `select 1 from ${kind.thing.name} t where ${kind.inScope} limit 1`;
  const records = database.get(inTenant, { kind: kind.name }) === undefined ? 0 : 1;
  const isLong = records > 0 && rows >= MIN_FOREIGN_ROWS;
  const isMet = database.get("select 1 from s.match limit 1") !== undefined;
  const isNumbered = isMet && !areKnown && isNumber(keyOf(plan));
  const sharesName = mode === "replace" && isLong && isNumbered ? hasSharedName(database, plan) : undefined;
  const needsDomain = mode === "append" || (isNumbered && sharesName !== true);
  const sharesDomain =
    addresses !== undefined && isLong && needsDomain ? hasSharedDomain(database, plan, addresses) : undefined;
  const facts = { records, matches: areKnown || isMet, isNumbered, sharesName, sharesDomain };
  const by = foreignBy({ before: undefined, after: { mode, rows }, facts });
  return by === undefined ? undefined : { by, values: valuesOf(database, plan, by) };
};

/** The first keys, names or mail domains of the file. */
const valuesOf = (database: Database, plan: PlanSql, by: ForeignTraits["by"]): readonly string[] => {
  const [addresses, name] = [addressesOf(plan), nameOf(plan)];
  const values =
    by === "domain" && addresses !== undefined
      ? `select distinct ${domainOf("c.key")} as value from (${stagedClaims(plan, addresses)}) c`
      : by === "name" && name !== undefined
        ? `select ${staged(name.field)} as value from s.row r where ${staged(name.field)} is not null`
        : "select r.key as value from s.row r where r.key is not null";
  return database.all(`${values} limit ${MAX_VALUES}`).map(({ value }) => String(value));
};

/** The addresses of the rows, if they are of users who have such. */
const addressesOf = (plan: PlanSql): Claim | undefined =>
  plan.kind.claims.find(({ field, own }) => field.comparison === "mail-address" && !own && isStaged(plan, field));

/** The names of the rows, if the file has them. */
const nameOf = (plan: PlanSql): ImportedField | undefined =>
  plan.kind.fields.find((field) => field.stored === plan.kind.namedBy && isStaged(plan, field));

/** True of a key that every tenant may count from 1. Nobody else has a mail address or a serial number. */
export const isNumber = ({ lasting, comparison }: KindKey): boolean => lasting === true && comparison === "code";

/** SQL: true if the row `r` has the name of the record `t`; undefined if the file has no names. */
export const agreesByName = (plan: PlanSql): string | undefined => {
  const name = nameOf(plan);
  return name === undefined ? undefined : `${stagedKeys(name)} = ${storedKeys(name)}`;
};

/** Returns whether a row has the name of the record that it matches; undefined if no such row has a name. */
const hasSharedName = (database: Database, plan: PlanSql): boolean | undefined => {
  const [name, agrees] = [nameOf(plan), agreesByName(plan)];
  if (name === undefined || agrees === undefined) return undefined;
  const rows = `select 1 from s.match m ${THEN} s.row r on r.row = m.row`;
  // nearly always it is the first row
  const agreeing = `${rows} ${THEN} ${plan.kind.thing.name} t on t.pk = m.target where ${agrees} limit 1`;
  if (database.get(agreeing) !== undefined) return true;
  return database.get(`${rows} where ${staged(name.field)} is not null limit 1`) === undefined ? undefined : false;
};

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

/** The refusal of an export that looks like another tenant's. */
export const ofOtherTenant = (
  { kind, staged }: PlanSql,
  { recordsBefore }: Pick<PlanCounts, "recordsBefore">,
): Failure => {
  const noun = nounNamed(kind.thing.noun ?? kind.thing.name);
  return new Failure("input-rejected", {
    what: text(
      `none of the ${counted(staged.rows, "row")} matches one of the ${counted(recordsBefore, noun.en)}: this looks like the export of another tenant`,
      `${staged.rows} 行は、${noun.ja} ${recordsBefore} 件のどれとも一致しません。別のテナントのエクスポートのようです`,
    ),
    hint: text(
      "export in the console of this tenant, and verify again",
      "このテナントの管理画面でエクスポートして、もう一度照合してください",
    ),
  });
};
