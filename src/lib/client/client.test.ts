import { requireFailure as failure } from "#support/client/whole-client.ts";
import { undoImport } from "#support/tenant/undo.ts";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve, type ServerType } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../errors/index.ts";
import { createDispatch } from "../tenant/api/dispatch.ts";
import { openTenant, type OpenTenant } from "../tenant/api/index.ts";
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

describe.each(WAYS)("the client, %s", (way) => {
  let reached: Reached;
  let client: WholeClient;

  beforeAll(async () => {
    reached = await prepared(way);
    ({ client } = reached);
  });

  afterAll(() => reached.close());

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
    expect(plan).toMatchObject({ create: 45_000 });
    expect(await Array.fromAsync(client.imports.rows(plan.id))).toHaveLength(45_000);
    await client.imports.commit(plan);
    const exported = await new Response(await client.users.export({ filterId: "p1" })).text();
    expect(exported.split("\r\n").length).toBeGreaterThan(45_000);
    expect(exported).toContain("E144999");
  });

  it("reports what does not exist", async () => {
    const calls = [
      client.imports.show(NOWHERE),
      undoImport(client, NOWHERE),
      client.imports.commit({ id: NOWHERE, etag: "1" }),
      Array.fromAsync(client.imports.rows(NOWHERE)),
      client.renewals.edit(NOWHERE, { name: "x" }),
      client.renewals.remove(NOWHERE),
    ];
    expect(await Promise.all(calls.map(async (call) => (await failure(call)).code))).toEqual(
      calls.map(() => "not-found"),
    );
  });

  it("receives errors in both languages", async () => {
    const { what, code } = await failure(client.renewals.add({ kind: "custom", name: "" }));
    expect(code).toMatch(/^(?:usage|input-rejected)$/);
    expect(what).toMatchObject({ en: expect.stringContaining("blank") });
  });

  describe("a malformed request", () => {
    const sent = (body: string, type = "application/json", method = "POST") => ({
      method,
      body,
      headers: { "content-type": type },
    });

    it.each<[string, number, string, RequestInit]>([
      ["/v1/users?nonsense=1", 400, "query", {}],
      ["/v1/users?limit=-1", 400, "query.limit", {}],
      ["/v1/users?limit=1&limit=2", 400, "query.limit", {}],
      ["/v1/secured/__proto__/users", 400, "param.app", {}],
      ["/v1/imports", 400, "json", sent("{")],
      ["/v1/imports", 400, "json", sent(`{"kind":"users","__proto__":1}`)],
      ["/v1/imports", 415, "content-type", sent("kind=users", "text/plain")],
      ["/v1/users/fields", 413, "json", sent(`{"name":"${"x".repeat(1_100_000)}"}`)],
      [`/v1/imports/${NOWHERE}/content`, 415, "content-type", sent("", "text/csv", "PUT")],
      [`/v1/imports/${NOWHERE}/content`, 415, "content-type", sent("", "text/csv; charset=latin1", "PUT")],
      ["/v1/renewals", 400, "json.expiresAt", sent(`{"kind":"custom","name":"x","expiresAt":"2027-03-01"}`)],
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
    await expect.poll(async () => (await client.imports.list())[0]?.state).toBe("discarded");
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
