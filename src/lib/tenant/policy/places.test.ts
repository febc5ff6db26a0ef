import { undoImport } from "#support/tenant/undo.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf } from "#support/tenant/tenant.ts";
import { createTwins, type Twin, type TwinRequest } from "#support/tenant/twins.ts";

// Organisations at the edge of what somebody has.

let made: readonly [Twin, Twin];
let pair: readonly [Twin, Twin];
beforeAll(async () => {
  made = await createTwins();
});
afterAll(() => Promise.all(made.map(({ tenant }) => tenant[Symbol.asyncDispose]())));
beforeEach(() => {
  pair = [made[0].copy(), made[1].copy()];
});
afterEach(() => Promise.all(pair.map(({ tenant }) => tenant[Symbol.asyncDispose]())));

/** Asks both, and expects the same answer. @returns its body */
const asked = async (account: string, request: TwinRequest, status: number): Promise<string> => {
  const [whole, bare] = pair;
  const answered = await whole.ask(account, request);
  expect(answered).toEqual(await bare.ask(account, request));
  expect(answered).toMatchObject({ status });
  return answered.body;
};

const file = (...rows: readonly (readonly string[])[]) => [["組織名", "組織コード", "上位組織コード"], ...rows];

test("an account that manages only an organisation itself may rename it, but not move it", async () => {
  const moved = { method: "POST", path: "/v1/orgs/{org:E1}/move", body: { parent: "{org:E2}" } } as const;
  expect(await asked("minami", moved, 403)).toContain("the parent of this organisation is outside your organisations");
  await asked("minami", { method: "PATCH", path: "/v1/orgs/{org:E1}", body: { name: "営業一部" } }, 200);
  await asked("minami", { method: "POST", path: "/v1/imports", body: { kind: "orgs", mode: "append" } }, 201);
  const content = file(["営業一部", "E1", "E2"]);
  const plan = await asked("minami", { method: "PUT", path: "/v1/imports/{import:}/content", file: content }, 200);
  expect(plan).toContain('"rejected":true');
  const problems = await asked("minami", { method: "GET", path: "/v1/imports/{import:}/problems" }, 200);
  expect(problems).toContain('"code":"org-top"');
  const rows = await asked("minami", { method: "GET", path: "/v1/imports/{import:}/rows" }, 200);
  expect(rows).not.toContain("EAST");
  await asked("higashi", moved, 200);
});

test("an organisation managed by a hidden account can be deleted only by a system administrator", async () => {
  const [{ tenant }] = pair;
  const { client } = tenant;
  const [east] = await client.orgs.find({ name: "EAST" });
  const { after: empty } = await client.orgs.create({ name: "空", code: "EMPTY", parentId: east?.id ?? "" });
  await addTestAccount(tenant, { name: "shirarezu", role: "division", org: "WEST", manages: ["EMPTY"] });
  const own = tenant.as("higashi");
  const refused = await failureOf(own.imports.delete({ kind: "orgs", ids: [empty.id], called: "空" }));
  expect(refused).toMatchObject({
    code: "input-rejected",
    what: { en: expect.stringContaining("you cannot delete this organisation: 東日本/空") as string },
    hint: { en: "ask a system administrator" },
  });
  expect(JSON.stringify(refused)).not.toContain("account");
  const content = new Blob([
    file(["東日本", "EAST", ""], ["営業部", "E1", "EAST"], ["技術部", "E2", "EAST"])
      .map((row) => `${row.join(",")}\n`)
      .join(""),
  ]);
  const plan = await own.imports.plan(
    { kind: "orgs", mode: "replace" },
    { stream: content.stream(), encoding: "utf-8" },
  );
  expect(await Array.fromAsync(own.imports.problems(plan.id))).toContainEqual(
    expect.objectContaining({ code: "org-delete-reserved", severity: "error" }),
  );
  const whole = await failureOf(client.imports.delete({ kind: "orgs", ids: [empty.id], called: "空" }));
  expect(whole?.what.en).toContain("1 CLOMO account: shirarezu");
});

test("records of a deleted organisation stay visible to accounts that manage its parent", async () => {
  const [{ tenant }] = pair;
  const { client } = tenant;
  await addTestAccount(tenant, {
    name: "loeschen",
    role: "custom",
    org: "E2",
    manages: ["EAST"],
    items: ["users.write", "users.move", "users.delete", "orgs.write", "orgs.delete"],
  });
  const deletes = tenant.as("loeschen");
  const seen = async (account: string) =>
    (await Array.fromAsync(tenant.as(account).audit.list())).map(({ record }) => record);
  const idOf = async (code: string) => (await client.orgs.find({ name: code }))[0]?.id ?? "";
  const { after: upper } = await deletes.orgs.create({ name: "仮", code: "TMP", parentId: await idOf("E2") });
  const { after: lower } = await deletes.orgs.create({ name: "下", code: "LOW", parentId: upper.id });
  const [jiro] = await client.users.find({ name: "jiro@east.example" });
  const ids = [jiro?.id ?? ""];
  await deletes.users.move({ ids, org: lower.id });
  await deletes.users.edit(ids[0] ?? "", { emails: ["evil@east.example"] });
  await deletes.users.move({ ids, org: await idOf("E2") });
  // and by an import that was planned in it
  const shita = await addTestAccount(tenant, { name: "shita", role: "division", org: "E1", manages: ["LOW"] });
  const stream = new Blob(["氏名,メールアドレス,組織コード\n新,new9@east.example,LOW\n"]).stream();
  const own = tenant.as("shita").imports;
  const plan = await own.plan({ kind: "users", mode: "append" }, { stream, encoding: "utf-8" });
  await own.commit(plan);
  const [made] = await client.users.find({ name: "new9@east.example" });
  await client.users.move({ ids: [made?.id ?? ""], org: await idOf("E2") });
  await client.accounts.revoke(shita, {});
  const before = { higashi: await seen("higashi"), minami: await seen("minami") };
  const imports = await tenant.as("higashi").imports.list();
  for (const id of [lower.id, upper.id])
    await deletes.imports.commit(await deletes.imports.delete({ kind: "orgs", ids: [id], called: "仮" }));
  const [last, first, ...earlier] = await seen("higashi");
  expect(earlier).toEqual(before.higashi);
  expect([last, first]).toMatchObject([{ action: "orgs.delete" }, { action: "orgs.delete" }]);
  // the deletions were planned in 東日本, of which minami has a part
  expect(await seen("minami")).toEqual(before.minami);
  for (const records of Object.values(before)) expect(JSON.stringify(records)).toContain("evil@east.example");
  expect((await tenant.as("higashi").imports.list()).slice(-imports.length)).toEqual(imports);
  // as that is undone, and done again, and as what it was in is moved away
  await client.imports.commit(await undoImport(client, (await deletes.imports.list())[0]?.id ?? ""));
  await client.orgs.move(upper.id, { parent: await idOf("E1") });
  await deletes.imports.commit(await deletes.imports.delete({ kind: "orgs", ids: [upper.id], called: "仮" }));
  expect((await seen("higashi")).slice(-before.higashi.length)).toEqual(before.higashi);
  await client.orgs.move(await idOf("E1"), { parent: await idOf("WEST") });
  expect(JSON.stringify(await seen("higashi"))).not.toContain("evil@east.example");
});

test("the audit record of an import planned for the whole tenant is hidden from accounts with a part", async () => {
  const [{ tenant }] = pair;
  await addTestAccount(tenant, { name: "kansa", role: "custom", items: ["audit.read"] });
  const cells = [
    ["氏名", "メールアドレス", "組織コード", "役職"],
    ["西 太郎", "taro@west.example", "W1", ""],
    ["西 花子", "hanako@west.example", "WEST", ""],
    ["東 花子", "hanako@east.example", "E1", "部長"],
  ];
  await tenant.import({ kind: "users", fileName: "/home/owner/all.csv" }, cells);
  const [record] = await Array.fromAsync(tenant.client.audit.list({ limit: 1 }));
  expect(record).toMatchObject({ record: { action: "imports.commit", detail: { unchanged: 2, update: 1 } } });
  expect(await tenant.as("kansa").audit.show(record?.seq ?? 0)).toEqual(record);
  const seen = await Array.fromAsync(tenant.as("higashi").audit.list());
  expect(seen.map(({ seq }) => seq)).not.toContain(record?.seq);
  expect(await failureOf(tenant.as("higashi").audit.show(record?.seq ?? 0))).toMatchObject({ code: "not-found" });
});

test("the audit record of an import counts values that cannot be used", async () => {
  const own = pair[0].tenant.as("higashi");
  const rows = ["氏名,メールアドレス,組織コード", "新,taro@west.example,E1", "新,new9@east.example,E1", ""].join("\n");
  const plan = await own.imports.plan(
    { kind: "users", skipInvalid: true },
    { stream: new Blob([rows]).stream(), encoding: "utf-8" },
  );
  await own.imports.commit(plan);
  const [record] = await Array.fromAsync(own.audit.list({ limit: 1 }));
  expect(record?.record).toMatchObject({ detail: { create: 1, invalid: 1, unusable: 1 } });
});

test.each([
  [
    "users",
    "taro@west.example",
    [
      ["氏名", "メールアドレス", "組織コード"],
      ["新", "taro@west.example", "E1"],
    ],
  ],
  [
    "users",
    "nishi",
    [
      ["氏名", "メールアドレス", "組織コード", "CLOMOアカウント名"],
      ["新", "new9@east.example", "E1", "nishi"],
    ],
  ],
  [
    "orgs",
    "WEST",
    [
      ["組織名", "組織コード", "上位組織コード"],
      ["新設部", "WEST", "EAST"],
    ],
  ],
  [
    "devices",
    "WEST0001",
    [
      ["シリアルナンバー", "所有者メールアドレス"],
      ["WEST0001", "hanako@east.example"],
    ],
  ],
] as const)("a plan of %s reports that %s, which is taken outside, cannot be used", async (kind, value, content) => {
  const [whole, bare] = pair;
  const { imports } = whole.tenant.as("higashi");
  const stream = new Blob([content.map((row) => `${row.join(",")}\n`).join("")]).stream();
  const plan = await imports.plan({ kind, mode: "append" }, { stream, encoding: "utf-8" });
  expect(plan).toMatchObject({ create: 0, update: 0, invalid: 1, rejected: true });
  const problems = await Array.fromAsync(imports.problems(plan.id));
  expect(problems).toMatchObject([{ code: "value-unusable", severity: "error", row: 2 }]);
  const told = JSON.stringify([plan, problems, await Array.fromAsync(imports.rows(plan.id))]).replaceAll(value, "");
  expect(told).not.toMatch(/west|西日本|西 太郎|nishi/i);
  // where it is free, it can be used
  const alone = new Blob([content.map((row) => `${row.join(",")}\n`).join("")]).stream();
  expect(
    await bare.tenant.as("higashi").imports.plan({ kind, mode: "append" }, { stream: alone, encoding: "utf-8" }),
  ).toMatchObject({ create: 1, invalid: 0 });
});

test("a rejection names the missing right", async () => {
  const [{ tenant }] = pair;
  const cus = tenant.as("cus");
  const [hanako] = await tenant.client.users.find({ name: "hanako@east.example" });
  const refused = await failureOf(cus.imports.delete({ kind: "users", ids: [hanako?.id ?? ""], called: "x" }));
  expect(refused?.what.en).toContain("the scheme of the account does not contain this check item");
  const rows = ["氏名,メールアドレス,組織コード", "新,new9@east.example,E1", ""].join("\n");
  const plan = await cus.imports.plan({ kind: "users" }, { stream: new Blob([rows]).stream(), encoding: "utf-8" });
  await cus.imports.commit(plan);
  const undone = await failureOf(undoImport(cus, plan.id).then((undo) => cus.imports.commit(undo)));
  expect(undone).toMatchObject({ code: "not-permitted" });
  expect(undone?.what.en).toContain("the scheme of the account does not contain this check item");
});

test("an account that no longer manages an organisation can be changed once it has one", async () => {
  const [{ tenant }] = pair;
  const { client, database } = tenant;
  for (const [name, role] of [
    ["division1", "division"],
    ["custom1", "custom"],
  ] as const) {
    const items = role === "custom" ? (["users.write"] as const) : undefined;
    const id = await addTestAccount(tenant, { name, role, org: "E1", manages: ["E2"], items });
    database.run("update account set managedOrgs = '[4711]' where user = (select pk from user where id = :id)", { id });
    expect(await failureOf(client.accounts.edit(id, { memo: "x" }))).toMatchObject({
      code: "input-rejected",
      what: { en: expect.stringContaining("needs at least one") as string },
    });
    const [e2] = await client.orgs.find({ name: "E2" });
    expect((await client.accounts.edit(id, { managedOrgs: [e2?.id ?? ""] })).after.managedOrgs).toHaveLength(1);
  }
});
