import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SEALED_SECRETS, getKeyMark, type SealedSecret } from "../../../model/sealed.ts";
import type { TenantCopyState, TenantFileState } from "../../../model/tenant-file.ts";
import type { Processes } from "../processes.ts";
import { verifyTable } from "../../audit/sqlite/table.ts";
import { Database } from "./database.ts";
import { runInWorker } from "./own-thread.ts";
import { checkIdentity, SCHEMA_VERSION } from "./migrations.ts";
import { createDamagedFileFailure, toStorageFailure } from "./storage-failure.ts";
import { TENANT_FILE_NAME } from "./tenant-file.ts";
import { WriterNote } from "./writer-note.ts";

/** Maximum number of faults that are reported. */
const MAX_FAULTS = 20;

/**
 * Inspects the file of a tenant without creating or updating it. The result describes the data at one moment. For the
 * file of a newer program, returns only the path, sizes and versions: opening the file would merge its log, and this
 * program does not know the rules for its data.
 *
 * @returns undefined if there is no tenant
 * @throws Failure `unexpected` if the file is missing, empty or not a database, `input-rejected` if a pre-release
 * version wrote it, `unavailable` if it cannot be read, `interrupted`
 */
export const inspectTenantFile = async (
  folder: string,
  processes: Processes,
  signal?: AbortSignal,
): Promise<TenantFileState | undefined> => {
  const path = join(folder, TENANT_FILE_NAME);
  try {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    if (names.length === 0) return undefined;
    if (!names.includes(TENANT_FILE_NAME) || statSync(path).size === 0) throw createDamagedFileFailure(path);
    const version = checkIdentity(path);
    if (version > SCHEMA_VERSION)
      return { path, ...readFileSizes(path), ...UNOPENED_FILE_STATE, version, newest: SCHEMA_VERSION };
    const content = await runInWorker<DatabaseState>(
      "./inspect-worker",
      import.meta.url,
      { path, isCopy: false } satisfies InspectionInput,
      signal,
    );
    return { path, ...readFileSizes(path), ...content, ...probeLock(path, folder, processes) };
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

/** Checks a copy of a tenant from a bundle. @throws Failure `interrupted` @see readCopyState */
export const inspectTenantCopy = (path: string, signal?: AbortSignal): Promise<TenantCopyState> =>
  runInWorker("./inspect-worker", import.meta.url, { path, isCopy: true } satisfies InspectionInput, signal);

/** The state that is reported for a file that is not opened. */
const UNOPENED_FILE_STATE = {
  faults: [],
  strays: 0,
  auditHead: null,
  auditTable: [],
  sealed: [],
  isLocked: undefined,
  holder: undefined,
} satisfies Partial<TenantFileState>;

const readFileSizes = (path: string): Pick<TenantFileState, "bytes" | "logBytes"> => ({
  bytes: statSync(path).size,
  logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
});

export interface InspectionInput {
  readonly path: string;
  /** true for a copy from a bundle, which is not trusted */
  readonly isCopy: boolean;
}

type DatabaseState = Pick<
  TenantFileState,
  "version" | "newest" | "faults" | "strays" | "auditHead" | "auditTable" | "sealed"
>;

/** Returns the state that the database reports about itself. This takes several seconds for a million users. */
export const readDatabaseState = (path: string): DatabaseState => {
  const database = new Database(path, { readOnly: true });
  try {
    return readStateOnSnapshot(database);
  } finally {
    database.close();
  }
};

const readStateOnSnapshot = (database: Database): DatabaseState =>
  database.snapshot(() => {
    const found = database.all(`pragma quick_check(${MAX_FAULTS})`).flatMap((row) => Object.values(row).map(String));
    // if a result has several lines, the first line contains the name of the database
    const faults = found.flatMap((line) => line.split("\n")).filter((line) => line !== "ok" && !line.startsWith("***"));
    const version = database.count("pragma user_version");
    const isWhole = faults.length === 0;
    return {
      version,
      newest: SCHEMA_VERSION,
      faults,
      strays: isWhole ? database.all("pragma foreign_key_check").length : 0,
      auditHead: isWhole && version > 0 ? loadAuditHead(database) : null,
      // another version of the schema has another audit table
      auditTable: isWhole && version === SCHEMA_VERSION ? verifyTable(database) : [],
      sealed: isWhole && version === SCHEMA_VERSION ? readSealedSecrets(database) : [],
    };
  });

const SEALED_SECRETS_SQL: Readonly<Record<SealedSecret["secret"], string>> = {
  "ade-key": "select privateKey as sealed from ade_server",
  "ade-token": "select token as sealed from ade_server",
};

const readSealedSecrets = (database: Database): readonly SealedSecret[] =>
  SEALED_SECRETS.flatMap((secret) =>
    database
      .all(SEALED_SECRETS_SQL[secret])
      .flatMap(({ sealed }) => (typeof sealed === "string" ? [{ secret, by: getKeyMark(sealed) }] : [])),
  );

const loadAuditHead = (database: Database): TenantFileState["auditHead"] => {
  const last = database.get("select seq, hash from audit order by seq desc limit 1");
  return last === undefined ? null : { seq: Number(last["seq"]), hash: String(last["hash"]) };
};

/** Checks whether the write lock is held, without waiting for it. */
const probeLock = (
  path: string,
  folder: string,
  processes: Processes,
): Pick<TenantFileState, "isLocked" | "holder"> => {
  let isLocked: boolean | undefined;
  try {
    const database = new Database(path, { plain: true, busyTimeoutMs: 0 });
    try {
      isLocked = !database.isFree();
    } finally {
      database.close();
    }
  } catch {
    isLocked = undefined;
  }
  const holder = isLocked === true ? new WriterNote(join(folder, "writer.json"), processes).holder() : undefined;
  return { isLocked, holder };
};
