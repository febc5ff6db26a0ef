import { createServer } from "node:http";
import { mkdirSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freshFolder } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { openClient } from "../lib/client/index.ts";
import type { Context } from "../lib/config/context.ts";
import { openTenant } from "./tenant.ts";
import { listenForTest } from "#support/listening.ts";

const machine = {
  clock: { now: () => new Date("2026-11-20T01:00:00Z"), elapsedMs: () => 0, wait: async () => undefined },
  processes: { self: 1, place: "here", isAlive: () => true, startOf: () => undefined },
  userName: "admin",
  hostName: "desk",
  program: "clomoctl 1.2.3",
  environment: {},
};

const open = (context: Context) => openTenant(machine, { context, source: "used", among: [context.name] });

const kanto = (tenantFolder: string): Context => ({
  name: "kanto",
  kind: "embedded",
  tenantFolder,
  timezone: "Asia/Tokyo",
  language: "ja",
});

const remote = (url: string): Context => ({
  name: "head",
  kind: "remote",
  url,
  timezone: "Asia/Tokyo",
});

async function served(answer: unknown): Promise<{ readonly url: string; readonly asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  return { url: `http://${await listenForTest(server)}`, asked };
}

test("a local tenant is created in its folder and uses the given clock", async () => {
  const tenantFolder = join(freshFolder(), "tenants", "kanto");
  const context = kanto(tenantFolder);
  const tenant = await open(context);
  expect(tenant).toMatchObject({ context, source: "used", among: [context.name] });
  const client = await openClient(tenant.connection, ["tenant", "users"]);
  expect(await client.tenant.show()).toMatchObject({ name: "kanto", mirroredAt: null, users: 0 });
  expect(await client.users.addField({ name: "入社年" })).toMatchObject({ createdAt: "2026-11-20T01:00:00.000Z" });
  await tenant.close();
  expect(existsSync(join(tenantFolder, "tenant.db"))).toBe(true);
  const again = await open(context);
  expect((await (await openClient(again.connection, ["users"])).users.fields()).map(({ name }) => name)).toEqual([
    "入社年",
  ]);
  await again.close();
});

test("requests to a tenant on a server go below the address of its context", async () => {
  const { url, asked } = await served(example("tenant"));
  const tenant = await open(remote(`${url}/mdm`));
  expect(await (await openClient(tenant.connection, ["tenant"])).tenant.show()).toEqual(example("tenant"));
  expect(asked).toEqual(["/mdm/v1/tenant"]);
  await tenant.close();
});

test("a tenant on this computer is reached without a proxy", async () => {
  const { url, asked } = await served(example("tenant"));
  const environment = { HTTP_PROXY: "http://127.0.0.1:1" };
  const chosen = { context: remote(url), source: "used", among: ["head"] } as const;
  const tenant = await openTenant({ ...machine, environment }, chosen);
  expect(await (await openClient(tenant.connection, ["tenant"])).tenant.show()).toEqual(example("tenant"));
  expect(asked).toEqual(["/v1/tenant"]);
  await tenant.close();
});

const askWithToken = async () => {
  const server = createServer((_, response) => {
    const problem = { type: "not-signed-in", title: "", status: 401, detail: { en: "expired", ja: "期限切れ" } };
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify(problem));
  });
  const url = `http://${await listenForTest(server)}`;
  const tenant = await openTenant(
    {
      ...machine,
      secretFor: async ({ url }) => ({ secret: "clomo_x", origin: new URL(url).origin, source: "CLOMOCTL_TOKEN" }),
    },
    { context: remote(url), source: "used", among: ["head"] },
  );
  onTestFinished(tenant.close);
  const client = await openClient(tenant.connection, ["tenant"]);
  return () => client.tenant.show();
};

test("names where a token that is refused comes from, and proposes another token", async () => {
  const ask = await askWithToken();
  await expect(ask()).rejects.toMatchObject({
    code: "not-signed-in",
    where: "CLOMOCTL_TOKEN",
    hint: { en: expect.stringContaining("clomoctl access-tokens create NAME") },
  });
});

test.each<[string, boolean]>([
  ["http://mdm.example.jp/", true],
  ["http://10.0.0.5:8080/", true],
  ["https://mdm.example.jp/", false],
  ["http://127.0.0.1:8080/", false],
  ["http://127.1.2.3/", false],
  ["http://[::1]:8080/", false],
  ["http://localhost/", false],
  ["http://127.example.jp.localhost/", false],
  ["http://notlocalhost/", true],
  ["http://127.example.jp/", true],
])("%s is a connection that others can read: %s", async (url, isWarned) => {
  const warnings: string[] = [];
  const warn = async ({ en }: { readonly en: string }) => void warnings.push(en);
  const tenant = await openTenant({ ...machine, warn }, { context: remote(url), source: "used", among: ["head"] });
  await tenant.close();
  expect(warnings.map((warning) => warning.includes(`${new URL(url).origin} is not encrypted`))).toEqual(
    isWarned ? [true] : [],
  );
});

test("a first change that cannot create the tenant fails for its own reason and leaves existing files", async () => {
  const tenantFolder = join(freshFolder(), "tenants", "kanto");
  const tenant = await open(kanto(tenantFolder));
  const { users } = await openClient(tenant.connection, ["users"]);
  // no file can be made where a folder is
  mkdirSync(join(tenantFolder, "tenant.db"), { recursive: true });
  await expect(users.addField({ name: "入社年" })).rejects.toThrow(expect.not.stringContaining("not open"));
  await tenant.close();
  expect(readdirSync(tenantFolder)).toEqual(["tenant.db"]);
});

test("reading a tenant that does not exist finds it empty, and the first change creates it", async () => {
  const home = freshFolder();
  const tenantFolder = join(home, "tenants", "kanto");
  const context = kanto(tenantFolder);
  const tenant = await open(context);
  const { users, orgs, imports, renewals } = await openClient(tenant.connection, [
    "users",
    "orgs",
    "imports",
    "renewals",
  ]);
  expect(await Array.fromAsync(users.list())).toEqual([]);
  expect(Buffer.concat(await Array.fromAsync(users.list().ndjson()))).toHaveLength(0);
  expect(await Array.fromAsync(orgs.list())).toMatchObject([{ name: "全社" }]);
  expect(Buffer.concat(await Array.fromAsync(await users.export())).toString()).toMatch(/^氏名,[^\n]+\n$/);
  expect([await imports.list(), await renewals.list()]).toEqual([[], []]);
  expect(readdirSync(home)).toEqual([]);
  await users.addField({ name: "入社年" });
  expect((await users.fields()).map(({ name }) => name)).toEqual(["入社年"]);
  await tenant.close();
  expect(readdirSync(tenantFolder)).toEqual(["tenant.db"]);
});

test("a dry run does not create a tenant, but the next real change does", async () => {
  const tenantFolder = join(freshFolder(), "tenants", "kanto");
  const tenant = await open(kanto(tenantFolder));
  const dryRun = true;
  const client = await openClient(tenant.connection, ["users", "roles"]);
  const scheme = { name: "受付", operations: ["users.write"] };
  const user = { name: "山田", emails: ["y@example.jp"] };
  expect((await client.users.create({ ...user, dryRun })).after).toMatchObject({ name: "山田" });
  expect((await client.roles.createScheme({ ...scheme, dryRun })).after).toMatchObject({ name: "受付" });
  expect(existsSync(tenantFolder)).toBe(false);
  expect((await client.roles.createScheme(scheme as never)).after).toMatchObject({ name: "受付" });
  expect(existsSync(join(tenantFolder, "tenant.db"))).toBe(true);
  expect(await client.users.find({ name: "y@example.jp" })).toEqual([]);
  await tenant.close();
});

test("a dry run of a plan uses a temporary tenant, which is removed with the plan", async () => {
  const home = freshFolder();
  const context = kanto(join(home, "tenants", "kanto"));
  const rehearsesIn = { temporaryFolder: join(home, "tmp"), processes: machine.processes };
  const chosen = { context, source: "used", among: [context.name] } as const;
  const tenant = await openTenant({ ...machine, rehearsesIn }, chosen);
  const { imports, users } = await openClient(tenant.connection, ["imports", "users"]);
  const { id } = await imports.create({ kind: "users" });
  await imports.discard(id);
  expect(await users.fields()).toEqual([]);
  expect(readdirSync(home)).toEqual(["tmp"]);
  expect(readdirSync(join(home, "tmp"))).toHaveLength(2);
  await tenant.close();
  expect(readdirSync(join(home, "tmp"))).toEqual([]);
});
