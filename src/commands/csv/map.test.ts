import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run, type Typing } from "#support/commands/program.ts";

const ENTER = "\r";
const DOWN = "\u001b[B";

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** The map that a person creates for a file by typing these answers. */
async function mapped(
  content: string | Uint8Array,
  typing: readonly Typing[],
  options = "--as users",
): Promise<string> {
  const folder = folderWith({ "in.csv": content });
  const { exit, stdout, stderr } = await run(`csv map in.csv ${options}`, { folder, terminal: { typing } });
  expect(exit, stderr).toBe(0);
  return stdout;
}

test("asks only about headers that the format does not know, with the nearest field first", async () => {
  const typing: readonly Typing[] = [
    ['Which field does "氏 名" stand for?', ENTER],
    ['Which field does "employeeCod" stand for?', ENTER],
  ];
  expect(await mapped("氏 名,メールアドレス,employeeCod\n", typing)).toBe(
    'columns:\n  "氏 名": "氏名"\n  "employeeCod": "社員コード"\n',
  );
});

test.each([
  ["users", "clomoctl users import in.csv --map 'my map.yaml'"],
  ["docs", "clomoctl secured users import in.csv --app docs --map 'my map.yaml'"],
])("after a map of %s is written to a file, says what to type next", async (format, next) => {
  const needed = format === "users" ? "氏名,メールアドレス" : "表示名,ユーザーID";
  const folder = folderWith({ "in.csv": `${needed},Memo\n` });
  const words = ["csv", "map", "in.csv", "--as", format, "-o", "my map.yaml"];
  const ask = (question: string) => ({
    folder,
    terminal: { columns: 300, typing: [[question, ENTER]] as readonly Typing[] },
  });
  const en = await run([...words, "--lang", "en"], ask('Which field does "Memo" stand for?'));
  expect(en).toMatchObject({ exit: 0, stdout: "", stderr: expect.stringContaining(`next: ${next}\n`) });
  const ja = await run([...words, "--overwrite", "--lang", "ja"], ask("「Memo」はどの項目ですか?"));
  expect(ja.stderr).toContain(`次の操作: ${next}\n`);
});

test("the proposed next command has the options that the file needs", async () => {
  const rows = [
    "お名前,メールアドレス,組織コード",
    "佐藤,a＠example.jp ,S01",
    "鈴木,b@example.jp",
    "中村,c@example.jp,",
  ];
  const folder = folderWith({ "in.csv": rows.map((row) => `${row}\r\n`).join("") });
  const typed = (question: string) => ({
    folder,
    terminal: { columns: 300, typing: [[question, ENTER]] as readonly Typing[] },
  });
  const en = await run("csv map in.csv --as users -o m.yaml --lang en", typed('Which field does "お名前" stand for?'));
  const next = "clomoctl users import in.csv --map m.yaml --fix 'trim,width,short-rows'";
  expect(en.stderr).toContain(`next: ${next}\n`);
  const ja = await run(
    "csv map in.csv --as users -o m.yaml --overwrite --lang ja",
    typed("「お名前」はどの項目ですか?"),
  );
  expect(ja.stderr).toContain(`次の操作: ${next}\n`);
});

test("asks about the header below a title", async () => {
  const folder = folderWith({ "in.csv": "社員名簿,,\r\n\r\n氏名,メールアドレス,部署\r\n佐藤,a@example.jp,営業\r\n" });
  const typing: readonly Typing[] = [['Which field does "部署" stand for?', ENTER]];
  const { exit, stdout, stderr } = await run("csv map in.csv --as users", { folder, terminal: { typing } });
  expect(exit).toBe(0);
  expect(stderr).toContain("the header is row 3; rows 1–2 are ignored\n");
  expect(stdout).toBe('columns:\n  "部署": "組織コード"\n');
});

test("the next command has the options for groups and the given encoding, too", async () => {
  const rows = "ユーザーID,名前,グループ名\nu1,佐藤,営業\n";
  const folder = folderWith({ "in.csv": rows });
  const typing: readonly Typing[] = [['Which field does "名前" stand for?', ENTER]];
  const { stderr } = await run("csv map in.csv --as docs -o m.yaml --encoding utf-8", {
    folder,
    terminal: { columns: 300, typing },
  });
  expect(stderr).toContain(
    "next: clomoctl secured users import in.csv --app docs --create-groups --encoding utf-8 --map m.yaml (this command lists the groups to create before it asks for confirmation)\n",
  );
});

test("offers a common name of a column first", async () => {
  const typing: readonly Typing[] = [
    ['Which field does "お名前" stand for?', ENTER],
    ['Which field does "メール" stand for?', ENTER],
    ['Which field does "社員番号" stand for?', ENTER],
  ];
  expect(await mapped("お名前,メール,社員番号\n", typing)).toBe(
    'columns:\n  "お名前": "氏名"\n  "メール": "メールアドレス"\n  "社員番号": "社員コード"\n',
  );
});

test("offers the nearest field once", async () => {
  const typing: readonly Typing[] = [['Which field does "氏 名" stand for?', DOWN + DOWN + ENTER]];
  expect(await mapped("氏 名\n", typing)).toContain('"氏 名": "フリガナ"');
});

test("leaves out a header without a near field, unless a field is chosen", async () => {
  const typing: readonly Typing[] = [
    ["Which column has 氏名? New records need it.", ENTER],
    ['Which field does "Memo" stand for?', ENTER],
    ['Which field does "Who" stand for?', DOWN + ENTER],
  ];
  expect(await mapped("Memo,Who,メールアドレス\n", typing)).toBe('columns:\n  "Memo": ignore\n  "Who": "氏名"\n');
});

test("offers a used field no more, unless it can be repeated", async () => {
  const typing: readonly Typing[] = [
    ["Which column has 氏名? New records need it.", DOWN + ENTER],
    ["Which column has メールアドレス? Every row needs it.", ENTER],
    ['Which field does "C" stand for?', DOWN + DOWN + ENTER],
    ['Which field does "D" stand for?', DOWN + DOWN + ENTER],
    ['Which field does "E" stand for?', DOWN + ENTER],
  ];
  expect(await mapped("A,B,C,D,E,フリガナ\n", typing)).toBe(
    'columns:\n  "A": "氏名"\n  "B": "メールアドレス"\n  "C": "組織コード"\n  "D": "役職"\n  "E": "メールアドレス"\n',
  );
});

test("does not ask about a blank header, and asks about a repeated header once", async () => {
  const typing: readonly Typing[] = [['Which field does "Memo" stand for?', ENTER]];
  expect(await mapped("氏名,メールアドレス,,Memo,Memo\n", typing)).toBe('columns:\n  "Memo": ignore\n');
});

test("does not ask about a repeated known header, because the answer would apply to both", async () => {
  const typing: readonly Typing[] = [['Which field does "Memo" stand for?', ENTER]];
  expect(await mapped("氏名,メールアドレス,Memo,氏名\n", typing)).toBe('columns:\n  "Memo": ignore\n');
});

test("asks nothing if all headers are known", async () => {
  expect(await mapped("氏名,メールアドレス\n", [])).toBe("columns: {}\n");
});

test("the map has the delimiter, and the encoding is detected or given", async () => {
  const typing: readonly Typing[] = [['Which field does "Memo" stand for?', ENTER]];
  expect(await mapped("氏名;メールアドレス;Memo\n", typing)).toBe(
    'columns:\n  "Memo": ignore\ndialect:\n  delimiter: ";"\n',
  );
  const kana: readonly Typing[] = [
    ["Which column has 表示名? New records need it.", ENTER],
    ["Which column has ユーザーID? Every row needs it.", DOWN + ENTER],
    ['Which field does "Muﾃｱoz" stand for?', ENTER],
  ];
  expect(await mapped("Muñoz\n", kana, "--as docs --encoding shift_jis")).toContain('"Muﾃｱoz": ignore');
});

test("writes the map to a file that can be read as a map", async () => {
  const folder = folderWith({ "hr.csv": "Login;表示名;パスワード\ntaro1;山田;secret12\n" });
  const terminal = { typing: [["「ユーザーID」はどの列ですか?(必須)", ENTER]] } as const;
  const made = await run("csv map hr.csv --as browser -o map.yaml --lang ja", { folder, terminal });
  expect(made).toMatchObject({ exit: 0, stdout: "", requests: [] });
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toContain('"Login": "ユーザーID"');
  const checked = await run("csv check hr.csv --as browser --map map.yaml", { folder });
  expect(checked).toMatchObject({ exit: 0, stderr: "" });
});

test("continues an existing map, and keeps its comments unless they may be lost", async () => {
  const before = "# ours\ncolumns: {Memo: 役職}\nvalues: {title: {a: b}}\n";
  const folder = folderWith({ "in.csv": "氏名,メールアドレス,Memo,Note\n", "map.yaml": before });
  const line = "csv map in.csv --as users -o map.yaml";
  const kept = await run(line, {
    folder,
    terminal: {
      typing: [
        ["Replace the existing map.yaml?", "y\r"],
        ["map.yaml is continued, but loses its comments", "n\r"],
      ],
    },
  });
  expect(kept).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toBe(before);
  const more: readonly Typing[] = [
    ["Replace the existing map.yaml?", "y\r"],
    ["map.yaml is continued, but loses its comments", "y\r"],
    ['Which field does "Note" stand for?', ENTER],
  ];
  expect((await run(line, { folder, terminal: { typing: more } })).exit).toBe(0);
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toBe(
    'columns:\n  "Memo": "役職"\n  "Note": ignore\nvalues:\n  "役職":\n    "a": "b"\n',
  );
  const typing: readonly Typing[] = [
    ['Which field does "Memo" stand for?', ENTER],
    ['Which field does "Note" stand for?', ENTER],
  ];
  expect((await run(`${line} --overwrite`, { folder, terminal: { typing } })).exit).toBe(0);
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toContain('"Memo": ignore');
});

test("does not replace an existing map without consent, and replaces the entry of a field that is answered again", async () => {
  const before = 'columns:\n  "社員No": "社員コード"\n';
  const folder = folderWith({ "in.csv": "氏名,メールアドレス,社員番号\n", "map.yaml": before });
  const line = "csv map in.csv --as users -o map.yaml";
  const kept = await run(line, { folder, terminal: { typing: [["Replace the existing map.yaml?", "n\r"]] } });
  expect(kept).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toBe(before);
  const typing: readonly Typing[] = [
    ["Replace the existing map.yaml?", "y\r"],
    ['Which field does "社員番号" stand for?', ENTER],
  ];
  expect((await run(line, { folder, terminal: { typing } })).exit).toBe(0);
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toBe('columns:\n  "社員番号": "社員コード"\n');
});

test("the proposed next command has the given context", async () => {
  const folder = folderWith({ "in.csv": "氏名,メールアドレス,Memo\n" });
  const typing: readonly Typing[] = [['Which field does "Memo" stand for?', ENTER]];
  const line = "csv map in.csv --as users -o in-map.yaml --context local";
  const { stderr } = await run(line, { folder, terminal: { columns: 300, typing } });
  expect(stderr).toContain("next: clomoctl users import in.csv --map in-map.yaml --context local\n");
});

test("offers to leave a column out in the chosen language", async () => {
  const folder = folderWith({ "in.csv": "組織名,Memo\n" });
  const en = await run("csv map in.csv --as orgs", {
    folder,
    terminal: { typing: [["none: ignore this column", ENTER]] },
  });
  expect(en.stdout).toContain('"Memo": ignore');
  const ja = await run("csv map in.csv --as orgs --lang ja", {
    folder,
    terminal: { typing: [["この列は読み込まない", ENTER]] },
  });
  expect(ja.stdout).toBe(en.stdout);
});

test("Ctrl-C writes no map", async () => {
  const folder = folderWith({ "in.csv": "氏名,メールアドレス,Memo\n" });
  const at = (question: string) => ({ folder, terminal: { typing: [[question, "\u0003"]] as const } });
  const en = await run("csv map in.csv --as users -o map.yaml", at('Which field does "Memo" stand for?'));
  expect(en.exit).toBe(130);
  expect(en.stderr).toContain("error: interrupted: no column map file was written\n");
  const ja = await run("csv map in.csv --as users -o map.yaml --lang ja", at("「Memo」"));
  expect(ja.exit).toBe(130);
  expect(ja.stderr).toContain("対応表ファイルは書き出していません");
  expect(readdirSync(folder)).toEqual(["in.csv"]);
});

test.each([
  ["no terminal", {}, ""],
  ["--no-input", { terminal: { columns: 200 } }, " --no-input"],
])("says what to write by hand if it cannot ask: %s", async (_, circumstances, flag) => {
  const folder = folderWith({ "in.csv": "氏名,メールアドレス,Memo\n" });
  const { en, ja } = await runInBoth(`csv map in.csv --as users${flag}`, { folder, ...circumstances });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toMatch(
    /cannot ask which field each header stands for \(no terminal, or --no-input\)[^]+clomoctl csv map\n[^]+columns: /,
  );
  expect(ja).toMatchObject({ exit: 2, stdout: "" });
  expect(ja.stderr).toContain("columns: ");
});

test.each([
  ["csv map nowhere.csv --as users", 6, "nowhere.csv"],
  ["csv map kana.csv --as users", 3, "--encoding"],
  ["csv map in.csv", 2, "--as FORMAT"],
  ["csv map --as users", 2, "FILE"],
  ["csv map in.csv --as people", 2, "--as"],
])("%s exits with %i", async (line, exit, told) => {
  const folder = folderWith({ "in.csv": "氏名,メールアドレス,Memo\n", "kana.csv": "a\nMuñoz\n" });
  const { en, ja } = await runInBoth(line, { folder, terminal: {} });
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
});
