import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { ROLE_POLICY, OPERATIONS } from "../../derived/role-policy.ts";
import { ADMINISTRATOR_ROLES } from "../../nouns/account.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import {
  NAMED_OPERATIONS,
  requestOf,
  RIGHTS,
  ROLE_ACCOUNTS,
  type NamedOperation,
} from "#support/tenant/route-requests.ts";
import { openForAllTests, failureOf, TestTenant } from "#support/tenant/tenant.ts";

/** @see seed 001, the table of administrator roles */
const TABLE = new Map(RIGHTS.map(([name, roles, rights]) => [name, { roles: new Set(roles), rights }] as const));

const entryOf = ({ name }: NamedOperation) => TABLE.get(name) ?? expect.unreachable(`${name} is not in the table`);

const tenant = openForAllTests();
beforeAll(async () => {
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  for (const account of ROLE_ACCOUNTS) await addTestAccount(tenant, account);
  await addTestAccount(tenant, { name: "gone", role: "none" });
  await addTestAccount(tenant, { name: "leaver", role: "system" });
});

const answerTo = async (account: string, operation: NamedOperation): Promise<Response> =>
  tenant.acting(account).fetch((await requestOf(operation)).request);

/** All that is stored, but for what plans leave: those come and go. */
const stored = (): object => ({ ...tenant.dump(), audit: tenant.database.count("select count(*) from audit") });

const named = NAMED_OPERATIONS.map((operation) => [operation.name, operation] as const);

test("the table has exactly the operations of the tenant API", () => {
  expect([...TABLE.keys()]).toEqual(NAMED_OPERATIONS.map(({ name }) => name).toSorted());
});

test.each(named)("%s needs the rights of the table", async (_, operation) => {
  const { needs } = operation.one;
  const { asked } = await requestOf(operation);
  const system = { role: "system", items: new Set<never>(), orgs: undefined } as const;
  const needed =
    needs === "open" ? ["open"] : typeof needs === "function" ? needs(system, asked.given, asked.path) : needs;
  expect([...needed].toSorted()).toEqual(entryOf(operation).rights.toSorted());
});

describe.each(ROLE_ACCOUNTS)("$name", ({ name }) => {
  test.each(named)("%s", async (_, operation) => {
    const before = stored();
    const { status } = await answerTo(name, operation);
    expect(status).toBeLessThan(500);
    expect(status === 403).toBe(!entryOf(operation).roles.has(name));
    expect(status < 400 || isDeepStrictEqual(stored(), before)).toBe(true);
  });
});

test.each(named)("%s is forbidden without a role, and not found for an unknown account", async (_, operation) => {
  const before = stored();
  expect((await answerTo("gone", operation)).status).toBe(403);
  expect((await answerTo("nobody", operation)).status).toBe(404);
  expect(stored()).toEqual(before);
});

test("a revoked role ends with the next request", async () => {
  const users = NAMED_OPERATIONS.find(({ name }) => name === "users.list");
  if (users === undefined) throw new TypeError("no list of users");
  expect((await answerTo("leaver", users)).status).toBe(200);
  tenant.database.run(
    "update account set role = 'none' where user = (select pk from user where accountName = 'leaver')",
  );
  expect((await answerTo("leaver", users)).status).toBe(403);
});

const LIMITED_ROLES = ADMINISTRATOR_ROLES.filter((role) => role !== "system");

test.each(
  [...TABLE].flatMap(([name, { roles, rights }]) => {
    const [policy, ...others] = Object.entries(ROLE_POLICY).filter(([right]) => rights.includes(right));
    if (policy === undefined || others.length > 0 || rights.length > 1) return [];
    return [[name, policy[0], policy[1], LIMITED_ROLES.filter((role) => roles.has(role.slice(0, 3)))] as const];
  }),
)("the roles that may do %s are those that have %s", (_, __, policy, roles) => {
  expect(LIMITED_ROLES.filter((role) => policy[role] !== "no")).toEqual(roles);
});

test("the policy has a row for each operation, and a system administrator may do everything", () => {
  expect(Object.keys(ROLE_POLICY).toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
  for (const row of Object.values(ROLE_POLICY)) expect(row.system).toBe("all");
});

describe("memos and tags of devices", () => {
  test.each([
    ["audit.read", 403],
    ["devices.note", 200],
    ["devices.write", 200],
  ] as const)("for a custom administrator whose scheme has only %s: %i", async (item, status) => {
    await using own = new TestTenant();
    const { client } = own;
    const east = await client.orgs.create({ name: "東日本", code: "EAST" });
    const { after } = await client.devices.create({ serialNumber: "C02X", ownerOrg: east.after.id });
    await addTestAccount(own, { name: "cus", role: "custom", items: [item], manages: ["EAST"] });
    const sent = (method: string, path: string, body: object): Promise<Response> =>
      own.acting("cus").fetch(
        new Request(`http://tenant/v1/devices${path}`, {
          method,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
    expect((await sent("PATCH", `/${after.id}`, { memo: "貸出" })).status).toBe(status);
    expect((await sent("POST", "/tag", { ids: [after.id], add: ["共用"] })).status).toBe(status);
  });
});

describe("renewals", () => {
  const RECORDED = {
    account: "apple@x.jp",
    phone: "090-0000-0000",
    phoneHolder: "情報システム部の金庫",
    notes: "金庫",
    topic: "t",
    source: "/push.pem",
  };

  test.each([
    ["sys", { ...RECORDED, owner: "花子, 情シス, taro@x.jp", confirmedBy: "花子" }, true],
    ["div", { owner: "花子", confirmedBy: "花子" }, false],
    ["ope", { owner: "花子", confirmedBy: "花子" }, false],
    ["cus", { owner: "花子, 情シス, taro@x.jp", confirmedBy: "花子" }, false],
  ] as const)("%s sees owners from the managed organisations, and other fields by right", async (name, seen, isAll) => {
    await using own = new TestTenant();
    const { client } = own;
    const east = await client.orgs.create({ name: "東日本", code: "EAST" });
    await client.users.create({ name: "花子", emails: ["hanako@x.jp"], org: east.after.id });
    await client.users.create({ name: "太郎", emails: ["taro@x.jp"] });
    const item = { kind: "android-owner", name: "証明書", owner: "花子, 情シス, taro@x.jp", ...RECORDED } as const;
    const { id } = await client.renewals.add(item);
    await client.renewals.renew(id, { by: "花子", at: "2026-04-01T00:00:00.000Z" });
    await client.tenant.set({ contactName: "山田", contactMail: "yamada@x.jp", contactPhone: "03" });
    for (const account of ROLE_ACCOUNTS.filter((one) => one.name === name)) await addTestAccount(own, account);
    const acting = own.as(name);
    const hidden = Object.fromEntries(Object.keys(RECORDED).map((field) => [field, null]));
    const expected = { ...hidden, fingerprint: null, name: "証明書", ...seen };
    expect(await acting.renewals.list()).toMatchObject([expected]);
    const contact = {
      contactName: "山田",
      contactMail: isAll ? "yamada@x.jp" : null,
      contactPhone: isAll ? "03" : null,
    };
    expect((await acting.tenant.show()).profile).toMatchObject(contact);
    expect((await failureOf(acting.renewals.notices()))?.code).toBe(isAll ? undefined : "not-permitted");
  });

  test("an audit record that contains them is visible only to accounts that may read them", async () => {
    await using own = new TestTenant();
    await addTestAccount(own, { name: "all", role: "custom", items: ["audit.read"] });
    await own.client.renewals.add({ kind: "custom", name: "証明書", phone: "090-0000-0000" });
    await own.client.tenant.set({ contactPhone: "03-0000-0000" });
    const told = JSON.stringify(await Array.fromAsync(own.as("all").audit.list({})));
    expect(told).toContain("users.create");
    expect(told).not.toMatch(/090-0000|03-0000/);
  });
});
