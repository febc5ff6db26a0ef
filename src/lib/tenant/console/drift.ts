import type { FormatName } from "../../model/console-files.ts";
import { DEVICE, OWNER_FIELDS } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG } from "../../model/organisation.ts";
import type { UploadOmissionReason } from "../../model/upload.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql/forms.ts";
import { buildNeedsWipeSql } from "../store/sql/wipes.ts";
import type { Params, Reader, Writer } from "../store/store.ts";
import { getVersionSchema } from "../versions/keep.ts";
import { RELATIONS } from "../versions/references.ts";
import { getColumnBit, getVersionTable, type VersionSchema } from "../versions/tables.ts";
import {
  getObservedHistoryTable,
  CUSTOM_FIELDS_COLUMN,
  buildCustomFieldsBitSql,
  EXPORTED_VERSIONS,
  buildUserExistsSql,
  buildDiffersSql,
  buildIsTaskEntrySql,
  buildKeepObservedSql,
  OBSERVED_VERSIONS,
  OBSERVED_CUSTOM_ENTRIES,
  getObservedTable,
  PRESENCE_BIT,
  buildConfirmEntriesSql,
} from "./observed.ts";

// The drift of a mirror is the difference between its records and their values in the console. This difference must
// still be applied in the console. A task is the part of the drift that one change wrote last.

/** The state of a part of the drift. `confirmed`: a person confirmed it, but no export has shown it yet. */
export type DriftState = "open" | "confirmed";

/** What a change did to a record that differs from the console. */
export type DriftAction = "create" | "update" | "delete";

/** A part of the drift: the values that a change wrote last. It can be limited to some records or columns. */
export interface DriftPart {
  readonly revision: number;
  readonly record?: { readonly thing: string; readonly pk: number } | undefined;
  /** only records that files of this format contain; default: all records */
  readonly kind?: FormatName | undefined;
  /** only these columns (see {@link toCustomColumn}); default: all columns */
  readonly columns?: readonly string[] | undefined;
  /** SQL: a condition on the records `d`; default: all records */
  readonly which?: string | undefined;
  /** if true, only the values that the upload file of the change contains */
  readonly isUploaded?: boolean | undefined;
}

/** Returns the column name that represents a single custom field, such as `custom:12`. */
export const toCustomColumn = (pk: number | ""): string => `${CUSTOM_FIELDS_COLUMN}:${pk}`;

/** Returns true if a column name represents a single custom field. */
export const isCustomFieldColumn = (column: string): boolean => column.startsWith(toCustomColumn(""));

export interface RecordDrift {
  readonly thing: string;
  readonly pk: number;
  readonly action: DriftAction;
  /** mask of the updated columns, with the same bits as masks of versions */
  readonly mask: number;
  /**
   * mask of the columns that an export contradicted; {@link PRESENCE_BIT} if the export contradicted the existence of
   * the record
   */
  readonly contradicted: number;
  /** why the upload file of the change does not contain the record; null if it does */
  readonly leftOut: UploadOmissionReason | null;
}

/** SQL: true if a column of a mask really differs; false if it was changed and then changed back. */
const buildReallyDiffersSql = (versions: VersionSchema, mask: string): string =>
  versions.columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => `(${mask}) & ${bit} <> 0 and ${buildDiffersSql(name, buildIsTaskEntrySql(versions))}`)
    .join(" or ");

/**
 * SQL: the drift of a type's records, by the `revision` of the change whose task it belongs to. Columns: `thing`, `pk`,
 * `action`, `mask` (the columns of an update; otherwise {@link PRESENCE_BIT} and the columns that differ), `confirmed`
 * and `contradicted` (masks), and `real` (false if values were changed and changed back, or if a record was created and
 * deleted again, or the reverse).
 *
 * @param which SQL: condition on the observed records `o`
 */
export const buildThingDriftSql = (versions: VersionSchema, which: string): string => {
  const { thing, key } = versions;
  const isIncluded = `${buildUserExistsSql(versions)} and ${which}`;
  const [observed, kept] = [getObservedTable(versions), `main.${getVersionTable(versions)}`];
  const local = `${ORDERED_JOIN} main.${thing.name} t on t.${key} = o.pk`;
  const isShown = `(o.inConsole = 1 or o.confirmed & ${PRESENCE_BIT} <> 0) and o.differs & ${PRESENCE_BIT} = 0`;
  // changes that came from an export do not require work in the console
  const isLocal = (revision: string): string =>
    `not exists (select 1 from main.change h where h.revision = ${revision} and h.writer = 'console')`;
  const created = `(select max(c.revision) from main.created_range c where c.thing = '${thing.name}'
    and o.pk between c.first and c.last and ${isLocal("c.revision")})`;
  const written = (action: string): string =>
    `(select max(v.revision) from ${kept} v where v.pk = o.pk and v.action = '${action}' and ${isLocal("v.revision")})`;
  const bits = JSON.stringify([...new Set(versions.columns.map(({ bit }) => Number(bit)))]);
  // the last change that wrote the column since the record was created (or re-created); otherwise the creation itself
  const last = `(select v.revision from ${kept} v
    where v.pk = o.pk and v.action = 'update' and v.changed & b.value <> 0 and v.revision > coalesce(${created}, 0) and ${isLocal("v.revision")}
    order by v.revision desc limit 1)`;
  const columns = `select o.pk, coalesce(${last}, ${created}, o.since) as revision, b.value as bit
    from ${observed} o ${local} ${ORDERED_JOIN} json_each('${bits}') b where o.differs & b.value <> 0 and ${isShown} and ${isIncluded}`;
  const isWhole = `(o.inConsole = 0 or o.differs & ${PRESENCE_BIT} <> 0)`;
  const missing = buildCaseSql("o.inConsole = 0", PRESENCE_BIT, "o.differs");
  const isGone = `t.${key} is null`;
  return `select '${thing.name}' as thing, o.pk, w.revision, 'update' as action, w.mask, o.confirmed, o.contradicted,
        ${buildReallyDiffersSql(versions, "w.mask")} as real
      from (select pk, revision, sum(bit) as mask from (${columns}) group by pk, revision) w
        ${ORDERED_JOIN} ${observed} o on o.pk = w.pk ${local}
    union all select '${thing.name}', o.pk,
        coalesce(${buildCaseSql(isGone, written("delete"), `coalesce(${created}, ${written("update")})`)}, o.since),
        ${buildCaseSql(isGone, "'delete'", "'create'")}, ${buildCaseSql(isGone, PRESENCE_BIT, missing)}, o.confirmed, o.contradicted, o.inConsole = (${isGone})
      from ${observed} o left join main.${thing.name} t on t.${key} = o.pk
      where (${isGone} or ${isWhole}) and ${isIncluded}`;
};

/**
 * SQL: true if the observed record `o` may belong to the task of the change `:revision`: that change wrote it, or it
 * differs since then.
 */
const buildMayBelongToChangeSql = (versions: VersionSchema): string => {
  const { thing } = versions;
  const ofThing = `main.created_range c ${ORDERED_JOIN} ${getObservedTable({ thing })} r on r.pk between c.first and c.last`;
  return `o.pk in (select v.pk from main.${getVersionTable(versions)} v where v.revision = :revision
    union all select r.pk from ${ofThing} where c.revision = :revision and c.thing = '${thing.name}'
    union all select s.pk from ${getObservedTable({ thing })} s where s.since = :revision)`;
};

/**
 * SQL: the drift of a type's records that belongs to the task of the change `:revision`; see
 * {@link buildThingDriftSql}.
 */
const buildChangeDriftSql = (versions: VersionSchema): string =>
  `select * from (${buildThingDriftSql(versions, buildMayBelongToChangeSql(versions))}) where revision = :revision`;

/**
 * SQL: the drift of all record types, or of a single type; see {@link buildThingDriftSql}. Adds `open`, the mask of the
 * columns that nobody has confirmed, and `leftOut`, the reason why the upload file of the change does not contain the
 * record.
 *
 * @param of returns the SQL of the drift of a record type
 */
const buildDriftSql = (of: (versions: VersionSchema) => string, thing?: string): string => {
  const all = OBSERVED_VERSIONS.filter((versions) => thing === undefined || versions.thing.name === thing);
  const parts = all.map(of).join(" union all ");
  return `(select d.*, d.mask & ~d.confirmed as open, l.reason as leftOut from (${parts}) d
    left join main.left_out l on l.revision = d.revision and l.thing = d.thing and l.pk = d.pk where d.mask <> 0)`;
};

/** Counts of the open drift that belongs to one change, for one record type and action. */
export interface OpenDrift {
  readonly revision: number;
  readonly thing: string;
  readonly action: DriftAction;
  readonly records: number;
  readonly contradicted: number;
  /** number of records whose earlier values were set again, so that the console only has to be checked */
  readonly unchanged: number;
  /** number of records that the upload file of the change does not contain */
  readonly leftOut: number;
}

/**
 * Returns the drift by change and record type, oldest change first.
 *
 * @param revision revision of the only change to return; default: all changes
 */
export const readDrift = async (
  reader: Reader,
  { state = "open", revision }: { readonly state?: DriftState; readonly revision?: number | undefined } = {},
): Promise<readonly OpenDrift[]> => {
  const isInState = state === "open" ? "d.open <> 0" : "d.mask & d.confirmed <> 0";
  const rows = await reader.all(
    `select d.revision, d.thing, d.action, count(*) as records,
       sum(d.contradicted & (d.open | ${PRESENCE_BIT}) <> 0) as contradicted, sum(not d.real) as unchanged,
       count(d.leftOut) as leftOut
     from ${buildDriftSql(revision === undefined ? (versions) => buildThingDriftSql(versions, "true") : buildChangeDriftSql)} d where ${isInState}
     group by d.revision, d.thing, d.action order by d.revision, d.thing, d.action`,
    revision === undefined ? {} : { revision },
  );
  return rows.map((row) => ({
    revision: Number(row["revision"]),
    thing: String(row["thing"]),
    action: row["action"] as DriftAction,
    records: Number(row["records"]),
    contradicted: Number(row["contradicted"]),
    unchanged: Number(row["unchanged"]),
    leftOut: Number(row["leftOut"]),
  }));
};

/** Returns true if a part of a change's task is open. */
export const hasOpenDrift = async (reader: Reader, revision: number): Promise<boolean> =>
  (await reader.get(`select 1 from ${buildDriftSql(buildChangeDriftSql)} d where d.open <> 0 limit 1`, {
    revision,
  })) !== undefined;

const toRecordDrift = (row: Readonly<Record<string, unknown>>): RecordDrift => ({
  thing: String(row["thing"]),
  pk: Number(row["pk"]),
  action: row["action"] as DriftAction,
  mask: Number(row["mask"]),
  contradicted: Number(row["contradicted"]),
  leftOut: row["leftOut"] as UploadOmissionReason | null,
});

/**
 * SQL: names of the record types that others refer to but that do not refer to others: organisations, groups, custom
 * fields, …
 */
const PARENT_THING_NAMES = OBSERVED_VERSIONS.flatMap(({ thing }) =>
  RELATIONS.some(({ to }) => to === thing) && !RELATIONS.some(({ from, to }) => from === thing && to !== thing)
    ? [`'${thing.name}'`]
    : [],
).join(", ");

/**
 * SQL: the depth of the organisation in the drift `d`. Tolerates cycles, which can exist if organisations were deleted
 * one by one.
 */
const ORG_DEPTH = `(with recursive up(pk) as (
    select d.pk union
    select ${buildCaseSql("t.pk is null", "o.parent", "t.parent")} from up
      left join main.${ORG.name} t on t.pk = up.pk left join main.${getObservedTable({ thing: ORG })} o on o.pk = up.pk
      where up.pk is not null)
  select count(*) from up)`;

/**
 * SQL: the order in which drifts `d` can be applied in the console: parents are added before their children, and
 * deleted after their children.
 */
const CONSOLE_ORDER = `case when d.action = 'delete' then ${buildCaseSql(`d.thing in (${PARENT_THING_NAMES})`, "4", "0")}
    when d.thing in (${PARENT_THING_NAMES}) then 1 when d.action = 'update' then 2 else 3 end, d.thing,
  ${buildCaseSql(`d.thing = '${ORG.name}'`, `${ORG_DEPTH} * ${buildCaseSql("d.action = 'delete'", "-1", "1")}`, "0")}, d.pk`;

/**
 * Returns the records of a task with their open columns. Records that the upload file does not contain come first. The
 * other records follow in an order that works in the console: deletions, parents from the top down, updates, new
 * records, and finally the parents that have become empty.
 *
 * @param most maximum number of records; records that an export contradicted are included first, then those that the
 * file does not contain
 */
export const readRecordDrift = async (
  reader: Reader,
  { revision, state = "open", most }: { readonly revision: number; readonly state?: DriftState; readonly most: number },
): Promise<readonly RecordDrift[]> => {
  const bits = state === "open" ? "d.open" : "(d.mask & d.confirmed)";
  const rows = await reader.all(
    `select * from (select * from (
       select d.thing, d.pk, d.action, ${bits} as mask, d.contradicted & (${bits} | ${PRESENCE_BIT}) as contradicted, d.leftOut,
         row_number() over (order by d.leftOut is null, ${CONSOLE_ORDER}) as place
       from ${buildDriftSql(buildChangeDriftSql)} d where ${bits} <> 0) r
     order by r.contradicted = 0, r.place limit :most) r order by place`,
    { revision, most },
  );
  return rows.map(toRecordDrift);
};

/** Returns the number of devices that a task assigns to another owner in the console. These devices must be wiped. */
export const countRequiredWipes = async (reader: Reader, revision: number): Promise<number> => {
  const versions = getVersionSchema(DEVICE.name);
  const bitOf = (name: string): string => versions.columns.find((column) => column.name === name)?.bit ?? "0";
  const before = (name: string): string =>
    buildCaseSql(`o.differs & ${bitOf(name)} <> 0`, `o.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`);
  const [columns, owner] = [OWNER_FIELDS.map((name) => `d.open & ${bitOf(name)} <> 0`), OWNER_FIELDS.map(before)];
  return reader.count(
    `select count(*) from ${buildDriftSql(buildChangeDriftSql, DEVICE.name)} d
       ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = d.pk ${ORDERED_JOIN} main.device t on t.pk = d.pk
     where d.action = 'update' and (${columns.join(" or ")})
       and (${OWNER_FIELDS.map((name) => buildDiffersSql(name)).join(" or ")}) and coalesce(${owner.join(", ")}) is not null
       and ${buildNeedsWipeSql((name) => `t.${quoteIdentifier(name)}`, before("status"))}`,
    { revision },
  );
};

/**
 * Returns the revisions of the changes whose tasks contain a record, newest first.
 *
 * @param column only tasks that change this column, or the whole record
 */
export const findTaskRevisions = async (
  reader: Reader,
  thing: string,
  pk: number,
  column?: string,
): Promise<readonly number[]> => {
  const bits =
    column === undefined ? "d.open" : `d.open & (${PRESENCE_BIT} | ${getColumnBit(getVersionSchema(thing), column)})`;
  const rows = await reader.all(
    `select distinct d.revision from ${buildDriftSql((versions) => buildThingDriftSql(versions, "o.pk = :pk"), thing)} d where ${bits} <> 0 order by d.revision desc`,
    { pk },
  );
  return rows.map(({ revision }) => Number(revision));
};

/** Returns the revisions of the changes with open tasks for records of a thing.  @param pks record numbers, as JSON */
export const readTaskRevisions = async (
  reader: Reader,
  thing: string,
  pks: string,
): Promise<readonly { readonly pk: number; readonly revision: number }[]> => {
  const isListed = "o.pk in (select value from json_each(:pks))";
  const rows = await reader.all(
    `select distinct d.pk, d.revision from ${buildDriftSql((versions) => buildThingDriftSql(versions, isListed), thing)} d where d.open <> 0`,
    { pks },
  );
  return rows.map(({ pk, revision }) => ({ pk: Number(pk), revision: Number(revision) }));
};

const listAffectedThings = ({ record, kind }: DriftPart): readonly VersionSchema[] =>
  OBSERVED_VERSIONS.filter(
    ({ thing }) =>
      (record === undefined || record.thing === thing.name) && (kind === undefined || FORMATS[kind].thing === thing),
  );

/**
 * SQL: the keys `key` of the open custom fields of observed records, limited to `columns`. @param of SQL: record
 * numbers
 */
const buildOpenEntriesSql = (versions: VersionSchema, of: string, columns: DriftPart["columns"]): string => {
  const { thing, key } = versions;
  const fields = columns?.filter(isCustomFieldColumn).map((column) => column.slice(toCustomColumn("").length));
  const isAmong = fields === undefined ? "true" : `e.key in (select value from json_each('${JSON.stringify(fields)}'))`;
  return `select distinct e.key from main.${getObservedTable(versions)} o left join main.${thing.name} t on t.${key} = o.pk
    ${ORDERED_JOIN} ${OBSERVED_CUSTOM_ENTRIES} where o.pk in (${of}) and ${buildIsTaskEntrySql(versions)} and ${isAmong}`;
};

/** SQL: the mask of the open columns of the record `d`, limited to the given columns. */
const buildOpenBitsSql = (versions: VersionSchema, columns: DriftPart["columns"]): string => {
  if (columns === undefined) return "d.open";
  const bits = versions.columns.filter(({ name }) => columns.includes(name)).map(({ bit }) => bit);
  const custom = buildCustomFieldsBitSql(versions);
  if (custom !== "0")
    bits.push(buildCaseSql(`exists (${buildOpenEntriesSql(versions, "d.pk", columns)})`, custom, "0"));
  return `d.open & (${[...new Set(bits), "0"].join(" | ")})`;
};

/** SQL: the records of one type in a part of the drift, each with the `mask` of that part. */
const buildPartSql = (
  versions: VersionSchema,
  { revision, record, columns, which = "true", isUploaded }: DriftPart,
): readonly [sql: string, params: Params] => [
  `select * from (select d.pk, ${buildOpenBitsSql(versions, columns)} as mask
     from ${buildDriftSql(buildChangeDriftSql, versions.thing.name)} d
     where ${record === undefined ? "true" : "d.pk = :pk"} and ${which} and ${isUploaded === true ? "d.leftOut is null" : "true"}) where mask <> 0`,
  { revision, ...(record !== undefined && { pk: record.pk }) },
];

export interface ConsoleConfirmation {
  readonly by: string;
  /** a UTC instant */
  readonly at: string;
  /** revision of the change that stores the confirmation */
  readonly revision: number;
}

/**
 * SQL: stores the columns and fields that the change `:revision` confirms, which may belong to several tasks, so that
 * an undo can restore the state before the confirmation.
 *
 * @param from SQL: the records, as `pk` and the `mask` of the confirmed columns
 * @param entries SQL: the custom fields that are confirmed for a record `m`; undefined for a record type without custom
 * fields
 */
const buildKeepConfirmedSql = (versions: VersionSchema, from: string, entries: string | undefined): string => {
  const table = getObservedHistoryTable(versions);
  const both = `(select json_group_array(value) from (
    select value from json_each(${table}.confirmedFields) union select value from json_each(excluded.confirmedFields)))`;
  const fields = entries === undefined ? {} : { confirmedFields: `(select json_group_array(key) from (${entries}))` };
  return `${buildKeepObservedSql(versions, "true", {
    joined: `${ORDERED_JOIN} ${from} m on m.pk = o.pk`,
    values: { confirmed: "m.mask", ...fields },
  })} on conflict (revision, pk) do update set confirmed = ${table}.confirmed | excluded.confirmed
    ${entries === undefined ? "" : `, confirmedFields = ${both}`}`;
};

/**
 * Stores that a person has confirmed that a part of the drift is done in the console. If exports contain the data, the
 * confirmation counts until an export shows the console's value. If exports do not contain the data, the stored console
 * value is updated immediately, because no export will ever show it.
 *
 * @returns the number of records
 */
export const confirmDrift = async (
  writer: Writer,
  part: DriftPart,
  { by, at, revision }: ConsoleConfirmation,
): Promise<number> => {
  let records = 0;
  for (const versions of listAffectedThings(part)) {
    const table = `main.${getObservedTable(versions)}`;
    const [selected, params] = buildPartSql(versions, part);
    const rows = await writer.all(selected, params);
    if (rows.length === 0) continue;
    records += rows.length;
    const parts = JSON.stringify(rows.map(({ pk, mask }) => [pk, mask]));
    const from = `(select value ->> 0 as pk, value ->> 1 as mask from json_each(:parts))`;
    const custom = buildCustomFieldsBitSql(versions);
    const entries = `select key from (${buildOpenEntriesSql(versions, "m.pk", part.columns)}) where m.mask & ${custom} <> 0`;
    await writer.run(buildKeepConfirmedSql(versions, from, custom === "0" ? undefined : entries), { parts, revision });
    if (EXPORTED_VERSIONS.includes(versions)) {
      await writer.run(
        `update ${table} as n set confirmed = n.confirmed | m.mask & ~${custom}, confirmedBy = :by, confirmedAt = :at
         from ${from} m where m.pk = n.pk`,
        { parts, by, at },
      );
      if (custom === "0") continue;
      await writer.run(
        `update ${table} as n set confirmedFields = (select json_group_array(key) from (
           select value as key from json_each(n.confirmedFields) union ${entries}))
         from ${from} m where m.pk = n.pk and m.mask & ${custom} <> 0`,
        { parts },
      );
      await writer.run(buildConfirmEntriesSql(versions), {});
      continue;
    }
    const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = n.pk)`;
    await writer.run(`delete from ${table} as n where n.pk in (select pk from ${from}) and not ${isHere}`, { parts });
    await writer.run(
      `update ${table} as n set differs = ${buildCaseSql(`m.mask & ${PRESENCE_BIT} <> 0`, "0", "n.differs & ~m.mask")}, inConsole = 1
       from ${from} m where m.pk = n.pk`,
      { parts },
    );
    await writer.run(`delete from ${table} where differs = 0 and inConsole = 1`, {});
  }
  return records;
};

export const listMaskColumns = ({ columns }: VersionSchema, mask: number): readonly string[] =>
  columns.filter(({ bit, leads }) => leads && (BigInt(mask) & BigInt(bit)) !== 0n).map(({ name }) => name);
