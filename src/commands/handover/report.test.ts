import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { openForEachTest, TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

test("for a bundle is a page in both languages, with the devices of a leaver, without a request", async () => {
  await using tenant = new TestTenant();
  const folder = freshFolder();
  const { id } = (await tenant.client.users.create({ name: "佐藤", emails: ["sato@example.jp"] })).after;
  const device = await tenant.client.devices.create({ serialNumber: "C02X" });
  await tenant.client.devices.setOwner({ ids: [device.after.id], owner: id, ownerOrg: null });
  await run("handover export -o one --leaver sato@example.jp", { home: folder, folder, tenant: tenant.fetch });
  const told = "所有するデバイス 1 台: C02X";
  expect(readFileSync(join(folder, "one", "report.html"), "utf8")).toContain(told);
  for (const words of ["", " --leaver 佐藤"]) {
    const { en, ja } = await runInBoth(`handover report one${words}`, { folder });
    expect(en).toMatchObject({ exit: 0, stderr: "", requests: [], stdout: expect.stringMatching(/^<!DOCTYPE html>/) });
    expect(ja.stdout).toContain(told);
  }
  const ran = await run("handover report one -o report.html --lang en", { folder });
  expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: "wrote report.html\n" });
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain('<html lang="en">');
  expect((await run("handover report nowhere", { folder })).exit).toBe(6);
});

describe("for the tenant", () => {
  let tenant: TestTenant;
  openForEachTest((opened) => (tenant = opened));

  test("has the current data of the tenant and leaves nothing behind", async () => {
    tenant.addAdministrator();
    await tenant.client.users.create({ name: "山田 花子", emails: ["hanako@example.co.jp"] });
    await tenant.client.renewals.add({ kind: "custom", name: "ドメイン", expiresAt: "2027-03-01T00:00:00.000Z" });
    const folder = freshFolder();
    const ran = await run("handover report --lang ja", { home: folder, tenant: tenant.fetch });
    expect(ran).toMatchObject({ exit: 0, stderr: "", stdout: expect.stringContaining("ドメイン") });
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
  expect((await run("handover export -o one", { ...context, now })).exit).toBe(0);
  for (const bundle of ["", " one"]) {
    expect((await read(`report${bundle}`)).en.stdout).toContain("critical: Apple rejected the server token");
  }
  const { en } = await read("checklist --format ndjson");
  const gaps = en.stdout.split("\n").filter((line) => line.includes('"gap"') && line.includes("Apple rejected"));
  expect(gaps).toHaveLength(1);
});

test("refuses --as for the report of a bundle", async () => {
  const ran = await run("handover report minato --as div01", { folder: freshFolder() });
  expect(ran).toMatchObject({ exit: 2, requests: [], stderr: expect.stringContaining("--as cannot be used") });
});
