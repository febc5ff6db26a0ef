import { toDiskFailure, Failure } from "../../errors/index.ts";
import type { TenantCopyState } from "../../model/tenant-file.ts";
import { shortenText, text } from "../../text/index.ts";
import { verifyOnConnection } from "./audit-verify.ts";
import { checkAllRecords } from "./check-rules.ts";
import { Database } from "../store/database.ts";
import { checkIdentity, createNewerVersionFailure, readSchemaVersion, SCHEMA_VERSION } from "./tenant-file.ts";
import { getExtendedErrorCode } from "../store/storage-failure.ts";
import { runInWorker } from "../store/run-in-worker.ts";

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
    const isCut = getExtendedErrorCode(error) === IOERR_SHORT_READ;
    const failed = isCut ? undefined : toDiskFailure(error, path);
    if (failed !== undefined) throw failed;
    if (!(error instanceof Failure)) return { ...SOUND_COPY, fault: DAMAGED_FILE_FAULT };
    // only the hint for a newer version is about bundles, too
    const { what, hint } = error;
    return { ...SOUND_COPY, fault: { what, hint: error.code === "unavailable" ? hint : undefined } };
  }
};

const readOpenCopy = (database: Database): TenantCopyState => {
  database.exec("pragma trusted_schema = off");
  database.exec("pragma cell_size_check = on");
  const fault = findFault(database);
  // a file with an older schema has other columns
  if (fault !== null || readSchemaVersion(database) !== SCHEMA_VERSION) return { ...SOUND_COPY, fault };
  const problems = checkAllRecords(database).map(({ what }) => what);
  const servers = database.all("select * from ade_server");
  const isSealed = servers.some((server) => SEALED_COLUMNS.some((name) => typeof server[name] === "string"));
  return { fault, unsafe: findControlCharacters(database), problems, isSealed };
};

const SEALED_COLUMNS = ["privateKey", "token", "apiKey"];

const SOUND_COPY: TenantCopyState = { fault: null, unsafe: null, problems: [], isSealed: false };

const findFault = (database: Database): TenantCopyState["fault"] => {
  const { schema, broken: inLog, replaced, changes } = verifyOnConnection(database, { changes: true });
  if (!schema) return OTHER_SCHEMA_FAULT;
  const faults = database.all("pragma quick_check(1)").flatMap((row) => Object.values(row));
  if (faults.join() !== "ok" || database.all("pragma foreign_key_check").length > 0) return DAMAGED_FILE_FAULT;
  const broken = inLog ?? replaced?.broken ?? null;
  if (broken !== null)
    return { what: text(`the audit log is broken at record ${broken}`, `監査ログの記録 ${broken} に異常があります`) };
  return changes === null || changes.broken.length === 0 ? null : BROKEN_HISTORY_FAULT;
};

/** SQL: a set of GLOB with the characters that control a terminal. Line breaks and tabs do not. */
const CONTROL_CHARACTERS_SQL =
  "'*[' || char(1) || '-' || char(8) || char(14) || '-' || char(31) || char(127) || '-' || char(159) || ']*'";

/** The content of stored files, and the names of files and headers, which no field limits and the output escapes. */
const UNCHECKED_TABLES_SQL = "('kept_file', 'import', 'audit', 'replaced_audit', 'layout')";

/** Returns a fault for a value that no import would accept. */
const findControlCharacters = (database: Database): TenantCopyState["fault"] => {
  const columns = database.all(
    `select t.name as "table", c.name as name from sqlite_schema t, pragma_table_info(t.name) c
     where t.type = 'table' and t.name not in ${UNCHECKED_TABLES_SQL} and lower(c.type) = 'text'`,
  );
  for (const row of columns) {
    const [table, name] = [String(row["table"]), String(row["name"])];
    const sql = `select "${name}" as value from "${table}" where "${name}" glob ${CONTROL_CHARACTERS_SQL} limit 1`;
    const { value = null } = database.get(sql) ?? {};
    if (value === null) continue;
    const shown = `${table}.${name} "${shortenText(String(value))}"`;
    return {
      what: text(`${shown} contains control characters`, `${shown} に制御文字があります`),
      hint: text(
        "correct the value where it was exported, and export it again",
        "書き出し元で値を修正し、もう一度書き出してください",
      ),
    };
  }
  return null;
};

const DAMAGED_FILE_FAULT = {
  what: text("the file of a tenant is damaged, or it is none", "テナントのファイルではないか、壊れています"),
};
const OTHER_SCHEMA_FAULT = {
  what: text(
    "the tenant's file contains database tables or other definitions that clomoctl did not create",
    "テナントのファイルに、clomoctl が作成したものではないデータベース定義(テーブルなど)があります",
  ),
};
const BROKEN_HISTORY_FAULT = {
  what: text("the history of the tenant does not match its audit log", "テナントの履歴が監査ログと一致しません"),
};
