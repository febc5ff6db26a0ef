import { undoImport } from "#support/tenant/undo.ts";
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { failureOf, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

const HEADER = ["氏名", "メールアドレス", "組織コード", "役職", "CLOMOアカウント名", "CLOMOアカウントパスワード"];
const users = { kind: "users", createOrgs: true } as const;

const seed = async () => {
  await tenant.import(users, [
    HEADER,
    ["山田", "yamada@example.jp", "E1", "課長", "yamada", "secret-One1"],
    ["髙橋", "takahashi@example.jp", "S1", "", "takahashi", ""],
  ]);
};

const byMail = async (email: string) => (await tenant.users()).find(({ emails }) => emails[0] === email);

test("a password counts as a secret set and leaves an otherwise equal row unchanged", async () => {
  await seed();
  const before = await byMail("yamada@example.jp");
  const plan = await tenant.plan(users, [
    HEADER,
    ["山田", "yamada@example.jp", "E1", "課長", "yamada", "hidden-Two2"],
    ["髙橋", "takahashi@example.jp", "S1", "", "takahashi", ""],
  ]);
  expect(plan).toMatchObject({ create: 0, update: 0, unchanged: 2, secretsSet: 1 });
  expect(readFileSync(tenant.staging(plan.id)).includes("hidden-Two2")).toBe(false);
  await tenant.client.imports.commit(plan);
  const after = await byMail("yamada@example.jp");
  expect(after?.accountPasswordSetAt).not.toBe(before?.accountPasswordSetAt);
  await tenant.reopen();
  for (const file of [tenant.path, `${tenant.path}-wal`]) {
    for (const secret of ["secret-One1", "hidden-Two2"]) expect(readFileSync(file).includes(secret)).toBe(false);
  }
});

test("an import creates no organisation with the name of another one below 全社, as `orgs create` does not", async () => {
  await tenant.client.orgs.create({ name: "本社" });
  const { id: parentId } = (await tenant.client.orgs.create({ name: "大阪", code: "O" })).after;
  await tenant.client.orgs.create({ name: "支社", parentId });
  const list = [
    HEADER.slice(0, 3),
    ..."本社 本社 支社 O".split(" ").map((code, at) => ["一", `${at}@example.jp`, code]),
  ];
  expect(await tenant.plan(users, list)).toMatchObject({ rejected: true });
  const plan = await tenant.plan({ ...users, skipInvalid: true }, list);
  expect(plan).toMatchObject({ create: 2, invalid: 2, newOrgs: ["支社"] });
  expect(await tenant.faults(plan)).toEqual(["org-name-taken@2", "org-name-taken@3"]);
  expect((await tenant.reasons(plan))[0]?.ja).toContain("`clomoctl orgs edit 本社 --code 本社`");
  const [org] = await tenant.client.orgs.find({ name: "本社" });
  await tenant.client.orgs.edit(org?.id ?? "", { code: "本社" });
  expect(await tenant.import(users, list)).toMatchObject({ create: 4, orgsCreated: 1 });
});

test("only valid rows with a password record one", async () => {
  await seed();
  const before = await tenant.users();
  const plan = await tenant.plan({ ...users, skipInvalid: true }, [
    HEADER,
    ["山田", "yamada@example.jp", "", "課長", "", ""],
    ["", "takahashi@example.jp", "", "", "", "hidden-Two2"],
    ["新人", "new@example.jp", "", "", "", ""],
    ["同僚", "peer@example.jp", "", "", "peer", "hidden-Three3"],
  ]);
  expect(plan).toMatchObject({ create: 2, update: 0, unchanged: 1, invalid: 1, secretsSet: 1 });
  await tenant.client.imports.commit(plan);
  const noted = (all: typeof before) =>
    new Map(all.map(({ emails, accountPasswordSetAt }) => [emails[0], accountPasswordSetAt]));
  expect(noted(await tenant.users())).toEqual(
    new Map([...noted(before), ["new@example.jp", null], ["peer@example.jp", expect.stringMatching(/^2026-04-01T/)]]),
  );
});

test("the number of a deleted user is not reused, so that the deletion can be undone", async () => {
  await seed();
  const header = ["氏名", "メールアドレス"];
  await tenant.import(users, [header, ["三", "three@x"]]);
  const done = await tenant.import({ ...users, mode: "replace" }, [header, ["山田", "yamada@example.jp"]]);
  await tenant.import(users, [header, ["新人", "new@example.jp"]]);
  await tenant.client.imports.commit(await undoImport(tenant.client, done.id));
  expect((await tenant.users()).map(({ name }) => name).toSorted()).toEqual(["三", "山田", "新人", "髙橋"].toSorted());
});

test("duplicate keys, addresses and account names are reported for both rows", async () => {
  const plan = await tenant.plan(
    users,
    "氏名,メールアドレス,メールアドレス,CLOMOアカウント名\n一,a@x,,one\n二,A@X,,\n三,c@x,d@x,\n四,d@x,,one",
  );
  expect(await tenant.faults(plan)).toEqual([
    "key-duplicate@2",
    "key-duplicate@3",
    "value-duplicate@2",
    "value-duplicate@4",
    "value-duplicate@5",
    "value-duplicate@5",
  ]);
  const places = (await tenant.problems(plan)).map(({ row, column, params }) => [row, column, params["row"]]);
  expect(places).toContainEqual([2, 2, 3]);
  expect(places).toContainEqual([3, 2, 2]);
  expect(places).toContainEqual([4, 3, 5]);
  expect(places).toContainEqual([5, 2, 4]);
});

test("another user's value is a problem that names both users, also if it is given up in the same file", async () => {
  await seed();
  const header = ["氏名", "メールアドレス", "CLOMOアカウント名"];
  const taken = await tenant.plan(users, [header, ["山田", "yamada@example.jp", "takahashi"]]);
  expect(await tenant.problems(taken)).toMatchObject([
    { code: "value-taken", row: 2, params: { value: "takahashi", holder: "髙橋 <takahashi@example.jp>" } },
  ]);
  const exchanged = await tenant.plan(users, [
    header,
    ["山田", "yamada@example.jp", "takahashi"],
    ["髙橋", "takahashi@example.jp", "yamada"],
  ]);
  expect(await tenant.faults(exchanged)).toEqual(["row-contested@2", "row-contested@3"]);
});

test("a key that matches several users is ambiguous, and none of them is deleted for it", async () => {
  const header = ["氏名", "社員コード", "メールアドレス"];
  await tenant.import(users, [header, ["山田", "1", "y@x"], ["髙橋", "1", "t@x"]]);
  const request = { ...users, key: "employee-code", mode: "replace" } as const;
  const plan = await tenant.plan({ ...request, skipInvalid: true }, [header, ["山田", "1", "y@x"]]);
  expect(await tenant.faults(plan)).toEqual(["key-ambiguous@2"]);
  expect(plan.rejected).toBe(true);
  const apart = await tenant.plan({ ...users, key: "employee-code" }, "社員コード,TEL\n1,03");
  expect(await tenant.faults(apart)).toEqual(["key-ambiguous@2"]);
});

test("a name with a wave dash is still found after a list in Shift_JIS, which only has the full-width tilde", async () => {
  await tenant.import(users, "氏名,メールアドレス,TEL\n山\u301c田,a@x.jp,03");
  await tenant.import(users, "氏名,メールアドレス,TEL\n山\uff5e田,a@x.jp,04", { encoding: "shift_jis" });
  const found = await Array.fromAsync(tenant.client.users.list({ filterName: "山\u301c田" }));
  expect(found).toMatchObject([{ name: "山\u301c田", tel: "04" }]);
});

test("skipping rows in replace mode is rejected if a row's user cannot be identified", async () => {
  await seed();
  const request = { ...users, mode: "replace", skipInvalid: true } as const;
  const told = await tenant.plan(request, "氏名,メールアドレス\n,yamada@example.jp");
  expect(told).toMatchObject({ invalid: 1, delete: 1, rejected: false });
  const untold = await tenant.plan(request, "氏名,メールアドレス\n山田,yamada.example.jp");
  expect(untold).toMatchObject({ rejected: true });
  const text = '氏名,メールアドレス,役職\n山田,yamada@example.jp,"課長\n髙橋,takahashi@example.jp,\n';
  const swallowed = await tenant.send(request, Buffer.from(text));
  expect(swallowed).toMatchObject({ rejected: true });
  expect((await failureOf(tenant.client.imports.commit(swallowed)))?.code).toBe("input-rejected");
  expect(await tenant.users()).toHaveLength(2);
});

test("a name is equal to its look-alike in a Shift_JIS file, and differs in UTF-8, which can contain both", async () => {
  await tenant.import(users, [
    ["氏名", "メールアドレス", "CLOMOアカウント名", "役職"],
    ["山田", "yamada@example.jp", "a\u301c", "\u301c "],
  ]);
  tenant.makeAdministrator("yamada@example.jp");
  const cells = ["氏名,メールアドレス,CLOMOアカウント名,役職", "山田,yamada@example.jp,a\uff5e,\uff5e"].join("\n");
  expect(await tenant.plan(users, cells, { encoding: "shift_jis" })).toMatchObject({ unchanged: 1, invalid: 0 });
  expect(await tenant.faults(await tenant.plan(users, cells))).toEqual(["administrator-account@2"]);
  expect(await tenant.plan(users, cells.replace("a\uff5e", ""))).toMatchObject({ update: 1 });
});

test("an administrator can be updated, but not renamed, given a password or deleted", async () => {
  await seed();
  tenant.makeAdministrator("yamada@example.jp");
  const plan = await tenant.plan(users, [HEADER, ["山田", "yamada@example.jp", "E1", "部長", "yamada", ""]]);
  expect(plan).toMatchObject({ update: 1, invalid: 0 });
  for (const [account, password] of [
    ["other", ""],
    ["yamada", "x"],
    ["", "x"],
  ] as const) {
    const bad = await tenant.plan(users, [HEADER, ["山田", "yamada@example.jp", "", "", account, password]]);
    expect(await tenant.faults(bad)).toEqual(["administrator-account@2"]);
  }
  const gone = await tenant.plan({ ...users, mode: "replace", skipInvalid: true }, [
    HEADER,
    ["髙橋", "takahashi@example.jp", "", "", "", ""],
  ]);
  expect(await tenant.problems(gone)).toMatchObject([
    { code: "administrator-delete", row: 0, params: { name: "山田" } },
  ]);
  expect(gone).toMatchObject({ delete: 0, rejected: true });
});

test("the rows of a plan show each user's resulting values", async () => {
  await seed();
  const plan = await tenant.plan(
    users,
    "氏名,メールアドレス,組織コード\n山田,yamada@example.jp,N1\n髙橋,takahashi@example.jp,\n新人,new@example.jp,N1",
  );
  const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
  const orgCodes = rows.map(({ after }) => after.find(({ field }) => field === "orgCode")?.value);
  expect(orgCodes).toEqual(["N1", "S1", "N1"]);
});

test.each(["users", "orgs", "docs"] as const)(
  "the rows of a %s file without its key column can be shown",
  async (kind) => {
    const plan = await tenant.plan({ kind, allow: ["unknown-columns"] }, [["説明書"], ["あ"]]);
    expect(plan.rejected).toBe(true);
    const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
    expect(rows).toMatchObject(plan.rows === 0 ? [] : [{ row: 2, key: "" }]);
  },
);
