import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";

test("imports are listed with status 200", async () => {
  await using tenant = new TestTenant();
  const answer = await tenant.fetch(new Request("http://tenant.invalid/v1/imports"));
  expect([answer.status, await answer.json()]).toEqual([200, { items: [] }]);
});

test.each([
  ["PUT", "019a0000-0000-7000-8000-000000000001/content"],
  ["POST", "tasks/1/verify"],
])("a file with an unknown charset is rejected: %s %s", async (method, route) => {
  await using tenant = new TestTenant();
  const answer = await tenant.fetch(
    new Request(`http://tenant.invalid/v1/imports/${route}`, {
      method,
      headers: { "content-type": "text/csv; charset=latin1", "idempotency-key": "0123456789abcdef" },
    }),
  );
  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({ type: "usage", where: "content-type" });
});
