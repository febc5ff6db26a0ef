import { afterAll, beforeAll, expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** Names beside the one that is asked: too few for one pass over all records, and enough. */
const FEW = 1;
const MANY = 120;

beforeAll(async () => {
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "メールアドレス", "社員コード", "CLOMOアカウント名"],
    ["山田", "Yamada@Example.jp", "y2@example.jp", "E1", "yamada"],
    ["髙橋", "takahashi@example.jp", "", "e2", "taka"],
    ["鈴木", "suzuki@example.jp", "", "E3", "e1"],
    ["佐藤", "sato@example.jp", "", "E3", ""],
  ]);
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "IMEI番号"],
    ["SN-1", "00 1"],
    ["sn-2", "00 2"],
    ["SN3", "SN-1"],
  ]);
  // found, he is held back by this
  tenant.makeAdministrator("takahashi@example.jp");
  await tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["太郎", "Taro", "secret1"],
    ["花子", "taro", "secret1"],
  ]);
});

/** What is told of a name, and how many would go: among names that find nothing, as many as are given. */
const told = async (line: string, name: string, others: number): Promise<readonly string[]> => {
  const stdin = [name, ...Array.from({ length: others }, (_, at) => `nobody-${at}`)].join("\n");
  const { stderr } = await run(`${line} --file - --dry-run`, { tenant: tenant.fetch, stdin });
  return stderr.split("\n").filter((one) => one.startsWith("stdin:1:"));
};

test.each([
  ["users delete", "YAMADA@example.JP"],
  ["users delete", "y2@example.jp"],
  ["users delete", "y3@example.jp"],
  ["users delete", "E1"],
  ["users delete", "E2"],
  ["users delete", "E3"],
  ["users delete", "yamada"],
  ["users delete", "Taka"],
  ["devices delete", "SN-1"],
  ["devices delete", "SN-2"],
  ["devices delete", "00 2"],
  ["devices delete", "002"],
  ["secured users delete --app docs", "taro"],
  ["secured users delete --app docs", "TARO"],
])("%s finds %s the same among many names as among few", async (line, name) => {
  expect(await told(line, name, MANY)).toEqual(await told(line, name, FEW));
});

test("reports names with several matches among many names, too", async () => {
  const [line = ""] = await told("users delete", "E3", MANY);
  expect(line).toMatch(/^stdin:1: E3: matches 2 records: 鈴木 <suzuki@example.jp> .*; 佐藤 /);
});

test("programs get each name with the reason", async () => {
  const { stderr, exit } = await run("users delete --file - --dry-run --format json", {
    tenant: tenant.fetch,
    stdin: "nobody\nE3\nyamada",
  });
  expect(exit).toBe(6);
  const line = stderr.split("\n").find((one) => one.startsWith("{")) ?? "";
  expect(JSON.parse(line)).toMatchObject({
    type: expect.stringContaining("not-found"),
    problems: [
      { name: "nobody", where: "stdin:1", reason: expect.stringContaining("no user has this name") },
      { name: "E3", where: "stdin:2", reason: expect.stringContaining("matches 2 records") },
    ],
  });
});

test("reports unknown users, administrators and device owners together", async () => {
  await tenant.import({ kind: "devices", mode: "append" }, [
    ["シリアルナンバー", "所有者メールアドレス"],
    ["SN-9", "suzuki@example.jp"],
  ]);
  const line = "users delete nobody suzuki@example.jp takahashi@example.jp";
  const { en, ja } = await runInBoth(line, { tenant: tenant.fetch });
  expect(en.exit).toBe(6);
  expect(en.stderr).toContain(
    "error: 1 of 3 names matches no user, or more than one; 1 administrator would be deleted: 髙橋 <takahashi@example.jp>; 1 user cannot be deleted, because other records depend on it: 鈴木 <suzuki@example.jp> (1 device: SN-9); nothing was changed\n",
  );
  for (const next of ["clomoctl users list", "users administrators remove", "devices set-owner"])
    expect(en.stderr).toContain(next);
  expect(ja.stderr).toContain(
    "1 件に特定できません。管理者が含まれています(1 人): 髙橋 <takahashi@example.jp>。ユーザー 1 件は、関連付けられているものがあるため削除できません: 鈴木 <suzuki@example.jp>(デバイス 1 件: SN-9)。何も変更していません\n",
  );
  const only = await runInBoth("users delete nobody", { tenant: tenant.fetch });
  expect(only.en.stderr).toContain('error: no user matches "nobody"; nothing was changed\n');
  expect(only.ja.stderr).toContain("「nobody」に当てはまるユーザーはありません。何も変更していません\n");
  // those who could go stay, too
  const unknown = await run("users delete nobody sato@example.jp", { tenant: tenant.fetch });
  expect(unknown.stderr).toContain("error: 1 of 2 names matches no user, or more than one; nothing was changed\n");
  expect((await tenant.client.imports.list()).filter(({ state }) => state === "planned")).toEqual([]);
});

test.each([
  "髙橋 <takahashi@example.jp>",
  "1. 高橋 様 takahashi@example.jp",
  "・「高橋」\u00a0<mailto:Takahashi@example.jp>",
  "takahashi@example.jp\t髙橋\te2",
  "髙橋, takahashi@example.jp; e2",
  "<takahashi@example.jp>",
])("takes the address from the line %j", async (line) => {
  const { stderr, exit } = await run("users delete --file - --dry-run", { tenant: tenant.fetch, stdin: line });
  // found: what holds it back is that he is an administrator
  expect(stderr).not.toContain("stdin:1");
  expect(stderr).toContain("髙橋 <takahashi@example.jp>");
  expect(exit).toBe(3);
});

test.each([
  "髙橋 <takahashi@example.jp> は残る",
  "(除く) 髙橋 <takahashi@example.jp>",
  "問い合わせは 髙橋 <takahashi@example.jp> まで",
  "送信者: takahashi@example.jp",
  "Reply-To: takahashi@example.jp",
  "On Fri, 髙橋 <takahashi@example.jp> wrote:",
  "髙橋 <takahashi@example.jp> 上長 E1",
  "鈴木 <takahashi@example.jp>",
])("reports the line %j with other words or names, and deletes nobody", async (line) => {
  const { stderr, exit } = await run("users delete --file - --dry-run", { tenant: tenant.fetch, stdin: line });
  expect(stderr).toMatch(
    /^stdin:1: takahashi@example\.jp: the line also contains ".+", which is not in the data of 髙橋/,
  );
  expect(exit).toBe(2);
});

/** Addresses that mails would read otherwise, and who has what they would read there. */
async function oddAddresses(): Promise<TestTenant> {
  const made = new TestTenant();
  await made.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "役職", "社員コード"],
    ["新人", "mailto:hanako@ex.jp", "", ""],
    ["鈴木 花子", "hanako@ex.jp", "", ""],
    ["オニール", "o'neil@ex.jp", "", "<z@ex.jp>"],
    ["ニール", "neil@ex.jp", "", ""],
    ["ダラ", "o'dara@ex.jp", "", ""],
    ["ダーラ", "dara@ex.jp", "o", ""],
    ["全角", "ｗｉｄｅ@ex.jp", "", ""],
    ["半角", "wide@ex.jp", "", ""],
    ["括弧", "(ken@ex.jp)", "", ""],
    ["宛先", "To:dara@ex.jp", "", ""],
  ]);
  return made;
}

test.each([FEW, MANY])(
  "an exact address is that address, whatever it means in a mail (with %i other names)",
  async (others) => {
    await using made = await oddAddresses();
    const named = async (name: string): Promise<string> => {
      const stdin = [name, ...Array.from({ length: others }, (_, at) => `p${at}@ex.jp`)].join("\n");
      const { stderr } = await run("users delete --file - --dry-run", { tenant: made.fetch, stdin });
      const line = stderr.split("\n").find((one) => one.startsWith("stdin:1:"));
      return (line ?? "").replaceAll(/ [0-9a-f-]{36}/g, "");
    };
    const several = (name: string, ...all: readonly string[]) =>
      `stdin:1: ${name}: matches 2 records: ${all.join("; ")}`;
    expect(await named("o'neil@ex.jp")).toBe("");
    expect(await named("(ken@ex.jp)")).toBe("");
    expect(await named("<z@ex.jp>")).toBe("");
    expect(await named("To:dara@ex.jp")).toBe("");
    // who is meant by it in a mail, too: nobody knows which
    expect(await named("mailto:hanako@ex.jp")).toBe(
      several("mailto:hanako@ex.jp", "新人 <mailto:hanako@ex.jp>", "鈴木 花子 <hanako@ex.jp>"),
    );
    expect(await named("o'dara@ex.jp")).toBe(several("o'dara@ex.jp", "ダラ <o'dara@ex.jp>", "ダーラ <dara@ex.jp>"));
    expect(await named("ｗｉｄｅ@ex.jp")).toBe(several("ｗｉｄｅ@ex.jp", "全角 <ｗｉｄｅ@ex.jp>", "半角 <wide@ex.jp>"));
  },
);

test.each(["To:neil@ex.jp", "To: dara@ex.jp", "宛先:"])(
  "refuses a line that looks like an email header, unless it is an address: %s",
  async (line) => {
    await using made = await oddAddresses();
    const { exit, stderr } = await run("users delete --file - --dry-run", {
      tenant: made.fetch,
      stdin: `To:dara@ex.jp\n${line}\n`,
    });
    expect(exit).toBe(2);
    expect(stderr).toContain("the line is an email header or contains several email addresses; nothing was changed");
    expect(stderr).toContain("stdin:2");
  },
);

test.each([
  ["o'neil@ex.jp", "o'neil@ex.jp オニール"],
  ["(ken@ex.jp)", "(ken@ex.jp) 括弧"],
  ["<hanako@ex.jp>", "hanako@ex.jp 鈴木 花子"],
  ["ダラ <o'dara@ex.jp>", undefined],
])("the argument %j selects %s", async (name, gone) => {
  await using made = await oddAddresses();
  const { stderr, exit } = await run(["users", "delete", name, "--dry-run"], { tenant: made.fetch });
  expect({ exit, gone: /^ {2}- (.+)$/m.exec(stderr)?.[1] }).toEqual({ exit: gone === undefined ? 2 : 0, gone });
});

test("also deletes a user whose address is the end of another address", async () => {
  await using made = await oddAddresses();
  const line = ["users", "delete", "o'neil@ex.jp", "neil@ex.jp", "--confirm-deletions", "2"];
  const { stderr, exit } = await run(line, { tenant: made.fetch });
  expect(exit).toBe(0);
  expect(stderr).toContain("  - o'neil@ex.jp オニール\n  - neil@ex.jp ニール\n");
  expect((await made.client.imports.list()).map(({ fileName }) => fileName)).toContain("o'neil@ex.jp, neil@ex.jp");
});

/** A tenant where two are called 佐藤 太郎, and some as titles, numbers, bullets or others' codes are. */
async function namesakes(): Promise<TestTenant> {
  const made = new TestTenant();
  await made.import({ kind: "orgs" }, [
    ["組織コード", "組織名"],
    ["S1", "営業部"],
    ["S2", "開発部"],
  ]);
  await made.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "組織コード", "役職", "社員コード", "CLOMOアカウント名"],
    ["佐藤 太郎", "sato1@example.jp", "S1", "", "A1", ""],
    ["佐藤 太郎", "sato2@example.jp", "S2", "", "A2", ""],
    ["髙橋 花子", "hanako@example.jp", "S1", "部長", "3", ""],
    ["山田 太郎", "yamada@example.jp", "S1", "部長", "A4", ""],
    ["山田 太郎(部長)", "board@example.jp", "S1", "", "A5", ""],
    ["お客", "guest@example.jp", "", "", "", ""],
    ["お客様", "guests@example.jp", "", "", "", ""],
    ["鈴木 一郎", "suzuki1@example.jp", "S2", "", "", ""],
    ["受付", "desk@example.jp", "S2", "", "", "鈴木一郎"],
    ["営業部", "sales@example.jp", "S1", "", "", ""],
    ["渡辺", "watanabe@example.jp", "", "", "", ""],
  ]);
  return made;
}

const HANAKO = "髙橋 花子 <hanako@example.jp> 営業部";

test.each([
  ["高橋花子", "hanako", HANAKO],
  ["・髙橋 花子さん（営業部）", "hanako", HANAKO],
  ["1. 髙橋 花子 様、部長", "hanako", HANAKO],
  ["3, 髙橋 花子, 営業部", "hanako", HANAKO],
  ["■ 髙橋 花子", "hanako", HANAKO],
  ["佐藤 太郎 (開発部)", "sato2", "佐藤 太郎 <sato2@example.jp> 開発部"],
  // codes and accounts are compared only where a list has full names, too
  ["A1", "sato1", undefined],
])("in a list from a mail, %j selects %s and is shown for comparison", async (line, local, compared) => {
  await using made = await namesakes();
  const { stderr, exit } = await run("users delete --file - --dry-run", { tenant: made.fetch, stdin: line });
  expect({ exit, gone: /^ {2}- (\S+)@example\.jp/m.exec(stderr)?.[1] }).toEqual({ exit: 0, gone: local });
  const told = compared === undefined ? [] : [`  stdin:1: ${line} → ${compared}`];
  expect(stderr.split("\n").filter((one) => one.startsWith("  stdin:"))).toEqual(told);
  expect(stderr.includes("check the users who were found without an email address: 1\n")).toBe(compared !== undefined);
});

test.each([
  ["佐藤 太郎", 2, "matches 2 records: 佐藤 太郎 <sato1@example.jp>"],
  [
    "髙橋 花子 (開発部)",
    2,
    'the line also contains "開発部", which is not in the data of 髙橋 花子 <hanako@example.jp>',
  ],
  ["髙橋 花子、佐藤 太郎", 2, 'the line also contains "佐藤 太郎"'],
  // somebody is called exactly so
  ["山田 太郎(部長)", 2, "matches 2 records: 山田 太郎(部長) <board@example.jp>"],
  ["お客様", 2, "matches 2 records: お客様 <guests@example.jp>"],
  ["鈴木一郎", 2, "matches 2 records: 受付 <desk@example.jp>"],
  // a heading
  ["営業部", 6, "no user has this name"],
  ["【髙橋 花子】", 6, "no user has this name"],
  ["(髙橋 花子)", 6, "no user has this name"],
  ["> 髙橋 花子", 6, "no user has this name"],
  ["(除く)髙橋 花子", 6, "no user has this name"],
  ["髙橋 花子 (除く)", 2, 'the line also contains "除く"'],
  ["髙橋 花子さんは残ります", 6, "no user has this name"],
  ["以下の 2 名が退職します", 6, "no user has this name"],
  ["花子", 6, "no user has this name"],
])("in a list from a mail, the line %j does not clearly select a user", async (line, exit, told) => {
  await using made = await namesakes();
  const ended = await run("users delete --file - --dry-run", { tenant: made.fetch, stdin: line });
  expect(ended.exit).toBe(exit);
  expect(ended.stderr).toContain(told);
});

test.each([
  ["■ 髙橋 花子\n□ 渡辺", "stdin:1: ■ 髙橋 花子 / stdin:2: □ 渡辺"],
  ["☑ 髙橋 花子\n渡辺", "stdin:1: ☑ 髙橋 花子 / stdin:2: 渡辺"],
  ["○ 髙橋 花子 <hanako@example.jp>\n● watanabe@example.jp", "stdin:1: hanako@example.jp / stdin:2: watanabe@"],
  ["髙橋 花子 様\n渡辺", "stdin:1: 髙橋 花子 様 / stdin:2: 渡辺"],
])("refuses a list whose lines differ in marks or titles, which may name who stays: %j", async (stdin, where) => {
  await using made = await namesakes();
  const { en, ja } = await runInBoth("users delete --file - --dry-run", { tenant: made.fetch, stdin });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain(`error: the lines have different marks, honorifics or reasons`);
  expect(en.stderr).toContain(`  ${where}`);
  expect(ja.stderr).toContain("エラー: 行頭の印・敬称・理由が行によって異なり");
});

test.each([
  "[ ] hanako@example.jp",
  "[x] hanako@example.jp",
  "* [X] 髙橋 花子 <hanako@example.jp>",
  "1. ［　］ hanako@example.jp",
  "hanako@example.jp\t( )",
  "hanako@example.jp [レ]",
  "(*) hanako@example.jp",
  "［　］hanako@example.jp",
  "（○）hanako@example.jp",
  "【✓】 hanako@example.jp",
  "【　】hanako@example.jp",
  "[]hanako@example.jp",
  "hanako@example.jp【済】",
])("refuses a tick box, ticked or not, because its meaning is unclear: %j", async (line) => {
  await using made = await namesakes();
  for (const words of [["--file", "-"], [line]]) {
    const { en, ja } = await runInBoth(["users", "delete", ...words, "--dry-run"], { tenant: made.fetch, stdin: line });
    expect(en).toMatchObject({ exit: 2, stdout: "" });
    expect(en.stderr).toContain(
      "marks the users to delete or the users to keep; list only the users to delete, without checkboxes",
    );
    expect(ja.stderr).toContain("印か判断できません。削除するユーザーだけを、印を付けずに書いてください");
  }
});

test("accepts brackets around an address that are not a tick box", async () => {
  await using made = await namesakes();
  for (const line of ["(hanako@example.jp)", "[hanako@example.jp]"]) {
    const { exit } = await run("users delete --file - --dry-run", { tenant: made.fetch, stdin: line });
    expect(exit, line).toBe(0);
  }
});

test("shows codes among full names for comparison, too, but not addresses", async () => {
  await using made = await namesakes();
  const stdin = "3\n渡辺\nsato1@example.jp\nA4";
  const { stderr, exit } = await run("users delete --file - --dry-run", { tenant: made.fetch, stdin });
  expect(exit).toBe(0);
  expect(stderr.split("\n").slice(0, 4)).toEqual([
    "check the users who were found without an email address: 3",
    `  stdin:1: 3 → ${HANAKO}`,
    "  stdin:2: 渡辺 → 渡辺 <watanabe@example.jp>",
    "  stdin:4: A4 → 山田 太郎 <yamada@example.jp> 営業部",
  ]);
});

test("does not accept a full name as an argument, and shows all of a long list", async () => {
  await using made = await namesakes();
  const { en, ja } = await runInBoth("users delete 渡辺 --dry-run", { tenant: made.fetch });
  expect(en).toMatchObject({ exit: 6 });
  expect(en.stderr).toContain("no user has this ID, email address, employee code or account name\n");
  expect(ja.stderr).toContain("このID・メールアドレス・社員コード・CLOMO アカウント名のユーザーはありません\n");
  const people = Array.from({ length: 130 }, (_, at) => `人${at}`);
  await made.import({ kind: "users" }, [
    ["氏名", "メールアドレス"],
    ...people.map((name, at) => [name, `p${at}@x.jp`]),
  ]);
  const many = await runInBoth("users delete --file - --dry-run", { tenant: made.fetch, stdin: people.join("\n") });
  expect(many.en.exit).toBe(0);
  expect(many.en.stderr).toContain("check the users who were found without an email address: 130\n");
  expect(many.en.stderr).toContain("  stdin:130: 人129 → 人129 <p129@x.jp>\n");
  expect(many.ja.stderr).toContain(
    "メールアドレスを使わずに特定したユーザーです。間違いがないか確認してください: 130 人\n",
  );
});
