import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../src/lib/tenant/ids.ts";
import { addTestAccount } from "./accounts.ts";
import { maskNumbers } from "./masked-numbers.ts";
import { fileOf, TestTenant, type Cells } from "./tenant.ts";

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

/** The response of a twin, with ids and numbers masked. */
export interface TwinAnswer {
  readonly status: number;
  readonly body: string;
}

/** A response without masks. */
interface RawResponse {
  readonly status: number;
  readonly text: string;
}

/** Who planned an import: a scoped account (`asked`), or the owner in one of the halves. */
type Imports = "asked" | "visible" | "hidden";

/** Returns an id that does not exist in any tenant. Each name has a different id. */
const createUnknownId = (name: string): string => `019a9f3c-5a00-7abc-8def-${sha256(name).slice(0, 12)}`;

/** One of two tenants that receive the same requests, with its responses. */
export class Twin {
  readonly tenant: TestTenant;
  readonly #numbers = new Map<string, string>();
  /** the imports with their ETags, most recent response last */
  readonly #plans: Readonly<Record<Imports, Map<string, string | null>>> = {
    asked: new Map(),
    visible: new Map(),
    hidden: new Map(),
  };
  /** the numbers of console tasks and audit records that appeared in responses */
  readonly #told = { task: new Set<string>(), record: new Set<string>() } as const;
  /** the cursors that appeared in responses, most recent last */
  readonly #cursors: string[] = [];

  constructor(tenant = new TestTenant()) {
    this.tenant = tenant;
  }

  /** Copies this twin with all its current data into a folder of its own. */
  copy(): Twin {
    const { tenant } = this;
    const folder = mkdtempSync(join(tmpdir(), "tenant-test-"));
    tenant.database.run("vacuum into :path", { path: join(folder, "tenant.db") });
    return new Twin(new TestTenant(folder, tenant.surroundings.time));
  }

  #idOf(thing: string, name: string, by: Imports): string {
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
    // a number that does not exist in any tenant
    if (thing === "task" || thing === "record") return [...this.#told[thing]].at(-1 - Number(name)) ?? "99999";
    if (thing === "cursor") return encodeURIComponent(this.#cursors.at(-1 - Number(name)) ?? "none");
    return String(database.get(sql[thing] ?? "", { name })?.["id"] ?? createUnknownId(name));
  }

  #filled(text: string, by: Imports): string {
    return text.replaceAll(/\{(\w+):([^{}"]*)\}/g, (_, thing: string, name: string) => this.#idOf(thing, name, by));
  }

  /**
   * Sends a request as an account, and fills in cursors and imports from earlier responses to scoped accounts:
   * `{import:}` is the most recent import, `{import:1}` the import before that, and `{change:}` the change of the most
   * recent import. Console tasks and audit records are filled in likewise.
   *
   * @returns the response; ids, numbers, hashes, times and opaque tokens are replaced with their order of appearance
   */
  async ask(account: string, request: TwinRequest): Promise<TwinAnswer> {
    const { status, text } = await this.#sent("asked", request, this.tenant.acting(account).fetch);
    const { next } = parsed(text) ?? {};
    if (typeof next === "string") this.#cursors.push(next);
    return { status, body: this.#numbered(text) };
  }

  /** Sends a request as the owner of the tenant, or as an account that manages the entire tenant. */
  own(request: TwinRequest, half: "visible" | "hidden", as?: string): Promise<RawResponse> {
    return this.#sent(half, request, as === undefined ? this.tenant.fetch : this.tenant.acting(as).fetch);
  }

  /** Sends a request as an account, and returns the response without masks. */
  plainly(account: string, request: TwinRequest): Promise<RawResponse> {
    return this.#sent("asked", request, this.tenant.acting(account).fetch);
  }

  async #sent(by: Imports, asked: TwinRequest, fetch: TestTenant["fetch"]): Promise<RawResponse> {
    const { method, path, body, file, headers = {} } = asked;
    const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.#filled(value, by)]));
    const json =
      body === undefined ? undefined : this.#filled(JSON.stringify(body).replaceAll(/"(\{task:\d*\})"/g, "$1"), by);
    const content = file === undefined ? json : fileOf(file);
    const type = file === undefined ? "application/json" : "text/csv; charset=utf-8";
    const request = new Request(`http://tenant${this.#filled(path, by)}`, {
      method,
      headers: { ...filled, ...(content === undefined ? {} : { "content-type": type }) },
      ...(content === undefined ? {} : { body: content }),
    });
    const response = await fetch(request);
    const text = await response.text();
    const { id, etag } = parsed(text) ?? {};
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
    const isRehearsed = REHEARSED.test(text);
    const masked = maskNumbers(text, (kind, found) => {
      // a dry run reports the number of a task that does not exist; a later change gets it, perhaps in only one twin
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
        // the number that the request contained
        .replaceAll(/(?<=no change |変更 )\d+/g, number("record"))
    );
  }
}

/** Matches the response to a request that changes nothing. */
const REHEARSED = /"dryRun":true/;

const parsed = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};

/**
 * The earlier events in the tenants. Events that are hidden from the scoped accounts happened in only one of the twins.
 */
type Past = readonly { readonly hidden?: true; readonly happens: (tenant: TestTenant) => Promise<unknown> }[];

const user = (name: string, email: string, org: string, more: Readonly<Record<string, string>> = {}) => ({
  async happens({ client }: TestTenant) {
    const [place] = await client.orgs.find({ name: org });
    return client.users.create({ name, emails: [email], org: place?.id ?? "", ...more });
  },
});

const device = (serialNumber: string, owner: string | undefined) => ({
  async happens({ client }: TestTenant) {
    const [found] = owner === undefined ? [] : await client.users.find({ name: owner });
    return client.devices.create({ serialNumber, platform: "iOS", ...(found && { owner: found.id }) });
  },
});

const org = (name: string, code: string, parent?: string) => ({
  async happens({ client }: TestTenant) {
    const [above] = parent === undefined ? [] : await client.orgs.find({ name: parent });
    return client.orgs.create({ name, code, ...(above && { parentId: above.id }) });
  },
});

const hidden = (one: Past[number]): Past[number] => ({ ...one, hidden: true });

/**
 * The history of the tenants. The scoped accounts can see EAST, with E1 and E2 below it. WEST and the records directly
 * in 全社 are the hidden half.
 */
const PAST: Past = [
  hidden(org("西日本", "WEST")),
  org("東日本", "EAST"),
  hidden(org("営業部", "W1", "WEST")),
  org("営業部", "E1", "EAST"),
  org("技術部", "E2", "EAST"),
  { happens: ({ client }) => client.users.addField({ name: "入社年" }) },
  hidden(user("西 太郎", "taro@west.example", "W1", { employeeCode: "X1", accountName: "nishi" })),
  user("東 花子", "hanako@east.example", "E1", { employeeCode: "E1", accountName: "hanako" }),
  hidden(user("西 花子", "hanako@west.example", "WEST", { employeeCode: "E1" })),
  user("東 次郎", "jiro@east.example", "E2", { employeeCode: "E2" }),
  hidden(user("本社 三郎", "saburo@root.example", "全社")),
  user("東 三郎", "saburo@east.example", "EAST", { title: "部長" }),
  hidden(device("WEST0001", "taro@west.example")),
  device("EAST0001", "hanako@east.example"),
  hidden(device("NOBODY01", undefined)),
  device("EAST0002", "jiro@east.example"),
  hidden({
    happens: (tenant) =>
      tenant.import({ kind: "users" }, [
        ["氏名", "メールアドレス", "組織コード"],
        ["西 四郎", "shiro@west.example", "W1"],
      ]),
  }),
  hidden({
    happens: (tenant) => addTestAccount(tenant, { name: "himitsu", role: "division", org: "W1", manages: ["WEST"] }),
  }),
  hidden({
    happens: (tenant) =>
      tenant.import({ kind: "browser" }, [
        ["ユーザーID", "表示名", "パスワード"],
        ["west01", "西 太郎", "abc123"],
      ]),
  }),
];

/**
 * The owners of renewals: all of them, and those that are not hidden. The owners are given as addresses, names, codes
 * and account names.
 */
const OWNERS: readonly (readonly [all: string | null, visible: string | null])[] = [
  ["西 太郎 <taro@west.example>, hanako@east.example", "hanako@east.example"],
  ["X1、nishi; E2\n西 花子", "E2"],
  ["hanako@west.example jiro@east.example", "jiro@east.example"],
  ["情シス(本社 三郎)", null],
  ["東 三郎, partner@vendor.example", "東 三郎"],
  [null, null],
];

/** Renewal data that can be read only with the rights for Apple's services. */
const RESERVED = {
  account: "apple@west.example",
  phone: "090-0000-0000",
  phoneHolder: "西 太郎",
  notes: "西 太郎 が保管",
  topic: "com.apple.mgmt.External.0f9e8d7c-0000-4000-8000-000000000000",
  fingerprint: sha256("certificate"),
  source: "/home/taro/push.pem",
} as const;

/** Adds renewals and the details of the contact person to one of the tenants. */
const recordRenewals = async ({ client }: TestTenant, isWhole: boolean): Promise<void> => {
  for (const [at, [all, visible]] of OWNERS.entries()) {
    const [name, reserved] = [`更新 ${at}`, isWhole && at === 0 ? RESERVED : {}];
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
 * anything else.
 */
export const twins = async (): Promise<readonly [Twin, Twin]> => {
  const [whole, bare] = [new Twin(), new Twin()];
  for (const { hidden: isHidden, happens } of PAST) {
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
