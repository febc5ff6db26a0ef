import { join } from "node:path";
import type { AuditVerifier } from "../../audit/findings.ts";
import type { ImportEngine } from "../../plans/engine.ts";
import type { Scope, Store } from "../store.ts";
import { storageFailure } from "./storage-failure.ts";
import { SqliteStore, type CollectionOf } from "./store.ts";
import { openTenantFile, type TenantFile } from "./tenant-file.ts";
import { WriterNote } from "./writer-note.ts";

/** A tenant's database, open. */
export interface OpenStore {
  readonly store: Store;
  /** of imports; made when it is asked for */
  readonly engine: () => Promise<ImportEngine>;
  /** The same as somebody sees it. */
  readonly within: (scope: Scope) => Promise<Pick<OpenStore, "store" | "engine">>;
  /** Verifies the audit. @throws Failure `interrupted`; `unexpected` if the file is damaged */
  readonly verifyAudit: AuditVerifier;
  /** What an error of the store means: who holds the tenant, what is wrong with its disk. */
  readonly explain: (error: unknown) => unknown;
  /** Waits for what runs, and releases the files. */
  readonly close: () => Promise<void>;
}

/** Where a tenant's file is, and the initial data of a new one. */
export interface SqliteTenant extends TenantFile {
  /** in tests: checks that what is written was locked */
  readonly collectionOf?: CollectionOf | undefined;
}

/** Opens the SQLite tenant in a folder. @throws Failure as {@link openTenantFile} */
export const openSqlite = ({ collectionOf, ...file }: SqliteTenant): OpenStore => {
  const { folder, processes } = file;
  const note = new WriterNote(join(folder, "writer.json"), processes);
  const database = openTenantFile(file, note);
  const store = new SqliteStore(database, collectionOf);
  const engines: Promise<ImportEngine>[] = [];
  const seenAs = (seen: Store, scope?: Scope): Pick<OpenStore, "store" | "engine"> => {
    let engine: Promise<ImportEngine> | undefined;
    const makeEngine = async (): Promise<ImportEngine> => {
      const { SqliteImports } = await import("../../plans/sqlite/engine.ts");
      return new SqliteImports(database, { folder, processes, note, scope });
    };
    return {
      store: seen,
      engine() {
        if (engine === undefined) engines.push((engine = makeEngine()));
        return engine;
      },
    };
  };
  return {
    ...seenAs(store),
    within: async (scope) => seenAs(await store.within(scope), scope),
    verifyAudit: async (question, signal) =>
      (await import("../../audit/sqlite/thread.ts")).verifyAudit(database, question, signal),
    explain: (error) => storageFailure(note.explain(error), database.path),
    async close() {
      for (const engine of engines) await (await engine).close();
      database.close();
    },
  };
};
