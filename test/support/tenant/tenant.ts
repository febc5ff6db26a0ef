import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeEach } from "vitest";
import type { Connection, NewImport } from "../../../src/lib/client/index.ts";
import type { Send } from "../../../src/lib/apple/retry.ts";
import { Changes } from "../../../src/lib/client/changes.ts";
import { createWholeClient, type WholeClient } from "../client/whole-client.ts";
import type { App, Import, InputProblem } from "../../../src/lib/tenant/api/operations.ts";
import { createEncoder } from "../../../src/lib/csv/encoding/encode.ts";
import { type Encoding, type FileForm, formatRecord } from "../../../src/lib/csv/records/record.ts";
import { type Processes, getCurrentInstant, type Surroundings } from "../../../src/lib/tenant/store/ids.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { describeProblem, type ProblemCode } from "../../../src/lib/model/problem.ts";
import { getThingNoun, NOUNS, RECORD_TYPES } from "../../../src/lib/nouns/index.ts";
import { getKeyMark } from "../../../src/lib/config/sealing.ts";
import { same, text, type Text } from "../../../src/lib/text/index.ts";
import {
  ADMINISTRATOR_SECRET,
  addAdministratorRow,
  IS_SERVED,
  isAdministrator,
  signInAdministrator,
} from "./administrator.ts";
import { addTestCredential } from "./credentials.ts";
import { guardWrites } from "./guarded-writer.ts";
import { Shadow } from "./shadow.ts";
import { openOverSocket, withFetch, type AnsweringTenant, type SignIn } from "./over-socket.ts";
import { openTenant, type TenantOptions } from "../../../src/lib/tenant/api/index.ts";
import type { SendMail, TenantMail } from "../../../src/lib/renewals/notify/deliver.ts";
import type { AppleAccess } from "../../../src/lib/tenant/subjects/ade-server.ts";
import { Store } from "../../../src/lib/tenant/store/store.ts";
import type { ChangeLog } from "../../../src/lib/tenant/store/change-log.ts";
import { Database, type Params, type Row } from "../../../src/lib/tenant/store/database.ts";
import { openTenantFile, SCHEMA_VERSION, TENANT_FILE_NAME } from "../../../src/lib/tenant/ledger/tenant-file.ts";
import { OBSERVED_VERSIONS } from "../../../src/lib/tenant/ledger/observed-state.ts";
import { VERSION_SCHEMAS } from "../../../src/lib/tenant/ledger/versions.ts";

// the program loads these modules at the start; otherwise vitest would load them during a transaction
import "../../../src/lib/tenant/subjects/accounts.ts";
import "../../../src/lib/tenant/subjects/orgs.ts";
import "../../../src/lib/tenant/subjects/schemes.ts";

export type Request = NewImport;

const CLOCK_START = Date.UTC(2026, 3, 1);

export const TEST_ORIGIN = { host: "host", user: "tester", program: "clomoctl 0.0.0", access: "embedded" } as const;

export class TestSurroundings implements Surroundings {
  time = CLOCK_START;
  #state = 0x9e3779b9;

  readonly origin = TEST_ORIGIN;

  readonly now = (): number => {
    this.time += 1;
    return this.time;
  };

  readonly random = (size: number): Uint8Array => Uint8Array.from({ length: size }, () => this.#byte());

  follow(other: TestSurroundings): void {
    this.time = other.time;
    this.#state = other.#state;
  }

  #byte(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 24;
  }
}

export interface FileOptions {
  readonly encoding?: Encoding | undefined;
  readonly newline?: string | undefined;
}

export type Cells = readonly (readonly string[])[];

/** Encodes rows as a CSV file. @throws RangeError if the encoding cannot represent a character */
export const encodeCsv = (
  cells: Cells | string,
  { encoding = "utf-8", newline = "\r\n" }: FileOptions = {},
): Uint8Array<ArrayBuffer> =>
  encodeText(
    toCells(cells)
      .map((record) => formatRecord(record, newline))
      .join(""),
    encoding,
  );

/** Returns the cells of a table, or of a template without quotes such as `a,b\n1,2`. */
const toCells = (table: Cells | string): Cells =>
  typeof table === "string" ? table.split("\n").map((row) => row.split(",")) : table;

export const toUpload = (table: Cells | string) =>
  ({ stream: new Blob([encodeCsv(table)]).stream(), encoding: "utf-8" }) as const;

export const encodeText = (text: string, encoding: Encoding): Uint8Array<ArrayBuffer> => {
  const encoder = createEncoder(encoding, {
    onUnmappable: "error",
    report: (codePoint) => {
      throw new RangeError(`${encoding} cannot hold U+${codePoint.toString(16)}`);
    },
  });
  return Uint8Array.from([...encoder.write(text), ...encoder.end()]);
};

/** The collections of tables that are not of a noun in {@link NOUNS}. */
const OTHER_COLLECTIONS: Readonly<Record<string, string>> = {
  user_email: "users",
  reset_code: "accounts",
  kept_file: "files",
  renewal_notice: "renewals",
  ade_server: "ade",
  ade_device: "ade",
  business_device: "ade",
};

const CLEARED_TABLES = [
  "observed_version",
  ...NOUNS.flatMap(({ name }) => (name === "org" ? [] : [name])),
  ...Object.keys(OTHER_COLLECTIONS),
  "collection",
  "import",
  "layout",
  "administrators_known",
  "credential",
  "counted_attempt",
  "change",
  "created_range",
  ...[...VERSION_SCHEMAS.values()].map(({ table }) => table),
  ...OBSERVED_VERSIONS.map(({ observed }) => observed),
];

const KEPT_TABLES = [...CLEARED_TABLES, "org", "tenant"];

/** Returns the collection to lock before writing to the table. */
export const collectionOf = (table: string): string | undefined =>
  OTHER_COLLECTIONS[table] ?? RECORD_TYPES.get(table)?.collection;

const createFakeSealing = (mark: () => string): AppleAccess["sealing"] => ({
  async seal(purpose, secret, kept = []) {
    if (kept.some((one) => getKeyMark(one) !== mark())) {
      throw new Failure("input-rejected", { what: same("another key sealed what is kept") });
    }
    return mark() + Buffer.from(`${purpose}\n${[...secret].toReversed().join("")}`).toString("base64url");
  },
  async unseal(purpose, sealed) {
    if (getKeyMark(sealed) !== mark()) throw new Failure("input-rejected", { what: same("sealed by another key") });
    const [kept, secret = ""] = Buffer.from(sealed.slice(mark().length), "base64url")
      .toString()
      .split(/\n([\s\S]*)/);
    if (kept !== purpose) throw new Failure("input-rejected", { what: same(`sealed for ${kept}`) });
    return [...secret].toReversed().join("");
  },
});

const TENANT_NAME = "試験";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "tenant-test-"));

const newTenantFiles = new Map<number, Uint8Array>();

function readNewTenantFile(start: number): Uint8Array {
  const known = newTenantFiles.get(start);
  if (known !== undefined) return known;
  const folder = newFolder();
  const processes: Processes = { self: 0, isAlive: () => false };
  const surroundings = new TestSurroundings();
  surroundings.time = start;
  const now = getCurrentInstant(surroundings);
  openTenantFile({ folder, name: TENANT_NAME, now, processes }).close();
  const file = readFileSync(join(folder, TENANT_FILE_NAME));
  rmSync(folder, { recursive: true });
  newTenantFiles.set(start, file);
  return file;
}

function newTenantFolder(start: number): string {
  const folder = newFolder();
  writeFileSync(join(folder, TENANT_FILE_NAME), readNewTenantFile(start), { mode: 0o600 });
  return folder;
}

export class TestTenant {
  readonly folder: string;
  readonly surroundings = new TestSurroundings();
  #database: Database | undefined;
  client: WholeClient;
  #open: AnsweringTenant;
  readonly #acting = new Map<string, AnsweringTenant>();
  #served: AnsweringTenant | undefined;
  readonly #stopping = new AbortController();
  limitMs = 120_000;
  /** true if the bodies of requests over a socket have arrived completely */
  isReceived = true;
  readonly mails: TenantMail[] = [];
  apple: Send = () =>
    Promise.reject(
      new Failure("unavailable", {
        what: text(
          "Apple's services are not available in this test",
          "このテストでは Apple のサービスを利用できません",
        ),
      }),
    );
  /** identifies the key that seals the tenant's secrets; another value simulates another key */
  sealingKey = "first-";
  mailFault: Failure | undefined;
  /** the reason why emails cannot be sent; undefined if there is none */
  unsent: Text | undefined;

  readonly #processes: Processes | undefined;
  readonly #shadow: Shadow | undefined;
  #isKept = false;

  /**
   * @param folder the tenant's folder @param start the initial time @param processes this process and running processes
   */
  constructor(folder?: string, start = CLOCK_START, processes?: Processes) {
    this.folder = folder ?? newTenantFolder(start);
    this.#processes = processes;
    this.#shadow = existsSync(this.path) ? Shadow.of(this.path) : undefined;
    this.surroundings.time = start;
    this.#open = this.#start();
    this.client = createWholeClient(connectTo(this.#open));
  }

  get database(): Database {
    if (this.#database !== undefined) return this.#database;
    const database = new Database(this.path);
    this.#shadow?.watch(database);
    return (this.#database = database);
  }

  /** The log that everybody who opens the tenant's file must use. */
  get log(): ChangeLog | undefined {
    return this.#shadow?.log;
  }

  /** Opens a store without checks of what is written. */
  openStore(): Store {
    const { log } = this;
    return new Store(new Database(this.path), { followed: log && { log, schema: SCHEMA_VERSION } });
  }

  get path(): string {
    return join(this.folder, TENANT_FILE_NAME);
  }

  get perform(): AnsweringTenant["perform"] {
    return this.#open.perform;
  }

  get fetch(): AnsweringTenant["fetch"] {
    return this.#open.fetch;
  }

  #start(acting: TenantOptions["acting"] = "owner"): AnsweringTenant {
    const { folder, surroundings } = this;
    const mail = async (): Promise<SendMail> => {
      if (this.mailFault !== undefined) throw this.mailFault;
      return async (one) => {
        if (this.unsent === undefined) this.mails.push(one);
        return this.unsent;
      };
    };
    const apple = {
      send: async () => this.apple,
      sealing: createFakeSealing(() => this.sealingKey),
      wait: async (delayMs: number) => void (surroundings.time += delayMs),
      program: "clomoctl/0.0.0",
    };
    const processes = this.#processes;
    const options: TenantOptions = {
      folder,
      name: TENANT_NAME,
      actor: "owner",
      acting,
      surroundings,
      guard: guardWrites(collectionOf),
      mail,
      apple,
      processes,
      log: this.log,
    };
    // tests of `serve` itself open the tenant for requests
    if (!IS_SERVED || acting === "requests") return withFetch(openTenant(options));
    return openOverSocket((spool) => openTenant({ ...options, acting: "requests", spool }), this.#signIn(acting));
  }

  #signIn(acting: Exclude<TenantOptions["acting"], "requests">): SignIn {
    if (acting === "owner") return { secret: ADMINISTRATOR_SECRET, prepare: () => this.addAdministrator() };
    return { secret: addTestCredential(this, acting.account), prepare: () => undefined };
  }

  acting(as: string): AnsweringTenant {
    const known = this.#acting.get(as) ?? this.#start({ account: as });
    this.#acting.set(as, known);
    return known;
  }

  /** Sends a request that runs only once for the same key. */
  post(path: string, body: object, key = "once"): Promise<Response> {
    const headers = { "content-type": "application/json", "idempotency-key": key };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return this.fetch(new Request(`http://tenant.invalid${path}`, init));
  }

  async request(
    path: string,
    { secret, address = "192.0.2.1", ...init }: RequestInit & { secret?: string | undefined; address?: string } = {},
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    if (secret !== undefined) headers.set("authorization", `Bearer ${secret}`);
    if (typeof init.body === "string") headers.set("content-type", "application/json");
    return this.receive(new Request(`http://tenant.invalid${path}`, { ...init, headers }), address);
  }

  get served(): AnsweringTenant {
    return (this.#served ??= this.#start("requests"));
  }

  /** Interrupts imports over sockets as if the server were stopping. */
  beginStop(): void {
    this.#stopping.abort();
  }

  /** Handles a request as if it came over a socket. */
  receive(request: globalThis.Request, address = "192.0.2.1"): Promise<Response> {
    const trace = { route: null, account: null };
    const { signal: stopping } = this.#stopping;
    const ignore = (): undefined => undefined;
    const until = new AbortController();
    const { limitMs } = this;
    const isReceived = (): boolean => this.isReceived;
    const limits = {
      limitMs,
      until,
      isReceived,
      stopping,
      breakOff: ignore,
    };
    return this.served.fetch(request, { address, id: "request-1", trace, ...limits });
  }

  as(account: string): WholeClient {
    return createWholeClient(connectTo(this.acting(account)));
  }

  staging(id: string): string {
    return join(this.folder, "imports", `${id}.db`);
  }

  /**
   * Returns how a plan matches rows: the `pk` of each row's record (null if unknown), the possible records of unknown
   * rows, and the keys in cells that may identify several records.
   */
  matches({ id }: Pick<Import, "id">): {
    readonly rows: ReadonlyMap<number, number | null>;
    readonly ambiguous: readonly number[];
    readonly unclear: readonly string[];
  } {
    using staging = new DatabaseSync(this.staging(id), { readOnly: true });
    const all = (sql: string): Row[] => staging.prepare(sql).all();
    const rows = all(
      "select m.row, coalesce(d.pk, nullif(m.target, -1)) as pk from match m left join kept d on d.row = m.row and d.why = 'deleted here'",
    );
    return {
      rows: new Map(rows.map(({ row, pk }) => [Number(row), pk === null ? null : Number(pk)])),
      ambiguous: all("select pk from kept where why = 'ambiguous'").map(({ pk }) => Number(pk)),
      unclear: all("select key from candidate_key where pk is null").map(({ key }) => String(key).toLowerCase()),
    };
  }

  plan(request: Request, table: Cells | string, options: FileOptions = {}): Promise<Import> {
    if (IS_SERVED) this.addAdministrator();
    const cells = toCells(table);
    const isOfAllUsers = request.kind === "users" && request.fromConsole === true;
    const rows = isOfAllUsers ? addAdministratorRow(this.database, cells) : cells;
    return this.send(request, encodeCsv(rows, options), options.encoding);
  }

  planAs(account: string, request: Request, table: Cells | string): Promise<Import> {
    return this.as(account).imports.plan(request, toUpload(table));
  }

  send(request: Request, bytes: Uint8Array<ArrayBuffer>, encoding: FileForm = "utf-8"): Promise<Import> {
    return this.client.imports.plan(request, { stream: new Blob([bytes]).stream(), encoding });
  }

  /** Uploads a file and commits its plan. @throws Failure if the plan is rejected */
  async import(request: Request, cells: Cells | string, options: FileOptions = {}): Promise<Import> {
    return this.client.imports.commit(await this.plan(request, cells, options));
  }

  async basedOn(revision: number): Promise<WholeClient> {
    const changes = new Changes(
      () => undefined,
      () => Promise.resolve(revision),
    );
    await changes.asked();
    return createWholeClient({ ...connectTo(this.#open), changes });
  }

  problems(plan: Pick<Import, "id">): Promise<readonly InputProblem[]> {
    return Array.fromAsync(this.client.imports.problems(plan.id));
  }

  async errors(plan: Pick<Import, "id">): Promise<readonly InputProblem[]> {
    return (await this.problems(plan)).filter(({ severity }) => severity === "error");
  }

  /** Returns a plan's problems as `code@row`, sorted. Leaves out skipped blank rows. */
  async faults(plan: Pick<Import, "id">): Promise<readonly string[]> {
    const found = (await this.problems(plan)).filter(({ code }) => code !== "row-blank");
    return found.map(({ code, row }) => `${code}@${row}`).toSorted();
  }

  async reasons(plan: Pick<Import, "id">): Promise<readonly Text[]> {
    return (await this.problems(plan)).map(({ code, params }) =>
      describeProblem({ code: code as ProblemCode, params }, getThingNoun),
    );
  }

  /** Returns all users, without the administrator who is added to every served tenant. */
  async users() {
    const users = await Array.fromAsync(this.client.users.list());
    return users.filter((user) => !isAdministrator(user));
  }

  async mark(kind: "users" | App, names: readonly string[], administrator = true): Promise<void> {
    const { users, secured } = this.client;
    for (const name of names) {
      const found = kind === "users" ? await users.find({ name }) : await secured.find(kind, { name });
      const [{ id } = { id: name }] = found;
      if (kind === "users") await users.edit(id, { administrator });
      else if (found.length > 0) await secured.edit({ app: kind, id }, { administrator });
      else await secured.create(kind, { userId: name, displayName: name, administrator });
    }
  }

  securedUsers(app: App) {
    return Array.fromAsync(this.client.secured.list(app));
  }

  devices() {
    return Array.fromAsync(this.client.devices.list());
  }

  sql(statement: string, params: Params = {}): Row[] {
    return this.database.all(statement, params);
  }

  lastRecord(): unknown {
    const [last] = this.sql("select record from audit order by seq desc limit 1");
    return JSON.parse(String(last?.["record"])) as unknown;
  }

  everything(): string {
    const tables = this.sql("select name from sqlite_schema where type = 'table'");
    return JSON.stringify(tables.map(({ name }) => this.sql(`select * from "${String(name)}"`)));
  }

  /**
   * Adds the system administrator of served tenants, so that a local tenant has the same users. Call this before the
   * first request if the result depends on all users or administrators; the administrator can be a user of the test.
   */
  addAdministrator(account?: string, email?: string): void {
    signInAdministrator(this.database, account, email);
  }

  makeAdministrator(email: string): void {
    this.database.run("update user set administrator = 1 where emails ->> 0 = :email", { email });
  }

  /** Returns all records without revisions, for comparing the states before and after an operation. */
  dump(): Readonly<Record<string, readonly Row[]>> {
    const rows = (table: string, order: string): readonly Row[] =>
      this.sql(`select * from ${table} order by ${order}`).map((row) => omitColumn(row, "revision"));
    return {
      org: rows("org", "pk"),
      user: rows("user", "pk"),
      user_email: rows("user_email", "emailKey"),
      secured_user: rows("secured_user", "pk"),
      secured_group: rows("secured_group", "pk"),
      custom_field: rows("custom_field", "pk"),
      device: rows("device", "pk"),
    };
  }

  clear(): void {
    this.database.change(() => {
      for (const table of CLEARED_TABLES) this.database.exec(`delete from ${table}`);
      this.database.exec("delete from org where parent is not null");
      this.database.exec("update tenant set mirroredAt = null");
      this.database.exec("insert into collection (name, revision, last) values ('orgs', 0, 1)");
    });
  }

  /** Stores a copy of everything except the audit log, for {@link restoreKept}. */
  keep(): void {
    this.database.exec("attach ':memory:' as kept");
    for (const table of KEPT_TABLES) this.database.exec(`create table kept.${table} as select * from main.${table}`);
    this.#isKept = true;
  }

  /** Restores the copy that {@link keep} stored. @returns false if there is no copy */
  restoreKept(): boolean {
    if (!this.#isKept) return false;
    this.database.change(() => {
      for (const table of KEPT_TABLES) {
        this.database.exec(`delete from main.${table}`);
        this.database.exec(`insert into main.${table} select * from kept.${table}`);
      }
    });
    return true;
  }

  clearAudit(): void {
    const triggers = this.sql("select name, sql from sqlite_schema where type = 'trigger' and tbl_name = 'audit'");
    this.database.change(() => {
      for (const { name } of triggers) this.database.exec(`drop trigger "${String(name)}"`);
      this.database.exec("delete from audit");
      this.database.exec("delete from change");
      // the numbers of deleted changes will be used again
      this.database.exec("update import set change = change - 1000000");
      for (const { sql } of triggers) this.database.exec(String(sql));
    });
  }

  async leave(): Promise<void> {
    for (const acting of this.#acting.values()) await acting.close();
    this.#acting.clear();
    await this.#served?.close();
    this.#served = undefined;
  }

  async reopen(): Promise<void> {
    await this.#open.close();
    this.#open = this.#start();
    this.client = createWholeClient(connectTo(this.#open));
  }

  /** Opens the tenant again without closing it, as if the process had been killed. */
  crash(): AnsweringTenant {
    const left = this.#open;
    this.#open = this.#start();
    this.client = createWholeClient(connectTo(this.#open));
    return left;
  }

  async close(): Promise<void> {
    await this.leave();
    await this.#open.close();
    await this.#shadow?.leave();
    this.#database?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Opens an empty tenant for all tests of a file. */
export function openForAllTests(): TestTenant {
  const tenant = new TestTenant();
  afterAll(() => tenant[Symbol.asyncDispose]());
  return tenant;
}

/** Opens a tenant for each test of a file; an empty tenant if `open` is omitted. */
export function openForEachTest(
  prepare: (tenant: TestTenant) => unknown,
  open: () => TestTenant | Promise<TestTenant> = () => new TestTenant(),
): void {
  let tenant: TestTenant;
  beforeEach(async () => {
    tenant = await open();
    await prepare(tenant);
  });
  afterEach(() => tenant[Symbol.asyncDispose]());
}

export function prepareTenant(setUp: (tenant: TestTenant) => Promise<unknown>): () => Promise<TestTenant> {
  let prepared: Promise<TestTenant> | undefined;
  const prepare = async (): Promise<TestTenant> => {
    const tenant = new TestTenant();
    await setUp(tenant);
    await tenant.close();
    return tenant;
  };
  afterAll(async () => {
    if (prepared !== undefined) rmSync((await prepared).folder, { recursive: true });
  });
  return async () => {
    const { folder, surroundings } = await (prepared ??= prepare());
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    const tenant = new TestTenant(copy, surroundings.time);
    tenant.surroundings.follow(surroundings);
    return tenant;
  };
}

const connectTo = ({ fetch, perform }: AnsweringTenant): Connection =>
  IS_SERVED ? { transport: fetch } : { transport: fetch, perform };

export const omitColumn = (row: Row, column: string): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== column));

/** Returns the failure of a promise; undefined if the promise was fulfilled. */
export const failureOf = async (promise: Promise<unknown>): Promise<Failure | undefined> => {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
};

export const readStreamText = async (chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();
