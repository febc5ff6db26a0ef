import type { Database } from "../../../store/sqlite/database.ts";
import { ORDERED_JOIN } from "../../../store/sql.ts";
import { createTargetIndex } from "../expressions.ts";
import type { PlanDefinition } from "../stored-kind.ts";

export interface MatchingKeysSql {
  readonly row: string;
  readonly record: string;
}

/** Stores in `s.holder` the keys that exactly one row and one record have. @param rows SQL: `from … where …` */
export const storeHolders = (
  database: Database,
  { kind }: PlanDefinition,
  { row, record }: MatchingKeysSql,
  rows: string,
): boolean => {
  for (const statement of [
    "drop table if exists s.lasting_key",
    "drop table if exists s.holder",
    "create table s.lasting_key (key text primary key, row integer not null) without rowid",
    "create table s.holder (row integer primary key, key text not null, target integer not null)",
  ])
    database.exec(statement);
  const keyed = database.run(
    `insert into s.lasting_key select ${row}, min(r.row) ${rows} and ${row} is not null group by 1 having count(*) = 1`,
    { kind: kind.name },
  );
  if (keyed === 0) return false;
  const held = database.run(
    `insert into s.holder select few.row, few.key, min(t.pk) from ${kind.thing.name} t
     ${ORDERED_JOIN} s.lasting_key few on few.key = ${record} where ${kind.inScope} group by few.row having count(*) = 1`,
    { kind: kind.name },
  );
  if (held > 0) createTargetIndex(database);
  return held > 0;
};
