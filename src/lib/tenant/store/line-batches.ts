import { setImmediate } from "node:timers/promises";
import type { LineQuery } from "./types.ts";
import type { Database } from "./database.ts";
import { getExtendedErrorCode, toStorageFailure } from "./storage-failure.ts";

/** Maximum number of rows per statement. Larger batches would delay garbage collection. */
const MAX_SCANNED_ROWS = 256;
const BATCH_BYTES = 24 * 1024;
/** Page cache in KiB. A stream reads each page only once, so a small cache is enough. */
const CACHE_KIB = 256;

/** Maximum number of rows to scan per statement if few rows are visible. */
const MAX_SCANNED_ROWS_IF_FEW_VISIBLE = 4096;

const SQLITE_TOOBIG = 18;

function* generateBatches(database: Database, records: LineQuery): Generator<Uint8Array, void> {
  const { key, table, whole, among, where, params, before, head } = records;
  let { plain } = records;
  if (head !== undefined) yield head;
  const mostRows = whole === undefined ? MAX_SCANNED_ROWS : MAX_SCANNED_ROWS_IF_FEW_VISIBLE;
  const rest = `from ${whole ?? table} where ${key} > :after and ${among}`;
  const rangeSql = `select ${key} as last ${rest} order by ${key} limit 1 offset :skipped`;
  const restSql = `select max(${key}) as last ${rest}`;
  let rows = MAX_SCANNED_ROWS;
  for (let after = before; ;) {
    const next = { ...params, after, skipped: rows - 1 };
    const last = (database.get(rangeSql, next) ?? database.get(restSql, next))?.["last"];
    if (typeof last !== "string" && typeof last !== "number") return;
    const range = { ...params, after, last };
    const buildLines = (line: string): Parameters<NonNullable<typeof plain>["finished"]> => {
      const sql = `select cast(string_agg(line, '') as blob) as bytes, count(*) as records from
        (select ${line} as line from ${table} ${records.joined}
         where ${key} > :after and ${key} <= :last and ${among} and ${where} order by ${key}) lines`;
      const { bytes, records: found } = database.get(sql, range) ?? {};
      return [bytes instanceof Uint8Array ? bytes : new Uint8Array(0), Number(found)];
    };
    let bytes: Uint8Array | undefined;
    try {
      bytes = plain?.finished(...buildLines(plain.line));
      // if the faster form cannot be used for one batch, it usually cannot be used for later batches
      if (bytes === undefined) plain = undefined;
      bytes ??= buildLines(records.line)[0];
    } catch (error) {
      if (getExtendedErrorCode(error) !== SQLITE_TOOBIG || rows === 1) throw error;
      rows = Math.ceil(rows / 4);
      continue;
    }
    if (bytes.length > 0) yield bytes;
    after = last;
    const fitting = Math.floor((rows * BATCH_BYTES) / Math.max(bytes.length, 1));
    rows = Math.max(1, Math.min(mostRows, rows * 2, fitting));
  }
}

/** Reads one snapshot on a new connection. Errors explain problems with the tenant's file. */
export const streamLines = async (
  tenant: Database,
  describe: (database: Database) => Promise<LineQuery>,
): Promise<ReadableStream<Uint8Array>> => {
  const database = tenant.reader();
  database.exec(`pragma cache_size = -${CACHE_KIB}`);
  let open = true;
  const close = (): void => {
    if (open) database.close();
    open = false;
  };
  let chunks: Iterator<Uint8Array, void>;
  try {
    database.exec("begin");
    chunks = generateBatches(database, await describe(database));
    database.exec("pragma query_only = on");
  } catch (error) {
    close();
    throw error;
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // let signals and timers run even if the consumer reads the whole stream at once
      await setImmediate();
      if (!open) return;
      try {
        const { value, done } = chunks.next();
        if (done !== true) return controller.enqueue(value);
      } catch (error) {
        close();
        throw toStorageFailure(error, database.path);
      }
      close();
      controller.close();
    },
    cancel: close,
  });
};
