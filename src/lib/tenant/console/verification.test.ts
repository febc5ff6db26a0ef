import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../../contract/index.ts";
import { failureOf, fileOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const exported = { kind: "users", fromConsole: true } as const;

/** Plans a file and records that it was written for the console. */
const emit = async (cells: Cells, request: Parameters<TestTenant["plan"]>[0] = users): Promise<Import> =>
  tenant.client.imports.emitted(await tenant.plan(request, cells));

const verify = ({ id }: Pick<Import, "id">, cells: Cells, evidence = {}) =>
  tenant.client.imports.verify(id, { stream: new Blob([fileOf(cells)]).stream(), encoding: "utf-8" }, evidence);

const TITLED = ["氏名", "メールアドレス", "役職"];
const people = (domain: string, title: string, count = 6): Cells => [
  TITLED,
  ...Array.from({ length: count }, (_, at) => [`人${at}`, `p${at}@${domain}`, title]),
];

test("the export of another tenant is refused by the test of imports", async () => {
  await tenant.import(exported, people("a.example", "課長"));
  const plan = await emit(people("a.example", "部長"));
  const failure = await failureOf(verify(plan, people("b.example", "課長")));
  expect(failure).toMatchObject({ code: "input-rejected" });
  expect(failure?.what).toMatchObject({
    en: expect.stringContaining(
      "none of the 6 rows matches one of the 6 users: this looks like the export of another tenant",
    ),
    ja: expect.stringContaining("6 行は、ユーザー 6 件のどれとも一致しません"),
  });
  expect(await verify(plan, people("a.example", "課長"))).toMatchObject({ reason: "differs", differences: 6 });
  // four rows may be of new people
  expect(await verify(plan, people("b.example", "課長", 4))).toMatchObject({ reason: "differs" });
});

test("addresses that were not uploaded are a difference, not another tenant", async () => {
  const [header = [], ...rows] = people("a.example", "課長");
  const coded = (domain: string): Cells => [
    [...header, "社員コード"],
    ...rows.map(([name = ""], at) => [name, `p${at}@${domain}`, "課長", `000${at}`]),
  ];
  await tenant.import(exported, coded("a.example"));
  const plan = await emit(coded("b.example"), { kind: "users", key: "employee-code" });
  expect(await verify(plan, coded("a.example"))).toMatchObject({ reason: "differs", differences: 12, touched: 6 });
});

test("what differs is counted as a whole, also what the plan touches, though the list ends", async () => {
  await tenant.import(exported, people("a.example", "課長", 400));
  const plan = await emit(people("a.example", "部長", 150));
  const [header = [], ...rows] = people("a.example", "課長", 400);
  const changed = rows.map(([name = "", mail = "", title = ""], at) => [name, mail, at < 250 ? title : "係長"]);
  const found = await verify(plan, [header, ...changed.slice(20)]);
  expect(found).toMatchObject({ differences: 300, touched: 150 });
  expect(found.first).toHaveLength(100);
});

test("a record that the plan deletes and the export has counts as touched", async () => {
  await tenant.import(exported, people("a.example", "課長"));
  const plan = await emit(people("a.example", "課長", 4), { kind: "users", mode: "replace" });
  expect(await verify(plan, people("a.example", "課長"))).toMatchObject({ differences: 2, touched: 2 });
});

const PLACES = ["氏名", "メールアドレス", "組織コード"] as const;
const placed = (yamada: string, sato: string): Cells => [
  PLACES,
  ["山田", "yamada@x", yamada],
  ["佐藤", "sato@x", sato],
];
const org = async (email: string) => (await tenant.users()).find(({ emails }) => emails.includes(email))?.org.path;

const withOrgs = async (): Promise<void> => {
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["有番", "E1"],
    ["無番", ""],
  ]);
  await tenant.import(exported, placed("", "E1"));
};

test("a blank code in the export disproves a move below an organisation with a code", async () => {
  await withOrgs();
  const plan = await emit([PLACES, ["山田", "yamada@x", "E1"]]);
  expect(await verify(plan, placed("", "E1"))).toMatchObject({
    accepted: false,
    reason: "differs",
    differences: 1,
    first: [{ key: "yamada@x", changed: ["orgCode"], touched: true }],
  });
  expect(await verify(plan, placed("E1", "E1"))).toMatchObject({ accepted: true });
});

test("a blank code in the export moves to 全社 who was in an organisation with a code, and counts them", async () => {
  await withOrgs();
  const plan = await tenant.plan(exported, placed("", ""));
  expect(plan).toMatchObject({ update: 1, unchanged: 1, columns: [{ field: "orgCode", changed: 0, cleared: 1 }] });
  expect(await tenant.problems(plan)).toContainEqual(
    expect.objectContaining({ code: "org-not-shown", severity: "warning", row: 3, params: { count: 1 } }),
  );
  await tenant.client.imports.commit(plan);
  expect(await org("sato@x")).toBe("");
});

test("a blank code in the export agrees with an organisation that has none", async () => {
  await withOrgs();
  const [yamada] = await tenant.users();
  const unnumbered = (await tenant.client.orgs.list()).find(({ path }) => path === "無番");
  tenant.sql("update user set org = (select pk from org where id = :org) where id = :user", {
    org: unnumbered?.id ?? "",
    user: yamada?.id ?? "",
  });
  expect(await org("yamada@x")).toBe("無番");
  const plan = await tenant.plan(exported, placed("", "E1"));
  expect(plan).toMatchObject({ update: 0, unchanged: 2 });
  expect(await tenant.faults(plan)).toEqual([]);
});

test("a blank account in the export disproves an account", async () => {
  const header = ["氏名", "メールアドレス", "CLOMOアカウント名"];
  await tenant.import(exported, [header, ["山田", "yamada@x", ""]]);
  const plan = await emit([header, ["山田", "yamada@x", "yamada"]]);
  expect(await verify(plan, [header, ["山田", "yamada@x", ""]])).toMatchObject({ reason: "differs", differences: 1 });
  expect(await verify(plan, [header, ["山田", "yamada@x", "yamada"]])).toMatchObject({ accepted: true });
  // what an import of one's own leaves blank keeps the account
  expect(await tenant.plan(users, [header, ["山田", "yamada@x", ""]])).toMatchObject({ unchanged: 1 });
});

const TITLES: readonly string[] = ["氏名", "メールアドレス", "役職", "TEL"];
const YAMADA: readonly string[] = ["山田", "yamada@x", "課長", "03-1"];
const SATO: readonly string[] = ["佐藤", "sato@x", "主任", "03-2"];
const MIRROR: Cells = [TITLES, YAMADA, SATO];

test("what another export showed of a plan meanwhile is proved by the next one", async () => {
  await tenant.import(exported, MIRROR);
  const plan = await emit([TITLES.slice(0, 3), ["山田", "yamada@x", "部長"]]);
  const now: Cells = [TITLES, YAMADA.with(2, "部長"), SATO.with(2, "係長")];
  expect(await verify(plan, now)).toMatchObject({ reason: "differs", differences: 1, first: [{ touched: false }] });
  await tenant.import(exported, now);
  // an export that lacks the column proves it no more than before
  const without: Cells = now.map((row) => row.filter((_, at) => at !== 2));
  expect(await verify(plan, without)).toMatchObject({ accepted: false, reason: "unseen", unseenRecords: 1 });
  expect(await tenant.client.imports.show(plan.id)).toMatchObject({ state: "awaiting-console", update: 1 });
  const [task] = await tenant.client.console.list({});
  expect(task).toMatchObject({ work: "upload", state: "open", update: 1 });
  expect(await verify(plan, now)).toMatchObject({ accepted: true, import: { state: "committed", update: 0 } });
  expect(await tenant.client.console.show(task?.number ?? 0)).toMatchObject({ state: "shown" });
});

test("a record of which the export shows no change is vouched for by somebody, whatever it shows of others", async () => {
  await tenant.import(exported, MIRROR);
  const NEW = ["林", "hayashi@x", "", ""];
  const plan = await emit([TITLES, YAMADA.with(2, "部長"), NEW]);
  const without: Cells = [TITLES.toSpliced(2, 1), YAMADA.toSpliced(2, 1), SATO.toSpliced(2, 1), NEW.toSpliced(2, 1)];
  expect(await verify(plan, without)).toMatchObject({
    accepted: false,
    reason: "unseen",
    unseenRecords: 1,
    unseen: [{ header: "役職", records: 2 }],
  });
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["山田", "佐藤"]);
  expect(await verify(plan, without, { acceptUnseen: true })).toMatchObject({ import: { state: "accepted" } });
  expect(await tenant.client.console.list({})).toMatchObject([{ work: "upload", state: "confirmed" }]);
});

test("a custom field is proved by its own column only", async () => {
  for (const name of ["入社年", "内線番号"]) await tenant.client.users.addField({ name });
  const header = ["氏名", "メールアドレス"];
  await tenant.import(exported, [header, ["山田", "yamada@x"]]);
  const plan = await emit([
    [...header, "入社年"],
    ["山田", "yamada@x", "2020"],
  ]);
  expect(
    await verify(plan, [
      [...header, "内線番号"],
      ["山田", "yamada@x", ""],
    ]),
  ).toMatchObject({
    accepted: false,
    reason: "unseen",
    unseen: [{ header: "入社年", records: 1 }],
  });
  expect(
    await verify(plan, [
      [...header, "入社年"],
      ["山田", "yamada@x", "2020"],
    ]),
  ).toMatchObject({
    accepted: true,
    import: { state: "committed" },
    unseen: [],
  });
});

test("a verification goes on where some of those to be deleted are gone already", async () => {
  await tenant.import(exported, [...MIRROR, ["林", "hayashi@x", "", ""]]);
  const only: Cells = [TITLES, YAMADA];
  const plan = await emit(only, { ...users, mode: "replace" });
  expect(plan).toMatchObject({ delete: 2 });
  await tenant.import({ ...users, mode: "replace" }, [TITLES, YAMADA, SATO]);
  expect(await verify(plan, MIRROR)).toMatchObject({ accepted: false, reason: "differs", differences: 1 });
  expect(await tenant.client.imports.show(plan.id)).toMatchObject({ delete: 2 });
  expect(await verify(plan, only)).toMatchObject({ accepted: true, import: { delete: 1 } });
});

test("a record that an open task has otherwise says which: of a change, a deletion, and somebody new", async () => {
  const others = [
    ["林", "hayashi@x", "", ""],
    ["森", "mori@x", "", ""],
  ];
  const all: Cells = [...MIRROR, ...others];
  await tenant.import(exported, all);
  const idOf = async (email: string) => (await tenant.users()).find(({ emails }) => emails.includes(email))?.id ?? "";
  await tenant.client.users.edit(await idOf("sato@x"), { title: "係長" });
  await tenant.import({ ...users, mode: "replace" }, [TITLES, YAMADA, SATO.with(2, "係長")]);
  await tenant.import(users, [TITLES, ["原", "hara@x", "", ""]]);
  const plan = await emit([TITLES, YAMADA.with(2, "部長")]);
  const taskOf = async (cells: Cells) =>
    Object.fromEntries((await verify(plan, cells)).first.map(({ key, task }) => [key, task]));
  expect(await taskOf(all)).toEqual({
    "yamada@x": undefined,
    "sato@x": 1,
    "hayashi@x": 2,
    "mori@x": 2,
    "hara@x": 3,
  });
  // another field than the task's was changed in the console
  const seen: Cells = [TITLES, YAMADA, SATO.with(2, "係長").with(3, "03-9"), ["原", "hara@x", "", ""]];
  expect(await taskOf(seen)).toEqual({ "yamada@x": undefined, "sato@x": undefined });
  const tasks = (await tenant.client.console.list({ state: "open" })).filter(({ work }) => work !== "upload");
  await tenant.client.console.close({ numbers: tasks.map(({ number }) => number), state: "dropped" });
  expect(Object.values(await taskOf(all))).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test("what a plan names is met by what it is called by now, in a console that has it so too", async () => {
  await withOrgs();
  await tenant.import({ kind: "orgs" }, [PLACE_HEADER, ["二", "E2", ""]]);
  const plan = await emit([PLACES, ["新人", "nn@x", "E1"], ["林", "hayashi@x", "E2"]]);
  const [first, second] = [
    await tenant.client.orgs.find({ name: "E1" }),
    await tenant.client.orgs.find({ name: "E2" }),
  ];
  // another one has its former code
  await tenant.client.orgs.edit(first[0]?.id ?? "", { code: "E3" });
  await tenant.client.orgs.edit(second[0]?.id ?? "", { code: "E1" });
  const shown: Cells = [...placed("", "E3"), ["新人", "nn@x", "E3"], ["林", "hayashi@x", "E1"]];
  expect(await verify(plan, shown)).toMatchObject({ accepted: true });
  expect([await org("nn@x"), await org("hayashi@x")]).toEqual(["有番", "二"]);
});

const PLACE_HEADER = ["組織名", "組織コード", "上位組織コード"];

test("so it is of an owner and of groups", async () => {
  await withOrgs();
  const devices = await emit(
    [
      ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"],
      ["SN1", "iOS", "管理中", "sato@x"],
    ],
    { kind: "devices" },
  );
  const grouped = (tanaka: string, hayashi: string): Cells => [
    ["表示名", "ユーザーID", "グループ名"],
    ["田中", "tanaka", tanaka],
    ["林", "hayashi", hayashi],
  ];
  await tenant.import({ kind: "docs", fromConsole: true, createGroups: true }, grouped("Ａ", ""));
  const members = await emit(grouped("Ａ", "Ａ"), { kind: "docs", createGroups: true });
  const [sato] = await tenant.client.users.find({ name: "sato@x" });
  await tenant.client.users.edit(sato?.id ?? "", { emails: ["sato2@x"] });
  const [group] = await tenant.client.secured.groups("docs");
  await tenant.client.secured.editGroup({ app: "docs", id: group?.id ?? "" }, { name: "B2" });
  const owned: Cells = [
    ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"],
    ["SN1", "iOS", "管理中", "sato2@x"],
  ];
  expect(await verify(devices, owned, { sameAsUpload: true })).toMatchObject({ accepted: true });
  expect(await verify(members, grouped("B2", "B2"))).toMatchObject({ accepted: true });
  expect(await tenant.client.secured.groups("docs")).toHaveLength(1);
});

test("a plan that names what has no name for cells any more says where that is shown", async () => {
  await withOrgs();
  const plan = await emit([PLACES, ["新人", "nn@x", "E1"]]);
  const [e1] = await tenant.client.orgs.find({ name: "E1" });
  await tenant.client.orgs.edit(e1?.id ?? "", { code: null });
  const failure = await failureOf(verify(plan, placed("", "")));
  expect(failure?.hint?.en).toContain(`see what no longer fits: clomoctl imports show ${plan.number} --problems; `);
  expect(failure?.hint?.ja).toContain(`clomoctl imports discard ${plan.number}`);
});

const TREE: Cells = [PLACE_HEADER, ["本社", "HQ", ""], ["営業部", "S", "HQ"], ["第一課", "S1", "S"]];
/** The tree once 第二課 was uploaded, by the code of 営業部. */
const grown = (code: string): Cells => [
  PLACE_HEADER,
  ["本社", "HQ", ""],
  ["営業部", code, "HQ"],
  ["第一課", "S1", code],
  ["第二課", "S2", code],
];

test("organisations of a plan, and those above, are met by the codes that they have by now", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  const plan = await emit([...TREE, ["第二課", "S2", "S"]], { kind: "orgs" });
  const [sales] = await tenant.client.orgs.find({ name: "S" });
  await tenant.client.orgs.edit(sales?.id ?? "", { code: "X" });
  const task = (await tenant.client.console.list({ state: "open" })).find(({ work }) => work === "edit");
  // the console has not got the new code yet, which its own task tells
  expect(await verify(plan, grown("S"))).toMatchObject({
    accepted: false,
    differences: 1,
    first: [{ key: "S", changed: ["code"], touched: false, task: task?.number }],
  });
  expect(await verify(plan, grown("X").toSpliced(4, 1))).toMatchObject({
    accepted: false,
    first: [{ key: "S2", touched: true }],
  });
  expect(await verify(plan, grown("X"))).toMatchObject({ accepted: true, import: { create: 1, update: 0 } });
  expect((await tenant.client.orgs.list()).slice(1).map(({ path, code }) => [path, code])).toEqual([
    ["本社", "HQ"],
    ["本社/営業部", "X"],
    ["本社/営業部/第一課", "S1"],
    ["本社/営業部/第二課", "S2"],
  ]);
});

test("so they are where two exchanged their codes, or the code went", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  const plan = await emit([...TREE, ["第二課", "S2", "S"]], { kind: "orgs" });
  const { client } = tenant;
  const [[sales], [first]] = [await client.orgs.find({ name: "S" }), await client.orgs.find({ name: "S1" })];
  await client.orgs.edit(first?.id ?? "", { code: null });
  await client.orgs.edit(sales?.id ?? "", { code: "S1" });
  const by = grown("S1").map((row) => (row[0] === "第一課" ? ["第一課", "", "S1"] : row));
  expect(await verify(plan, by)).toMatchObject({ accepted: true });
  // with 全社
  expect(await client.orgs.list()).toHaveLength(5);
});

/** What a refusal says, and does not: nothing is written by it. */
const refusalOf = async (plan: Import, cells: Cells) => {
  const before = [await tenant.client.orgs.list(), await tenant.users()];
  const failure = await failureOf(verify(plan, cells));
  expect([await tenant.client.orgs.list(), await tenant.users()]).toEqual(before);
  return failure;
};

const SECOND: Cells = [PLACE_HEADER, ["第二課", "S2", "S"]];

test("an organisation that was made by hand since, or given the code, is not overwritten", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  const plan = await emit(SECOND, { kind: "orgs" });
  const { client } = tenant;
  const [top] = await client.orgs.find({ name: "HQ" });
  const made = await client.orgs.create({ name: "開発部", code: "S2", parentId: top?.id ?? "" });
  const failure = await refusalOf(plan, grown("S"));
  expect(failure?.code).toBe("conflict");
  expect(failure?.what.en).toContain("開発部 (S2) (open task 2) was made or changed here");
  expect(failure?.hint?.en).toContain("another 組織コード (clomoctl orgs edit S2)");
  expect(failure?.hint?.ja).toContain(`clomoctl imports discard ${plan.number}`);
  // who compares again is shown it, and agrees to nothing by that
  await client.imports.replan(plan.id);
  expect((await refusalOf(plan, grown("S")))?.code).toBe("conflict");
  await client.orgs.edit(made.after?.id ?? "", { code: "D1" });
  const [first] = await client.orgs.find({ name: "S1" });
  await client.orgs.edit(first?.id ?? "", { code: "X" });
  await client.orgs.edit(first?.id ?? "", { code: "S2" });
  expect((await refusalOf(plan, grown("S")))?.what.en).toContain("第一課 (S2) (open task 3)");
});

test("what was made by hand as planned is taken", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  const plan = await emit(SECOND, { kind: "orgs" });
  const [sales] = await tenant.client.orgs.find({ name: "S" });
  await tenant.client.orgs.create({ name: "第二課", code: "S2", parentId: sales?.id ?? "" });
  expect(await verify(plan, grown("S"))).toMatchObject({ accepted: true, import: { create: 0, update: 0 } });
});

const NAMES: Cells = [TITLES, YAMADA, SATO];

test("a user who was made by hand since with the address of a planned one stays", async () => {
  await tenant.import(exported, NAMES);
  const plan = await emit([TITLES, ["新", "n@x", "", ""]]);
  await tenant.client.users.create({ name: "別人", emails: ["n@x"] });
  const failure = await refusalOf(plan, [...NAMES, ["新", "n@x", "", ""]]);
  expect([failure?.code, failure?.what.ja]).toEqual(["conflict", expect.stringContaining("「別人 (n@x)」")]);
  expect(failure?.hint?.ja).toContain("clomoctl users delete n@x");
});

/** Gives 佐藤 another address and 別人 the former one. */
const takeAddress = async () => {
  const [sato] = await tenant.client.users.find({ name: "sato@x" });
  await tenant.client.users.edit(sato?.id ?? "", { emails: ["sato2@x"] });
  await tenant.client.users.create({ name: "別人", emails: ["sato@x"] });
};

test("so does one who took the address of another, whom the file changes", async () => {
  await tenant.import(exported, NAMES);
  const changed: Cells = [TITLES, YAMADA, SATO.with(2, "部長")];
  const plan = await emit(changed);
  await takeAddress();
  expect((await refusalOf(plan, changed))?.what.en).toContain("別人 (sato@x) (open task 3)");
});

test("so does one who took the address of another, whom the file has as he is", async () => {
  await tenant.import(exported, NAMES);
  const changed: Cells = [TITLES, YAMADA.with(2, "部長"), SATO];
  const plan = await emit(changed);
  await takeAddress();
  const before = await tenant.users();
  expect(await verify(plan, changed)).toMatchObject({
    accepted: false,
    differences: 2,
    touched: 0,
    first: [
      { key: "sato@x", action: "update", touched: false, task: 3 },
      { key: "sato2@x", action: "delete", touched: false, task: 2 },
    ],
  });
  expect(await tenant.users()).toEqual(before);
});

test("whom an export brought since is as planned or differs, whatever it has of them", async () => {
  await tenant.import(exported, NAMES);
  const plan = await emit([TITLES, ["新", "n@x", "主任", ""]]);
  const [planned, other]: readonly [Cells, Cells] = [
    [...NAMES, ["新", "n@x", "主任", ""]],
    [...NAMES, ["新", "n@x", "課長", ""]],
  ];
  await tenant.import(exported, other);
  expect(await verify(plan, other)).toMatchObject({ reason: "differs", first: [{ key: "n@x", touched: true }] });
  expect(await verify(plan, planned)).toMatchObject({ accepted: true });
});

test("so is whom somebody made by hand, once an export showed them", async () => {
  const header = [...PLACES, "役職"];
  const shown = (title?: string): Cells => [
    header,
    ["山田", "yamada@x", "", ""],
    ...(title === undefined ? [] : [["新", "n@x", "", title]]),
  ];
  await tenant.import(exported, shown());
  const plan = await emit([header, ["新", "n@x", "", "主任"]]);
  await tenant.client.users.create({ name: "新", emails: ["n@x"] });
  expect((await refusalOf(plan, shown("主任")))?.code).toBe("conflict");
  await tenant.import(exported, shown(""));
  expect(await verify(plan, shown("主任"))).toMatchObject({ accepted: true });
});

/** Swaps the values by which files name two records, through a third one. */
const swap = async (
  change: (at: 0 | 1, to: string) => Promise<unknown>,
  [first, second]: readonly [string, string],
) => {
  await change(0, "third@x");
  await change(1, first);
  await change(0, second);
};

/** Writes a file while tasks are open, which a request refuses. */
const emitBefore: typeof emit = async (...asked) => {
  const open = (await tenant.client.console.list({ state: "open" })).filter(({ work }) => work !== "upload");
  const numbers = open.map(({ number }) => number);
  await tenant.client.console.close({ numbers, state: "confirmed" });
  const plan = await emit(...asked);
  tenant.sql(
    "update console_task set state = 'open', closedAt = null where pk in (select value from json_each(:pks))",
    {
      pks: JSON.stringify(numbers),
    },
  );
  return plan;
};

const BARE: Cells = [PLACES, ["山田", "yamada@x", ""]];

test("an export that names what swapped codes here proves no upload that was written with the new ones", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, [PLACE_HEADER, ["法務部", "L", ""], ["経理部", "K", ""]]);
  await tenant.import(exported, BARE);
  const { client } = tenant;
  const [law, finance] = [await client.orgs.find({ name: "L" }), await client.orgs.find({ name: "K" })];
  const ids = [law[0]?.id ?? "", finance[0]?.id ?? ""] as const;
  await swap((at, code) => client.orgs.edit(ids[at], { code }), ["L", "K"]);
  const plan = await emitBefore([PLACES, ["山田", "yamada@x", "K"]]);
  // the console has 経理部 by that code yet
  const now: Cells = [PLACES, ["山田", "yamada@x", "K"]];
  expect(await verify(plan, now)).toMatchObject({
    reason: "differs",
    differences: 1,
    first: [{ key: "yamada@x", action: "invalid", pending: [1, 2] }],
  });
  expect(await org("yamada@x")).toBe("");
  await client.console.close({ numbers: [1, 2], state: "confirmed" });
  expect(await verify(plan, [PLACES, ["山田", "yamada@x", "L"]])).toMatchObject({ first: [{ action: "update" }] });
  expect(await verify(plan, now)).toMatchObject({ accepted: true });
});

test("nor one that names the owner of a device whose address another one has now, or a group", async () => {
  await tenant.import(exported, [PLACES, ["山田", "yamada@x", ""], ["佐藤", "sato@x", ""]]);
  const { client } = tenant;
  const [yamada, sato] = [await client.users.find({ name: "yamada@x" }), await client.users.find({ name: "sato@x" })];
  const ids = [yamada[0]?.id ?? "", sato[0]?.id ?? ""] as const;
  await swap((at, email) => client.users.edit(ids[at], { emails: [email] }), ["yamada@x", "sato@x"]);
  const owned: Cells = [
    ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"],
    ["SN1", "iOS", "管理中", "sato@x"],
  ];
  const devices = await emitBefore(owned, { kind: "devices" });
  expect(await verify(devices, owned, { sameAsUpload: true })).toMatchObject({ first: [{ pending: [1, 2] }] });
  const grouped = (group: string): Cells => [
    ["表示名", "ユーザーID", "グループ名"],
    ["田中", "tanaka", group],
    ["林", "hayashi", "B"],
    ["森", "mori", "A"],
  ];
  await tenant.import({ kind: "docs", fromConsole: true, createGroups: true }, grouped(""));
  const groups = await client.secured.groups("docs");
  const group = (at: 0 | 1) => ({ app: "docs", id: groups.find(({ name }) => name === "AB"[at])?.id ?? "" }) as const;
  const [first, second] = [group(0), group(1)];
  await swap((at, name) => client.secured.editGroup(at === 0 ? first : second, { name }), ["A", "B"]);
  const members = await emitBefore(
    [
      ["表示名", "ユーザーID", "グループ名"],
      ["田中", "tanaka", "A"],
    ],
    { kind: "docs" },
  );
  const { first: lines } = await verify(members, grouped("A"));
  expect(lines.find(({ key }) => key === "tanaka")).toMatchObject({ action: "invalid", touched: true });
});

test("what was swapped once an upload was written keeps no row from being told that agrees", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, [PLACE_HEADER, ["法務部", "L", ""], ["経理部", "K", ""]]);
  await tenant.import(exported, BARE);
  const plan = await emit([PLACES, ["山田", "yamada@x", "K"]]);
  const { client } = tenant;
  const [law, finance] = [await client.orgs.find({ name: "L" }), await client.orgs.find({ name: "K" })];
  const ids = [law[0]?.id ?? "", finance[0]?.id ?? ""] as const;
  await swap((at, code) => client.orgs.edit(ids[at], { code }), ["L", "K"]);
  expect(await verify(plan, [PLACES, ["山田", "yamada@x", "L"]])).toMatchObject({ accepted: true });
  expect(await org("yamada@x")).toBe("経理部");
});

test("lines that differ only by codes which open tasks change name these", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, [...TREE, ["総務部", "G", "HQ"]]);
  const plan = await emit([[...PLACE_HEADER], ["第二課", "S2", "S"], ["第三課", "S3", "S"]], { kind: "orgs" });
  const { client } = tenant;
  const [sales, affairs] = [await client.orgs.find({ name: "S" }), await client.orgs.find({ name: "G" })];
  await client.orgs.edit(sales[0]?.id ?? "", { code: "SS" });
  await client.orgs.edit(affairs[0]?.id ?? "", { code: "S" });
  const before: Cells = [...grown("S"), ["総務部", "G", "HQ"], ["第三課", "S3", "S"]];
  const { first } = await verify(plan, before);
  expect(first.filter(({ action }) => action !== "delete").map(({ key, pending }) => [key, pending])).toEqual([
    ["S", undefined],
    ["S1", [2]],
    ["S2", [2]],
    ["G", [3]],
    ["S3", [2]],
  ]);
  // what is another one's, too, is no matter of names alone
  const moved = before.map((row) => (row[1] === "S3" ? row.with(2, "HQ") : row));
  const lines = (await verify(plan, moved)).first;
  expect(lines.find(({ key }) => key === "S3")).not.toHaveProperty("pending");
});

test("so do users in an organisation that the export calls by its former code", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  await tenant.import(exported, placed("S", "HQ"));
  const plan = await emit([PLACES, ["佐藤", "sato@x", "S"]]);
  const [sales] = await tenant.client.orgs.find({ name: "S" });
  await tenant.client.orgs.edit(sales?.id ?? "", { code: "SS" });
  const { first } = await verify(plan, placed("S", "S"));
  expect(first.map(({ key, pending }) => [key, pending])).toEqual([
    ["yamada@x", [2]],
    ["sato@x", [2]],
  ]);
  const own = (await verify(plan, placed("SS", "HQ"))).first;
  expect(own).toMatchObject([{ key: "sato@x", touched: true }]);
  expect(own[0]).not.toHaveProperty("pending");
});

test("a verification tells the tasks of the kind that stay open, which an import of its export closes", async () => {
  await tenant.import({ kind: "orgs", fromConsole: true }, TREE);
  await tenant.import(exported, NAMES);
  const plan = await emit([TITLES, YAMADA.with(2, "部長")]);
  const [sato] = await tenant.client.users.find({ name: "sato@x" });
  await tenant.client.users.edit(sato?.id ?? "", { title: "係長" });
  const [top] = await tenant.client.orgs.find({ name: "HQ" });
  await tenant.client.orgs.edit(top?.id ?? "", { name: "本店" });
  const both: Cells = [TITLES, YAMADA.with(2, "部長"), SATO.with(2, "係長")];
  expect(await verify(plan, both)).toMatchObject({ accepted: true, openTasks: [2] });
  await tenant.import(exported, both);
  const next = await emit([TITLES, YAMADA.with(2, "主任")]);
  expect(await verify(next, both.with(1, YAMADA.with(2, "主任")))).not.toHaveProperty("openTasks");
});
