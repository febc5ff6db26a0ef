import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RenewalItem, Tenant } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

const soon = item(1, { name: "契約", expiresAt: "2026-12-10T14:59:59.000Z", owner: "it@example.jp" });
const late = item(2, {
  name: "所有者",
  kind: "android-owner",
  expiresAt: "2027-04-01T14:59:59.000Z",
  certainty: "estimated",
  organisation: "本社",
});
const second = item(3, { ...late, id: idOf(3), name: "副所有者", expiresAt: "2027-01-10T14:59:59.000Z" });
const undated = item(4, { name: "謎", expiresAt: null });
const expired = item(5, { name: "ドメイン", expiresAt: "2026-10-01T14:59:59.000Z" });

const having = (...items: readonly RenewalItem[]) => ({ listRenewals: { items } });
const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });

async function homeOfThree(): Promise<string> {
  const home = freshFolder();
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  await run("context add kanto --embedded --timezone America/New_York", { home });
  await run("context add osaka --url https://osaka.example.jp", { home });
  return home;
}

describe("a list", () => {
  test("has undated items first, then the nearest, with the level and days of today", async () => {
    const tenant = having(late, second, expired, soon, undated);
    const { en, ja } = await runInBoth("renewals list --fields name,expiresOn,daysLeft,level", { tenant });
    expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "listRenewals" }] });
    expect(en.stdout).toBe(
      [
        "name\texpiresOn\tdaysLeft\tlevel",
        "謎\t\t\tunknown",
        "ドメイン\t2026-10-01\t-50\texpired",
        "契約\t2026-12-10\t20\tcritical",
        "副所有者\t2027-01-10\t51\twarning",
        "所有者\t2027-04-01\t132\tok",
        "",
      ].join("\n"),
    );
    expect(ja.stdout).toBe(en.stdout);
  });

  test("has all recorded values, under names that never change", async () => {
    const full = item(1, {
      kind: "push-certificate",
      organisation: "本社",
      fingerprint: "ab".repeat(32),
      topic: "com.apple.mgmt.1",
      owner: "o",
      account: "a",
      phone: "p",
      phoneHolder: "h",
      notes: "n",
      source: "/nowhere/push.pem",
      confirmedAt: "2026-11-01T00:00:00.000Z",
      confirmedBy: "髙橋",
    });
    const { stdout } = await run("renewals list --format json --lang ja", { tenant: having(full) });
    const { createdAt: _, updatedAt: __, ...recorded } = full;
    expect(JSON.parse(stdout)).toEqual([
      { ...recorded, context: "local", expiresOn: "2027-11-20", daysLeft: 365, level: "ok" },
    ]);
  });

  test("--limit takes the most urgent items", async () => {
    const { stdout } = await run("renewals list --fields name --limit 2", {
      tenant: having(late, soon, undated, second),
    });
    expect(stdout).toBe("name\n謎\n契約\n");
  });
});

describe("for all tenants", () => {
  const tenants = { local: having(soon), kanto: having(undated), osaka: having(second, expired) };

  test("is one list up to the limit, each item with its tenant and in its own time zone", async () => {
    const home = await homeOfThree();
    const midnight = item(1, { name: "境", expiresAt: "2026-12-01T04:30:00.000Z" });
    const all = { ...tenants, kanto: having(midnight) };
    const line = "renewals list --all-contexts --fields context,name,expiresOn";
    expect((await run(line, { home, tenants: all })).stdout).toBe(
      [
        "context\tname\texpiresOn",
        "osaka\tドメイン\t2026-10-01",
        "kanto\t境\t2026-11-30",
        "local\t契約\t2026-12-10",
        "osaka\t副所有者\t2027-01-10",
        "",
      ].join("\n"),
    );
    const some = await run(`${line} --limit 1`, { home, tenants: all });
    expect(some.stdout).toBe("context\tname\texpiresOn\nosaka\tドメイン\t2026-10-01\n");
  });

  test("names unreadable tenants in both languages, and exits with 8", async () => {
    const home = await homeOfThree();
    const gone = new Failure("unavailable", { what: { en: "no answer", ja: "応答なし" } });
    const some = { ...tenants, local: locked, osaka: gone };
    const { en } = await runInBoth("renewals list --all-contexts --fields name", { home, tenants: some });
    expect(en).toMatchObject({ exit: 8, stdout: "name\n謎\n" });
    expect(en.stderr).toBe("error: local: locked by 7\nerror: osaka: no answer\n");
  });

  test("leaves out a local tenant without data", async () => {
    const home = freshFolder();
    await run("context add osaka --url https://osaka.example.jp", { home });
    const osaka = having(second);
    expect(await run("renewals list --all-contexts", { home, tenants: { osaka } })).toMatchObject({ exit: 0 });
  });

  test("an interruption is not reported as an unreadable tenant", async () => {
    const interrupted = new Failure("interrupted", { what: { en: "stopped", ja: "中断" } });
    const ran = await run("renewals list --all-contexts", {
      home: await homeOfThree(),
      tenants: { local: interrupted, kanto: having(), osaka: having() },
    });
    expect(ran).toMatchObject({ exit: 130, stdout: "" });
    expect(ran.stderr).not.toContain("error: local");
  });
});

describe("a file with another date", () => {
  const tokenIn = (folder: string): string => {
    const source = join(folder, "a.vpptoken");
    writeFileSync(source, createVppToken(new Date("2026-12-01T00:00:00Z"), "例"));
    return source;
  };

  test("is reported, the earlier date counts for check, too, and a remote tenant's files are not read", async () => {
    const home = await homeOfThree();
    const vpp = item(1, { name: "VPP", kind: "vpp-token", source: tokenIn(home) });
    const line = "renewals list --all-contexts --fields context,expiresOn,certainty";
    const tenants = {
      local: { ...having(vpp), tenant: example<Tenant>("tenant") },
      kanto: having(),
      osaka: having(vpp),
    };
    const { en } = await runInBoth(line, { home, tenants });
    expect(en.stdout).toBe("context\texpiresOn\tcertainty\nlocal\t2026-12-01\texact\nosaka\t2027-11-20\ttyped\n");
    expect(en.stderr).toMatch(
      /^warning: VPP: the recorded date is 2027-11-20, but the date in .* is 2026-12-01; the earlier date is used\n$/,
    );
    const { stdout } = await run("renewals check --context local --lang en", { home, tenants });
    expect(stdout).toContain("VPP expires on 2026-12-01, 11 days left; the recorded date is 2027-11-20");
  });
});
