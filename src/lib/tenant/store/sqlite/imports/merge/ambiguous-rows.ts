import { observedTable } from "../../../../console/observed.ts";
import { calledText, keyOf } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import type { PlanSql } from "../stored-kind.ts";

/** Warns of rows that are left out, and names the records that each may belong to. @param possible their `pk`, by row */
export const reportAmbiguous = (
  database: Database,
  plan: PlanSql,
  possible: ReadonlyMap<number, Iterable<number>>,
): void => {
  const { thing } = plan.kind;
  const pairs = [...possible].flatMap(([row, records]) => [...records].map((pk) => ({ row, pk })));
  const nameIn = (table: string, which: string): string => `select ${calledText(thing)} as name
    from json_each(:pairs) p ${THEN} main.${table} t on t.pk = p.value ->> 'pk' where p.value ->> 'row' = r.row and ${which}`;
  // the observed state has all columns of a record that was deleted here
  const isDeleted = `not exists (select 1 from main.${thing.name} n where n.pk = t.pk)`;
  const called = `select string_agg(name, ', ') from (${nameIn(thing.name, "true")}
    union ${nameIn(observedTable({ thing }), isDeleted)} order by 1)`;
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field: keyOf(plan).field,
    select: `select r.row, r.line, null as col, json_object('records', (${called})) as params from s.row r
      where r.row in (select value ->> 'row' from json_each(:pairs))`,
    params: { pairs: JSON.stringify(pairs) },
  });
};
