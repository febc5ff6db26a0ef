import { Failure, ServerFault, tryOrUndefined } from "../errors/index.ts";
import { describeFault } from "../tenant/api/problem.ts";
import { toFailure } from "../tenant/store/storage-failure.ts";
import { text } from "../text/index.ts";
import type { RequestTrace, ServeOptions } from "./options.ts";

/** A tenant that the server keeps open between requests. */
export interface ServedTenant extends Pick<ServeOptions, "answer"> {
  /** false while work of the tenant continues without a request */
  readonly isIdle: () => boolean;
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
    const tenant = this.#open.get(name) ?? open();
    this.#open.delete(name);
    this.#open.set(name, tenant);
    this.#requests.set(request, tenant);
    this.#closeLeastUsed();
    return tenant;
  }

  release(request: string): void {
    if (this.#requests.delete(request)) this.#closeLeastUsed();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((tenant) => tenant.close()));
  }

  #closeLeastUsed(): void {
    if (this.#open.size <= this.#limit) return;
    const used = new Set(this.#requests.values());
    for (const [name, tenant] of this.#open) {
      if (used.has(tenant) || !tenant.isIdle()) continue;
      this.#open.delete(name);
      // no request waits for it
      tenant.close().catch(() => undefined);
      if (this.#open.size <= this.#limit) return;
    }
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

const createOpenFault = (cause: unknown): ServerFault =>
  new ServerFault({
    cause: toFailure(cause),
    what: text("the server cannot use this tenant at the moment", "現在、サーバーはこのテナントを利用できません"),
  });

/** Enough to answer about names that do not exist; a flood of such names must not use up the memory. */
const MAX_EMPTY_TENANTS = 20;

export interface TenantSearch<C> {
  /** number of tenants that stay open */
  readonly limit: number;
  readonly find: (name: string) => Promise<C | undefined>;
  /** Opens an empty tenant in memory for a name that does not exist. */
  readonly open: (found: C | undefined) => ServedTenant;
}

/**
 * Answers the requests below `/t/NAME/`. For a name that does not exist, an empty tenant answers, so that the response is
 * the same as that of a tenant in which the caller has no account.
 */
export class TenantRouter<C extends { readonly name: string }> {
  readonly #search: TenantSearch<C>;
  readonly #existing: TenantPool;
  readonly #empty = new TenantPool(MAX_EMPTY_TENANTS);

  constructor(search: TenantSearch<C>) {
    this.#search = search;
    this.#existing = new TenantPool(search.limit);
  }

  /** The request ends with {@link TenantRouter.release}. */
  readonly answer: ServeOptions["answer"] = async (request, from, trace) => {
    const typed = findTenantName(request);
    const found = await this.#search.find(typed);
    trace.tenant = found?.name;
    const tenant = this.#take(found, typed, from.id, trace);
    // a sender that is gone already is not released any more
    if (from.until.signal.aborted) this.release(from.id);
    return tenant.answer(request, from, trace);
  };

  readonly release = (request: string): void => {
    for (const pool of [this.#existing, this.#empty]) pool.release(request);
  };

  async close(): Promise<void> {
    await Promise.all([this.#existing.close(), this.#empty.close()]);
  }

  #take(found: C | undefined, typed: string, request: string, trace: RequestTrace): ServedTenant {
    const pool = found === undefined ? this.#empty : this.#existing;
    try {
      return pool.take(found?.name ?? typed, request, () => this.#search.open(found));
    } catch (error) {
      const fault = createOpenFault(error);
      trace.fault = describeFault(fault);
      throw fault;
    }
  }
}
