import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("shows all of a record: before, after and origin", async () => {
  const { en, ja } = await runInBoth("audit show 42", {
    tenant: { auditRecord: example("auditRecord") },
    terminal: {},
  });
  expect(en.requests).toEqual([{ operation: "auditRecord", params: { seq: "42" } }]);
  expect(en.stdout).toMatch(/^by +owner \(hanako\)$/m);
  expect(ja.stdout).toMatch(/^実行者 +所有者\(hanako\)$/m);
  expect(en.stdout).toMatch(/action +edit user\n/);
  expect(en.stdout).toMatch(/run from +desk-12, clomoctl 1\.0\.0\n/);
  expect(en.stdout).toMatch(/^title +主任 → 課長$/m);
  expect(en.stdout).not.toContain("{");
  expect(ja.stdout).toMatch(/操作 +ユーザーを編集\n/);
  expect(ja.stdout).toMatch(/対象 +髙橋 花子\n/);
});

const record = example<{ record: object }>("auditRecord");
const recordOf = (change: object) => ({ auditRecord: { ...record, record: { ...record.record, ...change } } });

test("a request over the network has its address and the name of its token", async () => {
  const origin = { host: "srv", program: "clomoctl 1.0.0", access: "socket", address: "192.0.2.7", token: "cron" };
  const { en, ja } = await runInBoth("audit show 42", { tenant: recordOf({ origin }), terminal: {} });
  expect(en.stdout).toMatch(/run from +srv, clomoctl 1\.0\.0, 192\.0\.2\.7, access token cron\n/);
  expect(ja.stdout).toMatch(/実行環境 +srv, clomoctl 1\.0\.0, 192\.0\.2\.7、アクセストークン cron\n/);
});
const USERS = [
  { thing: "user", id: "a", name: "山田" },
  { thing: "user", id: "b", name: "佐藤" },
];
const SALES = { id: "s", code: "S", path: "本社/営業部" };
const TOP = { id: "t", code: null, path: "" };
const YAMADA = { id: "a", name: "山田", emails: ["y@x"], org: TOP, title: "課長", administrator: false, custom: [] };

test("for an account, labels and values are words and times are in the context's time zone", async () => {
  const account = { id: "a", name: "hanako01", role: "custom", scheme: { id: "s", name: "受付" }, passwordSetAt: null };
  const change = {
    action: "accounts.revoke",
    objects: [{ thing: "account", id: "a", name: "hanako01" }],
    before: account,
    after: { ...account, role: "none", scheme: null, passwordSetAt: "2026-11-22T05:50:39.106Z" },
  };
  const { en, ja } = await runInBoth("audit show 42", { tenant: recordOf(change), terminal: {} });
  expect(en.stdout).toMatch(/^role +custom administrator → no administrator role$/m);
  expect(en.stdout).toMatch(/^scheme +受付 → \(blank\)$/m);
  expect(ja.stdout).toMatch(/^管理者権限 +カスタム管理者 → 管理者権限を付与しない$/m);
  expect(ja.stdout).toMatch(/^カスタム管理権限スキーム +受付 → \(空\)$/m);
  expect(ja.stdout).toMatch(/^パスワード設定日時 +\(空\) → 2026-11-22 14:50$/m);
});

test("for a user of SECURED APPs, shows settings and secrets by their names", async () => {
  const change = {
    action: "secured.users.create",
    objects: [{ thing: "secured_user", id: "a", name: "山田" }],
    before: undefined,
    after: {
      settings: [{ field: "fileManager", value: "TRUE" }],
      secretsSet: [{ field: "password", at: "2026-11-22T05:50:39.106Z" }],
    },
  };
  const { ja } = await runInBoth("audit show 42", { tenant: recordOf(change), terminal: {} });
  expect(ja.stdout).toMatch(/ +ファイル管理者権限=TRUE$/m);
  expect(ja.stdout).toMatch(/^設定済みのパスワードなど +パスワード \(2026-11-22 14:50\)$/m);
});

test("shows account settings by their names, too", async () => {
  const change = {
    action: "accounts.settings",
    objects: [{ thing: "account_settings", id: "s", name: "メールアドレス" }],
    before: { composition: "free-text" },
    after: { composition: "mail-address" },
  };
  const { ja } = await runInBoth("audit show 42", { tenant: recordOf(change), terminal: {} });
  expect(ja.stdout).toMatch(/^CLOMOアカウントを構成する情報 +任意の文字列 → ユーザーのメールアドレス$/m);
});

test.each([
  [
    "an edit",
    {
      before: YAMADA,
      after: { ...YAMADA, title: null, emails: ["y@x", "z@x"], custom: [{ name: "座席", value: "3F" }] },
    },
    ["email addresses +y@x → y@x, z@x", "title +課長 → \\(blank\\)", "custom fields +\\(blank\\) → 座席=3F"],
    ["メールアドレス +y@x → y@x, z@x", "役職 +課長 → \\(空\\)", ".* +\\(空\\) → 座席=3F"],
    3,
  ],
  ["a new record", { before: undefined, after: YAMADA }, ["organisation +全社", "title +課長"], ["組織 +全社"], 4],
  ["one that is gone", { before: { name: "営業" }, after: undefined }, ["name +営業 → \\(blank\\)"], ["氏名 +営業"], 1],
  [
    "several records",
    {
      objects: USERS,
      before: { records: [YAMADA, { ...YAMADA, id: "b", org: SALES }] },
      after: {
        records: [
          { ...YAMADA, org: SALES },
          { ...YAMADA, id: "b" },
        ],
      },
    },
    [
      "target +山田 <y@x>, 佐藤 <y@x>",
      "organisation +山田 <y@x>: 全社 → 本社/営業部 \\(S\\); 佐藤 <y@x>: 本社/営業部 \\(S\\) → 全社",
    ],
    [
      "対象 +山田 <y@x>、佐藤 <y@x>",
      "組織 +山田 <y@x>: 全社 → 本社/営業部 \\(S\\)、佐藤 <y@x>: 本社/営業部 \\(S\\) → 全社",
    ],
    1,
  ],
] as const)("for %s, shows people each changed field", async (_, change, english, japanese, count) => {
  const tenant = recordOf({ objects: USERS.slice(0, 1), detail: undefined, ...change });
  const { en, ja } = await runInBoth("audit show 42", { tenant, terminal: { columns: 100 } });
  for (const line of english) expect(en.stdout).toMatch(new RegExp(`^${line}$`, "m"));
  for (const line of japanese) expect(ja.stdout).toMatch(new RegExp(`^${line}`, "m"));
  const told = (stdout: string) =>
    stdout
      .split("\n")
      .filter((line) => !/^(no\.|time|by|run from|action|target|target IDs|organisation IDs|format|hash|) /.test(line));
  expect(told(en.stdout).filter((line) => line !== "")).toHaveLength(count);
  const { stdout } = await run("audit show 42 --format json", { tenant });
  const { before = null, after = null } = change;
  expect(JSON.parse(stdout)).toMatchObject({ before, after });
});

test.each([
  [
    { before: { org: SALES }, after: { org: { ...SALES, id: "t", code: "T" } } },
    "organisation +本社/営業部 \\(S\\) → 本社/営業部 \\(T\\)",
  ],
  [
    { before: { org: { ...SALES, code: null } }, after: { org: { ...SALES, id: "t", code: null } } },
    "organisation +本社/営業部 \\(s\\) → 本社/営業部 \\(t\\)",
  ],
  [
    {
      objects: [{ thing: "org", id: "o", name: "班" }],
      before: { path: "課/班", parentId: "s" },
      after: { path: "課/班", parentId: "t" },
    },
    "parent +s → t",
  ],
])("distinguishes a new value from an old value with the same name: %j", async (change, line) => {
  const tenant = recordOf({ objects: USERS.slice(0, 1), detail: undefined, ...change });
  const { stdout } = await run("audit show 42", { tenant, terminal: { columns: 100 } });
  expect(stdout).toMatch(new RegExp(`^${line}$`, "m"));
});

test.each([
  [{ kind: "users", added: ["y@x"], removed: [] }, "kind: users; added: y@x", "種類: users、追加: y@x"],
  [{ records: 5, filters: {} }, "records: 5", "件数: 5"],
  [{ kind: "users", versions: { count: 1, sha256: "ab" } }, "kind: users", "種類: users"],
])("shows other details in words: %j", async (detail, english, japanese) => {
  const tenant = recordOf({ detail, before: undefined, after: undefined });
  const { en, ja } = await runInBoth("audit show 42", { tenant, terminal: { columns: 100 } });
  expect(en.stdout).toMatch(new RegExp(`^detail +${english}$`, "m"));
  expect(ja.stdout).toMatch(new RegExp(`^詳細 +${japanese}$`, "m"));
});

test("shows the checksum of a change's versions only to programs", async () => {
  const detail = { versions: { count: 1, sha256: "ab" } };
  const tenant = recordOf({ detail, before: undefined, after: undefined });
  const { en } = await runInBoth("audit show 42", { tenant, terminal: { columns: 100 } });
  expect(en.stdout).not.toMatch(/^detail/m);
  const { stdout } = await run("audit show 42 --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ detail });
});

test.each([
  [["o1", "o2"], "o1, o2", "o1, o2"],
  [["o1", "o2", "o3", "o4"], "4 organisations", "4 件の組織"],
])("shows the affected organisations: %j", async (orgs, english, japanese) => {
  const tenant = recordOf({ orgs });
  const { en, ja } = await runInBoth("audit show 42", { tenant, terminal: { columns: 100 } });
  expect(en.stdout).toMatch(new RegExp(`^organisation IDs +${english}$`, "m"));
  expect(ja.stdout).toMatch(new RegExp(`^組織の ID +${japanese}$`, "m"));
  const { stdout } = await run("audit show 42 --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ orgs });
});

test("shows no organisations for a record that names none of them", async () => {
  const tenant = recordOf({ orgs: undefined });
  const { stdout } = await run("audit show 42", { tenant, terminal: { columns: 100 } });
  expect(stdout).not.toContain("organisations");
  expect(JSON.parse((await run("audit show 42 --format json", { tenant })).stdout)).toMatchObject({ orgs: null });
});

test("for an import, names the command that shows its rows", async () => {
  const { record, ...rest } = example<{ record: object }>("auditRecord");
  const objects = [{ thing: "import", id: "019a9f3c-5a00-7abc-8def-000000000005", name: "42" }];
  const imported = { ...record, action: "imports.commit", objects, detail: { create: 3 } };
  const { stderr } = await run("audit show 42", { tenant: { auditRecord: { ...rest, record: imported } } });
  expect(stderr).toBe("to list the rows of the import: clomoctl imports show 42 --rows\n");
});
