import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ade, Import, RenewalItem, Tenant, TenantProfile, Whoami } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { EMPTY_TENANT_PROFILE } from "../lib/model/tenant.ts";
import { text } from "../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const plan = (change: Partial<Import>): Import => ({
  ...example<Import>("import"),
  kind: "users",
  mode: "append",
  ...change,
});

const renewal = (change: Partial<RenewalItem>): RenewalItem => {
  const base = example<RenewalItem>("addRenewal");
  return { ...base, kind: "custom", certainty: "typed", source: null, ...change };
};

const DONE = plan({
  number: "9",
  change: 9,
  id: "0198c0de-0000-7000-8000-000000000001",
  state: "committed",
  committedAt: "2026-11-19T15:30:00.000Z",
  actor: "owner (ann)",
  create: 3,
  update: 2,
  delete: 1,
});
const EARLIER = plan({
  number: "8",
  change: 8,
  id: "0198c0de-0000-7000-8000-000000000002",
  state: "committed",
  committedAt: "2026-11-01T00:00:00.000Z",
});
const WAITING = plan({
  number: "7",
  change: 7,
  id: "0198c0de-0000-7000-8000-000000000003",
  state: "committed",
  committedAt: "2026-10-30T00:00:00.000Z",
  consoleTask: 7,
});
const KEPT = plan({
  number: "P11",
  id: "0198c0de-0000-7000-8000-000000000004",
  kind: "docs",
  state: "planned",
  committedAt: null,
});
/** A plan that cannot be committed, so it is neither counted nor proposed. */
const REFUSED = plan({ ...KEPT, number: "P12", id: "0198c0de-0000-7000-8000-000000000005", rejected: true });

const secured = { browser: 0, docs: 14, mailer: 0, calendar: 0, contacts: 2 };
const tenantOf = (change: Partial<Tenant>): Tenant =>
  example<Tenant>("tenant", {
    mirroredAt: "2026-11-18T01:00:00.000Z",
    users: 24,
    orgs: 4,
    devices: 3,
    secured,
    profile: undefined,
    administration: undefined,
    ...change,
  });

const FULL = {
  tenant: tenantOf({ consoleTasks: 2 }),
  imports: { items: [WAITING, REFUSED, KEPT, EARLIER, DONE] },
  listRenewals: {
    items: [
      renewal({ id: "0198c0de-0000-7000-8000-000000000011", name: "サーバー", expiresAt: "2027-10-01T00:00:00.000Z" }),
      renewal({ id: "0198c0de-0000-7000-8000-000000000012", name: "本社", expiresAt: "2026-12-01T14:59:59.000Z" }),
    ],
  },
};
const EMPTY = {
  tenant: tenantOf({
    mirroredAt: null,
    consoleTasks: 0,
    users: 0,
    orgs: 1,
    devices: 0,
    secured: { ...secured, docs: 0, contacts: 0 },
  }),
  imports: { items: [] },
  listRenewals: { items: [] },
};
/** The same, where ADE is not set up. */
const OWN = { ...EMPTY, ade: example<Ade>("ade", { token: null }) };
const BROKEN = new Failure("unavailable", { what: text("no answer", "応答がありません"), where: "far.example.jp" });

/** kanto is in use, osaka is protected, far is served; local never held data. */
async function homeOfThree(): Promise<string> {
  const home = freshFolder();
  await run("context add kanto --embedded --use", { home });
  await run("context add osaka --embedded --protected", { home });
  await run("context add far --url https://far.example.jp", { home });
  return home;
}
const TENANTS = { kanto: FULL, osaka: OWN, far: BROKEN };

test.each(["status", "status --format table"])("%s shows a tenant with labels, in both languages", async (line) => {
  const { en, ja } = await runInBoth(line, { home: await homeOfThree(), tenant: FULL });
  expect(en).toMatchObject({ exit: 0, stderr: "" });
  const lines = en.stdout.split("\n").filter((line) => !line.startsWith("location"));
  expect(lines.map((line) => line.replace(/ {2,}/, ": "))).toEqual(
    [
      "context: kanto (in use)",
      "users: 24",
      "organisations: 4",
      "devices: 3",
      "SECURED APPs users: docs 14, contacts 2",
      "last import: 9 (2026-11-20 00:30): users, append, +3 ~2 -1, by owner (ann)",
      "open plans: P11: SECURED APPs users (docs), people.csv",
      "last console import: 2026-11-18 (2 days ago)",
      "console tasks: 2",
      "next renewals: other date 本社 2026-12-01 (11 days left, critical)",
      ": other date サーバー 2027-10-01 (315 days left, ok)",
      "problems: other date 本社: critical (2026-12-01)",
      "next steps: clomoctl renewals guide 本社 --context kanto",
      ": clomoctl console list --context kanto",
      ": clomoctl imports commit P11 --context kanto",
      "",
    ].map((line) => line.replace(/ {2,}/, ": ")),
  );
  expect(ja.stdout).toContain("kanto(使用中)\n");
  expect(ja.stdout).toContain("9(2026-11-20 00:30): ユーザー、追加更新、追加 3 更新 2 削除 1、実行者 所有者(ann)\n");
  expect(ja.stdout).toContain("2026-11-18(2 日前)\n");
  expect(ja.stdout).toMatch(/\n問題 +\S* ?本社: 至急\(2026-12-01\)\n/);
});

test("suggests no command that the account may not run, and shows hidden data as not visible", async () => {
  const whoami = example<Whoami>("whoami", {
    role: "division",
    operations: [{ operation: "users.write", reach: "inside" }],
  });
  const answers = {
    ...OWN,
    tenant: tenantOf({
      mirroredAt: null,
      users: 0,
      consoleTasks: 0,
      secured: EMPTY.tenant.secured,
      profile: EMPTY_TENANT_PROFILE,
    }),
  };
  const home = await homeOfThree();
  const { en, ja } = await runInBoth("status --format table --as hanako", { home, tenant: { ...answers, whoami } });
  expect(en.stdout).toMatch(/^SECURED APPs users +not shown to this role$/m);
  expect(ja.stdout).toMatch(/^SECURED APPs のユーザー +この権限では表示されません$/m);
  expect(en.stdout).toMatch(/^next steps +none$/m);
  const own = await run("status --format table", { home, tenant: answers });
  expect(own.stdout).toMatch(/^SECURED APPs users +none$/m);
  for (const line of ["users import", "renewals add", "tenant set"]) expect(own.stdout).toContain(`clomoctl ${line}`);
});

test("a mirror that differs from the console is a problem until the export is taken over", async () => {
  const tenant = { ...EMPTY, tenant: tenantOf({ consoleTasks: 0, exportsAwaited: ["users"] }) };
  const { en, ja } = await runInBoth("status --format table", { home: await homeOfThree(), tenant });
  expect(en.stdout).toMatch(/^problems +the mirror differs from the console until the next export is imported \(/m);
  expect(ja.stdout).toContain("次のエクスポートを取り込むまで、ミラーは管理画面と異なります(");
});

test("JSON is a list with the same keys, whatever is shown", async () => {
  const home = await homeOfThree();
  const one = await run("status --format json", { home, tenant: FULL });
  expect(JSON.parse(one.stdout)).toMatchObject([
    {
      context: "kanto",
      used: true,
      protected: false,
      users: 24,
      secured,
      lastImport: { number: "9", id: DONE.id, mode: "append", create: 3, actor: "owner (ann)" },
      plans: [{ number: "P11", id: KEPT.id }],
      mirroredAt: "2026-11-18T01:00:00.000Z",
      mirrorAgeDays: 2,
      renewals: [
        { name: "本社", level: "critical", daysLeft: 11 },
        { name: "サーバー", level: "ok" },
      ],
    },
  ]);
  const all = await run("status --all-contexts --format json --fields context,used,users,mirrorAgeDays", {
    home,
    tenants: TENANTS,
  });
  expect((JSON.parse(all.stdout) as readonly object[]).map((row): unknown => Object.values(row))).toEqual([
    ["kanto", true, 24, 2],
    ["osaka", false, 0, null],
    ["far", false, null, null],
  ]);
});

test.each([
  [31, "undefined"],
  [30, /^the access token cron expires on \d{4}-\d\d-\d\d$/],
  [7, /^the access token cron expires on .*: create another now$/],
])("%d days before the end of its access token, a status says: %s", async (days, said) => {
  const now = new Date("2026-11-22T03:00:00Z");
  const expiresAt = new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString();
  const whoami = example<Whoami>("whoami", { token: { name: "cron", readOnly: false, expiresAt } });
  const { stdout } = await run("status --context far --format json", {
    home: await homeOfThree(),
    tenant: { ...OWN, whoami },
    now,
  });
  const [{ problems }] = JSON.parse(stdout) as [{ problems: readonly string[] }];
  expect(String(problems.find((one) => one.startsWith("the access token")))).toMatch(said);
});

test.each([
  ["2026-11-20T00:00:00.000Z 0", []],
  ["2026-11-18T00:00:00.000Z 0", [expect.stringContaining("daily run failed or is overdue")]],
  ["2026-11-20T00:00:00.000Z 7", [expect.stringContaining("last run 2026-11-20 09:00, exit code 7")]],
])("shows the daily run, and a failed or overdue one as a problem: %s", async (note, problems) => {
  const home = await homeOfThree();
  mkdirSync(join(home, "runs"));
  writeFileSync(join(home, "runs", "osaka"), `${note}\n`);
  const { stdout } = await run("status --context osaka --format json", { home, tenant: OWN });
  const [at, exit] = note.split(" ");
  expect(JSON.parse(stdout)).toMatchObject([{ lastRun: { at, exit: Number(exit) }, problems }]);
});

test("reports unreadable data as a problem, and exits with 0", async () => {
  const { en, ja } = await runInBoth("status --context far --format table", {
    home: await homeOfThree(),
    tenant: BROKEN,
  });
  expect(en.exit).toBe(0);
  expect(en.stdout).toMatch(/\nproblems +cannot read the tenant: no answer; far.example.jp\n/);
  expect(ja).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/\n問題 +このテナントを読み込めません: 応答がありません。far.example.jp\n/),
  });
  // nothing is known of its users, imports and renewals: not that there are none
  expect(en.stdout.match(/^\S+/gm)).toEqual(["context", "location", "problems", "next"]);
  const { stdout } = await run("status --context far --format json", { home: await homeOfThree(), tenant: BROKEN });
  expect(JSON.parse(stdout)).toMatchObject([
    { users: null, lastImport: null, plans: null, mirroredAt: null, renewals: null },
  ]);
  const field = await run("status --context far --format table --fields plans,context", {
    home: await homeOfThree(),
    tenant: BROKEN,
  });
  expect(field.stdout).toBe("open plans\ncontext     far\n");
});

test("marks the context in use, which --context does not change", async () => {
  const home = await homeOfThree();
  const context = async (line: string, environment: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const { stdout } = await run(`${line} --format json --fields context,used`, { home, environment, tenant: OWN });
    return JSON.parse(stdout);
  };
  expect(await context("status")).toEqual([{ context: "kanto", used: true }]);
  expect(await context("status --context osaka")).toEqual([{ context: "osaka", used: false }]);
  expect(await context("status", { CLOMOCTL_CONTEXT: "osaka" })).toEqual([{ context: "osaka", used: true }]);
  expect(await context("status --context kanto", { CLOMOCTL_CONTEXT: "gone" })).toEqual([
    { context: "kanto", used: false },
  ]);
});

test("omits the context from suggested commands if only one exists; identifies items of equal name by id", async () => {
  const items = FULL.listRenewals.items.map((item) => ({ ...item, name: "本社 2" }));
  const one = await run("status --format json --fields next", { home: freshFolder(), tenant: FULL });
  expect(one.stdout).toContain('"clomoctl imports commit P11"');
  const tenant = { ...FULL, listRenewals: { items } };
  const alike = await run("status --format json --fields next", { home: freshFolder(), tenant });
  expect(alike.stdout).toContain(`"clomoctl renewals guide ${items[1]?.id}"`);
  const single = { ...FULL, listRenewals: { items: items.slice(1) } };
  const named = await run("status --format json --fields next", { home: freshFolder(), tenant: single });
  expect(named.stdout).toContain("\"clomoctl renewals guide '本社 2'\"");
});

test("shows all contexts if none is in use", async () => {
  const home = await homeOfThree();
  await run("context remove kanto", { home });
  const { exit, stdout } = await run("status --format csv --fields context,used", {
    home,
    tenants: { osaka: OWN, far: BROKEN },
  });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "context,used\nosaka,false\nfar,false\n" });
  expect(await run("status --context kinki", { home })).toMatchObject({ exit: 6, stdout: "" });
});

describe("what a tenant uses", () => {
  /** what is not recorded would stand above it */
  const NOTHING = /\nnext renewals +[^\n]+\nproblems +none\nnext steps +none\n$/;
  const using = (profile: Partial<TenantProfile>, items: readonly RenewalItem[] = []) => ({
    ...OWN,
    tenant: tenantOf({ users: 3, mirroredAt: null, consoleTasks: 0, profile: { ...EMPTY_TENANT_PROFILE, ...profile } }),
    listRenewals: { items },
  });

  test("is asked in one line with the command to record it, and is not a problem", async () => {
    const { en, ja } = await runInBoth("status --format table", { tenant: using({}) });
    expect(en.stdout).toMatch(/\nnot recorded +use of iOS\/iPadOS, macOS, Android\n/);
    expect(en.stdout).toContain(
      " clomoctl renewals add NAME --file FILE\n" +
        "                     clomoctl tenant set --ios yes/no --macos yes/no --android yes/no\n",
    );
    expect(en.stdout).toMatch(/\nproblems +none\n/);
    expect(ja.stdout).toMatch(/\n未設定 +使っているかどうか: iOS\/iPadOS、macOS、Android\n/);
    const json = await run("status --format json --fields unsaid", { tenant: using({}) });
    expect(JSON.parse(json.stdout)).toEqual([{ unsaid: ["ios", "macos", "android"] }]);
  });

  test("makes missing records a problem, with the command to add them", async () => {
    const tenant = using({ ios: true, ade: false, vpp: true, android: false });
    const { en, ja } = await runInBoth("status --format table", { tenant });
    expect(en.stdout).toMatch(/\nproblems +not recorded: MDM push certificate\n +not recorded: VPP content token\n/);
    expect(en.stdout).toContain(" clomoctl renewals add NAME --kind push-certificate --file FILE\n");
    expect(en.stdout).not.toMatch(/^not recorded /m);
    expect(ja.stdout).toMatch(/\n問題 +登録がありません: MDM プッシュ通知証明書\n/);
  });

  test("leaves nothing open if nothing is expected or everything is recorded", async () => {
    const none = await run("status --format table", {
      tenant: using({ ios: false, macos: false, android: true, androidAccounts: "workspace" }),
    });
    expect(none.stdout).toMatch(NOTHING);
    const owner = renewal({ kind: "android-owner", expiresAt: "2027-10-01T00:00:00.000Z" });
    const recorded = await run("status --format table", {
      tenant: using({ ios: false, macos: false, android: true, androidAccounts: "google-play" }, [owner]),
    });
    expect(recorded.stdout).toMatch(NOTHING);
    const accounts = await runInBoth("status --format table", {
      tenant: using({ ios: false, macos: false, android: true }),
    });
    expect(accounts.en.stdout).toMatch(/\nnot recorded +which accounts Android uses\n/);
    expect(accounts.en.stdout).toContain(" clomoctl tenant set --android-accounts google-play/workspace/none\n");
    expect(accounts.ja.stdout).toMatch(/\n未設定 +Android をどのアカウントで使うか\n/);
  });
});

test("shows data that was not taken over from the console as unknown, not as zero", async () => {
  const home = freshFolder();
  const mirror = { ...EMPTY.tenant, mirroredAt: "2026-11-20T01:23:45.000Z", users: 3, devices: 0 };
  const { en, ja } = await runInBoth("status --format table", { home, tenant: { ...EMPTY, tenant: mirror } });
  expect(en.stdout).toMatch(/^devices +not imported from the console$/m);
  expect(en.stdout).toMatch(/^SECURED APPs users +not imported from the console$/m);
  expect(ja.stdout).toMatch(/^デバイス +管理画面から取り込んでいません$/m);
  const unused = { ...mirror, devices: 2, profile: { ...EMPTY_TENANT_PROFILE, securedApps: false } };
  const known = await run("status --format table --lang en", { home, tenant: { ...EMPTY, tenant: unused } });
  expect(known.stdout).toMatch(/^devices +2$/m);
  expect(known.stdout).toMatch(/^SECURED APPs users +none$/m);
  const own = { ...mirror, mirroredAt: null };
  const here = await run("status --format table --lang en", { home, tenant: { ...OWN, tenant: own } });
  expect(here.stdout).toMatch(/^devices +0$/m);
  const data = await run("status --format json --fields devices", { home, tenant: { ...EMPTY, tenant: mirror } });
  expect(JSON.parse(data.stdout)).toEqual([{ devices: 0 }]);
});

describe("ADE", () => {
  const { token: TOKEN } = example<{ token: NonNullable<Ade["token"]> }>("ade");
  const WELL = example<Ade>("ade", { lastSyncAt: "2026-11-20T00:00:00.000Z", devices: 3, notReady: 0 });

  const statusOf = async (change: Partial<Ade>, more: object = {}) => {
    const tenant = { ...EMPTY, ade: { ...WELL, ...change }, ...more };
    const { stdout } = await run("status --format json --fields problems,next --lang en", { tenant });
    const [one] = JSON.parse(stdout) as [{ problems: string[]; next: string[] }];
    return one;
  };

  test.each<[string, Partial<Ade>, string, string]>([
    [
      "no sync for long",
      { lastSyncAt: "2026-11-01T00:00:00.000Z" },
      "ADE: no sync has completed for 19 days",
      "clomoctl ade sync",
    ],
    [
      "devices without a profile",
      { notReady: 4 },
      "ADE: 4 devices without an ADE profile: do not switch them on yet",
      "clomoctl ade devices list --not-ready",
    ],
  ])("reports %s as a problem, with the command to type", async (_, change, problem, step) => {
    const { problems, next } = await statusOf(change);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(next).toContain(step);
    expect((await statusOf({})).problems).toEqual([]);
  });

  test("reports a token that Apple rejected as one problem, and suggests how to renew it", async () => {
    const own = renewal({ kind: "ade-token", name: "Own MDM", expiresAt: "2027-11-01T00:00:00.000Z" });
    const token = { ...TOKEN, rejectedAt: "2026-11-20T00:00:00.000Z", renewal: own.id };
    const { problems, next } = await statusOf({ token }, { listRenewals: { items: [own] } });
    expect(problems).toEqual([expect.stringContaining("ADE: Apple rejected the server token")]);
    expect(next.slice(0, 2)).toEqual(["clomoctl ade token set FILE", "clomoctl renewals guide 'Own MDM'"]);
  });

  test("is not requested in a mirror, and not shown to accounts that may not see it", async () => {
    const mirror = await run("status --format json --lang en", { tenant: FULL });
    expect(mirror.requests.map(({ operation }) => operation)).not.toContain("ade");
    const ade = new Failure("not-permitted", { what: text("not yours", "権限がありません") });
    const { stdout } = await run("status --format json --lang en", { tenant: { ...EMPTY, ade } });
    expect(JSON.parse(stdout)).toMatchObject([{ problems: [] }]);
  });
});
