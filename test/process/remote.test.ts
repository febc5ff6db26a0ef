import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSelfSignedIdentity } from "#support/client/self-signed.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { FIXTURES, freshHome, run, type Outcome } from "#support/process/program.ts";

const identity = createSelfSignedIdentity();
const tenant = new TestTenant();

/** Under a path of its own, as behind a proxy. */
const BELOW = "/mdm/kanto";
const fetch = (request: Request): Promise<Response> => {
  const { pathname, search, origin } = new URL(request.url);
  if (!pathname.startsWith(BELOW)) return Promise.resolve(new Response("elsewhere", { status: 404 }));
  return tenant.fetch(new Request(origin + pathname.slice(BELOW.length) + search, request));
};

const servers: ServerType[] = [];
const listen = async (server: ServerType): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
};

let plain = "";
let secure = "";
let certificates = "";
let home = "";

beforeAll(async () => {
  certificates = await mkdtemp(join(tmpdir(), "clomoctl-ca-"));
  await writeFile(join(certificates, "ca.pem"), identity.cert);
  plain = `http://127.0.0.1:${await listen(createAdaptorServer({ fetch }))}${BELOW}`;
  const overTls = { fetch, createServer, serverOptions: identity };
  secure = `https://127.0.0.1:${await listen(createAdaptorServer(overTls))}${BELOW}`;
});

afterAll(async () => {
  for (const server of servers) server.close();
  await tenant[Symbol.asyncDispose]();
  await rm(certificates, { recursive: true });
});

beforeEach(async () => {
  tenant.clear();
  home = await freshHome();
});

const clomoctl = (line: string): Promise<Outcome> => run(line.split(" "), { home, cwd: certificates });
const people = `users import ${join(FIXTURES, "people.csv")} --create-orgs`;

test("a tenant at an address can be used like one on this computer", async () => {
  const added = await clomoctl(`context add remote --url ${plain} --format json --fields kind,address`);
  expect(JSON.parse(added.text)).toEqual({ kind: "remote", address: plain });
  const imported = await clomoctl(`${people} --yes --context remote --format json --fields create,committed`);
  expect(imported.stderr).toContain("試験");
  expect(JSON.parse(imported.text)).toEqual({ create: 24, committed: true });
  expect(await tenant.users()).toHaveLength(24);
  const orgs = await clomoctl("orgs list --context remote --format tsv --fields path");
  expect([orgs.code, orgs.text]).toEqual([0, expect.stringContaining("営業①\n")]);
  const again = await clomoctl(`${people} --yes --context remote --format json --fields create,update,delete`);
  expect(JSON.parse(again.text)).toEqual({ create: 0, update: 0, delete: 0 });
  // nothing of it lies here
  expect((await clomoctl("orgs list --context local --format json --fields path")).text).not.toContain("営業①");
});

test("the server's certificate is checked against the authorities that Node trusts", async () => {
  await clomoctl(`context add untrusted --url ${secure}`);
  const refused = await clomoctl("orgs list --context untrusted");
  expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining("NODE_EXTRA_CA_CERTS")]);
  const env = { NODE_EXTRA_CA_CERTS: join(certificates, "ca.pem") };
  expect((await run("orgs list --context untrusted".split(" "), { home, env })).code).toBe(0);
});

test("an address without a tenant is unavailable", async () => {
  await clomoctl(`context add remote --url ${plain.replace(BELOW, "/nobody")}`);
  const { code } = await clomoctl("orgs list --context remote");
  expect(code).toBe(7);
});
