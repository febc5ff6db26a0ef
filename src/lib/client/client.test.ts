import { undoImport } from "#support/tenant/undo.ts";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve, type ServerType } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../errors/index.ts";
import { createDispatch } from "../tenant/dispatch/index.ts";
import { openTenant, type OpenTenant } from "../tenant/index.ts";
import { TEST_ORIGIN } from "#support/tenant/tenant.ts";
import type { Connection, Upload } from "./index.ts";
import { createWholeClient, type WholeClient } from "#support/client/whole-client.ts";
import { openSocket, type SocketTransport } from "./socket.ts";

const NOWHERE = "00000000-0000-7000-8000-00000000dead";

class Reached {
  readonly folder = mkdtempSync(join(tmpdir(), "clomoctl-client-"));
  readonly #tenant: OpenTenant;
  readonly #fetch: (request: Request) => Promise<Response>;
  #server: ServerType | undefined;
  #socket: SocketTransport | undefined;
  #drawn = 0;
  #keys = 0;
  connection: Pick<Connection, "transport" | "perform">;
  base = new URL("http://tenant.invalid");

  constructor() {
    const random = (size: number): Uint8Array => {
      const bytes = new Uint8Array(size);
      new DataView(bytes.buffer).setUint32(0, (this.#drawn += 1));
      return bytes;
    };
    const surroundings = { now: () => Date.UTC(2026, 10, 20), random, origin: TEST_ORIGIN };
    this.#tenant = openTenant({ folder: this.folder, name: "kanto", acting: "owner", actor: "owner", surroundings });
    this.#fetch = createDispatch(this.#tenant);
    this.connection = { transport: this.#fetch, perform: this.#tenant.perform };
  }

  async overSocket(): Promise<void> {
    const port = await new Promise<number>((resolve) => {
      this.#server = serve({ fetch: (request) => this.#fetch(request), port: 0, hostname: "127.0.0.1" }, (address) =>
        resolve(address.port),
      );
    });
    this.#socket = openSocket({
      surroundings: { now: () => 0, wait: async () => undefined, random: () => 1 },
    });
    this.connection = this.#socket;
    this.base = new URL(`http://127.0.0.1:${port}`);
  }

  get client(): WholeClient {
    const newKey = (): string => `key-${(this.#keys += 1)}`;
    return createWholeClient({ ...this.connection, base: this.base, newKey });
  }

  /** A request that bypasses the client, as another program would send it. */
  raw(path: string, init: RequestInit & { readonly duplex?: "half" } = {}): Promise<Response> {
    return this.connection.transport(new Request(new URL(path, this.base), init));
  }

  staging(): readonly string[] {
    return readdirSync(join(this.folder, "imports"));
  }

  async close(): Promise<void> {
    await this.#socket?.close();
    await new Promise<void>((resolve) => {
      if (this.#server === undefined) resolve();
      else this.#server.close(() => resolve());
    });
    await this.#tenant.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const USERS = "氏名,メールアドレス,組織コード,社員コード\r\n";
const people = (...numbers: readonly number[]): string =>
  USERS + numbers.map((n) => `利用者${n},p${n}@example.jp,S01,E${n}\r\n`).join("");

const upload = (content: string | readonly Uint8Array[]): Upload => ({
  stream: typeof content === "string" ? new Blob([content]).stream() : ReadableStream.from(content),
  encoding: "utf-8",
});

const json = { "content-type": "application/json" };

const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();

const failure = async (work: Promise<unknown>): Promise<Failure> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw new Error("no failure", { cause: error });
};

const WAYS = ["in process", "over a socket"];

const bring = async (client: WholeClient, request: Parameters<WholeClient["imports"]["plan"]>[0], content: string) =>
  client.imports.commit(await client.imports.plan(request, upload(content)));

const prepared = async (way: string): Promise<Reached> => {
  const reached = new Reached();
  if (way === "over a socket") await reached.overSocket();
  const { client } = reached;
  await bring(
    client,
    { kind: "orgs" },
    "組織名,組織コード,上位組織コード,上位組織パス\n営業部,S01,,\n第一課,S02,S01,\n",
  );
  await bring(client, { kind: "users" }, people(1, 2, 3, 4, 5));
  await bring(
    client,
    { kind: "docs", createGroups: true },
    "表示名,ユーザーID,パスワード,グループ名\nい,b2,secret1,営業\nろ,a1,secret1,営業\nは,c3,secret1,\n",
  );
  return reached;
};

describe.each(WAYS)("the client of an unchanged tenant, %s", (way) => {
  let reached: Reached;
  let client: WholeClient;

  beforeAll(async () => {
    reached = await prepared(way);
    ({ client } = reached);
  });

  afterAll(() => reached.close());

  it("lists users", async () => {
    const names = (await Array.fromAsync(client.users.list())).map(({ name }) => name);
    expect(names).toEqual(["利用者1", "利用者2", "利用者3", "利用者4", "利用者5"]);
  });

  it("exports what it imported", async () => {
    expect(await textOf(await client.orgs.export({ newline: "lf" }))).toContain("第一課,S02,S01,\n");
    expect((await textOf(await client.users.export({ newline: "cr", filterId: "p4" }))).split("\r")).toHaveLength(3);
    const secured = await textOf(await client.secured.export("docs", { layout: "console", newline: "lf" }));
    expect(secured).toBe("表示名,ユーザーID,説明\nろ,a1,\nい,b2,\nは,c3,\n");
  });

  it("lists and finds SECURED APPs users and groups", async () => {
    const ids = async (query?: Parameters<WholeClient["secured"]["list"]>[1]) =>
      (await Array.fromAsync(client.secured.list("docs", query))).map(({ userId }) => userId);
    expect(await ids()).toEqual(["a1", "b2", "c3"]);
    expect(await ids({ desc: true })).toEqual(["c3", "b2", "a1"]);
    expect(await ids({ sort: "name" })).toHaveLength(3);
    expect((await client.secured.find("docs", { name: "b2" }))[0]).toMatchObject({ name: "い", groups: ["営業"] });
    expect((await client.secured.groups("docs")).map(({ name, users }) => [name, users])).toEqual([["営業", 2]]);
    expect(await client.secured.groups("browser")).toEqual([]);
  });
});

describe.each(WAYS)("the client, %s", (way) => {
  let reached: Reached;
  let client: WholeClient;

  beforeAll(async () => {
    reached = await prepared(way);
    ({ client } = reached);
  });

  afterAll(() => reached.close());

  it("adds, changes, confirms and removes renewal items", async () => {
    const { renewals } = client;
    const expiresAt = "2027-03-01T14:59:59.000Z";
    const push = await renewals.add({ kind: "push-certificate", name: "本社", expiresAt, topic: "com.apple.mgmt.1" });
    expect(push).toMatchObject({ name: "本社", expiresAt, certainty: "typed", owner: null, confirmedAt: null });
    const owner = await renewals.add({ kind: "android-owner", name: "所有者" });
    expect((await renewals.list()).map(({ id }) => id)).toEqual([owner.id, push.id]);
    const edited = await renewals.edit(push.id, { owner: "it@example.jp", topic: null });
    expect(edited).toMatchObject({ id: push.id, name: "本社", owner: "it@example.jp", topic: null, expiresAt });
    const at = "2026-11-20T00:00:00.000Z";
    expect(await renewals.confirm(owner.id, { by: "髙橋", at })).toMatchObject({
      confirmedAt: at,
      confirmedBy: "髙橋",
      expiresAt: "2027-11-20T00:00:00.000Z",
      certainty: "estimated",
    });
    expect(await renewals.remove(push.id)).toEqual(edited);
    expect((await renewals.remove(owner.id)).id).toBe(owner.id);
    expect(await renewals.list()).toEqual([]);
  });

  it("begins and settles reminders", async () => {
    const { renewals } = client;
    const item = await renewals.add({ kind: "custom", name: "契約" });
    const claim = {
      itemId: item.id,
      expiresAt: "2027-03-01T14:59:59.000Z",
      stage: 30,
      way: "mail",
      recipient: "a@x.jp",
    };
    const first = await renewals.claimNotice(claim);
    expect(first).toMatchObject({ claimed: true, notice: { ...claim, state: "sending", attempts: 1 } });
    expect(await renewals.claimNotice(claim)).toEqual({ ...first, claimed: false });
    const failed = await renewals.settleNotice(first.notice.id, { state: "failed", error: "550 いません" });
    expect(failed).toMatchObject({ state: "failed", error: "550 いません" });
    const again = await renewals.claimNotice(claim);
    expect(again).toMatchObject({ claimed: true, notice: { attempts: 2, messageId: first.notice.messageId } });
    const sent = await renewals.settleNotice(again.notice.id, { state: "sent", error: null });
    expect((await renewals.claimNotice(claim)).claimed).toBe(false);
    const dayAfter = await renewals.claimNotice({ ...claim, stage: -1 });
    expect(await renewals.notices()).toEqual([dayAfter.notice, sent]);
    await renewals.remove(item.id);
    expect(await renewals.notices()).toEqual([]);
  });

  it("plans, shows rows and problems, and discards", async () => {
    const plan = await client.imports.plan(
      { kind: "users", fileName: "人.csv", skipInvalid: true },
      upload(people(5, 6) + "名,壊れ,,\r\n"),
    );
    expect(plan).toMatchObject({ state: "planned", fileName: "人.csv", create: 1, unchanged: 1, invalid: 1, rows: 3 });
    const rows = await Array.fromAsync(client.imports.rows(plan.id));
    expect(rows.map(({ row, action }) => [row, action])).toEqual([
      [2, "unchanged"],
      [3, "create"],
      [4, "invalid"],
    ]);
    expect(await Array.fromAsync(client.imports.rows(plan.id, { action: "create,invalid" }))).toHaveLength(2);
    expect(await Array.fromAsync(client.imports.rows(plan.id, { limit: 1 }))).toHaveLength(1);
    const [problem] = await Array.fromAsync(client.imports.problems(plan.id, { limit: 1 }));
    expect(problem).toMatchObject({ code: "not-mail-address", row: 4, header: "メールアドレス" });
    expect((await client.imports.list())[0]?.id).toBe(plan.id);
    expect(await client.imports.show(plan.id)).toEqual(plan);
    expect((await client.imports.discard(plan.id)).state).toBe("discarded");
    expect((await failure(client.imports.commit(plan))).code).toBe("conflict");
    expect((await failure(Array.fromAsync(client.imports.rows(plan.id)))).code).toBe("conflict");
  });

  it("does not commit a plan that has changed", async () => {
    const plan = await client.imports.plan({ kind: "users" }, upload(people(7)));
    await bring(client, { kind: "users" }, people(7));
    expect((await failure(client.imports.commit(plan))).code).toBe("conflict");
    const again = await client.imports.replan(plan.id);
    expect((await failure(client.imports.commit(plan))).code).toBe("conflict");
    expect((await client.imports.commit(again)).state).toBe("committed");
  });

  it("undoes a change", async () => {
    const done = await bring(client, { kind: "users" }, people(20));
    const undo = await undoImport(client, done.id);
    expect(undo).toMatchObject({ mode: "undo", undoes: done.change, delete: 1 });
    expect((await client.imports.commit(undo)).state).toBe("committed");
    expect(await client.users.find({ name: "p20@example.jp" })).toEqual([]);
    expect((await failure(undoImport(client, done.id))).code).toBe("conflict");
  });

  it("uploads and downloads five megabytes as streams", async () => {
    const numbers = Array.from({ length: 45_000 }, (_, n) => n + 100_000);
    const address = "東京都千代田区丸の内".repeat(3);
    const header = USERS.replace("\r\n", ",住所\r\n");
    const lines = numbers.map((n) => `利用者${n},p${n}@example.jp,S01,E${n},${address}\r\n`);
    const bytes = Buffer.from(header + lines.join(""));
    expect(bytes.length).toBeGreaterThan(5_000_000);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, n) =>
      bytes.subarray(n * 50_000, (n + 1) * 50_000),
    );
    const plan = await client.imports.plan({ kind: "users" }, upload(pieces));
    expect(plan).toMatchObject({ create: 45_000, inputBytes: bytes.length });
    expect(await Array.fromAsync(client.imports.rows(plan.id))).toHaveLength(45_000);
    await client.imports.commit(plan);
    const exported = await textOf(await client.users.export({ filterId: "p1" }));
    expect(exported.split("\r\n").length).toBeGreaterThan(45_000);
    expect(exported).toContain("E144999");
  });

  it("reports what does not exist", async () => {
    const calls = [
      client.imports.show(NOWHERE),
      client.imports.discard(NOWHERE),
      undoImport(client, NOWHERE),
      client.imports.replan(NOWHERE),
      client.imports.commit({ id: NOWHERE, etag: "1" }),
      Array.fromAsync(client.imports.rows(NOWHERE)),
      Array.fromAsync(client.imports.problems(NOWHERE)),
      client.renewals.edit(NOWHERE, { name: "x" }),
      client.renewals.confirm(NOWHERE, { by: "x", at: "2026-11-20T00:00:00.000Z" }),
      client.renewals.remove(NOWHERE),
      client.renewals.claimNotice({
        itemId: NOWHERE,
        expiresAt: "2027-03-01T00:00:00.000Z",
        stage: 0,
        way: "mail",
        recipient: "a@x.jp",
      }),
      client.renewals.settleNotice(NOWHERE, { state: "sent", error: null }),
    ];
    expect(await Promise.all(calls.map(async (call) => (await failure(call)).code))).toEqual(
      calls.map(() => "not-found"),
    );
  });

  it("receives errors in both languages", async () => {
    const { what, code } = await failure(client.renewals.add({ kind: "custom", name: "" }));
    expect(code).toMatch(/^(?:usage|input-rejected)$/);
    expect(what).toEqual({ en: expect.stringContaining("blank"), ja: expect.stringContaining("空") });
  });

  describe("a malformed request", () => {
    it.each<[string, number, string, RequestInit]>([
      ["/v1/users?nonsense=1", 400, "query", {}],
      ["/v1/tenant?nonsense=1", 400, "query", {}],
      ["/v1/users?limit=-1", 400, "query.limit", {}],
      ["/v1/users?limit=1&limit=2", 400, "query.limit", {}],
      ["/v1/secured/__proto__/users", 400, "param.app", {}],
      ["/v1/imports/xyz", 400, "param.id", {}],
      [`/v1/imports/${NOWHERE}/rows?action=drop`, 400, "query.action", {}],
      ["/v1/imports", 400, "json", { method: "POST", body: "{", headers: json }],
      ["/v1/imports", 400, "json.kind", { method: "POST", body: "{}", headers: json }],
      ["/v1/imports", 400, "json", { method: "POST", body: `{"kind":"users","__proto__":1}`, headers: json }],
      [
        "/v1/imports",
        415,
        "content-type",
        { method: "POST", body: "kind=users", headers: { "content-type": "text/plain" } },
      ],
      ["/v1/users/fields", 413, "json", { method: "POST", body: `{"name":"${"x".repeat(1_100_000)}"}`, headers: json }],
      [
        `/v1/imports/${NOWHERE}/content`,
        415,
        "content-type",
        { method: "PUT", body: "", headers: { "content-type": "text/csv" } },
      ],
      [
        `/v1/imports/${NOWHERE}/content`,
        415,
        "content-type",
        { method: "PUT", body: "", headers: { "content-type": "text/csv; charset=latin1" } },
      ],
      [`/v1/imports/${NOWHERE}/commit`, 400, "json.etag", { method: "POST", body: "{}", headers: json }],
      ["/v1/renewals?nonsense=1", 400, "query", {}],
      ["/v1/renewals", 400, "json.kind", { method: "POST", body: `{"kind":"password","name":"x"}`, headers: json }],
      [
        "/v1/renewals",
        400,
        "json",
        { method: "POST", body: `{"kind":"custom","name":"x","password":"y"}`, headers: json },
      ],
      ["/v1/renewals", 400, "json.name", { method: "POST", body: `{"kind":"custom"}`, headers: json }],
      [
        "/v1/renewals",
        400,
        "json.expiresAt",
        { method: "POST", body: `{"kind":"custom","name":"x","expiresAt":"2027-03-01"}`, headers: json },
      ],
      ["/v1/renewals/xyz", 400, "param.id", { method: "PATCH", body: "{}", headers: json }],
      [
        `/v1/renewals/${NOWHERE}`,
        415,
        "content-type",
        { method: "PATCH", body: "name=x", headers: { "content-type": "text/plain" } },
      ],
      [
        `/v1/renewals/${NOWHERE}/confirm`,
        400,
        "json.by",
        { method: "POST", body: `{"at":"2027-03-01T00:00:00Z"}`, headers: json },
      ],
      ["/v1/tenant", 405, "/v1/tenant", { method: "DELETE" }],
    ])("%s returns %i with the place %s", async (path, status, where, init) => {
      const response = await reached.raw(path, init);
      const problem = await response.json();
      expect({ status: response.status, problem, type: response.headers.get("content-type") }).toEqual({
        status,
        problem: expect.objectContaining({
          status,
          where,
          type: "usage",
          detail: { en: expect.any(String), ja: expect.any(String) },
        }),
        type: "application/problem+json",
      });
    });
  });

  describe("a POST with an Idempotency-Key", () => {
    const post = async (path: string, key: string, body: object = {}) => {
      const headers = { "idempotency-key": key, ...json };
      const response = await reached.raw(path, { method: "POST", headers, body: JSON.stringify(body) });
      return {
        status: response.status,
        answer: (await response.json()) as { readonly id: string; readonly state: string },
      };
    };

    it("creates only one import or field, however often it is sent", async () => {
      const first = await post("/v1/imports", "a", { kind: "users" });
      expect(await post("/v1/imports", "a", { kind: "users" })).toEqual(first);
      expect((await post("/v1/imports", "b", { kind: "users" })).answer.id).not.toBe(first.answer.id);
      const field = await post("/v1/users/fields", "a", { name: "血液型" });
      expect(await post("/v1/users/fields", "a", { name: "血液型" })).toEqual(field);
      await client.users.removeField(field.answer.id);
    });

    it("is refused if it was sent with another body", async () => {
      await post("/v1/imports", "c", { kind: "users" });
      expect(await post("/v1/imports", "c", { kind: "orgs" })).toMatchObject({
        status: 422,
        answer: { type: "usage" },
      });
    });

    it("commits once and undoes once", async () => {
      const plan = await client.imports.plan({ kind: "users" }, upload(people(70)));
      const commit = () => post(`/v1/imports/${plan.id}/commit`, "d", { etag: plan.etag });
      const [first, second] = await Promise.all([commit(), commit()]);
      expect([first, await commit()]).toEqual([second, first]);
      expect(first).toMatchObject({ status: 200, answer: { state: "committed" } });
      expect((await post(`/v1/imports/${plan.id}/commit`, "e", { etag: plan.etag })).status).toBe(409);
      const { change } = await client.imports.show(plan.id);
      const undo = await post(`/v1/imports/changes/${change}/undo`, "f");
      expect(undo.status).toBe(200);
      expect(await post(`/v1/imports/changes/${change}/undo`, "f")).toEqual(undo);
    });
  });

  it("leaves nothing behind after an aborted upload", async () => {
    const before = reached.staging();
    const ended = new AbortController();
    const stream = ReadableStream.from(
      (async function* () {
        yield Buffer.from(people(60, 61));
        ended.abort();
        yield Buffer.from("more");
      })(),
    );
    const error = await failure(client.imports.plan({ kind: "users" }, { stream, encoding: "utf-8" }, ended.signal));
    expect(error.code).toBe("interrupted");
    await expect.poll(async () => (await client.imports.list())[0]?.state).toBe("failed");
    await expect.poll(() => reached.staging()).toEqual(before);
    expect(await client.users.find({ name: "p60@example.jp" })).toEqual([]);
  });

  it("reports why its own file could not be read to the end", async () => {
    const mishap = new Failure("input-rejected", { what: { en: "the file changed", ja: "ファイルが変わりました" } });
    const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(mishap) });
    const other = new Reached();
    if (way === "over a socket") await other.overSocket();
    const error = await failure(other.client.imports.plan({ kind: "users" }, { stream, encoding: "utf-8" }));
    expect([error.code, error.what.en]).toEqual(["input-rejected", "the file changed"]);
    await other.close();
  });
});
