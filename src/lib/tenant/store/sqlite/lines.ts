import { setImmediate } from "node:timers/promises";
import type { Lines, Piece, PieceStart, Reader } from "../store.ts";
import type { Database } from "./database.ts";
import { storageFailure } from "./storage-failure.ts";

/** The most rows scanned by one statement, and the bytes of a batch: larger ones would wait for the garbage collector. */
const MAX_ROWS = 256;
const BATCH_BYTES = 24 * 1024;

/** The most rows scanned by one statement where few of them may be seen; none of the others gives any bytes. */
const MAX_ROWS_OF_WHOLE = 4096;

/** When the plain text of batch after batch is of no use, only one in this many is tried. */
const MAX_UNTRIED = 63;

const TOO_BIG = 18;

const isTooBig = (error: unknown): boolean => error instanceof Error && "errcode" in error && error.errcode === TOO_BIG;

/** Makes the text of a batch of what gives the bytes of lines, by SQL of a line. */
type BatchText = (linesOf: (line: string) => { readonly bytes: Uint8Array; readonly records: number }) => Uint8Array;

/** Batches of the plain text as long as it is of use. */
const batchOf = ({ line, plain }: Lines): BatchText => {
  if (plain === undefined) return (linesOf) => linesOf(line).bytes;
  /** batches still to be made without trying the plain text, and the number set last time */
  let [untried, lastUntried] = [0, 0];
  return (linesOf) => {
    if (untried > 0) untried -= 1;
    else {
      const { bytes, records } = linesOf(plain.line);
      const finished = plain.finished(bytes, records);
      untried = lastUntried = finished === undefined ? Math.min(MAX_UNTRIED, lastUntried * 2 + 1) : 0;
      if (finished !== undefined) return finished;
    }
    return linesOf(line).bytes;
  };
};

/** Records in batches, each a text assembled by SQLite; one that is too long for SQLite is made again of fewer rows. */
function* batches(database: Database, records: Lines): Generator<Uint8Array, void> {
  const { key, table, whole, among, where, params, before, tally } = records;
  const mostRows = whole === undefined ? MAX_ROWS : MAX_ROWS_OF_WHOLE;
  const batch = batchOf(records);
  const [noted, greatest] = tally === undefined ? ["", "null"] : [`, ${tally.sql} as noted`, "max(noted)"];
  const rest = `from ${whole ?? table} where ${key} > :after and ${among}`;
  // an offset passes rows by, and gives nothing where fewer are left
  const rangeSql = `select ${key} as last ${rest} order by ${key} limit 1 offset :skipped`;
  const restSql = `select max(${key}) as last ${rest}`;
  let rows = MAX_ROWS;
  for (let after = before; ;) {
    const next = { ...params, after, skipped: rows - 1 };
    const last = (database.get(rangeSql, next) ?? database.get(restSql, next))?.["last"];
    if (typeof last !== "string" && typeof last !== "number") return;
    const range = { ...params, after, last };
    const linesOf: Parameters<BatchText>[0] = (line) => {
      const sql = `select cast(string_agg(line, '') as blob) as bytes, count(*) as records, ${greatest} as greatest from
        (select ${line} as line${noted} from ${table} ${records.joined}
         where ${key} > :after and ${key} <= :last and ${among} and ${where} order by ${key}) lines`;
      const { bytes, records: found, greatest: last = null } = database.get(sql, range) ?? {};
      counted = [Number(found), last === null ? null : String(last)];
      return { bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0), records: Number(found) };
    };
    let bytes: Uint8Array;
    let counted: [records: number, greatest: string | null] = [0, null];
    try {
      bytes = batch(linesOf);
    } catch (error) {
      if (!isTooBig(error) || rows === 1) throw error;
      rows = Math.ceil(rows / 4);
      continue;
    }
    tally?.note(...counted);
    if (bytes.length > 0) yield bytes;
    after = last;
    const fitting = Math.floor((rows * BATCH_BYTES) / Math.max(bytes.length, 1));
    rows = Math.max(1, Math.min(mostRows, rows * 2, fitting));
  }
}

/** What goes before records, and the records. */
function* chunksOf(database: Database, records: Lines): Generator<Uint8Array, void> {
  if (records.head !== undefined) yield records.head;
  yield* batches(database, records);
}

/** Each piece behind its start. */
async function* piecesOf(
  database: Database,
  pieces: readonly Piece[],
  reader: Reader,
): AsyncGenerator<PieceStart | Uint8Array, void> {
  for (const { name, content } of pieces) {
    yield { name };
    if (typeof content === "function") yield Buffer.from(await content(reader));
    else yield* chunksOf(database, content);
  }
}

/**
 * What is made on a connection of its own and one snapshot, as a stream that is produced as it is read: concurrent writes
 * to the tenant are not visible, and the tenant cannot be written. Its failures say what is wrong with the tenant's file.
 */
const streamFrom = async <T>(
  tenant: Database,
  begin: (database: Database) => Promise<Iterator<T, void> | AsyncIterator<T, void>>,
): Promise<ReadableStream<T>> => {
  const database = tenant.reader();
  let open = true;
  const close = (): void => {
    if (open) database.close();
    open = false;
  };
  const beginning = async (): Promise<Iterator<T, void> | AsyncIterator<T, void>> => {
    database.exec("begin");
    const chunks = await begin(database);
    database.exec("pragma query_only = on");
    return chunks;
  };
  let chunks: Iterator<T, void> | AsyncIterator<T, void>;
  try {
    chunks = await beginning();
  } catch (error) {
    close();
    throw error;
  }
  return new ReadableStream<T>({
    async pull(controller) {
      // signals and timers must not wait for the end where everything is written at once
      await setImmediate();
      if (!open) return;
      try {
        const { value, done } = await chunks.next();
        if (done !== true) return controller.enqueue(value);
      } catch (error) {
        close();
        throw storageFailure(error, database.path);
      }
      close();
      controller.close();
    },
    cancel: close,
  });
};

/** Records as a stream. */
export const streamLines = (
  tenant: Database,
  describe: (database: Database) => Promise<Lines>,
): Promise<ReadableStream<Uint8Array>> =>
  streamFrom(tenant, async (database) => chunksOf(database, await describe(database)));

/** Several texts as one stream, from one snapshot. */
export const streamPieces = (
  tenant: Database,
  describe: (database: Database) => Promise<{ readonly pieces: readonly Piece[]; readonly reader: Reader }>,
): Promise<ReadableStream<PieceStart | Uint8Array>> =>
  streamFrom(tenant, async (database) => {
    const { pieces, reader } = await describe(database);
    return piecesOf(database, pieces, reader);
  });
