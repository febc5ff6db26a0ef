import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFolderWith } from "#support/commands/imports/plans.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { encodeCsv, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let folder: string;
let number: number;
beforeEach(async () => {
  tenant = new TestTenant();
  tenant.addAdministrator("taro", "taro@example.jp");
  await tenant.import({ kind: "users", fromConsole: true }, [HEADER, TARO, JIRO]);
  folder = createFolderWith({ "people.csv": encodeCsv([HEADER, TARO.with(2, "部長"), HANAKO]) });
  await ran("users import people.csv --emit-csv up.csv --yes");
  [{ number } = { number: 0 }] = await tenant.client.console.list({});
});
afterEach(() => tenant[Symbol.asyncDispose]());

const HEADER = ["氏名", "メールアドレス", "役職", "組織コード"];
const TARO = ["山田 太郎", "taro@example.jp", "課長", ""];
const JIRO = ["佐藤 次郎", "jiro@example.jp", "", ""];
const HANAKO = ["髙橋 花子", "hanako@example.jp", "主任", ""];

const ran = (line: string, more: object = {}) => run(line, { folder, tenant: tenant.fetch, ...more });
const exported = (...rows: Cells): void => writeFileSync(join(folder, "export.csv"), encodeCsv([HEADER, ...rows]));
const verify = (words = "") => `imports verify ${number} --against export.csv${words}`;

const HAS_ALL = [
  ["en", (of: number, but = "") => `all of change ${of} is in the console${but}\n`],
  ["ja", (of: number, but = "") => `変更 ${of} は、${but}すべて管理画面に反映されています\n`],
] as const;

test.each(HAS_ALL)("records what the export shows as done and changes nothing here: %s", async (lang, hasAll) => {
  exported(TARO.with(2, "部長"), HANAKO, JIRO.with(2, "社長"), ["新人", "new@example.jp", "", ""]);
  expect(await ran(verify(` --lang ${lang}`))).toMatchObject({ exit: 0, stderr: hasAll(number) });
  expect((await tenant.users()).map(({ name, title }) => [name, title])).toEqual([
    ["山田 太郎", "部長"],
    ["佐藤 次郎", null],
    ["髙橋 花子", "主任"],
  ]);
  expect(await tenant.client.console.list({})).toEqual([]);
});

test("does not compare a task that is already done", async () => {
  exported(TARO.with(2, "部長"), HANAKO, JIRO);
  await ran(verify());
  writeFileSync(join(folder, "export.csv"), encodeCsv([["シリアルナンバー"], ["SERIAL1"]]));
  const done = await runInBoth(verify(), { folder, tenant: tenant.fetch });
  expect(done.en).toMatchObject({
    exit: 0,
    stderr: `export.csv was not compared because task ${number} was already done\n`,
  });
  expect(done.ja.stderr).toBe(`export.csv は照合していません。作業 ${number} は完了済みです\n`);
});

test("records of another kind are verified by an export of that kind", async () => {
  writeFileSync(join(folder, "more.csv"), encodeCsv([HEADER, JIRO.with(2, "係長").with(3, "NEW")]));
  await ran("users import more.csv --create-orgs --emit-csv more-up.csv --yes");
  const made = (await tenant.client.console.list({})).at(-1)?.number ?? 0;
  exported(TARO, JIRO.with(3, "NEW"));
  const first = await ran(`imports verify ${made} --against export.csv --lang en`);
  expect(first.exit, first.stderr).toBe(9);
  const other = `imports verify ${made} --against EXPORT.csv --kind orgs`;
  expect(first.stderr).toContain(`clomoctl ${other}\n`);
  writeFileSync(
    join(folder, "EXPORT.csv"),
    encodeCsv([
      ["組織名", "組織コード", "上位組織コード"],
      ["NEW", "NEW", ""],
    ]),
  );
  // its organisations, but not said to be such
  const wrong = await runInBoth(other.replace(" --kind orgs", ""), { folder, tenant: tenant.fetch });
  expect(wrong.en).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining(`; if the file is an export of orgs: clomoctl ${other}\n`),
  });
  expect(wrong.ja.stderr).toContain(`組織のエクスポートなら: clomoctl ${other}\n`);
  // the kind of the file stays the default, also once only the others are open
  const done = JIRO.with(2, "係長").with(3, "NEW");
  exported(TARO, done);
  expect(await ran(`imports verify ${made} --against export.csv`)).toMatchObject({ exit: 9 });
  const left = await ran(`imports verify ${made} --against export.csv --lang en`);
  expect(left).toMatchObject({ exit: 9, stderr: expect.stringContaining(`clomoctl ${other}\n`) as unknown });
  expect(left.stderr).toContain(`still open from change ${made}: add an organisation; `);
  const second = await ran(`${other} --lang en`);
  expect(second).toMatchObject({ exit: 0, stderr: `all of change ${made} is in the console\n` });
});

test("exits with 9 while a record is open, and lists it with both values", async () => {
  exported(TARO, JIRO);
  const { en, ja } = await runInBoth(verify(), { folder, tenant: tenant.fetch, terminal: { columns: 120 } });
  expect(en.exit).toBe(9);
  expect(en.stdout).toMatch(/山田 太郎 <taro@example.jp> +change +役職 +課長 +部長/);
  expect(en.stdout).toMatch(/髙橋 花子 <hanako@example.jp> +add/);
  expect(en.stderr).toContain(`still open from change ${number}: `);
  expect(en.stderr).toContain(`; to see the steps: clomoctl console show ${number}\n`);
  expect(ja.stderr).toContain(`変更 ${number} で残っている作業: `);
  const open = JSON.parse((await ran(verify(" --format json"))).stdout) as readonly object[];
  expect(open).toContainEqual(expect.objectContaining({ field: "title", console: "課長", local: "部長" }));
  exported(TARO.with(2, "部長"), JIRO);
  expect((await ran(verify(" --fields work"))).stdout).toBe("work\ncreate\n");
});

test("exits with 9 while a field cannot be seen, and names it for --confirm-missing", async () => {
  writeFileSync(join(folder, "export.csv"), encodeCsv([HEADER, TARO, JIRO, HANAKO].map((row) => row.toSpliced(2, 1))));
  const first = await ran(`${verify()} --lang en`);
  expect(first.exit).toBe(9);
  expect(first.stderr).toContain(
    `the export does not show: 役職; check in the console, then: clomoctl imports verify ${number} --against export.csv --confirm-missing\n`,
  );
  expect(await ran(verify(" --confirm-missing"))).toMatchObject({ exit: 0 });
});

test("exits with 9 while an export shows only a part, which does not prove a deletion", async () => {
  const remove = await ran("users delete jiro@example.jp --yes --confirm-deletions 1 --format json");
  const { change } = JSON.parse(remove.stdout) as { readonly change: number };
  await tenant.import({ kind: "users", fromConsole: true }, [
    HEADER,
    TARO.with(2, "部長"),
    HANAKO,
    JIRO,
    ["新人", "new@example.jp", "", ""],
  ]);
  exported(HANAKO);
  const line = `imports verify ${change} --against export.csv`;
  const { en, ja } = await runInBoth(line, { folder, tenant: tenant.fetch });
  expect(en.exit).toBe(9);
  expect(en.stderr).toContain("the export lacks 2 of 3 other records, and a partial export does not prove a deletion");
  expect(en.stderr).toContain("clomoctl users import export.csv --from-console ; ");
  expect(en.stderr).toContain(`clomoctl ${line} --confirm-missing\n`);
  expect(ja.stderr).toContain("ほかの 3 件のうち 2 件がありません");
  expect(await ran(`${line} --confirm-missing`)).toMatchObject({ exit: 0 });
});

test("the uploaded file proves nothing unless it is declared to be the export", async () => {
  const line = `imports verify ${number} --against up.csv --lang en`;
  const refused = await ran(line);
  expect(refused).toMatchObject({ exit: 2, stdout: "" });
  expect(refused.stderr).toContain("--same-as-upload");
  expect(await tenant.client.console.list({})).toHaveLength(1);
  expect([0, 9]).toContain((await ran(`${line} --same-as-upload`)).exit);
});

test("an export that was imported before newer exports is outdated, for imports and verification", async () => {
  const takeOver = async (file: string, ...rows: Cells) => {
    writeFileSync(join(folder, file), encodeCsv([HEADER, ...rows]));
    return runInBoth(`users import ${file} --from-console --dry-run`, { folder, tenant: tenant.fetch });
  };
  const take = (file: string) => ran(`users import ${file} --from-console --yes --format json`);
  const changeOf = ({ stdout }: { readonly stdout: string }) =>
    (JSON.parse(stdout) as { readonly change: number }).change;
  const none = await takeOver("old.csv", TARO, JIRO.with(2, "係長"));
  const old = changeOf(await take("old.csv"));
  // the newest one may be the same as the console is now
  const same = await takeOver("old.csv", TARO, JIRO.with(2, "係長"));
  await takeOver("new.csv", TARO, JIRO.with(2, "部長"));
  const newer = [changeOf(await take("new.csv"))];
  const again = await takeOver("old.csv", TARO, JIRO.with(2, "係長"));
  for (const { en } of [none, same]) expect(en.stderr).not.toContain("this file was already imported on");
  const en = `was already imported on 2026-04-01 (change ${old}); newer export: change ${newer.join(", ")}\n`;
  const ja = `は 2026-04-01 に取り込み済みです(変更 ${old})。その後に取り込んだエクスポート: 変更 ${newer.join("、")}\n`;
  expect(again.en.stderr).toContain(`warning: this file ${en}`);
  expect(again.ja.stderr).toContain(`警告: このファイル${ja}`);
  const line = `imports verify ${number} --against old.csv`;
  const verified = await runInBoth(line, { folder, tenant: tenant.fetch });
  expect(verified.en.stderr).toContain(`warning: this file ${en}`);
  expect(verified.ja.stderr).toContain(`警告: このファイル${ja}`);
  await ran(`undo ${newer.join("")} --mirror-only --yes`);
  expect((await ran(`${line} --lang en`)).stderr).not.toContain("this file was already imported on");
});

test.each([
  ["imports verify 99 --against export.csv", 6],
  ["imports verify NUMBER --against nowhere.csv", 6],
  ["imports verify NUMBER --against .", 2],
])("%s exits with %i and records nothing", async (line, exit) => {
  exported(TARO.with(2, "部長"), HANAKO, JIRO);
  expect(await ran(line.replace("NUMBER", String(number)))).toMatchObject({ exit, stdout: "" });
  expect(await tenant.client.console.list({})).toHaveLength(1);
});
