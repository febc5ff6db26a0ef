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
