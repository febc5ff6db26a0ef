import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { expect, test } from "vitest";
import type { User, WrittenUser } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after: user } = example<WrittenUser>("editUser");
const finding = { findUsers: { items: [user] } };
const written = (change: Partial<User>, more: Partial<WrittenUser> = {}): WrittenUser => ({
  before: user,
  after: { ...user, ...change },
  consoleTask: null,
  dryRun: false,
  ...more,
});

test("sends what changes, shows old and new, and the line that takes it back", async () => {
  const custom = [{ name: "座席", value: "A 1" }];
  const after = { title: null, emails: ["new@example.jp"], custom };
  const tenant = { ...finding, editUser: written(after) };
  const words = ["users", "edit", "E0042", "--title", "", "--email", "new@example.jp", "--custom", "座席=A 1"];
  const { en, ja } = await inBoth([...words, "--custom", "入社年="], { tenant });
  expect(en.requests).toEqual([
    { operation: "findUsers", query: { name: "E0042" } },
    {
      operation: "editUser",
      params: { id: user.id },
      json: {
        emails: ["new@example.jp"],
        title: null,
        custom: [
          { name: "座席", value: "A 1" },
          { name: "入社年", value: null },
        ],
        dryRun: false,
      },
    },
  ]);
  expect(en.stderr).toBe(
    [
      "mail addresses: hanako@example.co.jp, h.takahashi@example.co.jp → new@example.jp",
      "title: 課長 → (none)",
      "custom fields: 入社年=2019 → 座席=A 1",
      "to take it back: clomoctl users edit new@example.jp --email hanako@example.co.jp --email h.takahashi@example.co.jp --title 課長 --custom '入社年=2019' --custom '座席='",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("役職: 課長 → (なし)\n");
  expect(ja.stderr).toContain("元に戻すには: clomoctl users edit new@example.jp --email ");
});

test.each([
  ["ヤマダ タロウ", false],
  ["ジョン・スミスー", false],
  ["ﾔﾏﾀﾞ ﾀﾛｳ", false],
  ["やまだ", true],
  ["山田", true],
  ["Yamada", true],
])("facts 1.2: フリガナ is katakana, and another is warned of: %s", async (kana, warned) => {
  const tenant = { ...finding, editUser: written({ nameKana: kana }) };
  const { en, ja } = await inBoth(["users", "edit", "E0042", "--name-kana", kana], { tenant });
  expect(en.exit).toBe(0);
  expect(en.stderr.includes(`warning: フリガナ "${kana}" has other letters than katakana`)).toBe(warned);
  expect(ja.stderr.includes("カタカナ以外の文字があります")).toBe(warned);
});

test("a value that was blank is cleared by the line that takes it back", async () => {
  const tenant = { ...finding, editUser: written({ tel: "03-0000-1111" }, { before: { ...user, tel: null } }) };
  const { stderr } = await run("users edit E0042 --tel 03-0000-1111", { tenant });
  expect(stderr).toContain("to take it back: clomoctl users edit hanako@example.co.jp --tel ''\n");
});

test.each([
  ["free-text", "--email hanako@example.co.jp --email h.takahashi@example.co.jp --account-name old"],
  ["mail-local-part", "--email hanako@example.co.jp --email h.takahashi@example.co.jp"],
  ["employee-code", "--email hanako@example.co.jp --email h.takahashi@example.co.jp"],
] as const)(
  "an account name that would be refused is in no line that takes it back: %s",
  async (composition, options) => {
    const tenant = {
      ...finding,
      editUser: written(
        { accountName: "new", emails: ["new@example.jp"] },
        { before: { ...user, accountName: "old" } },
      ),
      accountSettings: example("accountSettings", { composition }),
    };
    const { stderr } = await run("users edit E0042 --email new@example.jp --account-name new", { tenant });
    expect(stderr).toContain(`to take it back: clomoctl users edit new@example.jp ${options}\n`);
  },
);

test("an account name that was what names are composed of is, and where it alone was changed there is no such line", async () => {
  const [mail = ""] = user.emails;
  const lineOf = async (before: string): Promise<string> => {
    const editUser = written({ accountName: "new" }, { before: { ...user, accountName: before } });
    const tenant = {
      ...finding,
      editUser,
      accountSettings: example("accountSettings", { composition: "mail-address" }),
    };
    return (await run("users edit E0042 --account-name new", { tenant })).stderr;
  };
  expect(await lineOf(mail)).toContain(`to take it back: clomoctl users edit ${mail} --account-name ${mail}\n`);
  expect(await lineOf("old")).not.toContain("to take it back");
});

test("who may not read what names are composed of is told the name that was there", async () => {
  const accountSettings = new Failure("not-permitted", { what: text("not you", "権限がありません") });
  const editUser = written({ accountName: "new" }, { before: { ...user, accountName: "old" } });
  const { exit, stderr } = await run("users edit E0042 --account-name new", {
    tenant: { ...finding, editUser, accountSettings },
  });
  expect([exit, stderr]).toEqual([
    0,
    expect.stringMatching(/to take it back: clomoctl users edit \S+ --account-name old\n$/),
  ]);
});

test("an account name that nobody had cannot be taken back, as it is never cleared", async () => {
  const before = { ...user, accountName: null };
  const alone = { ...finding, editUser: written({ accountName: "z" }, { before }) };
  const { en, ja } = await inBoth("users edit E0042 --account-name z", { tenant: alone });
  expect(en.stderr).toMatch(/\naccount: cannot be taken back, as it can be changed and never cleared\n$/);
  expect(en.stderr).not.toContain("to take it back");
  expect(ja.stderr).toMatch(/\nCLOMOアカウント名: 変更はできますが、消すことはできないため、元に戻せません\n$/);
  const both = { ...finding, editUser: written({ accountName: "z", tel: "1" }, { before: { ...before, tel: null } }) };
  const { stderr } = await run("users edit E0042 --account-name z --tel 1", { tenant: both });
  expect(stderr).toMatch(/to take it back: clomoctl users edit \S+ --tel ''\naccount: cannot be taken back/);
  const accountSettings = example("accountSettings", { composition: "free-text" });
  const renamed = written({ accountName: "z" }, { before: { ...user, accountName: "y" } });
  const other = { ...finding, accountSettings, editUser: renamed };
  const changed = await run("users edit E0042 --account-name z", { tenant: other });
  expect(changed.stderr).toMatch(/to take it back: clomoctl users edit \S+ --account-name y\n$/);
});

test("of a mirror, says what is to be done in the console", async () => {
  const tenant = { ...finding, editUser: written({ title: "部長" }, { consoleTask: 3 }) };
  const { en, ja } = await inBoth("users edit E0042 --title 部長", { tenant });
  expect(en.stderr).toContain("to be done in the console, too: clomoctl console show 3\n");
  expect(ja.stderr).toContain("管理画面でも同じ操作が必要です: clomoctl console show 3\n");
});
