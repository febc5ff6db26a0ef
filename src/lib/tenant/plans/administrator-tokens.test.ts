import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../../contract/index.ts";
import { TOKEN_RIGHTS, type TokenRight } from "../../model/credential.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { MACHINE_OWNER } from "../policy/asker.ts";
import type { Operation } from "../../model/role.ts";
import { requirePlanPermission } from "../policy/import-work.ts";
import { EMPTY_COUNTS } from "./shape.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let server: TestServer;
beforeEach(async () => {
  tenant = new TestTenant();
  for (const [name, role] of [
    ["boss", "system"],
    ["chief", "system"],
    ["ope", "operator"],
  ] as const)
    await addTestAccount(tenant, { name, role });
  server = await serveTestTenant(tenant);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await tenant[Symbol.asyncDispose]();
});

const USER_RIGHTS: readonly TokenRight[] = ["users.read", "users.write", "users.move", "users.delete"];

interface SentRequest {
  readonly method?: string;
  readonly body?: object;
  readonly file?: string;
  readonly etag?: string;
}

/** Sends a request over a socket, and returns its status with the response. */
async function send(secret: string, path: string, { method = "POST", body, file, etag = "" }: SentRequest = {}) {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(file !== undefined && { "content-type": "text/csv; charset=utf-8" }),
      ...(etag !== "" && { "if-match": etag }),
    },
    body: file ?? (body === undefined ? null : JSON.stringify(body)),
  });
  const answer = (await response.json()) as Import & { readonly detail?: string };
  return { status: response.status, etag: response.headers.get("etag") ?? "", answer };
}

/** Plans a change with a POST request, and commits the plan. Returns the statuses of both, or of the refused plan. */
async function planAndCommit(secret: string, path: string, body?: object): Promise<readonly number[]> {
  const planned = await send(secret, path, body === undefined ? {} : { body });
  if (planned.status !== 201) return [planned.status];
  const done = await send(secret, `/v1/imports/${planned.answer.id}/commit`, { etag: planned.etag });
  return [planned.status, done.status];
}

/** Imports new names for two users, one of whom then becomes a system administrator. Returns the number of the change. */
async function importNames(): Promise<number> {
  for (const name of ["taro", "jiro"]) await addTestAccount(tenant, { name, role: "none" });
  const done = await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス"],
    ["太郎", "taro@accounts.example"],
    ["次郎", "jiro@accounts.example"],
  ]);
  tenant.database.run(
    `update account set role = 'system' where user = (select pk from user where accountName = 'taro')`,
  );
  tenant.database.run(`update user set administrator = 1 where accountName = 'taro'`);
  return done.change ?? 0;
}

const namesOf = async (): Promise<readonly string[]> =>
  (await tenant.users()).map(({ name }) => name).filter((name) => ["太郎", "次郎", "taro", "jiro"].includes(name));

test.each([
  ["a token of a system administrator with the rights of users", "boss", USER_RIGHTS, [201, 200]],
  ["the session of a system administrator", "boss", null, [201, 200]],
  ["a token of a system administrator without the right to write", "boss", ["users.read"], [403]],
  ["a token of an operator", "ope", USER_RIGHTS, [403]],
] as const)("undo of a change of an administrator, by %s", async (_, account, rights, statuses) => {
  const change = await importNames();
  const secret = addTestCredential(tenant, account, { rights });
  expect(await planAndCommit(secret, `/v1/imports/changes/${change}/undo`)).toEqual(statuses);
  expect(await namesOf()).toEqual(statuses.length === 1 ? ["太郎", "次郎"] : ["taro", "jiro"]);
});

test.each([
  ["a token of a system administrator with the rights of users", "boss", USER_RIGHTS, 422],
  ["a token of a system administrator without the right to delete", "boss", ["users.read", "users.write"], 403],
  ["a token of an operator", "ope", USER_RIGHTS, 403],
] as const)("the user of a system administrator is not deleted by %s", async (_, account, rights, status) => {
  const [chief] = await tenant.client.accounts.find({ name: "chief" });
  const secret = addTestCredential(tenant, account, { rights });
  const body = { kind: "users", ids: [chief?.id ?? ""], called: "chief" };
  expect(await planAndCommit(secret, "/v1/imports/deletions", body)).toEqual([status]);
  expect(await tenant.client.accounts.find({ name: "chief" })).toHaveLength(1);
});

test("a token of a system administrator deletes a user without a role, and undoes the deletion", async () => {
  const id = await addTestAccount(tenant, { name: "taro", role: "none" });
  const secret = addTestCredential(tenant, "boss", { rights: USER_RIGHTS });
  const body = { kind: "users", ids: [id], called: "taro" };
  expect(await planAndCommit(secret, "/v1/imports/deletions", body)).toEqual([201, 200]);
  expect(await namesOf()).toEqual([]);
  expect(await planAndCommit(secret, "/v1/imports/changes/last/undo")).toEqual([201, 200]);
  expect(await namesOf()).toEqual(["taro"]);
});

test.each([
  [USER_RIGHTS, [403]],
  [
    [...USER_RIGHTS, "accounts.read", "accounts.roles"],
    [201, 200],
  ],
] as const)(
  "a token of a system administrator marks a user by an undo only with the right for roles",
  async (rights, statuses) => {
    const id = await addTestAccount(tenant, { name: "taro", role: "none" });
    await tenant.client.administrators.mark("users", { add: [id] });
    await tenant.client.administrators.mark("users", { remove: [id] });
    const change = tenant.database.count("select max(number) from change");
    const secret = addTestCredential(tenant, "boss", { rights });
    const path = `/v1/imports/changes/${change}/undo`;
    expect(await planAndCommit(secret, path)).toEqual(statuses);
    if (statuses.length > 1) return;
    const { answer } = await send(secret, path);
    expect(answer).toMatchObject({
      detail: { en: "taro: the access token does not have the right accounts.roles (grant roles above operator)" },
    });
  },
);

/** Sends requests as a token with some rights would, to take over the account of the system administrator chief. */
const TAKEOVERS: Readonly<Record<string, (secret: string, id: string) => Promise<readonly number[]>>> = {
  "resets the password": async (secret, id) => [
    (await send(secret, `/v1/accounts/${id}/reset-password`, { body: { password: "Passw0rd-9999" } })).status,
  ],
  "revokes the role": async (secret, id) => [(await send(secret, `/v1/accounts/${id}/revoke`, { body: {} })).status],
  "renames the account": async (secret, id) => [
    (await send(secret, `/v1/accounts/${id}`, { method: "PATCH", body: { name: "renamed" } })).status,
  ],
  "mails a reset code": async (secret, id) => [
    (await send(secret, `/v1/accounts/${id}/reset-code`, { body: { address: "chief@accounts.example" } })).status,
  ],
  "changes the email address": async (secret, id) => [
    (await send(secret, `/v1/users/${id}`, { method: "PATCH", body: { emails: ["mine@example.jp"] } })).status,
  ],
  "imports another email address": async (secret) => {
    const planned = await send(secret, "/v1/imports", { body: { kind: "users" } });
    if (planned.status !== 201) return [planned.status];
    const path = `/v1/imports/${planned.answer.id}`;
    const file = "氏名,メールアドレス,メールアドレス\nchief,chief@accounts.example,mine@example.jp\n";
    const { status, etag } = await send(secret, `${path}/content`, { method: "PUT", file });
    return [planned.status, status, (await send(secret, `${path}/commit`, { etag })).status];
  },
  "undoes a change of the email address": async (secret, id) => {
    await tenant.client.users.edit(id, { emails: ["chief@accounts.example", "old@example.jp"] });
    await tenant.client.users.edit(id, { emails: ["chief@accounts.example"] });
    return planAndCommit(secret, `/v1/imports/changes/${tenant.database.count("select max(number) from change")}/undo`);
  },
  "ends what the user may do": async (secret, id) => [
    (await send(secret, "/v1/leavers", { body: { ids: [id] } })).status,
  ],
};

test.each(Object.entries(TAKEOVERS))(
  "a token %s of a system administrator only with the right for roles",
  async (_, takeOver) => {
    const id = (await tenant.client.accounts.find({ name: "chief" }))[0]?.id ?? "";
    const rights = TOKEN_RIGHTS.filter((right) => right !== "accounts.roles");
    const refused = await takeOver(addTestCredential(tenant, "boss", { rights }), id);
    expect(refused.at(-1)).toBe(403);
    const permitted = await takeOver(addTestCredential(tenant, "boss", { rights: TOKEN_RIGHTS }), id);
    expect(permitted.at(-1)).not.toBe(403);
  },
);

test.each([
  ["users", { createOrgs: true, mode: "replace" }, "orgs.write,users.read,users.write,users.move,users.delete"],
  ["users", {}, "users.read,users.write,users.move"],
  ["orgs", {}, "orgs.read,orgs.write,users.read"],
  ["devices", {}, "users.read,devices.read,devices.write,devices.note"],
] as const)("the token that a refused import of %s proposes with %o has all rights", async (kind, options, rights) => {
  const read = addTestCredential(tenant, "boss", { rights: ["users.read"] });
  const refused = await send(read, "/v1/imports", { body: { kind, ...options } });
  expect(refused.status).toBe(403);
  expect(JSON.stringify(refused.answer)).toContain(`--rights '${rights}'`);
  const sufficient = addTestCredential(tenant, "boss", { rights: rights.split(",") as readonly TokenRight[] });
  expect(await send(sufficient, "/v1/imports", { body: { kind, ...options } })).toMatchObject({ status: 201 });
});

test("a refused undo of a change to several kinds of records names all missing rights", () => {
  const credential = { id: "", kind: "token", name: "t", tokenEnd: undefined } as const;
  const asker = { ...MACHINE_OWNER, credential: { ...credential, rights: new Set<TokenRight>(["users.read"]) } };
  const beside = [{ thing: "account", create: 0, update: 1, delete: 0, recordsBefore: 1 }];
  const counts = { ...EMPTY_COUNTS, delete: 1, beside, reopened: { tasks: [1], records: 1 } };
  expect(() => requirePlanPermission(asker, "users", counts)).toThrow(
    expect.objectContaining({
      hint: expect.objectContaining({
        en: expect.stringMatching(/users\.delete.*accounts\.write.*accounts\.roles.*console\.write/),
      }),
    }),
  );
});

test("a plan with changes that the account may not make is refused for them, not for its token", () => {
  const credential = { id: "", kind: "token", name: "t", tokenEnd: undefined } as const;
  const asker = { role: "operator", items: new Set<Operation>(), orgs: [2] } as const;
  const counts = { ...EMPTY_COUNTS, create: 1, delete: 1 };
  expect(() =>
    requirePlanPermission({ ...asker, credential: { ...credential, rights: new Set() } }, "users", counts),
  ).toThrow(/is not permitted to create users: an operator does not have this right/);
});
