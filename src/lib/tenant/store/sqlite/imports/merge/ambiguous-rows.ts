import { calledText, keyOf } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { Database } from "../../database.ts";
import type { PlanSql } from "../stored-kind.ts";
import { mergedWith } from "./tables.ts";
import { keyTasks } from "./tasks.ts";

/**
 * Warns of rows that are left out, and names the records that each may belong to, with the tasks that change their keys.
 *
 * @param possible the `pk` of these records, by row
 */
export const reportAmbiguous = (
  database: Database,
  plan: PlanSql,
  possible: ReadonlyMap<number, Iterable<number>>,
): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const { thing } = plan.kind;
  const pairs = [...possible].flatMap(([row, records]) => [...records].map((pk) => ({ row, pk })));
  const listed = (distinct: string): string =>
    `(select string_agg(one, ', ') from (select distinct ${distinct} order by 1))`;
  const ofRow = "select p.value ->> 'pk' from json_each(:pairs) p where p.value ->> 'row' = r.row";
  const records = `${calledText(thing)} as one from main.${thing.name} t where t.pk in (${ofRow})`;
  const tasks = `k.number as one from (${keyTasks(plan, versions, ofRow)}) k`;
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field: keyOf(plan).field,
    select: `select r.row, r.line, null as col, json_object('records', ${listed(records)}, 'tasks', ${listed(tasks)}) as params
      from s.row r where r.row in (select value ->> 'row' from json_each(:pairs))`,
    params: { pairs: JSON.stringify(pairs) },
  });
};
