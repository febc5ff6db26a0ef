import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createEncoder } from "../src/lib/csv/encode.ts";
import { FIXTURES, freshHome, run, start, startOnTerminal, type Outcome } from "./program.ts";

const HEADER = "氏名,メールアドレス,組織コード,役職";
const PEOPLE = [HEADER, "山田 太郎,taro@example.com,S01,部長", "佐藤 花子,hanako@example.com,S02,"];

const csv = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join("");

interface Result {
  readonly importId: string;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly committed: boolean;
}

const resultOf = ({ text }: Outcome): Result => JSON.parse(text) as Result;

/** A home, and its programs' words behind `clomoctl`. */
class Desk {
  readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  path(name: string): string {
    return join(this.home, name);
  }

  write(name: string, content: string | Uint8Array): Promise<void> {
    return writeFile(this.path(name), content);
  }

  run(line: string, stdin?: string | Uint8Array): Promise<Outcome> {
    return run(line.split(" "), { home: this.home, cwd: this.home, ...(stdin === undefined ? {} : { stdin }) });
  }

  async states(): Promise<string[]> {
    const { text } = await this.run("imports list --format json --fields state");
    return (JSON.parse(text) as { state: string }[]).map(({ state }) => state);
  }

  /** The tenant's users as an export has them. */
  async users(): Promise<string> {
    return (await this.run("users export --encoding utf-8 --quiet")).text;
  }
}

async function freshDesk(people: readonly string[] = PEOPLE): Promise<Desk> {
  const desk = new Desk(await freshHome());
  await desk.write("people.csv", csv(people));
  return desk;
}

/** A tenant that holds {@link PEOPLE}. */
async function peopledDesk(): Promise<Desk> {
  const desk = await freshDesk();
  await desk.run("users import people.csv --create-orgs --yes");
  return desk;
}

describe("an import", () => {
  test("shows its plan on stderr and its result on stdout, and commits", async () => {
    const desk = await freshDesk();
    const { code, text, stderr } = await desk.run("users import people.csv --create-orgs --yes --format json");
    expect(code).toBe(0);
    expect(JSON.parse(text)).toEqual({
      importId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tenant: "embedded",
      mode: "append",
      dryRun: false,
      rows: 2,
      create: 2,
      update: 0,
      unchanged: 0,
      delete: 0,
      invalid: 0,
      secretsSet: 0,
      orgsCreated: 2,
      committed: true,
    });
    expect(stderr).toContain("plan for embedded (context embedded)");
    expect(stderr).toContain("+ 2 taro@example.com 山田 太郎");
  });

  test("of the same file again needs no question and commits nothing", async () => {
    const desk = await peopledDesk();
    const again = await desk.run("users import people.csv --format json");
    expect(again.code).toBe(0);
    expect(JSON.parse(again.text)).toMatchObject({ unchanged: 2, create: 0, update: 0, delete: 0, committed: false });
  });

  test("from stdin is the same as from a file, and leaves nothing behind", async () => {
    const desk = await freshDesk();
    const { code, text } = await desk.run("users import - --create-orgs --yes --format json", csv(PEOPLE));
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ create: 2, committed: true });
  });

  test("--dry-run changes nothing and drops its plan, --keep-plan keeps it for imports commit", async () => {
    const desk = await freshDesk();
    expect((await desk.run("users import people.csv --create-orgs --dry-run")).code).toBe(0);
    expect(await desk.states()).toEqual(["discarded"]);
    const { text } = await desk.run("users import people.csv --create-orgs --dry-run --keep-plan --format json");
    const { importId } = JSON.parse(text) as Result;
    const committed = await desk.run(`imports commit ${importId} --yes --format json`);
    expect(resultOf(committed)).toMatchObject({ importId, committed: true });
    expect(await desk.users()).toContain("taro@example.com");
  });

  test("without a terminal and without --yes ends with 2 and names --yes", async () => {
    const desk = await freshDesk();
    const { code, stderr } = await desk.run("users import people.csv --create-orgs");
    expect(code).toBe(2);
    expect(stderr).toContain("--yes");
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test.each([
    ["users import nowhere.csv", 2, "nowhere.csv"],
    ["users import people.csv --map nowhere.yaml", 6, "nowhere.yaml"],
    ["users import people.csv --errors people.csv", 2, "--errors"],
    ["users import people.csv --report - --yes", 2, "--report"],
    ["users import people.csv --emit-csv x.csv --mode replace --skip-invalid", 2, "--skip-invalid"],
    ["imports show ffffffff", 6, "imports list"],
  ])("%s ends with %i", async (line, code, named) => {
    const desk = await freshDesk();
    const outcome = await desk.run(line);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(named);
  });

  test("a newline other than the one that was stated is a warning", async () => {
    const desk = await freshDesk();
    const { code, stderr } = await desk.run("users import people.csv --newline lf --create-orgs --dry-run");
    expect(code).toBe(0);
    expect(stderr).toContain("warning: the header row of people.csv ends in CRLF, not LF");
  });
});

describe("encodings", () => {
  test("text that could be half-width kana as well is refused, with both readings", async () => {
    const desk = await freshDesk();
    await desk.write("kana.csv", await readFile(join(FIXTURES, "broken", "ambiguous-kana.csv")));
    const { code, stderr } = await desk.run("users import kana.csv --dry-run");
    expect(code).toBe(3);
    expect(stderr).toContain("Muñoz");
    expect(stderr).toContain("Muﾃｱoz");
    expect(stderr).toContain("--encoding utf-8");
  });

  test("UTF-8 with a few broken bytes is read as Shift_JIS, with a hint", async () => {
    const desk = await freshDesk();
    await desk.write("broken.csv", await readFile(join(FIXTURES, "broken", "bytes-invalid.utf-8.csv")));
    const { code, stderr } = await desk.run("users import broken.csv --dry-run");
    expect(code).toBe(3);
    expect(stderr).toContain("pass --encoding utf-8");
  });

  test("a map names headers and its dialect", async () => {
    const desk = await freshDesk();
    await desk.write("map.yaml", 'columns:\n  名前: 氏名\n  mail: メールアドレス\ndialect:\n  delimiter: "|"\n');
    await desk.write("other.csv", "名前|mail\r\n山田 太郎|taro@example.com\r\n");
    const outcome = await desk.run("users import other.csv --map map.yaml --yes --format json");
    expect(outcome.stderr).not.toContain("error");
    expect(resultOf(outcome)).toMatchObject({ create: 1, committed: true });
  });
});

describe("invalid rows", () => {
  const BAD = [
    HEADER,
    "山田 太郎,taro@example.com,,",
    '"佐藤\n花子",nobody@,,=cmd|calc',
    ",x@example.com,,",
    "髙橋 ①,ichi@example.com,,",
  ];

  test("reject the file, each named by row and column, in both languages", async () => {
    const desk = await freshDesk(BAD);
    const english = await desk.run("users import people.csv --yes --format json");
    expect(english.code).toBe(3);
    expect(english.text).toBe("");
    expect(english.stderr).toContain("people.csv:3:2: メールアドレス: not a mail address\n");
    expect(english.stderr).toContain("people.csv:4:1: 氏名: must not be blank (line 5)\n");
    const { problems } = JSON.parse(english.stderr.trimEnd().split("\n").at(-1) ?? "") as { problems: unknown[] };
    expect(problems).toMatchObject([
      { code: "not-mail-address", row: 3, line: 3, column: 2 },
      { code: "required", row: 4, line: 5, column: 1 },
    ]);
    const japanese = await desk.run("users import people.csv --yes --lang ja");
    expect(japanese.stderr).toContain("people.csv:4:1: 氏名: 空にできません(5 行目)\n");
    expect(await desk.users()).not.toContain("taro");
  });

  test("are left out with --skip-invalid, which ends with 8, dry or not", async () => {
    const desk = await freshDesk(BAD);
    expect((await desk.run("users import people.csv --skip-invalid --dry-run")).code).toBe(8);
    const done = await desk.run("users import people.csv --skip-invalid --yes --format json");
    expect(done.code).toBe(8);
    expect(resultOf(done)).toMatchObject({ create: 2, committed: true });
  });

  test("are written by --errors as they are, with a guarded reason, and mended they import", async () => {
    const desk = await freshDesk(BAD);
    await desk.run("users import people.csv --errors errors.csv --report report.csv");
    const errors = await readFile(desk.path("errors.csv"), "utf8");
    expect(errors).toBe(
      csv([
        `${HEADER},clomoctl:reason`,
        '"佐藤\n花子",nobody@,,=cmd|calc,メールアドレス: not a mail address',
        ",x@example.com,,,氏名: must not be blank",
      ]),
    );
    expect((await stat(desk.path("errors.csv"))).mode & 0o777).toBe(0o600);
    const report = await readFile(desk.path("report.csv"), "utf8");
    expect(report).toBe(
      `\ufeff${csv([
        "row,key,action,changed,reason",
        "2,taro@example.com,create,,",
        "3,nobody@,invalid,,メールアドレス: not a mail address",
        "4,x@example.com,invalid,,氏名: must not be blank",
        "5,ichi@example.com,create,,",
      ])}`,
    );
    await desk.write("errors.csv", errors.replace("nobody@", "hanako@example.com").replace(",x@", "匿名,x@"));
    const mended = await desk.run("users import errors.csv --yes --format json --errors again.csv");
    expect(resultOf(mended)).toMatchObject({ create: 2, committed: true });
    expect(await readFile(desk.path("again.csv"), "utf8")).toBe(csv([`${HEADER},clomoctl:reason`]));
  });

  test("get a new reason in the place of an old one", async () => {
    const desk = await freshDesk([`${HEADER},clomoctl:reason`, ",x@example.com,,,old", "a,b@example.com,,,old"]);
    await desk.run("users import people.csv --errors errors.csv");
    expect(await readFile(desk.path("errors.csv"), "utf8")).toBe(
      csv([`${HEADER},clomoctl:reason`, ",x@example.com,,,氏名: must not be blank"]),
    );
  });

  test("of twenty kinds are all found, and the mended rows import", async () => {
    const desk = await freshDesk();
    const broken = (name: string): Promise<Buffer> => readFile(join(FIXTURES, "broken", name));
    await desk.write("mistakes.csv", await broken("twenty-mistakes.csv"));
    const { code, stderr } = await desk.run(
      "users import mistakes.csv --create-orgs --errors errors.csv --format json",
    );
    expect(code).toBe(3);
    const { problems: wanted } = JSON.parse((await broken("twenty-mistakes.json")).toString()) as {
      problems: { row: number; column: number; code: string }[];
    };
    const { problems: found } = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as {
      problems: { row: number; column: number; code: string }[];
    };
    const place = ({ row, column, code }: { row: number; column: number; code: string }) => `${row}:${column}:${code}`;
    expect(found.map(place)).toEqual(expect.arrayContaining(wanted.map(place)));
    await desk.write("mended.csv", await broken("twenty-mistakes.mended.csv"));
    expect((await desk.run("users import mended.csv --create-orgs --yes")).code).toBe(0);
  });

  test.each([
    "bytes-invalid",
    "quote-stray",
    "character-nul",
    "character-private-use",
    "header-unknown",
    "cells-too-few",
  ])("with %s are copied to the byte", async (name) => {
    const desk = await freshDesk();
    const input = await readFile(join(FIXTURES, "broken", `${name}.csv`));
    await desk.write("input.csv", input);
    await desk.run("users import input.csv --encoding shift_jis --errors errors.csv");
    const errors = (await readFile(desk.path("errors.csv"))).toString("latin1");
    const rows = errors.split("\r\n").slice(1, -1);
    const reasonless = rows.map((row) => row.slice(0, row.lastIndexOf(name === "cells-too-few" ? ',"' : ",")));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of reasonless) expect(input.toString("latin1")).toContain(`\r\n${row}\r\n`);
  });
});

describe("deletions", () => {
  const ONE = csv(PEOPLE.slice(0, 2));

  test("need their number, which --yes does not give", async () => {
    const desk = await peopledDesk();
    await desk.write("one.csv", ONE);
    const replace = "users import one.csv --mode replace";
    expect((await desk.run(`${replace} --yes`)).code).toBe(3);
    const wrong = await desk.run(`${replace} --confirm-deletions 2`);
    expect({ code: wrong.code, said: wrong.stderr.includes("deletes 1, not 2") }).toEqual({ code: 3, said: true });
    expect(await desk.users()).toContain("hanako");
    const right = await desk.run(`${replace} --confirm-deletions 1 --format json`);
    expect(resultOf(right)).toMatchObject({ delete: 1, committed: true });
    expect(await desk.users()).not.toContain("hanako");
  });

  test("are typed on a terminal", async () => {
    const desk = await peopledDesk();
    await desk.write("one.csv", ONE);
    const terminal = startOnTerminal(["users", "import", desk.path("one.csv"), "--mode", "replace"], {
      home: desk.home,
    });
    await terminal.shows("Type this number");
    terminal.type("1\r");
    expect((await terminal.ended).code).toBe(0);
    expect(await desk.users()).not.toContain("hanako");
  });
});

describe("what comes between", () => {
  test("a plan that no longer fits ends with 5, and replan takes it up again", async () => {
    const desk = await freshDesk();
    const kept = await desk.run("users import people.csv --create-orgs --dry-run --keep-plan --format json");
    const { importId } = resultOf(kept);
    await desk.run("users import - --create-orgs --yes", csv([HEADER, "山田 太郎,taro@example.com,S09,"]));
    const conflict = await desk.run(`imports commit ${importId} --yes`);
    expect(conflict.code).toBe(5);
    expect(conflict.stderr).toContain(`clomoctl imports replan ${importId}`);
    const replanned = await desk.run(`imports replan ${importId} --format json`);
    expect(JSON.parse(replanned.text)).toMatchObject({ create: 1, update: 1, state: "planned" });
    expect((await desk.run(`imports commit ${importId} --yes`)).code).toBe(0);
    expect(await desk.states()).toEqual(["committed", "committed"]);
  });

  test("Ctrl-C in the question changes nothing and drops the plan", async () => {
    const desk = await freshDesk();
    const terminal = startOnTerminal(["users", "import", desk.path("people.csv"), "--create-orgs"], {
      home: desk.home,
    });
    await terminal.shows("Apply this plan to embedded");
    terminal.type("\u0003");
    expect((await terminal.ended).code).toBe(130);
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test("a signal while stdin is read says that nothing was changed", async () => {
    const desk = await freshDesk();
    const terminal = startOnTerminal(["users", "import", "-", "--progress", "none"], { home: desk.home });
    await vi.waitFor(async () => expect(await readdir(desk.path("tmp"))).not.toEqual([]), { timeout: 20_000 });
    terminal.pty.kill("SIGTERM");
    const { code, screen } = await terminal.ended;
    expect({ code, said: screen.includes("nothing was changed") }).toEqual({ code: 143, said: true });
    expect(await desk.states()).toEqual([]);
    expect(await readdir(desk.path("tmp"))).toEqual([]);
  });

  test("a reader that goes away is no failure", async () => {
    const desk = await freshDesk();
    const { process, ended } = start(["users", "import", "people.csv", "--create-orgs", "--yes"], {
      home: desk.home,
      cwd: desk.home,
    });
    process.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0 });
    expect(await desk.states()).toEqual(["committed"]);
  });
});

describe("the console bridge", () => {
  const EXPORT = "氏名,メールアドレス,組織コード,役職,CLOMOアカウント名";
  const SECRET = "Invented-4711";

  async function emitted(): Promise<Desk & { readonly id: string }> {
    const desk = await freshDesk([
      `${HEADER},CLOMOアカウント名,CLOMOアカウントパスワード`,
      `山田 太郎,taro@example.com,S01,部長,taro,${SECRET}`,
      "佐藤 花子〜,hanako@example.com,S02,,,",
    ]);
    const outcome = await desk.run("users import people.csv --create-orgs --emit-csv console.csv --yes --format json");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("Users/Org");
    expect(outcome.stderr).toContain("追加更新");
    expect(outcome.stderr).not.toContain(SECRET);
    const { importId, committed } = resultOf(outcome);
    expect(committed).toBe(false);
    return Object.assign(desk, { id: importId });
  }

  test("--emit-csv writes Shift_JIS with CRLF for its owner only, with the secrets of the input", async () => {
    const desk = await emitted();
    const bytes = await readFile(desk.path("console.csv"));
    expect((await stat(desk.path("console.csv"))).mode & 0o777).toBe(0o600);
    const lines = new TextDecoder("shift_jis", { fatal: true }).decode(bytes).split("\r\n");
    expect(lines).toEqual([
      "氏名,フリガナ,メールアドレス,組織コード,役職,社員コード,UPN,住所の区分,郵便番号,住所,TEL,内線,FAX,CLOMOアカウント名,CLOMOアカウントパスワード",
      `山田 太郎,,taro@example.com,S01,部長,,,,,,,,,taro,${SECRET}`,
      "佐藤 花子～,,hanako@example.com,S02,,,,,,,,,,,",
      "",
    ]);
    expect(await desk.states()).toEqual(["awaiting-console"]);
    expect(await desk.users()).not.toContain("taro");
  });

  test("imports verify finds what differs, and commits where nothing does", async () => {
    const desk = await emitted();
    await desk.write("differs.csv", csv([EXPORT, "山田 太郎,taro@example.com,S01,部長,taro"]));
    const differs = await desk.run(`imports verify ${desk.id} --against differs.csv --format json`);
    expect(differs.code).toBe(9);
    expect(JSON.parse(differs.text)).toMatchObject([{ key: "hanako@example.com", action: "delete" }]);
    expect(await desk.states()).toEqual(["awaiting-console"]);
    expect((await desk.run(`imports commit ${desk.id} --yes`)).code).toBe(5);
    const same = ["山田 太郎,taro@example.com,S01,部長,taro", "佐藤 花子～,hanako@example.com,S02,,"];
    const encoder = createEncoder("shift_jis", { onUnmappable: "error" });
    await desk.write("same.csv", encoder.write(csv([EXPORT, ...same])));
    const accepted = await desk.run(`imports verify ${desk.id} --against same.csv --format json`);
    expect(accepted.code).toBe(0);
    expect(resultOf(accepted)).toMatchObject({ committed: true });
    expect(await desk.states()).toEqual(["committed"]);
  });

  test("with --dry-run the file is written and the plan dropped", async () => {
    const desk = await freshDesk();
    const { code } = await desk.run("users import people.csv --create-orgs --emit-csv console.csv --dry-run");
    expect(code).toBe(0);
    expect((await stat(desk.path("console.csv"))).size).toBeGreaterThan(0);
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test("a character that Shift_JIS lacks leaves no file", async () => {
    const desk = await freshDesk([HEADER, "𠮷田,yoshida@example.com,,"]);
    const { code, stderr } = await desk.run("users import people.csv --emit-csv console.csv --yes");
    expect(code).toBe(3);
    expect(stderr).toContain("people.csv:2:氏名: U+20BB7");
    await expect(stat(desk.path("console.csv"))).rejects.toThrow("ENOENT");
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test("with replace every row is written, unchanged ones too", async () => {
    const desk = await peopledDesk();
    const outcome = await desk.run(
      "users import people.csv --mode replace --emit-csv console.csv --dry-run --format json",
    );
    expect(outcome.stderr).toContain("全件更新");
    const lines = new TextDecoder("shift_jis").decode(await readFile(desk.path("console.csv"))).split("\r\n");
    expect(lines).toHaveLength(4);
  });

  test("organisations without a code are named by the parent's path", async () => {
    const desk = await freshDesk();
    await desk.write(
      "orgs.csv",
      csv(["組織名,組織コード,上位組織パス", "本社,,", "営業/部,,本社", "一課,S1,本社/営業\\/部"]),
    );
    await desk.run("orgs import orgs.csv --emit-csv console.csv --yes");
    const lines = new TextDecoder("shift_jis").decode(await readFile(desk.path("console.csv"))).split("\r\n");
    expect(lines).toEqual([
      "組織名,組織コード,上位組織コード,上位組織パス",
      "本社,,,",
      "営業/部,,,本社",
      "一課,S1,,本社/営業\\/部",
      "",
    ]);
  });
});

describe("imports", () => {
  test("revert restores what was before, its deletions confirmed by their number", async () => {
    const desk = await peopledDesk();
    const before = await desk.users();
    await desk.write(
      "more.csv",
      csv([...PEOPLE.slice(0, 1), "山田 次郎,taro@example.com,S02,課長", "新人,new@example.com,,"]),
    );
    const { importId } = resultOf(await desk.run("users import more.csv --yes --format json"));
    expect((await desk.run(`imports revert ${importId} --yes`)).code).toBe(3);
    const reverted = await desk.run(`imports revert ${importId} --confirm-deletions 1 --format json`);
    expect(resultOf(reverted)).toMatchObject({ delete: 1, update: 1, committed: true });
    expect(await desk.users()).toBe(before);
    expect((await desk.run(`imports revert ${importId} --confirm-deletions 1`)).code).toBe(5);
  });

  test("show --rows and --problems list a kept plan, by a unique start of its id", async () => {
    const desk = await freshDesk([HEADER, "山田 太郎,taro@example.com,,", ",x@example.com,,"]);
    await desk.run("users import people.csv --keep-plan");
    const [{ id }] = JSON.parse((await desk.run("imports list --format json")).text) as [{ id: string }];
    const rows = await desk.run(`imports show ${id.slice(0, 12)} --rows --format json`);
    expect(JSON.parse(rows.text)).toMatchObject([
      { row: 2, action: "create" },
      { row: 3, action: "invalid" },
    ]);
    const problems = await desk.run(`imports show ${id} --problems --format json`);
    expect(JSON.parse(problems.text)).toMatchObject([{ row: 3, column: 1, code: "required" }]);
    expect((await desk.run(`imports discard ${id} --format json`)).text).toContain('"discarded"');
  });

  test("an input file is never changed", async () => {
    const desk = await freshDesk();
    const sum = async (): Promise<string> =>
      createHash("sha256")
        .update(await readFile(desk.path("people.csv")))
        .digest("hex");
    const before = await sum();
    await desk.run("users import people.csv --create-orgs --yes --errors e.csv --report r.csv");
    expect(await sum()).toBe(before);
  });
});

describe("SECURED APPs users", () => {
  test("of one app import into another and change nothing the second time", async () => {
    const desk = await freshDesk();
    await desk.write("docs.csv", await readFile(join(FIXTURES, "secured", "docs", "users.shift_jis.crlf.csv")));
    const first = await desk.run("secured users import docs.csv --app docs --create-groups --yes --format json");
    expect(resultOf(first)).toMatchObject({ create: 14, committed: true });
    const exported = await desk.run("secured users export --app docs --quiet");
    const again = await desk.run("secured users import - --app docs --format json", exported.stdout);
    expect(again.code).toBe(0);
    expect(resultOf(again)).toMatchObject({ create: 0, update: 0, delete: 0, committed: false });
  });

  test("are written for the console's own screen", async () => {
    const desk = await freshDesk();
    await desk.write("docs.csv", await readFile(join(FIXTURES, "secured", "docs", "users.utf-8.lf.csv")));
    const outcome = await desk.run("secured users import docs.csv --app docs --create-groups --emit-csv c.csv --yes");
    expect(outcome.stderr).toContain("SECURED APPs MANAGER Users › インポート");
    const text = new TextDecoder("shift_jis").decode(await readFile(desk.path("c.csv")));
    expect(text.split("\r\n")[0]).toMatch(/^表示名,ユーザーID,パスワード,シークレットキー,グループ名/);
    await desk.write("back.csv", await readFile(desk.path("c.csv")));
    const back = await desk.run("secured users import back.csv --app docs --create-groups --yes --format json");
    expect(resultOf(back)).toMatchObject({ create: 14, committed: true });
  });
});
