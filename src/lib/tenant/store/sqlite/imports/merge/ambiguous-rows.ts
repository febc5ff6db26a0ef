import { driftOf } from "../../../../console/drift.ts";
import { PRESENCE } from "../../../../console/observed.ts";
import { bitOf } from "../../../../versions/tables.ts";
import { calledText, keyOf } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import type { PlanSql } from "../stored-kind.ts";
import { mergedWith } from "./tables.ts";

/** Warns of rows that are left out: names the records that each may belong to, and the tasks that change their keys. @param possible their `pk`, by row */
export const reportAmbiguous = (
  database: Database,
  plan: PlanSql,
  possible: ReadonlyMap<number, Iterable<number>>,
): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const { thing } = plan.kind;
  const { field } = keyOf(plan);
  const pairs = [...possible].flatMap(([row, records]) => [...records].map((pk) => ({ row, pk })));
  const listed = (distinct: string): string =>
    `(select string_agg(one, ', ') from (select distinct ${distinct} order by 1))`;
  const ofRow = "where p.value ->> 'row' = r.row";
  const records = `${calledText(thing)} as one from json_each(:pairs) p ${THEN} main.${thing.name} t on t.pk = p.value ->> 'pk' ${ofRow}`;
  const drift = driftOf(versions, "o.pk in (select value ->> 'pk' from json_each(:pairs))");
  const tasks = `c.number as one from json_each(:pairs) p ${THEN} (${drift}) d on d.pk = p.value ->> 'pk'
    ${THEN} main.change c on c.revision = d.revision ${ofRow} and d.mask & (${bitOf(versions, field)} | ${PRESENCE}) <> 0`;
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field,
    select: `select r.row, r.line, null as col, json_object('records', ${listed(records)}, 'tasks', ${listed(tasks)}) as params
      from s.row r where r.row in (select value ->> 'row' from json_each(:pairs))`,
    params: { pairs: JSON.stringify(pairs) },
  });
};
