import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { createApp } from "./http/app.ts";
import type { TenantParts } from "./http/handler.ts";
import { createErrorResponse } from "./http/problem.ts";
import { getCurrentInstant, type Surroundings } from "./ids.ts";
import type { Jobs } from "./jobs.ts";
import { Session } from "./session.ts";
import type { TenantFileState } from "../model/tenant-file.ts";
import type { Processes } from "./store/processes.ts";
import type { OpenMail } from "./accounts/reset.ts";
import type { AppleAccess } from "./ade/guard.ts";
import { openSqliteTenant, type OpenStore, type SqliteTenantOptions } from "./store/sqlite/open.ts";

/** An open tenant. `fetch` responds to requests of the tenant API. */
export interface OpenTenant {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Waits for running work and releases the files. Later requests are refused with `unavailable`. */
  readonly close: () => Promise<void>;
}

/** Options for opening a local tenant: where it is stored, who uses it, and what it has access to. */
export interface TenantOptions extends Pick<
  SqliteTenantOptions,
  "folder" | "name" | "inMemory" | "busyTimeoutMs" | "collectionOf"
> {
  /** name of the machine's owner in audit records */
  readonly actor: string;
  /** the account as which the owner acts; without it, everything is permitted */
  readonly as?: string | undefined;
  readonly surroundings: Surroundings;
  /** access to Apple's services; by default there is none */
  readonly apple?: AppleAccess | undefined;
  /** how the tenant sends mail; by default it cannot send mail */
  readonly mail?: OpenMail | undefined;
  /** finds out which processes are alive, so that the holder of a lock can be named; without it, no holder is named */
  readonly processes?: Processes | undefined;
}

const NO_PROCESSES: Processes = { self: 0, isAlive: () => false };

/**
 * Opens the SQLite tenant in a folder, and creates or migrates it first if necessary.
 *
 * @throws Failure `locked` if another process holds the tenant's write lock, `unavailable` if a newer program wrote the
 * tenant's file, `input-rejected` if a pre-release version wrote it, `unexpected` if it is damaged
 */
export const openTenant = (options: TenantOptions): OpenTenant => {
  const { actor, as, surroundings, processes = NO_PROCESSES, mail = NO_MAIL_ACCESS, apple = NO_APPLE_ACCESS } = options;
  let begun: Promise<Jobs> | undefined;
  const jobs = (): Promise<Jobs> => (begun ??= import("./jobs.ts").then((module) => new module.Jobs()));
  const { close, ...parts } = openSqliteTenant({ ...options, now: getCurrentInstant(surroundings), processes });
  const session = new Session(parts.store, surroundings, actor);
  const own = { ...parts, session, owner: session, processes, mail, apple, jobs };
  const answer = as === undefined ? createApp(own) : createAccountHandler(as, own, { surroundings, actor });
  const underWay = new Set<Promise<Response>>();
  let isClosing = false;
  return {
    fetch(request) {
      if (isClosing) return Promise.reject(createClosedFailure());
      const answered = answer(request);
      const forget = (): void => void underWay.delete(answered);
      underWay.add(answered);
      answered.then(forget, forget);
      return answered;
    },
    async close() {
      isClosing = true;
      await Promise.allSettled(underWay);
      await (await begun)?.close();
      await close();
    },
  };
};

const APPLE_UNREACHABLE_FAILURE = new Failure("unavailable", {
  what: text("this tenant has no access to Apple's services", "このテナントからは Apple のサービスに接続できません"),
});

const NO_APPLE_ACCESS: AppleAccess = {
  send: () => Promise.reject(APPLE_UNREACHABLE_FAILURE),
  sealing: {
    seal: () => Promise.reject(APPLE_UNREACHABLE_FAILURE),
    unseal: () => Promise.reject(APPLE_UNREACHABLE_FAILURE),
  },
  wait: () => Promise.resolve(),
  program: "clomoctl",
};

const NO_MAIL_ACCESS: OpenMail = () =>
  Promise.reject(
    new Failure("input-rejected", {
      what: text("this tenant cannot send mail", "このテナントからはメールを送信できません"),
    }),
  );

/** Returns a function that responds as an account, with its rights and scope at the time of each request. */
const createAccountHandler = (
  as: string,
  own: TenantParts & Pick<OpenStore, "within">,
  { surroundings, actor }: Pick<TenantOptions, "surroundings" | "actor">,
): ((request: Request) => Promise<Response>) => {
  const apps = new Map<string, ReturnType<typeof createApp>>();
  return async (request) => {
    try {
      const { resolveActor } = await import("./policy/acting.ts");
      const { buildScope } = await import("./policy/check.ts");
      const asker = await own.store.read((reader) => resolveActor(reader, as));
      const key = JSON.stringify({ ...asker, items: [...asker.items] });
      const known = apps.get(key);
      if (known !== undefined) return await known(request);
      const scope = buildScope(asker);
      const parts = { ...own, ...(scope && (await own.within(scope))) };
      const session = new Session(parts.store, surroundings, actor, asker);
      const app = createApp({ ...parts, session });
      apps.set(key, app);
      return await app(request);
    } catch (error) {
      return createErrorResponse(own.explain(error));
    }
  };
};

const createClosedFailure = (): Failure =>
  new Failure("unavailable", { what: text("the tenant is closed", "テナントは閉じられています") });

/** Inspects the file of a tenant. @see inspectTenantFile */
export const inspectTenant = async (
  folder: string,
  processes: Processes,
  signal?: AbortSignal,
): Promise<TenantFileState | undefined> =>
  (await import("./store/sqlite/inspect.ts")).inspectTenantFile(folder, processes, signal);
