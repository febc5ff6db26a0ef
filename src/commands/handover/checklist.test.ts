import { describe, expect, test } from "vitest";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { displayWidth } from "../../lib/terminal/width.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  tenant.addAdministrator("hanako");
  await tenant.client.tenant.set({ ios: true, android: false, ade: false, vpp: false, contactName: "契約 花子" });
});

const here = (): Circumstances => ({ home: freshFolder(), tenant: tenant.fetch });

interface Row {
  readonly item: string;
  readonly state: string;
  readonly question: string | null;
  readonly step: number | null;
  readonly what: string;
  readonly value: string | null;
  readonly by: string | null;
  readonly next: string | null;
}

const rows = async (words = "", circumstances: Circumstances = here()): Promise<readonly Row[]> => {
  const ran = await run(`handover checklist --format json ${words}`.trim(), circumstances);
  expect(ran).toMatchObject({ exit: 0 });
  return JSON.parse(ran.stdout) as Row[];
};

test("has the first day and seven items with their gaps and what to type, as JSON and NDJSON", async () => {
  const all = await rows();
  expect([...new Set(all.map(({ item }) => item))]).toEqual([
    "first-day",
    "contact",
    "administrators",
    "push-certificate",
    "apple-business",
    "android",
    "rules",
    "settings",
  ]);
  expect(all.find(({ item }) => item === "android")).toMatchObject({ state: "not-applicable", next: null });
  const gaps = all.filter(({ state }) => state === "gap");
  expect(gaps.map(({ question }) => question)).toContain("rules.broken");
  for (const { next } of gaps) expect(next).not.toBeNull();
  const { stdout } = await run("handover checklist --format ndjson", here());
  expect(stdout.trim().split("\n")).toHaveLength(all.length);
});

test("sentences follow the language, also in a pipe", async () => {
  for (const format of ["tsv", "json"]) {
    const { stdout } = await run(`handover checklist --lang ja --format ${format}`, here());
    expect(stdout).toContain("2 人目のシステム管理者がいません");
    expect(stdout).toContain("create の代わりに edit を使用: clomoctl clomo-account create USER");
    expect(stdout).not.toContain("system administrator");
  }
});

test("an answer closes its gap and is shown with its author", async () => {
  const question = "rules.lost";
  const isOpen = (all: readonly Row[]) => all.some(({ next }) => next === `clomoctl handover answer ${question}`);
  expect(isOpen(await rows())).toBe(true);
  await tenant.client.answers.set({ answers: [{ question, value: "https://wiki.example.jp/lost", by: "前任" }] });
  const all = await rows();
  expect(isOpen(all)).toBe(false);
  expect(all.filter(({ state }) => state === "answered").map(({ by }) => by)).toEqual(["前任"]);
  expect(all.find(({ value }) => value === "契約 花子")).toMatchObject({ state: "recorded", by: null });
  expect(all.filter(({ by }) => by === "前任")).toMatchObject([
    { item: "rules", state: "answered", value: "https://wiki.example.jp/lost" },
  ]);
});

describe("on a terminal of 80 columns", () => {
  test("every line fits except commands, in both languages, and --full shows what is known", async () => {
    const { en, ja } = await runInBoth("handover checklist", { ...here(), terminal: { columns: 80 } });
    for (const { exit, stdout } of [en, ja]) {
      expect(exit).toBe(0);
      const sentences = stdout.split("\n").filter((line) => !line.includes("clomoctl "));
      expect(Math.max(...sentences.map(displayWidth))).toBeLessThanOrEqual(80);
    }
    expect(en.stdout).toContain("in-house rules");
    expect(en.stdout).not.toContain("契約 花子");
    expect(en.stdout).not.toContain("Lost mode");
    expect(en.stdout.match(/3 questions are unanswered/g)).toHaveLength(1);
    const full = await run("handover checklist --full", { ...here(), terminal: { columns: 80 } });
    expect(full.stdout).toContain("Lost mode (紛失モード)");
    expect(full.stdout).toContain("契約 花子");
    expect(full.stdout).toContain("-> clomoctl handover answer rules.lost");
  });
});

describe("--leaver", () => {
  test("is one numbered list of what depends on a person, named by account, email address or name", async () => {
    await tenant.client.renewals.add({ kind: "custom", name: "契約", owner: "hanako@accounts.example" });
    const [user] = await tenant.client.users.find({ name: "hanako@accounts.example" });
    const device = await tenant.client.devices.create({ serialNumber: "C02X" });
    await tenant.client.devices.setOwner({ ids: [device.after.id], owner: user?.id ?? "", ownerOrg: null });
    for (const typed of ["hanako", "hanako@accounts.example"]) {
      const steps = await rows(`--leaver ${typed} --leaves 2026-12-31`);
      expect(steps.map(({ step, what }) => `${step} ${what}`)).toEqual([
        "1 transfer the support option and the renewal items",
        "2 owner of 1 device: C02X",
        "3 export the bundle for the successor, and read out its fingerprint",
        "4 successor: remove the role of hanako, and list the devices to collect",
        "5 the leaver's computer: stop the daily run",
        "6 the leaver's computer: remove the tenant",
        "7 the leaver's computer: delete the bundles",
      ]);
      expect(steps[0]?.next).toBe("clomoctl handover transfer --from hanako --to PERSON");
      expect(steps[3]?.next).toBe("clomoctl users leave hanako --on 2026-12-31 --report FILE.xlsx");
    }
    const { ja } = await runInBoth("handover checklist --leaver hanako", { ...here(), terminal: {} });
    expect(ja.stdout).toMatch(/^退職者から引き継ぐもの\n1\. /u);
  });

  test("in a mirror without devices and SECURED APPs, says where to look", async () => {
    const of = async (): Promise<readonly string[]> => (await rows("--leaver hanako")).map(({ what }) => what);
    expect((await of()).join()).not.toContain("not imported from the console");
    tenant.database.run("update tenant set mirroredAt = :at", { at: "2026-01-01T00:00:00.000Z" });
    expect((await of()).filter((what) => what.includes("not imported from the console"))).toHaveLength(2);
    await tenant.client.tenant.set({ securedApps: false });
    expect((await of()).filter((what) => what.includes("not imported from the console"))).toHaveLength(1);
  });

  test("finds a user by the exact name among any number of longer ones, but not if two users have it", async () => {
    const { users } = tenant.client;
    const find = (typed: string) => run(["handover", "checklist", "--leaver", typed, "--lang", "en"], here());
    for (let number = 1; number <= 150; number += 1)
      await users.create({ name: `端末 太郎${number}`, emails: [`taro${number}@example.jp`] });
    const missing = { exit: 6, stderr: expect.stringContaining('no recorded person matches "端末 太郎"') };
    expect(await find("端末 太郎")).toMatchObject(missing);
    await users.create({ name: "端末 太郎", emails: ["taro@example.jp"] });
    for (const typed of ["端末 太郎", " 端末 太郎 "]) expect((await find(typed)).exit).toBe(0);
    await users.create({ name: "端末 太郎", emails: ["other@example.jp"] });
    const both = { exit: 2, stdout: "", stderr: expect.stringContaining("other@example.jp") };
    expect(await find("端末 太郎")).toMatchObject(both);
  });
});
