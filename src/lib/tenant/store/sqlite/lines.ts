import { setImmediate } from "node:timers/promises";
import type { Lines } from "../store.ts";
import type { Database } from "./database.ts";
import { storageFailure } from "./storage-failure.ts";

/** The most rows scanned by one statement, and the bytes of a batch: larger ones would wait for the garbage collector. */
const MOST_ROWS = 256;
const BATCH_BYTES = 24 * 1024;

/** When the plain text of batch after batch is not right, only one in this many is tried. */
const MOST_UNTRIED = 63;

const TOO_BIG = 18;

const isTooBig = (error: unknown): boolean => error instanceof Error && "errcode" in error && error.errcode === TOO_BIG;

/** Makes the text of a batch of what gives the bytes of lines, by SQL of a line. */
type Batch = (linesOf: (line: string) => { readonly bytes: Uint8Array; readonly records: number }) => Uint8Array;

/** Batches of the plain text as long as it is right. */
const batchOf = ({ line, plain }: Lines): Batch => {
  if (plain === undefined) return (linesOf) => linesOf(line).bytes;
  /** batches still to be made without trying the plain text, and the number set last time */
  let [untried, lastUntried] = [0, 0];
  return (linesOf) => {
    if (untried > 0) untried -= 1;
    else {
      const { bytes, records } = linesOf(plain.line);
      const isRight = plain.isRight(bytes, records);
      untried = lastUntried = isRight ? 0 : Math.min(MOST_UNTRIED, lastUntried * 2 + 1);
      if (isRight) return bytes;
    }
    return linesOf(line).bytes;
  };
};

/** Records in batches, each a text assembled by SQLite; one that is too long for SQLite is made again of fewer rows. */
function* batches(database: Database, records: Lines): Generator<Uint8Array, void> {
  const { key, table, among, where, params, before } = records;
  const batch = batchOf(records);
  const rangeSql = `select max(k) as last from
    (select ${key} as k from ${table} where ${key} > :after and ${among} order by ${key} limit :rows) range`;
  let rows = MOST_ROWS;
  for (let after = before; ;) {
    const last = database.get(rangeSql, { ...params, after, rows })?.["last"];
    if (typeof last !== "string" && typeof last !== "number") return;
    const range = { ...params, after, last };
    const linesOf: Parameters<Batch>[0] = (line) => {
      const sql = `select cast(string_agg(line, '') as blob) as bytes, count(*) as records from
        (select ${line} as line from ${table} ${records.joined}
         where ${key} > :after and ${key} <= :last and ${among} and ${where} order by ${key}) lines`;
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

/** Chunks whose failures say what is wrong with the tenant's file. */
function* chunksOf(database: Database, records: Lines): Generator<Uint8Array, void> {
  try {
    if (records.head !== undefined) yield records.head;
    yield* batches(database, records);
  } catch (error) {
    throw storageFailure(error, database.path);
  }
}

/**
 * Records as a stream that is produced as it is read, on a connection of its own and one snapshot: concurrent writes to
 * the tenant are not visible, and the tenant cannot be written.
 */
export const streamLines = async (
  tenant: Database,
  describe: (database: Database) => Promise<Lines>,
): Promise<ReadableStream<Uint8Array>> => {
  const database = tenant.reader();
  let open = true;
  const close = (): void => {
    if (open) database.close();
    open = false;
  };
  const closing = (error: unknown): never => {
    close();
    throw error;
  };
  const describing = async (): Promise<Lines> => {
    database.exec("begin");
    const records = await describe(database);
    database.exec("pragma query_only = on");
    return records;
  };
  const chunks = chunksOf(database, await describing().catch(closing));
  const next = (): IteratorResult<Uint8Array, void> => {
    try {
      return chunks.next();
    } catch (error) {
      return closing(error);
    }
  };
  return new ReadableStream({
    async pull(controller) {
      // signals and timers must not wait for the end where everything is written at once
      await setImmediate();
      if (!open) return;
      const { value, done } = next();
      if (done !== true) return controller.enqueue(value);
      close();
      controller.close();
    },
    cancel: close,
  });
};
