import { EventEmitter } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRows } from "#support/xlsx/read.ts";
import type { Import, PlanRow, User } from "../../../../lib/client/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { findColumn } from "../../../../lib/csv/layout/columns.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { text } from "../../../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import {
  toCommittedPlan,
  encodeText,
  createFolderWith,
  createRowsResponder,
  PLAN_ID,
  runInBothAndDeleteOutput,
  listOperations,
  buildPlanAnswers,
  planOf,
  rowOf,
  sha256,
} from "#support/commands/imports/plans.ts";

const PEOPLE = `氏名,メールアドレス,CLOMOアカウント名,CLOMOアカウントパスワード
髙橋 花子,hanako@example.co.jp,hanako,Secret-1
山田 太郎,taro@example.co.jp,taro,
佐藤 次郎,jiro@example.co.jp,,
鈴木 三郎,saburo@example.co.jp,saburo,Secret-5
`;
const USERS_HEADER = "氏名,メールアドレス,CLOMOアカウント名,CLOMOアカウントパスワード";

const person = (row: number, name: string, account: string | null, change: Partial<PlanRow> = {}): PlanRow => {
  const key = `${change.key ?? account ?? "jiro"}@example.co.jp`;
  const after = [
    { field: "name", value: name },
    { field: "emails", value: [key] },
    { field: "accountName", value: account },
  ];
  return rowOf({ row, line: row, action: "update", exists: true, after, ...change, key });
};
const FOUR = [
  person(2, "髙橋 花子", "hanako", { action: "create", exists: false }),
  person(3, "山田 太郎", "taro"),
  person(4, "佐藤 次郎", null),
  person(5, "鈴木 三郎", "saburo"),
] as const;
const GONE = rowOf({ row: 0, line: 0, key: "old@example.co.jp", action: "delete", exists: true });

interface Given {
  readonly plan?: Partial<Import>;
  readonly content?: string | Uint8Array;
  readonly rows?: readonly PlanRow[];
  readonly more?: Answers;
}

const requestOf = (change: Partial<NonNullable<Import["request"]>>): Import["request"] => {
  const { request } = example<Import>("uploadImport");
  return request === null ? null : { ...request, ...change };
};

const written = (plan: Import): Import => ({
  ...toCommittedPlan(plan),
  emittedAt: "2026-11-20T01:23:45.000Z",
  consoleTask: 17,
});

function circumstances({ plan: change = {}, content = PEOPLE, rows = FOUR, more = {} }: Given = {}) {
  const [first = ""] = typeof content === "string" ? content.split("\n") : [];
  const { columns } = FORMATS[change.kind ?? "users"];
  const fields = first.split(",").flatMap((header) => findColumn(columns, header)?.field ?? []);
  const plan = planOf({ inputSha256: sha256(content), header: first.split(","), fields, ...change });
  const tenant: Answers = {
    ...buildPlanAnswers(plan, { importRows: createRowsResponder(...rows) }),
    ...(plan.kind === "users" ? { fields: { items: [] } } : {}),
    commitImport: written(plan),
    ...more,
  };
  return { tenant, folder: createFolderWith({ "in.csv": content }) };
}
const without = (operation: string, { tenant, folder }: ReturnType<typeof circumstances>) => ({
  tenant: Object.fromEntries(Object.entries(tenant).filter(([name]) => name !== operation)),
  folder,
});
const dropped = { import: planOf(), discardImport: planOf({ state: "discarded" }) };
const LINE = "users import in.csv --emit-csv out.csv --yes";
const linesOf = (folder: string, encoding = "shift_jis"): readonly string[] =>
  new TextDecoder(encoding, { fatal: true }).decode(readFileSync(join(folder, "out.csv"))).split("\r\n");

test("announces a console file before the upload, and is refused at once without the right", async () => {
  const refused = new Failure("not-permitted", { what: text("not the whole tenant", "テナント全体ではありません") });
  const told = { folder: createFolderWith({ "in.csv": PEOPLE }), tenant: { createImport: refused } };
  const line = "users import in.csv --mode replace --emit-csv out.csv --dry-run";
  const { en, ja } = await runInBothAndDeleteOutput(line, told);
  expect(en).toMatchObject({ exit: 4, stdout: "", stderr: "error: not the whole tenant\n" });
  expect(en.requests.at(-1)).toMatchObject({
    operation: "createImport",
    json: { mode: "replace", forConsole: true },
  });
  expect(ja.stderr).toBe("エラー: テナント全体ではありません\n");
  expect(existsSync(join(told.folder, "out.csv"))).toBe(false);
});

test("writes the rows of the plan with the secrets of the input, and commits the plan", async () => {
  const told = circumstances();
  const { en, ja } = await runInBothAndDeleteOutput(`${LINE} --format json`, told);
  expect(en.exit).toBe(0);
  expect(linesOf(told.folder)).toEqual([
    USERS_HEADER,
    "髙橋 花子,hanako@example.co.jp,hanako,Secret-1",
    "山田 太郎,taro@example.co.jp,taro,",
    "佐藤 次郎,jiro@example.co.jp,,",
    "鈴木 三郎,saburo@example.co.jp,saburo,Secret-5",
    "",
  ]);
  expect(statSync(join(told.folder, "out.csv")).mode & 0o777).toBe(0o600);
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: PLAN_ID, dryRun: false, committed: true });
  const digest = sha256(readFileSync(join(told.folder, "out.csv")));
  expect(en.requests.filter(({ operation }) => /^(fields|commitImport)$/.test(operation))).toEqual([
    { operation: "fields" },
    {
      operation: "commitImport",
      params: { id: PLAN_ID },
      json: {
        etag: "7-3",
        sha256: digest,
        fileName: "out.csv",
        upload: ["name", "emails", "accountName", "accountPassword"],
      },
    },
  ]);
  expect(en.stderr).toContain(
    "\nout.csv: 4 rows; upload in CLOMO PANEL, Users/Org › Import/Export › Import, with the mode set to 追加更新 (never 全件更新)\n",
  );
  expect(en.stderr).toContain("clomoctl console sync EXPORT.csv");
  expect(ja.stderr).toContain("clomoctl console sync EXPORT.csv");
  expect(en.stderr).toContain(
    "\nif you do not upload the file: clomoctl console drop 17 ; to have the plan approved first: ",
  );
  expect(en.stderr).toContain("clomoctl console show 17\n");
  expect(ja.stderr).toContain(
    "\nout.csv: 4 行。CLOMO PANEL の「Users/Org」画面で「Import/Export」›「Import」を選び、必ず「追加更新」にして",
  );
  expect(ja.stderr).toContain("(「全件更新」は不可)\n");
  expect(ja.stderr).toContain("\nアップロードしない場合: clomoctl console drop 17 。");
  expect(en.stderr + en.stdout).not.toContain("Secret");
});

test("a signal after the commit reports the commit, and the file stays", async () => {
  const signals = new EventEmitter();
  const commitImport = (): unknown => {
    signals.emit("SIGINT");
    return written(planOf());
  };
  const told = circumstances({ more: { commitImport, import: written(planOf()) } });
  const { exit, stderr } = await run(LINE, { ...told, signals });
  expect(exit).toBe(130);
  expect(stderr).toContain("error: interrupted: the change was made; the output may be incomplete");
  expect(linesOf(told.folder)).toHaveLength(6);
});

test.each([
  ["interrupted", "planned", false, 130, "interrupted: nothing was changed", "何も変更していません"],
  ["interrupted", undefined, true, 130, "interrupted: the commit was in progress:", "適用の途中でした。"],
  [
    "interrupted",
    "committed",
    true,
    130,
    "interrupted: the change was made; the output may be incomplete",
    "変更は完了しましたが",
  ],
  ["unavailable", "planned", false, 7, "stopped", "停止"],
  ["unavailable", undefined, true, 7, "stopped", "停止"],
  ["unavailable", "committed", true, 7, "stopped", "停止"],
] as const)(
  "without a commit response, removes the file only if the plan is known to be open: %s, %s",
  async (code, state, stays, exit, said, ja) => {
    const stopped = new Failure(code, { what: text("stopped", "停止") });
    const gone = new Failure("unavailable", { what: text("gone", "不在") });
    const now = { planned: planOf(), committed: written(planOf()) };
    const found = { import: state === undefined ? gone : now[state] };
    const more = { ...(state === "planned" && dropped), ...found, commitImport: stopped };
    const told = circumstances({ more });
    const { en, ja: japanese } = await runInBothAndDeleteOutput(LINE, told);
    expect(en.exit).toBe(exit);
    expect(en.stderr).toContain(`error: ${said}`);
    expect(japanese.stderr).toContain(ja);
    expect(existsSync(join(told.folder, "out.csv"))).toBe(stays);
    expect(listOperations(en.requests).filter((operation) => operation === "import")).toHaveLength(1);
  },
);

test("only existing users with an account lack a secret, and only if the file does not have it", async () => {
  const { en, ja } = await runInBothAndDeleteOutput(LINE, circumstances());
  const warnings = (stderr: string): readonly string[] =>
    stderr.split("\n").filter((line) => /^(warning|警告):/.test(line));
  expect(warnings(en.stderr)).toEqual([
    "warning: out.csv leaves these columns blank because clomoctl does not store their values: CLOMOアカウントパスワード of 1 existing user; it is not documented whether 追加更新 clears blank fields (users: taro@example.co.jp)",
  ]);
  expect(ja.stderr).toContain("CLOMOアカウントパスワード(既存ユーザー 1 件)。追加更新で空欄の値が");
  expect(ja.stderr).toContain("(ユーザー: taro@example.co.jp)\n");
});

test("for 追加更新, leaves out unchanged rows without secrets, and all invalid and deleted rows", async () => {
  const told = circumstances({
    plan: { invalid: 1 },
    rows: [
      person(2, "髙橋 花子", "hanako", { action: "unchanged" }),
      person(3, "山田 太郎", "taro", { action: "invalid" }),
      person(5, "鈴木 三郎", "saburo", { action: "unchanged", setsSecret: true }),
    ],
    more: { importProblems: [] },
  });
  const { exit, stderr } = await run(`${LINE} --skip-invalid --errors e.csv`, told);
  expect(exit).toBe(8);
  expect(stderr).toContain("out.csv: 1 row; upload");
  expect(linesOf(told.folder).slice(1)).toEqual(["鈴木 三郎,saburo@example.co.jp,saburo,Secret-5", ""]);
});

const DOCS = "表示名,ユーザーID,パスワード,シークレットキー,グループ名,ファイル管理者権限,説明\n";
const REPLACE_DOCS =
  "secured users import in.csv --app docs --mode replace --emit-csv out.csv --yes --confirm-deletions 1";
const docsRow = (row: number, key: string, change: Partial<PlanRow> = {}): PlanRow => {
  const after = [
    { field: "displayName", value: key },
    { field: "groups", value: ["営業"] },
    { field: "description", value: "以前の説明" },
  ];
  return rowOf({ row, line: row, key, action: "unchanged", exists: true, changed: [], after, ...change });
};
const replacing = (change: Partial<Import> = {}, more: Answers = {}) =>
  circumstances({
    content: DOCS,
    plan: { kind: "docs", mode: "replace", delete: 1, request: requestOf({ kind: "docs" }), ...change },
    rows: [docsRow(2, "a"), docsRow(3, "b", { action: "update", changed: ["displayName"] }), GONE],
    more,
  });

test("for 全件更新, writes every row with every column, even unchanged rows, and warns about effects", async () => {
  const told = replacing({ absentColumns: ["説明"] });
  const { en, ja } = await runInBothAndDeleteOutput(REPLACE_DOCS, told);
  expect(en.exit).toBe(0);
  expect(linesOf(told.folder)).toEqual([
    "表示名,ユーザーID,パスワード,シークレットキー,ファイル管理者権限,説明,グループ名",
    "a,a,,,,以前の説明,営業",
    "b,b,,,,以前の説明,営業",
    "",
  ]);
  expect(en.stderr).toContain("with インポート方法 set to 全件更新 (never 追加更新)\n");
  expect(ja.stderr).toContain("必ず「全件更新」にしてアップロードしてください(「追加更新」は不可)");
  expect(en.stderr).toContain("シークレットキー of 2 existing users; 全件更新 overwrites every field (users: a, b)\n");
  expect(ja.stderr).toContain("全件更新はすべての項目を上書きします(ユーザー: a, b)\n");
  expect(en.stderr).toContain("warning: the manual does not say whether 全件更新 deletes users and creates them again");
  expect(en.stderr).toContain("are deleted: 1 in this mirror, possibly more in the console\n");
  expect(ja.stderr).toContain("マニュアルに記載がありません。");
  expect(en.stderr).not.toContain("PANEL");
});

test.each<[Partial<Import>, string, string]>([
  [
    { unseenColumns: ["表示名", "ユーザーID", "説明"] },
    "no export of these records has been imported from the console",
    "clomoctl console sync EXPORT.csv --app docs",
  ],
  [
    { unseenColumns: ["グループ名"], absentColumns: ["グループ名", "説明"] },
    "no export of the console has shown these columns: グループ名;",
    "add these columns",
  ],
  [
    { unseenColumns: ["説明"], request: requestOf({ kind: "docs", blank: "keep" }) },
    "no export of the console has shown these columns: 説明;",
    "--mode append",
  ],
])("refuses a replacing file that needs values that the mirror never saw: %j", async (change, why, hint) => {
  const told = without("importRows", without("commitImport", replacing(change, dropped)));
  for (const line of [REPLACE_DOCS, `${REPLACE_DOCS.replace(" --yes --confirm-deletions 1", "")} --dry-run`]) {
    const { exit, stderr } = await run(`${line} --quiet`, told);
    expect({ exit, there: existsSync(join(told.folder, "out.csv")) }).toEqual({ exit: 3, there: false });
    expect(stderr).toContain(why);
    expect(stderr).toContain(hint);
  }
});

test("CLOMO PANEL deletes nothing by file, so deletions are listed separately to do by hand", async () => {
  const { items } = example<{ items: readonly User[] }>("findUsers");
  const leaver = { id: "019a9f3c-5a00-7abc-8def-000000000099", name: "=1+1", emails: ["old@x", "b@x"] };
  const users = items.flatMap((user) => [user, { ...user, ...leaver }]);
  const told = circumstances({
    plan: { mode: "replace", delete: 1 },
    rows: [
      person(2, "髙橋 花子", "hanako", { action: "unchanged" }),
      person(3, "山田 太郎", "taro"),
      { ...GONE, after: [{ field: "id", value: "019a9f3c-5a00-7abc-8def-000000000099" }] },
    ],
    more: { users: { items: users, next: null } },
  });
  const { en, ja } = await runInBothAndDeleteOutput(`${LINE} --mode replace --confirm-deletions 1`, told);
  expect(en.exit).toBe(0);
  expect(linesOf(told.folder)).toEqual([USERS_HEADER, "山田 太郎,taro@example.co.jp,taro,", ""]);
  expect(en.stderr).toContain("with the mode set to 追加更新 (never 全件更新)\n");
  expect(en.stderr).toContain(
    "\nout-delete.xlsx lists the records to delete by hand (users: 1), because 追加更新 does not delete records\n",
  );
  expect(ja.stderr).toContain("\nout-delete.xlsx: 手作業で削除するユーザー 1 件(追加更新では削除されません)\n");
  const list = join(told.folder, "out-delete.xlsx");
  expect(statSync(list).mode & 0o777).toBe(0o600);
  expect(await readRows(readFileSync(list))).toEqual([
    ["氏名", "メールアドレス", "組織", "役職", "社員コード", "CLOMOアカウント名", "管理者"],
    ["=1+1", "old@x, b@x", "営業部", "課長", "E0042", "", "いいえ"],
  ]);
});

test("leaves neither file if the plan cannot be committed", async () => {
  const changed = new Failure("conflict", { what: { en: "changed", ja: "変更" } });
  const told = circumstances({
    plan: { mode: "replace", delete: 1 },
    rows: [person(3, "山田 太郎", "taro"), GONE],
    more: { users: { items: [], next: null }, commitImport: changed, import: planOf(), discardImport: planOf() },
  });
  const { exit } = await run(`${LINE} --mode replace --confirm-deletions 1`, told);
  expect(exit).toBe(5);
  expect(readdirSync(told.folder).filter((name) => name.startsWith("out"))).toEqual([]);
});

test.each([
  ["2020", undefined],
  ["", "warning: blank cells in out.csv should clear 1 value; "],
])("a custom field that becomes %j counts as cleared only if nothing is left of it", async (value, warned) => {
  const custom = (year: string): PlanRow["after"] => [{ field: "custom:入社年", value: year }];
  const told = circumstances({
    content: `氏名,メールアドレス,入社年\n山田 太郎,taro@example.co.jp,${value}\n`,
    rows: [
      rowOf({
        row: 2,
        action: "update",
        exists: true,
        changed: ["custom"],
        before: custom("2019"),
        after: [{ field: "name", value: "山田 太郎" }, ...custom(value)],
      }),
    ],
    more: { fields: { items: [{ id: PLAN_ID, name: "入社年", createdAt: "2026-11-20T00:00:00.000Z" }] } },
  });
  const { exit, stderr } = await run(LINE, told);
  expect(exit).toBe(0);
  expect(/warning: blank cells in out\.csv .*?; /.exec(stderr)?.[0]).toBe(warned);
});

test.each(["out.csv", "out-delete.xlsx"])(
  "an existing %s is not replaced, and nothing is read before",
  async (name) => {
    const folder = createFolderWith({ "in.csv": PEOPLE, [name]: "old" });
    const line = "users import in.csv --mode replace --emit-csv out.csv";
    const { en, ja } = await runInBoth(line, { folder, tenant: {} });
    expect(en).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(en.stderr).toContain(`this file already exists\n  ${name}\n`);
    expect(ja.stderr).toContain("このファイルはすでにあります");
    expect(readFileSync(join(folder, name), "utf8")).toBe("old");
  },
);

test("SECURED APPs users go to their own screen, without the tenant's own fields", async () => {
  const content =
    "表示名,ユーザーID,グループ名,グループ名,パスワード\n花子,hanako01,営業,総務,Secret01\n太郎,taro01,,,\n";
  const after = (name: string, groups: readonly string[]): PlanRow["after"] => [
    { field: "displayName", value: name },
    { field: "groups", value: [...groups] },
  ];
  const told = circumstances({
    content,
    plan: { kind: "docs", request: requestOf({ kind: "docs" }) },
    rows: [
      rowOf({ row: 2, key: "hanako01", exists: true, after: after("花子", ["営業", "総務"]) }),
      rowOf({ row: 3, key: "taro01", exists: true, after: after("太郎", []) }),
    ],
  });
  const { en, ja } = await runInBothAndDeleteOutput(
    "secured users import in.csv --app docs --emit-csv out.csv --yes",
    told,
  );
  expect(en.exit).toBe(0);
  expect(linesOf(told.folder)).toEqual([
    "表示名,ユーザーID,パスワード,グループ名,グループ名",
    "花子,hanako01,Secret01,営業,総務",
    "太郎,taro01,,,",
    "",
  ]);
  expect(en.stderr).toContain("SECURED APPs MANAGER (Docs), Users › import icon › ユーザーのインポート,");
  expect(ja.stderr).toContain(
    "SECURED APPs MANAGER(Docs)の「Users」画面でインポートアイコン›「ユーザーのインポート」を選び",
  );
  expect(en.stderr).toContain("パスワード of 1 existing user; it is not documented whether 追加更新");
  expect(ja.stderr).toContain("パスワード(既存ユーザー 1 件)。");
  expect(en.stderr).toContain("(users: taro01)\n");
});

test("a tenant with an English account gets UTF-8, whatever the language of the run", async () => {
  const { tenant, folder } = circumstances();
  await run("context add en --embedded --language en", { home: folder });
  await run("context add far --url https://tenant.invalid", { home: folder });
  for (const line of [`${LINE} --lang en`, `${LINE} --lang ja`]) {
    expect((await run(`${line} --context en`, { tenant, home: folder })).exit).toBe(0);
    expect(linesOf(folder, "utf-8")[1]).toMatch(/^髙橋 花子,/);
    rmSync(join(folder, "out.csv"));
    expect((await run(`${line} --context far`, { tenant, home: folder })).exit).toBe(0);
    expect(linesOf(folder)[1]).toMatch(/^髙橋 花子,/);
    rmSync(join(folder, "out.csv"));
  }
});

test("with --dry-run, writes the file and discards the plan", async () => {
  const told = without("commitImport", circumstances({ more: { discardImport: planOf({ state: "discarded" }) } }));
  const { exit, stderr, requests } = await run("users import in.csv --emit-csv out.csv --dry-run", told);
  expect(exit).toBe(0);
  expect(linesOf(told.folder)).toHaveLength(6);
  expect(requests.at(-1)?.operation).toBe("discardImport");
  expect(stderr).not.toContain("console drop");
});

test("writes nothing if the answer is no", async () => {
  const { tenant, folder } = without("fields", without("commitImport", circumstances({ more: dropped })));
  const { import: _, ...answers } = tenant;
  const { exit } = await run("users import in.csv --emit-csv out.csv", {
    tenant: answers,
    folder,
    terminal: { typing: [["and write ", "n\r"]] },
  });
  expect({ exit, there: existsSync(join(folder, "out.csv")) }).toEqual({ exit: 0, there: false });
});

test.each(["out.csv", "/dev/null"])("a character that Shift_JIS lacks leaves no file: %s", async (file) => {
  const [, taro, , saburo] = FOUR;
  const rows = [person(2, "𠮷田", "hanako"), taro, person(4, "é", null, { key: "ü" }), saburo];
  const told = without("commitImport", circumstances({ rows, more: dropped }));
  const { en, ja } = await runInBothAndDeleteOutput(`users import in.csv --emit-csv ${file} --yes --format json`, told);
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain(
    "\nin.csv:2:氏名: U+20BB7 (𠮷) cannot be represented in shift_jis\nin.csv:4:氏名: U+00E9 (é) cannot be represented in shift_jis\nin.csv:4:メールアドレス: U+00FC (ü) cannot be",
  );
  expect(en.stderr).toContain(
    "error: 3 cells cannot be represented in shift_jis; no file was written and nothing was changed\n  in.csv\n  replace these characters and import again\n",
  );
  expect(ja.stderr).toContain("\nin.csv:2:氏名: U+20BB7 (𠮷) は shift_jis で表せません\n");
  expect(ja.stderr).toContain("エラー: shift_jis で表せないセルが 3 個あるため");
  expect(JSON.parse(en.stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
    problems: [{ row: 2, header: "氏名", codePoint: "U+20BB7" }, { row: 4 }, { row: 4, header: "メールアドレス" }],
  });
  expect(existsSync(join(told.folder, "out.csv"))).toBe(false);
});

test("the tenant's own fields are columns, and headers are those of the context's console", async () => {
  const content = "名前,メールアドレス,入社年\n花子,hanako@example.co.jp,2019\n";
  const after = [
    { field: "name", value: "花子" },
    { field: "custom:入社年", value: "2019" },
  ];
  const { tenant, folder } = circumstances({
    content,
    plan: { fields: ["name", "emails", "custom:入社年"] },
    rows: [rowOf({ after })],
    more: { fields: { items: [{ id: PLAN_ID, name: "入社年", createdAt: "2026-11-20T00:00:00.000Z" }] } },
  });
  writeFileSync(join(folder, "map.yaml"), "columns:\n  名前: 氏名\n");
  await run("context add mapped --embedded --map users=map.yaml", { home: folder });
  expect((await run(`${LINE} --context mapped`, { tenant, home: folder })).exit).toBe(0);
  const [header, row] = linesOf(folder);
  expect(header).toBe("名前,メールアドレス,入社年");
  expect(row).toBe("花子,hanako@example.co.jp,2019");
});

test("finds secrets with --map, in the encoding and dialect of the input", async () => {
  const content = encodeText(
    "名前|mail|合言葉\r\n髙橋 花子|hanako@example.co.jp|秘密|x\r\n山田|t@x|ひみつ|\r\n",
    "shift_jis",
  );
  const { tenant, folder } = circumstances({
    content,
    plan: { request: requestOf({}), fields: ["name", "emails", "accountPassword"] },
    rows: [person(2, "髙橋 花子", "hanako"), person(3, "山田", "taro")],
  });
  const map =
    'columns:\n  名前: 氏名\n  mail: メールアドレス\n  合言葉: CLOMOアカウントパスワード\ndialect:\n  delimiter: "|"\n';
  writeFileSync(join(folder, "map.yaml"), map);
  await run(`${LINE} --map map.yaml`, { tenant, folder });
  // a record with surplus values has no secret: its cells cannot be assigned; surplus blanks are nothing
  expect(linesOf(folder).slice(1, 3)).toEqual(["髙橋 花子,hanako@example.co.jp,", "山田,taro@example.co.jp,ひみつ"]);
});

test("stops if the file changed after its plan was made", async () => {
  const told = without("commitImport", circumstances({ more: dropped }));
  writeFileSync(join(told.folder, "in.csv"), PEOPLE.replace("Secret-5", "Secret-6"));
  const { exit, stderr } = await run(LINE, told);
  expect(exit).toBe(3);
  expect(stderr).toContain("error: the file changed after its plan was made\n  in.csv\n");
  expect(existsSync(join(told.folder, "out.csv"))).toBe(false);
});

test("a plan that cannot be committed now leaves no file and is kept", async () => {
  const locked = new Failure("locked", { what: { en: "locked", ja: "使用中" } });
  const told = circumstances({ more: { commitImport: locked } });
  const { exit, stderr, requests } = await run(LINE, told);
  expect(exit).toBe(5);
  expect(stderr).toContain("error: locked\n  the plan is kept; to continue: clomoctl imports commit P12\n");
  expect(listOperations(requests)).not.toContain("discardImport");
  expect(existsSync(join(told.folder, "out.csv"))).toBe(false);
});

test("a signal during the write leaves no file and changes nothing", async () => {
  const signals = new EventEmitter();
  const fields = (): unknown => {
    signals.emit("SIGINT");
    return { items: [] };
  };
  const told = without("commitImport", circumstances({ more: { fields, ...dropped } }));
  const { exit, stderr } = await run(LINE, { ...told, signals });
  expect(exit).toBe(130);
  expect(stderr).toContain("error: interrupted: nothing was changed\n");
  expect(existsSync(join(told.folder, "out.csv"))).toBe(false);
});

test("reports a missing folder before anything is committed", async () => {
  const told = without("importRows", without("commitImport", circumstances({ more: dropped })));
  const { exit } = await run("users import in.csv --emit-csv no/out.csv --yes --quiet", told);
  expect(exit).toBe(2);
});
