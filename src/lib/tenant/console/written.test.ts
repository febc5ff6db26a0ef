import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../../contract/index.ts";
import { failureOf, fileOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

type Asked = Parameters<TestTenant["plan"]>[0];

/** Plans a file and records that it was written for the console. */
const emit = async (cells: Cells, request: Asked): Promise<Import> =>
  tenant.client.imports.emitted(await tenant.plan(request, cells));

const verify = ({ id }: Pick<Import, "id">, cells: Cells) =>
  tenant.client.imports.verify(id, { stream: new Blob([fileOf(cells)]).stream(), encoding: "utf-8" });

/** Takes over an export of the console. */
const takeOver = (cells: Cells, kind: Asked["kind"] = "users") => tenant.import({ kind, fromConsole: true }, cells);

const replace = { kind: "users", mode: "replace" } as const;
const append = { kind: "users", mode: "append" } as const;

const HEADER = ["氏名", "メールアドレス", "役職", "TEL"];
const person = (name: string, title = "", tel = ""): readonly string[] => [name, `${name}@x.example`, title, tel];
const BEFORE: Cells = [HEADER, person("一"), person("二"), person("三"), person("四")];
/** The title of 一 changes, 五 is new; a replacing plan deletes 四. */
const FILE: Cells = [HEADER, person("一", "部長"), person("二"), person("三"), person("五")];
const namesOf = async () => (await tenant.users()).map(({ name }) => name).toSorted();
const written = async (plan: Import) => {
  const [shown, task] = [
    await tenant.client.imports.show(plan.id),
    (await tenant.client.console.list({ state: "open" })).find(({ work }) => work === "upload"),
  ];
  return [shown, task].map((one) => [one?.create, one?.update, one?.delete]);
};

test.each([replace, append])(
  "whom a colleague added in the console is no part of what was written: %j",
  async (asked) => {
    await takeOver(BEFORE);
    const plan = await emit(FILE, asked);
    const gone = asked.mode === "replace" ? 1 : 0;
    const done: Cells = [...FILE, ...(gone === 1 ? [] : [person("四")]), person("秘書")];
    expect(await verify(plan, done)).toMatchObject({
      accepted: false,
      first: [{ key: "秘書@x.example", touched: false }],
    });
    await takeOver(done);
    const again = await tenant.client.imports.replan(plan.id);
    expect(again).toMatchObject({ state: "awaiting-console", create: 1, update: 1, delete: gone });
    expect(await written(plan)).toEqual([
      [1, 1, gone],
      [1, 1, gone],
    ]);
    expect(await verify(plan, done)).toMatchObject({ accepted: true, import: { create: 0, update: 0, delete: 0 } });
    expect(await namesOf()).toContain("秘書");
  },
);

test("of what was written it is named what the console has not, and no more", async () => {
  await takeOver(BEFORE);
  const plan = await emit(FILE, replace);
  const half: Cells = [HEADER, person("一"), person("二"), person("三"), person("四"), person("五"), person("秘書")];
  await takeOver(half);
  const found = await verify(plan, half);
  expect(found).toMatchObject({ accepted: false, differences: 2, touched: 2 });
  expect(found.first.map(({ key, action }) => [key, action])).toEqual([
    ["一@x.example", "update"],
    ["四@x.example", "create"],
  ]);
  const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
  expect(
    rows.filter(({ action }) => action !== "unchanged").map(({ key, action, changed }) => [key, action, changed]),
  ).toEqual([
    ["一@x.example", "update", ["title"]],
    ["四@x.example", "delete", []],
  ]);
});

test.each([
  ["of a person whom the plan left as they were", { 二: person("二", "", "03-9") }],
  ["of a person whom it changed otherwise", { 一: person("一", "部長", "03-9") }],
  ["and the same one again", { 一: person("一", "課長", "03-9"), 二: person("二", "係長", "03-9") }, ["一"]],
] as const)(
  "a field that others changed in the console is no part of what was written: %s",
  async (_, changes: Readonly<Record<string, readonly string[]>>, open: readonly string[] = []) => {
    await takeOver(BEFORE);
    const plan = await emit(FILE, append);
    const done: Cells = [...FILE, person("四")].map((row) => changes[row[0] ?? ""] ?? row);
    await takeOver(done);
    const found = await verify(plan, done);
    expect(found.first.map(({ key, changed }) => [key, changed])).toEqual(
      open.map((name) => [`${name}@x.example`, ["title"]]),
    );
    expect(found.accepted).toBe(open.length === 0);
    const mirrored = (await tenant.users()).map(({ name, emails, title, tel }) => [
      name,
      emails[0],
      title ?? "",
      tel ?? "",
    ]);
    expect(new Set(mirrored)).toEqual(new Set(done.slice(1)));
  },
);

test("whom others deleted in the console is not made anew, and what rows name that is gone by now refuses nothing", async () => {
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["東", "E"],
    ["西", "W"],
  ]);
  const header = [...HEADER, "組織コード"];
  const placed = (title: string, ...rows: Cells): Cells => [header, [...person("一", title), "E"], ...rows];
  await takeOver(placed("", [...person("二"), "W"], [...person("三"), "E"]));
  const plan = await emit(placed("部長", [...person("二"), "W"], [...person("三"), "E"]), append);
  const done = placed("部長", [...person("二"), "E"]);
  await takeOver(done);
  const [west] = await tenant.client.orgs.find({ name: "W" });
  await tenant.import({ kind: "orgs", fromConsole: true }, [
    ["組織名", "組織コード"],
    ["東", "E"],
  ]);
  expect(west).toBeDefined();
  expect(await verify(plan, done)).toMatchObject({ accepted: true, import: { create: 0, update: 0 } });
  expect(await namesOf()).toEqual(["一", "二"]);
});

test("a person who was to be deleted and has a device by now is told, and whom the plan kept stays kept", async () => {
  await takeOver([...BEFORE, person("五")]);
  const device = (serial: string, owner: string) => [serial, "管理中", owner === "" ? "" : `${owner}@x.example`];
  const DEVICES = ["シリアルナンバー", "ステータス", "所有者メールアドレス"];
  await takeOver([DEVICES, device("S1", "五"), device("S2", "")], "devices");
  const plan = await emit([HEADER, person("一", "部長"), person("二"), person("三")], {
    ...replace,
    undeletable: "keep",
  });
  expect(plan).toMatchObject({ delete: 1, kept: { count: 1 } });
  await takeOver([DEVICES, device("S1", ""), device("S2", "四")], "devices");
  const done: Cells = [HEADER, person("一", "部長"), person("二"), person("三"), person("四"), person("五")];
  expect(await verify(plan, done)).toMatchObject({
    accepted: true,
    import: { update: 1, delete: 0, kept: { count: 1 } },
  });
  expect(await namesOf()).toContain("五");
});

test("a value that another person has by now, whom the file would have taken it from, is a conflict", async () => {
  const header = [...HEADER, "CLOMOアカウント名"];
  const accounts = (one: string, two: string): Cells => [header, [...person("一"), one], [...person("二"), two]];
  await takeOver(accounts("a1", "a2"));
  const plan = await emit(accounts("a9", "a2"), append);
  await takeOver(accounts("a1", "a9"));
  const failure = await failureOf(verify(plan, accounts("a1", "a9")));
  expect(failure).toMatchObject({ code: "input-rejected" });
  expect(await tenant.faults(plan)).toEqual(["value-taken@2"]);
  await takeOver(accounts("a9", "a2"));
  expect(await verify(plan, accounts("a9", "a2"))).toMatchObject({ accepted: true });
});

test("passwords of rows that were left out as invalid are not noted once the rows are valid", async () => {
  const rows = (group: string): Cells => [
    ["表示名", "ユーザーID", "パスワード", "グループ名"],
    ["一", "one", "secret1", ""],
    ["二", "two", "secret1", group],
  ];
  const shown = (...groups: readonly string[]): Cells =>
    rows(groups[0] ?? "")
      .map((row) => row.toSpliced(2, 1))
      .slice(0, 3);
  await takeOver(shown(""), "docs");
  const plan = await emit(rows("営業"), { kind: "docs", skipInvalid: true });
  expect(plan).toMatchObject({ invalid: 1, secretsSet: 1 });
  await tenant.client.secured.createGroup("docs", { name: "営業" });
  const done = await tenant.client.imports.verify(
    plan.id,
    { stream: new Blob([fileOf(shown(""))]).stream(), encoding: "utf-8" },
    { acceptUnseen: true },
  );
  expect(done).toMatchObject({ accepted: true, import: { secretsSet: 1 } });
  expect(
    (await tenant.securedUsers("docs")).map(({ userId, groups, secretsSet }) => [userId, groups, secretsSet.length]),
  ).toEqual([
    ["one", [], 1],
    ["two", [], 0],
  ]);
});

const PLACES = ["組織名", "組織コード", "上位組織コード"];

test("so it is of organisations: what others made, renamed and deleted in the console", async () => {
  const tree: Cells = [
    PLACES,
    ["本社", "HQ", ""],
    ["営業部", "S", "HQ"],
    ["総務部", "G", "HQ"],
    ["旧部", "O", "HQ"],
    ["人事部", "P", "HQ"],
  ];
  await takeOver(tree, "orgs");
  const plan = await emit([...tree.toSpliced(4, 1), ["第一課", "S1", "S"]], { kind: "orgs", mode: "replace" });
  expect(plan).toMatchObject({ create: 1, update: 0, delete: 1 });
  const done: Cells = [
    PLACES,
    ["本社", "HQ", ""],
    ["第一営業部", "S", ""],
    ["総務部", "G", "HQ"],
    ["第一課", "S1", "S"],
    ["開発部", "D", "HQ"],
  ];
  await takeOver(done, "orgs");
  await tenant.client.imports.replan(plan.id);
  expect(await verify(plan, done)).toMatchObject({ accepted: true, import: { create: 0, update: 0, delete: 0 } });
  expect((await tenant.client.orgs.list()).slice(1).map(({ path, code }) => [path, code])).toEqual([
    ["本社", "HQ"],
    ["本社/総務部", "G"],
    ["本社/開発部", "D"],
    ["第一営業部", "S"],
    ["第一営業部/第一課", "S1"],
  ]);
});

test("an organisation below which a written one lies is made with it", async () => {
  await takeOver([PLACES, ["本社", "HQ", ""], ["営業部", "S", "HQ"]], "orgs");
  const plan = await emit([PLACES, ["本社", "HQ", ""], ["営業部", "S", "HQ"], ["第一課", "S1", "S"]], { kind: "orgs" });
  await takeOver([PLACES, ["本社", "HQ", ""]], "orgs");
  const found = await verify(plan, [PLACES, ["本社", "HQ", ""]]);
  expect(found.first.map(({ key, action, touched }) => [key, action, touched])).toEqual([
    ["S", "delete", true],
    ["S1", "delete", true],
  ]);
});

test("what a colleague changed in another field of a written record is not the plan's work", async () => {
  await takeOver(BEFORE);
  const plan = await emit([HEADER, person("一", "部長"), person("二")], append);
  const others = [person("二"), person("三"), person("四")];
  const done = [HEADER, person("一", "部長", "03-1"), ...others];
  expect(await verify(plan, done)).toMatchObject({ accepted: false, touched: 0, first: [{ touched: false }] });
  const open = [HEADER, person("一", "", "03-1"), ...others];
  expect(await verify(plan, open)).toMatchObject({ accepted: false, touched: 1, first: [{ touched: true }] });
  await takeOver(done);
  expect(await verify(plan, done)).toMatchObject({ accepted: true });
});
