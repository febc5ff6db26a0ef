import type { ImportedField } from "../../staging/kinds.ts";
import type { Role } from "../../../../model/role.ts";
import { text, type Text } from "../../../../text/index.ts";
import { CALLED, IS_ABOVE, ofSystemAlone } from "../../../accounts/account-rows.ts";
import { ROOT } from "../../../records/org-rows.ts";
import { IS_INSIDE } from "../../../store/scope.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { claimsOf, stagedClaims } from "../conflicts.ts";
import { isStaged, joinReferences, resulting, stored, VALID } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { inScopeOf, type PlanSql } from "../stored-kind.ts";

/** SQL: where a row leaves its record, by the thing; what is in no organisation is in the root. */
const PLACE_AFTER: Readonly<Record<string, (after: (field: string) => string) => string>> = {
  user: (after) => after("org"),
  device: (after) =>
    `coalesce((select holder.org from user holder where holder.pk = ${after("owner")}), ${after("ownerOrg")}, ${ROOT})`,
};

/** Rows of a plan that would leave their records outside its scope. */
const findOutside = (database: Database, plan: PlanSql): void => {
  const { thing, fields, name, format } = plan.kind;
  const placing: ImportedField[] = [];
  const place = PLACE_AFTER[thing.name]?.((field) => {
    const found = fields.find(({ stored }) => stored === field);
    if (found === undefined) throw new TypeError(`${thing.name} has no ${field}`);
    placing.push(found);
    return resulting(plan, found);
  });
  if (place === undefined) return;
  const org = placing.find(({ stored }) => stored === "org" || stored === "ownerOrg")?.field;
  const isPlaced = placing.some((field) => isStaged(plan, field));
  const told = isPlaced ? "'of', :noun" : "'of', :noun, 'lacking', :lacking";
  const lacking = format.columns.find(({ field }) => field === org)?.header;
  recordFinding(database, plan, {
    code: "org-outside",
    field: org,
    select: `
      select r.row, r.line, null as col, json_object(${told}) as params
      from s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target ${joinReferences(plan)}
      where ${VALID} and coalesce(m.changed, 1) <> 0
        and not exists (select 1 from temp.held h where h.pk = ${place}) order by r.row`,
    params: { kind: name, noun: thing.noun ?? thing.name, ...(!isPlaced && lacking !== undefined && { lacking }) },
  });
};

/** Rows with values that records outside the scope of a plan have. That they cannot be used is all that is told. */
const findUnusable = (database: Database, plan: PlanSql): void => {
  const { thing, claims, name } = plan.kind;
  for (const claim of claims.filter(({ field }) => isStaged(plan, field))) {
    const { field, table, has, record, own } = claim;
    recordFinding(database, plan, {
      code: "value-unusable",
      field: field.field,
      select: `
        select r.row, r.line, c.col, json_object('value', c.key, 'header', coalesce(:headers ->> (c.col - 1), :header)) as params
        from (${claimsOf(plan, claim)}) c join main.${table} held on ${has("held", "c.key")}
          and ${own ? inScopeOf(thing, "held") : "true"}
        join s.row r on r.row = c.row
        where ${VALID} and not exists (select 1 from ${thing.name} seen where seen.pk = held.${record}) order by r.row`,
      params: { kind: name },
    });
  }
};

/** SQL: true of a record `t`, by the thing, that who plans in a scope may not change: he could take an account over by an address. */
const ABOVE: Readonly<Record<string, string>> = {
  user: `exists (select 1 from main.user u left join main.account a on a.user = u.pk where u.pk = t.pk and ${IS_ABOVE})`,
};

/** Rows that would change administrators above operator, whom system administrators alone change. @see facts 2.1 */
const findAbove = (database: Database, plan: PlanSql): void => {
  const { thing, keys, namedBy } = plan.kind;
  const { [thing.name]: isAbove } = ABOVE;
  if (isAbove === undefined) return;
  recordFinding(database, plan, {
    code: "administrator-above",
    field: keys[0].field,
    select: `select r.row, r.line, null as col, json_object('name', ${stored(namedBy)}) as params from s.match m
      join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
      where ${VALID} and m.changed <> 0 and ${isAbove} order by r.row`,
  });
};

/** SQL: what {@link refuseFound} wants of a user `u` and the account `a`. */
export const FOUND = `${CALLED} as called, a.role`;

/**
 * Refuses what touches somebody whom system administrators alone change.
 *
 * @param found undefined if it touches nobody such
 * @param only what a system administrator alone does
 * @throws Failure `not-permitted`
 */
export const refuseFound = (found: Row | undefined, only: Text): void => {
  if (found === undefined) return;
  throw ofSystemAlone({ called: String(found["called"] ?? ""), role: (found["role"] ?? "none") as Role }, only);
};

/**
 * Who is no system administrator changes nobody above operator by a plan of one who is, nor by one that was made before
 * somebody was given such a role.
 *
 * @throws Failure `not-permitted`
 * @see facts 2.1
 */
export const refuseAbove = (database: Database, { kind, request }: PlanSql): void => {
  if (ABOVE[kind.thing.name] === undefined || request.mode === "delete") return;
  const found = database.get(
    `select ${FOUND} from s.match m join s.row r on r.row = m.row
       join main.user u on u.pk = m.target left join main.account a on a.user = u.pk
     where ${VALID} and m.changed <> 0 and ${IS_ABOVE} order by r.row limit 1`,
  );
  refuseFound(found, text("commits what changes the user", "そのユーザーへの変更を確定できる"));
};

/** The values of a plan's rows that records outside its scope have by now; on any connection that holds the scope. */
export const unusableKeys = (database: Database, plan: PlanSql): readonly string[] => {
  const { thing, claims, name } = plan.kind;
  const inside = IS_INSIDE[thing.name];
  if (inside === undefined) return [];
  return claims
    .filter(({ field }) => isStaged(plan, field))
    .flatMap((claim) => {
      const { table, has, record, own } = claim;
      const sql = `select distinct c.key from (${stagedClaims(plan, claim)}) c join main.${table} held on ${has("held", "c.key")}
          and ${own ? inScopeOf(thing, "held") : "true"}
        where not exists (select 1 from main.${thing.name} t where t.pk = held.${record} and ${inside}) order by c.key`;
      return database.all(sql, { kind: name }).map((row) => String(row["key"]));
    });
};

/** What only a plan in a scope has to look for. */
export const findBeyondScope = (database: Database, plan: PlanSql): void => {
  if (plan.request.scope === undefined) return;
  // what lies outside is told alike, whether it is there already or not
  findOutside(database, plan);
  findUnusable(database, plan);
  findAbove(database, plan);
};
