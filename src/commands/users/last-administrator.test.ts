import { addTestAccount } from "#support/tenant/accounts.ts";
import { runInBoth } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { expect, test } from "vitest";

test("the last system administrator is refused with the remedy (exit 3)", async () => {
  await using tenant = new TestTenant();
  await addTestAccount(tenant, { name: "boss", role: "system" });
  const { en } = await runInBoth("users leave boss --yes", { tenant: tenant.fetch });
  expect(en).toMatchObject({ exit: 3, stderr: expect.stringContaining("no system administrator would be left") });
  expect(en.stderr).toContain("clomoctl clomo-account grant");
});
