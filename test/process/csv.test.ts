import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FIXTURES, freshHome, run, start, startOnTerminal } from "#support/process/program.ts";

const fixture = (name: string): string => join(FIXTURES, name);

interface FoundProblem {
  readonly code: string;
  readonly row: number;
  readonly column: number;
}

/** A problem that a fixture file is known to have. */
interface KnownProblem {
  readonly format: string;
  readonly encoding: string;
  readonly code: string;
  readonly row: number;
  readonly column: number;
  /** only a comparison with a tenant shows it */
  readonly needs?: string;
  /** a limit of the reader's that the program cannot be told */
  readonly maxRecordLength?: number;
}

describe("csv check", () => {
  test.each(["shift_jis.crlf", "shift_jis.cr", "utf-8.lf", "utf-8-bom.crlf"])("a good file in %s", async (form) => {
    const home = await freshHome();
    const { code, text, stderr } = await run(
      ["csv", "check", fixture(`users/people.${form}.csv`), "--as", "users", "--format", "ndjson"],
      { home },
    );
    expect(code).toBe(0);
    // blanks at the ends of texts are kept, and warned of
    expect(stderr).toMatch(/^(?:warning: [^\n]* blanks at the ends, [^\n]*\n){3}$/);
    const problems = ["value-blanks", "name-blanks", "value-blanks"].map((code) => ({ code }));
    expect(JSON.parse(text)).toMatchObject({ rows: 66, errors: 0, warnings: 3, problems });
    expect(await readdir(home)).not.toContain("tenants");
  });

  test("a table of Excel's, in UTF-16 and with tabs", async () => {
    const words = [
      "csv",
      "check",
      fixture("users/people.utf-16le-bom.crlf.txt"),
      "--as",
      "users",
      "--format",
      "ndjson",
    ];
    const { code, text } = await run(words, { home: await freshHome() });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ encoding: "utf-16le", rows: 66, errors: 0 });
  });

  test("every problem of the broken files is found in its place", async () => {
    const known = JSON.parse(await readFile(fixture("broken/index.json"), "utf8")) as Record<string, KnownProblem>;
    const home = await freshHome();
    const missed: string[] = [];
    for (const [name, { format, encoding, needs, maxRecordLength, ...expected }] of Object.entries(known)) {
      if (needs !== undefined || maxRecordLength !== undefined) continue;
      const words = ["csv", "check", fixture(`broken/${name}`), "--as", format, "--encoding", encoding];
      const { text } = await run([...words, "--format", "json"], { home });
      const { problems } = JSON.parse(text) as { problems: readonly FoundProblem[] };
      const found = problems.map(({ code, row, column }) => `${code} ${row}:${column}`);
      const { code, row, column } = expected;
      if (!found.includes(`${code} ${row}:${column}`)) missed.push(`${name}: ${found.join(", ")}`);
    }
    expect(missed).toEqual([]);
  }, 180_000);

  test("problems are lines on stderr, in both languages, and end with exit 3", async () => {
    const home = await freshHome();
    const words = ["csv", "check", fixture("broken/not-mail-address.csv"), "--as", "users"];
    const english = await run(words, { home });
    const japanese = await run([...words, "--lang", "ja"], { home });
    expect([english.code, japanese.code]).toEqual([3, 3]);
    expect(english.stderr).toMatch(/not-mail-address\.csv:\d+:\d+: メールアドレス: not a mail address: .*\n/);
    expect(english.stderr).toMatch(/error: 1 error in the file, which has \d+ rows\n/);
    expect(japanese.stderr).toMatch(
      /not-mail-address\.csv:\d+:\d+: メールアドレス: メールアドレスではありません: .*\n/,
    );
    expect(english.text).toBe(japanese.text);
  });

  test("rows are told apart by the key that the import will have", async () => {
    const home = await freshHome();
    const stdin = Buffer.from("氏名,メールアドレス,社員コード\n山田,a@example.jp,1\n髙橋,b@example.jp,1\n");
    const words = ["csv", "check", "-", "--as", "users", "--format", "json", "--key", "employee-code"];
    const { code, text } = await run(words, { home, stdin });
    const { problems } = JSON.parse(text) as { problems: readonly FoundProblem[] };
    expect([code, problems.map((problem) => problem.code)]).toEqual([3, ["key-duplicate", "key-duplicate"]]);
    const docs = await run(words.with(4, "docs"), { home, stdin });
    expect([docs.code, docs.stderr]).toEqual([2, expect.stringContaining("--key")]);
  });

  test("stdin is spooled, and nothing of it is left", async () => {
    const home = await freshHome();
    const stdin = await readFile(fixture("people.csv"));
    const { code, text } = await run(["csv", "check", "-", "--as", "users", "--format", "ndjson"], { home, stdin });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ file: "stdin", encoding: "shift_jis" });
    expect(await readdir(join(home, "tmp"))).toEqual([]);
  });

  test("what reads as UTF-8 and as Shift_JIS alike is refused with both readings", async () => {
    const home = await freshHome();
    const words = ["csv", "check", fixture("broken/ambiguous-kana.csv"), "--as", "users"];
    const { code, stderr } = await run(words, { home });
    expect(code).toBe(3);
    expect(stderr).toMatch(/Muñoz.+Muﾃｱoz[^]+--encoding utf-8/);
    const told = await run([...words, "--encoding", "utf-8"], { home });
    expect(told.stderr).toContain("unknown column");
  });

  test("our own column of reasons is ignored", async () => {
    const home = await freshHome();
    const stdin = "氏名,メールアドレス,clomoctl:reason\r\n山田,a@example.jp,'=not a mail address\r\n";
    const { code } = await run(["csv", "check", "-", "--as", "users"], { home, stdin });
    expect(code).toBe(0);
  });

  test("escape sequences in headers are shown escaped", async () => {
    const stdin = "氏名,メールアドレス,\u001b[31m\r\n山田,a@example.jp,\r\n";
    const { stderr } = await run(["csv", "check", "-", "--as", "users"], { home: await freshHome(), stdin });
    expect(stderr).not.toContain("\u001b");
    expect(stderr).toContain(String.raw`\x1b[31m`);
  });
});

describe("csv convert", () => {
  test.each([
    ["shift_jis.crlf", "utf-8", "lf", "utf-8.lf"],
    ["utf-8.lf", "shift_jis", "cr", "shift_jis.cr"],
    ["utf-8.cr", "shift_jis", "crlf", "shift_jis.crlf"],
  ])("%s to %s %s is the fixture %s", async (from, encoding, newline, to) => {
    const input = fixture(`users/people.${from}.csv`);
    const { stdout, code } = await run(
      ["csv", "convert", input, "-", "--to-encoding", encoding, "--to-newline", newline],
      { home: await freshHome() },
    );
    expect(code).toBe(0);
    expect(stdout.equals(await readFile(fixture(`users/people.${to}.csv`)))).toBe(true);
  });

  test("a character that cannot be held is named, and the old file stays", async () => {
    const home = await freshHome();
    const output = join(home, "out.csv");
    await writeFile(output, "old");
    const words = [
      "csv",
      "convert",
      fixture("users/unmappable.utf-8.lf.csv"),
      output,
      "--to-encoding",
      "shift_jis",
      "--overwrite",
    ];
    const { code, stderr } = await run(words, { home });
    expect(code).toBe(3);
    expect(stderr).toContain("unmappable.utf-8.lf.csv:3:1: U+20BB7 (𠮷) cannot be written in shift_jis");
    expect(await readFile(output, "utf8")).toBe("old");
    const replaced = await run([...words, "--on-unmappable", "replace"], { home });
    expect(replaced).toMatchObject({ code: 0, stderr: "written as 〓: 4 characters\n" });
  });

  test("nothing reaches stdout before all of it is sound", async () => {
    const words = ["csv", "convert", fixture("users/unmappable.utf-8.lf.csv"), "-", "--to-encoding", "shift_jis"];
    const { code, stdout } = await run(words, { home: await freshHome() });
    expect({ code, bytes: stdout.length }).toEqual({ code: 3, bytes: 0 });
  });

  test("Shift_JIS has no byte order mark", async () => {
    const words = ["csv", "convert", fixture("people.csv"), "-", "--bom"];
    expect((await run(words, { home: await freshHome() })).code).toBe(2);
  });
});

describe("csv inspect", () => {
  test("says what a file is", async () => {
    const words = ["csv", "inspect", fixture("users/mixed-newlines.shift_jis.csv"), "--format", "json"];
    const { code, text } = await run(words, { home: await freshHome() });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      encoding: "shift_jis",
      bom: false,
      delimiter: ",",
      newlines: { crlf: 1, lf: 1, cr: 1 },
      oddities: [{ kind: "newlines-mixed" }, { kind: "no-final-newline" }],
    });
  });

  test("says it in Japanese on a terminal", async () => {
    const words = ["csv", "inspect", fixture("users/people.utf-16le-bom.crlf.txt"), "--lang", "ja"];
    const { code, screen } = await startOnTerminal(words, { home: await freshHome(), env: { NO_COLOR: "1" } }).ended;
    expect(code).toBe(0);
    expect(screen).toMatch(/文字コード +utf-16le[^]+区切り文字 +タブ/);
  });
});

describe("csv template", () => {
  test("is the format's header row, in Shift_JIS unless told otherwise", async () => {
    const home = await freshHome();
    const { stdout, stderr } = await run(["csv", "template", "--as", "orgs"], { home });
    expect(new TextDecoder("shift_jis").decode(stdout)).toBe("組織名,組織コード,上位組織コード,上位組織パス\r\n");
    expect(stderr).toContain("Shift_JIS");
    const utf8 = await run(["csv", "template", "--as", "browser", "--encoding", "utf-8", "--bom", "--newline", "lf"], {
      home,
    });
    expect(utf8).toMatchObject({ text: "\ufeff表示名,ユーザーID,パスワード,説明\n", stderr: "" });
    expect((await run(["csv", "template", "--as", "orgs", "--bom"], { home })).code).toBe(2);
  });
});

describe("csv map", () => {
  test("asks for the headers nobody knows, and the file it writes is a map", async () => {
    const home = await freshHome();
    await writeFile(join(home, "people.csv"), "Name;メールアドレス;Memo\nYamada;a@example.jp;x\n");
    const words = ["csv", "map", "people.csv", "--as", "users", "-o", "map.yaml"];
    const terminal = startOnTerminal(words, { home, cwd: home });
    await terminal.shows("Which field is Name?");
    terminal.type("\r");
    await terminal.shows("Which field is Memo?");
    terminal.type("\r");
    expect((await terminal.ended).code).toBe(0);
    expect(await readFile(join(home, "map.yaml"), "utf8")).toMatch(
      /^columns:\n {2}"Name": "氏名"\n {2}"Memo": ignore\n/,
    );
    const checked = await run(["csv", "check", "people.csv", "--as", "users", "--map", "map.yaml"], {
      home,
      cwd: home,
    });
    expect(checked.code, checked.stderr).toBe(0);
  });

  test("says what to write by hand where nobody can be asked", async () => {
    const { code, stderr } = await run(["csv", "map", fixture("people.csv"), "--as", "users"], {
      home: await freshHome(),
    });
    expect(code).toBe(2);
    expect(stderr).toContain("columns:");
  });
});

test("a reader that goes away early is no failure", async () => {
  const words = ["csv", "convert", fixture("users/people.utf-8.lf.csv"), "-", "--to-encoding", "utf-8"];
  const { process, ended } = start(words, { home: await freshHome() });
  process.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});
