import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { createApp } from "./http/app.ts";
import type { TenantParts } from "./http/handler.ts";
import { thrown } from "./http/problem.ts";
import { instant, type Surroundings } from "./ids.ts";
import type { Jobs } from "./jobs.ts";
import { Session } from "./session.ts";
import type { TenantFileState } from "../model/tenant-file.ts";
import type { Processes } from "./store/processes.ts";
import type { OpenMail } from "./accounts/reset.ts";
import type { AppleAccess } from "./ade/guard.ts";
import { openSqlite, type OpenStore, type SqliteTenant } from "./store/sqlite/open.ts";

/** An open tenant: `fetch` answers the tenant API. */
export interface OpenTenant {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Waits for running work and releases the files. What is asked from then on is refused: `unavailable`. */
  readonly close: () => Promise<void>;
}

/** Where an embedded tenant is stored, and who its user is. */
export interface TenantOptions extends Pick<
  SqliteTenant,
  "folder" | "name" | "inMemory" | "busyTimeoutMs" | "collectionOf"
> {
  /** the machine's owner, as records name him */
  readonly actor: string;
  /** the account that he acts as; by default he may do everything */
  readonly as?: string | undefined;
  readonly surroundings: Surroundings;
  /** how it reaches Apple's services; without it, it reaches none */
  readonly apple?: AppleAccess | undefined;
  /** how it sends mail; without it, it sends none */
  readonly mail?: OpenMail | undefined;
  /** knows which processes are alive, to name the holder of a lock; without it nobody is named */
  readonly processes?: Processes | undefined;
}

const NOBODY: Processes = { self: 0, isAlive: () => false };

/**
 * Opens the SQLite tenant in a folder, creating or migrating it first.
 *
 * @throws Failure `locked` when another process holds the tenant's write lock, `unavailable` when a newer program wrote
 *   it, `input-rejected` when a pre-release version did, `unexpected` when its file is damaged
 */
export const openTenant = (options: TenantOptions): OpenTenant => {
  const { actor, as, surroundings, processes = NOBODY, mail = NO_MAIL, apple = NO_APPLE } = options;
  let begun: Promise<Jobs> | undefined;
  const jobs = (): Promise<Jobs> => (begun ??= import("./jobs.ts").then((module) => new module.Jobs()));
  const { close, ...parts } = openSqlite({ ...options, now: instant(surroundings), processes });
  const session = new Session(parts.store, surroundings, actor);
  const own = { ...parts, session, owner: session, processes, mail, apple, jobs };
  const answer = as === undefined ? createApp(own) : answerAs(as, own, { surroundings, actor });
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
      await (await begun)?.close();
      await close();
    },
  };
};

const UNREACHABLE = new Failure("unavailable", {
  what: text("this tenant has no way to Apple's services", "このテナントからは Apple のサービスに接続できません"),
});

const NO_APPLE: AppleAccess = {
  send: () => Promise.reject(UNREACHABLE),
  sealing: { seal: () => Promise.reject(UNREACHABLE), unseal: () => Promise.reject(UNREACHABLE) },
  wait: () => Promise.resolve(),
  program: "clomoctl",
};

const NO_MAIL: OpenMail = () =>
  Promise.reject(
    new Failure("input-rejected", {
      what: text("this tenant sends no mail", "このテナントからはメールを送信できません"),
    }),
  );

/** Answers each request as it is answered to an account, by what it may at that moment. */
const answerAs = (
  as: string,
  own: TenantParts & Pick<OpenStore, "within">,
  { surroundings, actor }: Pick<TenantOptions, "surroundings" | "actor">,
): ((request: Request) => Promise<Response>) => {
  const apps = new Map<string, ReturnType<typeof createApp>>();
  return async (request) => {
    try {
      const { actingAs } = await import("./policy/acting.ts");
      const { scopeOf } = await import("./policy/check.ts");
      const asker = await own.store.read((reader) => actingAs(reader, as));
      const key = JSON.stringify({ ...asker, items: [...asker.items] });
      const known = apps.get(key);
      if (known !== undefined) return await known(request);
      const scope = scopeOf(asker);
      const parts = { ...own, ...(scope && (await own.within(scope))) };
      const session = new Session(parts.store, surroundings, actor, asker);
      const app = createApp({ ...parts, session });
      apps.set(key, app);
      return await app(request);
    } catch (error) {
      return thrown(own.explain(error));
    }
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
