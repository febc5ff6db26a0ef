import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("shows all of a record: before, after and origin", async () => {
  const { en } = await runInBoth("audit show 42", {
    tenant: { auditRecord: example("auditRecord") },
    terminal: {},
  });
  expect(en.requests).toEqual([{ operation: "auditRecord", params: { seq: "42" } }]);
  expect(en.stdout).toMatch(/^actor +owner \(hanako\)$/m);
  expect(en.stdout).toMatch(/action +edit user\n/);
  expect(en.stdout).toMatch(/run from +desk-12, clomoctl 1\.0\.0\n/);
  expect(en.stdout).toMatch(/^before +\{.*主任/m);
});

const record = example<{ record: object }>("auditRecord");
const recordOf = (change: object) => ({ auditRecord: { ...record, record: { ...record.record, ...change } } });

test("a request over the network has its address and the name of its token", async () => {
  const origin = { host: "srv", program: "clomoctl 1.0.0", access: "socket", address: "192.0.2.7", token: "cron" };
  const { en } = await runInBoth("audit show 42", { tenant: recordOf({ origin }), terminal: {} });
  expect(en.stdout).toMatch(/run from +srv, clomoctl 1\.0\.0, 192\.0\.2\.7, access token cron\n/);
});

test("for an import, names the command that shows its rows", async () => {
  const { record, ...rest } = example<{ record: object }>("auditRecord");
  const objects = [{ thing: "import", id: "019a9f3c-5a00-7abc-8def-000000000005", name: "42" }];
  const imported = { ...record, action: "imports.commit", objects, detail: { create: 3 } };
  const { stderr } = await run("audit show 42", { tenant: { auditRecord: { ...rest, record: imported } } });
  expect(stderr).toBe("to list the rows of the import: clomoctl imports show 42 --rows\n");
});
