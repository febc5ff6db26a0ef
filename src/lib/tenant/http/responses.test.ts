import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL_ROUTES } from "../../contract/all.ts";
import type { Route } from "../../contract/route.ts";
import { createExampleId } from "../../model/thing.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { PublishedDocument } from "#support/tenant/document.ts";
import { requestOf } from "#support/tenant/route-requests.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let server: TestServer;
let document: PublishedDocument;
/** an id that each noun has, by the first part of its paths */
const ids = new Map<string, string>();

beforeAll(async () => {
  document = new PublishedDocument();
  tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await addTestAccount(tenant, { name: "sys", role: "system" });
  await addTestAccount(tenant, { name: "bare", role: "custom", items: [] });
  server = await serveTestTenant(tenant);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await tenant[Symbol.asyncDispose]();
});

const nounOf = (route: Route): string => route.path.split("/").slice(2, 4).join("/");

const send = async (route: Route, secret: string | undefined, accept: string): Promise<Response> => {
  const { request } = requestOf(route);
  const { pathname, search } = new URL(request.url);
  const known = ids.get(nounOf(route)) ?? ids.get(route.path.split("/")[2] ?? "");
  const path = known === undefined ? pathname : pathname.replace(createExampleId(2), known);
  if (secret !== undefined) request.headers.set("authorization", `Bearer ${secret}`);
  request.headers.set("accept", accept);
  const body = request.body === null ? {} : { body: await request.text() };
  return fetch(`${server.url}${path}${search}`, { method: request.method, headers: request.headers, ...body });
};

/** Notes the id of a record that a response contains, for later requests. */
const noteId = (route: Route, text: string): void => {
  const [id] = /(?<="id":")[0-9a-f-]{36}(?=")/.exec(text.slice(text.indexOf('"after"') + 1)) ?? [];
  for (const noun of [nounOf(route), route.path.split("/")[2] ?? ""])
    if (id !== undefined && !ids.has(noun)) ids.set(noun, id);
};

/** Routes that remove what others need come last. */
const isLast = ({ path, method }: Route): number =>
  path.startsWith("/v1/accounts") || path.endsWith("/delete") || method === "delete" ? 1 : 0;
const routes = ALL_ROUTES.toSorted((one, other) => isLast(one) - isLast(other)).map(
  (route) => [route.id, route] as const,
);

const succeeded = new Set<string>();

test.each(routes)("%s responds as the document says", async (id, route) => {
  const faults: string[] = [];
  // a system administrator, an account that may do little, and nobody; a password that a route sets ends sessions
  for (const secret of [addTestCredential(tenant, "sys"), addTestCredential(tenant, "bare"), undefined]) {
    for (const accept of ["application/json", "application/x-ndjson"]) {
      const response = await send(route, secret, accept);
      if (response.ok) succeeded.add(id);
      if (response.headers.get("content-type") === "application/json") noteId(route, await response.clone().text());
      faults.push(...(await document.findFaults(route, response)));
    }
  }
  expect(faults).toEqual([]);
});

test("most routes have succeeded", () => {
  expect(succeeded.size).toBeGreaterThan(ALL_ROUTES.length / 2);
});
