import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { FORMAT_NAMES, THINGS_WITHOUT_TASKS, TYPES_BY_FORMAT } from "../../nouns/index.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

interface Sent {
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly method?: string;
}

const send = async (path: string, { type, body = "", method = "POST" }: Sent = {}) => {
  const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
  const init = method === "GET" ? { method, headers } : { method, headers, body: Buffer.from(body) };
  const answer = await tenant.fetch(new Request(`http://tenant.invalid${path}`, init));
  const content = await answer.text();
  return { status: answer.status, content, ...(answer.ok ? {} : (JSON.parse(content) as object)) };
};

test.each<[name: string, sent: Sent, status: number, where: string]>([
  ["a body and no type", { body: "{}" }, 415, "content-type"],
  ["a type that only begins like JSON", { body: "{}", type: "application/jsonish" }, 415, "content-type"],
  ["no body and no type", {}, 400, "json.name"],
  ["a type and no body", { type: "application/json" }, 400, "json"],
  ["half a body", { body: '{"name":', type: "application/json" }, 400, "json"],
  ["another charset", { body: '{"name":"a"}', type: "application/json; charset=Shift_JIS" }, 415, "content-type"],
  ["bytes that are not UTF-8", { body: Uint8Array.of(0x22, 0x8f, 0x52, 0x22), type: "application/json" }, 400, "json"],
])("rejects %s", async (_, sent, status, where) => {
  expect(await send("/v1/users/fields", sent)).toMatchObject({ status, where });
});

test.each(["application/json; charset=utf-8", "Application/JSON", "application/vnd.clomoctl+json"])(
  "%s is accepted as JSON",
  async (type) => {
    expect(await send("/v1/users/fields", { type, body: '{"name":"座席"}' })).toMatchObject({ status: 200 });
  },
);

test.each(FORMAT_NAMES)(
  "a file of %s for the console is recorded, or refused without tasks for the console",
  async (kind) => {
    const body = JSON.stringify({ files: [{ kind, fields: [] }] });
    const status = THINGS_WITHOUT_TASKS.includes(TYPES_BY_FORMAT[kind]) ? 400 : 200;
    expect(await send("/v1/console/files", { type: "application/json", body })).toMatchObject({ status });
  },
);

test.each(["/v1", "/v1/nothing", "/v1/users/nothing/more", "/v1/constructor", "/v2/users/nothing"])(
  "%s is not found",
  async (path) => {
    expect((await send(path, { method: "GET" })).status).toBe(404);
  },
);

test("an address may contain escapes, and an unsupported method is not found", async () => {
  expect(await send("/v1/us%65rs/fields", { method: "GET" })).toMatchObject({ status: 200, content: "[]" });
  const answer = await tenant.fetch(new Request("http://tenant.invalid/v1/users/fields", { method: "PUT" }));
  expect(answer.status).toBe(404);
});

test.each([
  "/v1/users/%E0%A4%A",
  "/v1/users/%",
  "/v1/%zz/fields",
  "/v1/users?search=%zz",
  "/v1/users?search=%ff",
  "/v1/users?search=%E0%A4%A",
])("%j is rejected as malformed", async (path) => {
  expect(await send(path, { method: "GET" })).toMatchObject({ status: 400, type: "usage" });
});

test("a query may contain escapes, also that of %", async () => {
  expect(await send("/v1/users?search=100%25+%E5%B1%B1", { method: "GET" })).toMatchObject({
    status: 200,
    content: "",
  });
});

test("an Idempotency-Key that was used with another body is rejected, and nothing changes", async () => {
  const post = (name: string): Promise<Response> => tenant.post("/v1/users/fields", { name });
  expect((await post("座席")).status).toBe(200);
  const refused = await post("内線");
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ type: "usage", where: "idempotency-key", status: 422 });
  expect((await post("座席")).status).toBe(200);
  expect(tenant.sql("select name from custom_field")).toEqual([{ name: "座席" }]);
});

test("a route that does not take an Idempotency-Key ignores it", async () => {
  const { id } = (await tenant.client.users.create({ name: "a", emails: ["a@x.jp"] })).after;
  for (const ids of [[id], [id, id]]) {
    expect((await tenant.post("/v1/leavers/dependents", { ids })).status).toBe(200);
  }
});

test("a noun that fails to load is loaded again by the next request", async () => {
  tenant.sql("alter table import rename to import_away");
  expect((await send("/v1/imports", { method: "GET" })).status).toBe(500);
  tenant.sql("alter table import_away rename to import");
  expect(await send("/v1/imports", { method: "GET" })).toMatchObject({ status: 200, content: "[]" });
});

test("a fault of the tenant's files names the file only to the same computer", async () => {
  await addTestAccount(tenant, { name: "sys", role: "system" });
  const plan = await tenant.plan({ kind: "orgs" }, [["組織名"], ["営業部"]]);
  rmSync(tenant.staging(plan.id));
  const path = `/v1/imports/${plan.id}/rows`;
  const own = await tenant.fetch(new Request(`http://tenant.invalid${path}`));
  expect([own.status, await own.text()]).toEqual([500, expect.stringContaining(tenant.folder)]);
  const served = await tenant.request(path, { secret: addTestCredential(tenant, "sys") });
  expect([served.status, await served.text()]).toEqual([503, expect.not.stringContaining(tenant.folder)]);
});
