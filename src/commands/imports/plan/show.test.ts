import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { freshFolder, inBoth, run } from "../../testing/program.ts";
import { example, type Answers } from "../../testing/tenant.ts";
import { giving, planOf, rowOf } from "../testing/plans.ts";
import { fieldName } from "./changes.ts";
import { named } from "./show.ts";

const STILL = { create: 0, update: 0 };

/** A tenant with a plan to preview. */
const holding = (change: Partial<Import> = {}, more: Answers = {}): { readonly tenant: Answers } => ({
  tenant: { imports: { items: [planOf({ ...STILL, ...change })] }, tenant: example("tenant"), ...more },
});
const SHOW = "imports show 019a --fields id";

test.each([
  [{}, "users, append (追加更新), 2 rows", "ユーザー、追加更新、2 行"],
  [{ rows: 1, mode: "replace" }, "users, replace (全件更新), 1 row", "ユーザー、全件更新、1 行"],
  [{ kind: "orgs", rows: 0 }, "organisations, append (追加更新), 0 rows", "組織、追加更新、0 行"],
  [
    { kind: "docs" },
    "SECURED APPs users (docs), append (追加更新), 2 rows",
    "SECURED APPs ユーザー(docs)、追加更新、2 行",
  ],
  [{ mode: "revert" }, "users, revert", "ユーザー、取り消し"],
] as const)("a plan begins with what it is and where it would be applied: %j", async (change, english, japanese) => {
  const { en, ja } = await inBoth(SHOW, holding(change));
  expect(en.stderr.split("\n")[0]).toBe(`plan for kanto (context embedded): ${english}`);
  expect(ja.stderr.split("\n")[0]).toBe(`kanto(コンテキスト embedded) に対する計画: ${japanese}`);
});

test("its counts follow", async () => {
  const names = { newOrgs: ["営業部", "営業郡"], newGroups: ["G1", "G2"] };
  const counts = { unchanged: 3, invalid: 5, secretsSet: 1, orgsCreated: 7, groupsCreated: 2, ...names };
  const importRows = giving();
  const { en, ja } = await inBoth(SHOW, holding({ create: 1, update: 2, delete: 4, ...counts }, { importRows }));
  expect(en.stderr.split("\n").slice(1, 5)).toEqual([
    "create 1, update 2, unchanged 3, delete 4, invalid 5",
    "rows that set a secret: 1",
    "organisations to create: 7 (営業部, 営業郡, …)",
    "groups to create: 2 (G1, G2)",
  ]);
  expect(ja.stderr.split("\n").slice(1, 5)).toEqual([
    "追加 1、更新 2、変更なし 3、削除 4、不正 5",
    "パスワードなどの機密情報を設定する行: 1",
    "作成する組織: 7 (営業部, 営業郡, …)",
    "作成するグループ: 2 (G1, G2)",
  ]);
});

test("what there is none of is not told, nor is a refusal where there is none", async () => {
  const { en, ja } = await inBoth(SHOW, holding());
  expect(en.stderr.split("\n").slice(1, 3)).toEqual([
    "create 0, update 0, unchanged 0, delete 0, invalid 0",
    "mirror of the console: the tenant's data last came from there on 2026-11-20",
  ]);
  expect(ja.stderr.split("\n")[1]).toBe("追加 0、更新 0、変更なし 0、削除 0、不正 0");
});

test("a plan that is refused says so, and shows no row", async () => {
  const { en, ja } = await inBoth(SHOW, holding({ rejected: true, create: 9, invalid: 1 }));
  expect(en.stderr).toContain("\nrejected; without the invalid rows: create 9, update 0,");
  expect(ja.stderr).toContain("\n確定できません(不正な行を除くと 追加 9、更新 0、");
});

test("a plan whose file is wrong as a whole promises no row", async () => {
  const { en, ja } = await inBoth(SHOW, holding({ rejected: true, create: 9 }));
  expect(en.stderr).toContain("\nrejected as a whole: no row can be committed\n");
  expect(ja.stderr).toContain("\nファイル全体が不正なため、どの行も確定できません\n");
});

const request = example<{ request: Import["request"] }>("uploadImport").request;

test.each<[Partial<Import>, string, string]>([
  [
    { absentColumns: ["TEL", "FAX"] },
    "columns missing from the file, left unchanged: TEL, FAX",
    "ファイルにないため変更しない列: TEL, FAX",
  ],
  [
    { absentColumns: ["TEL"], request: request === null ? null : { ...request, absent: "clear" } },
    "columns missing from the file, to be cleared: TEL",
    "ファイルにないため値を消す列: TEL",
  ],
  [
    { absentColumns: ["TEL"], request: null },
    "columns missing from the file, left unchanged: TEL",
    "変更しない列: TEL",
  ],
  [{ unknownColumns: ["備考", "年"] }, "unknown columns, not imported: 備考, 年", "不明なため取り込まない列: 備考, 年"],
  [{ unknownColumns: ["備考"] }, "unknown columns, not imported: 備考", "不明なため取り込まない列: 備考"],
])("what is particular about the file's columns is told: %j", async (change, english, japanese) => {
  const { en, ja } = await inBoth(SHOW, holding(change));
  expect(en.stderr).toContain(`\n${english}\n`);
  expect(ja.stderr).toContain(`${japanese}\n`);
  expect(en.stderr.split("\n")).toHaveLength(6);
});

test.each([
  [4, /left unchanged: 列1, 列2, 列3, 列4\n/],
  [51, /left unchanged: 列1, 列2, 列3, 列4 … \(51\)\n/],
])("of %i columns that stay no more than four are named", async (count, told) => {
  const absentColumns = Array.from({ length: count }, (_, at) => `列${at + 1}`);
  expect((await run(SHOW, holding({ absentColumns }))).stderr).toMatch(told);
});

test.each([
  [50, /to be cleared: 列1, .*, 列50\n/],
  [51, /to be cleared: 列1, .*, 列50 … \(51\)\n/],
])("of %i columns that are cleared no more than fifty are", async (count, told) => {
  const absentColumns = Array.from({ length: count }, (_, at) => `列${at + 1}`);
  const { request } = planOf();
  const clearing = request === undefined || request === null ? request : { ...request, absent: "clear" as const };
  expect((await run(SHOW, holding({ absentColumns, request: clearing }))).stderr).toMatch(told);
});

test("a tenant that has the name of its context is named once", async () => {
  const { en, ja } = await inBoth(SHOW, holding({ tenant: "embedded" }));
  expect(en.stderr.split("\n")[0]).toBe("plan for embedded: users, append (追加更新), 2 rows");
  expect(ja.stderr.split("\n")[0]).toBe("embedded に対する計画: ユーザー、追加更新、2 行");
});

const LATE = "2026-11-20T16:00:00.000Z";

test.each([
  ["", "2026-11-21"],
  [" --timezone Europe/Berlin", "2026-11-20"],
])("days are counted in the context's zone, or in --timezone:%s", async (option, day) => {
  const unverifiedColumns = [
    { header: "グループ名", lastSentAt: LATE },
    { header: "説明", lastSentAt: null },
  ];
  const tenant = example("tenant", { mirroredAt: LATE });
  const { en, ja } = await inBoth(SHOW + option, holding({ unverifiedColumns }, { tenant }));
  expect(en.stderr).toContain(`\nグループ名: last sent by clomoctl on ${day}, not verified\n`);
  expect(en.stderr).toContain(`\nmirror of the console: the tenant's data last came from there on ${day}\n`);
  expect(en.stderr).not.toContain("説明");
  expect(ja.stderr).toContain(`\nグループ名: 最後に送信したのは ${day}(管理画面側は未確認)\n`);
  expect(ja.stderr).toContain(`最後に管理画面から取り込んだのは ${day} です\n`);
});

test("a context of another zone counts days in it", async () => {
  const home = freshFolder();
  await run("context add berlin --embedded --timezone Europe/Berlin", { home });
  const unverifiedColumns = [{ header: "グループ名", lastSentAt: LATE }];
  const tenant = example("tenant", { mirroredAt: LATE });
  const { stderr } = await run(`${SHOW} --context berlin`, { ...holding({ unverifiedColumns }, { tenant }), home });
  expect(stderr).toContain("plan for kanto (context berlin)");
  expect(stderr.match(/on 2026-11-20/g)).toHaveLength(2);
});

test("a tenant of our own says nothing of the console, until its export makes it a mirror", async () => {
  const tenant = example("tenant", { mirroredAt: null });
  const own = await inBoth(SHOW, holding({}, { tenant }));
  expect(own.en.stderr).not.toContain("console");
  expect(own.ja.stderr).not.toContain("管理画面");
  const { request } = planOf();
  const { en, ja } = await inBoth(SHOW, holding({ request: request && { ...request, fromConsole: true } }, { tenant }));
  expect(en.stderr).toContain("\nthis makes the tenant a mirror of the console: ");
  expect(ja.stderr).toContain("\nこのテナントは管理画面のミラーになります。");
});

test("what is not confirmed of the PANEL's files is said in plans for a mirror, and only where it matters", async () => {
  const saysSo = async (change: Partial<Import>, more: Answers = {}): Promise<boolean> => {
    const { en, ja } = await inBoth(SHOW, holding(change, more));
    expect(ja.stderr.includes("確認されていません")).toBe(en.stderr.includes("not confirmed"));
    return en.stderr.includes("not confirmed");
  };
  expect([await saysSo({ kind: "users" }), await saysSo({ kind: "orgs" })]).toEqual([true, true]);
  const { request: given } = planOf();
  const others: readonly Partial<Import>[] = [
    { kind: "docs" },
    { mode: "revert" },
    { request: given && { ...given, fromConsole: true } },
  ];
  for (const change of others) expect(await saysSo(change), JSON.stringify(change)).toBe(false);
  expect(await saysSo({}, { tenant: example("tenant", { mirroredAt: null }) })).toBe(false);
  const home = freshFolder();
  writeFileSync(join(home, "map.yaml"), "お名前: 氏名\n");
  await run("context add mapped --embedded --map users=map.yaml", { home });
  expect((await run(`${SHOW} --context mapped`, { ...holding(), home })).stderr).not.toContain("confirmed");
});

const rows = (action: PlanRow["action"], count: number): readonly PlanRow[] =>
  Array.from({ length: count }, (_, at) => rowOf({ action, row: at + 2, key: `${action}-${at}`, changed: [] }));

test("the first five rows of each kind are shown, deletions first, and how many more there are", async () => {
  const importRows = giving(...rows("create", 6), ...rows("unchanged", 2), ...rows("update", 5), ...rows("delete", 7));
  const { en, ja } = await inBoth(SHOW, holding({ create: 6, update: 5, delete: 7 }, { importRows }));
  const shown = en.stderr.split("\n").slice(4, -1);
  expect(shown.map((line) => line.split(" ").slice(2, 5).join(" ")).join(", ")).toBe(
    [
      "- 2 delete-0, - 3 delete-1, - 4 delete-2, - 5 delete-3, - 6 delete-4, … and 2",
      "+ 2 create-0, + 3 create-1, + 4 create-2, + 5 create-3, + 6 create-4, … and 1",
      "~ 2 update-0, ~ 3 update-1, ~ 4 update-2, ~ 5 update-3, ~ 6 update-4",
    ].join(", "),
  );
  expect(shown[5]).toBe("  … and 2 more");
  expect(ja.stderr).toContain("\n  … 他 2 件\n");
});

test("--quiet shows warnings and failures only, and asks for no rows", async () => {
  const { exit, stderr, requests } = await run(`${SHOW} --quiet`, holding({ create: 1 }));
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(requests.map(({ operation }) => operation)).toEqual(["imports", "tenant"]);
});

test.each([
  [{}, "  + 2 hanako@example.co.jp 髙橋 花子"],
  [{ changed: ["title"] }, "  + 2 hanako@example.co.jp 髙橋 花子: 役職"],
  [{ setsSecret: true }, "  + 2 hanako@example.co.jp 髙橋 花子: (secret set)"],
  [{ row: 0 }, "  + hanako@example.co.jp 髙橋 花子"],
  [{ key: "髙橋 花子" }, "  + 2 髙橋 花子"],
  [{ after: [] }, "  + 2 hanako@example.co.jp"],
  [{ after: [{ field: "name", value: null }] }, "  + 2 hanako@example.co.jp"],
  [{ after: [{ field: "name", value: ["a", "b"] }] }, "  + 2 hanako@example.co.jp"],
  [
    {
      after: [
        { field: "title", value: "課長" },
        { field: "displayName", value: "花子" },
      ],
    },
    "  + 2 hanako@example.co.jp 花子",
  ],
  [
    { changed: ["custom:入社年", "parent", "of-tomorrow"] },
    "  + 2 hanako@example.co.jp 髙橋 花子: 入社年, 上位組織, of-tomorrow",
  ],
])("a row says whom it is about and what it changes: %j", async (change, line) => {
  const { stderr } = await run(SHOW, holding({ create: 1 }, { importRows: giving(rowOf(change)) }));
  expect(stderr.split("\n").slice(4)).toEqual([line, ""]);
});

test("each column that changes has its counts, under those of the rows", async () => {
  const columns = [
    { field: "title", changed: 3, cleared: 1, removed: 0, kept: 0 },
    { field: "custom:座席", changed: 0, cleared: 2, removed: 0, kept: 0 },
    { field: "parent", changed: 1, cleared: 0, removed: 0, kept: 0 },
  ];
  const { en, ja } = await inBoth(SHOW, holding({ columns }));
  expect(en.stderr.split("\n").slice(2, 5)).toEqual([
    "  役職: 3 changed, 1 cleared",
    "  座席: 2 cleared",
    "  上位組織: 1 changed",
  ]);
  expect(ja.stderr.split("\n").slice(2, 4)).toEqual(["  役職: 変更 3 件、値を消す 1 件", "  座席: 値を消す 2 件"]);
  expect((await run(SHOW, holding({ columns, rejected: true }))).stderr).not.toContain("役職");
});

test("what lists lose and keep is counted, and lost memberships are warned of", async () => {
  const columns = [{ field: "groups", changed: 2, cleared: 0, removed: 3, kept: 0 }];
  const { en, ja } = await inBoth(SHOW, holding({ kind: "docs", columns }));
  expect(en.stderr).toContain("\n  グループ名: 2 changed, 3 values removed\n");
  expect(en.stderr).toContain("warning: グループ名: 3 memberships would be removed; --blank keep keeps them\n");
  expect(ja.stderr).toContain("グループ名: 所属 3 件がなくなります(--blank keep を付ければ残ります)\n");
  const emails = [{ field: "emails", changed: 0, cleared: 0, removed: 0, kept: 1 }];
  const kept = await inBoth(SHOW, holding({ columns: emails }));
  expect(kept.en.stderr).toContain("\n  メールアドレス: 1 value beyond the file's columns kept\n");
  expect(kept.ja.stderr).toContain("\n  メールアドレス: ファイルの列数を超えるため残す値 1 件\n");
  expect(kept.en.stderr).not.toContain("warning");
});

test("of many columns the first twenty are shown", async () => {
  const columns = Array.from({ length: 22 }, (_, at) => ({
    field: `custom:列${at}`,
    changed: 1,
    cleared: 0,
    removed: 0,
    kept: 0,
  }));
  const { en, ja } = await inBoth(SHOW, holding({ columns }));
  expect(en.stderr).toContain("  列19: 1 changed\n  … and 2 more columns\n");
  expect(ja.stderr).toContain("  … 他 2 列\n");
});

test("a row shows at most six changes, and forty characters of a value", async () => {
  const fields = ["title", "tel", "fax", "extension", "address", "upn", "postalCode"];
  const before = fields.map((field) => ({ field, value: `${"長".repeat(39)}𠮷い` }));
  const row = rowOf({ action: "update", changed: fields, before, after: [] });
  const { stderr } = await run(SHOW, holding({ update: 1 }, { importRows: giving(row) }));
  expect(stderr).toContain(`役職: ${"長".repeat(39)}… → (blank), TEL: `);
  expect(stderr).toMatch(/, UPN: 長+… → \(blank\), … \(7\)\n/);
});

test("fields are told by the headers of their own format", () => {
  expect(fieldName("users", "name")).toBe("氏名");
  expect(fieldName("orgs", "name")).toBe("組織名");
  expect(fieldName("docs", "displayName")).toBe("表示名");
});

test("a name with a comma is in quotes where it is one of several", () => {
  expect(named(3, ["本店, 西", "東", '"A"'])).toBe(String.raw`3 ("本店, 西", 東, "\"A\"")`);
});
