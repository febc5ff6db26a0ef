import { undoImport } from "#support/tenant/undo.ts";
import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { createFolderWith } from "#support/commands/imports/plans.ts";
import { SCHEME_ITEMS, type Operation } from "../../derived/role-policy.ts";
import { requirePlanPermission } from "./permission.ts";
import type { Actor } from "../ledger/actor.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, type TestTenant, type Cells, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await tenant.client.orgs.create({ name: "西日本", code: "WEST" });
  await tenant.import(
    { kind: "users" },
    "氏名,メールアドレス,組織コード,TEL\n花子,hanako@x.jp,EAST,03\n次郎,jiro@x.jp,EAST,04\n外,outside@x.jp,WEST,05",
  );
});

const withItems = (...items: readonly Operation[]) =>
  addTestAccount(tenant, { name: "cus", role: "custom", items, manages: ["EAST"] });

const planning = (cells: Cells, mode: "append" | "replace" = "append") =>
  tenant.planAs("cus", { kind: "users", mode }, cells);

const HEADER = ["氏名", "メールアドレス", "組織コード", "TEL"];
const SAME = [HEADER, ["花子", "hanako@x.jp", "EAST", "03"], ["次郎", "jiro@x.jp", "EAST", "04"]] as const;

test("an account that may only change users can import telephone numbers and undo that", async () => {
  await withItems("users.write");
  const plan = await planning([
    ["メールアドレス", "TEL"],
    ["hanako@x.jp", "090"],
  ]);
  expect(plan).toMatchObject({ update: 1, create: 0, rejected: false });
  const { imports } = tenant.as("cus");
  await imports.commit(plan);
  const telOf = () => tenant.sql("select tel from user where name = '花子'");
  expect(telOf()).toEqual([{ tel: "090" }]);
  await imports.commit(await undoImport({ imports }, plan.id));
  expect(telOf()).toEqual([{ tel: "03" }]);
});

test("changing users beside other records needs less than creating users", () => {
  const actor: Actor = { role: "custom", items: new Set(["orgs.write", "users.write"]), orgs: [2] };
  const none = {
    create: 0,
    update: 0,
    delete: 0,
    unchanged: 0,
    recordsBefore: 9,
    invalid: 0,
    secretsSet: 0,
    rejected: false,
  };
  const rest = { orgsCreated: 0, groupsCreated: 0, newOrgs: [], newGroups: [], columns: [], errors: 0, warnings: 0 };
  const require = (change: object) => () =>
    requirePlanPermission(actor, "orgs", { ...none, ...rest, beside: [{ ...none, thing: "user", ...change }] });
  expect(require({ update: 1 })).not.toThrow();
  expect(require({ create: 1 })).toThrow("is not permitted to move users");
});

const SCHEME = "the scheme of the account does not contain this check item";

test.each([
  [
    "creates",
    ["users.write"],
    [...SAME, ["新人", "new@x.jp", "EAST", ""]],
    "append",
    "move users between organisations",
  ],
  [
    "moves",
    ["users.write"],
    [...SAME.slice(0, 2), ["次郎", "jiro@x.jp", "E2", "04"]],
    "append",
    "move users between organisations",
  ],
  ["deletes", ["users.write"], SAME.slice(0, 2), "replace", "delete users"],
  [
    "changes",
    ["users.move", "users.delete"],
    [...SAME.slice(0, 2), ["次郎", "jiro@x.jp", "E2", "05"]],
    "append",
    "create and change users",
  ],
] as const)("a file that %s is rejected with the missing right and the rows", async (_, items, cells, mode, right) => {
  const [east] = await tenant.client.orgs.find({ name: "EAST" });
  await tenant.client.orgs.create({ name: "東京", code: "E2", parentId: east?.id ?? "" });
  await withItems(...items);
  const before = tenant.sql("select * from user order by pk");
  expect(await failureOf(planning(cells, mode))).toMatchObject({
    code: "not-permitted",
    what: { en: expect.stringContaining(`cus is not permitted to ${right}: ${SCHEME}`) },
  });
  expect(tenant.sql("select * from user order by pk")).toEqual(before);
});

test.each([
  ["move", ["users.move"], [...SAME.slice(0, 2), ["次郎", "jiro@x.jp", "E2", "04"]], "append", { update: 1 }],
  ["delete", ["users.delete"], SAME.slice(0, 2), "replace", { delete: 1 }],
] as const)(
  "an account that may only %s can do so with a file that does nothing else",
  async (_, items, cells, mode, counts) => {
    const [east] = await tenant.client.orgs.find({ name: "EAST" });
    await tenant.client.orgs.create({ name: "東京", code: "E2", parentId: east?.id ?? "" });
    // the account is a user of the organisation, too
    await withItems(...items);
    const plan = await planning([...cells, ...(await accountRow())], mode);
    expect(plan).toMatchObject({ create: 0, rejected: false, ...counts });
    expect(await tenant.as("cus").imports.commit(plan)).toMatchObject({ state: "committed" });
  },
);

const accountRow = async (): Promise<Cells> => {
  const [user] = await tenant.client.users.find({ name: "cus" });
  return user === undefined || user.org.code !== "EAST" ? [] : [[user.name, user.emails[0] ?? "", "EAST", ""]];
};

test("committing another account's plan requires the rights for what it does", async () => {
  await withItems("users.write");
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  const plan = await tenant.planAs("div", { kind: "users" }, [...SAME, ["新人", "new@x.jp", "EAST", ""]]);
  const shown = await tenant.as("cus").imports.show(plan.id);
  expect(await failureOf(tenant.as("cus").imports.commit(shown))).toMatchObject({
    code: "not-permitted",
    what: { en: `cus is not permitted to move users between organisations: ${SCHEME}` },
  });
  await tenant.as("div").imports.commit(plan);
  expect(await failureOf(undoImport(tenant.as("cus"), plan.id))).toMatchObject({
    code: "not-permitted",
    what: { en: `cus is not permitted to delete users: ${SCHEME}` },
  });
});

test.each([
  ["cus", "the managed organisations of the account are not 「全て」"],
  ["div", "a division administrator does not have this right"],
])("every command rejects %s with the rule that applied: %s", async (as, reason) => {
  await withItems(...SCHEME_ITEMS);
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  const folder = createFolderWith({ "d.csv": "ユーザーID,表示名,パスワード\r\nu1,x,Secret1\r\n" });
  for (const line of [
    "secured users delete u1 --app docs --confirm-deletions 1",
    "secured users import d.csv --app docs --yes",
    "secured users edit u1 --app docs --name x",
  ]) {
    const { exit, stderr } = await run(`${line} --as ${as} --lang en`, { tenant: tenant.acting(as).fetch, folder });
    expect(exit).toBe(4);
    expect(stderr).toMatch(
      new RegExp(`^error: ${as} is not permitted to (?:read|change) users and groups of SECURED APPs: `),
    );
    expect(stderr).toContain(`: ${reason}\n`);
  }
});

test.each([
  [["secured.write"], "read users and groups of SECURED APPs"],
  [["secured.read"], "change users and groups of SECURED APPs"],
] as const)(
  "a plan for SECURED APPs shows its users, and also requires the right to that: %j",
  async (items, about) => {
    await tenant.import({ kind: "docs" }, "ユーザーID,表示名,パスワード\nu1,秘密,Secret1");
    await addTestAccount(tenant, { name: "apps", role: "custom", items });
    const folder = createFolderWith({ "d.csv": "ユーザーID,表示名,パスワード\r\nu2,x,Secret1\r\n" });
    for (const line of [
      "secured users import d.csv --app docs --mode replace --dry-run",
      "secured users import d.csv --app docs --dry-run",
      ...(about.startsWith("read") ? ["secured users list --app docs", "secured users delete u1 --app docs"] : []),
    ]) {
      const asked = { tenant: tenant.acting("apps").fetch, folder };
      const { exit, stdout, stderr } = await run(`${line} --as apps --lang en`, asked);
      expect([line, exit, stderr]).toEqual([
        line,
        4,
        expect.stringContaining(
          `error: apps is not permitted to ${about}: the scheme of the account does not contain this check item\n`,
        ),
      ]);
      expect(stdout + stderr).not.toMatch(/秘密|u1 /);
    }
    expect(await tenant.as("apps").imports.list()).toEqual([]);
    const ids = (await tenant.securedUsers("docs")).map(({ id }) => id);
    expect(await failureOf(tenant.as("apps").imports.delete({ kind: "docs", ids }))).toMatchObject({
      code: "not-permitted",
      what: { en: `apps is not permitted to ${about}: the scheme of the account does not contain this check item` },
    });
  },
);

const DEVICE_HEADER = ["シリアルナンバー", "メモ", "タグ", "端末識別名", "所有組織コード"];

const planningDevices = (as: string, cells: Cells, mode: "append" | "replace" = "append") =>
  tenant.planAs(as, { kind: "devices", mode }, cells);

const devicesStored = () => tenant.sql("select serialNumber, memo, tags from device order by pk");

const withDevices = async (): Promise<void> => {
  await tenant.import({ kind: "devices" }, [
    DEVICE_HEADER,
    ["SN1", "", "", "1 号機", "EAST"],
    ["SN2", "", "", "2 号機", "EAST"],
  ]);
  await withItems("devices.note");
  await addTestAccount(tenant, { name: "ope", role: "operator", org: "EAST" });
};

test.each(["cus", "ope"])("%s, who may only write memos and tags, can import a file that changes these", async (as) => {
  await withDevices();
  const before = devicesStored();
  const plan = await planningDevices(as, [
    DEVICE_HEADER,
    ["SN1", "貸出中", "", "1 号機", "EAST"],
    ["SN2", "", "共用", "2 号機", "EAST"],
  ]);
  expect(plan).toMatchObject({ update: 2, create: 0, rejected: false });
  const { imports } = tenant.as(as);
  await imports.commit(plan);
  expect(devicesStored()).toEqual([
    { serialNumber: "SN1", memo: "貸出中", tags: "[]" },
    { serialNumber: "SN2", memo: null, tags: '["共用"]' },
  ]);
  await imports.commit(await undoImport({ imports }, plan.id));
  expect(devicesStored()).toEqual(before);
});

test.each([
  ["the name of a device", ["SN2", "", "", "別名", "EAST"], "append", "add and change devices, and assign owners"],
  ["a memo and a name", ["SN2", "m", "", "別名", "EAST"], "append", "add and change devices, and assign owners"],
  ["a new device", ["SN3", "m", "", "", "EAST"], "append", "add and change devices, and assign owners"],
  ["a device that is missing", undefined, "replace", "delete devices"],
] as const)("but %s requires another right", async (_, row, mode, about) => {
  await withDevices();
  const cells = [DEVICE_HEADER, ["SN1", "貸出中", "", "1 号機", "EAST"], ...(row === undefined ? [] : [row])];
  for (const [as, why] of [
    ["cus", SCHEME],
    ["ope", "an operator does not have this right"],
  ] as const) {
    const failure = await failureOf(planningDevices(as, cells, mode));
    expect([failure?.code, failure?.what.en]).toEqual(["not-permitted", `${as} is not permitted to ${about}: ${why}`]);
  }
});

test("an account that may only write memos and tags can commit another's plan that does no more", async () => {
  await withDevices();
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  const note = [DEVICE_HEADER, ["SN1", "貸出中", "", "1 号機", "EAST"]];
  const rename = [DEVICE_HEADER, ["SN2", "m", "", "別名", "EAST"]];
  for (const as of ["cus", "ope"]) {
    const plan = await planningDevices("div", rename);
    const shown = await tenant.as(as).imports.show(plan.id);
    expect(await failureOf(tenant.as(as).imports.commit(shown))).toMatchObject({
      code: "not-permitted",
      what: {
        en: expect.stringContaining(`${as} is not permitted to add and change devices, and assign owners: `) as unknown,
      },
    });
  }
  expect(devicesStored()).toMatchObject([{ memo: null }, { memo: null }]);
  const plan = await planningDevices("div", note);
  await tenant.as("ope").imports.commit(await tenant.as("ope").imports.show(plan.id));
  expect(devicesStored()).toMatchObject([{ memo: "貸出中" }, { memo: null }]);
});

test("layouts are seen, learnt and removed only with the right to import their type", async () => {
  await withItems("devices.note");
  const map = { columns: [{ header: "名", to: "name" }] };
  const { id } = await tenant.client.layouts.learn({
    use: "import",
    kind: "users",
    headers: ["名", "メールアドレス"],
    map,
  });
  const { layouts } = tenant.as("cus");
  expect(await layouts.list()).toEqual([]);
  expect(await failureOf(layouts.learn({ use: "import", kind: "users", headers: ["名"], map }))).toMatchObject({
    code: "not-permitted",
  });
  expect(await failureOf(layouts.remove(id))).toMatchObject({ code: "not-found" });
  const wrong = layouts.learn({
    use: "import",
    kind: "devices",
    headers: ["x"],
    map: { columns: [{ header: "x", to: "x" }] },
  });
  expect(await failureOf(wrong)).toMatchObject({ code: "input-rejected" });
  const own = {
    use: "import",
    kind: "devices",
    headers: ["S/N"],
    map: { columns: [{ header: "S/N", to: "serialNumber" }] },
  } as const;
  const learnt = await layouts.learn(own);
  expect(await layouts.list()).toEqual([learnt]);
});
