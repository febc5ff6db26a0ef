import { join } from "node:path";
import { createApp } from "./http/app.ts";
import { instant, type Surroundings } from "./ids.ts";
import { Session } from "./session.ts";
import { defineFunctions } from "./store/sqlite/imports/functions.ts";
import { WriterNote, type Processes } from "./store/sqlite/writer-note.ts";
import { SqliteStore, type CollectionOf } from "./store/sqlite/store.ts";
import { openTenantFile } from "./store/sqlite/tenant-file.ts";

/** An open tenant: `fetch` answers the tenant API. */
export interface OpenTenant {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Waits for running work and releases the files. */
  readonly close: () => Promise<void>;
}

/** Where an embedded tenant is stored, and who its user is. */
export interface TenantOptions {
  /** folder of all the tenant's files; created if missing */
  readonly folder: string;
  /** shown in every plan and question */
  readonly name: string;
  readonly actor: string;
  readonly surroundings: Surroundings;
  /** knows which processes are alive, to name the holder of a lock; without it nobody is named */
  readonly processes?: Processes | undefined;
  /** in tests: checks that what is written was locked */
  readonly collectionOf?: CollectionOf | undefined;
}

const NOBODY: Processes = { self: 0, isAlive: () => false };

/**
 * Opens the SQLite tenant in a folder, creating or migrating it first.
 *
 * @throws Failure `locked` when another process holds the tenant's write lock, `unavailable` when a newer program wrote
 *   it, `not-permitted` when it needs a migration and cannot be written, `unexpected` when its file is damaged
 */
export const openTenant = ({
  folder,
  name,
  actor,
  surroundings,
  processes = NOBODY,
  collectionOf,
}: TenantOptions): OpenTenant => {
  const database = openTenantFile({ folder, name, now: instant(surroundings), processes });
  defineFunctions(database, () => false);
  const opened = new AsyncDisposableStack();
  opened.defer(() => database.close());
  const note = new WriterNote(join(folder, "writer.json"), processes);
  const store = new SqliteStore(database, collectionOf);
  const session = new Session(store, surroundings, actor);
  const answer = createApp({ database, store, session, folder, surroundings, processes, note, actor, opened });
  const underWay = new Set<Promise<Response>>();
  return {
    fetch(request) {
      const answered = answer(request);
      const forget = (): void => void underWay.delete(answered);
      underWay.add(answered);
      answered.then(forget, forget);
      return answered;
    },
    async close() {
      await Promise.allSettled(underWay);
      await opened.disposeAsync();
    },
  };
};
