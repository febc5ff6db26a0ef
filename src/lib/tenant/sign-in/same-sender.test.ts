import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TokenRight } from "../../model/credential.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { MACHINE_OWNER } from "../policy/asker.ts";
import { Session } from "../session.ts";
import { SqliteStore } from "../store/sqlite/store.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  for (const name of ["boss", "chief"]) await addTestAccount(tenant, { name, role: "system" });
});
afterEach(() => tenant[Symbol.asyncDispose]());

const DEPENDENTS = "/v1/leavers/dependents";

/** Sends a request over a socket. Something happens after its sender was found and before it has an effect. */
const send = (
  secret: string,
  path: string,
  body: object | undefined,
  happen: () => void,
  etag = "x",
): Promise<Response> => {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const headers = { authorization: `Bearer ${secret}`, "if-match": `"${etag}"`, ...type };
  const request = new Request(new URL(path, "http://tenant.example"), {
    method: "POST",
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  return tenant.served.fetch(request, {
    address: "198.51.100.7",
    id: "request",
    limitMs: 120_000,
    until: new AbortController(),
    isReceived: () => true,
    stopping: new AbortController().signal,
    trace: { route: null, account: null },
    admit: () => undefined,
    receive: (_bytes, receive) => {
      if (path === DEPENDENTS) happen();
      return receive();
    },
    takePlace: path === DEPENDENTS ? () => undefined : happen,
    breakOff: () => undefined,
  });
};

const OF_CHIEF = "(select pk from user where accountName = 'chief')";

/** What was stored: users, accounts and credentials. */
const stored = (): readonly unknown[] =>
  ["user", "account", "credential", "import", "audit"].map((table) =>
    tenant.database.count(`select count(*) from ${table}`),
  );

describe.each([
  ["the credential ends", `delete from credential`, 401],
  ["the password changes", `update account set verifier = 'x' where user = ${OF_CHIEF}`, 401],
  ["the role is revoked", `update account set role = 'none' where user = ${OF_CHIEF}`, 401],
  ["the role changes", `update account set role = 'division', managedOrgs = '[1]' where user = ${OF_CHIEF}`, 409],
])("if %s while a request is received", (_, sql, status) => {
  test.each<readonly [path: string, body: object, rights: readonly TokenRight[] | null]>([
    ["/v1/users", { name: "n", emails: ["n@example.jp"] }, ["users.read", "users.write", "users.move"]],
    ["/v1/orgs", { name: "n" }, null],
    ["/v1/access-tokens", { name: "n", rights: ["users.read"] }, null],
    ["/v1/imports", { kind: "users" }, null],
  ])("POST %s has no effect", async (path, body, rights) => {
    const secret = addTestCredential(tenant, "chief", { rights });
    let before = stored();
    const response = await send(secret, path, body, () => {
      tenant.database.run(sql);
      before = stored();
    });
    expect([response.status, stored()]).toEqual([status, before]);
  });

  test.each(["an import", "the undo of an import"])("a commit of %s has no effect", async (what) => {
    const rows = [
      ["氏名", "メールアドレス"],
      ["花子", "hanako@example.jp"],
    ];
    const first = await tenant.plan({ kind: "users" }, rows);
    const { id, etag } =
      what === "an import"
        ? first
        : await tenant.client.imports.undo((await tenant.client.imports.commit(first)).change ?? 0);
    const secret = addTestCredential(tenant, "chief");
    let before = stored();
    const response = await send(
      secret,
      `/v1/imports/${id}/commit`,
      undefined,
      () => {
        tenant.database.run(sql);
        before = stored();
      },
      etag ?? "",
    );
    expect([response.status, stored()]).toEqual([status, before]);
  });
});

test("what depends on a leaver is read with the rights that its sender has when its body has arrived", async () => {
  const end = (): void => void tenant.database.run("delete from credential");
  const [boss] = await tenant.client.users.find({ name: "boss" });
  const body = { ids: [boss?.id] };
  expect((await send(addTestCredential(tenant, "chief"), DEPENDENTS, body, end)).status).toBe(401);
  expect((await send(addTestCredential(tenant, "chief"), DEPENDENTS, body, () => undefined)).status).toBe(200);
});

test("what was done outside the tenant is recorded, whatever becomes of its sender", async () => {
  const secret = addTestCredential(tenant, "chief");
  const id = tenant.database.get("select id from credential")?.["id"];
  const asker = {
    ...MACHINE_OWNER,
    credential: { id: String(id), kind: "session", name: "", rights: null, tokenEnd: undefined },
  } as const;
  const session = new Session(new SqliteStore(tenant.database), tenant.surroundings, "chief", asker);
  const change = () => session.change({ action: null, locks: ["orgs"] }, async () => ({ result: "done", objects: [] }));
  tenant.database.run("delete from credential");
  expect(secret).not.toBe("");
  await expect(change()).rejects.toMatchObject({ code: "not-signed-in" });
  session.beginOutside();
  expect(await change()).toBe("done");
});
