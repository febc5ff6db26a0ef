import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, run, type RunResult } from "#support/commands/program.ts";

let tenant: TestTenant;
let folder: string;
beforeEach(async () => {
  tenant = new TestTenant();
  folder = freshFolder();
  tenant.addAdministrator("e2", "e2@example.jp");
  await tenant.import({ kind: "users" }, [
    ["メールアドレス", "氏名", "社員コード", "フリガナ"],
    ["e1@example.jp", "社員1", "0001", "シャイン1"],
    ["e2@example.jp", "社員2", "0002", "シャイン2"],
  ]);
  writeFileSync(
    join(folder, "hr.csv"),
    "メールアドレス,氏名,社員コード\nnew1@example.jp,社員1,0001\ne2@example.jp,社員2,0002\n",
  );
});
afterEach(() => tenant[Symbol.asyncDispose]());

const ran = (line: string): Promise<RunResult> => run(`--lang ja ${line}`, { tenant: tenant.fetch, folder });
const people = async () => (await tenant.users()).map(({ emails, nameKana }) => [emails[0], nameKana]);

const TOLD = "「0001」は 社員1 <e1@example.jp> のものです。同じ人のメールアドレスの変更ではありませんか?";

test("refuses a replacing import that would recreate a person, and its proposed command works", async () => {
  const before = await people();
  const refused = await ran("users import hr.csv --mode replace --yes --max-deletions 100%");
  expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining(`hr.csv:2:3: 社員コード: ${TOLD}`) });
  expect(await people()).toEqual(before);
  const keep = /同じ人なら: clomoctl (users import hr.csv --key employee-code --mode replace[^。]*) 。/.exec(
    refused.stderr,
  )?.[1];
  expect(await ran(`${keep?.replaceAll("'", "") ?? ""} --yes`)).toMatchObject({ exit: 0 });
  expect(await people()).toEqual([
    ["e2@example.jp", "シャイン2"],
    ["new1@example.jp", "シャイン1"],
  ]);
});

test("with --allow new-address, carries out the plan", async () => {
  const done = await ran("users import hr.csv --mode replace --confirm-deletions 1 --allow new-address");
  expect(done).toMatchObject({ exit: 0, stderr: expect.stringContaining(`警告: hr.csv:2:3: 社員コード: ${TOLD}`) });
  expect(done.stderr).not.toContain("--key");
  expect(await people()).toEqual([
    ["e2@example.jp", "シャイン2"],
    ["new1@example.jp", null],
  ]);
});

test("an appending import warns and proposes the command", async () => {
  const done = await ran("users import hr.csv --yes");
  expect(done.exit).toBe(0);
  expect(done.stderr).toContain(`警告: hr.csv:2:3: 社員コード: ${TOLD}(セル C2)\n`);
  expect(done.stderr).toContain(
    "警告: ファイルの 1 人は、すでに登録されている人の可能性があります。同じ人なら: clomoctl users import hr.csv --key employee-code\n",
  );
});

test("without an employee code, an appending import warns about the same name, and proposes the edit", async () => {
  writeFileSync(join(folder, "names.csv"), "メールアドレス,氏名\nnew1@example.jp,社員1\n");
  const done = await ran("users import names.csv --yes");
  expect(done.exit).toBe(0);
  expect(done.stderr).toContain(
    "警告: names.csv:2:1: メールアドレス: 同じ名前の 社員1 <e1@example.jp> がファイルにありません。同じ人のメールアドレスの変更ではありませんか?(セル A2)\n",
  );
  expect(done.stderr).toContain("同じ人なら: clomoctl users edit e1@example.jp --email new1@example.jp\n");
});

test("refuses a replacing import that swaps codes, unless --allow new-address is given", async () => {
  const rows = "e2@example.jp,社員1,0001\ne1@example.jp,社員2,0002\n";
  writeFileSync(join(folder, "sorted.csv"), `メールアドレス,氏名,社員コード\n${rows}`);
  const before = await people();
  const refused = await ran("users import sorted.csv --mode replace --yes");
  expect(refused).toMatchObject({ exit: 3 });
  expect(refused.stderr).toContain(
    "sorted.csv:2:3: 社員コード: 「0001」は 社員1 <e1@example.jp> のものですが、この行は 社員2 <e2@example.jp> を変更します。1 つの列だけを並べ替えていませんか?",
  );
  expect(await people()).toEqual(before);
  const permitting = /行が正しければ: clomoctl (.*)/.exec(refused.stderr)?.[1] ?? "";
  expect(permitting).toContain("--allow new-address");
  expect(await ran(`${permitting} --yes`)).toMatchObject({ exit: 0, stderr: expect.stringContaining("並べ替え") });
});

test("an appending import warns about codes of other people and about lost zeros", async () => {
  writeFileSync(join(folder, "sorted.csv"), "メールアドレス,社員コード\ne2@example.jp,0001\n");
  expect(await ran("users import sorted.csv --yes")).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("警告: sorted.csv:2:2: 社員コード: 「0001」は 社員1"),
  });
  writeFileSync(join(folder, "excel.csv"), "メールアドレス,社員コード\ne1@example.jp,1\n");
  expect(await ran("users import excel.csv --dry-run")).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining(
      "「1」は、テナントでは「0001」です。表計算ソフトが先頭の 0 を消した可能性があります",
    ),
  });
});

test("in a mirror, an upload leaves out changed addresses, which are changed by hand", async () => {
  const rows = [
    ["メールアドレス", "氏名", "社員コード"],
    ["e1@example.jp", "社員1", "0001"],
    ["e2@example.jp", "社員二", "0002"],
  ];
  await tenant.import({ kind: "users", fromConsole: true }, rows);
  const done = await ran("users import hr.csv --key employee-code --emit-csv up.csv --yes --lang en");
  expect(done.stderr).toContain("warning: up.csv leaves out 1 row: ");
  const [task] = await tenant.client.console.list({});
  expect(task).toMatchObject({ work: "upload", update: 2, leftOut: 1, records: [{ leftOut: "key" }, {}] });
  // rows that meet people by their address change none
  expect((await ran("users import hr.csv --emit-csv by-mail.csv --yes --lang en")).stderr).not.toContain(
    "change the email addresses",
  );
});

test("if all addresses are new, the refusal first names the key by which the people match", async () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  const rows = (domain: string) => numbers.map((at) => [`e${at}@${domain}`, `社員${at}`, `000${at}`]);
  const header = ["メールアドレス", "氏名", "社員コード"];
  await tenant.import({ kind: "users" }, [header, ...rows("example.jp")]);
  const renamed = [header, ...rows("new.example")].map((cells) => `${cells.join(",")}\n`);
  writeFileSync(join(folder, "renamed.csv"), renamed.join(""));
  const refused = await ran("users import renamed.csv --mode replace --yes");
  expect(refused).toMatchObject({ exit: 3, stderr: expect.not.stringContaining("別のテナント") });
  expect(refused.stderr).toContain(
    "\n  同じ人なら: clomoctl users import renamed.csv --key employee-code --mode replace 。",
  );
});
