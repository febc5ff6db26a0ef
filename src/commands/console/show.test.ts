import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { ACCOUNT_SETTINGS, SETTINGS_ID } from "../../lib/model/account.ts";
import type { Whoami } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const shown = async (task: object) => {
  const { en, ja } = await inBoth("console show 3 --format json", {
    tenant: { consoleTask: example("consoleTask", task) },
  });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "consoleTask", params: { number: "3" } }] });
  expect(ja.exit).toBe(0);
  const { steps } = JSON.parse(en.stdout) as { readonly steps: readonly string[] };
  expect(en.stderr).toBe(steps.map((step, at) => `${at + 1}. ${step}\n`).join(""));
  return { steps, ja: ja.stderr };
};

test("changes of a mirror: what changed, where it is changed, and how it is proved or confirmed", async () => {
  const { steps, ja } = await shown({});
  expect(steps).toEqual([
    "see what changed: clomoctl imports show 17 --rows",
    "change the same in CLOMO PANEL, Users/Org",
    'create 118, each by CLOMO PANEL: Users/Org › Add User › fill in the 「"新規ユーザー" の基本情報」 › 保存',
    "export in the console, then: clomoctl users import EXPORT.csv --from-console",
    "once it is done: clomoctl console confirm 3 (if it is not to be done: clomoctl console drop 3)",
  ]);
  expect(ja).toContain("2. CLOMO PANEL の「Users/Org」画面で同じ変更をしてください\n");
  expect(ja).toContain("3. 追加 118 件: CLOMO PANEL の「Users/Org」›「Add User」をクリック");
  const several = await shown({ kind: "docs", create: 0, update: 3, delete: 1 });
  expect(several.steps.slice(2, 4)).toEqual([
    expect.stringContaining("update 3, each by SECURED APPs MANAGER (Docs): Users › the user › 編集"),
    expect.stringContaining("delete 1, each by SECURED APPs MANAGER (Docs): Users › tick the user"),
  ]);
});

test("no step is told that who acts may not take: a system administrator is asked for it", async () => {
  const whoami = example<Whoami>("whoami");
  const tenant = { consoleTask: example("consoleTask", {}), whoami };
  const { en, ja } = await inBoth("console show 3 --as hanako", { tenant, terminal: { columns: 400 } });
  expect(en.stderr).toContain(
    "4. ask a system administrator to take over the console's export: clomoctl users import EXPORT.csv --from-console\n5. once that is so, or if it is not to be done: ask a system administrator to record it\n",
  );
  expect(ja.stderr).toContain(
    "4. 管理画面のエクスポートの取り込みをシステム管理者に依頼してください: clomoctl users import",
  );
  expect(en.stderr).not.toMatch(/console (?:confirm|drop)/);
  const writer = { ...whoami, operations: [{ operation: "console.write", reach: "inside" }] };
  const { stdout } = await run("console show 3 --as hanako --format json", { tenant: { ...tenant, whoami: writer } });
  expect(stdout).toContain("ask a system administrator to take over");
  expect(stdout).toContain("once it is done: clomoctl console confirm 3 --as hanako");
});

test("place and steps are in the language, and English in JSON", async () => {
  const circumstances = { tenant: { consoleTask: example("consoleTask", {}) } };
  const { en, ja } = await inBoth("console show 3", circumstances);
  expect(en.stdout).toContain("change the same in CLOMO PANEL, Users/Org");
  expect(ja.stdout).toContain("CLOMO PANEL の「Users/Org」画面で同じ変更をしてください");
  expect(ja.stdout).not.toContain("change the same");
  const json = await inBoth("console show 3 --format json", circumstances);
  expect(json.ja.stdout).toBe(json.en.stdout);
});

const UNDONE = { work: "undo", kind: "docs", mode: "undo", create: 0, update: 1 } as const;

test("an undoing is put back; if an export contradicted it, the console's values may be kept", async () => {
  const { steps } = await shown({ ...UNDONE, doubtedAt: "2026-11-20T01:23:45.000Z" });
  expect(steps[1]).toBe("put it back in SECURED APPs MANAGER (Docs), Users, where it was done there");
  expect(steps[2]).toContain("an export of the console contradicts this task");
  expect(steps[3]).toMatch(
    /^to keep what the console has instead: clomoctl console drop 3; .* --app docs --from-console$/,
  );
  expect(steps[4]).toContain("--app docs --from-console");
  expect(steps).toHaveLength(6);
});

const undoes = { importNumber: "11", task: 2 } as const;

test.each([
  [{ ...undoes, state: "open" }, /import 11 probably was not, as its task 2 was open/, "作業 2 は「未了」で"],
  [{ ...undoes, state: "dropped" }, /as its task 2 was dropped/, "作業 2 は「取り下げ」で"],
  [
    { ...undoes, task: null, state: null },
    /no task tells whether import 11 was/,
    "インポート 11 の作業の記録はありません",
  ],
] as const)(
  "an undoing holds only where it was done in the console, devices' wipes too: %o",
  async (one, known, ja) => {
    for (const task of [UNDONE, { ...UNDONE, kind: "devices", wipes: 1 }, { ...UNDONE, file: "undo.csv", create: 1 }]) {
      const told = await shown({ ...task, undoes: one });
      expect(told.steps[0]).toMatch(/^all that follows only where it was done in the console .*console drop 3$/v);
      expect(told.steps[0]).toMatch(known);
      expect(told.ja).toMatch(/^1\. 以下の手順はすべて、管理画面で行った場合に限ります.*clomoctl console drop 3\n/v);
      expect(told.ja).toContain(ja);
    }
  },
);

test("an undoing of what is known to be in the console has no condition", async () => {
  for (const one of [null, { ...undoes, state: "confirmed" }, { ...undoes, state: "shown" }]) {
    const { steps } = await shown({ ...UNDONE, undoes: one });
    expect(steps[0]).toMatch(/^see what changed/);
  }
});

test.each([
  [{ kind: "users", mode: "append", delete: 0 }, 3, /^upload.csv: .*must be 追加更新/],
  [{ kind: "users", mode: "replace", delete: 2 }, 4, /^upload.csv: .*must be 追加更新/],
  [{ kind: "docs", mode: "replace", delete: 2 }, 3, /^upload.csv: .*must be 全件更新/],
] as const)("an upload is uploaded and verified: %o", async (task, count, mode) => {
  const { steps } = await shown({ work: "upload", file: "upload.csv", ...task });
  expect(steps).toHaveLength(count);
  expect(steps[0]).toMatch(mode);
  expect(steps.some((step) => step.includes("upload-delete.xlsx"))).toBe(count === 4);
  expect(steps.at(-2)).toContain("clomoctl imports verify 17 --against EXPORT.csv");
  expect(steps.at(-1)).toContain("clomoctl imports discard 17");
});

test("where nothing is uploaded, who is listed is deleted by hand", async () => {
  const { steps, ja } = await shown({ work: "upload", file: "repl.csv", mode: "replace", create: 0, delete: 2 });
  expect(steps[0]).toBe("repl-delete.xlsx: in CLOMO PANEL, Users/Org, delete by hand the 2 whom it lists");
  expect(steps.join("\n")).not.toContain("repl.csv:");
  expect(ja).toContain(
    "1. repl-delete.xlsx: 一覧にある 2 件を、CLOMO PANEL の「Users/Org」画面で手作業で削除してください\n",
  );
});

test("a file without a name is told by what wrote it", async () => {
  const { steps } = await shown({ work: "upload", file: null, mode: "replace", delete: 2 });
  expect(steps[0]).toMatch(/^the file that --emit-csv wrote: upload/);
  expect(steps[1]).toMatch(/^the list beside the file: in /);
});

test("an undoing by a file names it, and who is deleted or made again by hand", async () => {
  const undo = { work: "undo", mode: "undo", file: "undo.csv", create: 1, update: 1, delete: 2 };
  const users = await shown({ ...undo, kind: "users" });
  expect(users.steps.slice(1, 3)).toEqual([
    expect.stringMatching(/^undo.csv: upload in CLOMO PANEL, .* must be 追加更新/),
    "undo-delete.xlsx: in CLOMO PANEL, Users/Org, delete by hand the 2 whom it lists",
  ]);
  const docs = await shown({ ...undo, kind: "docs", update: 0, delete: 0 });
  expect(docs.steps[1]).toMatch(
    /^of the 1 that the import had deleted, make again those that the console does not have .*SECURED APPs MANAGER \(Docs\): Users .*no password is known here/v,
  );
});

test("the settings of accounts are called as their screen, not by the id of their record", async () => {
  const task = example("consoleTask", {
    kind: "users",
    thing: ACCOUNT_SETTINGS.name,
    objectId: SETTINGS_ID,
    name: SETTINGS_ID,
    key: null,
    work: "edit",
    importNumber: null,
    changes: [{ field: "composition", before: "free-text", after: "mail-address" }],
  });
  const { ja } = await inBoth("console show 3", { tenant: { consoleTask: task }, terminal: {} });
  expect(ja.stdout).not.toContain(SETTINGS_ID);
  expect(ja.stdout).toMatch(/^対象 +CLOMO アカウント設定$/m);
  expect(ja.stdout).toMatch(/^種類 +CLOMO アカウント設定$/m);
});

test("people are told in words what a task is of", async () => {
  const { en, ja } = await inBoth("console show 3", {
    tenant: { consoleTask: example("consoleTask", {}) },
    terminal: {},
  });
  expect(en.stdout).toMatch(/of +users/);
  expect(ja.stdout).toMatch(/種類 +ユーザー/);
});

test("facts 4.6, 6.6: whom a deletion took is deleted by the clicks that the manual has", async () => {
  const deletion = { work: "delete", mode: "delete", create: 0, delete: 45 };
  const users = await shown({ ...deletion, kind: "users" });
  expect(users.steps).toEqual([
    "see what changed: clomoctl imports show 17 --rows",
    "45 to be deleted; each by CLOMO PANEL: Users/Org › the user: delete it there (how: the manual does not say)",
    "export in the console, then: clomoctl users import EXPORT.csv --from-console",
    "once it is done: clomoctl console confirm 3 (if it is not to be done: clomoctl console drop 3)",
  ]);
  expect(users.ja).toContain(
    "2. 45 件を削除してください: CLOMO PANEL の「Users/Org」でユーザーを選択し、削除(手順はマニュアルにありません)\n",
  );
  const docs = await shown({ ...deletion, kind: "docs" });
  expect(docs.steps.slice(1, 3)).toEqual([
    "45 to be deleted; each by SECURED APPs MANAGER (Docs): Users › tick the user at the left end › ユーザー削除アイコン › OK",
    expect.stringContaining("「全ユーザー XXX 名を選択する。」 takes those beyond the 20 of a page"),
  ]);
  expect(docs.ja).toContain("左端にチェックを付け、「ユーザー削除アイコン」›「OK」を選択");
  const devices = await shown({ ...deletion, kind: "devices" });
  expect(devices.steps[1]).toContain("struck through");
  expect(devices.ja).toContain("取り消し線付きで残ります");
});

test.each(["add-field", "remove-field"])("a custom field: %s", async (work) => {
  const { steps } = await shown({ work, importNumber: null, importId: null, mode: null, name: "入社年度" });
  expect(steps).toHaveLength(2);
  expect(steps[0]).toContain("入社年度");
  expect(steps[0]).toContain("カスタムユーザー情報");
});

test("a closed one has no steps", async () => {
  expect(await shown({ state: "shown" })).toEqual({ steps: [], ja: "" });
});

test("one that is not there", async () => {
  const consoleTask = new Failure("not-found", { what: { en: "no task 3", ja: "作業 3 はありません" } });
  const { en, ja } = await inBoth("console show 3", { tenant: { consoleTask } });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: no task 3\n" });
  expect(ja).toMatchObject({ exit: 6, stderr: "エラー: 作業 3 はありません\n" });
});

const byHand = {
  importNumber: null,
  importId: null,
  mode: null,
  name: "髙橋 花子",
  objectId: "019a9f3c-5a00-7abc-8def-000000000002",
  create: 0,
};

test("what was written by hand: where to click, what to enter, and what proves it, in both languages", async () => {
  const changes = [
    { field: "title", before: "課長", after: "部長" },
    { field: "tel", before: null, after: "03-0000-0000" },
    { field: "custom:座席", before: "A 1", after: null },
    { field: "accountName", before: null, after: "hanako" },
  ];
  const { steps, ja } = await shown({ ...byHand, work: "edit", changes });
  expect(steps).toEqual([
    "髙橋 花子: CLOMO PANEL: Users/Org › the user › 編集 › 保存",
    "役職: 課長 → 部長",
    "TEL: 03-0000-0000",
    "座席: A 1 → (blank)",
    "髙橋 花子: CLOMO PANEL: Users/Org › the user › CLOMO アカウント › 編集 › アカウント名 › 保存",
    "CLOMOアカウント名: hanako",
    "export in the console, then: clomoctl users import EXPORT.csv --from-console",
    "once it is done: clomoctl console confirm 3 (if it is not to be done: clomoctl console drop 3)",
  ]);
  expect(ja).toContain(
    "1. 「髙橋 花子」: CLOMO PANEL の「Users/Org」でユーザーを選択し、「編集」をクリックして変更し、「保存」をクリック\n",
  );
  expect(ja).toContain("4. 座席: A 1 → (空)\n");
});

test.each([
  [{ work: "create", kind: "orgs" }, /Users\/Org › Add Org › 組織名/, /「Add Org」をクリック/],
  [{ work: "move", kind: "orgs" }, /put it below the other one/, /上位の組織を変更/],
  [{ work: "create", kind: "users" }, /Users\/Org › Add User/, /「Add User」をクリック/],
  [{ work: "move", kind: "users" }, /所属組織 › 保存/, /「所属組織」を選び直し/],
] as const)("each way to write has its clicks: %o", async (task, en, ja) => {
  const changes = [{ field: "name", before: null, after: "x" }];
  const found = await shown({ ...byHand, ...task, changes });
  expect(found.steps[0]).toMatch(en);
  expect(found.ja).toMatch(ja);
});

test("seed 003, 9 and facts 1.1: a device's owner and tags have clicks of their own", async () => {
  const changes = [
    { field: "identificationName", before: null, after: "1 号機" },
    { field: "owner", before: "山田", after: "佐藤" },
    { field: "tags", before: [], after: ["貸出用", "東京"] },
  ];
  const { steps, ja } = await shown({ ...byHand, name: "S1", kind: "devices", work: "edit", changes });
  expect(steps.slice(0, 6)).toEqual([
    "S1: CLOMO PANEL: Devices › the device: change it there (how: the manual describes the owner alone)",
    "端末識別名: 1 号機",
    "S1: CLOMO PANEL: Devices › the device › デバイスの編集 › 所有者情報: type the name of the user or organisation, click it among those proposed › OK",
    "所有者: 山田 → 佐藤",
    "S1: CLOMO PANEL: Devices › Import/Export › Import › デバイスにタグとメモを設定します。 (on the device's own page: the manual does not say)",
    "タグ: (blank) → 貸出用, 東京",
  ]);
  expect(ja).toContain("「デバイスの編集」をクリックして「所有者情報」欄にユーザーか組織の名前を入力し");
  expect(ja).toContain("「デバイスにタグとメモを設定します。」でインポート");
});

test("people read its changes as a text, and no counts of an import", async () => {
  const changes = [{ field: "title", before: "課長", after: "部長" }];
  const tenant = { consoleTask: example("consoleTask", { ...byHand, work: "edit", state: "confirmed", changes }) };
  const { ja } = await inBoth("console show 3", { tenant, terminal: { columns: 80 } });
  expect(ja.stdout).toMatch(/^変更 +役職: 課長 → 部長$/m);
  expect(ja.stdout).not.toMatch(/^追加 /m);
});

test("of what an export has contradicted, says so, how to drop it, and what proves it", async () => {
  const changes = [{ field: "title", before: null, after: "部長" }];
  const { steps } = await shown({ ...byHand, work: "edit", changes, doubtedAt: "2026-11-20T01:23:45.000Z" });
  expect(steps.at(-4)).toContain("the values here stay");
  expect(steps.at(-3)).toContain("console drop 3");
  expect(steps.at(-2)).toContain("users import EXPORT.csv --from-console");
});

test("who acts with a part of the rights is told whom to ask to drop what an export contradicted", async () => {
  const doubtedAt = "2026-11-20T01:23:45.000Z";
  const tenant = { consoleTask: example("consoleTask", { doubtedAt }), whoami: example("whoami") };
  const { en, ja } = await inBoth("console show 3 --as hanako", { tenant, terminal: { columns: 400 } });
  expect(en.stderr).toContain("ask a system administrator to drop this task\n");
  expect(ja.stderr).toContain("作業の取り下げをシステム管理者に依頼してください\n");
  expect(en.stderr).not.toMatch(/console (?:confirm|drop)/);
});

test("people read when an export contradicted a task, and that it is so", async () => {
  const tenant = { consoleTask: example("consoleTask", { doubtedAt: "2026-11-20T01:23:45.000Z" }) };
  const { en, ja } = await inBoth("console show 3", { tenant, terminal: {} });
  expect(en.stdout).toMatch(/^state +contradicted\ncontradicted at +2026-11-20/m);
  expect(ja.stdout).toMatch(/^状態 +不一致\n不一致の日時 +2026-11-20/m);
});

test("seed 004: a user of an app is edited on its Users screen, each field as the screen calls it", async () => {
  const changes = [
    { field: "displayName", before: "山田", after: "山本" },
    { field: "groups", before: ["営業"], after: null },
    { field: "fileManager", before: null, after: "TRUE" },
    { field: "licenceException", before: "TRUE", after: null },
    { field: "device", before: null, after: "iPad 12" },
    { field: "password", before: null, after: null },
  ];
  const { steps, ja } = await shown({ ...byHand, kind: "docs", work: "edit", name: "山田", changes });
  expect(steps).toEqual([
    "山田: SECURED APPs MANAGER (Docs): Users › the user › 編集 › 保存",
    "名前: 山田 → 山本",
    "所属するグループ: 営業 → (blank)",
    "ファイル管理者: on",
    "ライセンス制限例外設定: on → off",
    "デバイス: iPad 12",
    "パスワード: the new one (clomoctl kept none)",
    "once it is done: clomoctl console confirm 3 (if it is not to be done: clomoctl console drop 3)",
  ]);
  expect(ja).toContain("SECURED APPs MANAGER(Docs)の「Users」画面でユーザーを選択し、「編集ボタン」または「編集」");
  expect(ja).toContain("ファイル管理者: オン\n");
  expect(ja).toContain("パスワード: 新しい値(clomoctl は保存していません)\n");
});

test("seed 004: a user of an app is added with a password; what an export of the app shows is proved by it", async () => {
  const changes = [
    { field: "userId", before: null, after: "taro" },
    { field: "displayName", before: null, after: "太郎" },
  ];
  const { steps, ja } = await shown({ ...byHand, kind: "browser", work: "create", name: "太郎", changes });
  expect(steps[0]).toContain("SECURED APPs MANAGER (Browser): Users › ユーザーの追加アイコン › fill in the dialog");
  expect(steps.slice(1, 4)).toEqual([
    "ユーザー ID: taro",
    "名前: 太郎",
    "export in the console, then: clomoctl secured users import EXPORT.csv --app browser --from-console",
  ]);
  expect(ja).toContain("「パスワード」と「パスワードの確認」も");
});

test.each([
  ["create", "add the group", "グループを追加", [{ field: "name", before: null, after: "営業" }]],
  ["edit", "rename the group", "グループの名前を変更", [{ field: "name", before: "営業", after: "販売" }]],
  ["delete", "delete the group, if it is there", "グループがあれば削除", []],
] as const)(
  "a group of an app: %s, where the manual says no more than its screen in Docs",
  async (work, en, ja, changes) => {
    const task = { ...byHand, kind: "docs", thing: "secured_group", work, name: "営業", changes } as const;
    const told = await shown(task);
    expect(told.steps[0]).toContain(`営業: SECURED APPs MANAGER (Docs): ${en} (in Docs on the screen Groups`);
    expect(told.steps).toHaveLength(changes.length + 2);
    expect(told.ja).toContain(ja);
    expect(told.ja).toContain("マニュアルにありません");
    const listed = await inBoth("console show 3", {
      tenant: { consoleTask: example("consoleTask", task) },
      terminal: {},
    });
    expect(listed.en.stdout).toMatch(/what +\w+ a group\n/);
    expect(listed.en.stdout).toMatch(/where +SECURED APPs MANAGER \(Docs\), groups\n/);
    expect(listed.ja.stdout).toMatch(/作業 +グループを/);
  },
);
