import { observedTable } from "../../../../console/observed.ts";
import { calledText, keyOf } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import type { PlanSql } from "../stored-kind.ts";
import { mergedWith } from "./tables.ts";
import { keyTasks } from "./tasks.ts";

/**
 * Warns of rows that are left out, and names the records that each may belong to, and the tasks that change the keys of these.
 *
 * @param possible their `pk`, by row
 */
export const reportAmbiguous = (
  database: Database,
  plan: PlanSql,
  possible: ReadonlyMap<number, Iterable<number>>,
): void => {
  const { thing } = plan.kind;
  const pairs = [...possible].flatMap(([row, records]) => [...records].map((pk) => ({ row, pk })));
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const ofRow = (value: string, joined: string): string =>
    `select ${value} as value from json_each(:pairs) p ${THEN} ${joined} t on t.pk = p.value ->> 'pk' where p.value ->> 'row' = r.row`;
  // the observed state has all columns of a record that was deleted here
  const isDeleted = `not exists (select 1 from main.${thing.name} n where n.pk = t.pk)`;
  const [local, deleted] = [`main.${thing.name}`, `main.${observedTable({ thing })}`].map((table) =>
    ofRow(calledText(thing), table),
  );
  const listed = (values: string): string => `(select string_agg(value, ', ') from (${values} order by 1))`;
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field: keyOf(plan).field,
    select: `with task as materialized (${keyTasks(plan, versions, "select value ->> 'pk' from json_each(:pairs)")})
      select r.row, r.line, null as col,
        json_object('records', ${listed(`${local} union ${deleted} and ${isDeleted}`)}, 'tasks', coalesce(${listed(`select distinct value from (${ofRow("t.number", "task")})`)}, '')) as params
      from s.row r where r.row in (select value ->> 'row' from json_each(:pairs))`,
    params: { pairs: JSON.stringify(pairs) },
  });
};
