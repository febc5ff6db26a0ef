import { undoImport } from "#support/tenant/undo.ts";
import { beforeEach, describe, expect, test } from "vitest";

import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await addTestAccount(tenant, { name: "sys", role: "system" });
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  await addTestAccount(tenant, {
    name: "whole",
    role: "custom",
    items: ["users.read", "users.write", "users.move", "users.delete"],
  });
});

const idOf = async (org: string): Promise<string> => (await tenant.client.orgs.find({ name: org }))[0]?.id ?? "";

const CELLS = [
  ["氏名", "メールアドレス", "組織コード"],
  ["新人", "shinjin@example.jp", "EAST"],
];

test("only a system administrator may create a whole file for the console, checked before the upload", async () => {
  const plan = (account: string, mode: "append" | "replace") =>
    tenant.planAs(account, { kind: "users", mode, forConsole: true }, CELLS);
  const refused = await failureOf(plan("div", "replace"));
  expect(refused).toMatchObject({ code: "not-permitted" });
  expect(await failureOf(plan("whole", "replace"))).toMatchObject({ code: "not-permitted" });
  expect(tenant.sql("select 1 from import")).toEqual([]);
  expect(await plan("div", "append")).toMatchObject({ mode: "append", create: 1 });
  expect(await plan("whole", "append")).toMatchObject({ mode: "append", create: 1 });
  expect(await plan("sys", "replace")).toMatchObject({ mode: "replace", create: 1 });
});

test("every account that sees a plan made for a part sees exactly what it deletes", async () => {
  const east = await idOf("東日本");
  await tenant.client.orgs.create({ name: "東京", code: "TOKYO", parentId: east });
  await addTestAccount(tenant, {
    name: "tokyo",
    role: "custom",
    manages: ["TOKYO"],
    items: ["users.read", "users.write", "users.move", "users.delete", "orgs.write"],
  });
  for (const [name, orgCode] of [
    ["甲", "TOKYO"],
    ["乙", "EAST"],
    ["丙", ""],
  ] as const)
    await tenant.import({ kind: "users" }, [CELLS[0] ?? [], [name, `${name}@example.jp`, orgCode]]);
  const plan = await tenant.planAs("tokyo", { kind: "users", mode: "replace" }, [
    CELLS[0] ?? [],
    ["新人", "shinjin@example.jp", "TOKYO"],
  ]);
  expect(plan).toMatchObject({ create: 1, delete: 1, rejected: false });
  for (const account of ["tokyo", "div", "sys"]) {
    const rows = await Array.fromAsync(tenant.as(account).imports.rows(plan.id));
    expect(rows.map(({ action, key }) => [action, key])).toEqual([
      ["create", "shinjin@example.jp"],
      ["delete", "甲@example.jp"],
    ]);
    expect(await tenant.as(account).imports.show(plan.id)).toMatchObject({ delete: 1 });
  }
  await tenant.as("div").imports.commit(await tenant.as("div").imports.show(plan.id));
  const left = tenant.sql("select name from user where name in ('甲', '乙', '丙', '新人') order by name");
  expect(left.map(({ name }) => name)).toEqual(["丙", "乙", "新人"].toSorted());
});

test("an import shows its changes to a record that left the scope since, but not its current values", async () => {
  await tenant.client.orgs.create({ name: "西日本", code: "WEST" });
  const div = tenant.as("div");
  const commit = async (title: string) => {
    const cells = [
      ["氏名", "メールアドレス", "組織コード", "役職"],
      ["甲", "a@x.jp", "EAST", title],
      ["乙", "b@x.jp", "EAST", title],
    ];
    return div.imports.commit(await tenant.planAs("div", { kind: "users" }, cells));
  };
  const made = await commit("課長");
  const { id } = await commit("部長");
  const [user] = await tenant.client.users.find({ name: "a@x.jp" });
  await tenant.client.users.move({ ids: [user?.id ?? ""], org: await idOf("西日本") });
  await tenant.client.users.edit(user?.id ?? "", { name: "秘密", title: "社長" });
  const title = (value: string) => ({ field: "title", value });
  const changed = { action: "update", changed: ["title"], before: [title("課長")] };
  const after = expect.arrayContaining([title("部長"), { field: "orgCode", value: "EAST" }]);
  const rows = await Array.fromAsync(div.imports.rows(id));
  expect(rows).toMatchObject([
    { key: "a@x.jp", ...changed, after },
    { key: "b@x.jp", ...changed, after },
  ]);
  const first = await Array.fromAsync(div.imports.rows(made.id));
  expect(first.map(({ action, key }) => [action, key])).toEqual([
    ["create", "a@x.jp"],
    ["create", "b@x.jp"],
  ]);
  expect(JSON.stringify([rows, first])).not.toMatch(/秘密|社長|WEST/);
});

test("a plan for a part is not committed after the organisations or owners that decide the part changed", async () => {
  await tenant.client.orgs.create({ name: "西日本", code: "WEST" });
  const mail = "kou@example.jp";
  await tenant.import({ kind: "users" }, [CELLS[0] ?? [], ["甲", mail, "EAST"]]);
  const [owner] = await tenant.client.users.find({ name: mail });
  const { devices, orgs, users } = tenant.client;
  const west = await idOf("西日本");
  await devices.create({ serialNumber: "SN1", owner: owner?.id ?? null });
  const planUsers = () => tenant.planAs("div", { kind: "users" }, [[...(CELLS[0] ?? [])], ["乙", "o@x.jp", "EAST"]]);
  const planDevices = () =>
    tenant.planAs("div", { kind: "devices" }, [
      ["シリアルナンバー", "メモ"],
      ["SN1", "画面"],
    ]);
  for (const [plan, change] of [
    [planUsers, async () => orgs.edit(west, { parentId: await idOf("東日本") })],
    [planDevices, async () => users.move({ ids: [owner?.id ?? ""], org: west })],
  ] as const) {
    const planned = await plan();
    expect(planned).toMatchObject({ rejected: false });
    await change();
    expect(await failureOf(tenant.as("div").imports.commit(planned))).toMatchObject({ code: "conflict" });
  }
  expect(tenant.sql("select memo from device")).toEqual([{ memo: null }]);
});

describe("what would be outside the account's organisations", () => {
  const OUTSIDE = expect.stringContaining("would be outside your organisations: specify one of your organisations");
  const reasons = async (
    account: string,
    kind: "users" | "devices" | "orgs",
    cells: readonly (readonly string[])[],
  ): Promise<readonly string[]> => {
    return (await tenant.reasons(await tenant.planAs(account, { kind }, cells))).map(({ en }) => en);
  };

  test("a user or a device without an organisation", async () => {
    const [header = [], row = []] = CELLS;
    expect(await reasons("div", "users", [[...header.slice(0, 2), "地域"], row])).toContainEqual(OUTSIDE);
    expect(await reasons("div", "users", [header, row.with(2, "")])).toEqual([OUTSIDE]);
    expect(await reasons("div", "devices", [["シリアルナンバー"], ["SN1"]])).toEqual([OUTSIDE]);
  });

  test("an organisation below another one, or with a code that is used there", async () => {
    await tenant.client.orgs.create({ name: "西日本", code: "WEST" });
    const east = await idOf("EAST");
    await tenant.client.orgs.create({ name: "東京", code: "TOKYO", parentId: east });
    await addTestAccount(tenant, { name: "tokyo", role: "division", manages: ["TOKYO"] });
    const header = ["組織名", "組織コード", "上位組織コード"];
    const creating = (account: string, code: string, above: string) =>
      reasons(account, "orgs", [header, ["新", code, above]]);
    expect(await creating("div", "N", "")).toEqual([OUTSIDE]);
    expect(await creating("tokyo", "N", "EAST")).toEqual([OUTSIDE]);
    expect(await creating("tokyo", "TOKYO", "EAST")).toEqual([]);
    for (const above of ["WEST", "X9"])
      expect(await creating("div", "N", above)).toEqual([`no such parent organisation: ${above}`]);
    expect(await creating("div", "WEST", "EAST")).toEqual(["WEST is already used outside your organisations"]);
    expect(await reasons("div", "orgs", [header.slice(0, 2), ["新", "N"]])).toEqual([OUTSIDE]);
  });
});

describe("an undo", () => {
  const HEADER = ["氏名", "メールアドレス", "組織コード", "役職"];
  const byDivision = async (kind: "users" | "orgs" | "devices", cells: readonly (readonly string[])[]) => {
    const { imports } = tenant.as("div");
    return imports.commit(await tenant.planAs("div", { kind }, cells));
  };
  const refused = async ({ id }: { readonly id: string }) => {
    const { imports } = tenant.as("div");
    const failure = await failureOf(undoImport({ imports }, id).then((undo) => imports.commit(undo)));
    return [failure?.code, failure?.what.en, failure?.what.ja];
  };
  const orgNamed = async (name: string) => (await tenant.client.orgs.find({ name }))[0]?.id ?? "";

  beforeEach(async () => {
    await tenant.client.orgs.create({ name: "西日本", code: "WEST" });
    await tenant.client.orgs.create({ name: "一課", code: "E1", parentId: await orgNamed("EAST") });
    await tenant.client.users.create({ name: "田中", emails: ["t@example.jp"], org: await orgNamed("E1") });
  });

  test("names the account's own import that deleted a needed record", async () => {
    const edited = await byDivision("users", [HEADER, ["田中", "t@example.jp", "E1", "係長"]]);
    const { imports } = tenant.as("div");
    const [tanaka] = await tenant.client.users.find({ name: "t@example.jp" });
    const plan = await imports.delete({ kind: "users", ids: [tanaka?.id ?? ""], called: "田中" });
    const deletion = await imports.commit(plan);
    expect((await refused(edited))[1]).toBe(`a user: deleted later by change ${deletion.number}`);
  });

  test("reports that a serial number cannot be used, but not who has it", async () => {
    const header = ["シリアルナンバー", "所有組織コード"];
    await byDivision("devices", [header, ["S1", "EAST"]]);
    const { imports } = tenant.as("div");
    const [device] = await tenant.client.devices.find({ name: "S1" });
    const deletion = await imports.commit(
      await imports.delete({ kind: "devices", ids: [device?.id ?? ""], called: "S1" }),
    );
    await tenant.client.devices.create({ serialNumber: "S1", ownerOrg: await orgNamed("WEST") });
    expect(await refused(deletion)).toEqual([
      "conflict",
      "a device: a device already uses the same value (シリアルナンバー)",
      "デバイス: デバイスが同じ値を使っています(シリアルナンバー)",
    ]);
  });
});
