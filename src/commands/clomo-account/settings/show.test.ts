import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("shows what account names are built from, in CLOMO's words", async () => {
  const tenant = { accountSettings: example("accountSettings", { authentication: "標準" }) };
  const { en } = await runInBoth("clomo-account settings show", { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "accountSettings" }] });
  expect(en.stdout).toMatch(/account names are built from +email address of the user\n/);
});

test("if nothing is recorded, says what records it", async () => {
  const tenant = { accountSettings: example("accountSettings", { recorded: false }) };
  const { en } = await runInBoth("clomo-account settings show", { tenant });
  expect(en.stderr).toContain(
    "to record the settings of the console: clomoctl clomo-account settings set --composition",
  );
});
