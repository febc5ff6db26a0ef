import type { z } from "zod";
import {
  routes,
  type App,
  type CustomField,
  type Import,
  type ImportRequest,
  type InputProblem,
  type Org,
  type OrgDetail,
  type PlanRow,
  type SecuredGroup,
  type SecuredUser,
  type Tenant,
  type User,
  type Verification,
} from "../contract/index.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { Caller } from "./call.ts";
import { INPUT_PROBLEM, PLAN_ROW } from "./line-shapes.ts";
import { Renewals } from "./renewals.ts";
import type { Transport } from "./transport.ts";

export type * from "../contract/index.ts";
export type { Transport } from "./transport.ts";

/** Filters of a list or an export; a blank one does not filter. */
export interface Filters {
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
}

/** Format of an export: UTF-8, with this newline. */
export interface ExportQuery extends Filters {
  readonly newline?: "crlf" | "lf" | "cr" | undefined;
}

/** Options for fetching a list; the whole list is returned, whatever the page size. */
export interface ListQuery extends Filters {
  /** records per request, 1 to 1000 (default) */
  readonly pageSize?: number | undefined;
}

export interface SecuredListQuery extends ListQuery {
  readonly sort?: "user-id" | "name" | undefined;
  readonly desc?: boolean | undefined;
}

/** The bytes of an input file and their charset. */
export interface Upload {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: string;
}

/** A tenant as seen by commands; every method is one request, lists are fetched page by page. */
export class TenantClient {
  readonly imports: Imports;
  readonly renewals: Renewals;
  readonly #call: Caller;

  /** @param base the base address of the routes; in process, any address will do */
  constructor(transport: Transport, base: URL = new URL("http://tenant.invalid")) {
    this.#call = new Caller(transport, base);
    this.imports = new Imports(this.#call);
    this.renewals = new Renewals(this.#call);
  }

  tenant(): Promise<Tenant> {
    return this.#call.json(routes.tenant);
  }

  /** The whole tree, parents before their children. */
  async orgs(): Promise<readonly Org[]> {
    return (await this.#call.json(routes.orgs)).items;
  }

  /** Organisations whose id, code or path matches. */
  async findOrgs(name: string): Promise<readonly OrgDetail[]> {
    return (await this.#call.json(routes.findOrgs, { query: { name } })).items;
  }

  exportOrgs(query: ExportQuery = {}): Promise<ReadableStream<Uint8Array>> {
    return this.#bytes(routes.exportOrgs, { query: { ...query } });
  }

  users({ pageSize, ...filters }: ListQuery = {}): AsyncGenerator<User> {
    return pages((cursor) => this.#call.json(routes.users, { query: { ...filters, limit: pageSize, cursor } }));
  }

  /**
   * All users as NDJSON, as `users list` writes it: an object a line with a member for each column. Only the content type
   * and the end are checked: the lines are passed on to a reader that parses them itself, faster than objects could be
   * made of them here.
   */
  userLines(filters: Filters = {}): AsyncGenerator<Uint8Array> {
    return this.#call.lines(routes.users, { query: { ...filters } });
  }

  /** Users whose id, mail address, employee code or account name matches. */
  async findUsers(name: string): Promise<readonly User[]> {
    return (await this.#call.json(routes.findUsers, { query: { name } })).items;
  }

  exportUsers(query: ExportQuery = {}): Promise<ReadableStream<Uint8Array>> {
    return this.#bytes(routes.exportUsers, { query: { ...query } });
  }

  async customFields(): Promise<readonly CustomField[]> {
    return (await this.#call.json(routes.fields)).items;
  }

  addCustomField(name: string): Promise<CustomField> {
    return this.#call.json(routes.addField, { json: { name } });
  }

  removeCustomField(id: string): Promise<CustomField> {
    return this.#call.json(routes.removeField, { params: { id } });
  }

  securedUsers(app: App, { pageSize, ...query }: SecuredListQuery = {}): AsyncGenerator<SecuredUser> {
    return pages((cursor) =>
      this.#call.json(routes.securedUsers, { params: { app }, query: { ...query, limit: pageSize, cursor } }),
    );
  }

  async findSecuredUsers(app: App, name: string): Promise<readonly SecuredUser[]> {
    return (await this.#call.json(routes.findSecuredUsers, { params: { app }, query: { name } })).items;
  }

  exportSecuredUsers(
    app: App,
    query: ExportQuery & { readonly layout: "console" | "full" },
  ): Promise<ReadableStream<Uint8Array>> {
    return this.#bytes(routes.exportSecuredUsers, { params: { app }, query: { ...query } });
  }

  async securedGroups(app: App): Promise<readonly SecuredGroup[]> {
    return (await this.#call.json(routes.securedGroups, { params: { app } })).items;
  }

  async #bytes(...[route, input]: Parameters<Caller["send"]>): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#call.send(route, input);
    return body ?? new Blob([]).stream();
  }
}

/** Filters of the rows of a plan. */
export interface RowsQuery {
  /** actions, separated by commas; all by default */
  readonly action?: string | undefined;
  readonly limit?: number | undefined;
}

/** Imports of a tenant: a request, its file, its plan, and the plan's further steps. */
export class Imports {
  readonly #call: Caller;

  constructor(call: Caller) {
    this.#call = call;
  }

  /**
   * Sends a file and gets its plan; the tenant's data is not changed.
   *
   * @param request the kind of the file and how to import it
   * @param upload the file's bytes, unchanged
   */
  async plan(request: z.input<typeof ImportRequest>, upload: Upload, signal?: AbortSignal): Promise<Import> {
    const { id } = await this.#call.json(routes.imports.create, { json: request });
    return this.#call.json(routes.imports.upload, {
      params: { id },
      body: { stream: upload.stream, type: `text/csv; charset=${upload.encoding}` },
      signal,
    });
  }

  /** Newest first. */
  async list(): Promise<readonly Import[]> {
    return (await this.#call.json(routes.imports.list)).items;
  }

  show(id: string): Promise<Import> {
    return this.#call.json(routes.imports.show, { params: { id } });
  }

  /** The plan's rows in the file's order, then its deletions. */
  rows(id: string, query: RowsQuery = {}): AsyncGenerator<PlanRow> {
    return oneByOne(this.rowBatches(id, query));
  }

  /** {@link rows} in batches as they arrive: for plans of a million rows. */
  rowBatches(id: string, query: RowsQuery = {}): AsyncGenerator<readonly PlanRow[]> {
    return this.#call.batches(routes.imports.rows, PLAN_ROW, { params: { id }, query: { ...query } });
  }

  /** By row, then column. */
  problems(id: string, query: { readonly limit?: number | undefined } = {}): AsyncGenerator<InputProblem> {
    return oneByOne(this.problemBatches(id, query));
  }

  /** {@link problems} in batches as they arrive. */
  problemBatches(
    id: string,
    query: { readonly limit?: number | undefined } = {},
  ): AsyncGenerator<readonly InputProblem[]> {
    return this.#call.batches(routes.imports.problems, INPUT_PROBLEM, { params: { id }, query });
  }

  /** @throws Failure `conflict` when the data the plan was compared with has changed, `input-rejected` when rejected */
  commit(plan: Pick<Import, "id" | "etag">, signal?: AbortSignal): Promise<Import> {
    return this.#call.json(routes.imports.commit, {
      params: { id: plan.id },
      ifMatch: plan.etag ?? "",
      signal,
    });
  }

  /** Records that the plan's file was written for the console; the plan then waits for {@link verify}. */
  emitted(plan: Pick<Import, "id" | "etag">): Promise<Import> {
    return this.#call.json(routes.imports.emitted, { params: { id: plan.id }, ifMatch: plan.etag ?? "" });
  }

  replan(id: string, signal?: AbortSignal): Promise<Import> {
    return this.#call.json(routes.imports.replan, { params: { id }, signal });
  }

  /** Compares the console's next export with a plan that awaits it. */
  verify(id: string, upload: Upload, signal?: AbortSignal): Promise<Verification> {
    return this.#call.json(routes.imports.verify, {
      params: { id },
      body: { stream: upload.stream, type: `text/csv; charset=${upload.encoding}` },
      signal,
    });
  }

  /** Plans the inverse of a committed import. */
  revert(id: string): Promise<Import> {
    return this.#call.json(routes.imports.revert, { params: { id } });
  }

  discard(id: string): Promise<Import> {
    return this.#call.json(routes.imports.discard, { params: { id } });
  }
}

async function* oneByOne<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) {
    for (const item of batch) yield item;
  }
}

async function* pages<T>(
  fetchPage: (cursor: string | undefined) => Promise<{ readonly items: T[]; readonly next: string | null }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const { items, next } = await fetchPage(cursor);
    // yield* would await each item three times
    for (const item of items) yield item;
    if (next !== null && next === cursor) {
      throw new Failure("unavailable", {
        what: text("the tenant returned the same page twice", "テナントが同じページを 2 回返しました"),
      });
    }
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
