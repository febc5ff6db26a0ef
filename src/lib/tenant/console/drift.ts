import type { FormatName } from "../../model/console-files.ts";
import { DEVICE, OWNERS } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG } from "../../model/organisation.ts";
import type { UploadReason } from "../../model/upload.ts";
import { either, quoteIdentifier, THEN } from "../store/sql/forms.ts";
import { needsWipe } from "../store/sql/wipes.ts";
import type { Params, Reader, Writer } from "../store/store.ts";
import { versionsOf } from "../versions/keep.ts";
import { RELATIONS } from "../versions/references.ts";
import { bitOf, joinedBits, versionTable, type Versions } from "../versions/tables.ts";
import {
  beforeTable,
  CUSTOM,
  entriesBit,
  EXPORTED,
  isOfUser,
  isOther,
  isTaskEntry,
  keepingObserved,
  OBSERVED,
  OBSERVED_ENTRIES,
  observedTable,
  PRESENCE,
  settlingEntries,
} from "./observed.ts";

// The drift of a mirror is what differs between its records and their observed state: what is still to be done in the
// console. A task is the part of the drift that a change wrote last.

/** What of the drift is open, or only confirmed, as no export has shown it yet. */
export type DriftState = "open" | "confirmed";

/** What a change did to a record that differs from the console. */
export type DriftAction = "create" | "update" | "delete";

/** A part of the drift: what a change wrote last, perhaps of some records, or some columns of these. */
export interface DriftPart {
  /** of the change */
  readonly revision: number;
  /** the name of a thing, and the number of its record; default: all */
  readonly record?: { readonly thing: string; readonly pk: number } | undefined;
  /** only of the thing whose records files of this kind have; default: all */
  readonly kind?: FormatName | undefined;
  /** default: all; see {@link customColumn} */
  readonly columns?: readonly string[] | undefined;
  /** SQL: condition on its records `d`; default: all */
  readonly which?: string | undefined;
  /** only what the upload file of the change has */
  readonly isUploaded?: boolean | undefined;
}

/** The column with what secrets records have. */
const SECRETS = "secrets";

/** Returns a custom field as a column of its own: `custom:12`. */
export const customColumn = (pk: number | ""): string => `${CUSTOM}:${pk}`;

/** True if a column is a custom field. */
export const isCustomField = (column: string): boolean => column.startsWith(customColumn(""));

/** The part of the drift that one record has from a change. */
export interface RecordDrift {
  readonly thing: string;
  readonly pk: number;
  readonly action: DriftAction;
  /** the columns of an update, as masks of versions have them */
  readonly mask: number;
  /** the mask of what an export contradicted; of a record as a whole {@link PRESENCE} */
  readonly contradicted: number;
  /** why the upload file of the change leaves it out; null if it does not */
  readonly leftOut: UploadReason | null;
}

/** SQL: true if something of a mask differs, and was not only changed and changed back. */
const isReal = (versions: Versions, mask: string): string =>
  versions.columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => `(${mask}) & ${bit} <> 0 and ${isOther(name, isTaskEntry(versions))}`)
    .join(" or ");

/**
 * SQL: the drift of a thing's records, each part with the `revision` of the change whose task it is: `thing`, `pk`, `action`,
 * `mask` (the columns of an update; else {@link PRESENCE}, and what differs), `open` (what nobody confirmed), `contradicted`,
 * and `real` (false: changed, and changed back; created or deleted, and then the reverse).
 *
 * @param which SQL: condition on the observed records `o`
 */
export const driftOf = (versions: Versions, which: string): string => {
  const { thing, key } = versions;
  const isIncluded = `${isOfUser(versions)} and ${which}`;
  const [observed, kept] = [observedTable(versions), `main.${versionTable(versions)}`];
  const local = `${THEN} main.${thing.name} t on t.${key} = o.pk`;
  const isShown = `(o.inConsole = 1 or o.confirmed & ${PRESENCE} <> 0) and o.differs & ${PRESENCE} = 0`;
  // what an export created or changed here asks nothing of the console
  const isLocal = (revision: string): string =>
    `not exists (select 1 from main.change h where h.revision = ${revision} and h.writer = 'console')`;
  const created = `(select max(c.revision) from main.created_range c where c.thing = '${thing.name}'
    and o.pk between c.first and c.last and ${isLocal("c.revision")})`;
  const written = (action: string): string =>
    `(select max(v.revision) from ${kept} v where v.pk = o.pk and v.action = '${action}' and ${isLocal("v.revision")})`;
  const bits = JSON.stringify([...new Set(versions.columns.map(({ bit }) => Number(bit)))]);
  // the last change that wrote a column since the record was created, perhaps again; else what it was created with
  const last = `(select v.revision from ${kept} v
    where v.pk = o.pk and v.action = 'update' and v.changed & b.value <> 0 and v.revision > coalesce(${created}, 0) and ${isLocal("v.revision")}
    order by v.revision desc limit 1)`;
  const columns = `select o.pk, coalesce(${last}, ${created}, o.since) as revision, b.value as bit
    from ${observed} o ${local} ${THEN} json_each('${bits}') b where o.differs & b.value <> 0 and ${isShown} and ${isIncluded}`;
  const isWhole = `(o.inConsole = 0 or o.differs & ${PRESENCE} <> 0)`;
  const missing = either("o.inConsole = 0", PRESENCE, "o.differs");
  const isGone = `t.${key} is null`;
  return `select '${thing.name}' as thing, o.pk, w.revision, 'update' as action, w.mask, o.confirmed, o.contradicted,
        ${isReal(versions, "w.mask")} as real
      from (select pk, revision, sum(bit) as mask from (${columns}) group by pk, revision) w
        ${THEN} ${observed} o on o.pk = w.pk ${local}
    union all select '${thing.name}', o.pk,
        coalesce(${either(isGone, written("delete"), `coalesce(${created}, ${written("update")})`)}, o.since),
        ${either(isGone, "'delete'", "'create'")}, ${either(isGone, PRESENCE, missing)}, o.confirmed, o.contradicted, o.inConsole = (${isGone})
      from ${observed} o left join main.${thing.name} t on t.${key} = o.pk
      where (${isGone} or ${isWhole}) and ${isIncluded}`;
};

/** SQL: true if an observed record `o` may be in the task of the change `:revision`: that wrote it last, or nothing since. */
const mayBeOfChange = (versions: Versions): string => {
  const { thing } = versions;
  const ofThing = `main.created_range c ${THEN} ${observedTable({ thing })} r on r.pk between c.first and c.last`;
  return `o.pk in (select v.pk from main.${versionTable(versions)} v where v.revision = :revision
    union all select r.pk from ${ofThing} where c.revision = :revision and c.thing = '${thing.name}'
    union all select s.pk from ${observedTable({ thing })} s where s.since = :revision)`;
};

/** SQL: the drift of a thing's records that is in the task of the change `:revision`; see {@link driftOf}. */
export const driftOfChange = (versions: Versions): string =>
  `select * from (${driftOf(versions, mayBeOfChange(versions))}) where revision = :revision`;

/**
 * SQL: the drift of all things, or of one; see {@link driftOf}. `leftOut` is why the upload file of the change leaves it out.
 *
 * @param of SQL of the drift of a thing
 */
const driftSql = (of: (versions: Versions) => string, thing?: string): string => {
  const all = OBSERVED.filter((versions) => thing === undefined || versions.thing.name === thing);
  const parts = all.map(of).join(" union all ");
  return `(select d.*, d.mask & ~d.confirmed as open, l.reason as leftOut from (${parts}) d
    left join main.left_out l on l.revision = d.revision and l.thing = d.thing and l.pk = d.pk where d.mask <> 0)`;
};

/** The open part of the drift that a change wrote last, by things. */
export interface OpenDrift {
  readonly revision: number;
  readonly thing: string;
  readonly action: DriftAction;
  readonly records: number;
  /** the number of records that an export contradicted */
  readonly contradicted: number;
  /** the number of records that are as they were before, so that there is only something to check */
  readonly unchanged: number;
  /** the number of records that the upload file of the change leaves out */
  readonly leftOut: number;
}

/**
 * Returns the drift by changes and things, the oldest change first.
 *
 * @param revision of a single change
 */
export const readDrift = async (
  reader: Reader,
  { state = "open", revision }: { readonly state?: DriftState; readonly revision?: number | undefined } = {},
): Promise<readonly OpenDrift[]> => {
  const isInState = state === "open" ? "d.open <> 0" : "d.mask & d.confirmed <> 0";
  const rows = await reader.all(
    `select d.revision, d.thing, d.action, count(*) as records,
       sum(d.contradicted & (d.open | ${PRESENCE}) <> 0) as contradicted, sum(not d.real) as unchanged,
       count(d.leftOut) as leftOut
     from ${driftSql(revision === undefined ? (versions) => driftOf(versions, "true") : driftOfChange)} d where ${isInState}
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

/** Returns true if something of a change is open. */
export const hasOpenDrift = async (reader: Reader, revision: number): Promise<boolean> =>
  (await reader.get(`select 1 from ${driftSql(driftOfChange)} d where d.open <> 0 limit 1`, {
    revision,
  })) !== undefined;

const recordDriftOf = (row: Readonly<Record<string, unknown>>): RecordDrift => ({
  thing: String(row["thing"]),
  pk: Number(row["pk"]),
  action: row["action"] as DriftAction,
  mask: Number(row["mask"]),
  contradicted: Number(row["contradicted"]),
  leftOut: row["leftOut"] as UploadReason | null,
});

/** SQL: the names of the things that others refer to, and that refer to none themselves: organisations, groups, custom fields, … */
const PARENTS = OBSERVED.flatMap(({ thing }) =>
  RELATIONS.some(({ to }) => to === thing) && !RELATIONS.some(({ from, to }) => from === thing && to !== thing)
    ? [`'${thing.name}'`]
    : [],
).join(", ");

/** SQL: the number of organisations above the one of the drift `d`. If these were deleted one by one, they may form a ring. */
const ORG_DEPTH = `(with recursive up(pk) as (
    select d.pk union
    select ${either("t.pk is null", "o.parent", "t.parent")} from up
      left join main.${ORG.name} t on t.pk = up.pk left join main.${observedTable({ thing: ORG })} o on o.pk = up.pk
      where up.pk is not null)
  select count(*) from up)`;

/** SQL: the order in which the console can do the drift `d`: a new record has its parent by then, and a deleted parent is empty. */
const IN_ORDER = `case when d.action = 'delete' then ${either(`d.thing in (${PARENTS})`, "4", "0")}
    when d.thing in (${PARENTS}) then 1 when d.action = 'update' then 2 else 3 end, d.thing,
  ${either(`d.thing = '${ORG.name}'`, `${ORG_DEPTH} * ${either("d.action = 'delete'", "-1", "1")}`, "0")}, d.pk`;

/**
 * Returns the records of a task, with what of them is open: first those that its upload file leaves out, then in the order in which
 * the console can do it: deletions, parents from the top down, edits, new records, and last the parents that are emptied by then.
 *
 * @param most number of records; those that an export contradicted, and those that the file leaves out, are among them
 */
export const readRecordDrift = async (
  reader: Reader,
  { revision, state = "open", most }: { readonly revision: number; readonly state?: DriftState; readonly most: number },
): Promise<readonly RecordDrift[]> => {
  const bits = state === "open" ? "d.open" : "(d.mask & d.confirmed)";
  const rows = await reader.all(
    `select * from (select * from (
       select d.thing, d.pk, d.action, ${bits} as mask, d.contradicted & (${bits} | ${PRESENCE}) as contradicted, d.leftOut,
         row_number() over (order by d.leftOut is null, ${IN_ORDER}) as place
       from ${driftSql(driftOfChange)} d where ${bits} <> 0) r
     order by r.contradicted = 0, r.place limit :most) r order by place`,
    { revision, most },
  );
  return rows.map(recordDriftOf);
};

/** Returns the number of devices that get another owner in the console by a task, and have to be wiped for it. */
export const countWipes = async (reader: Reader, revision: number): Promise<number> => {
  const versions = versionsOf(DEVICE.name);
  const bitOf = (name: string): string => versions.columns.find((column) => column.name === name)?.bit ?? "0";
  const before = (name: string): string =>
    either(`o.differs & ${bitOf(name)} <> 0`, `o.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`);
  const [columns, owner] = [OWNERS.map((name) => `d.open & ${bitOf(name)} <> 0`), OWNERS.map(before)];
  return reader.count(
    `select count(*) from ${driftSql(driftOfChange, DEVICE.name)} d
       ${THEN} main.${observedTable(versions)} o on o.pk = d.pk ${THEN} main.device t on t.pk = d.pk
     where d.action = 'update' and (${columns.join(" or ")})
       and (${OWNERS.map((name) => isOther(name)).join(" or ")}) and coalesce(${owner.join(", ")}) is not null
       and ${needsWipe((name) => `t.${quoteIdentifier(name)}`, before("status"))}`,
    { revision },
  );
};

/**
 * Returns the revisions of the changes whose tasks a record is in, the newest first.
 *
 * @param column only of tasks that change it, or the whole record
 */
export const tasksOfRecord = async (
  reader: Reader,
  thing: string,
  pk: number,
  column?: string,
): Promise<readonly number[]> => {
  const bits = column === undefined ? "d.open" : `d.open & (${PRESENCE} | ${bitOf(versionsOf(thing), column)})`;
  const rows = await reader.all(
    `select distinct d.revision from ${driftSql((versions) => driftOf(versions, "o.pk = :pk"), thing)} d where ${bits} <> 0 order by d.revision desc`,
    { pk },
  );
  return rows.map(({ revision }) => Number(revision));
};

/** The things whose records may be in a part of the drift. */
const thingsIn = ({ record, kind }: DriftPart): readonly Versions[] =>
  OBSERVED.filter(
    ({ thing }) =>
      (record === undefined || record.thing === thing.name) && (kind === undefined || FORMATS[kind].thing === thing),
  );

/** SQL: the open custom fields `key` of observed records, perhaps only some of them. @param of SQL: the numbers of the records */
const openEntries = (versions: Versions, of: string, columns: DriftPart["columns"]): string => {
  const { thing, key } = versions;
  const fields = columns?.filter(isCustomField).map((column) => column.slice(customColumn("").length));
  const isAmong = fields === undefined ? "true" : `e.key in (select value from json_each('${JSON.stringify(fields)}'))`;
  return `select distinct e.key from main.${observedTable(versions)} o left join main.${thing.name} t on t.${key} = o.pk
    ${THEN} ${OBSERVED_ENTRIES} where o.pk in (${of}) and ${isTaskEntry(versions)} and ${isAmong}`;
};

/** SQL: the open bits of the record `d` in some columns. */
const openBits = (versions: Versions, columns: DriftPart["columns"]): string => {
  if (columns === undefined) return "d.open";
  const bits = versions.columns.filter(({ name }) => columns.includes(name)).map(({ bit }) => bit);
  const custom = entriesBit(versions);
  if (custom !== "0") bits.push(either(`exists (${openEntries(versions, "d.pk", columns)})`, custom, "0"));
  return `d.open & (${[...new Set(bits), "0"].join(" | ")})`;
};

/** SQL: the records of one thing, and of each the `mask` of a part of the drift. */
const partOf = (
  versions: Versions,
  { revision, record, columns, which = "true", isUploaded }: DriftPart,
): readonly [sql: string, params: Params] => [
  `select * from (select d.pk, ${openBits(versions, columns)} as mask
     from ${driftSql(driftOfChange, versions.thing.name)} d
     where ${record === undefined ? "true" : "d.pk = :pk"} and ${which} and ${isUploaded === true ? "d.leftOut is null" : "true"}) where mask <> 0`,
  { revision, ...(record !== undefined && { pk: record.pk }) },
];

/**
 * Returns the columns that a part of the drift has, of some kind's records: each custom field as {@link customColumn}, and each
 * secret that was set as `secrets:password`.
 */
export const readOpenColumns = async (
  reader: Reader,
  part: DriftPart & { readonly kind: FormatName },
): Promise<readonly string[]> => {
  const versions = versionsOf(FORMATS[part.kind].thing.name);
  const [selected, params] = partOf(versions, part);
  const row = await reader.get(
    `select coalesce(${joinedBits(versions, "mask")}, 0) as mask from (${selected})`,
    params,
  );
  const entries = async (column: string, sqlOf: (of: string) => string): Promise<readonly string[]> => {
    const of = `select pk from (${selected}) where mask & ${bitOf(versions, column)} <> 0`;
    const rows = await reader.all(`select key from (${sqlOf(of)}) order by key`, params);
    return rows.map(({ key }) => `${column}:${String(key)}`);
  };
  const secrets = (of: string): string =>
    `select distinct e.key from main.${observedTable(versions)} o ${THEN} main.${versions.thing.name} t on t.${versions.key} = o.pk
     ${THEN} json_each(t.${SECRETS}) e on e.value is distinct from o.${SECRETS} ->> e.key where o.pk in (${of})`;
  const open: string[] = [];
  for (const column of columnsIn(versions, Number(row?.["mask"] ?? 0))) {
    if (column === CUSTOM) open.push(...(await entries(column, (of) => openEntries(versions, of, part.columns))));
    else if (column === SECRETS) open.push(...(await entries(column, secrets)));
    else open.push(column);
  }
  return open;
};

/** Who confirmed something, and when. */
export interface ConsoleConfirmation {
  readonly by: string;
  /** a UTC instant */
  readonly at: string;
  /** of the change that confirms it */
  readonly revision: number;
}

/**
 * SQL: keeps what a confirmation `:revision` confirms, which may be of several tasks.
 *
 * @param from SQL: the records, by `pk` and the `mask` of what is confirmed
 * @param entries SQL: the custom fields that are confirmed of a record `m`; undefined of a thing without any
 */
const keepingConfirmed = (versions: Versions, from: string, entries: string | undefined): string => {
  const table = beforeTable(versions);
  const both = `(select json_group_array(value) from (
    select value from json_each(${table}.confirmedFields) union select value from json_each(excluded.confirmedFields)))`;
  const fields = entries === undefined ? {} : { confirmedFields: `(select json_group_array(key) from (${entries}))` };
  return `${keepingObserved(versions, "true", {
    joined: `${THEN} ${from} m on m.pk = o.pk`,
    values: { confirmed: "m.mask", ...fields },
  })} on conflict (revision, pk) do update set confirmed = ${table}.confirmed | excluded.confirmed
    ${entries === undefined ? "" : `, confirmedFields = ${both}`}`;
};

/**
 * Stores that somebody says that a part of the drift is done in the console. Of what exports show, it is believed until one
 * shows it; of all else, nothing else will tell.
 *
 * @returns the number of records
 */
export const confirmDrift = async (
  writer: Writer,
  part: DriftPart,
  { by, at, revision }: ConsoleConfirmation,
): Promise<number> => {
  let records = 0;
  for (const versions of thingsIn(part)) {
    const table = `main.${observedTable(versions)}`;
    const [selected, params] = partOf(versions, part);
    const rows = await writer.all(selected, params);
    if (rows.length === 0) continue;
    records += rows.length;
    const parts = JSON.stringify(rows.map(({ pk, mask }) => [pk, mask]));
    const from = `(select value ->> 0 as pk, value ->> 1 as mask from json_each(:parts))`;
    const custom = entriesBit(versions);
    const entries = `select key from (${openEntries(versions, "m.pk", part.columns)}) where m.mask & ${custom} <> 0`;
    await writer.run(keepingConfirmed(versions, from, custom === "0" ? undefined : entries), { parts, revision });
    if (EXPORTED.includes(versions)) {
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
      await writer.run(settlingEntries(versions), {});
      continue;
    }
    const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = n.pk)`;
    await writer.run(`delete from ${table} as n where n.pk in (select pk from ${from}) and not ${isHere}`, { parts });
    await writer.run(
      `update ${table} as n set differs = ${either(`m.mask & ${PRESENCE} <> 0`, "0", "n.differs & ~m.mask")}, inConsole = 1
       from ${from} m where m.pk = n.pk`,
      { parts },
    );
    await writer.run(`delete from ${table} where differs = 0 and inConsole = 1`, {});
  }
  return records;
};

/** Returns the names of columns in a mask. */
export const columnsIn = ({ columns }: Versions, mask: number): readonly string[] =>
  columns.filter(({ bit, leads }) => leads && (BigInt(mask) & BigInt(bit)) !== 0n).map(({ name }) => name);
