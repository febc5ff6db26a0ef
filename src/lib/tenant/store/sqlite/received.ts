import { toDiskFailure } from "../../../errors/disk.ts";
import { Failure } from "../../../errors/index.ts";
import type { TenantCopyState } from "../../../model/tenant-file.ts";
import { text } from "../../../text/index.ts";
import { verifyOnConnection } from "../../audit/sqlite/verify.ts";
import { checkAllRecords } from "../check-rules.ts";
import { Database } from "./database.ts";
import { checkIdentity, createNewerVersionFailure, SCHEMA_VERSION } from "./migrations.ts";
import { runInWorker } from "./run-in-worker.ts";

/** SQLite's code for a file that ends too early. @see https://www.sqlite.org/rescode.html */
const IOERR_SHORT_READ = 522;

export const inspectTenantCopy = (path: string, signal?: AbortSignal): Promise<TenantCopyState> =>
  runInWorker("./received-worker", import.meta.url, { path }, signal);

/** Checks a copy from a bundle without changing the copy. Tables and triggers must be those of this program. */
export const readCopyState = (path: string): TenantCopyState => {
  const state = checkCopy(path);
  // a disk error can look like damage (SQLITE_IOERR_CORRUPTFS), so read the file again
  return state.fault === DAMAGED_FILE_FAULT ? checkCopy(path) : state;
};

const checkCopy = (path: string): TenantCopyState => {
  try {
    if (checkIdentity(path) > SCHEMA_VERSION) throw createNewerVersionFailure(path);
    using database = new Database(path, { readOnly: true });
    return readOpenCopy(database);
  } catch (error) {
    const isCut = error instanceof Error && "errcode" in error && error.errcode === IOERR_SHORT_READ;
    const failed = isCut ? undefined : toDiskFailure(error, path);
    if (failed !== undefined) throw failed;
    return { ...STATE_WITHOUT_FAULTS, fault: error instanceof Failure ? error.what : DAMAGED_FILE_FAULT };
  }
};

const readOpenCopy = (database: Database): TenantCopyState => {
  database.exec("pragma trusted_schema = off");
  database.exec("pragma cell_size_check = on");
  const { schema, broken: inLog, replaced, last, changes } = verifyOnConnection(database, { changes: true });
  if (!schema) return { ...STATE_WITHOUT_FAULTS, fault: OTHER_SCHEMA_FAULT };
  const faults = database.all("pragma quick_check(1)").flatMap((row) => Object.values(row));
  if (faults.join() !== "ok" || database.all("pragma foreign_key_check").length > 0)
    return { ...STATE_WITHOUT_FAULTS, fault: DAMAGED_FILE_FAULT };
  const broken = inLog ?? replaced?.broken ?? null;
  if (broken !== null) {
    const fault = text(`the audit log is broken at record ${broken}`, `監査ログの記録 ${broken} に異常があります`);
    return { ...STATE_WITHOUT_FAULTS, fault, auditHead: last };
  }
  // a file with an older schema has other columns
  if (changes === null) return { ...STATE_WITHOUT_FAULTS, auditHead: last };
  const fault = changes.broken.length > 0 ? BROKEN_HISTORY_FAULT : null;
  return { fault, auditHead: last, problems: checkAllRecords((sql) => database.all(sql)).map(({ what }) => what) };
};

const STATE_WITHOUT_FAULTS: TenantCopyState = { fault: null, auditHead: null, problems: [] };

const DAMAGED_FILE_FAULT = text("the tenant's file is damaged", "テナントのファイルが壊れています");
const OTHER_SCHEMA_FAULT = text(
  "the tenant's file contains database tables or other definitions that clomoctl did not create",
  "テナントのファイルに、clomoctl が作成したものではないデータベース定義(テーブルなど)があります",
);
const BROKEN_HISTORY_FAULT = text(
  "the history of the tenant does not match its audit log",
  "テナントの履歴が監査ログと一致しません",
);
