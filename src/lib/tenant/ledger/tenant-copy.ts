import { createReadStream, mkdirSync, rmSync, statSync, copyFileSync, linkSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pid } from "node:process";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { CONSOLE_STATE_QUESTION_PREFIX } from "../../nouns/answer.ts";
import { buildFileNameSql } from "../store/sql.ts";
import { Database } from "../store/database.ts";
import { migrate, TENANT_FILE_NAME } from "./tenant-file.ts";
import type { CopyRelation } from "../../model/tenant-file.ts";
import { compareAuditChains, keepReplacedRecords } from "./audit-chains.ts";
import { isBusyError, TENANT_CHANGED_FAILURE, createLockedFailure } from "../store/storage-failure.ts";

/** Tables that a copy leaves empty: their rows describe running work, or would let other people sign in. */
export const EMPTIED_TABLES: readonly string[] = [
  "credential",
  "reset_code",
  "counted_attempt",
  "repeatable",
  "job",
  "log_position",
];

const API_COLUMNS = ["apiEndpoint", "apiClient", "apiKeyId", "apiKey", "apiKeyAt"];

/** Columns that a copy omits, by table: secrets, and values that are useless without secrets. */
export const EMPTIED_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  account: ["verifier"],
  ade_server: ["privateKey", "certificate", "keyAt", "token", "tokenHash", "consumer", "cursor", ...API_COLUMNS],
};

const CHANGED_SOURCE = { source: buildFileNameSql("source") };

/** SQL: values that a copy changes, by table and column. */
const CHANGED_COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  renewal_item: CHANGED_SOURCE,
  renewal_item_version: CHANGED_SOURCE,
};

let copyCount = 0;

export const streamCopy = (path: string): ReadableStream<Uint8Array> => {
  const file = createReadStream(path).once("close", () => rmSync(path, { force: true }));
  return Readable.toWeb(file) as ReadableStream<Uint8Array>;
};

/** Secrets are never written, not even to unused pages. The same state gives the same bytes. */
export const copyTenantFile = async (tenant: Database): Promise<string> => {
  const folder = tenant.isReadOnly ? join(tmpdir(), `clomoctl-${pid}`) : dirname(tenant.path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${TENANT_FILE_NAME}.new-${pid}-${(copyCount += 1)}`);
  using copy = new Database(path, { plain: true });
  try {
    // Node enables a defensive mode of SQLite, which rejects `off`
    copy.exec("pragma journal_mode = memory");
    for (const setting of ["synchronous", "foreign_keys"]) copy.exec(`pragma ${setting} = off`);
    migrate(copy, { name: "", now: "" });
    copy.run("attach :source as source", { source: buildSourceUri(tenant) });
    copy.exec("begin");
    const tables = copy.all("select name from source.sqlite_schema where type = 'table' and name <> 'sqlite_sequence'");
    for (const { name } of tables) {
      copyTable(copy, String(name));
      // large tables take seconds, so a server can handle other requests in between
      await setImmediate();
    }
    copySequences(copy);
    copy.exec("commit");
    return path;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
};

// in a read-only folder, SQLite reads a file only if the URI marks the file as immutable
const buildSourceUri = ({ path, isReadOnly }: Database): string => {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  const isLogged = log?.isFile() === true && log.size > 0;
  return `${pathToFileURL(path).href}?mode=ro${isReadOnly && !isLogged ? "&immutable=1" : ""}`;
};

/** Tables without omitted columns are copied without decoding their rows. */
const copyTable = (copy: Database, name: string): void => {
  copy.exec(`delete from main."${name}"`);
  if (EMPTIED_TABLES.includes(name)) return;
  const columns = copy.listColumns(name);
  const emptied = EMPTIED_COLUMNS[name] ?? [];
  const names = columns.map((column) => `"${column}"`).join(", ");
  const changed = CHANGED_COLUMNS[name] ?? {};
  const values = columns
    .map((column) => (emptied.includes(column) ? "null" : (changed[column] ?? `"${column}"`)))
    .join(", ");
  const where = name === "answer" ? ` where question not glob '${CONSOLE_STATE_QUESTION_PREFIX}*'` : "";
  copy.exec(`insert into main."${name}" (${names}) select ${values} from source."${name}"${where}`);
};

const copySequences = (copy: Database): void => {
  const kept = EMPTIED_TABLES.map((name) => `name <> '${name}'`).join(" and ");
  copy.exec(`delete from main.sqlite_sequence;
    insert into main.sqlite_sequence (name, seq) select name, seq from source.sqlite_sequence where ${kept} order by name`);
};

export const compareCopyWithTenant = (local: string, copy: string): CopyRelation => {
  using database = new Database(local, { readOnly: true });
  database.run("attach :copy as received", { copy });
  return compareAuditChains(database);
};

const copyLocalData = (database: Database): void => {
  // a trigger ends the credentials of an account whose password changes, so the passwords come first
  for (const [table, columns] of Object.entries(EMPTIED_COLUMNS)) {
    const key = database.listColumns(table).includes("pk") ? "pk" : "user";
    const names = columns.map((name) => `"${name}"`).join(", ");
    database.exec(
      `update received."${table}" as r set (${names}) = (select ${names} from main."${table}" l where l.${key} = r.${key})`,
    );
  }
  database.exec(`update received.renewal_item as r set source = l.source from main.renewal_item l
    where l.id = r.id and l.fingerprint is r.fingerprint and substr(l.source, -length(r.source)) = r.source`);
  for (const [table, left] of [
    // the codes for forgotten passwords end
    ...EMPTIED_TABLES.filter((name) => name !== "reset_code").map((name) => [name, ""] as const),
    ["renewal_notice", "pk"] as const,
  ]) {
    const columns = database
      .listColumns(table)
      .filter((name) => name !== left)
      .map((name) => `"${name}"`)
      .join(", ");
    database.exec(
      `insert into received."${table}" (${columns}) select ${columns} from main."${table}" where true on conflict do nothing`,
    );
    for (const { rowid = null } of database.all(`pragma received.foreign_key_check("${table}")`))
      database.run(`delete from received."${table}" where rowid = :rowid`, { rowid });
  }
};

/** The old file is kept with the suffix `.former`. @throws Failure `conflict`, `locked` */
export const replaceTenantFile = (path: string, received: string): void => {
  try {
    using database = new Database(path);
    requireOnlyConnection(database);
    database.run("attach :received as received", { received });
    database.exec("begin exclusive");
    const relation = compareAuditChains(database);
    if (relation.kind !== "empty" && relation.kind !== "forward") throw TENANT_CHANGED_FAILURE;
    if (relation.kind === "forward") {
      copyLocalData(database);
      keepReplacedRecords(database, relation.local);
    }
    database.exec("commit");
  } catch (error) {
    throw isBusyError(error) ? createLockedFailure() : error;
  }
  const former = `${path}.former`;
  rmSync(former, { force: true });
  try {
    linkSync(path, former);
  } catch {
    // the file system may not support links
    copyFileSync(path, former);
  }
  renameSync(received, path);
};

/** The log can be removed only if no other connection is open. @throws `locked` */
const requireOnlyConnection = (database: Database): void => {
  database.exec("pragma busy_timeout = 0");
  const mode = database.get("pragma journal_mode = delete")?.["journal_mode"];
  if (mode !== "delete") throw createLockedFailure();
};
