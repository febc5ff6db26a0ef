import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const HEAD = "ab".repeat(32);
const sound = { headSeq: null, changes: null };

const verified = (line: string, change: object) =>
  runInBoth(line, { tenant: { verifyAudit: example("verifyAudit", change) }, terminal: { columns: 300 } });

test("reports that all records are intact, and which is the last", async () => {
  const { en } = await verified("audit verify", sound);
  expect(en.requests).toEqual([{ operation: "verifyAudit", query: { changes: "false" } }]);
  expect(en).toMatchObject({ exit: 0, stderr: "verified 42 records: all are unchanged\n" });
  expect(en.stdout).toMatch(/records verified +42\n/);
  expect(en.stdout).not.toContain("changes");
});

test("verifies a kept hash and the changes on request", async () => {
  const { en } = await verified(`audit verify --changes --head ${HEAD.toUpperCase()}`, {});
  expect(en.requests[0]?.query).toEqual({ head: HEAD, changes: "true" });
  expect(en).toMatchObject({ exit: 0, stdout: expect.stringMatching(/record that matches --head +40\n/) });
  expect(en.stdout).toMatch(/changes verified +3\n/);
});

test("a broken record breaks the chain", async () => {
  const { en, ja } = await verified("audit verify", { ...sound, records: 6, broken: 7 });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stdout).toMatch(/first broken record +7\n/);
  expect(en.stderr).toContain("the audit log is broken at record 7");
});

test("if the file has another schema, nothing is proved", async () => {
  const { en, ja } = await verified(`audit verify --head ${HEAD}`, { ...sound, schema: false, records: 0, last: null });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stderr).toContain("nothing was verified");
});

test("reports a hash that no record has, because the end was cut or the chain was rewritten", async () => {
  const { en } = await verified(`audit verify --head ${HEAD}`, sound);
  expect(en).toMatchObject({ exit: 3 });
  expect(en.stderr).toContain("records at the end were removed, or the whole log was rewritten");
  expect(en.stderr).toContain(HEAD);
});

test("names the changes whose former values do not match, and why", async () => {
  const changes = {
    verified: 3,
    broken: [3, null],
  };
  const { en, ja } = await verified("audit verify --changes", { headSeq: null, changes });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stderr).toContain(": 3, ?\n");
});

test("JSON has all findings, even if something is broken", async () => {
  const found = example("verifyAudit", { ...sound, records: 6, broken: 7 });
  const { exit, stdout } = await run("audit verify --format json", { tenant: { verifyAudit: found } });
  expect([exit, JSON.parse(stdout)]).toEqual([3, found]);
});
