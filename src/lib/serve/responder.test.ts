import { connect } from "node:net";
import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { serveTestTenant } from "#support/tenant/serving.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

test("every JSON body arrives in limited time", async () => {
  await using tenant = new TestTenant();
  await addTestAccount(tenant, { name: "sys", role: "system" });
  await using server = await serveTestTenant(tenant, { requestMs: 300 });
  const sockets = ["/v1/orgs", "/v1/users", "/v1/imports/deletions"].map((path) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1").on("error", () => undefined);
    // the length is unknown, and only the first byte is sent
    const head = [`POST ${path} HTTP/1.1`, "host: x", `authorization: Bearer ${addTestCredential(tenant, "sys")}`];
    const body = ["content-type: application/json", "transfer-encoding: chunked", "", "1", "{", ""];
    socket.write([...head, ...body].join("\r\n"));
    return socket;
  });
  await expect.poll(() => server.logged.map(({ status }) => status)).toEqual([408, 408, 408]);
  for (const socket of sockets) socket.destroy();
});
