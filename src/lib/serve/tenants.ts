import { Failure, rethrowAs, ServerFault, tryOrUndefined } from "../errors/index.ts";
import { describeFault } from "../tenant/api/problem.ts";
import { NOT_SIGNED_IN_FAILURE } from "../tenant/api/sign-in/credentials.ts";
import type { SharedState } from "../tenant/store/change-log.ts";
import { toFailure } from "../tenant/store/storage-failure.ts";
import { shortenText, text } from "../text/index.ts";
import type { OperatorAccess } from "./operators.ts";
import type { RequestTrace, ServeOptions } from "./options.ts";

/** A tenant that the server keeps open between requests. */
export interface ServedTenant extends Pick<ServeOptions, "answer"> {
  /** false while work of the tenant continues without a request */
  readonly isIdle: () => boolean;
  /** false after its file was removed or replaced */
  readonly isStored: () => boolean;
  readonly close: () => Promise<void>;
}

/** Open tenants. Above the limit, closes those that were not used for the longest time. */
class TenantPool {
  /** the tenant that was used last is the last one */
  readonly #open = new Map<string, ServedTenant>();
  readonly #requests = new Map<string, ServedTenant>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param request id, with which the tenant is released @throws what `open` throws */
  take(name: string, request: string, open: () => ServedTenant): ServedTenant {
    if (this.#open.get(name)?.isStored() !== true) this.closeRemoved();
    const tenant = this.#open.get(name) ?? open();
    this.#open.delete(name);
    this.#open.set(name, tenant);
    this.#requests.set(request, tenant);
    this.#closeLeastUsed();
    return tenant;
  }

  has(name: string): boolean {
    return this.#open.get(name)?.isStored() === true;
  }

  get size(): number {
    return this.#open.size;
  }

  release(request: string): void {
    if (this.#requests.delete(request)) this.#closeLeastUsed();
  }

  /** A tenant that is kept open after its file was removed would still answer, and lose what it stores. */
  closeRemoved(): void {
    for (const [name, tenant] of this.#open) if (!tenant.isStored()) this.#closeOne(name, tenant);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((tenant) => tenant.close()));
  }

  #closeLeastUsed(): void {
    if (this.#open.size <= this.#limit) return;
    const used = new Set(this.#requests.values());
    for (const [name, tenant] of this.#open) {
      if (used.has(tenant) || !tenant.isIdle()) continue;
      this.#closeOne(name, tenant);
      if (this.#open.size <= this.#limit) return;
    }
  }

  #closeOne(name: string, tenant: ServedTenant): void {
    this.#open.delete(name);
    // no request waits for it
    tenant.close().catch(() => undefined);
  }
}

const TENANT_PATH = /^\/t\/(?<name>[^/]+)(?=\/)/;

/** Returns a path without the tenant at its beginning. */
export const removeTenant = (path: string): string => path.replace(TENANT_PATH, "");

const findTenantName = (request: Request): string => {
  const name = TENANT_PATH.exec(new URL(request.url).pathname)?.groups?.["name"];
  if (name !== undefined) return tryOrUndefined(() => decodeURIComponent(name)) ?? name;
  throw new Failure("not-found", {
    what: text(
      "this server has several tenants: the address of each ends with /t/NAME",
      "このサーバーには複数のテナントがあります。各テナントのアドレスは /t/名前 で終わります",
    ),
  });
};

const explainOpenFault = (error: unknown, trace: RequestTrace): ServerFault => {
  const what = text("the server cannot use this tenant at the moment", "現在、サーバーはこのテナントを利用できません");
  const cause = toFailure(error);
  const fault = cause instanceof ServerFault ? cause : new ServerFault({ cause, what });
  trace.fault = describeFault(fault);
  return fault;
};

/** Whoever runs the server must see why the provider's keys are missing; nobody else may. */
const traceProvider = (error: unknown, trace: RequestTrace): never => {
  if (error instanceof Failure && error.code === "unavailable") trace.fault = shortenText(String(error.cause), 500);
  throw error;
};

export const NO_PROVIDER_FAILURE = new Failure("not-found", {
  what: text("this server has no identity provider", "このサーバーにはプロバイダーの設定がありません"),
});

/** The answer for a name that does not exist, and for a tenant in which the operator may not act. */
const UNKNOWN_TENANT_FAILURE = new Failure("not-found", {
  what: text(
    "this server has no tenant with this name, or you may not use it",
    "この名前のテナントがないか、利用する権限がありません",
  ),
});

export interface TenantSearch<C> {
  /** number of tenants that stay open */
  readonly limit: number;
  readonly access?: (() => OperatorAccess) | undefined;
  readonly find: (name: string) => Promise<C | undefined>;
  readonly list: () => Promise<readonly C[]>;
  /** called before a tenant is opened */
  readonly prepare?: ((found: C) => Promise<void>) | undefined;
  /** false while what the tenants need is away; default: always true */
  readonly isReady?: (() => Promise<boolean>) | undefined;
  /** counts the attempts to sign in to tenants that do not exist like those of other tenants */
  readonly shared?: SharedState | undefined;
  /** Returns the same for names that find the same tenant. */
  readonly keyOf: (name: string) => string;
  /** Opens an empty tenant in memory for a name that does not exist. */
  readonly open: (found: C | undefined) => ServedTenant;
}

/**
 * Answers the requests below `/t/NAME/`. For all names that do not exist, one empty tenant answers, which counts the
 * attempts to sign in by name, so that the response is the same as that of a tenant in which the caller has no account.
 */
export class TenantRouter<C extends { readonly name: string }> {
  readonly #search: TenantSearch<C>;
  readonly #existing: TenantPool;
  #empty: ServedTenant | undefined;

  constructor(search: TenantSearch<C>) {
    this.#search = search;
    this.#existing = new TenantPool(search.limit);
  }

  /** The request ends with {@link TenantRouter.release}. */
  readonly answer: ServeOptions["answer"] = async (request, from, trace) => {
    const typed = findTenantName(request);
    const access = this.#search.access?.();
    const identity = await access?.identify(request).catch((error: unknown) => traceProvider(error, trace));
    const found = await this.#search.find(typed).catch(rethrowAs((cause) => explainOpenFault(cause, trace)));
    trace.tenant = found?.name;
    const operator = identity && found && access?.findOperator(identity, found.name);
    if (identity !== undefined && operator === undefined) throw UNKNOWN_TENANT_FAILURE;
    if (found !== undefined && this.#search.prepare !== undefined && !this.#existing.has(found.name))
      await this.#search.prepare(found).catch(rethrowAs((cause) => explainOpenFault(cause, trace)));
    const tenant = this.#take(found, from.id, trace);
    // a sender that is gone already is not released any more
    if (from.until.signal.aborted) this.release(from.id);
    const missing = found === undefined ? this.#search.keyOf(typed) : undefined;
    return tenant.answer(request, { ...from, missing, operator }, trace);
  };

  /** Answers for the server itself: how to sign in, and the tenants in which the sender may act. */
  readonly answerAccess: NonNullable<ServeOptions["access"]> = async (path, request, trace) => {
    const access = this.#search.access?.();
    const provider = access?.describeProvider();
    if (access === undefined || provider === undefined) throw NO_PROVIDER_FAILURE;
    if (path === "/oidc.json") return provider;
    const identity = await access.identify(request).catch((error: unknown) => traceProvider(error, trace));
    if (identity === undefined) throw NOT_SIGNED_IN_FAILURE;
    const tenants = (await this.#search.list()).flatMap(({ name }) => {
      const role = access.findOperator(identity, name)?.role;
      return role === undefined ? [] : [{ name, role }];
    });
    return { tenants };
  };

  get openTenants(): number {
    return this.#existing.size;
  }

  readonly release = (request: string): void => this.#existing.release(request);

  async close(): Promise<void> {
    await Promise.all([this.#existing.close(), this.#empty?.close()]);
  }

  #take(found: C | undefined, request: string, trace: RequestTrace): ServedTenant {
    try {
      if (found !== undefined) return this.#existing.take(found.name, request, () => this.#search.open(found));
      this.#existing.closeRemoved();
      return (this.#empty ??= this.#search.open(undefined));
    } catch (error) {
      throw explainOpenFault(error, trace);
    }
  }
}
