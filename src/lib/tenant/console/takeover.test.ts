import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Import, Org, User } from "../../contract/index.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { dropTasks, undoImport } from "#support/tenant/undo.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

// The three-way merge of an export: each test is a row of the table in decision 033, and named after it: record · observed ·
// export: effect.

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(ORGS_OF, ORGS);
  await tenant.import(USERS_OF, USERS);
});
afterEach(() => tenant[Symbol.asyncDispose]());

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
/** The export with another row in place of the first one. */
const withYamada = (...row: readonly string[]): Cells => [HEADER, row, SATO, HAYASHI];
const titled = (title: string): Cells => withYamada(...YAMADA.with(2, title));

const tasks = new TestTasks(() => tenant);
const user = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const org = async (name: string): Promise<Org> => (await tenant.client.orgs.find({ name }))[0] as Org;
const edit = async (name: string, values: Parameters<typeof tenant.client.users.edit>[1]) =>
  tenant.client.users.edit((await user(name)).id, values);
const move = async (name: string, to: string) =>
  tenant.client.users.move({ ids: [(await user(name)).id], org: (await org(to)).id });
const remove = async (kind: "users" | "orgs", id: string) =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind, ids: [id] }));

/** The people here, by their addresses. */
const here = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries((await tenant.users()).map(({ emails, title }) => [emails[0] ?? "", title] as const));
const counts = ({ create, update, delete: gone, merged }: Import) => [create, update, gone, merged?.open ?? 0];
const contradictions = ({ merged }: Import) =>
  merged?.first.map(({ name, field, local, console }) => [name, field, local, console]) ?? [];

/** A row of the table. */
interface Row {
  /** what happens before the export is taken over */
  readonly before?: () => Promise<unknown>;
  readonly shown: Cells;
  /** the numbers of records that it creates, changes and deletes, and of those that are open */
  readonly counts: readonly [create: number, update: number, gone: number, open: number];
  readonly contradictions?: readonly (readonly unknown[])[];
  readonly tasks?: readonly unknown[];
  /** titles of people afterwards; undefined: not here */
  readonly titles?: Readonly<Record<string, string | null | undefined>>;
}

const promoted = () => edit("yamada@x", { title: "部長" });
const YAMADA_IS = "山田 <yamada@x>";

test.each<[string, Row]>([
  ["in both · none · = desired: none", { shown: USERS, counts: [0, 0, 0, 0], titles: { "yamada@x": "課長" } }],
  [
    "in both · none · ≠ desired: takes the value",
    { shown: titled("次長"), counts: [0, 1, 0, 0], titles: { "yamada@x": "次長" } },
  ],
  [
    "in both · differs · = desired: done",
    { before: promoted, shown: titled("部長"), counts: [0, 0, 0, 0], titles: { "yamada@x": "部長" } },
  ],
  [
    "in both · differs · a candidate, the observed value: still open",
    {
      before: promoted,
      shown: USERS,
      counts: [0, 0, 0, 1],
      tasks: [[1, "edit", "open"]],
      titles: { "yamada@x": "部長" },
    },
  ],
  [
    "in both · differs · a candidate, a value that was asked for since: still open",
    {
      before: async () => [await promoted(), await edit("yamada@x", { title: "課長" })],
      shown: titled("部長"),
      counts: [0, 0, 0, 1],
      tasks: [[2, "edit", "open"]],
      titles: { "yamada@x": "課長" },
    },
  ],
  [
    "in both · differs · anything else: contradiction",
    {
      before: promoted,
      shown: titled("次長"),
      counts: [0, 0, 0, 0],
      contradictions: [[YAMADA_IS, "title", "部長", "次長"]],
      tasks: [[1, "edit", "contradicted"]],
      titles: { "yamada@x": "部長" },
    },
  ],
  [
    "in both · confirmed · ≠ desired: open again",
    {
      before: async () => [await promoted(), await tasks.confirm(1)],
      shown: USERS,
      counts: [0, 0, 0, 0],
      contradictions: [[YAMADA_IS, "title", "部長", "課長"]],
      tasks: [[1, "edit", "open"]],
      titles: { "yamada@x": "部長" },
    },
  ],
  [
    "in both · dropped · ≠ desired: takes the value",
    {
      before: async () => [await promoted(), await dropTasks(tenant.client, tasks.number(1))],
      shown: titled("部長"),
      counts: [0, 1, 0, 0],
      titles: { "yamada@x": "部長" },
    },
  ],
  [
    "any · any · not possible here, an address of somebody else: contradiction",
    {
      before: () => edit("sato@x", { emails: ["sato@x", "second@x"] }),
      shown: withYamada(...YAMADA.with(2, "次長").with(5, "second@x")),
      counts: [0, 1, 0, 1],
      contradictions: [[YAMADA_IS, "emails", "yamada@x", "yamada@x, second@x"]],
      tasks: [
        [1, "edit", "open"],
        [0, "edit", "contradicted"],
      ],
      titles: { "yamada@x": "次長" },
    },
  ],
  [
    "created here · not in the console · matched: created, and other values are contradictions",
    {
      before: () => tenant.client.users.create({ name: "原", emails: ["hara@x"], title: "係長" }),
      shown: [...USERS, ["原", "hara@x", "主任", "", "", ""]],
      counts: [0, 0, 0, 0],
      contradictions: [["原 <hara@x>", "title", "係長", "主任"]],
      tasks: [[1, "edit", "contradicted"]],
      titles: { "hara@x": "係長" },
    },
  ],
  [
    "created here · not in the console · missing: still open",
    {
      before: () => tenant.client.users.create({ name: "原", emails: ["hara@x"], title: "係長" }),
      shown: USERS,
      counts: [0, 0, 0, 1],
      tasks: [[1, "create", "open"]],
      titles: { "hara@x": "係長" },
    },
  ],
  [
    "deleted here · tombstone · matched: still open",
    {
      before: async () => remove("users", (await user("sato@x")).id),
      shown: USERS,
      counts: [0, 0, 0, 1],
      tasks: [[1, "delete", "open"]],
      titles: { "sato@x": undefined },
    },
  ],
  [
    "deleted here · tombstone · matched, with other values: changed there since",
    {
      before: async () => remove("users", (await user("sato@x")).id),
      shown: [HEADER, YAMADA, SATO.with(2, "部長"), HAYASHI],
      counts: [0, 0, 0, 0],
      contradictions: [["佐藤 <sato@x>", "title", null, "部長"]],
      tasks: [[1, "delete", "contradicted"]],
      titles: { "sato@x": undefined },
    },
  ],
  [
    "deleted here · tombstone · missing: done",
    {
      before: async () => remove("users", (await user("sato@x")).id),
      shown: [HEADER, YAMADA, HAYASHI],
      counts: [0, 0, 0, 0],
      titles: { "sato@x": undefined },
    },
  ],
  [
    "here · no drift · missing: deleted here",
    { shown: [HEADER, YAMADA, SATO], counts: [0, 0, 1, 0], titles: { "hayashi@x": undefined } },
  ],
  [
    "here · drift · missing: contradiction, and a task to create it again",
    {
      before: promoted,
      shown: [HEADER, SATO, HAYASHI],
      counts: [0, 0, 0, 0],
      contradictions: [[YAMADA_IS, null, null, null]],
      tasks: [[1, "create", "contradicted"]],
      titles: { "yamada@x": "部長" },
    },
  ],
  [
    "– · – · new row: created",
    {
      shown: [...USERS, ["原", "hara@x", "主任", "", "", ""]],
      counts: [1, 0, 0, 0],
      titles: { "hara@x": "主任" },
    },
  ],
  [
    "– · – · new row that is not possible here: not created",
    {
      before: () => edit("sato@x", { emails: ["sato@x", "second@x"] }),
      shown: [...USERS, ["原", "hara@x", "主任", "", "", "second@x"]],
      counts: [0, 0, 0, 1],
      tasks: [[1, "edit", "open"]],
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
  expect(counts(again).slice(0, 3)).toEqual([0, 0, 0]);
  await tenant.client.imports.commit(again);
  expect(await tasks.list()).toEqual(expected.tasks ?? []);
  expect(await here()).toEqual(found);
});

describe("any · any · not possible here", () => {
  test("a cycle: contradiction", async () => {
    await tenant.client.orgs.move((await org("W")).id, { parent: (await org("E")).id });
    const plan = await tenant.import(ORGS_OF, [
      ["組織名", "組織コード", "上位組織コード"],
      ["東", "E", "W"],
      ["西", "W", ""],
      ["南", "S", ""],
    ]);
    expect(plan).toMatchObject({
      update: 0,
      merged: { contradicted: 1, open: 1, first: [{ name: "東 <E>", field: "parent", console: "W" }] },
    });
    expect((await org("E")).parentId).toBe((await org("全社")).id);
    expect((await org("W")).parentId).toBe((await org("E")).id);
  });
});

test.each<[string, object]>([
  ["all of it", {}],
  ["a part of it", { keepMissing: true }],
])("deleted here · confirmed · matched in %s: open again, until it is undone in the mirror alone", async (_, part) => {
  await remove("users", (await user("sato@x")).id);
  await tasks.confirm(1);
  const { id } = await tenant.import({ ...USERS_OF, ...part }, [HEADER, YAMADA, SATO.with(2, "部長"), HAYASHI]);
  expect(await tasks.list()).toEqual([[1, "delete", "contradicted"]]);
  await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
  expect(await tasks.list()).toEqual([]);
});

test("any · any · not possible here: undone in the mirror alone, nothing is left of it", async () => {
  await edit("sato@x", { emails: ["sato@x", "second@x"] });
  const { id } = await tenant.import(USERS_OF, withYamada(...YAMADA.with(5, "second@x")));
  await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
  expect(await tasks.list()).toEqual([[1, "edit", "open"]]);
});

test("– · – · new row that is not possible here, below an organisation that was deleted here: left out, and named", async () => {
  await remove("orgs", (await org("S")).id);
  const shown = [...ORGS, ["北", "N", "S"], ["北一", "N1", "N"], ["中", "M", ""]];
  const plan = await tenant.plan(ORGS_OF, shown);
  expect(plan).toMatchObject({ create: 1, delete: 0, merged: { open: 1, leftOut: 2 } });
  const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
  expect(found.map(({ code, row, params }) => [code, row, params["parent"]])).toEqual([
    ["org-left-out", 5, "S"],
    ["org-left-out", 6, "N"],
  ]);
  await tenant.client.imports.commit(plan);
  expect(await tasks.list()).toEqual([[1, "delete", "open"]]);
  expect(
    await tenant.import(
      ORGS_OF,
      shown.filter(([, code]) => code !== "S" && code !== "N" && code !== "N1"),
    ),
  ).toMatchObject({ create: 0, delete: 0 });
  expect(await tasks.list()).toEqual([]);
});

test("a cycle that an export has by itself is refused", async () => {
  const plan = await tenant.plan(ORGS_OF, [...ORGS.slice(0, 3), ["南", "S", "S"]]);
  expect((await tenant.errors(plan)).map(({ code, row }) => [code, row])).toEqual([["org-cycle", 4]]);
});

test("here · no drift, but referenced by drift · missing: stays until nothing changed here refers to it", async () => {
  await move("hayashi@x", "S");
  const without = ORGS.slice(0, 3);
  expect(await tenant.import(ORGS_OF, without)).toMatchObject({
    delete: 0,
    merged: { first: [{ name: "南 <S>", field: null }] },
  });
  await move("hayashi@x", "E");
  await tenant.import(USERS_OF, USERS);
  expect(await tenant.import(ORGS_OF, without)).toMatchObject({ delete: 1 });
});

describe("--prefer console", () => {
  const PREFER = { ...USERS_OF, prefer: "console" } as const;

  test("gives up what the export contradicts, and lists it; what is open stays", async () => {
    await promoted();
    await edit("sato@x", { title: "部長" });
    const plan = await tenant.plan(PREFER, [HEADER, YAMADA.with(2, "次長"), SATO, HAYASHI]);
    expect(plan).toMatchObject({ update: 1, merged: { open: 1, contradicted: 0 } });
    expect(plan.merged?.givenUp).toEqual({
      count: 1,
      first: [{ name: YAMADA_IS, field: "title", local: "部長", console: "次長", confirmed: false }],
    });
    await tenant.client.imports.commit(plan);
    expect(await here()).toMatchObject({ "yamada@x": "次長", "sato@x": "部長" });
    expect(await tasks.list()).toEqual([[2, "edit", "open"]]);
    await tenant.client.imports.commit(await undoImport(tenant.client, plan.id, { mirrorOnly: true }));
    expect(await here()).toMatchObject({ "yamada@x": "部長", "sato@x": "部長" });
    expect((await tasks.list()).map(([, , state]) => state)).toEqual(["open", "open"]);
  });

  test("deletes here what was changed here and deleted there", async () => {
    await promoted();
    const plan = await tenant.plan(PREFER, [HEADER, SATO, HAYASHI]);
    expect(plan).toMatchObject({ delete: 1, merged: { givenUp: { count: 1, first: [{ field: null }] } } });
    await tenant.client.imports.commit(plan);
    expect(await here()).not.toHaveProperty("yamada@x");
    expect(await tasks.list()).toEqual([]);
  });

  test("takes the console's place of an organisation", async () => {
    const orgs = { ...ORGS_OF, prefer: "console" } as const;
    await tenant.client.orgs.move((await org("W")).id, { parent: (await org("E")).id });
    await tenant.import(orgs, [...ORGS.slice(0, 2), ["西", "W", "S"], ORGS[3] ?? []]);
    expect((await org("W")).parentId).toBe((await org("S")).id);
    expect(await tasks.list()).toEqual([]);
  });
});
