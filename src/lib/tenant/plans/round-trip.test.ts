import { undoImport } from "#support/tenant/undo.ts";
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { SECURED_APPS } from "../../nouns/secured-user.ts";
import { encodeText, failureOf, readStreamText, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

const ENCODINGS = ["utf-8", "shift_jis", "utf-16le", "utf-16be"] as const;
const NEWLINES = ["crlf", "lf", "cr"] as const;

/** Quotes, newlines, 0x5C second bytes, half-width kana, gaiji's neighbours, formulas, blanks at the ends. */
const AWKWARD = ["表ソ能", "髙﨑①㈱", "ｶﾞﾊﾞ", 'a"b,c\nd\r\ne\rf', "=1+1", " 前後 ", "〜−‖—¢£¬", "TRUE", "0123", "\\"];

const onOneLine = (value: string): string => value.replaceAll(/\r\n|[\r\n]/g, " ");

const pairs = ENCODINGS.flatMap((encoding) => NEWLINES.map((newline) => [encoding, newline] as const));

test.each(pairs)("users written as %s with %s and read again are unchanged", async (encoding, newline) => {
  for (const name of ["座席", "a,b", "〜"]) await tenant.client.users.addField({ name: name });
  const header = [
    "氏名",
    "メールアドレス",
    "メールアドレス",
    "メールアドレス",
    "組織コード",
    "役職",
    "住所",
    "CLOMOアカウント名",
    "座席",
    "〜",
  ];
  const rows = AWKWARD.map((value, i) => [
    onOneLine(value),
    `u${i}@x`,
    i === 2 ? "Ü〜@x" : "",
    i === 2 ? "three@x" : "",
    i % 2 === 0 ? onOneLine(value) : "",
    onOneLine(value),
    value,
    onOneLine(value),
    value,
    value,
  ]);
  const usable = encoding === "shift_jis" ? rows.map((row) => row.map((cell) => cell.replace("Ü", "U"))) : rows;
  await tenant.import({ kind: "users", createOrgs: true }, [header, ...usable]);
  const before = tenant.dump();
  const text = await readStreamText(await tenant.client.users.export({ newline }));
  for (const mode of ["append", "replace"] as const) {
    const plan = await tenant.send({ kind: "users", mode }, encodeText(text, encoding), encoding);
    expect(await tenant.errors(plan)).toEqual([]);
    expect(plan).toMatchObject({ unchanged: AWKWARD.length, create: 0, update: 0, delete: 0 });
    await tenant.client.imports.commit(plan);
  }
  expect(tenant.dump()).toEqual(before);
});

const NAMES = AWKWARD.map((value, i) => ({ name: onOneLine(value), description: value, id: `id${i}` }));

test.each(SECURED_APPS)("users of %s written in full and read again are unchanged", async (app) => {
  const grouped = app !== "browser" && app !== "mailer";
  const header = ["表示名", "ユーザーID", "パスワード", "説明", ...(grouped ? ["グループ名", "グループ名"] : [])];
  const rows = NAMES.map(({ name, description, id }) => [
    name,
    id,
    "secret1",
    description,
    ...(grouped ? [name, "全員"] : []),
  ]);
  await tenant.import({ kind: app, createGroups: true }, [header, ...rows]);
  const before = tenant.dump();
  for (const layout of ["full", "console"] as const) {
    for (const encoding of ["utf-8", "shift_jis"] as const) {
      const text = await readStreamText(await tenant.client.secured.export(app, { layout }));
      const plan = await tenant.send({ kind: app, mode: "replace" }, encodeText(text, encoding), encoding);
      expect(await tenant.errors(plan)).toEqual([]);
      expect(plan).toMatchObject({ unchanged: NAMES.length, update: 0, delete: 0, secretsSet: 0 });
      await tenant.client.imports.commit(plan);
    }
  }
  expect(tenant.dump()).toEqual(before);
});

test("the console's three columns of one app can be imported into another app and change nothing", async () => {
  for (const kind of ["docs", "contacts"] as const) {
    await tenant.import({ kind }, "表示名,ユーザーID,パスワード,説明\n太郎,taro,secret1,説明");
  }
  const text = await readStreamText(await tenant.client.secured.export("docs", { layout: "console" }));
  const plan = await tenant.send({ kind: "contacts" }, encodeText(text, "shift_jis"), "shift_jis");
  expect(plan).toMatchObject({ unchanged: 1, update: 0, invalid: 0 });
});

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
