import type { FormatName } from "../../model/console-files.ts";
import { DEVICE, OWNERS } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { either, quoteIdentifier, THEN } from "../store/sql/forms.ts";
import { needsWipe } from "../store/sql/wipes.ts";
import type { Params, Reader, Writer } from "../store/store.ts";
import { versionsOf } from "../versions/keep.ts";
import { bitOf, versionTable, type Versions } from "../versions/tables.ts";
import { EXPORTED, isOfUser, isOther, OBSERVED, OBSERVED_ENTRIES, observedTable, PRESENCE } from "./observed.ts";

// The drift of a mirror is what differs between its records and their observed state: what is still to be done in the
// console. A task is the part of the drift that a change wrote last.

/** What a change did to a record that differs from the console. */
export type DriftAction = "create" | "update" | "delete";

/** Which part of the drift is meant: what a change wrote last, perhaps of some records, or some columns of these. */
export interface DriftPart {
  /** of the change */
  readonly revision: number;
  /** the name of a thing, and the number of its record; default: all */
  readonly record?: { readonly thing: string; readonly pk: number } | undefined;
  /** only of the thing whose records files of this kind have; default: all */
  readonly kind?: FormatName | undefined;
  /** default: all; see {@link customColumn} */
  readonly columns?: readonly string[] | undefined;
}

/** The column in which records have all their custom fields. */
const CUSTOM = "custom";

/** The column with what secrets records have. */
const SECRETS = "secrets";

/** Returns a custom field as a column of its own: `custom:12`. */
export const customColumn = (pk: number | ""): string => `${CUSTOM}:${pk}`;

const isCustomField = (column: string): boolean => column.startsWith(customColumn(""));

/** The part of the drift that one record has from a change. */
export interface RecordDrift {
  readonly thing: string;
  readonly pk: number;
  readonly action: DriftAction;
  /** the columns of an update, as masks of versions have them */
  readonly mask: number;
  /** the mask of what an export contradicted; of a record as a whole {@link PRESENCE} */
  readonly contradicted: number;
}

/** SQL: the bits of the columns that changes of the record `o` wrote. @param which SQL: condition on the versions `w` */
const writtenBits = (versions: Versions, which = "true"): string => {
  const bits = new Set(versions.columns.map(({ bit }) => bit));
  return `coalesce((select ${[...bits].map((bit) => `max(w.changed & ${bit})`).join(" | ")}
    from main.${versionTable(versions)} w where w.pk = o.pk and w.action = 'update' and ${which}), 0)`;
};

/** SQL: true if something of a mask differs, and was not only changed and changed back. */
const isReal = (versions: Versions, mask: string): string =>
  versions.columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => `(${mask}) & ${bit} <> 0 and ${isOther(name)}`)
    .join(" or ");

/**
 * SQL: the drift of a thing's records, each part with the `revision` of the change whose task it is: `thing`, `pk`, `action`,
 * `mask` (the columns of an update; else {@link PRESENCE}, and what differs), `open` (what nobody confirmed), `contradicted`,
 * and `real` (false: changed, and changed back).
 *
 * @param which SQL: condition on the observed records `o`
 */
export const driftOf = (versions: Versions, which: string): string => {
  const { thing, key } = versions;
  const isIncluded = `${isOfUser(versions)} and ${which}`;
  const [observed, kept] = [observedTable(versions), `main.${versionTable(versions)}`];
  const local = `${THEN} main.${thing.name} t on t.${key} = o.pk`;
  const mask = `(v.changed & o.differs & ~${writtenBits(versions, "w.revision > v.revision")})`;
  const isShown = `(o.inConsole = 1 or o.confirmed & ${PRESENCE} <> 0) and o.differs & ${PRESENCE} = 0`;
  // what an export created or changed here asks nothing of the console
  const isLocal = (revision: string): string =>
    `${revision} in (select h.revision from main.change h where h.writer <> 'console')`;
  const created = `(select max(c.revision) from main.created_range c where c.thing = '${thing.name}'
    and o.pk between c.first and c.last and ${isLocal("c.revision")})`;
  // what the record was created with, perhaps again
  const since = (alias: string): string => `${alias}.revision > coalesce(${created}, 0)`;
  const first = `(o.differs & ~${writtenBits(versions, since("w"))})`;
  const written = (action: string): string =>
    `(select max(v.revision) from ${kept} v where v.pk = o.pk and v.action = '${action}' and ${isLocal("v.revision")})`;
  const changed = (revision: string, bits: string): string =>
    `'${thing.name}' as thing, o.pk, ${revision} as revision, 'update' as action, ${bits} as mask, o.confirmed,
     o.contradicted, ${isReal(versions, bits)} as real`;
  const isWhole = `(o.inConsole = 0 or o.differs & ${PRESENCE} <> 0)`;
  const missing = either("o.inConsole = 0", PRESENCE, "o.differs");
  const isGone = `t.${key} is null`;
  return `select ${changed("v.revision", mask)}
      from ${observed} o ${local} ${THEN} ${kept} v on v.pk = o.pk and v.action = 'update' and v.changed & o.differs <> 0
      where ${isShown} and ${since("v")} and ${isIncluded}
    union all select ${changed(`coalesce(${created}, o.since)`, first)}
      from ${observed} o ${local} where ${isShown} and ${isIncluded}
    union all select '${thing.name}', o.pk,
        coalesce(${either(isGone, written("delete"), `coalesce(${created}, ${written("update")})`)}, o.since),
        ${either(isGone, "'delete'", "'create'")}, ${either(isGone, PRESENCE, missing)}, o.confirmed, o.contradicted, 1
      from ${observed} o left join main.${thing.name} t on t.${key} = o.pk
      where (${isGone} or ${isWhole}) and ${isIncluded}`;
};

/** SQL: the drift of all things, or of one. See {@link driftOf}. */
const driftSql = (thing?: string, which = "true"): string => {
  const all = OBSERVED.filter((versions) => thing === undefined || versions.thing.name === thing);
  const parts = all.map((versions) => driftOf(versions, which)).join(" union all ");
  return `(select d.*, d.mask & ~d.confirmed as open from (${parts}) d where d.mask <> 0)`;
};

/** The open part of the drift that a change wrote last, by things. */
export interface OpenDrift {
  readonly revision: number;
  readonly thing: string;
  readonly action: DriftAction;
  readonly records: number;
  /** the number of records that an export contradicted */
  readonly contradicted: number;
  /** the number of records that were changed back, so that there is only something to check */
  readonly unchanged: number;
}

/**
 * Returns the drift by changes and things, the oldest change first.
 *
 * @param state `confirmed`: what somebody confirmed, and no export has shown yet
 * @param revision of a single change
 */
export const readDrift = async (
  reader: Reader,
  { state = "open", revision }: { readonly state?: "open" | "confirmed"; readonly revision?: number | undefined } = {},
): Promise<readonly OpenDrift[]> => {
  const isInState = state === "open" ? "d.open <> 0" : "d.mask & d.confirmed <> 0";
  const rows = await reader.all(
    `select d.revision, d.thing, d.action, count(*) as records,
       sum(d.contradicted & (d.open | ${PRESENCE}) <> 0) as contradicted, sum(not d.real) as unchanged
     from ${driftSql()} d where ${isInState} and ${revision === undefined ? "true" : "d.revision = :revision"}
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
  }));
};

const recordDriftOf = (row: Readonly<Record<string, unknown>>): RecordDrift => ({
  thing: String(row["thing"]),
  pk: Number(row["pk"]),
  action: row["action"] as DriftAction,
  mask: Number(row["mask"]),
  contradicted: Number(row["contradicted"]),
});

/**
 * Returns the records of a task, with what of them is open; deletions first, then changes, then new ones.
 *
 * @param most number of records; those that an export contradicted are among them
 */
export const readRecordDrift = async (
  reader: Reader,
  {
    revision,
    state = "open",
    most,
  }: { readonly revision: number; readonly state?: "open" | "confirmed"; readonly most: number },
): Promise<readonly RecordDrift[]> => {
  const bits = state === "open" ? "d.open" : "(d.mask & d.confirmed)";
  const order = "r.thing, r.action <> 'delete', r.action = 'create', r.pk";
  const rows = await reader.all(
    `select * from (select * from (
       select d.thing, d.pk, d.action, ${bits} as mask, d.contradicted & (${bits} | ${PRESENCE}) as contradicted
       from ${driftSql()} d where d.revision = :revision and ${bits} <> 0) r
     order by r.contradicted = 0, ${order} limit :most) r order by ${order}`,
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
    `select count(*) from ${driftSql(DEVICE.name)} d
       ${THEN} main.${observedTable(versions)} o on o.pk = d.pk ${THEN} main.device t on t.pk = d.pk
     where d.revision = :revision and d.action = 'update' and (${columns.join(" or ")})
       and (${OWNERS.map(isOther).join(" or ")}) and coalesce(${owner.join(", ")}) is not null
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
    `select distinct d.revision from ${driftSql(thing, "o.pk = :pk")} d where ${bits} <> 0 order by d.revision desc`,
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

/** SQL: the custom fields `e` of observed records `o` that are open. */
const openEntries = ({ thing, key }: Versions): string =>
  `main.${observedTable({ thing })} o left join main.${thing.name} t on t.${key} = o.pk
   ${THEN} ${OBSERVED_ENTRIES}`;

/** SQL: the open bits of the record `d` in some columns. The bit that all custom fields share is in them if all open ones are. */
const openBits = (versions: Versions, columns: readonly string[] | undefined): string => {
  if (columns === undefined) return "d.open";
  const bits = versions.columns.filter(({ name }) => columns.includes(name)).map(({ bit }) => bit);
  const custom = versions.columns.find(({ name }) => name === CUSTOM);
  const fields = columns.filter(isCustomField).map((column) => column.slice(CUSTOM.length + 1));
  if (custom !== undefined && fields.length > 0) {
    const among = `exists (select 1 from json_each('${JSON.stringify(fields)}') f where f.value = e.key)`;
    const another = `select 1 from ${openEntries(versions)} where o.pk = d.pk and not ${among}`;
    bits.push(either(`exists (${another})`, "0", custom.bit));
  }
  return `d.open & (${[...new Set(bits), "0"].join(" | ")})`;
};

/** SQL: the records of one thing, and of each the `mask` of a part of the drift. */
const partOf = (
  versions: Versions,
  { revision, record, columns }: DriftPart,
): readonly [sql: string, params: Params] => [
  `select * from (select d.pk, ${openBits(versions, columns)} as mask
     from ${driftSql(versions.thing.name, record === undefined ? "true" : "o.pk = :pk")} d
     where d.revision = :revision) where mask <> 0`,
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
  const masks = [...new Set(versions.columns.map(({ bit }) => bit))].map((bit) => `coalesce(max(mask & ${bit}), 0)`);
  const row = await reader.get(`select ${masks.join(" | ")} as mask from (${selected})`, params);
  const entries = async (column: string, from: string): Promise<readonly string[]> => {
    const which = `o.pk in (select pk from (${selected}) where mask & ${bitOf(versions, column)} <> 0)`;
    const rows = await reader.all(`select distinct e.key from ${from} where ${which} order by e.key`, params);
    return rows.map(({ key }) => `${column}:${String(key)}`);
  };
  const secrets = `main.${observedTable(versions)} o ${THEN} main.${versions.thing.name} t on t.${versions.key} = o.pk
    ${THEN} json_each(t.${SECRETS}) e on e.value is distinct from o.${SECRETS} ->> e.key`;
  const open: string[] = [];
  for (const column of columnsIn(versions, Number(row?.["mask"] ?? 0))) {
    if (column === CUSTOM) open.push(...(await entries(column, openEntries(versions))));
    else if (column === SECRETS) open.push(...(await entries(column, secrets)));
    else open.push(column);
  }
  return open;
};

/** Who confirmed something, and when. */
export interface Confirmed {
  readonly by: string;
  /** a UTC instant */
  readonly at: string;
}

/**
 * Stores that somebody says that a part of the drift is done in the console. Of what exports show, it is believed until one
 * shows it; of all else, nothing else will tell.
 *
 * @returns the number of records
 */
export const confirmDrift = async (writer: Writer, part: DriftPart, { by, at }: Confirmed): Promise<number> => {
  let records = 0;
  for (const versions of thingsIn(part)) {
    const table = `main.${observedTable(versions)}`;
    const [selected, params] = partOf(versions, part);
    const rows = await writer.all(selected, params);
    if (rows.length === 0) continue;
    records += rows.length;
    const meant = JSON.stringify(rows.map(({ pk, mask }) => [pk, mask]));
    const from = `(select value ->> 0 as pk, value ->> 1 as mask from json_each(:meant))`;
    if (EXPORTED.includes(versions)) {
      await writer.run(
        `update ${table} as n set confirmed = n.confirmed | m.mask, confirmedBy = :by, confirmedAt = :at
         from ${from} m where m.pk = n.pk`,
        { meant, by, at },
      );
      continue;
    }
    const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = n.pk)`;
    await writer.run(`delete from ${table} as n where n.pk in (select pk from ${from}) and not ${isHere}`, { meant });
    await writer.run(
      `update ${table} as n set differs = ${either(`m.mask & ${PRESENCE} <> 0`, "0", "n.differs & ~m.mask")}, inConsole = 1
       from ${from} m where m.pk = n.pk`,
      { meant },
    );
    await writer.run(`delete from ${table} where differs = 0 and inConsole = 1`, {});
  }
  return records;
};

/** Returns the names of columns in a mask. */
export const columnsIn = ({ columns }: Versions, mask: number): readonly string[] =>
  columns.filter(({ bit, leads }) => leads && (BigInt(mask) & BigInt(bit)) !== 0n).map(({ name }) => name);
