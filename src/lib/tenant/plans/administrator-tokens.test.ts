import type { Operation } from "../../derived/role-policy.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../api/operations.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { requirePlanPermission } from "./permission.ts";
import { EMPTY_COUNTS } from "./import-result.ts";
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

interface SentRequest {
  readonly method?: string;
  readonly body?: object;
  readonly file?: string;
}

async function send(secret: string, path: string, { method = "POST", body, file }: SentRequest = {}) {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(file !== undefined && { "content-type": "text/csv; charset=utf-8" }),
    },
    body: file ?? (body === undefined ? null : JSON.stringify(body)),
  });
  const answer = (await response.json()) as Import & { readonly detail?: string };
  return { status: response.status, answer };
}

async function planAndCommit(secret: string, path: string, body?: object): Promise<readonly number[]> {
  const planned = await send(secret, path, body === undefined ? {} : { body });
  if (planned.status !== 200) return [planned.status];
  const { id, etag } = planned.answer;
  const done = await send(secret, `/v1/imports/${id}/commit`, { body: { etag } });
  return [planned.status, done.status];
}

async function importNames(): Promise<number> {
  for (const name of ["taro", "jiro"]) await addTestAccount(tenant, { name, role: "none" });
  const done = await tenant.import(
    { kind: "users" },
    "氏名,メールアドレス\n太郎,taro@accounts.example\n次郎,jiro@accounts.example",
  );
  tenant.database.run(
    `update account set role = 'system' where user = (select pk from user where accountName = 'taro')`,
  );
  tenant.database.run(`update user set administrator = 1 where accountName = 'taro'`);
  return done.change ?? 0;
}

const namesOf = async (): Promise<readonly string[]> =>
  (await tenant.users()).map(({ name }) => name).filter((name) => ["太郎", "次郎", "taro", "jiro"].includes(name));

test.each([
  ["a token of a system administrator", "boss", "whole", [200, 200]],
  ["a token of a system administrator that may only read", "boss", "read-only", [403]],
  ["a token of an operator", "ope", "whole", [404]],
] as const)("undo of a change of an administrator, by %s", async (_, account, token, statuses) => {
  const change = await importNames();
  const secret = addTestCredential(tenant, account, { token });
  expect(await planAndCommit(secret, `/v1/imports/changes/${change}/undo`)).toEqual(statuses);
  expect(await namesOf()).toEqual(statuses.length === 1 ? ["太郎", "次郎"] : ["taro", "jiro"]);
});

test.each([
  ["a token of a system administrator", "boss", "whole", 422],
  ["a token of a system administrator that may only read", "boss", "read-only", 403],
  ["a token of an operator", "ope", "whole", 403],
] as const)("the user of a system administrator is not deleted by %s", async (_, account, token, status) => {
  const [chief] = await tenant.client.accounts.find({ name: "chief" });
  const secret = addTestCredential(tenant, account, { token });
  const body = { kind: "users", ids: [chief?.id ?? ""], called: "chief" };
  expect(await planAndCommit(secret, "/v1/imports/deletions", body)).toEqual([status]);
  expect(await tenant.client.accounts.find({ name: "chief" })).toHaveLength(1);
});

test("a token of a system administrator deletes a user without a role, and undoes the deletion", async () => {
  const id = await addTestAccount(tenant, { name: "taro", role: "none" });
  const secret = addTestCredential(tenant, "boss", { token: "whole" });
  const body = { kind: "users", ids: [id], called: "taro" };
  expect(await planAndCommit(secret, "/v1/imports/deletions", body)).toEqual([200, 200]);
  expect(await namesOf()).toEqual([]);
  expect(await planAndCommit(secret, "/v1/imports/changes/last/undo")).toEqual([200, 200]);
  expect(await namesOf()).toEqual(["taro"]);
});

test("a token that may only read starts no import", async () => {
  const secret = addTestCredential(tenant, "boss", { token: "read-only" });
  const refused = await send(secret, "/v1/imports", { body: { kind: "users" } });
  expect([refused.status, JSON.stringify(refused.answer)]).toEqual([403, expect.stringContaining("may only read")]);
});

test("a plan with changes that the account may not make is refused for them, not for its token", () => {
  const credential = {
    id: "",
    kind: "token",
    name: "t",
    expiresAt: "",
    isReadOnly: true,
    addsJobs: false,
  } as const;
  const actor = { role: "operator", items: new Set<Operation>(), orgs: [2], credential } as const;
  expect(() => requirePlanPermission(actor, "users", { ...EMPTY_COUNTS, create: 1, delete: 1 })).toThrow(
    /is not permitted to create and change users: an operator does not have this right/,
  );
});
