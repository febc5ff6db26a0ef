import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { createWholeClient } from "#support/client/whole-client.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { run, type RunResult } from "#support/commands/program.ts";

const folder = mkdtempSync(join(tmpdir(), "receive-"));
const home = join(folder, "successor");
const tenant = new TestTenant();

afterAll(async () => {
  await tenant[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const exportTo = (name: string) => run(`handover export -o ${name}`, { home: folder, folder, tenant: tenant.fetch });

const fingerprintOf = (name: string): string =>
  createHash("sha256")
    .update(readFileSync(join(folder, name, "SHA256SUMS")))
    .digest("hex");

/** Types a line with the fingerprint of the bundle that it begins with. */
const receive = (line: string): Promise<RunResult> => {
  const [name = ""] = line.split(" ");
  const known = existsSync(join(folder, name)) ? ["--fingerprint", fingerprintOf(name)] : [];
  return run(["handover", "receive", ...line.split(" "), ...known, "--lang", "en"], { home, folder });
};

const tenantPath = (context: string) => join(home, "tenants", context);

/** Opens a copy of what a context has. */
const openCopy = (context: string): TestTenant => {
  const copy = mkdtempSync(join(folder, "copy-"));
  cpSync(tenantPath(context), copy, { recursive: true });
  return new TestTenant(copy);
};

beforeAll(async () => {
  tenant.addAdministrator("hanako", "hanako@example.co.jp");
  await addTestAccount(tenant, { name: "east", role: "division", org: "全社" });
  await tenant.client.tenant.set({ domain: "minato" });
  await tenant.client.renewals.add({ kind: "custom", name: "契約", owner: "hanako@example.co.jp" });
  await exportTo("whole --leaver hanako --leaves 2027-03-31");
  await exportTo("bare");
  rmSync(join(folder, "bare", "tenant.db"));
});

describe("handover receive", () => {
  test("with --dry-run creates neither a context nor a tenant", async () => {
    expect(await receive("whole --dry-run")).toMatchObject({ exit: 0, stdout: "" });
    expect((await run("context list --format json", { home, folder })).stdout).not.toContain("minato");
    expect(existsSync(tenantPath("minato"))).toBe(false);
  });

  test("compares the first 16 digits of the fingerprint, in any grouping", async () => {
    const digits = fingerprintOf("whole").slice(0, 16);
    const typed = (value: string) =>
      run(["handover", "receive", "whole", "--dry-run", "--fingerprint", value], { home, folder });
    expect((await run("handover receive whole --no-input", { home, folder })).exit).toBe(2);
    for (const value of [digits, digits.toUpperCase().replaceAll(/(.{4})/g, "$1 "), fingerprintOf("whole")])
      expect((await typed(value)).exit).toBe(0);
    for (const value of [digits.slice(0, 15), digits.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))])
      expect((await typed(value)).exit).toBe(3);
  });

  test("shows every administrator, keeps everything, and names what is not inside", async () => {
    const { exit, stderr } = await receive("whole");
    expect(exit).toBe(0);
    expect(stderr).toMatch(/administrator: .*\(hanako\): system administrator, all/);
    expect(stderr).toMatch(/administrator: .*\(east\): /);
    expect(stderr).toContain("does not contain passwords, keys, tokens");
    expect(stderr).toMatch(/clomoctl handover checklist --leaver hanako --leaves 2027-03-31.*\n/);
    await using received = openCopy("minato");
    // nothing tells the successor to remove her own tenant
    const listed = { home: folder, folder, tenant: received.fetch };
    const { stdout } = await run("handover checklist --leaver hanako --lang en", listed);
    expect(stdout).toContain("clomoctl handover transfer --from hanako");
    expect(stdout).not.toContain("owner of the renewal item");
    expect(stdout).not.toContain("context remove");
    expect(await received.users()).toEqual(await tenant.users());
    const [receipt, ...records] = await Array.fromAsync(received.client.audit.list());
    expect(receipt?.record).toMatchObject({
      action: "handover.receive",
      detail: { fingerprint: fingerprintOf("whole") },
    });
    expect(records).toEqual((await Array.fromAsync(tenant.client.audit.list())).slice(-records.length));
    expect(await received.client.audit.verify({ changes: true })).toMatchObject({ broken: null });
  });

  test("goes forward with what only this computer has, and keeps the former file", async () => {
    const local = openCopy("minato");
    await createWholeClient({ transport: local.acting("hanako").fetch })["access-tokens"].create({ name: "cron" });
    await local.close();
    rmSync(tenantPath("minato"), { recursive: true });
    cpSync(local.folder, tenantPath("minato"), { recursive: true });
    await tenant.client.orgs.create({ name: "営業部" });
    await exportTo("later");
    const { exit, stderr } = await receive("later");
    expect({ exit, stderr }).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining("will be replaced by a newer state: 1 change since"),
    });
    expect(readdirSync(tenantPath("minato")).toSorted()).toContain("tenant.db.former");
    await using received = openCopy("minato");
    expect(
      (await createWholeClient({ transport: received.acting("hanako").fetch })["access-tokens"].list()).map(
        ({ name }) => name,
      ),
    ).toEqual(["cron"]);
    expect((await received.client.orgs.list()).map(({ name }) => name)).toContain("営業部");
    expect(await received.client.audit.verify({ changes: true })).toMatchObject({ broken: null });
  });

  test("never changes a tenant from which the bundle does not go forward", async () => {
    const path = join(tenantPath("minato"), "tenant.db");
    await run("users list", { home, folder });
    const before = readFileSync(path);
    expect(await receive("later")).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("already in this tenant"),
    });
    expect(await receive("whole --context MINATO")).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("older"),
    });
    await using other = new TestTenant();
    await other.client.users.create({ name: "山彦", emails: ["y@example.com"] });
    await other.client.tenant.set({ domain: "minato" });
    await run("handover export -o other", { home: folder, folder, tenant: other.fetch });
    expect(await receive("other")).toMatchObject({ exit: 5, stderr: expect.stringContaining("latest changes") });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("names the values that break a rule, and what to do", async () => {
    await using wrong = new TestTenant();
    wrong.addAdministrator("jiro", "jiro@example.co.jp");
    wrong.database.run("update account set role = 'none', supportOption = 1");
    await run("handover export -o wrong", { home: folder, folder, tenant: wrong.fetch });
    const { exit, stderr } = await receive("wrong --context wrong --dry-run");
    expect(exit).toBe(0);
    expect(stderr).toMatch(/support option.*\n(?:.*\n)*warning: the bundle contains \d+ invalid values?: ask/);
  });

  test.each([
    ["bare --context other", 3, "bare: tenant.db"],
    ["whole --context far", 2, "is on a server"],
    ["whole --context other --as hanako", 2, "remove --as"],
    ["whole --context a/b", 2, "a/b"],
    ["nothing --context other", 6, "nothing"],
  ])("refuses: %s", async (line, exit, said) => {
    await run("context add far --url https://mdm.example.jp", { home, folder });
    expect(await receive(line)).toMatchObject({ exit, stderr: expect.stringContaining(said) });
    expect(existsSync(tenantPath("other"))).toBe(false);
  });
});
