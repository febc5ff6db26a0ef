import { listStoredColumns, type Field, type RecordType } from "../../model/thing.ts";
import { quoteIdentifier } from "../store/sql.ts";
import type { Row, SqlValue, Writer, Reader } from "../store/types.ts";
import type { Collection } from "../../nouns/index.ts";

export type RowValues = Readonly<Record<string, SqlValue>>;

/** @param key unique columns of the row to update @param kept columns that an update keeps */
export const insertRow = (
  writer: Writer,
  table: string,
  row: RowValues,
  key: readonly string[] = [],
  kept: readonly string[] = [],
): Promise<number> => {
  const names = Object.keys(row);
  const columns = names.map(quoteIdentifier);
  const sets = names.flatMap((name, at) => ([...key, ...kept].includes(name) ? [] : [`${columns[at]} = :${name}`]));
  const conflict = key.length === 0 ? "" : `on conflict (${key.join(", ")}) do update set ${sets.join(", ")}`;
  return writer.run(
    `insert into main.${table} (${columns.join(", ")}) values (${names.map((name) => `:${name}`).join(", ")}) ${conflict}`,
    row,
  );
};

export const updateRow = (writer: Writer, table: string, row: RowValues, key = "id"): Promise<number> => {
  const sets = Object.keys(row).flatMap((name) => (name === key ? [] : [`${quoteIdentifier(name)} = :${name}`]));
  return writer.run(`update main.${table} set ${sets.join(", ")} where ${key} = :${key}`, row);
};

export const toStringOrNull = (value: SqlValue | bigint | Uint8Array | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const toColumnValue = (value: unknown): SqlValue => {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value as SqlValue);
};

const fromColumnValue = ({ type, nullable }: Field, value: SqlValue): unknown => {
  if (type === "boolean") return value === null && nullable === true ? null : value === 1;
  return (type === "texts" || type === "objects") && value !== null ? (JSON.parse(String(value)) as unknown) : value;
};

export const toRow = (thing: RecordType, record: object): RowValues =>
  Object.fromEntries(
    listStoredColumns(thing).map(([name]) => [name, toColumnValue(record[name as keyof typeof record])] as const),
  );

export const fromRow = (thing: RecordType, row: Row): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    listStoredColumns(thing).map(([name, field]) => [name, fromColumnValue(field, row[name] ?? null)]),
  );

export const CONSOLE_COLLECTION = "console";

export const readLatestRevision = (reader: Reader): Promise<number> =>
  reader.count("select coalesce(max(revision), 0) from collection");

export const ADVANCE_COLLECTION_SQL = `insert into collection (name, revision) values (:collection, :revision)
  on conflict (name) do update set revision = :revision`;

export const advanceCollections = async (writer: Writer, collections: readonly Collection[]): Promise<void> => {
  if (collections.length === 0) return;
  const revision = await writer.revision();
  for (const collection of collections) await writer.run(ADVANCE_COLLECTION_SQL, { collection, revision });
};

export const storeLastNumber = async (writer: Writer, collection: Collection, last: number): Promise<void> => {
  await writer.run(
    `insert into collection (name, revision, last) values (:collection, 0, :last)
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { collection, last },
  );
};
