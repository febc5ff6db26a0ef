import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
const sockets: Socket[] = [];
beforeEach(async () => {
  tenant = new TestTenant();
  for (const name of ["sys", "boss"]) await addTestAccount(tenant, { name, role: "system" });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await tenant[Symbol.asyncDispose]();
});

const addCredential = (account = "sys"): string => addTestCredential(tenant, account);

/** Begins a request on a connection of its own, and reads nothing. */
const begin = async ({ url }: TestServer, head: string, secret?: string, body = ""): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => undefined);
  sockets.push(socket);
  const credential = secret === undefined ? [] : [`authorization: Bearer ${secret}`];
  const bytes = [`${head} HTTP/1.1`, "host: x", ...credential].join("\r\n");
  await new Promise((resolve) => socket.write(`${bytes}\r\n${body === "" ? "\r\n" : body}`, resolve));
  return socket;
};

/** A JSON body of unknown length, of which only the first byte is sent. */
const BEGUN_BODY = "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n";

const beginBody = (server: TestServer, path: string, secret?: string): Promise<Socket> =>
  begin(server, `POST ${path}`, secret, BEGUN_BODY);

/** Sends a long JSON body, and returns the status of the response. */
const sendLongBody = async ({ url }: TestServer): Promise<number> => {
  const headers = { "content-type": "application/json", authorization: `Bearer ${addCredential("boss")}` };
  const body = JSON.stringify({ name: "x".repeat(20_000) });
  return (await fetch(`${url}/v1/orgs`, { method: "POST", headers, body })).status;
};

const statusesOf = ({ logged }: TestServer): readonly number[] => logged.map(({ status }) => status);

test("the place of a body that does not arrive in time is free as soon as the request is refused", async () => {
  await using server = await serveTestTenant(tenant, { requests: 4, requestMs: 2000, ratePerSecond: 0 });
  const socket = await beginBody(server, "/v1/orgs", addCredential());
  await expect.poll(() => statusesOf(server)).toEqual([408]);
  expect(await sendLongBody(server)).toBe(422);
  socket.destroy();
  expect(await sendLongBody(server)).toBe(422);
});

test.each([
  ["no credential", undefined, "/v1/sessions", 0] as const,
  ["several credentials of one account", "sys", "/v1/orgs", 2] as const,
])("a sender with %s leaves places to the long bodies of others", async (_, account, path, refused) => {
  await using server = await serveTestTenant(tenant, { requests: 16, ratePerSecond: 0 });
  const secret = account === undefined ? undefined : addCredential();
  for (let count = 0; count < 5; count += 1)
    await beginBody(server, path, count === 0 || account === undefined ? secret : addCredential());
  await expect.poll(() => statusesOf(server)).toEqual(Array.from({ length: refused }, () => 503));
  expect(await sendLongBody(server)).toBe(422);
});

test("the body of a request with unlimited time arrives in limited time", async () => {
  await using server = await serveTestTenant(tenant, { requestMs: 300, ratePerSecond: 0 });
  for (const path of ["/v1/exports", "/v1/imports/deletions"]) await beginBody(server, path, addCredential());
  await expect.poll(() => statusesOf(server)).toEqual([408, 408]);
});
