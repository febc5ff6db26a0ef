import { CUSTOM_FIELD } from "../../nouns/user.ts";
import { getVersionSchema } from "../ledger/versions.ts";
import type { RecordType } from "../../model/thing.ts";
import type { BlockedRecord } from "../../derived/undo.ts";
import type { Database } from "../store/database.ts";
import { buildCaseSql, buildJsonListSql } from "../store/sql.ts";
import { createTenantChangedFailure } from "./import-failures.ts";
import { comparePlan } from "./compare.ts";
import { buildReleasedDevicesSql } from "./violations.ts";
import { buildRecordLabelSql } from "./expressions.ts";
import { getDeletionTable, storeDeletions, type PlanDefinition } from "./stored-kind.ts";
import { labelFields } from "./undo-blocked.ts";

const buildLacksRowSql = (one: string, other: string): string =>
  `select 1 from (select * from ${one} except select * from ${other}) lacking limit 1`;

/** @param planned SQL: the records that the plan was to change. Returns the one that was written last since then. */
const findChangedRecord = (database: Database, thing: RecordType, planned: string, since: number): BlockedRecord[] => {
  const versions = getVersionSchema(thing.name);
  const fields = versions.columns.flatMap(({ name, bit, leads }) =>
    leads ? [buildCaseSql(`v.changed & ${bit} <> 0`, `',"${name}"'`, "''")] : [],
  );
  const of = { thing: thing.name, why: "changed", other: null } as const;
  return database
    .all<{ readonly name: string; readonly change: number | null; readonly fields: string }>(
      `select ${buildRecordLabelSql(thing)} as name, ${buildJsonListSql(fields)} as fields,
         (select number from main.change where revision = v.revision) as change
       from (${planned}) w join main.${thing.name} t on t.pk = w.target
         left join main.${versions.table} v on v.pk = t.pk and v.revision = t.revision
       where t.revision > :since order by t.revision desc limit 1`,
      { since },
    )
    .map((found) => ({ ...of, ...found, fields: labelFields(thing, found.fields) }));
};

/** @throws Failure `conflict` if the plan would now change other records or values than when it was shown */
export const requireSameEffect = (database: Database, plan: PlanDefinition, since: number): void => {
  const { thing, fields } = plan.kind;
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
  const planned = `select target from ${former(0)} union all select target from ${former(1)} where changed <> 0`;
  const changed = findChangedRecord(database, thing, planned, since);
  for (const at of tables.keys()) database.exec(`drop table ${former(at)}`);
  const released = buildReleasedDevicesSql(plan);
  const isReleasedLater = `select 1 from main.device d where d.pk in (${released}) and d.revision > :since limit 1`;
  if (
    counts.rejected ||
    isOther ||
    changed.length > 0 ||
    (released !== undefined && database.get(isReleasedLater, { since }) !== undefined) ||
    database.count("select revision from collection where name = :name", { name: CUSTOM_FIELD.collection }) > since
  )
    throw createTenantChangedFailure(changed);
};
