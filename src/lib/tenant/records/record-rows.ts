import { besideOf } from "../plans/staging/kinds.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { keyColumn, type Field, type Thing } from "../../model/thing.ts";
import { keepLast } from "../store/collections.ts";
import { keyOrValue, quoteIdentifier } from "../store/sql/forms.ts";
import { keepVersions, noteCreated } from "../versions/keep.ts";
import type { Reader, Value, Writer } from "../store/store.ts";

// Single records, written column by column as imports write many.

/** The tables with the keys of unique lists, by thing and field. @see Table of the imports */
export const CLAIMS: Readonly<Record<string, Readonly<Record<string, string>>>> = { user: { emails: "user_email" } };

/** A field's value as its table has it: of a reference the other record's `pk`. */
export type StoredValue = Value | readonly string[];

/** A record's values as its table has them, by field. */
export type StoredValues = ReadonlyMap<string, StoredValue>;

const fieldOf = ({ name: thing, fields }: Thing, name: string): Field => {
  const { [name]: field } = fields;
  if (field === undefined) throw new TypeError(`${thing} has no field ${name}`);
  return field;
};

/** The name of a field's column. */
const columnOf = (thing: Thing, name: string): string => {
  const { refers, short = name, type } = fieldOf(thing, name);
  return refers !== undefined && type !== "texts" ? short : name;
};

/** The columns of a field's value: its own, and those that follow from it. */
const columnsOf = (thing: Thing, name: string, value: StoredValue): readonly (readonly [string, Value])[] => {
  const { refers, short = name, type, comparison = "exact", sortKey } = fieldOf(thing, name);
  const own = [columnOf(thing, name), typeof value === "object" && value !== null ? JSON.stringify(value) : value];
  if (refers !== undefined && type !== "texts") return [own as [string, Value]];
  const beside = besideOf(short, comparison, type === "texts", sortKey);
  const isKeyed = typeof value === "string" || (typeof value === "object" && value !== null);
  return [own as [string, Value], ...beside.map(({ column, of }) => [column, isKeyed ? of(value) : null] as const)];
};

const columnsOfAll = (thing: Thing, values: StoredValues): readonly (readonly [string, Value])[] =>
  [...values].flatMap(([name, value]) => columnsOf(thing, name, value));

/** A new record of a table whose numbers a collection knows. */
export interface NewRecord {
  readonly id: string;
  readonly values: StoredValues;
  readonly at: string;
  /** further columns */
  readonly columns?: Readonly<Record<string, Value>> | undefined;
  /** the collection that knows the highest number of its table */
  readonly series: string;
}

/** @returns the record's number */
export const insertRecord = async (
  writer: Writer,
  thing: Thing,
  { id, values, at, columns: further = {}, series }: NewRecord,
): Promise<number> => {
  const { last = 0 } = (await writer.lock([series])).get(series) ?? {};
  const pk = last + 1;
  const revision = await writer.revision();
  const times = thing.fields["updatedAt"] === undefined ? { createdAt: at } : { createdAt: at, updatedAt: at };
  const row = { pk, id, ...further, ...Object.fromEntries(columnsOfAll(thing, values)), ...times, revision };
  const names = Object.keys(row);
  await writer.run(
    `insert into main.${thing.name} (${names.map(quoteIdentifier).join(", ")}) values (${names.map((name) => `:${name}`).join(", ")})`,
    row,
  );
  await noteCreated(writer, thing.name, pk);
  await keepLast(writer, series, pk);
  await claim(writer, thing, pk, values);
  return pk;
};

/** @returns false if the record has these values already, and was left as it is */
export const updateRecord = async (
  writer: Writer,
  thing: Thing,
  { pk, values, at, columns: further = {} }: Omit<NewRecord, "id" | "series"> & { readonly pk: number },
): Promise<boolean> => {
  const columns = [...columnsOfAll(thing, values), ...Object.entries(further)];
  if (columns.length === 0) return false;
  const names = columns.map(([name]) => quoteIdentifier(name)).join(", ");
  const now = (await writer.get(`select ${names} from ${thing.name} where pk = :pk`, { pk })) ?? {};
  if (columns.every(([name, value]) => now[name] === value)) return false;
  const times = thing.fields["updatedAt"] === undefined ? {} : { updatedAt: at };
  const row = { ...Object.fromEntries(columns), ...times, revision: await writer.revision() };
  const sets = Object.keys(row).map((name) => `${quoteIdentifier(name)} = :${name}`);
  await keepVersions(writer, thing.name, "t.pk = :pk", { pk });
  await writer.run(`update main.${thing.name} set ${sets.join(", ")} where pk = :pk`, { ...row, pk });
  await claim(writer, thing, pk, values);
  return true;
};

/** Claims the values of a record's unique lists, in place of those that it had. */
const claim = async (writer: Writer, thing: Thing, pk: number, values: StoredValues): Promise<void> => {
  for (const [name, table] of Object.entries(CLAIMS[thing.name] ?? {})) {
    const value = values.get(name);
    if (!Array.isArray(value)) continue;
    const { short = name, comparison = "exact" } = fieldOf(thing, name);
    const key = keyColumn({ short, list: false });
    await writer.run(`delete from main.${table} where ${thing.name} = :pk`, { pk });
    for (const [at, one] of (value as readonly string[]).entries()) {
      await writer.run(`insert into main.${table} (${key}, ${thing.name}, main) values (:key, :pk, :main)`, {
        key: comparisonKey(comparison, one),
        pk,
        main: at === 0 ? 1 : 0,
      });
    }
  }
};

/** The number of the record with an id; undefined if there is none. */
export const numberOf = async (reader: Reader, table: string, id: string): Promise<number | undefined> => {
  const row = await reader.get(`select pk from ${table} where id = :id`, { id });
  return row === undefined ? undefined : Number(row["pk"]);
};

/**
 * The record that has a value of which only one may have it, whoever asks.
 *
 * @param among the scope it is unique in, if it has one
 * @returns its number, and what people call it: its name, with the value that it is known by; null of one that the asker does
 *   not see
 */
export const holderOf = async (
  reader: Reader,
  thing: Thing,
  { field: name, value }: { readonly field: string; readonly value: string },
  among?: string,
): Promise<{ readonly pk: number; readonly called: string | null } | undefined> => {
  const { short = name, comparison = "exact" } = fieldOf(thing, name);
  const beside = keyColumn({ short, list: false });
  const { [name]: table } = CLAIMS[thing.name] ?? {};
  const key = keyOrValue(comparison, `t.${beside}`, `t.${name}`);
  const which =
    table === undefined
      ? `${key} = :key`
      : `t.pk = (select e.${thing.name} from main.${table} e where e.${beside} = :key)`;
  const scope = among === undefined ? "true" : `t.${thing.scope} = :among`;
  const { namedBy: named = "name", keys } = thing;
  const [known = named] = keys.map((one) =>
    fieldOf(thing, one.field).type === "texts" ? `${one.field} ->> 0` : one.field,
  );
  const row = await reader.get(
    `select t.pk, case when exists (select 1 from ${thing.name} seen where seen.pk = t.pk)
         then t.${named} || coalesce(' <' || nullif(t.${known}, t.${named}) || '>', '') end as called
       from main.${thing.name} t where ${scope} and ${which}`,
    { key: comparisonKey(comparison, value), among: among ?? null },
  );
  if (row === undefined) return undefined;
  return { pk: Number(row["pk"]), called: row["called"] === null ? null : String(row["called"]) };
};
