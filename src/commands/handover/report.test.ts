import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

test("for a bundle is a page or Markdown, in both languages, without a request to a tenant", async () => {
  await using tenant = new TestTenant();
  const folder = freshFolder();
  await run("handover export -o one", { home: folder, folder, tenant: tenant.fetch });
  const { en } = await runInBoth("handover report one --format markdown", { folder });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toMatch(/^# CLOMO tenant handover report\n/);
  const ran = await run("handover report one -o report.html --lang en", { folder });
  expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: "wrote report.html\n" });
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain('<html lang="en">');
  expect((await run("handover report nowhere", { folder })).exit).toBe(6);
});

describe("for the tenant", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = new TestTenant();
  });
  afterEach(() => tenant[Symbol.asyncDispose]());

  test("has the current data of the tenant and leaves nothing behind", async () => {
    tenant.addAdministrator();
    await tenant.client.users.create({ name: "山田 花子", emails: ["hanako@example.co.jp"] });
    await tenant.client.renewals.add({ kind: "custom", name: "ドメイン", expiresAt: "2027-03-01T00:00:00.000Z" });
    const folder = freshFolder();
    const ran = await run("handover report --format markdown --lang ja", { home: folder, tenant: tenant.fetch });
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    expect(ran.stdout).toContain("ドメイン");
    expect(ran.stdout).toContain("| ユーザー | 2 |");
  });
});

test("a server token that Apple rejected is reported in the checklist and in both reports", async () => {
  await using rehearsal = new Rehearsal();
  await rehearsal.setUp();
  const folder = freshFolder();
  const context = { home: folder, folder, tenant: rehearsal.tenant.fetch };
  const now = new Date(rehearsal.tenant.surroundings.time);
  const read = (line: string) => runInBoth(`handover ${line}`, { ...context, now });
  expect((await read("report --format markdown")).en.stdout).not.toContain("Apple rejected");
  await rehearsal.reject();
  expect((await run("handover export -o one", { ...context, now })).exit).toBe(0);
  for (const bundle of ["", "one "]) {
    const { en } = await read(`report ${bundle}--format markdown`);
    expect(en.stdout).toMatch(/\| 365 \| critical: Apple rejected the server token/);
    expect(en.stdout).toMatch(/expired, or expiring within 30 days.*Apple rejected the server token/);
  }
  const { en } = await read("checklist --format ndjson");
  const gaps = en.stdout.split("\n").filter((line) => line.includes('"renewal-critical"'));
  expect(gaps).toEqual([expect.stringContaining("Apple rejected the server token")]);
});

test.each([
  ["--fields a", "--fields cannot be used, because a report is a document"],
  ["--as div01", "--as cannot be used with a bundle"],
])("refuses options that do not apply to the report of a bundle: %s", async (words, said) => {
  const ran = await run(`handover report minato ${words}`, { folder: freshFolder() });
  expect(ran).toMatchObject({ exit: 2, requests: [], stderr: expect.stringContaining(said) });
});
