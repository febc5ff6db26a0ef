import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../src/lib/tenant/ids.ts";
import { addTestAccount } from "./accounts.ts";
import { maskNumbers } from "./masked-numbers.ts";
import { encodeCsv, TestTenant, type Cells } from "./tenant.ts";

/**
 * A request that is sent to both twins. Placeholders such as `{user:…}` in its path and body are replaced with the ids
 * in each twin.
 */
export interface TwinRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
  readonly path: string;
  readonly body?: unknown;
  readonly file?: Cells | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The response of a twin, in which ids and numbers are masked. */
export interface MaskedResponse {
  readonly status: number;
  readonly body: string;
}

/** A response in which nothing is masked. */
interface RawResponse {
  readonly status: number;
  readonly text: string;
}

/** Groups of imports by who planned them: a scoped account (`asked`), or the owner in one of the halves. */
type ImportGroup = "asked" | "visible" | "hidden";

/** Returns an id that no tenant contains. Each name results in a different id. */
const createUnknownId = (name: string): string => `019a9f3c-5a00-7abc-8def-${sha256(name).slice(0, 12)}`;

/** One of two tenants that receive the same requests, with its responses. */
export class Twin {
  readonly tenant: TestTenant;
  readonly #numbers = new Map<string, string>();
  /** the imports with their ETags; the import with the most recent response comes last */
  readonly #plans: Readonly<Record<ImportGroup, Map<string, string | null>>> = {
    asked: new Map(),
    visible: new Map(),
    hidden: new Map(),
  };
  /** the numbers of console tasks and audit records that appeared in responses so far */
  readonly #told = { task: new Set<string>(), record: new Set<string>() } as const;
  /** the cursors that appeared in responses so far; the most recent comes last */
  readonly #cursors: string[] = [];

  constructor(tenant = new TestTenant()) {
    this.tenant = tenant;
  }

  /** Copies this twin with all its current data into a new folder. */
  copy(): Twin {
    const { tenant } = this;
    const folder = mkdtempSync(join(tmpdir(), "tenant-test-"));
    tenant.database.run("vacuum into :path", { path: join(folder, "tenant.db") });
    return new Twin(new TestTenant(folder, tenant.surroundings.time));
  }

  #idOf(thing: string, name: string, by: ImportGroup): string {
    const { database } = this.tenant;
    const sql: Readonly<Record<string, string>> = {
      user: "select id from user where emails ->> 0 = :name",
      org: "select id from org where coalesce(code, name) = :name",
      device: "select id from device where serialNumber = :name",
      field: "select id from custom_field where name = :name",
    };
    if (thing === "import" || thing === "etag") {
      const [id, etag] = [...this.#plans[by]].at(-1 - Number(name)) ?? [createUnknownId("import"), null];
      return thing === "import" ? id : (etag ?? "none");
    }
    if (thing === "change") {
      const [id] = [...this.#plans[by]].at(-1 - Number(name)) ?? [""];
      return String(database.get("select change from import where id = :id", { id })?.["change"] ?? "99999");
    }
    // a number that no tenant contains
    if (thing === "task" || thing === "record") return [...this.#told[thing]].at(-1 - Number(name)) ?? "99999";
    if (thing === "cursor") return encodeURIComponent(this.#cursors.at(-1 - Number(name)) ?? "none");
    return String(database.get(sql[thing] ?? "", { name })?.["id"] ?? createUnknownId(name));
  }

  #filled(text: string, by: ImportGroup): string {
    return text.replaceAll(/\{(\w+):([^{}"]*)\}/g, (_, thing: string, name: string) => this.#idOf(thing, name, by));
  }

  /**
   * Sends a request as an account. Fills in cursors and imports from earlier responses to scoped accounts: `{import:}`
   * is the most recent import, `{import:1}` the import before that, and `{change:}` the change of the most recent
   * import. Console tasks and audit records are filled in likewise.
   *
   * @returns the response; ids, numbers, hashes, times and opaque tokens are replaced with numbers in the order of
   * their appearance
   */
  async ask(account: string, request: TwinRequest): Promise<MaskedResponse> {
    const { status, text } = await this.#sent("asked", request, this.tenant.acting(account).fetch);
    const { next } = parseJsonObject(text) ?? {};
    if (typeof next === "string") this.#cursors.push(next);
    return { status, body: this.#numbered(text) };
  }

  /** Sends a request as the owner of the tenant, or as an account that manages the entire tenant. */
  own(request: TwinRequest, half: "visible" | "hidden", as?: string): Promise<RawResponse> {
    return this.#sent(half, request, as === undefined ? this.tenant.fetch : this.tenant.acting(as).fetch);
  }

  /** Sends a request as an account, and returns the response without masking anything. */
  plainly(account: string, request: TwinRequest): Promise<RawResponse> {
    return this.#sent("asked", request, this.tenant.acting(account).fetch);
  }

  async #sent(by: ImportGroup, asked: TwinRequest, fetch: TestTenant["fetch"]): Promise<RawResponse> {
    const { method, path, body, file, headers = {} } = asked;
    const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.#filled(value, by)]));
    const json =
      body === undefined ? undefined : this.#filled(JSON.stringify(body).replaceAll(/"(\{task:\d*\})"/g, "$1"), by);
    const content = file === undefined ? json : encodeCsv(file);
    const type = file === undefined ? "application/json" : "text/csv; charset=utf-8";
    const request = new Request(`http://tenant${this.#filled(path, by)}`, {
      method,
      headers: { ...filled, ...(content === undefined ? {} : { "content-type": type }) },
      ...(content === undefined ? {} : { body: content }),
    });
    const response = await fetch(request);
    const text = await response.text();
    const { id, etag } = parseJsonObject(text) ?? {};
    if (response.ok && etag !== undefined && typeof id === "string") {
      this.#plans[by].delete(id);
      this.#plans[by].set(id, etag as string | null);
    }
    return { status: response.status, text };
  }

  #numbered(text: string): string {
    const numbered = (kind: string, found: string): string => {
      const known = this.#numbers.get(`${kind} ${found}`);
      const of = [...this.#numbers.keys()].filter((key) => key.startsWith(`${kind} `)).length;
      this.#numbers.set(`${kind} ${found}`, known ?? `<${kind} ${of + 1}>`);
      return known ?? `<${kind} ${of + 1}>`;
    };
    const number = (kind: string) => (found: string) => numbered(kind, found);
    const isRehearsed = DRY_RUN_PATTERN.test(text);
    const masked = maskNumbers(text, (kind, found) => {
      // a dry run reports the number of a task that does not exist; a later change, possibly in only one twin, gets
      // this number
      if (kind === "task" && isRehearsed) return "<task>";
      if (kind === "task" || kind === "record") this.#told[kind].add(found);
      return numbered(kind, found);
    });
    return (
      masked
        .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, number("id"))
        .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<instant>")
        .replaceAll(/(?<="revision":)\d+/g, number("revision"))
        .replaceAll(/(?<="etag":")[^"]+/g, number("etag"))
        .replaceAll(/(?<="next":")[^"]+/g, number("cursor"))
        // a number that was part of the request
        .replaceAll(/(?<=no change |変更 )\d+/g, number("record"))
    );
  }
}

/** Matches the response to a dry run. */
const DRY_RUN_PATTERN = /"dryRun":true/;

const parseJsonObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};

/**
 * The events that created the tenants. Events that are hidden from the scoped accounts happened in only one of the
 * twins.
 */
type PastEvents = readonly { readonly hidden?: true; readonly happens: (tenant: TestTenant) => Promise<unknown> }[];

const createUserBody = (name: string, email: string, org: string, more: Readonly<Record<string, string>> = {}) => ({
  async happens({ client }: TestTenant) {
    const [place] = await client.orgs.find({ name: org });
    return client.users.create({ name, emails: [email], org: place?.id ?? "", ...more });
  },
});

const createDeviceBody = (serialNumber: string, owner: string | undefined) => ({
  async happens({ client }: TestTenant) {
    const [found] = owner === undefined ? [] : await client.users.find({ name: owner });
    return client.devices.create({ serialNumber, platform: "iOS", ...(found && { owner: found.id }) });
  },
});

const createOrgBody = (name: string, code: string, parent?: string) => ({
  async happens({ client }: TestTenant) {
    const [above] = parent === undefined ? [] : await client.orgs.find({ name: parent });
    return client.orgs.create({ name, code, ...(above && { parentId: above.id }) });
  },
});

const hideEvent = (one: PastEvents[number]): PastEvents[number] => ({ ...one, hidden: true });

/**
 * The events that created the tenants. The scoped accounts can see EAST, which contains E1 and E2. WEST and the records
 * directly in 全社 are the hidden half.
 */
const PAST_EVENTS: PastEvents = [
  hideEvent(createOrgBody("西日本", "WEST")),
  createOrgBody("東日本", "EAST"),
  hideEvent(createOrgBody("営業部", "W1", "WEST")),
  createOrgBody("営業部", "E1", "EAST"),
  createOrgBody("技術部", "E2", "EAST"),
  { happens: ({ client }) => client.users.addField({ name: "入社年" }) },
  hideEvent(createUserBody("西 太郎", "taro@west.example", "W1", { employeeCode: "X1", accountName: "nishi" })),
  createUserBody("東 花子", "hanako@east.example", "E1", { employeeCode: "E1", accountName: "hanako" }),
  hideEvent(createUserBody("西 花子", "hanako@west.example", "WEST", { employeeCode: "E1" })),
  createUserBody("東 次郎", "jiro@east.example", "E2", { employeeCode: "E2" }),
  hideEvent(createUserBody("本社 三郎", "saburo@root.example", "全社")),
  createUserBody("東 三郎", "saburo@east.example", "EAST", { title: "部長" }),
  hideEvent(createDeviceBody("WEST0001", "taro@west.example")),
  createDeviceBody("EAST0001", "hanako@east.example"),
  hideEvent(createDeviceBody("NOBODY01", undefined)),
  createDeviceBody("EAST0002", "jiro@east.example"),
  hideEvent({
    happens: (tenant) =>
      tenant.import({ kind: "users" }, [
        ["氏名", "メールアドレス", "組織コード"],
        ["西 四郎", "shiro@west.example", "W1"],
      ]),
  }),
  hideEvent({
    happens: (tenant) => addTestAccount(tenant, { name: "himitsu", role: "division", org: "W1", manages: ["WEST"] }),
  }),
  hideEvent({
    happens: (tenant) =>
      tenant.import({ kind: "browser" }, [
        ["ユーザーID", "表示名", "パスワード"],
        ["west01", "西 太郎", "abc123"],
      ]),
  }),
];

/**
 * The owners of renewal items: all owners, and those that are not hidden. They are given as addresses, names, codes and
 * account names.
 */
const RENEWAL_OWNERS: readonly (readonly [all: string | null, visible: string | null])[] = [
  ["西 太郎 <taro@west.example>, hanako@east.example", "hanako@east.example"],
  ["X1、nishi; E2\n西 花子", "E2"],
  ["hanako@west.example jiro@east.example", "jiro@east.example"],
  ["情シス(本社 三郎)", null],
  ["東 三郎, partner@vendor.example", "東 三郎"],
  [null, null],
];

/** Values of renewal items that can be read only with the rights for Apple's services. */
const RESERVED_VALUES = {
  account: "apple@west.example",
  phone: "090-0000-0000",
  phoneHolder: "西 太郎",
  notes: "西 太郎 が保管",
  topic: "com.apple.mgmt.External.0f9e8d7c-0000-4000-8000-000000000000",
  fingerprint: sha256("certificate"),
  source: "/home/taro/push.pem",
} as const;

/** Adds renewal items and the details of the contact person to one of the tenants. */
const recordRenewals = async ({ client }: TestTenant, isWhole: boolean): Promise<void> => {
  for (const [at, [all, visible]] of RENEWAL_OWNERS.entries()) {
    const [name, reserved] = [`更新 ${at}`, isWhole && at === 0 ? RESERVED_VALUES : {}];
    const item = { kind: "android-owner", name, owner: isWhole ? all : visible, ...reserved } as const;
    const { id } = await client.renewals.add(item);
    if (at === 0) await client.renewals.confirm(id, { by: isWhole ? "西 太郎" : "?", at: "2026-04-01T00:00:00.000Z" });
    const notice = { itemId: id, expiresAt: "2027-04-01T00:00:00.000Z", stage: 30, way: "mail" };
    if (isWhole) await client.renewals.claimNotice({ ...notice, recipient: "taro@west.example" });
  }
  const contact = { contactMail: "taro@west.example", contactPhone: "03-0000-0000" };
  await client.tenant.set({ contactName: "山田 花子", ...(isWhole ? contact : {}) });
};

/**
 * Creates two tenants that look the same to an account that can see only EAST. The second tenant has never contained
 * anything outside EAST.
 */
export const createTwins = async (): Promise<readonly [Twin, Twin]> => {
  const [whole, bare] = [new Twin(), new Twin()];
  for (const { hidden: isHidden, happens } of PAST_EVENTS) {
    await happens(whole.tenant);
    if (isHidden !== true) await happens(bare.tenant);
  }
  for (const { tenant } of [whole, bare]) {
    await recordRenewals(tenant, tenant === whole.tenant);
    await addTestAccount(tenant, { name: "higashi", role: "division", org: "E1", manages: ["EAST"] });
    await addTestAccount(tenant, { name: "sys", role: "system" });
    await addTestAccount(tenant, {
      name: "all",
      role: "custom",
      items: ["users.write", "users.move", "users.delete", "orgs.write", "devices.write"],
    });
    await addTestAccount(tenant, { name: "ope", role: "operator", org: "E1" });
    await addTestAccount(tenant, { name: "minami", role: "division", org: "EAST", manages: ["E1", "E2"] });
    await addTestAccount(tenant, {
      name: "cus",
      role: "custom",
      org: "E2",
      manages: ["EAST"],
      items: ["users.write", "users.move", "orgs.write", "audit.read"],
    });
    await addTestAccount(tenant, { name: "few", role: "custom", org: "E2", manages: ["EAST"], items: ["users.write"] });
  }
  return [whole, bare];
};
