import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const BUNDLES = join(import.meta.dirname, "..", "..", "..", "fixtures", "bundles");

describe("for a bundle", () => {
  test("is a page in both languages, without a request to a tenant, with the devices of a leaver", async () => {
    const { en } = await runInBoth("handover report minato --leaver 髙橋", { folder: BUNDLES });
    expect(en).toMatchObject({ exit: 6, requests: [] });
    const page = await run("handover report minato", { folder: BUNDLES });
    expect(page).toMatchObject({ exit: 0, stderr: "", requests: [] });
    expect(page.stdout).toMatch(/^<!DOCTYPE html>/);
  });

  test("is written to a file", async () => {
    const folder = freshFolder();
    cpSync(join(BUNDLES, "minato"), join(folder, "one"), { recursive: true });
    const ran = await run("handover report one -o report.html --lang en", { folder });
    expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: "wrote report.html\n" });
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain('<html lang="en">');
  });
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
    const [hanako] = await tenant.client.users.find({ name: "hanako@example.co.jp" });
    const device = await tenant.client.devices.create({ serialNumber: "C02X" });
    await tenant.client.devices.setOwner({ ids: [device.after.id], owner: hanako?.id ?? "", ownerOrg: null });
    const folder = freshFolder();
    const administrator = await run("handover report --lang ja", { home: folder, tenant: tenant.fetch });
    expect(administrator).toMatchObject({ exit: 0, stderr: "" });
    expect(administrator.stdout).toContain("ドメイン");
    const accounts = await Array.fromAsync(tenant.client.accounts.list({}));
    await tenant.client.devices.setOwner({ ids: [device.after.id], owner: accounts[0]?.id ?? "", ownerOrg: null });
    const leaver = accounts[0]?.name ?? "";
    const leaving = await run(`handover report --lang ja --leaver ${leaver}`, { home: folder, tenant: tenant.fetch });
    expect(leaving.stdout).toContain("所有するデバイス 1 台: C02X");
    expect(readdirSync(join(folder, "tmp")).filter((name) => name.includes("handover"))).toEqual([]);
  });
});

test("a server token that Apple rejected is reported in the checklist and in both reports", async () => {
  await using rehearsal = new Rehearsal();
  await rehearsal.setUp();
  const folder = freshFolder();
  const context = { home: folder, folder, tenant: rehearsal.tenant.fetch };
  const now = new Date(rehearsal.tenant.surroundings.time);
  const read = (line: string) => runInBoth(`handover ${line}`, { ...context, now });
  expect((await read("report")).en.stdout).not.toContain("Apple rejected");
  await rehearsal.reject();
  expect((await run("handover export -o one --encoding utf-8", { ...context, now })).exit).toBe(0);
  for (const bundle of ["", " one"]) {
    expect((await read(`report${bundle}`)).en.stdout).toContain("critical: Apple rejected the server token");
  }
  const { en } = await read("checklist --format ndjson");
  const gaps = en.stdout.split("\n").filter((line) => line.includes('"gap"') && line.includes("Apple rejected"));
  expect(gaps).toHaveLength(1);
});

test("refuses --as for the report of a bundle", async () => {
  const ran = await run("handover report minato --as div01", { folder: BUNDLES });
  expect(ran).toMatchObject({ exit: 2, requests: [], stderr: expect.stringContaining("--as cannot be used") });
});
