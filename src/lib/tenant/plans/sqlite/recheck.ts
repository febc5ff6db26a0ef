import type { Database } from "../../store/sqlite/database.ts";
import { comparePlan } from "./compare.ts";
import { buildReleasedDevicesSql } from "./deletion/undeletable.ts";
import { CUSTOM_FIELD_COLLECTION, getDeletionTable, storeDeletions, type PlanDefinition } from "./stored-kind.ts";

const buildLacksRowSql = (one: string, other: string): string =>
  `select 1 from (select * from ${one} except select * from ${other}) lacking limit 1`;

export const hasOtherEffect = (database: Database, plan: PlanDefinition, since: number): boolean => {
  const { thing, name: kind, fields } = plan.kind;
  const deleted = getDeletionTable(thing);
  const placed = fields.filter(({ resolved }) => resolved).map(({ field }) => `(select row, "${field}" from s.row)`);
  const tables = [deleted, "s.match", "s.invalid", ...placed];
  const former = (at: number): string => `temp.former_${at}`;
  for (const [at, one] of tables.entries()) database.exec(`create table ${former(at)} as select * from ${one}`);
  const counts = comparePlan(database, plan);
  storeDeletions(database, plan, counts.delete === 0);
  const isOther = tables.some((one, at) =>
    [buildLacksRowSql(one, former(at)), buildLacksRowSql(former(at), one)].some((sql) => database.get(sql)),
  );
  for (const at of tables.keys()) database.exec(`drop table ${former(at)}`);
  const released = buildReleasedDevicesSql(plan);
  const isReleasedLater = `select 1 from main.device d where d.pk in (${released}) and d.revision > :since limit 1`;
  return (
    counts.rejected ||
    isOther ||
    (released !== undefined && database.get(isReleasedLater, { since, kind }) !== undefined) ||
    database.get(
      `select 1 from (select target from ${deleted} union all select target from s.match where changed <> 0) w
         join main.${thing.name} t on t.pk = w.target where t.revision > :since limit 1`,
      { since },
    ) !== undefined ||
    database.count("select revision from collection where name = :name", { name: CUSTOM_FIELD_COLLECTION }) > since
  );
};
