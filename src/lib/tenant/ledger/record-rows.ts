import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { comparisonKey, nameKey } from "../../model/normalise.ts";
import { getColumnName, getKeyColumn, type Field, type RecordType } from "../../model/thing.ts";
import { getSeries } from "../../nouns/index.ts";
import { storeLastNumber, insertRow, updateRow } from "./rows.ts";
import { buildFieldKeySql, quoteIdentifier } from "../store/sql.ts";
import { saveVersions, saveCreatedRange, getDerivedColumns } from "./versions.ts";
import type { Reader, SqlValue, Writer } from "../store/types.ts";

// This file writes single records. Imports write the same columns for many records at once.

export const UNIQUE_LIST_TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  user: { emails: "user_email" },
};

/** A reference is stored as the `pk` of the referenced record. */
export type StoredValue = SqlValue | readonly string[];

export type StoredValues = ReadonlyMap<string, StoredValue>;

const getRecordField = ({ name: thing, fields }: RecordType, name: string): Field => {
  const { [name]: field } = fields;
  if (field === undefined) throw new TypeError(`${thing} has no field ${name}`);
  return field;
};

const buildRecordColumns = (thing: RecordType, values: StoredValues) =>
  [...values].flatMap(([name, value]): (readonly [string, SqlValue])[] => {
    const isList = typeof value === "object" && value !== null;
    const keys = getDerivedColumns(thing, name).map(
      (key) => [key.column, typeof value === "string" || isList ? key.of(value) : null] as const,
    );
    return [[getColumnName(name, getRecordField(thing, name)), isList ? JSON.stringify(value) : value], ...keys];
  });

export interface NewRecord {
  readonly id: string;
  readonly values: StoredValues;
  readonly at: string;
  readonly columns?: Readonly<Record<string, SqlValue>> | undefined;
}

export const insertRecord = async (
  writer: Writer,
  thing: RecordType,
  { id, values, at, columns: further = {} }: NewRecord,
): Promise<number> => {
  const series = getSeries(thing);
  const { last = 0 } = (await writer.lock([series])).get(series) ?? {};
  const pk = last + 1;
  const revision = await writer.revision();
  const times = thing.fields["updatedAt"] === undefined ? { createdAt: at } : { createdAt: at, updatedAt: at };
  const row = { pk, id, ...further, ...Object.fromEntries(buildRecordColumns(thing, values)), ...times, revision };
  await insertRow(writer, thing.name, row);
  await saveCreatedRange(writer, thing.name, pk);
  await storeLastNumber(writer, series, pk);
  await writeUniqueListKeys(writer, thing, pk, values);
  return pk;
};

/** Returns false if the record already has these values. */
export const updateRecord = async (
  writer: Writer,
  thing: RecordType,
  { pk, values, at, columns: further = {} }: Omit<NewRecord, "id"> & { readonly pk: number },
): Promise<boolean> => {
  const columns = [...buildRecordColumns(thing, values), ...Object.entries(further)];
  if (columns.length === 0) return false;
  const names = columns.map(([name]) => quoteIdentifier(name)).join(", ");
  const now = (await writer.get(`select ${names} from ${thing.name} where pk = :pk`, { pk })) ?? {};
  if (columns.every(([name, value]) => now[name] === value)) return false;
  const times = thing.fields["updatedAt"] === undefined ? {} : { updatedAt: at };
  const row = { pk, ...Object.fromEntries(columns), ...times, revision: await writer.revision() };
  await saveVersions(writer, thing.name, "t.pk = :pk", { pk });
  await updateRow(writer, thing.name, row, "pk");
  await writeUniqueListKeys(writer, thing, pk, values);
  return true;
};

const writeUniqueListKeys = async (writer: Writer, thing: RecordType, pk: number, values: StoredValues) => {
  for (const [name, table] of Object.entries(UNIQUE_LIST_TABLES[thing.name] ?? {})) {
    const value = values.get(name);
    if (!Array.isArray(value)) continue;
    const { short = name, comparison = "exact" } = getRecordField(thing, name);
    const key = getKeyColumn({ short, list: false });
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

export const findRecordNumberById = async (reader: Reader, table: string, id: string): Promise<number | undefined> => {
  const row = await reader.get(`select pk from ${table} where id = :id`, { id });
  return row === undefined ? undefined : Number(row["pk"]);
};

/** Returns the record with a unique value, even if the acting account cannot see the record. */
export const findValueHolder = async (
  reader: Reader,
  thing: RecordType,
  { field: name, value }: { readonly field: string; readonly value: string },
  among: string | null = null,
): Promise<number | undefined> => {
  const { short = name, comparison = "exact" } = getRecordField(thing, name);
  const { [name]: table } = UNIQUE_LIST_TABLES[thing.name] ?? {};
  const which =
    table === undefined
      ? `${buildFieldKeySql(thing, name, (column) => `t.${column}`)} = :key`
      : `t.pk = (select e.${thing.name} from main.${table} e where e.${getKeyColumn({ short, list: false })} = :key)`;
  const scope = among === null ? "true" : `t.${thing.scope} = :among`;
  const row = await reader.get<{ pk: number }>(`select t.pk from main.${thing.name} t where ${scope} and ${which}`, {
    key: comparisonKey(comparison, value),
    among,
  });
  return row?.pk;
};

/** Does not delete administrators. Accounts of PANEL users stay, so that undo can restore them. */
export const deleteUnprotected = async (writer: Writer, thing: string, ids: readonly string[]): Promise<void> => {
  const pks = `select u.pk from main.${thing} u where u.administrator = 0 and u.id in (select value from json_each(:ids))`;
  const params = { ids: JSON.stringify(ids) };
  await saveVersions(writer, thing, `t.pk in (${pks})`, params);
  for (const table of Object.values(UNIQUE_LIST_TABLES[thing] ?? {}))
    await writer.run(`delete from main.${table} where ${thing} in (${pks})`, params);
  await writer.run(`delete from main.${thing} where pk in (${pks})`, params);
};

export const mergeCustomValues = async (
  reader: Reader,
  values: readonly { readonly name: string; readonly value: string | null }[],
  pk: number | undefined,
): Promise<string> => {
  const row = pk === undefined ? undefined : await reader.get("select custom from user where pk = :pk", { pk });
  const custom = JSON.parse(String(row?.["custom"] ?? "{}")) as Record<string, string>;
  for (const { name, value } of values) {
    const found = await reader.get("select pk from custom_field where nameKey = :key", { key: nameKey(name) });
    if (found === undefined) {
      throw new Failure("not-found", {
        what: text(`no custom field is named "${name}"`, `カスタムユーザー情報に「${name}」という項目はありません`),
        hint: step("to list the custom fields", "カスタムユーザー情報の項目の一覧", line("users fields list", [])),
      });
    }
    const field = String(found["pk"]);
    if (value === null || value === "") delete custom[field];
    else custom[field] = value;
  }
  return JSON.stringify(custom);
};
