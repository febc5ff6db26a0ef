import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { createApp } from "./http/app.ts";
import { instant, type Surroundings } from "./ids.ts";
import { Session } from "./session.ts";
import type { TenantFileState } from "../model/tenant-file.ts";
import type { Processes } from "./store/processes.ts";
import { openSqlite, type SqliteTenant } from "./store/sqlite/open.ts";

/** An open tenant: `fetch` answers the tenant API. */
export interface OpenTenant {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Waits for running work and releases the files. What is asked from then on is refused: `unavailable`. */
  readonly close: () => Promise<void>;
}

/** Where an embedded tenant is stored, and who its user is. */
export interface TenantOptions extends Pick<
  SqliteTenant,
  "folder" | "name" | "inMemory" | "collectionOf" | "upgrading" | "freeBytes"
> {
  readonly actor: string;
  readonly surroundings: Surroundings;
  /** knows which processes are alive, to name the holder of a lock; without it nobody is named */
  readonly processes?: Processes | undefined;
}

const NOBODY: Processes = { self: 0, isAlive: () => false };

/**
 * Opens the SQLite tenant in a folder, creating or migrating it first.
 *
 * @throws Failure `locked` when another process holds the tenant's write lock, `unavailable` when a newer program wrote
 *   it, `not-permitted` when it needs a migration and cannot be written, `unexpected` when its file is damaged
 */
export const openTenant = (options: TenantOptions): OpenTenant => {
  const { actor, surroundings, processes = NOBODY } = options;
  const { close, ...parts } = openSqlite({ ...options, now: instant(surroundings), processes });
  const session = new Session(parts.store, surroundings, actor);
  const answer = createApp({ ...parts, session, processes });
  const underWay = new Set<Promise<Response>>();
  let isClosing = false;
  return {
    fetch(request) {
      if (isClosing) return Promise.reject(closed());
      const answered = answer(request);
      const forget = (): void => void underWay.delete(answered);
      underWay.add(answered);
      answered.then(forget, forget);
      return answered;
    },
    async close() {
      isClosing = true;
      await Promise.allSettled(underWay);
      await close();
    },
  };
};

const closed = (): Failure =>
  new Failure("unavailable", { what: text("the tenant is closed", "テナントは閉じられています") });

/** Looks at the file of a tenant. @see inspectTenantFile */
export const inspectTenant = async (
  folder: string,
  processes: Processes,
  signal?: AbortSignal,
): Promise<TenantFileState | undefined> =>
  (await import("./store/sqlite/inspect.ts")).inspectTenantFile(folder, processes, signal);
