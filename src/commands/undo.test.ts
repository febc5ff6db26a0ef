import { describe, expect, test } from "vitest";
import type { Import } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { toCommittedPlan, createRowsResponder, listOperations, rowOf } from "#support/commands/imports/plans.ts";

const UNDO = example<Import>("undoChange", { create: 0, update: 1, delete: 2 });
const done = (undo: Import): Import => toCommittedPlan(undo, 18);
const tenantWith = (more: Answers, undo = UNDO): Answers => ({
  imports: { items: [toCommittedPlan()] },
  undoChange: undo,
  tenant: example("tenant"),
  importRows: createRowsResponder(
    rowOf({ row: 0, action: "delete", changed: [] }),
    rowOf({ row: 0, key: "taro@example.co.jp", action: "update", changed: ["title"] }),
  ),
  ...more,
});
const TO_THE_VIEW = ["undoChange", "imports", "importRows", "importRows"];

test("shows the inverse plan and commits it after its deletions are confirmed", async () => {
  const tenant = tenantWith({ commitImport: done(UNDO) });
  const { en, ja } = await runInBoth("undo 17 --confirm-deletions 2 --format json", { tenant });
  expect(en.exit).toBe(0);
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: UNDO.id, mode: "undo", delete: 2, committed: true });
  expect(en.stderr).toContain("undo change 17\nuser: update 1, delete 2");
  expect(en.stderr).toContain("  - hanako@example.co.jp 髙橋 花子\n  ~ taro@example.co.jp 髙橋 花子: 役職\n");
  expect(ja.stderr).toContain("に対する計画: 変更 17 の取り消し\nユーザー: 更新 1、削除 2");
  expect(ja.stdout).toBe(en.stdout);
  expect(listOperations(en.requests)).toEqual([...TO_THE_VIEW, "commitImport"]);
  expect(en.requests[0]).toEqual({ operation: "undoChange", params: { number: "17" }, json: {} });
  expect(en.requests.at(-1)).toEqual({ operation: "commitImport", params: { id: UNDO.id }, json: { etag: "7-3" } });
});

test.each([
  ["en", "Apply to ", "nothing was changed\n"],
  ["ja", "適用しますか?", "何も変更していません\n"],
] as const)("discards the inverse plan if the answer is no: %s", async (lang, question, note) => {
  const undo = { ...UNDO, delete: 0 };
  const tenant = tenantWith({ discardImport: { ...undo, state: "discarded" } }, undo);
  const terminal = { typing: [[question, "n\r"]] } as const;
  const { exit, stdout, stderr, requests } = await run(`undo 17 --lang ${lang} --format json`, {
    tenant,
    terminal,
  });
  expect(exit).toBe(0);
  expect(stderr.endsWith(note)).toBe(true);
  expect(JSON.parse(stdout)).toMatchObject({ committed: false });
  expect(requests.at(-1)).toEqual({ operation: "discardImport", params: { id: UNDO.id } });
});

test("--dry-run shows the inverse plan and keeps nothing", async () => {
  const tenant = tenantWith({ discardImport: { ...UNDO, state: "discarded" } });
  const { en, ja } = await runInBoth("undo 17 --dry-run --format json", { tenant });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain("\nchange 17: people.csv, by owner (hanako)\ndry run: nothing was changed;");
  expect(ja.stderr).toContain("\n変更 17: people.csv(実行者 所有者(hanako))\n確認のみで");
  expect(JSON.parse(en.stdout)).toMatchObject({ dryRun: true, committed: false });
  expect(JSON.parse(en.stdout)).not.toHaveProperty("number");
  expect(listOperations(en.requests)).toEqual([...TO_THE_VIEW, "discardImport"]);
});

test("wipes devices that get their owner back only after their number is confirmed", async () => {
  const undo = { ...UNDO, kind: "devices", delete: 0, wipes: 1 } as const;
  const { en, ja } = await runInBoth("undo 17 --confirm-wipes 1 --format json", {
    tenant: tenantWith({ commitImport: done(undo) }, undo),
  });
  expect(JSON.parse(en.stdout)).toMatchObject({ wipes: 1, committed: true });
  expect(en.stderr).toContain("devices to wipe and set up again because their owner changes: 1\n");
  expect(ja.stderr).toContain("所有者が変わるため初期化と再設定が必要になるデバイス: 1\n");
  for (const words of ["--yes", "--yes --confirm-wipes 2", "--dry-run --confirm-wipes 2"]) {
    const discardImport = { ...undo, state: "discarded" } as const;
    const refused = await run(`undo 17 ${words}`, {
      tenant: tenantWith({ import: undo, discardImport }, undo),
    });
    expect(refused.exit).toBe(3);
    expect(listOperations(refused.requests)).not.toContain("commitImport");
  }
});

test("an undo that changes nothing asks nothing", async () => {
  const undo = { ...UNDO, update: 0, delete: 0 };
  const discardImport = { ...undo, state: "discarded" } as const;
  const { importRows: _, ...all } = tenantWith({ discardImport }, undo);
  const { exit, stderr, requests } = await run("undo 17 --lang en", { tenant: all });
  expect(exit, stderr).toBe(0);
  expect(stderr).toContain("nothing to change");
  expect(listOperations(requests).at(-1)).toBe("discardImport");
});

test("reports why an import cannot be undone, and leaves no plan behind", async () => {
  const changed = new Failure("conflict", {
    what: { en: "records were changed", ja: "変更されています" },
    hint: { en: "import the wanted state", ja: "ファイルでインポート" },
  });
  const early = await runInBoth("undo 17", {
    tenant: { undoChange: changed },
  });
  expect(early.en).toMatchObject({ exit: 5, stderr: "error: records were changed\n  import the wanted state\n" });
  expect(early.ja).toMatchObject({ exit: 5, stderr: "エラー: 変更されています\n  ファイルでインポート\n" });
  const tenant = tenantWith({ commitImport: changed, import: UNDO, discardImport: { ...UNDO, state: "discarded" } });
  const { en, ja } = await runInBoth("undo 17 --confirm-deletions 2", { tenant });
  expect(en.exit).toBe(5);
  expect(en.stderr.endsWith("error: records were changed\n  import the wanted state\n")).toBe(true);
  expect(ja.stderr.endsWith("エラー: 変更されています\n  ファイルでインポート\n")).toBe(true);
  expect(listOperations(en.requests)).toEqual([...TO_THE_VIEW, "commitImport", "import", "discardImport"]);
});

describe("in a tenant", () => {
  let tenant: TestTenant;
  openForEachTest(async (opened) => {
    tenant = opened;
    const { orgs, users } = tenant.client;
    const { after: office } = await orgs.create({ name: "営業", code: "S01" });
    for (const [name, employeeCode] of [
      ["太郎", "E1"],
      ["花子", "E2"],
      ["三郎", "E3"],
    ] as const)
      await users.create({ name, emails: [`${employeeCode}@x.jp`], employeeCode, org: office.id, title: "主任" });
  });

  const typed = (line: string) => run(`${line} --lang en`, { tenant: tenant.fetch, stdin: "Invented1\n" });
  /** Runs a command that must end with 0; returns the number of the change that it made. */
  const change = async (line: string): Promise<number> => {
    const { exit, stdout, stderr } = await typed(`${line} --format ndjson`);
    expect(exit, stderr).toBe(0);
    const [first = ""] = stdout.split("\n");
    return (JSON.parse(first) as { readonly change: number }).change;
  };
  /** All records, but for when passwords were set: former ones are not kept. */
  const state = async (): Promise<unknown> => {
    const all = [tenant.dump(), await Array.fromAsync(tenant.client.accounts.list({}))];
    return JSON.parse(JSON.stringify(all, (key, value: unknown) => (/passwordSetAt/i.test(key) ? undefined : value)));
  };

  test("an import's undo is blocked only if it would delete an administrator or change an account", async () => {
    await tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "役職", "CLOMOアカウント名"],
      ["太郎", "E1@x.jp", "課長", ""],
      ["花子", "E2@x.jp", "課長", "hana"],
      ["一", "new1@x.jp", "", ""],
      ["二", "new2@x.jp", "", ""],
    ]);
    const newest = () => tenant.database.count("select max(number) from change");
    const number = newest();
    const { users } = tenant.client;
    for (const name of ["E2", "new1@x.jp"]) {
      const [user] = await users.find({ name });
      await tenant.mark("users", [user?.id ?? ""]);
    }
    const before = await state();
    const all = await typed(`undo ${number} --confirm-deletions 2`);
    expect(all.exit, all.stderr).toBe(5);
    expect(all.stderr).toContain(`other records: clomoctl undo ${number} --skip-blocked --confirm-deletions 1\n`);
    expect(all.stderr.match(/^warning: the user .*$/gm)).toEqual([
      "warning: the user 花子 <E2@x.jp>: is an administrator and cannot be changed here",
      `warning: the user 一 <new1@x.jp>: changed later by change ${newest()} (管理者)`,
    ]);
    expect(await state()).toEqual(before);
    const rest = await typed(`undo ${number} --confirm-deletions 1 --skip-blocked`);
    expect(rest.exit, rest.stderr).toBe(8);
    expect((await tenant.users()).map(({ name, title }) => [name, title])).toEqual([
      ["太郎", "主任"],
      ["花子", "課長"],
      ["三郎", "主任"],
      ["一", null],
    ]);
  });

  test("a later change to a record blocks the undo, and --skip-blocked undoes the rest", async () => {
    const number = await change("users move E1 E2 --to 全社");
    const later = await change("users move E1 --to S01");
    await change("users move E1 --to 全社");
    await change("orgs create 総務");
    const newer = await change("users move E1 --to 総務");
    const before = await state();
    const blocked = await typed(`undo ${number} --yes --format json`);
    expect(blocked.exit, blocked.stderr).toBe(5);
    expect(blocked.stderr).toContain(`\nwarning: the user 太郎 <E1@x.jp>: changed later by change ${newer} (組織)\n`);
    expect(blocked.stderr).toContain(`\n  to undo only the other records: clomoctl undo ${number} --skip-blocked`);
    expect(JSON.parse(blocked.stdout)).toMatchObject({
      blocked: { first: [{ name: "太郎 <E1@x.jp>", change: newer }] },
    });
    expect(await state()).toEqual(before);
    const rest = await typed(`undo ${number} --yes --skip-blocked`);
    expect(rest.exit, rest.stderr).toBe(8);
    const [taro, hanako] = await tenant.users();
    expect([taro?.org.path, hanako?.org.path]).toEqual(["総務", "営業"]);
    expect(later).toBeLessThan(newer);
  });

  test.each([
    [["secured groups create 営業 --app docs"], "  - Docs グループ 営業\n", "取り消し: グループ"],
    [["users fields add 座席"], "  - カスタムユーザー情報 座席\n", "取り消し: カスタムユーザー情報"],
    [
      ["renewals add 予備 --kind custom --expires 2027-03-31", "renewals edit 予備 --expires 2027-04-01"],
      "期限の項目 予備: 期限(日時): 2027-04-01 23:59 → 2027-03-31 23:59\n",
      "取り消し: 期限の項目",
    ],
    [
      ["users leave E1 --confirm-deletions 1"],
      "CLOMO アカウント taro01: 管理者権限: 管理者権限を付与しない → オペレーター\n",
      "取り消し: ユーザー",
    ],
    [
      ["roles schemes create 受付 --item orgs.write", "roles schemes edit 受付 --item users.write"],
      "スキーム 受付: チェック項目: ユーザーの作成と変更 → 組織の作成と変更\n",
      "取り消し: カスタム管理権限スキーム",
    ],
    [["tenant set --ios yes", "tenant set --ios no"], "  ~ テナントの情報: iOS/iPadOS: ", "取り消し: テナントの情報"],
  ])("names what is undone, in the words of other commands: %j", async (lines, told, listed) => {
    const { accounts, imports, users } = tenant.client;
    const [user] = await users.find({ name: "E1" });
    await accounts.create({ user: user?.id ?? "", name: "taro01", role: "operator", password: "Invented1" });
    for (const line of lines) await typed(line);
    const { stderr } = await run("undo last --dry-run --lang ja", { tenant: tenant.fetch });
    expect(stderr).toContain(told);
    await imports.commit(await imports.undo("last"));
    const { stdout } = await run("imports list --format table --lang ja", { tenant: tenant.fetch });
    expect(stdout).toContain(`${listed} `);
  });

  test("an unknown number exits with 6; a change that is undone or cannot be undone exits with 5", async () => {
    expect(await typed("undo 99 --yes")).toMatchObject({
      exit: 6,
      stderr: "error: no change has the number 99\n  to list all imports: clomoctl imports list\n",
    });
    const edit = await change("users edit E1 --title 課長");
    const undo = await change(`undo ${edit} --yes`);
    const twice = await typed(`undo ${edit} --yes`);
    expect(twice.exit).toBe(5);
    expect(twice.stderr).toBe(
      `error: change ${edit} was already undone by change ${undo}\n  to apply the change again, so that all of it can be undone: clomoctl undo ${undo}\n`,
    );
    await change("users fields add 座席");
    const removed = await change("users fields remove 座席 --yes");
    const field = await typed(`undo ${removed} --yes`);
    expect(field.exit).toBe(5);
    expect(field.stderr).toContain("it deleted a custom field, whose values cannot be restored\n");
  });

  test("the undo of a grant changes the account of a user who stays, and its undo does not restore the password", async () => {
    const grant = async (name: string) => {
      await change(`users edit ${name} --account-name ${name}`);
      return change(`clomo-account edit ${name} --role system --password-file -`);
    };
    await grant("E1");
    const undo = await typed(`undo ${await grant("E2")} --yes`);
    expect(undo.exit, undo.stderr).toBe(0);
    for (const told of [
      "CLOMO account: update 1\n",
      "changes 1 administrator: E2 (system administrator)\n",
      "  ~ CLOMO account E2: 管理者権限: ",
    ])
      expect(undo.stderr).toContain(told);
    const again = await typed("undo last --yes");
    expect(again.stderr).toContain("CLOMO account: update 1\n");
    expect(again.stderr).toContain("passwords and similar secrets are not restored");
    const edited = await change("clomo-account edit E2 --memo 受付").then(() => typed("undo last --yes"));
    expect(edited.stderr).not.toContain("not restored");
  });
});
