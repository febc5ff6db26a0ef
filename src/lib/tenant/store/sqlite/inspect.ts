import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SEALED_SECRETS, sealedBy, type SealedSecret } from "../../../model/sealed.ts";
import type { TenantFileState } from "../../../model/tenant-file.ts";
import type { Processes } from "../processes.ts";
import { verifyTable } from "../../audit/sqlite/table.ts";
import { Database } from "./database.ts";
import { inOwnThread } from "./own-thread.ts";
import { checkIdentity } from "./identity.ts";
import { SCHEMA_VERSION } from "./migrations.ts";
import { damaged, storageFailure } from "./storage-failure.ts";
import { TENANT_FILE } from "./tenant-file.ts";
import { WriterNote } from "./writer-note.ts";

/** At most so many faults are told. */
const MAX_FAULTS = 20;

/**
 * Looks at the file of a tenant: neither makes nor updates it. What it says of the data is of one moment. Of the file of
 * a newer program it says that alone: whoever opens the file folds in its log, and which rules its data have nobody knows.
 *
 * @returns undefined where there is no tenant
 * @throws Failure `unexpected` where the file is lost, empty or no database, `input-rejected` for that of a pre-release version,
 *   `unavailable` where it cannot be read, `interrupted`
 */
export const inspectTenantFile = async (
  folder: string,
  processes: Processes,
  signal?: AbortSignal,
): Promise<TenantFileState | undefined> => {
  const path = join(folder, TENANT_FILE);
  try {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    if (names.length === 0) return undefined;
    if (!names.includes(TENANT_FILE) || statSync(path).size === 0) throw damaged(path);
    const version = checkIdentity(path);
    if (version > SCHEMA_VERSION) return { path, ...sizeOf(path), ...UNOPENED, version, newest: SCHEMA_VERSION };
    const content = await inOwnThread<DatabaseState>(
      "./inspect-worker",
      import.meta.url,
      { path } satisfies InspectTask,
      signal,
    );
    return { path, ...sizeOf(path), ...content, ...lockOf(path, folder, processes) };
  } catch (error) {
    throw storageFailure(error, path);
  }
};

/** What is said of a file that is not opened. */
const UNOPENED = {
  faults: [],
  strays: 0,
  auditHead: null,
  auditTable: [],
  sealed: [],
  isLocked: undefined,
  holder: undefined,
} satisfies Partial<TenantFileState>;

/** The file itself and its log. */
const sizeOf = (path: string): Pick<TenantFileState, "bytes" | "logBytes"> => ({
  bytes: statSync(path).size,
  logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
});

/** What the worker is asked. */
export interface InspectTask {
  readonly path: string;
}

type DatabaseState = Pick<
  TenantFileState,
  "version" | "newest" | "faults" | "strays" | "auditHead" | "auditTable" | "sealed"
>;

/** What the database finds of itself: of a million users in some seconds. */
export const contentOf = (path: string): DatabaseState => {
  const database = new Database(path, { readOnly: true });
  try {
    return foundIn(database);
  } finally {
    database.close();
  }
};

/** On one snapshot. */
const foundIn = (database: Database): DatabaseState =>
  database.snapshot(() => {
    const found = database.all(`pragma quick_check(${MAX_FAULTS})`).flatMap((row) => Object.values(row).map(String));
    // the first line of several names the database
    const faults = found.flatMap((line) => line.split("\n")).filter((line) => line !== "ok" && !line.startsWith("***"));
    const version = database.count("pragma user_version");
    const isWhole = faults.length === 0;
    return {
      version,
      newest: SCHEMA_VERSION,
      faults,
      strays: isWhole ? database.all("pragma foreign_key_check").length : 0,
      auditHead: isWhole && version > 0 ? headOf(database) : null,
      // that of another version is another one
      auditTable: isWhole && version === SCHEMA_VERSION ? verifyTable(database) : [],
      sealed: isWhole && version === SCHEMA_VERSION ? sealedIn(database) : [],
    };
  });

/** Which secrets lie where. */
const SEALED: Readonly<Record<SealedSecret["secret"], string>> = {
  "ade-key": "select privateKey as sealed from ade_server",
  "ade-staged-key": "select stagedKey as sealed from ade_server",
  "ade-token": "select token as sealed from ade_server",
  "push-key": "select privateKey as sealed from push_certificate",
  "push-staged-key": "select stagedKey as sealed from push_certificate",
  "vpp-token": "select token as sealed from vpp_token",
};

const sealedIn = (database: Database): readonly SealedSecret[] =>
  SEALED_SECRETS.flatMap((secret) =>
    database
      .all(SEALED[secret])
      .flatMap(({ sealed }) => (typeof sealed === "string" ? [{ secret, by: sealedBy(sealed) }] : [])),
  );

const headOf = (database: Database): TenantFileState["auditHead"] => {
  const last = database.get("select seq, hash from audit order by seq desc limit 1");
  return last === undefined ? null : { seq: Number(last["seq"]), hash: String(last["hash"]) };
};

/** Tries the write lock, without waiting for it. */
const lockOf = (path: string, folder: string, processes: Processes): Pick<TenantFileState, "isLocked" | "holder"> => {
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
