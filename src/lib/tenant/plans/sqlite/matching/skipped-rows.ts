import type { Database } from "../../../store/sqlite/database.ts";
import { ORDERED_JOIN } from "../../../store/sql/portable-sql.ts";
import { recordColumn } from "../expressions.ts";
import type { PlanDefinition } from "../stored-kind.ts";

/** Stores in `s.present` the records of which a skipped row has a key, in any spelling. */
export const findRecordsOfSkippedRows = (database: Database, { kind }: PlanDefinition): void => {
  if (database.get("select 1 from s.skipped limit 1") === undefined) return;
  for (const { field } of kind.identifying) {
    const column = recordColumn(field.stored);
    const [values, value] =
      field.merge === "list" ? [`${ORDERED_JOIN} json_each(${column}) e`, "e.value"] : ["", column];
    database.run(
      `insert into s.present select t.pk from ${kind.thing.name} t ${values}
       ${ORDERED_JOIN} s.skipped k on k.what = :field and k.key = loose_key(${value})
       where ${kind.inScope} and ${value} is not null on conflict do nothing`,
      { field: field.field, kind: kind.name },
    );
  }
};
