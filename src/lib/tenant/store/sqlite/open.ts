import { join } from "node:path";
import type { AuditVerifier } from "../../audit/findings.ts";
import type { ImportEngine } from "../../plans/engine.ts";
import type { Scope, Store } from "../store.ts";
import { readSchemaVersion, SCHEMA_VERSION } from "./migrations.ts";
import { toServedFailure, toStorageFailure } from "./storage-failure.ts";
import { SqliteStore, type CollectionLookup } from "./store.ts";
import { openTenantFile, type TenantFileOptions } from "./tenant-file.ts";
import { WriterNote } from "./writer-note.ts";

/** An open tenant: its store, its import engine, and functions on its file. */
export interface TenantStoreHandle {
  readonly store: Store;
  readonly engine: () => Promise<ImportEngine>;
  readonly within: (scope: Scope) => Promise<Pick<TenantStoreHandle, "store" | "engine">>;
  /** Verifies the audit log. @throws Failure `interrupted`, or `unexpected` if the file is damaged */
  readonly verifyAudit: AuditVerifier;
  /** Explains an error of the store: which process has locked the tenant, or what is wrong with the disk. */
  readonly explain: (error: unknown) => unknown;
  /** Returns true if this program can use the file, because no newer program has changed the schema. */
  readonly isCurrent: () => boolean;
  readonly close: () => Promise<void>;
}

export interface SqliteTenantOptions extends TenantFileOptions {
  /** true for errors that are sent to other computers, which must not contain paths of this computer */
  readonly isServed?: boolean | undefined;
  /** for tests: returns the collection of a table, which must be locked before the table is written */
  readonly collectionOf?: CollectionLookup | undefined;
}

export const openSqliteTenant = ({ collectionOf, isServed, ...file }: SqliteTenantOptions): TenantStoreHandle => {
  const { folder, processes } = file;
  const note = new WriterNote(join(folder, "writer.json"), processes);
  const database = openTenantFile(file, note);
  const store = new SqliteStore(database, collectionOf);
  let begun: ReturnType<typeof makeEngine> | undefined;
  const makeEngine = async () => {
    const { SqliteImports } = await import("../../plans/sqlite/engine.ts");
    return new SqliteImports(database, { folder, processes, note });
  };
  const engine = () => (begun ??= makeEngine());
  return {
    store,
    engine,
    within: async (scope) => ({
      store: await store.within(scope),
      engine: async () => (await engine()).within(scope),
    }),
    verifyAudit: async (question, signal) =>
      (await import("../../audit/sqlite/thread.ts")).verifyAudit(database, question, signal),
    explain(error) {
      const failure = toStorageFailure(note.explain(error), database.path);
      return isServed === true ? toServedFailure(failure) : failure;
    },
    isCurrent: () => readSchemaVersion(database) === SCHEMA_VERSION,
    async close() {
      await (await begun)?.close();
      database.close();
    },
  };
};
