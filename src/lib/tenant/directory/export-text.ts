import { NEWLINES, formatRecord } from "../../csv/records/writer.ts";
import type { Newline } from "../../csv/records/record.ts";
import type { Database, Params } from "../store/sqlite/database.ts";
import { defineFunctions } from "../store/sqlite/imports/functions.ts";
import { storageFailure } from "../store/sqlite/storage-failure.ts";

/** A column of an export. */
export interface ExportColumn {
  readonly header: string;
  /** SQL: the cell's text; null means blank */
  readonly sql: string;
  /** faster SQL, correct unless its output contains a quote or a backslash */
  readonly plain?: string | undefined;
}

/** The records of an export, sorted by a key that is unique among them. */
export interface ExportRecords {
  readonly columns: readonly ExportColumn[];
  /** SQL: the key, of the table `t` */
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

/** Rows scanned by one statement; short rows yield about 32 KiB of text. */
const BATCH_ROWS = 256;

/** When batch after batch needs quotes, only one in this many is tried without. */
const MOST_WITH_QUOTES = 63;

/** An SQLite function takes at most 127 arguments. */
const MOST_ARGUMENTS = 100;

const TOO_BIG = 18;

/** SQL: the pieces as one text; null means blank. */
const joinedText = (pieces: readonly string[]): string => {
  if (pieces.length <= MOST_ARGUMENTS) return `concat(${pieces.join(", ")})`;
  const parts: string[] = [];
  for (let at = 0; at < pieces.length; at += MOST_ARGUMENTS)
    parts.push(joinedText(pieces.slice(at, at + MOST_ARGUMENTS)));
  return joinedText(parts);
};

/** SQL: a cell as {@link formatRecord} writes it. */
const quotedCell = (sql: string): string =>
  `case when ${sql} glob :special then '"' || replace(${sql}, '"', '""') || '"' else ${sql} end`;

const lineOf = (cells: readonly string[]): string =>
  joinedText([...cells.flatMap((cell, at) => (at === 0 ? [cell] : ["','", cell])), ":newline"]);

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

/** Reads the records of an export in batches, each one UTF-8 text assembled by SQLite. */
class BatchReader {
  readonly #database: Database;
  readonly #records: ExportRecords;
  readonly #newline: string;
  readonly #range: string;
  readonly #plain: string;
  readonly #quoted: string;
  #rows = BATCH_ROWS;
  /** batches still to be written with quotes directly, and the number set last time */
  #withQuotes = 0;
  #lastWithQuotes = 0;

  constructor(database: Database, records: ExportRecords, newline: string) {
    const { columns, key, table, joined, among, where } = records;
    this.#database = database;
    this.#records = records;
    this.#newline = newline;
    this.#range = `select max(k) as last from
      (select ${key} as k from ${table} where ${key} > :after and ${among} order by ${key} limit :rows)`;
    const batch = (line: string): string =>
      `select cast(group_concat(line, '') as blob) as bytes, count(*) as records from
        (select ${line} as line from ${table} ${joined}
         where ${key} > :after and ${key} <= :last and ${among} and ${where} order by ${key})`;
    this.#plain = batch(lineOf(columns.map(({ plain, sql }) => plain ?? sql)));
    this.#quoted = batch(lineOf(columns.map(({ sql }) => quotedCell(sql))));
  }

  *batches(): Generator<Uint8Array, void> {
    for (let after: string | number = this.#records.before; ;) {
      const range = { ...this.#records.params, after, rows: this.#rows };
      const last = this.#database.get(this.#range, range)?.["last"];
      if (typeof last !== "string" && typeof last !== "number") return;
      const bytes = this.#batch({ ...this.#records.params, after, last, newline: this.#newline });
      if (bytes === undefined) continue;
      if (bytes.length > 0) yield bytes;
      after = last;
    }
  }

  /** One batch; undefined if its text is too long for SQLite and must be retried with fewer rows. */
  #batch(range: Params): Uint8Array | undefined {
    try {
      return this.#readPlain(range) ?? this.#read(this.#quoted, { ...range, special: '*[,"\r\n]*' }).bytes;
    } catch (error) {
      const tooBig = error instanceof Error && "errcode" in error && error.errcode === TOO_BIG;
      if (!tooBig || this.#rows === 1) throw error;
      this.#rows = Math.ceil(this.#rows / 4);
      return undefined;
    }
  }

  /** A batch without quotes; undefined if it needs some, or if those before it did. */
  #readPlain(range: Params): Uint8Array | undefined {
    if (this.#withQuotes > 0) {
      this.#withQuotes -= 1;
      return undefined;
    }
    const { bytes, records } = this.#read(this.#plain, range);
    const commas = records * (this.#records.columns.length - 1);
    const plain = isPlain(bytes, commas, records, this.#newline);
    this.#lastWithQuotes = plain ? 0 : Math.min(MOST_WITH_QUOTES, this.#lastWithQuotes * 2 + 1);
    this.#withQuotes = this.#lastWithQuotes;
    return plain ? bytes : undefined;
  }

  #read(sql: string, params: Params): { readonly bytes: Uint8Array; readonly records: number } {
    const row = this.#database.get(sql, params);
    const bytes = row?.["bytes"];
    return { bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0), records: Number(row?.["records"] ?? 0) };
  }
}

/** The bytes of an export, header first. */
function* exportBytes(database: Database, records: ExportRecords, newline: string): Generator<Uint8Array, void> {
  try {
    yield headerOf(records, newline);
    yield* new BatchReader(database, records, newline).batches();
  } catch (error) {
    throw storageFailure(error, database.path);
  }
}

const headerOf = ({ columns }: ExportRecords, newline: string): Uint8Array =>
  Buffer.from(
    formatRecord(
      columns.map(({ header }) => header),
      newline,
    ),
  );

/** Chunks as a stream that is produced as it is read; `close` is called exactly once, however it ends. */
export const streamOf = (
  chunks: Generator<Uint8Array, void>,
  close: () => void = () => {},
): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull(controller) {
      try {
        const { value, done } = chunks.next();
        if (done !== true) return controller.enqueue(value);
        close();
        controller.close();
      } catch (error) {
        close();
        throw error;
      }
    },
    cancel: close,
  });

/**
 * Streams an export as UTF-8, on its own connection: concurrent writes to the tenant are not visible.
 *
 * @param describe returns what to export, queried on that connection
 */
export const streamExport = (
  tenant: Database,
  newline: Newline,
  describe: (database: Database) => ExportRecords,
): ReadableStream<Uint8Array> => {
  const database = tenant.reader();
  let open = true;
  const close = (): void => {
    if (open) database.close();
    open = false;
  };
  try {
    defineFunctions(database, () => false);
    database.exec("pragma query_only = on");
    database.exec("begin");
    return streamOf(exportBytes(database, describe(database), NEWLINES[newline]), close);
  } catch (error) {
    close();
    throw error;
  }
};
