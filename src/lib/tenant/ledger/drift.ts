import { ORG } from "../../nouns/organisation.ts";
import { buildCaseSql, ORDERED_JOIN } from "../store/sql.ts";
import type { Reader, Writer } from "../store/types.ts";
import { isMirror } from "./tenant-rows.ts";
import { RELATIONS, ALL_COLUMNS_MASK, EXISTENCE_BIT, type VersionSchema } from "./versions.ts";
import {
  buildCompleteMaskSql,
  buildDifferingBitsSql,
  buildHolderExistsSql,
  buildUnseenBitsSql,
  EXPORTED_VERSIONS,
  OBSERVED_VERSIONS,
  buildAgainstSql,
  buildEndStatements,
  buildLastChangeSql,
  LISTED_SQL,
} from "./observed-state.ts";

// The drift of a mirror is the difference between its records and the values that the console last showed. A task is
// the part that one change wrote.

export type DriftAction = "create" | "update" | "delete" | "restore" | "unsettled";

export interface RecordDrift {
  readonly thing: string;
  readonly pk: number;
  readonly action: DriftAction;
  readonly mask: number;
}

export const buildThingDriftSql = (versions: VersionSchema, which: string): string => {
  const { thing, key, columns, observed } = versions;
  const isIncluded = `${buildHolderExistsSql(versions)} and ${which}`;
  const created = buildLastChangeSql(versions, "d", "false");
  const bits = JSON.stringify([...new Set(columns.map(({ bit }) => Number(bit)))]);
  const local = `${observed} o ${ORDERED_JOIN} main.${thing.name} t on t.${key} = o.pk`;
  const differing = `select o.pk, o.since, ${buildDifferingBitsSql(versions)} as mask from ${local} where o.inConsole = 1 and ${isIncluded}`;
  const written = `select d.pk, ${buildLastChangeSql(versions, "d", "v.action = 'update' and v.changed & b.value <> 0")} as revision, b.value as bit
    from (${differing}) d ${ORDERED_JOIN} json_each('${bits}') b where d.mask & b.value <> 0`;
  return `select '${thing.name}' as thing, w.pk, w.revision, 'update' as action, sum(w.bit) as mask from (${written}) w group by w.pk, w.revision
    union all select '${thing.name}', d.pk, ${created}, 'create', ${ALL_COLUMNS_MASK}
      from (select o.pk, o.since from ${local} where o.inConsole = 0 and o.wished & ${EXISTENCE_BIT} <> 0 and ${isIncluded}) d
    union all select '${thing.name}', o.pk, o.since, 'unsettled', ${ALL_COLUMNS_MASK}
      from ${local} where o.inConsole = 0 and o.wished & ${EXISTENCE_BIT} = 0 and ${isIncluded}
    union all select '${thing.name}', d.pk, ${buildLastChangeSql(versions, "d", "v.action = 'delete'")}, 'delete', ${ALL_COLUMNS_MASK}
      from (select o.pk, o.since from ${observed} o where o.inConsole = 1 and ${isIncluded}
        and not exists (select 1 from main.${thing.name} t where t.${key} = o.pk)) d
    union all ${buildAgainstSql(versions, isIncluded)}`;
};

const buildMayBelongToChangeSql = (versions: VersionSchema): string => {
  const { thing, observed } = versions;
  return `o.pk in (select v.pk from main.${versions.table} v where v.revision = :revision
    union all select r.pk from main.created_range c ${ORDERED_JOIN} ${observed} r on r.pk between c.first and c.last
      where c.revision = :revision and c.thing = '${thing.name}'
    union all select s.pk from ${observed} s where s.since = :revision
    union all select o.pk from ${observed} o ${ORDERED_JOIN} ${LISTED_SQL} where o.written <> '[]' and e.value ->> 'r' = :revision)`;
};

const buildDriftSql = (buildWhich: (versions: VersionSchema) => string, types = OBSERVED_VERSIONS): string =>
  `(${types.map((versions) => buildThingDriftSql(versions, buildWhich(versions))).join(" union all ")})`;

const buildChangeDriftSql = (types = OBSERVED_VERSIONS): string =>
  `(select * from ${buildDriftSql(buildMayBelongToChangeSql, types)} where revision = :revision)`;

export interface OpenDrift {
  readonly revision: number;
  readonly number: number;
  /** record type, or kind of file of rows that were left out */
  readonly thing: string;
  readonly action: DriftAction | "left-out";
  readonly records: number;
}

const IS_EXPORT_SQL = "state = 'committed' and detail -> 'request' ->> 'fromConsole' = 1";

/** SQL: the syncs that left out rows, until a sync of all records of the kind. */
const LEFT_OUT_SQL = `select i.revision, i.kind, 'left-out', i.detail -> 'counts' -> 'merged' ->> 'leftOut' as leftOut
  from (select * from main.import where ${IS_EXPORT_SQL}) i where leftOut > 0 and not exists (select 1 from main.import n
    where n.kind = i.kind and n.revision > i.revision and ${IS_EXPORT_SQL} and n.detail -> 'request' ->> 'mode' = 'replace')`;

export const readDrift = async (reader: Reader): Promise<readonly OpenDrift[]> => {
  // every command asks this, and preparing the statement takes 3 ms
  if (!(await isMirror(reader))) return [];
  return reader.all<OpenDrift>(
    `select d.revision, c.number, d.thing, d.action, d.records
     from (select d.revision, d.thing, d.action, count(*) as records from ${buildDriftSql(() => "true")} d group by d.revision, d.thing, d.action
       union all ${LEFT_OUT_SQL}) d
     ${ORDERED_JOIN} main.change c on c.revision = d.revision order by d.revision, d.thing, d.action`,
  );
};

/** Returns the number of the newest open task that contains a record of a change. */
export const findTaskOfChange = async (reader: Reader, revision: number): Promise<number | null> => {
  const found = await reader.get<{ number: number | null }>(
    `select max(c.number) as number from ${buildDriftSql(buildMayBelongToChangeSql)} d ${ORDERED_JOIN} main.change c on c.revision = d.revision
     where d.action not in ('restore', 'unsettled')`,
    { revision },
  );
  return found?.number ?? null;
};

export const hasOpenDrift = async (reader: Reader, revision: number): Promise<boolean> =>
  (await reader.get(`select 1 from ${buildChangeDriftSql()} d limit 1`, { revision })) !== undefined;

const PARENT_THING_NAMES = OBSERVED_VERSIONS.flatMap(({ thing }) =>
  RELATIONS.some(({ to }) => to === thing) && !RELATIONS.some(({ from, to }) => from === thing && to !== thing)
    ? [`'${thing.name}'`]
    : [],
).join(", ");

/** SQL: the depth of an organisation. A deleted parent can make a cycle, so `union` skips repeated organisations. */
const ORG_DEPTH_SQL = `(with recursive up(pk) as (
    select d.pk union
    select ${buildCaseSql("t.pk is null", "o.parent", "t.parent")} from up
      left join main.${ORG.name} t on t.pk = up.pk left join main.${ORG.name}_observed o on o.pk = up.pk
      where up.pk is not null)
  select count(*) from up)`;

/** SQL: sorts drifts: deletions, parent records, updates, new records, deletions of empty parents. */
const CONSOLE_ORDER_SQL = `case when d.action = 'delete' then ${buildCaseSql(`d.thing in (${PARENT_THING_NAMES})`, "4", "0")}
    when d.thing in (${PARENT_THING_NAMES}) then 1 when d.action = 'update' then 2 else 3 end, d.thing,
  ${buildCaseSql(`d.thing = '${ORG.name}'`, `${ORG_DEPTH_SQL} * ${buildCaseSql("d.action = 'delete'", "-1", "1")}`, "0")}, d.pk`;

/** Returns a task's records in the order in which to enter them. @param most maximum number of records */
export const readRecordDrift = (
  reader: Reader,
  { revision, most }: { readonly revision: number; readonly most: number },
): Promise<readonly RecordDrift[]> =>
  reader.all<RecordDrift>(
    `select d.thing, d.pk, d.action, d.mask from ${buildChangeDriftSql()} d order by ${CONSOLE_ORDER_SQL} limit :most`,
    { revision, most },
  );

export const confirmDrift = async (writer: Writer, revision: number): Promise<number> => {
  let confirmed = 0;
  for (const versions of OBSERVED_VERSIONS) {
    const seen = buildCompleteMaskSql(versions, `(d.mask & ~${buildUnseenBitsSql(versions)})`);
    const isPart = "d.action in ('update', 'restore')";
    const mask = EXPORTED_VERSIONS.includes(versions)
      ? buildCaseSql(isPart, `d.mask & ~${seen} & ~${EXISTENCE_BIT}`, "0")
      : buildCaseSql(isPart, "d.mask", ALL_COLUMNS_MASK);
    const rows = await writer.all(
      `select * from (select d.pk, ${mask} as mask from ${buildChangeDriftSql([versions])} d
         left join main.${versions.thing.name} t on t.${versions.key} = d.pk) where mask <> 0`,
      { revision },
    );
    const parts = JSON.stringify(rows.map((row) => [row["pk"], row["mask"]]));
    const ended = "select value ->> 0 as pk, value ->> 1 as ended from json_each(:parts)";
    for (const sql of buildEndStatements(versions, ended)) await writer.run(sql, { parts });
    confirmed += rows.length;
  }
  return confirmed;
};
