import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FIXTURES, freshHome, run, start, startOnTerminal } from "#support/process/program.ts";

const HEADER = "氏名,メールアドレス,社員コード,CLOMOアカウント名,組織コード\n";

/** A home whose tenant holds these users. */
async function homeWith(...users: readonly string[]): Promise<string> {
  const home = await freshHome();
  const stdin = HEADER + users.map((user) => `${user}\n`).join("");
  const { code, stderr } = await run(["users", "import", "-", "--create-orgs", "--yes"], { home, stdin });
  expect(code, stderr).toBe(0);
  return home;
}

const YAMADA = "山田 花子,hanako@example.jp,E1,hanako,S01";
const SUZUKI = "鈴木 一郎,ichiro@example.jp,E2,ichiro,S01";

describe("users", () => {
  test("list streams every format with the same fields", async () => {
    const home = await homeWith(YAMADA, SUZUKI);
    const words = ["users", "list", "--fields", "name,emails,orgCode"];
    const tsv = await run(words, { home });
    expect(tsv.text).toBe(
      'name\temails\torgCode\n山田 花子\t["hanako@example.jp"]\tS01\n鈴木 一郎\t["ichiro@example.jp"]\tS01\n',
    );
    const csv = await run([...words, "--format", "csv", "--limit", "1"], { home });
    expect(csv.text).toBe('name,emails,orgCode\n山田 花子,"[""hanako@example.jp""]",S01\n');
    const json = await run([...words, "--format", "json", "--filter-name", "鈴木"], { home });
    expect(JSON.parse(json.text)).toEqual([{ name: "鈴木 一郎", emails: ["ichiro@example.jp"], orgCode: "S01" }]);
    const none = await run([...words, "--format", "json", "--filter-id", "nobody"], { home });
    expect(none.text).toBe("[]\n");
  });

  test("a table shows the usual columns, and escapes what a terminal would obey in names from the console", async () => {
    const home = await freshHome();
    const stdin = `${HEADER}\u001b[31m山田\u202e,red@example.jp,E1,,S01\n`;
    const words = ["users", "import", "-", "--from-console", "--create-orgs", "--yes"];
    expect((await run(words, { home, stdin })).code).toBe(0);
    const { screen } = await startOnTerminal(["users", "list", "--lang", "ja"], { home }).ended;
    expect(screen).toContain("社員コード");
    expect(screen).not.toContain("作成日時");
    expect(screen).toContain(String.raw`\x1b[31m山田\u202e`);
  });

  test.each(["hanako@example.jp", "E1", "hanako", "HANAKO@EXAMPLE.JP"])("show finds a user by %s", async (name) => {
    const home = await homeWith(YAMADA, SUZUKI);
    const { text } = await run(["users", "show", name, "--format", "ndjson", "--fields", "name,org"], { home });
    expect(text).toBe('{"name":"山田 花子","org":"S01"}\n');
  });

  test("a name that fits two is a usage error that lists them, one that fits none is exit 6", async () => {
    const home = await homeWith(YAMADA, "佐藤 次郎,jiro@example.jp,hanako,,S01");
    const two = await run(["users", "show", "hanako"], { home });
    expect(two.code).toBe(2);
    expect(two.stderr).toMatch(/山田 花子 <hanako@example\.jp> .+佐藤 次郎 <jiro@example\.jp>/);
    const none = await run(["users", "show", "E9", "--lang", "ja"], { home });
    expect(none).toMatchObject({ code: 6, text: "" });
    expect(none.stderr).toContain("clomoctl users list");
  });

  test("a reader that goes away early is no failure", async () => {
    const { process, ended } = start(["users", "list"], { home: await homeWith(YAMADA, SUZUKI) });
    process.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("users fields", () => {
  test("add, list, remove with the number of values at stake", async () => {
    const home = await homeWith(YAMADA);
    await run(["users", "fields", "add", "入社年度"], { home });
    const stdin = "氏名,メールアドレス,入社年度\n山田 花子,hanako@example.jp,2020\n";
    await run(["users", "import", "-", "--yes"], { home, stdin });
    const listed = await run(["users", "fields", "list", "--fields", "name"], { home });
    expect(listed.text).toBe("name\n入社年度\n");
    const script = await run(["users", "fields", "remove", "入社年度"], { home });
    expect(script.code).toBe(3);
    expect(script.stderr).toContain("--confirm-deletions 1");
    const terminal = startOnTerminal(["users", "fields", "remove", "入社年度"], { home });
    await terminal.shows("with the values of 1 user:");
    terminal.type("1\r");
    expect((await terminal.ended).code).toBe(0);
    expect((await run(["users", "fields", "list", "--format", "json"], { home })).text).toBe("[]\n");
    expect((await run(["users", "fields", "remove", "入社年度", "--yes"], { home })).code).toBe(6);
  });

  test("a name that a column has is refused", async () => {
    const { code } = await run(["users", "fields", "add", "氏名"], { home: await freshHome() });
    expect(code).toBe(3);
  });
});

describe("orgs", () => {
  const TREE = "組織名,組織コード,上位組織コード,上位組織パス\n本社,H,,\n営業/企画,,H,\n大阪,O,,\n";

  async function homeWithTree(): Promise<string> {
    const home = await freshHome();
    const { code, stderr } = await run(["orgs", "import", "-", "--yes"], { home, stdin: TREE });
    expect(code, stderr).toBe(0);
    return home;
  }

  test("list draws the tree on a terminal, and is a list elsewhere", async () => {
    const home = await homeWithTree();
    const { text } = await run(["orgs", "list", "--format", "table"], { home });
    expect(text).toBe("全社\n├─ 本社  H\n│  └─ 営業/企画\n└─ 大阪  O\n");
    const { screen } = await startOnTerminal(["orgs", "list"], { home, env: { NO_COLOR: "1" } }).ended;
    expect(screen.replaceAll("\r", "")).toBe(text);
    const list = await run(["orgs", "list", "--fields", "path,code"], { home });
    expect(list.text).toBe("path\tcode\n\t\n本社\tH\n本社/営業\\\\/企画\t\n大阪\tO\n");
  });

  test.each(["H", "本社", "全社"])("show finds an organisation by %s", async (name) => {
    const { code, text } = await run(["orgs", "show", name, "--format", "ndjson"], { home: await homeWithTree() });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ users: 0, children: name === "全社" ? 2 : 1 });
  });

  test("show takes a / of a name as \\/", async () => {
    const home = await homeWithTree();
    const { text } = await run(["orgs", "show", String.raw`本社/営業\/企画`, "--format", "ndjson"], { home });
    expect(JSON.parse(text)).toMatchObject({ name: "営業/企画", code: null });
    expect((await run(["orgs", "show", "本社/営業/企画"], { home })).code).toBe(6);
  });
});

describe("secured", () => {
  test("users are sorted as asked, groups are counted, secrets never shown", async () => {
    const home = await freshHome();
    const stdin = "表示名,ユーザーID,パスワード,グループ名\nい,u1,secret1,営業\nあ,u2,secret2,営業\n";
    const imported = await run(["secured", "users", "import", "-", "--app", "docs", "--create-groups", "--yes"], {
      home,
      stdin,
    });
    expect(imported.code, imported.stderr).toBe(0);
    const list = async (...more: readonly string[]): Promise<string> =>
      (await run(["secured", "users", "list", "--app", "docs", "--fields", "userId", ...more], { home })).text;
    expect(await list()).toBe("userId\nu1\nu2\n");
    expect(await list("--sort", "name")).toBe("userId\nu2\nu1\n");
    expect(await list("--desc", "--limit", "1")).toBe("userId\nu2\n");
    const shown = await run(["secured", "users", "show", "u1", "--app", "docs", "--format", "json"], { home });
    expect(JSON.parse(shown.text)).toMatchObject({ name: "い", groups: ["営業"], fileManager: null });
    expect(shown.text).not.toContain("secret1");
    expect((await run(["secured", "users", "show", "U1", "--app", "docs"], { home })).code).toBe(6);
    const groups = await run(["secured", "groups", "list", "--app", "docs", "--fields", "name,users"], { home });
    expect(groups.text).toBe("name\tusers\n営業\t2\n");
  });

  test("the app must be named", async () => {
    const { code, stderr } = await run(["secured", "users", "list"], { home: await freshHome() });
    expect(code).toBe(2);
    expect(stderr).toContain("--app");
  });
});

test("a tenant that holds the fixtures lists everybody", async () => {
  const home = await freshHome();
  const file = join(FIXTURES, "users", "people.utf-8.lf.csv");
  await run(["users", "import", file, "--create-orgs", "--yes"], { home });
  const { text } = await run(["users", "list", "--format", "ndjson"], { home });
  const lines = text.trimEnd().split("\n");
  expect(lines).toHaveLength(66);
  expect((await readFile(file, "utf8")).includes((JSON.parse(lines[0] ?? "") as { name: string }).name)).toBe(true);
});

test.skipIf(!existsSync("/dev/full"))("stderr on a full disk changes no exit code, of wrong lines either", async () => {
  const home = await homeWith(YAMADA);
  const lines = [
    ["bogus", 2],
    ["users bogus", 2],
    ["users list --bogus", 2],
    ["users show nobody@example.jp", 6],
    ["users edit hanako@example.jp --title 部長", 0, "部長"],
  ] as const;
  for (const [line, wanted, told = ""] of lines) {
    const full = openSync("/dev/full", "w");
    const { status, stdout } = spawnSync(process.execPath, ["bin/clomoctl.js", ...line.split(" ")], {
      env: { ...process.env, CLOMOCTL_HOME: home },
      stdio: ["ignore", "pipe", full],
      encoding: "utf8",
    });
    closeSync(full);
    expect([line, status]).toEqual([line, wanted]);
    expect(stdout).toContain(told);
  }
});
