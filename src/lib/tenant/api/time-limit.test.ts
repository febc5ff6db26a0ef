import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

/** A body that begins, and never ends. */
const endless = (): ReadableStream<Uint8Array> => {
  let pulls = 0;
  return new ReadableStream({
    pull: (controller) => {
      pulls += 1;
      if (pulls > 1) return new Promise(() => undefined);
      controller.enqueue(Buffer.from('{"account":'));
      return undefined;
    },
  });
};

const send = (path: string, method: string, headers: Readonly<Record<string, string>>): Promise<Response> => {
  const init = { method, body: endless(), duplex: "half", headers };
  return tenant.receive(new Request(`http://tenant.invalid${path}`, init as RequestInit));
};

test("a request that is neither an import nor a stream has limited time, also for its body", async () => {
  tenant.limitMs = 50;
  const response = await send("/v1/sessions", "POST", { "content-type": "application/json" });
  expect([response.status, response.headers.get("connection")]).toEqual([503, "close"]);
  tenant.isReceived = false;
  const late = await send("/v1/sessions", "POST", { "content-type": "application/json" });
  expect([late.status, await late.json()]).toEqual([408, expect.objectContaining({ type: "usage" })]);
  expect(await response.json()).toMatchObject({ type: "unavailable", detail: { en: expect.stringContaining("0.05") } });
});

test("an import has no time limit; it ends when the server stops, which it says", async () => {
  await addTestAccount(tenant, { name: "sys", role: "system" });
  const secret = addTestCredential(tenant, "sys");
  const authorization = `Bearer ${secret}`;
  const body = JSON.stringify({ kind: "users" });
  const { id } = (await (await tenant.request("/v1/imports", { secret, method: "POST", body })).json()) as {
    id: string;
  };
  tenant.limitMs = 20;
  const upload = send(`/v1/imports/${id}/content`, "PUT", { authorization, "content-type": "text/csv; charset=utf-8" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  tenant.beginStop();
  const response = await upload;
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    type: "unavailable",
    detail: { en: "the server is stopping: interrupted; nothing was changed" },
  });
});

test("compressed JSON is refused", async () => {
  const response = await send("/v1/sessions", "POST", {
    "content-type": "application/json",
    "content-encoding": "gzip",
  });
  expect([response.status, await response.json()]).toEqual([
    415,
    expect.objectContaining({ where: "content-encoding" }),
  ]);
});

test("a server does not use a file whose schema a newer program changed", async () => {
  await addTestAccount(tenant, { name: "sys", role: "system" });
  const secret = addTestCredential(tenant, "sys");
  expect((await tenant.request("/v1/orgs", { secret })).status).toBe(200);
  const version = tenant.database.count("pragma user_version");
  tenant.database.exec(`pragma user_version = ${version + 1}`);
  expect((await tenant.request("/v1/orgs", { secret })).status).toBe(503);
  expect(await tenant.served.isReadable()).toBe(false);
  tenant.database.exec(`pragma user_version = ${version}`);
  expect(await tenant.served.isReadable()).toBe(true);
});
