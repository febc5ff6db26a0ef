import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

test.each([
  "/v1/tenant",
  "/v1/orgs",
  "/v1/orgs/find?name=x",
  "/v1/orgs/export",
  "/v1/users",
  "/v1/users/find?name=x",
  "/v1/users/export",
  "/v1/users/fields",
  "/v1/secured/docs/users",
  "/v1/secured/docs/users/find?name=x",
  "/v1/secured/docs/users/export",
  "/v1/secured/docs/groups",
])("GET %s returns 200, even if the list is empty", async (path) => {
  expect((await tenant.fetch(new Request(`http://tenant${path}`))).status).toBe(200);
});

test("organisations are limited from the top of the tree", async () => {
  await tenant.client.orgs.create({ name: "本部", code: "H" });
  const namesOf = async (query: string): Promise<readonly string[]> => {
    const response = await tenant.fetch(new Request(`http://tenant/v1/orgs${query}`));
    const { items } = (await response.json()) as { readonly items: readonly { readonly name: string }[] };
    return items.map(({ name }) => name);
  };
  expect(await namesOf("?limit=1")).toEqual(["全社"]);
  expect(await namesOf("")).toEqual(["全社", "本部"]);
  expect((await tenant.fetch(new Request("http://tenant/v1/orgs?limit=0"))).status).toBe(400);
});
