import { isMatched, isValid } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import { hasSecrets, isWritten } from "../expressions.ts";
import { EMITTED, type PlanSql } from "../stored-kind.ts";

// A plan whose file was written for the console does what was written, whatever has changed here since: what others did
// in the console and an export brought is not made part of it.

/** The target of a row that meets no record and creates none. */
const NO_RECORD = -1;

/** Keeps what a plan changes by its latest comparison, unless an earlier one was kept: the console gets that one's file. */
export const keepEmitted = (database: Database, plan: PlanSql): void => {
  const secret = hasSecrets(plan) ? "r.secrets is not null" : "false";
  database.exec(`create table if not exists ${EMITTED} as
    select r.row, coalesce(m.changed, 0) as changed, m.row is null as created from s.row r left join s.match m on m.row = r.row
    where ${isValid("r.row")} and (m.row is null or m.changed <> 0 or ${secret})`);
  database.exec("create index if not exists s.emitted_row on emitted (row)");
};

/** Leaves the compared rows of a plan only the changes that were written for the console. */
export const keepToWritten = (database: Database, { kind, written, ...plan }: PlanSql): void => {
  if (written === undefined) return;
  const mask = `select case when e.created then -1 else e.changed end from ${EMITTED} e where e.row = m.row`;
  database.exec(`update s.match as m set changed = m.changed & coalesce((${mask}), 0) where m.changed <> 0`);
  const { planner } = kind.table;
  const isNeeded = planner === undefined ? "false" : `r.row in (${planner.above})`;
  database.exec(`insert into s.match (row, target, changed) select r.row, ${NO_RECORD}, 0 from s.row r
    where not ${isMatched("r.row")} and not ${isWritten("r.row")} and not ${isNeeded}`);
  if (hasSecrets({ kind, ...plan }))
    database.exec(`update s.row as r set secrets = null where not ${isWritten("r.row")}`);
};

/** Drops what a comparison found in rows that were not written for the console. Where invalid rows are left out, so are they. */
export const dropUnwritten = (database: Database, { written, request }: PlanSql): void => {
  if (written === undefined || request.skipInvalid) return;
  database.exec(`delete from s.problem where found = 'plan' and row > 1 and not ${isWritten("problem.row")}`);
  database.exec(`delete from s.invalid where not ${isWritten("invalid.row")}`);
};
