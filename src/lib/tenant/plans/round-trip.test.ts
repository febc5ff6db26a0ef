import { undoImport } from "#support/tenant/undo.ts";
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { failureOf, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

test("a secret is never stored in the tenant file, its log or the staging file", async () => {
  const header = ["表示名", "ユーザーID", "パスワード", "シークレットキー"];
  const plan = await tenant.plan({ kind: "docs" }, [header, ["太郎", "taro", "hush4Password", "hush4Key"]]);
  const bytes = () => [tenant.path, `${tenant.path}-wal`].map((file) => readFileSync(file).toString("latin1")).join("");
  expect(readFileSync(tenant.staging(plan.id)).includes("hush4")).toBe(false);
  await tenant.client.imports.commit(plan);
  expect(bytes()).not.toContain("hush4");
  const [user] = await tenant.securedUsers("docs");
  expect(user?.secretsSet.map(({ field }) => field)).toEqual(["password", "secretKey"]);
  const again = await tenant.import({ kind: "docs" }, [header, ["太郎", "taro", "", "hush4Other"]]);
  expect(again).toMatchObject({ unchanged: 1, secretsSet: 1 });
  const times = new Map((await tenant.securedUsers("docs"))[0]?.secretsSet.map(({ field, at }) => [field, at]));
  expect(times.get("password")).toBe(user?.secretsSet[0]?.at);
  expect(times.get("secretKey")).toBe(again.committedAt);
});

test("a group is the same under two mappings of its characters", async () => {
  const header = ["表示名", "ユーザーID", "パスワード", "グループ名"];
  const unknown = await tenant.plan({ kind: "docs", skipInvalid: true }, [
    header,
    ["一", "a1", "secret1", "営業〜"],
    ["二", "b2", "secret1", "営業～"],
  ]);
  expect(await tenant.faults(unknown)).toEqual(["group-unknown@2", "group-unknown@3"]);
  const made = await tenant.import({ kind: "docs", createGroups: true, skipInvalid: true }, [
    header,
    ["", "a1", "secret1", "営業〜"],
    ["二", "b2", "secret1", "営業～"],
  ]);
  expect(made).toMatchObject({ create: 1, groupsCreated: 1 });
  expect(await tenant.client.secured.groups("docs")).toMatchObject([{ users: 1 }]);
});

test("an unknown group is reported in every row, and with its own cell in the first", async () => {
  const header = ["表示名", "ユーザーID", "パスワード", "グループ名", "グループ名", "グループ名"];
  await tenant.import({ kind: "docs", createGroups: true }, [header, ["一", "a1", "secret1", "既知", "", ""]]);
  const plan = await tenant.plan({ kind: "docs" }, [
    header,
    ["二", "b2", "secret1", "", "乙", "甲"],
    ["三", "c3", "secret1", "既知", "甲", "乙"],
    ["四", "d4", "secret1", "乙", "既知", "甲"],
    ["五", "e5", "secret1", "", "", "乙"],
    ["六", "f6", "secret1", "乙", "", ""],
  ]);
  const places = (await tenant.problems(plan)).map(({ row, column, params }) => `${row}:${column} ${params["group"]}`);
  expect(places.toSorted()).toEqual(
    ["2:5 乙", "2:6 甲", "3:4 甲", "3:4 乙", "4:4 乙", "4:4 甲", "5:4 乙", "6:4 乙"].toSorted(),
  );
});

test("an undo that would remove a group from others is rejected", async () => {
  const header = ["表示名", "ユーザーID", "パスワード", "グループ名"];
  const first = await tenant.import({ kind: "docs", createGroups: true }, [header, ["一", "a1", "secret1", "営業"]]);
  await tenant.import({ kind: "docs" }, [header, ["二", "b2", "secret1", "営業"]]);
  expect(await failureOf(undoImport(tenant.client, first.id))).toMatchObject({
    code: "conflict",
    what: { en: "the group 営業: the user 二 <b2> refers to this record" },
  });
  expect(await tenant.client.secured.groups("docs")).toMatchObject([{ name: "営業", users: 2 }]);
});

test("users are listed by name in the console's order, ascending and descending", async () => {
  const names = ["亜", "ｱ", "9", "ぁ", "Z", "あ", "ア", "Ａ", "a", "１", "A", "ー", "😀", "AA", "Aa", "A 1", "é"];
  const header = ["表示名", "ユーザーID", "パスワード"];
  await tenant.import({ kind: "docs" }, [header, ...names.map((name, i) => [name, `id${i}`, "secret1"])]);
  const up = (await Array.fromAsync(tenant.client.secured.list("docs", { sort: "name" }))).map(({ name }) => name);
  expect(up).toEqual(["9", "A", "AA", "Aa", "A 1", "Z", "a", "ぁ", "あ", "ア", "ー", "ｱ", "亜", "１", "Ａ", "é", "😀"]);
  const down = await Array.fromAsync(tenant.client.secured.list("docs", { sort: "name", desc: true }));
  expect(down.map(({ name }) => name)).toEqual(up.toReversed());
});
