import { describe, expect, test } from "vitest";
import type { Import, Org, User } from "../api/operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { undoImport } from "#support/tenant/undo.ts";
import { type Cells, prepareTenant, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

// How an export meets touched fields: record · touched · export: effect.

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import(ORGS_OF, ORGS);
  await tenant.import(USERS_OF, USERS);
});
openForEachTest((opened) => (tenant = opened), openPrepared);

const ORGS_OF = { kind: "orgs", fromConsole: true } as const;
const USERS_OF = { kind: "users", fromConsole: true } as const;
const ORGS: Cells = [
  ["組織名", "組織コード", "上位組織コード"],
  ["東", "E", ""],
  ["西", "W", ""],
  ["南", "S", ""],
];
const HEADER = ["氏名", "メールアドレス", "役職", "組織コード", "社員コード", "メールアドレス"];
const YAMADA = ["山田", "yamada@x", "課長", "E", "A1", ""];
const SATO = ["佐藤", "sato@x", "主任", "W", "A2", ""];
const HAYASHI = ["林", "hayashi@x", "", "E", "", ""];
const USERS: Cells = [HEADER, YAMADA, SATO, HAYASHI];
const withYamada = (...row: readonly string[]): Cells => [HEADER, row, SATO, HAYASHI];
const titled = (title: string): Cells => withYamada(...YAMADA.with(2, title));
const withTel = (tel: string): Cells => USERS.map((row, at) => [...row, ["TEL", tel][at] ?? ""]);

const tasks = new TestTasks(() => tenant);
const user = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const org = async (name: string): Promise<Org> => (await tenant.client.orgs.find({ name }))[0] as Org;
const edit = async (name: string, values: Parameters<typeof tenant.client.users.edit>[1]) =>
  tenant.client.users.edit((await user(name)).id, values);
const move = async (name: string, to: string) =>
  tenant.client.users.move({ ids: [(await user(name)).id], org: (await org(to)).id });
const remove = async (kind: "users" | "orgs", id: string) =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind, ids: [id] }));

const here = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries((await tenant.users()).map(({ emails, title }) => [emails[0] ?? "", title] as const));
const counts = ({ create, update, delete: gone }: Import) => [create, update, gone];
const contradictions = ({ merged }: Import) =>
  merged?.first.map(({ name, field, local, console }) => [name, field, local, console]) ?? [];

interface Row {
  /** what happens before the export is taken over */
  readonly before?: () => Promise<unknown>;
  readonly shown: Cells;
  readonly counts: readonly [create: number, update: number, gone: number];
  readonly contradictions?: readonly (readonly unknown[])[];
  readonly tasks?: readonly unknown[];
  /** titles of people afterwards; undefined: not here */
  readonly titles?: Readonly<Record<string, string | null | undefined>>;
}

const promoted = () => edit("yamada@x", { title: "部長" });
const called = () => edit("yamada@x", { tel: "03-1" });
const LEFT_OUT = [
  [1, "edit"],
  [0, "settle"],
];
const YAMADA_IS = "山田 <yamada@x>";

test.each<[string, Row]>([
  [
    "in both · untouched · ≠ desired: takes the value",
    { shown: titled("次長"), counts: [0, 1, 0], titles: { "yamada@x": "次長" } },
  ],
  [
    "in both · touched · anything else: kept, and named with both values",
    {
      before: promoted,
      shown: titled("次長"),
      counts: [0, 0, 0],
      contradictions: [[YAMADA_IS, "title", "部長", "次長"]],
      tasks: [[1, "edit"]],
      titles: { "yamada@x": "部長" },
    },
  ],
  ["in both · never exported · = desired: done", { before: called, shown: withTel("03-1"), counts: [0, 0, 0] }],
  [
    "in both · never exported, as the record was created here · ≠ desired: taken",
    {
      before: async () => [
        await tenant.client.users.create({ name: "原", emails: ["hara@x"], tel: "03-1" }),
        await tenant.import(USERS_OF, [...USERS, ["原", "hara@x", "", "", "", ""]]),
      ],
      shown: [...withTel(""), ["原", "hara@x", "", "", "", "", "03-9"]],
      counts: [0, 1, 0],
    },
  ],
  [
    "any · any · not possible here, an address of somebody else: left out",
    {
      before: () => edit("sato@x", { emails: ["sato@x", "second@x"] }),
      shown: withYamada(...YAMADA.with(2, "次長").with(5, "second@x")),
      counts: [0, 0, 0],
      tasks: LEFT_OUT,
      titles: { "yamada@x": "課長" },
    },
  ],
  [
    "created here · not in the console · matched: created, and other values are kept and named",
    {
      before: () => tenant.client.users.create({ name: "原", emails: ["hara@x"], title: "係長" }),
      shown: [...USERS, ["原", "hara@x", "主任", "", "", ""]],
      counts: [0, 0, 0],
      contradictions: [["原 <hara@x>", "title", "係長", "主任"]],
      tasks: [[1, "edit"]],
      titles: { "hara@x": "係長" },
    },
  ],
  [
    "– · – · new row that is not possible here: not created",
    {
      before: () => edit("sato@x", { emails: ["sato@x", "second@x"] }),
      shown: [...USERS, ["原", "hara@x", "主任", "", "", "second@x"]],
      counts: [0, 0, 0],
      tasks: LEFT_OUT,
      titles: { "hara@x": undefined },
    },
  ],
])("%s", async (_, { before, shown, titles = {}, ...expected }) => {
  await before?.();
  const plan = await tenant.plan(USERS_OF, shown);
  expect(await tenant.errors(plan)).toEqual([]);
  expect(counts(plan)).toEqual(expected.counts);
  expect(contradictions(plan)).toEqual(expected.contradictions ?? []);
  await tenant.client.imports.commit(plan);
  expect(await tasks.list()).toEqual(expected.tasks ?? []);
  const found = await here();
  for (const [address, title] of Object.entries(titles)) expect([address, found[address]]).toEqual([address, title]);
  // taking over the same file again changes nothing
  const again = await tenant.plan(USERS_OF, shown);
  expect(counts(again)).toEqual([0, 0, 0]);
  expect(contradictions(again)).toEqual([]);
  await tenant.client.imports.commit(again);
  expect(await tasks.list()).toEqual(expected.tasks ?? []);
  expect(await here()).toEqual(found);
});

describe("any · any · not possible here", () => {
  test("a cycle: refused, until the move here is dropped", async () => {
    await tenant.client.orgs.move((await org("W")).id, { parent: (await org("E")).id });
    const plan = await tenant.plan(ORGS_OF, "組織名,組織コード,上位組織コード\n東,E,W\n西,W,\n南,S,");
    expect(await tenant.faults(plan)).toEqual(["org-cycle@2"]);
  });
});

describe("cells with the code of an organisation that was deleted here", () => {
  const emptied = async () => {
    await move("sato@x", "E");
    await remove("orgs", (await org("W")).id);
  };

  test("a new user is in 全社 until the console deletes the organisation", async () => {
    await emptied();
    const plan = await tenant.import(USERS_OF, [...USERS, ["森", "mori@x", "", "W", "", ""]]);
    expect(plan).toMatchObject({ create: 1, update: 0 });
    expect(await user("mori@x")).toMatchObject({ org: { path: "" } });
  });

  test("the user stays, and the deletion stays a task", async () => {
    await emptied();
    expect(await tenant.import(USERS_OF, withYamada(...YAMADA.with(3, "W")))).toMatchObject({ update: 0 });
    expect(await user("yamada@x")).toMatchObject({ org: { code: "E" } });
    expect(await tasks.list()).toEqual([
      [1, "move"],
      [2, "delete"],
    ]);
  });
});

test("fields that no export shows close with an open field that one shows", async () => {
  await edit("yamada@x", { title: "部長", tel: "03-1" });
  await edit("sato@x", { tel: "03-2" });
  await tenant.import(USERS_OF, titled("部長"));
  expect(await tasks.list()).toEqual([[2, "edit"]]);
  await tasks.confirm(2);
  expect(await tasks.list()).toEqual([]);
});

test("an export that contains a cycle is rejected", async () => {
  const plan = await tenant.plan(ORGS_OF, [...ORGS.slice(0, 3), ["南", "S", "S"]]);
  expect((await tenant.errors(plan)).map(({ code, row }) => [code, row])).toEqual([["org-cycle", 4]]);
});

test("here · untouched, but a wish refers to it · missing: unsettled if nobody can be asked, else the wish ends", async () => {
  await move("hayashi@x", "S");
  const without = ORGS.slice(0, 3);
  const unasked = await tenant.import({ ...ORGS_OF, keepUsed: true }, without);
  expect(unasked).toMatchObject({ delete: 0, merged: { unsettled: 1 } });
  expect(await tasks.list()).toEqual([
    [1, "move"],
    [0, "settle"],
  ]);
  await tenant.client.imports.commit(await undoImport(tenant.client, unasked.id));
  const asked = await tenant.import(ORGS_OF, without);
  expect(asked).toMatchObject({ delete: 1, merged: { cleared: 1, wishes: { count: 1, first: ["林 <hayashi@x>"] } } });
  expect(await tasks.list()).toEqual([]);
  expect((await user("hayashi@x")).org).toMatchObject({ code: "E" });
});

test.each(["課長", "部長"])("after a takeover was undone, the next export decides: %s", async (title) => {
  const { id } = await tenant.import(USERS_OF, titled("次長"));
  await tenant.client.imports.commit(await undoImport(tenant.client, id));
  expect(await here()).toMatchObject({ "yamada@x": "課長" });
  await tenant.import(USERS_OF, titled(title));
  expect(await tenant.client.console.list({})).toEqual([]);
  expect(await here()).toMatchObject({ "yamada@x": title });
});

describe("tasks in the result of a takeover", () => {
  test("a task with some records done is reported", async () => {
    const all = USERS.map((row, at) => (at === 0 ? row : row.with(2, "参与")));
    await tenant.import({ kind: "users" }, all);
    const { settled } = await tenant.import(USERS_OF, [...USERS.slice(0, -1), all.at(-1) ?? []]);
    expect(settled).toMatchObject({ closed: [], open: 1 });
  });
});
