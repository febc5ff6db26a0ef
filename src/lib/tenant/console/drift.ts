import { ORG } from "../../nouns/organisation.ts";
import { buildCaseSql, ORDERED_JOIN } from "../store/sql.ts";
import type { Reader, Writer } from "../store/store.ts";
import { getVersionSchema } from "../versions/save-versions.ts";
import { RELATIONS } from "../versions/references.ts";
import { ALL_COLUMNS_MASK, getVersionTable, type VersionSchema } from "../versions/tables.ts";
import { buildUnseenBitsSql } from "./exported-columns.ts";
import {
  buildCompleteMaskSql,
  buildDifferingBitsSql,
  buildHolderExistsSql,
  EXPORTED_VERSIONS,
  getObservedTable,
  OBSERVED_VERSIONS,
} from "./observed-state.ts";

// The drift of a mirror is the difference between its records and the values that the console last showed. A task is
// the part that one change wrote.

export type DriftAction = "create" | "update" | "delete";

export interface RecordDrift {
  readonly thing: string;
  readonly pk: number;
  readonly action: DriftAction;
  readonly mask: number;
}

export const buildThingDriftSql = (versions: VersionSchema, which: string): string => {
  const { thing, key, columns } = versions;
  const isIncluded = `${buildHolderExistsSql(versions)} and ${which}`;
  const [observed, kept] = [getObservedTable(versions), `main.${getVersionTable(versions)}`];
  // values from a console export do not need to be entered in the console
  const isLocal = (revision: string): string =>
    `not exists (select 1 from main.change h where h.revision = ${revision} and h.writer = 'console')`;
  const last = (where: string): string =>
    `(select v.revision from ${kept} v where v.pk = d.pk and ${where} and ${isLocal("v.revision")} order by v.revision desc limit 1)`;
  const created = `(select max(c.revision) from main.created_range c where c.thing = '${thing.name}'
    and d.pk between c.first and c.last and ${isLocal("c.revision")})`;
  const bits = JSON.stringify([...new Set(columns.map(({ bit }) => Number(bit)))]);
  const local = `${observed} o ${ORDERED_JOIN} main.${thing.name} t on t.${key} = o.pk`;
  const differing = `select o.pk, o.since, ${buildDifferingBitsSql(versions)} as mask from ${local} where o.inConsole = 1 and ${isIncluded}`;
  const written = `select d.pk, coalesce(${last("v.action = 'update' and v.changed & b.value <> 0")}, ${created}, d.since) as revision, b.value as bit
    from (${differing}) d ${ORDERED_JOIN} json_each('${bits}') b where d.mask & b.value <> 0`;
  return `select '${thing.name}' as thing, w.pk, w.revision, 'update' as action, sum(w.bit) as mask from (${written}) w group by w.pk, w.revision
    union all select '${thing.name}', d.pk, coalesce(${created}, d.since), 'create', ${ALL_COLUMNS_MASK}
      from (select o.pk, o.since from ${local} where o.inConsole = 0 and ${isIncluded}) d
    union all select '${thing.name}', d.pk, coalesce(${last("v.action = 'delete'")}, d.since), 'delete', ${ALL_COLUMNS_MASK}
      from (select o.pk, o.since from ${observed} o where o.inConsole = 1 and ${isIncluded}
        and not exists (select 1 from main.${thing.name} t where t.${key} = o.pk)) d`;
};

const buildMayBelongToChangeSql = (versions: VersionSchema): string => {
  const { thing } = versions;
  const observed = getObservedTable(versions);
  return `o.pk in (select v.pk from main.${getVersionTable(versions)} v where v.revision = :revision
    union all select r.pk from main.created_range c ${ORDERED_JOIN} ${observed} r on r.pk between c.first and c.last
      where c.revision = :revision and c.thing = '${thing.name}'
    union all select s.pk from ${observed} s where s.since = :revision)`;
};

const buildChangeDriftSql = (versions: VersionSchema): string =>
  `select * from (${buildThingDriftSql(versions, buildMayBelongToChangeSql(versions))}) where revision = :revision`;

const buildDriftSql = (revision: number | undefined): string => {
  const of = (versions: VersionSchema): string =>
    revision === undefined ? buildThingDriftSql(versions, "true") : buildChangeDriftSql(versions);
  return `(${OBSERVED_VERSIONS.map(of).join(" union all ")})`;
};

export interface OpenDrift {
  readonly revision: number;
  readonly number: number;
  readonly thing: string;
  readonly action: DriftAction;
  readonly records: number;
}

export const readDrift = (reader: Reader): Promise<readonly OpenDrift[]> =>
  reader.all<OpenDrift>(
    `select d.revision, c.number, d.thing, d.action, d.records
     from (select d.revision, d.thing, d.action, count(*) as records from ${buildDriftSql(undefined)} d group by d.revision, d.thing, d.action) d
     ${ORDERED_JOIN} main.change c on c.revision = d.revision order by d.revision, d.thing, d.action`,
  );

export const hasOpenDrift = async (reader: Reader, revision: number): Promise<boolean> =>
  (await reader.get(`select 1 from ${buildDriftSql(revision)} d limit 1`, { revision })) !== undefined;

const PARENT_THING_NAMES = OBSERVED_VERSIONS.flatMap(({ thing }) =>
  RELATIONS.some(({ to }) => to === thing) && !RELATIONS.some(({ from, to }) => from === thing && to !== thing)
    ? [`'${thing.name}'`]
    : [],
).join(", ");

/** SQL: the depth of an organisation. A deleted parent can make a cycle, so `union` skips repeated organisations. */
const ORG_DEPTH_SQL = `(with recursive up(pk) as (
    select d.pk union
    select ${buildCaseSql("t.pk is null", "o.parent", "t.parent")} from up
      left join main.${ORG.name} t on t.pk = up.pk left join main.${getObservedTable({ thing: ORG })} o on o.pk = up.pk
      where up.pk is not null)
  select count(*) from up)`;

/** SQL: sorts drifts: deletions, parent records, updates, new records, deletions of empty parents. */
const CONSOLE_ORDER_SQL = `case when d.action = 'delete' then ${buildCaseSql(`d.thing in (${PARENT_THING_NAMES})`, "4", "0")}
    when d.thing in (${PARENT_THING_NAMES}) then 1 when d.action = 'update' then 2 else 3 end, d.thing,
  ${buildCaseSql(`d.thing = '${ORG.name}'`, `${ORG_DEPTH_SQL} * ${buildCaseSql("d.action = 'delete'", "-1", "1")}`, "0")}, d.pk`;

/**
 * Returns a task's records in the order in which to enter them in the console. @param most maximum number of records
 */
export const readRecordDrift = (
  reader: Reader,
  { revision, most }: { readonly revision: number; readonly most: number },
): Promise<readonly RecordDrift[]> =>
  reader.all<RecordDrift>(
    `select d.thing, d.pk, d.action, d.mask from ${buildDriftSql(revision)} d order by ${CONSOLE_ORDER_SQL} limit :most`,
    { revision, most },
  );

export const readTaskNumbers = (
  reader: Reader,
  things: readonly string[],
  pks: string,
): Promise<readonly { readonly pk: number; readonly number: number }[]> => {
  const drift = things.map((thing) =>
    buildThingDriftSql(getVersionSchema(thing), "o.pk in (select value from json_each(:pks))"),
  );
  return reader.all<{ pk: number; number: number }>(
    `select distinct d.pk, c.number from (${drift.join(" union all ")}) d ${ORDERED_JOIN} main.change c on c.revision = d.revision`,
    { pks },
  );
};

export const confirmDrift = async (writer: Writer, revision: number): Promise<number> => {
  let confirmed = 0;
  for (const versions of OBSERVED_VERSIONS) {
    const table = `main.${getObservedTable(versions)}`;
    const isExported = EXPORTED_VERSIONS.includes(versions);
    const isWhole = buildCaseSql("d.action = 'update'", "false", "true");
    const seen = buildCompleteMaskSql(versions, `(d.mask & ~${buildUnseenBitsSql(versions)})`);
    const mask = isExported ? buildCaseSql("d.action = 'update'", `d.mask & ~${seen}`, "0") : "d.mask";
    const rows = await writer.all(
      `select * from (select d.pk, ${mask} as mask, ${isWhole} as whole from (${buildChangeDriftSql(versions)}) d
         left join main.${versions.thing.name} t on t.${versions.key} = d.pk) where mask <> 0`,
      { revision },
    );
    const parts = JSON.stringify(rows.map(({ pk, mask: bits, whole }) => [pk, bits, whole]));
    await writer.run(
      `update ${table} as o set touched = ${buildCaseSql("m.whole", "0", "o.touched & ~m.mask")}
       from (select value ->> 0 as pk, value ->> 1 as mask, value ->> 2 as whole from json_each(:parts)) m where m.pk = o.pk`,
      { parts },
    );
    await writer.run(`delete from ${table} where touched = 0`, {});
    confirmed += rows.length;
  }
  return confirmed;
};
