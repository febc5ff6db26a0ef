import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, inBoth, run, type Typing } from "#support/commands/program.ts";

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

test("only headers that the format does not know are asked for, the nearest field first", async () => {
  const typing: readonly Typing[] = [
    ["Which field is 氏 名?", ENTER],
    ["Which field is employeeCod?", ENTER],
  ];
  expect(await mapped("氏 名,メールアドレス,employeeCod\n", typing)).toBe(
    'columns:\n  "氏 名": "氏名"\n  "employeeCod": "社員コード"\n',
  );
});

test.each([
  ["users", "clomoctl users import in.csv --map 'my map.yaml'"],
  ["docs", "clomoctl secured users import in.csv --app docs --map 'my map.yaml'"],
])("a map of %s in a file is followed by what to type next", async (format, next) => {
  const folder = folderWith({ "in.csv": "Memo\n" });
  const words = ["csv", "map", "in.csv", "--as", format, "-o", "my map.yaml"];
  const ask = (question: string) => ({
    folder,
    terminal: { columns: 300, typing: [[question, ENTER]] as readonly Typing[] },
  });
  const en = await run([...words, "--lang", "en"], ask("Which field is Memo?"));
  expect(en).toMatchObject({ exit: 0, stdout: "", stderr: expect.stringContaining(`next: ${next}\n`) });
  const ja = await run([...words, "--overwrite", "--lang", "ja"], ask("「Memo」はどの項目ですか?"));
  expect(ja.stderr).toContain(`次の操作: ${next}\n`);
});

test("what the file needs is in the command that is proposed next", async () => {
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
  const en = await run("csv map in.csv --as users -o m.yaml --lang en", typed("Which field is お名前?"));
  const next = "clomoctl users import in.csv --create-orgs --map m.yaml --fix 'trim,width,short-rows'";
  expect(en.stderr).toContain(`next: ${next} (it names the organisations that it would create before it asks)\n`);
  const ja = await run(
    "csv map in.csv --as users -o m.yaml --overwrite --lang ja",
    typed("「お名前」はどの項目ですか?"),
  );
  expect(ja.stderr).toContain(`次の操作: ${next}(新しく作る組織は、確認の前に表示します)\n`);
});

test("a title above the header is refused before anything is asked", async () => {
  const folder = folderWith({ "in.csv": "社員名簿,,\r\n\r\n氏名,メールアドレス,部署\r\n佐藤,a@example.jp,営業\r\n" });
  const { en, ja } = await inBoth("csv map in.csv --as users", { folder, terminal: {} });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain("row 1 is not the header: row 3 looks like it\n");
  expect(ja.stderr).toContain("3 行目がヘッダー行のようです\n");
});

test("groups of an app's users too, of the sheet and the encoding that were named", async () => {
  const rows = "ユーザーID,名前,グループ名\nu1,佐藤,営業\n";
  const folder = folderWith({ "in.csv": rows });
  const typing: readonly Typing[] = [["Which field is 名前?", ENTER]];
  const { stderr } = await run("csv map in.csv --as docs -o m.yaml --encoding utf-8", {
    folder,
    terminal: { columns: 300, typing },
  });
  expect(stderr).toContain(
    "next: clomoctl secured users import in.csv --app docs --create-groups --encoding utf-8 --map m.yaml (it names the groups that it would create before it asks)\n",
  );
});

test("what people call a column is offered first", async () => {
  const typing: readonly Typing[] = [
    ["Which field is お名前?", ENTER],
    ["Which field is メール?", ENTER],
    ["Which field is 社員番号?", ENTER],
  ];
  expect(await mapped("お名前,メール,社員番号\n", typing)).toBe(
    'columns:\n  "お名前": "氏名"\n  "メール": "メールアドレス"\n  "社員番号": "社員コード"\n',
  );
});

test("the nearest field is offered once", async () => {
  const typing: readonly Typing[] = [["Which field is 氏 名?", DOWN + DOWN + ENTER]];
  expect(await mapped("氏 名\n", typing)).toContain('"氏 名": "フリガナ"');
});

test("one that is near none is left out, unless another is chosen", async () => {
  const typing: readonly Typing[] = [
    ["Which field is Memo?", ENTER],
    ["Which field is Who?", DOWN + ENTER],
  ];
  expect(await mapped("Memo,Who\n", typing)).toBe('columns:\n  "Memo": ignore\n  "Who": "氏名"\n');
});

test("a field that is taken is offered no more, but for one that may be repeated", async () => {
  const typing: readonly Typing[] = [
    ["Which field is A?", DOWN + ENTER],
    ["Which field is B?", DOWN + ENTER],
    ["Which field is C?", DOWN + DOWN + ENTER],
    ["Which field is D?", DOWN + DOWN + ENTER],
    ["Which field is E?", DOWN + ENTER],
  ];
  expect(await mapped("A,B,C,D,E,フリガナ\n", typing)).toBe(
    'columns:\n  "A": "氏名"\n  "B": "メールアドレス"\n  "C": "組織コード"\n  "D": "役職"\n  "E": "メールアドレス"\n',
  );
});

test("a header that is blank is not asked for, and one that stands there twice is asked for once", async () => {
  const typing: readonly Typing[] = [["Which field is Memo?", ENTER]];
  expect(await mapped("氏名,,Memo,Memo\n", typing)).toBe('columns:\n  "Memo": ignore\n');
});

test("a known header that stands there twice is not asked for: the answer would be for both", async () => {
  const typing: readonly Typing[] = [["Which field is Memo?", ENTER]];
  expect(await mapped("氏名,Memo,氏名\n", typing)).toBe('columns:\n  "Memo": ignore\n');
});

test("where all is known nobody is asked", async () => {
  expect(await mapped("氏名,メールアドレス\n", [])).toBe("columns: {}\n");
});

test("the delimiter goes into the map, and the encoding is told or named", async () => {
  const typing: readonly Typing[] = [["Which field is Memo?", ENTER]];
  expect(await mapped("氏名;Memo\n", typing)).toBe('columns:\n  "Memo": ignore\ndialect:\n  delimiter: ";"\n');
  const kana: readonly Typing[] = [["Which field is Muﾃｱoz?", ENTER]];
  expect(await mapped("Muñoz\n", kana, "--as docs --encoding shift_jis")).toContain('"Muﾃｱoz": ignore');
});

test("the map is written to a file, and reads as one", async () => {
  const folder = folderWith({ "hr.csv": "Login;表示名;パスワード\ntaro1;山田;secret12\n" });
  const terminal = { typing: [["「Login」はどの項目ですか?", DOWN + ENTER]] } as const;
  const made = await run("csv map hr.csv --as browser -o map.yaml --lang ja", { folder, terminal });
  expect(made).toMatchObject({ exit: 0, stdout: "", requests: [] });
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toContain('"Login": "ユーザーID"');
  const checked = await run("csv check hr.csv --as browser --map map.yaml", { folder });
  expect(checked).toMatchObject({ exit: 0, stderr: "" });
});

test("what somebody answered before is kept, unless it is to be replaced", async () => {
  const folder = folderWith({ "in.csv": "Memo\n", "map.yaml": "columns: {Memo: 氏名}\n" });
  const line = "csv map in.csv --as users -o map.yaml";
  const kept = await run(line, { folder, terminal: { typing: [["map.yaml already exists. Replace it?", "n\r"]] } });
  expect(kept).toMatchObject({ exit: 0, stdout: "", stderr: expect.stringContaining("nothing was changed") });
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toBe("columns: {Memo: 氏名}\n");
  const typing: readonly Typing[] = [["Which field is Memo?", ENTER]];
  expect((await run(`${line} --overwrite`, { folder, terminal: { typing } })).exit).toBe(0);
  expect(readFileSync(join(folder, "map.yaml"), "utf8")).toContain('"Memo": ignore');
});

test("the context that was named is named in what to type next", async () => {
  const folder = folderWith({ "in.csv": "Memo\n" });
  const typing: readonly Typing[] = [["Which field is Memo?", ENTER]];
  const line = "csv map in.csv --as users -o in-map.yaml --context local";
  const { stderr } = await run(line, { folder, terminal: { columns: 300, typing } });
  expect(stderr).toContain("next: clomoctl users import in.csv --map in-map.yaml --context local\n");
});

test("the choice to leave a column out is offered in the person's language", async () => {
  const folder = folderWith({ "in.csv": "Memo\n" });
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

test("Ctrl-C leaves no map", async () => {
  const folder = folderWith({ "in.csv": "Memo\n" });
  const at = (question: string) => ({ folder, terminal: { typing: [[question, "\u0003"]] as const } });
  const en = await run("csv map in.csv --as users -o map.yaml", at("Which field is Memo?"));
  expect(en.exit).toBe(130);
  expect(en.stderr).toContain("error: interrupted: no map file was written\n");
  const ja = await run("csv map in.csv --as users -o map.yaml --lang ja", at("「Memo」"));
  expect(ja.exit).toBe(130);
  expect(ja.stderr).toContain("対応表ファイルは書き出していません");
  expect(readdirSync(folder)).toEqual(["in.csv"]);
});

test.each([
  ["no terminal", {}, ""],
  ["--no-input", { terminal: {} }, " --no-input"],
])("where nobody can be asked it says what to write by hand: %s", async (_, circumstances, flag) => {
  const folder = folderWith({ "in.csv": "Memo\n" });
  const { en, ja } = await inBoth(`csv map in.csv --as users${flag}`, { folder, ...circumstances });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toMatch(/cannot ask which header is which field[^]+clomoctl csv map\n[^]+columns: /);
  expect(ja).toMatchObject({ exit: 2, stdout: "" });
  expect(ja.stderr).toContain("columns: ");
});

test.each([
  ["csv map nowhere.csv --as users", 6, "nowhere.csv"],
  ["csv map kana.csv --as users", 3, "--encoding"],
  ["csv map in.csv", 2, "--as FORMAT"],
  ["csv map --as users", 2, "FILE"],
  ["csv map in.csv --as people", 2, "--as"],
])("%s ends with %i", async (line, exit, told) => {
  const folder = folderWith({ "in.csv": "Memo\n", "kana.csv": "a\nMuñoz\n" });
  const { en, ja } = await inBoth(line, { folder, terminal: {} });
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
});
