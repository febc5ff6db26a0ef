import type { Database } from "../../store/sqlite/database.ts";
import { either, isInvalid, isMatched, isValid } from "../../store/sql/forms.ts";
import {
  blankKeeps,
  calledText,
  changes,
  indexTargets,
  isKey,
  isSelective,
  isStaged,
  resultingKeys,
  staged,
  stagedKey,
} from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import { leaveImpossible } from "./merge/impossible.ts";
import { inScopeOf, type Claim, type PlanSql } from "./stored-kind.ts";

/** SQL: the claims of rows on values of a field, as `key`, `row` and `col`. */
export const claimsOf = (plan: PlanSql, claim: Claim): string =>
  // a row that matched its record by the key already has that value
  stagedClaims(plan, claim, isKey(plan, claim.field) ? `not ${isMatched("r.row")}` : "true");

/** SQL: the same of all rows that pass a condition (SQL), before they are compared. */
export const stagedClaims = (plan: PlanSql, { field }: Claim, passing = "true"): string => {
  const key = stagedKey(plan, field);
  const first = `select ${key} as key, r.row, null as col from s.row r where ${key} is not null and ${passing}`;
  return field.merge === "list" ? `${first} union all select key, row, col from s.claim` : first;
};

/** SQL: true if the holder `t` of a value keeps it after the valid row `r`, which meets it by `g`. */
const keepsValue = (plan: PlanSql, { field }: Claim): string => {
  const keeps =
    field.merge === "list"
      ? `exists (select 1 from json_each(${resultingKeys(plan, field)}) k where k.value = c.key)`
      : blankKeeps(plan, field)
        ? `${staged(field.field)} is null`
        : "false";
  return isSelective(plan) ? `(not ${changes(field, "g")} or ${keeps})` : keeps;
};

/** SQL: true if a row writes the value: an export does not decide what was changed here. */
const isTaken = ({ request }: PlanSql, { field }: Claim): string =>
  request.fromConsole === true ? `(m.row is null or ${changes(field)})` : "true";

/** SQL: the contests of valid rows; each row found invalid may add more. */
const OF_VALID = isValid("c.row");

/** SQL: the contests of rows that only the comparison made invalid, and that match one record at most. */
const OF_COMPARED = `${isInvalid("c.row")} and not exists (
  select 1 from s.problem p where p.row = c.row and p.severity = 'error' and (p.found = 'file' or p.code = 'key-ambiguous'))`;

/**
 * Finds claims of rows on values that another record of the tenant holds. They are few. If the holder releases the value
 * in the same file it is not a conflict, so swaps and rings pass. A row found invalid releases nothing, hence
 * the repetition until nothing new is found.
 */
export const findConflicts = (database: Database, plan: PlanSql): void => {
  // a single value that is the key has the holder that its row matches
  const claims = plan.kind.claims.filter(
    ({ field }) => isStaged(plan, field) && (field.merge === "list" || !isKey(plan, field)),
  );
  if (claims.length === 0) return;
  database.exec("drop table if exists s.contest");
  database.exec("create table s.contest (field text, key text, row integer, col integer, holder integer, state text)");
  for (const claim of claims) {
    const { table, has, record, own } = claim;
    const scope = own ? inScopeOf(plan.kind.thing, "held") : "true";
    database.run(
      `insert into s.contest select :field, c.key, c.row, c.col, held.${record}, 'open' from (${claimsOf(plan, claim)}) c
       join ${table} held on ${has("held", "c.key")} and ${scope} left join s.match m on m.row = c.row
       where held.${record} is distinct from m.target and ${isTaken(plan, claim)}`,
      { field: claim.field.field, kind: plan.kind.name },
    );
  }
  if (database.count("select count(*) from s.contest") === 0) return;
  indexTargets(database);
  const lose = (which: string): number =>
    claims.map((claim) => loseContests(database, plan, claim, which)).reduce((sum, n) => sum + n, 0);
  lose(OF_COMPARED);
  while (lose(OF_VALID) > 0) reportLost(database, plan, claims);
  reportLost(database, plan, claims);
};

/** SQL: the rows with lost contests of a field, with {@link paramsOf}. @param state SQL: of the contests */
const lostRows = (plan: PlanSql, field: Claim["field"], state: string): string => `
  select r.row, r.line, c.col, ${paramsOf(plan, field)} as params
  from s.contest c join s.row r on r.row = c.row join ${plan.kind.thing.name} t on t.pk = c.holder
  where c.field = :field and c.state = '${state}'`;

/** Marks the contests whose holder keeps the value. @returns their number */
const loseContests = (database: Database, plan: PlanSql, claim: Claim, which: string): number => {
  const { thing, name, isLacking } = plan.kind;
  const deleted = plan.request.mode === "replace" ? `(${isLacking})` : "false";
  return database.run(
    `update s.contest as c set state = 'lost' from ${thing.name} t
     where c.state = 'open' and c.field = :field and ${which} and t.pk = c.holder and not ${deleted}
       and not exists (
         select 1 from s.match g join s.row r on r.row = g.row
         where g.target = c.holder and ${isValid("g.row")}
           and not (${keepsValue(plan, claim)}))`,
    { field: claim.field.field, kind: name },
  );
};

/** SQL: the parameters of a lost contest. A row whose key is a further value of its holder most likely means that one. */
const paramsOf = (plan: PlanSql, field: Claim["field"]): string => {
  const params = `'value', c.key, 'header', coalesce(:headers ->> (c.col - 1), :header), 'of', :noun,
    'holder', ${calledText(plan.kind.thing)}`;
  if (field.merge !== "list" || !isKey(plan, field)) return `json_object(${params})`;
  return either("c.col is null", `json_object(${params}, 'further', 1)`, `json_object(${params})`);
};

const reportLost = (database: Database, plan: PlanSql, claims: readonly Claim[]): void => {
  const { kind } = plan;
  // a value that a record got here is a reason to leave a row's alone, and none to refuse an export
  leaveImpossible(database, plan, claims);
  for (const { field } of claims)
    for (const [state, severity] of [
      ["left", "warning"],
      ["lost", "error"],
    ] as const)
      recordFinding(database, plan, {
        code: "value-taken",
        severity,
        field: field.field,
        select: lostRows(plan, field, state),
        params: { field: field.field, noun: kind.thing.noun ?? kind.thing.name },
      });
  database.exec("update s.contest set state = 'told' where state in ('lost', 'left')");
};
