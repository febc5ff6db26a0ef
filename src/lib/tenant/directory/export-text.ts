import { setImmediate } from "node:timers/promises";
import { NEWLINES, formatRecord } from "../../csv/records/writer.ts";
import type { Newline } from "../../csv/records/record.ts";
import type { Database, Params } from "../store/sqlite/database.ts";
import { defineFunctions } from "../store/sqlite/imports/functions.ts";
import { joined } from "../store/sqlite/json.ts";
import { storageFailure } from "../store/sqlite/storage-failure.ts";

/** A column of an export. */
export interface ExportColumn {
  readonly header: string;
  /** SQL: the cell's text; null means blank */
  readonly sql: string;
  /** faster SQL, correct unless its output contains a quote or a backslash */
  readonly plain?: string | undefined;
}

/** Records to stream, sorted by a key that is unique among them. */
export interface StreamedRecords {
  /** SQL: the key, of {@link table} */
  readonly key: string;
  /** SQL: the table under the alias `t`, and its joins */
  readonly table: string;
  readonly joined: string;
  /** SQL: the rows to scan; and which of those are records */
  readonly among: string;
  readonly where: string;
  readonly params: Params;
  /** a value before all keys */
  readonly before: string | number;
}

export interface ExportRecords extends StreamedRecords {
  readonly columns: readonly ExportColumn[];
}

/** The most rows scanned by one statement, and the bytes of a batch: larger ones would wait for the garbage collector. */
const MOST_ROWS = 256;
const BATCH_BYTES = 24 * 1024;

/** When batch after batch needs quotes, only one in this many is tried without. */
const MOST_WITH_QUOTES = 63;

const TOO_BIG = 18;

const isTooBig = (error: unknown): boolean => error instanceof Error && "errcode" in error && error.errcode === TOO_BIG;

/** Makes the text of a batch, of lines in UTF-8 that SQL describes. */
type Batch = (linesOf: (line: string) => { readonly bytes: Uint8Array; readonly records: number }) => Uint8Array;

/** Records in batches, each a text assembled by SQLite; one that is too long for SQLite is made again of fewer rows. */
function* batches(database: Database, records: StreamedRecords, batch: Batch): Generator<Uint8Array, void> {
  const { key, table, among, where, params, before } = records;
  const rangeSql = `select max(k) as last from
    (select ${key} as k from ${table} where ${key} > :after and ${among} order by ${key} limit :rows)`;
  let rows = MOST_ROWS;
  for (let after = before; ;) {
    const last = database.get(rangeSql, { ...params, after, rows })?.["last"];
    if (typeof last !== "string" && typeof last !== "number") return;
    const range = { ...params, after, last };
    const linesOf: Parameters<Batch>[0] = (line) => {
      const sql = `select cast(string_agg(line, '') as blob) as bytes, count(*) as records from
        (select ${line} as line from ${table} ${records.joined}
         where ${key} > :after and ${key} <= :last and ${among} and ${where} order by ${key})`;
      const { bytes, records: found } = database.get(sql, range) ?? {};
      return { bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0), records: Number(found) };
    };
    let bytes: Uint8Array;
    try {
      bytes = batch(linesOf);
    } catch (error) {
      if (!isTooBig(error) || rows === 1) throw error;
      rows = Math.ceil(rows / 4);
      continue;
    }
    if (bytes.length > 0) yield bytes;
    after = last;
    const fitting = Math.floor((rows * BATCH_BYTES) / Math.max(bytes.length, 1));
    rows = Math.max(1, Math.min(MOST_ROWS, rows * 2, fitting));
  }
}

/** SQL: a cell as {@link formatRecord} writes it. */
const quotedCell = (sql: string): string =>
  `case when ${sql} glob :special then '"' || replace(${sql}, '"', '""') || '"' else ${sql} end`;

const lineOf = (cells: readonly string[]): string =>
  joined([...cells.flatMap((cell, at) => (at === 0 ? [cell] : ["','", cell])), ":newline"]);

/**
 * Whether a batch written without quotes is correct: it has exactly the delimiters and newlines that its records need,
 * and no quote. A backslash is rejected too, since it may come from JSON.
 */
const isPlain = (bytes: Uint8Array, commas: number, newlines: number, newline: string): boolean => {
  let [comma, cr, lf] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte > 44) {
      if (byte === 92) return false;
    } else if (byte === 44) comma += 1;
    else if (byte === 34) return false;
    else if (byte === 13) cr += 1;
    else if (byte === 10) lf += 1;
  }
  return (
    comma === commas && cr === (newline.includes("\r") ? newlines : 0) && lf === (newline.includes("\n") ? newlines : 0)
  );
};

/** Batches of CSV: written without quotes as long as none are needed. */
const csvBatch = (columns: readonly ExportColumn[], newline: string): Batch => {
  const plain = lineOf(columns.map((column) => column.plain ?? column.sql));
  const quoted = lineOf(columns.map(({ sql }) => quotedCell(sql)));
  /** batches still to be written with quotes directly, and the number set last time */
  let [withQuotes, lastWithQuotes] = [0, 0];
  return (linesOf) => {
    if (withQuotes > 0) withQuotes -= 1;
    else {
      const { bytes, records } = linesOf(plain);
      const isRight = isPlain(bytes, records * (columns.length - 1), records, newline);
      withQuotes = lastWithQuotes = isRight ? 0 : Math.min(MOST_WITH_QUOTES, lastWithQuotes * 2 + 1);
      if (isRight) return bytes;
    }
    return linesOf(quoted).bytes;
  };
};

/** Chunks whose failures say what is wrong with the tenant's file. */
function* explained(database: Database, chunks: Generator<Uint8Array, void>): Generator<Uint8Array, void> {
  try {
    yield* chunks;
  } catch (error) {
    throw storageFailure(error, database.path);
  }
}

/** Makes temporary tables ready on a connection. */
export type Prepare = (database: Database) => void;

/**
 * Chunks as a stream that is produced as it is read, on a connection of its own and one snapshot: concurrent writes to
 * the tenant are not visible, and the tenant cannot be written.
 */
const streamOf = (
  tenant: Database,
  prepare: Prepare | undefined,
  chunksOf: (database: Database) => Generator<Uint8Array, void>,
): ReadableStream<Uint8Array> => {
  const database = tenant.reader();
  let open = true;
  const close = (): void => {
    if (open) database.close();
    open = false;
  };
  const closing = <T>(body: () => T): T => {
    try {
      return body();
    } catch (error) {
      close();
      throw error;
    }
  };
  const chunks = closing(() => {
    defineFunctions(database, () => false);
    database.exec("begin");
    prepare?.(database);
    database.exec("pragma query_only = on");
    return explained(database, chunksOf(database));
  });
  return new ReadableStream({
    async pull(controller) {
      // signals and timers must not wait for the end where everything is written at once
      await setImmediate();
      if (!open) return;
      const { value, done } = closing(() => chunks.next());
      if (done !== true) return controller.enqueue(value);
      close();
      controller.close();
    },
    cancel: close,
  });
};

/**
 * Streams an export as UTF-8, header first. @see streamOf
 *
 * @param describe returns what to export, queried on the stream's connection
 */
export const streamExport = (
  tenant: Database,
  newline: Newline,
  describe: (database: Database) => ExportRecords,
  prepare?: Prepare,
): ReadableStream<Uint8Array> =>
  streamOf(tenant, prepare, (database) => {
    const { columns, ...records } = describe(database);
    const end = NEWLINES[newline];
    const params = { ...records.params, newline: end, special: '*[,"\r\n]*' };
    return (function* () {
      const headers = columns.map(({ header }) => header);
      yield Buffer.from(formatRecord(headers, end));
      yield* batches(database, { ...records, params }, csvBatch(columns, end));
    })();
  });

/** Streams records as lines. @see streamOf @param line SQL of a line, newline included */
export const streamLines = (
  tenant: Database,
  line: string,
  records: StreamedRecords,
  prepare?: Prepare,
): ReadableStream<Uint8Array> =>
  streamOf(tenant, prepare, (database) => batches(database, records, (linesOf) => linesOf(line).bytes));
