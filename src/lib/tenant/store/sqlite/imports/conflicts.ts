import type { Database } from "../database.ts";
import type { PlanSql } from "./expressions.ts";
import { recordFinding, keyField } from "./findings.ts";

/** A value that only one user of the tenant may have: the rows that claim it and the users who hold it. */
interface UniqueValue {
  readonly field: "emails" | "accountName";
  /** SQL: the claims of rows as `key`, `row` and `col` */
  readonly claims: string;
  /** SQL: who holds `c.key` */
  readonly holder: string;
  /** SQL: true if the holder keeps the value after the valid row `h` */
  readonly keeps: string;
}

const uniqueValues = (plan: PlanSql): readonly UniqueValue[] => {
  const emails: UniqueValue = {
    field: "emails",
    // a row that matched its user by the main address already has that address
    claims:
      keyField(plan) === "emails"
        ? `select r.key, r.row, null as col from s.row r where r.key is not null and r.row not in (select row from s.match)
           union all select key, row, col from s.claim`
        : `select "emailKey" as key, row, null as col from s.row where "emailKey" is not null
           union all select key, row, col from s.claim`,
    holder: "user_email held on held.emailKey = c.key",
    // null means a blank with --blank keep; without that option a list is never null
    keeps: "h.emails is null",
  };
  const accounts: UniqueValue = {
    field: "accountName",
    claims: `select "accountKey" as key, row, null as col from s.row where "accountKey" is not null`,
    holder: "user_account held on held.accountKey = c.key",
    keeps: `h."accountKey" is null`,
  };
  return [emails, accounts].filter(({ field }) => plan.staged.staged.includes(field));
};

/** SQL: the contests of valid rows; each row found invalid may add more. */
const OF_VALID = "row not in (select row from s.invalid)";

/** SQL: the contests of rows that only the comparison made invalid, and that match one user at most. */
const OF_COMPARED = `row in (select row from s.invalid) and row not in (
  select row from s.problem where severity = 'error' and (found = 'file' or code = 'key-ambiguous'))`;

/**
 * Finds claims of rows on values that another user of the tenant holds. They are few. If the holder releases the value
 * in the same file it is not a conflict, so swaps and rings pass. A row found invalid releases nothing, hence
 * the repetition until nothing new is found.
 */
export const findConflicts = (database: Database, plan: PlanSql): void => {
  if (plan.kind.entity !== "user") return;
  const values = uniqueValues(plan);
  database.exec("drop table if exists s.contest");
  database.exec("create table s.contest (field text, key text, row integer, col integer, holder integer, state text)");
  for (const { field, claims, holder } of values) {
    database.run(
      `insert into s.contest select :field, c.key, c.row, c.col, held.user, 'open' from (${claims}) c join ${holder}
       left join s.match m on m.row = c.row where held.user is not m.target`,
      { field },
    );
  }
  if (database.count("select count(*) from s.contest") === 0) return;
  database.exec("create index if not exists s.match_target on match (target)");
  const lose = (which: string): number =>
    values.map((value) => loseContests(database, plan, value, which)).reduce((sum, n) => sum + n, 0);
  lose(OF_COMPARED);
  while (lose(OF_VALID) > 0) reportLost(database, plan, values);
  reportLost(database, plan, values);
};

/** Marks the contests whose holder keeps the value. @returns their number */
const loseContests = (database: Database, plan: PlanSql, { field, keeps }: UniqueValue, which: string): number => {
  const deleted =
    plan.request.mode === "replace"
      ? "(t.administrator = 0 and not exists (select 1 from s.match g where g.target = s.contest.holder))"
      : "0";
  return database.run(
    `update s.contest set state = 'lost' from user t
     where state = 'open' and field = :field and ${which} and t.pk = s.contest.holder and not ${deleted}
       and not exists (
         select 1 from s.match g join s.row h on h.row = g.row
         where g.target = s.contest.holder and g.row not in (select row from s.invalid) and not (${keeps}))`,
    { field },
  );
};

const reportLost = (database: Database, plan: PlanSql, values: readonly UniqueValue[]): void => {
  for (const { field } of values) {
    recordFinding(database, plan, {
      code: "value-taken",
      field,
      select: `
        select r.row, r.line, c.col, json_object('value', c.key, 'holder', t.name || ' <' || (t.emails ->> 0) || '>') as params
        from s.contest c join s.row r on r.row = c.row join user t on t.pk = c.holder
        where c.field = :field and c.state = 'lost'`,
      params: { field },
    });
  }
  database.exec("update s.contest set state = 'told' where state = 'lost'");
};
