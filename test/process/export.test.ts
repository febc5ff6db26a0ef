import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FIXTURES, freshHome, run } from "#support/process/program.ts";

const fixture = (name: string): string => join(FIXTURES, name);

/** A home whose tenant holds a file of users, and the organisations of the fixtures. */
async function homeWith(file: string): Promise<string> {
  const home = await freshHome();
  await run(["orgs", "import", fixture("orgs/tree.utf-8.lf.csv"), "--yes"], { home });
  const { code, stderr } = await run(["users", "import", fixture(file), "--create-orgs", "--yes"], { home });
  expect(code, stderr).toBe(0);
  return home;
}

const cp932 = (bytes: Uint8Array): string => new TextDecoder("shift_jis", { fatal: true }).decode(bytes);

/** The counts of an import that changes nothing. */
const NOTHING = { create: 0, update: 0, delete: 0, invalid: 0 };

test.each(["users", "orgs", "devices"])("an export of %s is never a workbook, whatever its name", async (noun) => {
  const home = await freshHome();
  const { code, stderr } = await run([noun, "export", "-o", "now.XLSX"], { home, cwd: home });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("list --format xlsx -o FILE") });
  const ja = await run([noun, "export", "-o", "now.xls", "--lang", "ja"], { home, cwd: home });
  expect(ja.stderr).toContain("エクスポートは管理画面用の CSV です");
  expect(await readdir(home)).not.toContain("now.XLSX");
});

test.each(["README.md", "README.ja.md"])(
  "the pipe of %s works: one tenant's users are planned for another",
  async (page) => {
    const home = await homeWith("people.csv");
    await run(["context", "add", "customer-a", "--embedded"], { home });
    await run(["context", "add", "customer-b", "--embedded"], { home });
    const imported = ["users", "import", fixture("people.csv"), "--create-orgs", "--context", "customer-a", "--yes"];
    expect((await run(imported, { home })).code).toBe(0);
    const line =
      /^\$ (.*clomoctl.* \| clomoctl.*)$/m.exec(await readFile(join(FIXTURES, "..", page), "utf8"))?.[1] ?? "";
    const [first = [], second = [], ...more] = line.split(" | ").map((command) => command.split(" ").slice(1));
    expect(more).toEqual([]);
    const exported = await run(first, { home });
    const planned = await run([...second, "--format", "json"], { home, stdin: exported.stdout });
    expect([exported.code, planned.code], planned.stderr).toEqual([0, 0]);
    expect(JSON.parse(planned.text)).toMatchObject({ create: 24, invalid: 0, tenant: "customer-b" });
  },
);

describe("users export", () => {
  test("the language of the account decides the encoding, which is said", async () => {
    const home = await homeWith("users/people.utf-8.lf.csv");
    const japanese = await run(["users", "export"], { home });
    const utf8 = await run(["users", "export", "--encoding", "utf-8"], { home });
    expect(japanese.stderr).toBe(
      "encoding: Shift_JIS, as the account's language is Japanese (override with --encoding)\n",
    );
    expect(utf8.stderr).toBe("");
    expect(cp932(japanese.stdout)).toBe(utf8.text);
    await run(["context", "add", "osaka", "--embedded", "--language", "en"], { home });
    const english = await run(["users", "export", "--context", "osaka", "--lang", "ja"], { home });
    expect(english.text).toMatch(/^氏名,フリガナ,/);
    expect(english.stderr).toContain("UTF-8");
  });

  test.each([
    ["shift_jis", "crlf"],
    ["shift_jis", "cr"],
    ["utf-8", "lf"],
  ])("export then import changes nothing: %s %s", async (encoding, newline) => {
    const home = await homeWith("users/people.utf-8.lf.csv");
    const file = join(home, "now.csv");
    await run(["users", "export", "-o", file, "--encoding", encoding, "--newline", newline], { home });
    const words = ["users", "import", file, "--mode", "replace", "--dry-run", "--encoding", encoding];
    const { text, stderr } = await run([...words, "--format", "json"], { home });
    expect(JSON.parse(text), stderr).toMatchObject({ rows: 66, unchanged: 66, ...NOTHING });
    expect(await readFile(file, "latin1")).not.toContain("Invented");
  });

  test("a byte order mark is for UTF-8 only", async () => {
    const home = await homeWith("users/look-alikes.utf-8.lf.csv");
    const { text } = await run(["users", "export", "--encoding", "utf-8", "--bom"], { home });
    expect(text.startsWith("\ufeff氏名,")).toBe(true);
    const refused = await run(["users", "export", "--bom"], { home });
    expect(refused).toMatchObject({ code: 2, text: "" });
    expect(refused.stderr).toContain("--encoding utf-8");
  });

  test("look-alikes are written as such and counted", async () => {
    const home = await homeWith("users/look-alikes.utf-8.lf.csv");
    const { code, stderr } = await run(["users", "export", "-o", join(home, "x.csv"), "--lang", "ja"], { home });
    expect(code).toBe(0);
    expect(stderr).toContain("7 文字を Shift_JIS の同じ字形の文字で書きました");
  });

  test("a character that cannot be held is named, and nothing is written anywhere", async () => {
    const home = await homeWith("users/unmappable.utf-8.lf.csv");
    const file = join(home, "now.csv");
    await writeFile(file, "old");
    const toFile = await run(["users", "export", "-o", file, "--overwrite"], { home });
    expect(toFile.code).toBe(3);
    expect(toFile.stderr).toMatch(/now\.csv:3:1: U\+20BB7 \(𠮷\) cannot be written in shift_jis\n/);
    expect(await readFile(file, "utf8")).toBe("old");
    const toStdout = await run(["users", "export", "--format", "json"], { home });
    expect({ code: toStdout.code, bytes: toStdout.stdout.length }).toEqual({ code: 3, bytes: 0 });
    expect(JSON.parse(toStdout.stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      type: "input-rejected",
      problems: expect.arrayContaining([{ row: 3, column: 1, codePoint: "U+20BB7" }]) as unknown,
    });
    expect(await readdir(join(home, "tmp"))).toEqual([]);
    const replaced = await run(["users", "export", "--on-unmappable", "replace"], { home });
    expect(replaced.code).toBe(0);
    expect(replaced.stderr).toContain("written as 〓: 4 characters\n");
    expect(cp932(replaced.stdout)).toContain("〓田 太郎");
  });

  test("filters narrow it", async () => {
    const home = await homeWith("users/people.utf-8.lf.csv");
    const words = ["users", "export", "--encoding", "utf-8", "--filter-id", "hikari.yamada001"];
    const { text } = await run(words, { home });
    expect(text.match(/@example/g)).toHaveLength(1);
  });

  test("a map renames the headers, and its import reads them", async () => {
    const home = await homeWith("users/look-alikes.utf-8.lf.csv");
    const map = join(home, "map.yaml");
    await writeFile(map, "columns:\n  Name: 氏名\n  Mail: メールアドレス\ndialect:\n  delimiter: semicolon\n");
    const file = join(home, "now.csv");
    await run(["users", "export", "-o", file, "--encoding", "utf-8", "--map", map], { home });
    expect(await readFile(file, "utf8")).toMatch(/^Name;フリガナ;Mail;組織コード;/);
    const words = ["users", "import", file, "--map", map, "--dry-run", "--format", "json"];
    const { text, stderr } = await run(words, { home });
    expect(JSON.parse(text), stderr).toMatchObject(NOTHING);
  });

  test("the context's map applies to exports and templates", async () => {
    const home = await freshHome();
    await writeFile(join(home, "map.yaml"), "columns:\n  Name: 氏名\nconstants:\n  役職: 社員\n");
    await run(["context", "add", "kanto", "--embedded", "--map", "users=map.yaml"], { home, cwd: home });
    const words = ["--context", "kanto", "--encoding", "utf-8", "--newline", "lf"];
    const template = await run(["users", "template", ...words], { home });
    expect(template.text).toMatch(/^Name,フリガナ,メールアドレス,組織コード,社員コード,.+CLOMOアカウントパスワード\n$/);
    const exported = await run(["users", "export", ...words], { home });
    expect(exported.text).toMatch(/^Name,フリガナ,メールアドレス,組織コード,社員コード,.+CLOMOアカウント名\n$/);
  });
});

describe("users template", () => {
  test("has the tenant's custom fields", async () => {
    const home = await freshHome();
    await run(["users", "fields", "add", "入社年度"], { home });
    const { text } = await run(["users", "template", "--encoding", "utf-8"], { home });
    expect(text).toMatch(/,CLOMOアカウントパスワード,入社年度\r\n$/);
  });
});

describe("orgs export", () => {
  test("export then import changes nothing, also without codes and with / in names", async () => {
    const home = await freshHome();
    await run(["orgs", "import", fixture("orgs/tree.shift_jis.crlf.csv"), "--yes"], { home });
    const file = join(home, "orgs.csv");
    await run(["orgs", "export", "-o", file], { home });
    const words = ["orgs", "import", file, "--mode", "replace", "--dry-run", "--format", "json"];
    const { text, stderr } = await run(words, { home });
    expect(JSON.parse(text), stderr).toMatchObject(NOTHING);
  });
});

describe("secured users export", () => {
  test.each(["browser", "docs", "mailer", "calendar", "contacts"])(
    "%s: three columns, or all without secrets",
    async (app) => {
      const home = await freshHome();
      const file = fixture(`secured/${app}/users.utf-8.lf.csv`);
      const imported = await run(["secured", "users", "import", file, "--app", app, "--create-groups", "--yes"], {
        home,
      });
      expect(imported.code, imported.stderr).toBe(0);
      const words = ["secured", "users", "export", "--app", app, "--encoding", "utf-8", "--newline", "lf"];
      const short = await run(words, { home });
      expect(short.text).toMatch(/^表示名,ユーザーID,説明\n/);
      const full = await run([...words, "--layout", "full", "-o", "full.csv"], { home, cwd: home });
      expect(full.code, full.stderr).toBe(0);
      expect(await readFile(join(home, "full.csv"), "utf8")).not.toMatch(/パスワード|パスフレーズ|シークレットキー/);
      const again = ["secured", "users", "import", "full.csv", "--app", app, "--dry-run", "--format", "json"];
      const { text, stderr } = await run(again, { home, cwd: home });
      expect(JSON.parse(text), stderr).toMatchObject(NOTHING);
    },
  );
});
