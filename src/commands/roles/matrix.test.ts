import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { buildMatrixRows } from "../../lib/model/role-facts.ts";
import { describeReach } from "./matrix-columns.ts";
import { MANUAL_PAGES, ROLE_POLICY, MANUAL_STATEMENTS } from "../../lib/model/role-policy.ts";
import { ADMINISTRATOR_ROLES, OPERATIONS, ROLES, type Operation } from "../../lib/model/role.ts";
import { SECURED_APPS } from "../../lib/model/secured-user.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const words = (stdout: string): string => stdout.replaceAll(/\s+/g, " ");
const letters = (stdout: string): string => stdout.replaceAll(/\s+/g, "");

const ROWS = Object.keys(OPERATIONS) as readonly Operation[];

test("prints a table of 80 columns with a row for each operation, marks and a legend; asks no tenant", async () => {
  const { en, ja } = await runInBoth("roles matrix", { terminal: { columns: 80 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  for (const { stdout } of [en, ja]) {
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map((line) => displayWidth(line)))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("…");
    expect(lines.indexOf("")).toBe(ROWS.length + 1);
  }
  expect(en.stdout).toMatch(/^operation +system +division +operator +custom$/m);
  expect(en.stdout).toMatch(/^create and change users +all\* +inside +- +item\*$/m);
  expect(ja.stdout).toMatch(/^操作 +システム +部門 +オペレーター +カスタム$/m);
  expect(ja.stdout).toMatch(/^ユーザーの作成と変更 +全体\* +組織内 +- +項目\*$/m);
});

test("prints an ordinary list if the columns do not fit", async () => {
  const { en, ja } = await runInBoth("roles matrix", { terminal: { columns: 60 } });
  expect(en.exit).toBe(0);
  for (const { stdout } of [en, ja])
    expect(Math.max(...stdout.split("\n").map((line) => displayWidth(line)))).toBeLessThanOrEqual(60);
  expect(en.stdout).toContain("…");
});

test("below the table: a note that CLOMO's own matrix is not known, and every cited sentence", async () => {
  const brief = await runInBoth("roles matrix", { terminal: {} });
  expect(brief.en.stdout).not.toMatch(/\* .*「|00\d/);
  expect(brief.en.stdout).toContain("\nto see the sentences of the manual: clomoctl roles matrix --sources\n");
  const { en, ja } = await runInBoth("roles matrix --sources", { terminal: {} });
  expect(words(en.stdout)).toContain("clomoctl does not know CLOMO's own matrix of rights (各管理者の管理権限一覧).");
  expect(letters(ja.stdout)).toContain("「各管理者の管理権限一覧」の内容は確認できていません");
  for (const { seed, sentence, cells } of MANUAL_STATEMENTS) {
    const isShown = letters(ja.stdout).includes(letters(`*${MANUAL_PAGES[seed]}「${sentence}」`));
    expect([sentence, isShown]).toEqual([sentence, cells.length > 0]);
  }
  expect(words(en.stdout)).toContain("operator: create accounts and appoint operators; grant roles above operator");
});

test("shows one role, or several in the order of the form", async () => {
  const { stdout } = await run("roles matrix --sources --role オペレーター --role division", { terminal: {} });
  expect(stdout).toMatch(/^operation +division +operator$/m);
  expect(letters(stdout)).not.toContain("権限の範囲を選択し");
  expect(letters(stdout)).toContain("管理対象組織内のオペレーターを作成することができます");
});

test("CSV and JSON contain the policy cell by cell, with its source", async () => {
  const { stdout } = await run("roles matrix --format json");
  const rows = JSON.parse(stdout) as readonly Readonly<Record<string, string>>[];
  expect(rows.map(({ operation }) => operation)).toEqual(ROWS);
  for (const row of rows) {
    expect(row["makersMatrix"]).toBe("unknown");
    for (const role of ADMINISTRATOR_ROLES) {
      const { reach, manual } = ROLE_POLICY[row["operation"] as Operation][role];
      expect(row[role]).toBe(reach);
      const source = manual.map(({ page, sentence }) => `manual: ${page}「${sentence}」`).join(" / ");
      expect(row[`${role}Source`]).toBe(manual.length === 0 ? "ours" : source);
    }
  }
  const csv = await run("roles matrix --role operator --format csv");
  const [header, first] = csv.stdout.split(/\r?\n/);
  expect(header).toBe("operation,group,about,operator,operatorSource,makersMatrix");
  expect(first).toBe("tenant.write,tenant,change tenant information,no,ours,unknown");
});

test("a page has every cell, its source and the sentences, and no unescaped markup", async () => {
  const folder = freshFolder();
  const { en, ja } = await runInBoth("roles matrix --format html -o roles.html --overwrite", { folder });
  expect(en).toMatchObject({ exit: 0, stdout: "", stderr: "wrote roles.html\n", requests: [] });
  expect(ja.stderr).toBe("roles.html を書き出しました\n");
  const page = readFileSync(join(folder, "roles.html"), "utf8");
  expect(page).toContain('<html lang="ja">');
  expect(page).toContain("各管理者の管理権限一覧");
  const rows = page
    .split("<tr>")
    .map((row) =>
      [...row.matchAll(/<t([hd])[^>]*>([^]*?)<\/t\1>/g)].map(([, , cell = ""]) =>
        cell.replaceAll(/<[^>]*>/g, "").trim(),
      ),
    );
  for (const { about, cells } of buildMatrixRows())
    expect(rows).toContainEqual([about.ja, ...ADMINISTRATOR_ROLES.map((role) => describeReach(cells[role]).ja)]);
  for (const { sentence, cells } of MANUAL_STATEMENTS.filter(({ role }) => role !== "none")) {
    expect(page).toContain(sentence);
    const [, after = ""] = page.split(`${sentence}」`);
    expect([sentence, (after.split("</li>")[0] ?? "").includes("→ ")]).toEqual([sentence, cells.length > 0]);
  }
  const english = await run("roles matrix --role custom --format html -o -");
  expect(english.stdout).toContain("CLOMO&#39;s own matrix of rights");
  const heads = [...english.stdout.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(([, head = ""]) => head.trim());
  expect([...new Set(heads)]).toEqual(["Operation", ROLES.custom.en]);
});

test("facts 6.7: shows CLOMO's tables for an app, and where a missing mark was added", async () => {
  const { en, ja } = await runInBoth("roles matrix --app docs", { terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toMatch(/^yes +depends on group setting +no +Folders & Files$/m);
  expect(en.stdout).toMatch(
    /^○\* +○\* +× +in folders with access: create, edit and delete folders; upload, edit and delete files/m,
  );
  expect(en.stdout).toContain("*: the mark is missing in the manual's text and was inferred\n");
  expect(ja.stdout).toMatch(/^管理者 +ファイル管理者 +一般ユーザー/m);
  expect(ja.stdout).toContain("*: 印のない箇所を補ったもの(推定)\n");
});

test("facts 6.7: numbers the roles if their names do not fit next to each other, and truncates no name", async () => {
  const { en, ja } = await runInBoth("roles matrix --app docs", { terminal: {} });
  expect(ja.stdout).toContain("2: ファイル管理者(グループ設定あり)\n3: ファイル管理者(グループ設定なし)\n");
  expect(ja.stdout).toMatch(/^1 +2 +3 +画面・操作$/m);
  expect(en.stdout).toContain("2: file manager with group setting\n3: file manager without group setting\n");
  expect(ja.stdout).not.toContain("…");
  for (const line of ja.stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
});

test.each(["calendar", "contacts"])("facts 6.7: shows one table for %s, without ○", async (app) => {
  const { stdout } = await run(`roles matrix --app ${app}`, { terminal: { columns: 200 } });
  expect(stdout).toMatch(/^yes +only groups they manage +no +(?:Calendar|Contacts)$/m);
  expect(stdout).toContain(
    "does not have a Groups row. On the Users screen, a user is registered as 管理者, グループ管理者 or 一般ユーザー; the CSV has only a flag for group managers.",
  );
  expect(stdout).not.toContain("○");
});

test.each(["browser", "mailer"])(
  "facts 6.7: reports in every format that the manual has no table for %s",
  async (app) => {
    const { en, ja } = await runInBoth(`roles matrix --app ${app}`, { terminal: {} });
    expect(words(en.stdout)).toMatch(
      /^The manual does not have a permission table for (?:Browser|Mailer)\. It has tables only for Docs, Calendar and Contacts\./,
    );
    expect(ja.stdout).toContain("の権限表はマニュアルにありません");
    const json = await run(`roles matrix --app ${app} --format json`);
    expect(json.stdout).toBe("[]\n");
    expect(json.stderr).toContain("The manual does not have a permission table for");
  },
);

test("JSON contains the cells of an app's tables one by one, and each app has a page", async () => {
  const { stdout } = await run("roles matrix --app docs --format json");
  const cells = JSON.parse(stdout) as readonly unknown[];
  expect(cells).toHaveLength(6 * 3 + 4 * 3);
  expect(cells).toContainEqual({
    app: "docs",
    table: "operations",
    about: "below folders with access: set access rights",
    role: "administrator",
    mark: "○",
    restored: true,
    source: "manual",
  });
  for (const app of SECURED_APPS) {
    const page = await run(`--lang ja roles matrix --app ${app} --format html -o -`);
    expect(page).toMatchObject({ exit: 0, stderr: "" });
    expect(page.stdout).toContain("の権限表</h1>");
    expect(page.stdout.includes("○*")).toBe(app === "docs");
  }
});
