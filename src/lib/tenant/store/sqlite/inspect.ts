import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SEALED_SECRETS, getKeyMark, type SealedSecret } from "../../../model/sealed.ts";
import type { TenantCopyState, TenantFileState } from "../../../model/tenant-file.ts";
import { Database } from "./database.ts";
import { checkIdentity, createNewerVersionFailure, SCHEMA_VERSION } from "./migrations.ts";
import { runInWorker } from "./own-thread.ts";
import { createUnusableFileFailure, toStorageFailure } from "./storage-failure.ts";
import { TENANT_FILE_NAME } from "./tenant-file.ts";

/**
 * Checks that the file of a tenant can be read completely, without creating or updating it.
 *
 * @returns undefined if there is no tenant
 * @throws Failure `unexpected` if the file is missing or damaged, `input-rejected` if a pre-release version wrote it,
 * `unavailable` if a newer version wrote it, `interrupted`
 */
export const inspectTenantFile = async (folder: string, signal?: AbortSignal): Promise<TenantFileState | undefined> => {
  const path = join(folder, TENANT_FILE_NAME);
  try {
    if (!existsSync(folder) || readdirSync(folder).length === 0) return undefined;
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0)
      throw createUnusableFileFailure(path, "file is missing or empty");
    if (checkIdentity(path) > SCHEMA_VERSION) throw createNewerVersionFailure(path);
    const input: InspectionInput = { path, isCopy: false };
    return { path, sealed: await runInWorker("./inspect-worker", import.meta.url, input, signal) };
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

/** Checks a copy of a tenant from a bundle. @throws Failure `interrupted` @see readCopyState */
export const inspectTenantCopy = (path: string, signal?: AbortSignal): Promise<TenantCopyState> =>
  runInWorker("./inspect-worker", import.meta.url, { path, isCopy: true } satisfies InspectionInput, signal);

export interface InspectionInput {
  readonly path: string;
  readonly isCopy: boolean;
}

/** Reads the whole file, which takes seconds for a million users. @throws Failure `unexpected` if it is damaged */
export const readWholeFile = (path: string): readonly SealedSecret[] => {
  const database = new Database(path, { readOnly: true });
  try {
    const fault = findFault(database);
    if (fault !== undefined) throw createUnusableFileFailure(path, fault);
    return readSealedSecrets(database);
  } finally {
    database.close();
  }
};

/** Returns what the integrity check of SQLite says; undefined if it finds nothing. */
const findFault = (database: Database): string | undefined => {
  const result = String(database.get("pragma quick_check(1)")?.["quick_check"]);
  // if a result has several lines, the first line contains the name of the database
  if (result !== "ok") return result.split("\n").at(-1);
  return database.get("pragma foreign_key_check") === undefined ? undefined : "FOREIGN KEY constraint failed";
};

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
