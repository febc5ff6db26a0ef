import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { storageIn, writeBundle } from "#support/handover/bundles.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { run, type RunResult } from "#support/commands/program.ts";

const folder = mkdtempSync(join(tmpdir(), "receive-"));
const tenant = new TestTenant();

afterAll(async () => {
  await tenant[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

beforeAll(async () => {
  tenant.addAdministrator("hanako", "hanako@example.co.jp");
  await addTestAccount(tenant, { name: "east", role: "division", org: "全社" });
  await run("handover export -o whole", { home: folder, folder, tenant: tenant.fetch });
  await writeBundle(join(folder, "records"), storageIn(folder));
});

describe("handover receive", () => {
  const home = join(folder, "successor");
  const receive = (line: string): Promise<RunResult> => run(`handover receive ${line} --lang en`, { home, folder });

  test("with --dry-run creates neither a context nor a tenant", async () => {
    expect(await receive("whole --context minato --dry-run --format json")).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('"context": "minato"'),
    });
    expect((await run("context list --format json", { home, folder })).stdout).not.toContain("minato");
    expect(existsSync(join(home, "tenants", "minato"))).toBe(false);
  });

  test("creates the context, keeps everything, and names what to set again", async () => {
    const { exit, stderr } = await receive("whole --context minato");
    expect(exit).toBe(0);
    expect(stderr).toContain("clomoctl handover checklist");
    expect(stderr).toContain("2 administrators without a password");
    expect(readdirSync(join(home, "tenants", "minato"))).toEqual(["tenant.db"]);
    const copy = join(folder, "copy");
    cpSync(join(home, "tenants", "minato"), copy, { recursive: true });
    await using received = new TestTenant(copy);
    expect(await received.users()).toEqual(await tenant.users());
    expect(await Array.fromAsync(received.client.audit.list())).toEqual(
      await Array.fromAsync(tenant.client.audit.list()),
    );
    expect(await received.client.audit.verify({ changes: true })).toMatchObject({ broken: null });
  });

  test("in a mirror asks for no passwords", async () => {
    await tenant.import({ kind: "users", fromConsole: true, keepMissing: true }, [
      ["氏名", "メールアドレス"],
      ["佐藤", "s@x.jp"],
    ]);
    await run("handover export -o mirror", { home: folder, folder, tenant: tenant.fetch });
    const { exit, stderr } = await receive("mirror --context mirror");
    expect({ exit, told: stderr.includes("password") }).toEqual({ exit: 0, told: false });
  });

  test("never changes a tenant that exists", async () => {
    const path = join(home, "tenants", "minato", "tenant.db");
    const before = readFileSync(path);
    for (const line of ["whole", "whole --context minato", "whole --context MINATO --dry-run"])
      expect(await receive(line)).toMatchObject({ exit: 5, stderr: expect.stringContaining("already has a tenant") });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ["records --context other", 3, "can only be read"],
    ["whole --context far", 2, "is on a server"],
    ["whole --context other --as hanako", 2, "remove --as"],
    ["whole --context a/b", 2, "a/b"],
    ["nothing --context other", 6, "nothing"],
  ])("refuses: %s", async (line, exit, said) => {
    await run("context add far --url https://mdm.example.jp", { home, folder });
    expect(await receive(line)).toMatchObject({ exit, stderr: expect.stringContaining(said) });
    expect(existsSync(join(home, "tenants", "other"))).toBe(false);
  });
});
