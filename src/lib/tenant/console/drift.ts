import { either, THEN } from "../store/sql/forms.ts";
import type { Reader, Writer } from "../store/store.ts";
import { ALL_CHANGED, versionTable, type Versions } from "../versions/tables.ts";
import { beforeTable, OBSERVED, observedTable, PRESENCE } from "./observed.ts";

// The drift of a mirror is what differs between its records and their observed state: what is still to be done in the
// console. A task is the part of the drift that a change made.

/** The part of the drift that a task is about: what a change wrote of all its records, or some columns of one. */
export type DriftPart =
  | { readonly revision: number }
  | { readonly thing: string; readonly pk: number; readonly columns: readonly string[]; readonly revision: number };

/** How far a task is done, as far as exports of the console show. */
export type Drift = "open" | "contradicted" | "done";

/** SQL: the bits of columns. */
const bitsOf = ({ columns }: Versions, names: readonly string[]): string => {
  const bits = new Set(columns.filter(({ name }) => names.includes(name)).map(({ bit }) => bit));
  return bits.size === 0 ? "0" : `(${[...bits].join(" | ")})`;
};

/** The observed records `o` of one thing that a task is about. */
interface Part {
  readonly versions: Versions;
  /** SQL: joins and condition after `from` */
  readonly from: string;
  /** SQL: the bits of the columns that the task is about */
  readonly mask: string;
}

const isHere = ({ thing, key }: Versions, pk: string): string =>
  `exists (select 1 from main.${thing.name} t where t.${key} = ${pk})`;

/**
 * SQL: the bits of the columns that a later change wrote again: they are that one's task.
 *
 * @param undone false: a deletion counts, too, though it may be undone
 */
const laterBits = (versions: Versions, undone: boolean): string => {
  const bits = new Set(versions.columns.map(({ bit }) => bit));
  return `coalesce((select ${[...bits].map((bit) => `max(w.changed & ${bit})`).join(" | ")}
    from main.${versionTable(versions)} w where w.pk = o.pk and w.revision > :revision
      and ${undone ? "w.action = 'update'" : "true"}), 0)`;
};

/** The parts that a change wrote: records that it changed or deleted, and records that it created. */
const partsOfChange = (versions: Versions, undone: boolean): readonly Part[] => {
  const { thing } = versions;
  const [table, kept] = [`main.${observedTable(versions)}`, `main.${versionTable(versions)}`];
  return [
    {
      versions,
      mask: `(v.changed & ~${laterBits(versions, undone)})`,
      from: `${kept} v ${THEN} ${table} o on o.pk = v.pk
        where v.revision = :revision and (v.action = 'delete') <> ${isHere(versions, "v.pk")}`,
    },
    {
      versions,
      mask: `(${ALL_CHANGED} & ~${laterBits(versions, undone)})`,
      from: `main.created_range c ${THEN} ${table} o on o.pk between c.first and c.last
        where c.revision = :revision and c.thing = '${thing.name}' and ${isHere(versions, "o.pk")}`,
    },
  ];
};

const partsOf = (part: DriftPart, undone = true): readonly Part[] => {
  if (!("pk" in part)) return OBSERVED.flatMap((versions) => partsOfChange(versions, undone));
  return OBSERVED.filter(({ thing }) => thing.name === part.thing).map((versions) => ({
    versions,
    mask: `(${bitsOf(versions, part.columns)} & ~${laterBits(versions, undone)})`,
    from: `main.${observedTable(versions)} o where o.pk = :pk and ${isHere(versions, "o.pk")}`,
  }));
};

const paramsOf = (part: DriftPart) => ({ revision: part.revision, ...("pk" in part && { pk: part.pk }) });

/**
 * Returns how far a part of the drift is done in the console.
 *
 * @param isClosed its task is closed: what was deleted since, and came back, is the task of that
 */
export const readDrift = async (reader: Reader, part: DriftPart, isClosed = false): Promise<Drift> => {
  const states = partsOf(part, !isClosed).map(
    ({ mask, from }) =>
      `select max(${either(`o.contradicted & (${mask} | ${PRESENCE}) <> 0`, "2", "1")}) as state from ${from}
        and (o.inConsole = 0 and o.confirmed & ${PRESENCE} = 0
          or o.differs & ~o.confirmed & ${mask} <> 0)`,
  );
  const sql = `select coalesce(max(state), 0) as state from (${states.join(" union all ")})`;
  const state = await reader.count(sql, usedIn(sql, paramsOf(part)));
  return (["done", "open", "contradicted"] as const)[state] ?? "done";
};

/** True if an export changed the observed state of something that somebody had confirmed. @param revision of the export */
export const hasTouchedConfirmed = async (reader: Reader, revision: number): Promise<boolean> => {
  const all = OBSERVED.map(
    (versions) => `select 1 from main.${beforeTable(versions)} b where b.revision = :revision and b.confirmed <> 0`,
  );
  return (await reader.count(`select count(*) from (${all.join(" union all ")} limit 1) one`, { revision })) > 0;
};

/** True if a later change wrote something of a part again. */
export const isOvertaken = async (reader: Reader, part: DriftPart): Promise<boolean> => {
  const later = (versions: Versions, pk: string, mask: string): string =>
    `select 1 from main.${versionTable(versions)} w where w.pk = ${pk} and w.revision > :revision and w.changed & ${mask} <> 0`;
  const all =
    "pk" in part
      ? OBSERVED.filter(({ thing }) => thing.name === part.thing).map((versions) =>
          later(versions, ":pk", bitsOf(versions, part.columns)),
        )
      : OBSERVED.flatMap((versions) => [
          `select 1 from main.${versionTable(versions)} v
            where v.revision = :revision and exists (${later(versions, "v.pk", "v.changed")})`,
          `select 1 from main.created_range c where c.revision = :revision and c.thing = '${versions.thing.name}' and exists (
            select 1 from main.${versionTable(versions)} w where w.pk between c.first and c.last and w.revision > :revision)`,
        ]);
  return (await reader.count(`select count(*) from (${all.join(" union all ")}) one`, paramsOf(part))) > 0;
};

/** The parameters that a statement has. */
const usedIn = (sql: string, params: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => sql.includes(`:${name}`)));

/** Stores that somebody says that a part of the drift is done in the console: an export proves or contradicts it. */
export const confirmDrift = async (writer: Writer, part: DriftPart): Promise<void> => {
  for (const { versions, mask, from } of partsOf(part)) {
    const table = `main.${observedTable(versions)}`;
    const sql = `update ${table} as n set confirmed = n.confirmed | (n.differs & m.mask) | ${either("n.inConsole = 0", PRESENCE, "0")}
      from (select o.pk, ${mask} as mask from ${from}) m where m.pk = n.pk`;
    await writer.run(sql, usedIn(sql, paramsOf(part)));
  }
};

/** Forgets a part of the drift: the next export of the console decides. */
export const dropDrift = async (writer: Writer, part: DriftPart): Promise<void> => {
  for (const { versions, mask, from } of partsOf(part)) {
    const table = `main.${observedTable(versions)}`;
    const sql = `update ${table} as n set differs = n.differs & ~m.mask, confirmed = n.confirmed & ~m.mask,
        contradicted = n.contradicted & ~m.mask & ~${PRESENCE}, inConsole = 1
      from (select o.pk, ${mask} as mask from ${from}) m where m.pk = n.pk`;
    await writer.run(sql, usedIn(sql, paramsOf(part)));
    await writer.run(`delete from ${table} where differs = 0 and inConsole = 1`, {});
  }
};
