import type { Database } from "../../store/sqlite/database.ts";
import { comparePlan } from "./compare.ts";
import { buildReleasedDevicesSql } from "./deletion/undeletable.ts";
import { CUSTOM_FIELD_COLLECTION, getDeletionTable, storeDeletions, type PlanDefinitions } from "./stored-kind.ts";

/** SQL: true if one table has a row that another table lacks. */
const buildLacksRowSql = (one: string, other: string): string =>
  `select 1 from (select * from ${one} except select * from ${other}) lacking limit 1`;

/**
 * Compares plans again in the caller's transaction. Returns true if they would do something else than when they were
 * compared last, or would write a record that was written since then.
 *
 * @param since revision of the tenant at the last comparison
 */
export const hasOtherEffect = (database: Database, plans: PlanDefinitions, since: number): boolean => {
  const [first] = plans;
  const tables = [
    ...plans.map(({ kind }) => getDeletionTable(kind.thing)),
    "s.match",
    "s.invalid",
    ...first.kind.fields.filter(({ resolved }) => resolved).map(({ field }) => `(select row, "${field}" from s.row)`),
  ];
  const former = (at: number): string => `temp.former_${at}`;
  for (const [at, table] of tables.entries()) database.exec(`create table ${former(at)} as select * from ${table}`);
  const counts = comparePlan(database, first);
  for (const plan of plans) storeDeletions(database, plan, counts.delete === 0);
  const isOther = tables.some((table, at) =>
    [buildLacksRowSql(table, former(at)), buildLacksRowSql(former(at), table)].some((sql) => database.get(sql)),
  );
  for (const at of tables.keys()) database.exec(`drop table ${former(at)}`);
  const released = buildReleasedDevicesSql(first);
  const isReleasedLater = `select 1 from main.device d where d.pk in (${released}) and d.revision > :since limit 1`;
  return (
    counts.rejected ||
    isOther ||
    (released !== undefined && database.get(isReleasedLater, { since, kind: first.kind.name }) !== undefined) ||
    plans.some(({ kind: { thing } }) =>
      database.get(
        `select 1 from (select target from ${getDeletionTable(thing)} union all select target from s.match where changed <> 0) w
         join main.${thing.name} t on t.pk = w.target where t.revision > :since limit 1`,
        { since },
      ),
    ) ||
    database.count("select revision from collection where name = :name", { name: CUSTOM_FIELD_COLLECTION }) > since
  );
};
