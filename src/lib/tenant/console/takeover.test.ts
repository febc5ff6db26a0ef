import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Import, Org, User } from "../operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { dropTasks } from "#support/tenant/undo.ts";
import { type Cells, prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";

// The three-way merge of an export: each test is a row of the table in decision 033, and named after it: record · observed ·
// export: effect.

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import(ORGS_OF, ORGS);
  await tenant.import(USERS_OF, USERS);
});
beforeEach(async () => {
  tenant = await openPrepared();
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
const counts = ({ create, update, delete: gone, merged }: Import) => [create, update, gone, merged?.open ?? 0];
const contradictions = ({ merged }: Import) =>
  merged?.first.map(({ name, field, local, console }) => [name, field, local, console]) ?? [];

interface Row {
  /** what happens before the export is taken over */
  readonly before?: () => Promise<unknown>;
  readonly shown: Cells;
  readonly counts: readonly [create: number, update: number, gone: number, open: number];
  readonly contradictions?: readonly (readonly unknown[])[];
  readonly tasks?: readonly unknown[];
  /** titles of people afterwards; undefined: not here */
  readonly titles?: Readonly<Record<string, string | null | undefined>>;
}

const promoted = () => edit("yamada@x", { title: "部長" });
const called = () => edit("yamada@x", { tel: "03-1" });
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
  ["in both · never exported · = desired: done", { before: called, shown: withTel("03-1"), counts: [0, 0, 0, 0] }],
  [
    "in both · never exported · a candidate, a value that was here: still open",
    {
      before: async () => [await called(), await edit("yamada@x", { tel: "03-2" })],
      shown: withTel("03-1"),
      counts: [0, 0, 0, 1],
      tasks: [[2, "edit", "open"]],
    },
  ],
  [
    "in both · never exported · ≠ desired: contradiction",
    {
      before: called,
      shown: withTel("03-9"),
      counts: [0, 0, 0, 0],
      contradictions: [[YAMADA_IS, "tel", "03-1", "03-9"]],
      tasks: [[1, "edit", "contradicted"]],
    },
  ],
  [
    "in both · never exported, as the record was created here · ≠ desired: contradiction",
    {
      before: async () => [
        await tenant.client.users.create({ name: "原", emails: ["hara@x"], tel: "03-1" }),
        await tenant.import(USERS_OF, [...USERS, ["原", "hara@x", "", "", "", ""]]),
      ],
      shown: [...withTel(""), ["原", "hara@x", "", "", "", "", "03-9"]],
      counts: [0, 0, 0, 0],
      contradictions: [["原 <hara@x>", "tel", "03-1", "03-9"]],
      tasks: [[1, "edit", "contradicted"]],
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
])("deleted here · confirmed · matched in %s: open again", async (_, part) => {
  await remove("users", (await user("sato@x")).id);
  await tasks.confirm(1);
  await tenant.import({ ...USERS_OF, ...part }, [HEADER, YAMADA, SATO.with(2, "部長"), HAYASHI]);
  expect(await tasks.list()).toEqual([[1, "delete", "contradicted"]]);
});

test("deleted here · tombstone · matched: an organisation changed in the console returns as it is there", async () => {
  const { id } = await org("S");
  await remove("orgs", id);
  const [header = [], ...rows] = ORGS;
  const shown = [header, ...rows.map((row) => (row[1] === "S" ? row.with(0, "南支社") : row))];
  const done = await tenant.import({ kind: "orgs", fromConsole: true }, shown);
  expect(contradictions(done)).toEqual([[expect.stringContaining("S"), "name", null, "南支社"]]);
  expect(done.merged?.first).toMatchObject([{ deleted: true }]);
  const [task] = await tenant.client.console.list({});
  expect(task).toMatchObject({ state: "contradicted", work: "delete" });
  await dropTasks(tenant.client, task?.number ?? 0);
  expect(await org("S")).toMatchObject({ id, name: "南支社" });
});

test("here · drift · missing, and confirmed as created again: confirmed", async () => {
  await promoted();
  await tenant.import(USERS_OF, [HEADER, SATO, HAYASHI]);
  const [task] = await tenant.client.console.list({});
  expect(task).toMatchObject({ work: "create", state: "contradicted" });
  const [confirmed] = await tenant.client.console.confirm({ numbers: [task?.number ?? 0] });
  expect(confirmed).toMatchObject({ state: "confirmed" });
  expect(await tasks.list()).toEqual([]);
});

describe("cells with the code of an organisation that was deleted here", () => {
  const emptied = async () => {
    await move("sato@x", "E");
    await remove("orgs", (await org("W")).id);
  };
  const whole = () => Array.fromAsync(tenant.client.users.list());

  test("– · – · new row that is not possible here: left out and named", async () => {
    await emptied();
    const plan = await tenant.plan(USERS_OF, [...USERS, ["森", "mori@x", "", "W", "", ""]]);
    expect(plan).toMatchObject({ create: 0, update: 0, merged: { leftOut: 1 } });
    const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    const one = found.find(({ code }) => code === "reference-deleted");
    expect(one).toMatchObject({ row: 5, params: { value: "W" } });
  });

  test("any · any · not possible here: contradiction, and the user's open move stays", async () => {
    await emptied();
    const plan = await tenant.import(USERS_OF, withYamada(...YAMADA.with(3, "W")));
    expect(contradictions(plan)).toEqual([[YAMADA_IS, "org", "E", "W"]]);
    expect(plan).toMatchObject({ update: 0, merged: { open: 1, contradicted: 1 } });
    expect(await user("yamada@x")).toMatchObject({ org: { code: "E" } });
    expect(await tasks.list()).toEqual([
      [1, "move", "open"],
      [2, "delete", "open"],
      [0, "move", "contradicted"],
    ]);
  });

  test("deleted here · tombstone · matched: dropping the tasks puts all users back", async () => {
    const before = await whole();
    const plan = await tenant.client.imports.delete({ kind: "orgs", ids: [(await org("E")).id], recursive: true });
    await tenant.client.imports.commit(plan);
    await tenant.import(USERS_OF, USERS);
    await dropTasks(tenant.client, ...(await tenant.client.console.list({})).map(({ number }) => number));
    const places = (all: readonly User[]) => all.map(({ emails, org: of }) => [emails[0], of?.code]);
    expect(places(await whole())).toEqual(places(before));
  });
});

describe("the console value of a field is unknown until an export of all records shows it:", () => {
  const filled = () => tenant.client.users.create({ name: "原", emails: ["hara@x"], tel: "03-1", title: "課長" });
  const HARA = ["原", "hara@x", "課長", "", "", ""];
  const unknown = { before: null, neverExported: true };
  /** The change of the telephone number, without its name and the local value. */
  const shownOf = async () => {
    const task = (await tenant.client.console.list({})).find(({ records }) => records[0]?.key === "hara@x");
    const { before, neverExported } = task?.records[0]?.changes.find(({ field }) => field === "tel") ?? {};
    return { before, neverExported };
  };

  test("a task does not show values from before the tenant became a mirror", async () => {
    tenant.clear();
    await tenant.import({ kind: "orgs" }, ORGS);
    await filled();
    await tenant.import(USERS_OF, [...USERS, HARA]);
    await edit("hara@x", { tel: "03-2", title: "部長" });
    expect(await tasks.changes()).toEqual([
      { field: "title", before: "課長", after: "部長" },
      { field: "tel", before: null, after: "03-2", neverExported: true },
    ]);
    await tenant.import({ ...USERS_OF, keepMissing: true }, [...withTel(""), [...HARA, "03-1"]].slice(0, 2));
    expect(await shownOf()).toEqual(unknown);
    await tenant.import(USERS_OF, [...withTel(""), [...HARA, "03-1"]]);
    expect(await shownOf()).toEqual({ before: "03-1" });
  });

  test("a value that contradicts the local one counts as shown", async () => {
    await tenant.import({ ...USERS_OF, keepMissing: true }, withTel(""));
    await edit("yamada@x", { tel: "03-1" });
    expect(await tasks.changes()).toEqual([{ field: "tel", ...unknown, after: "03-1" }]);
    await tenant.import({ ...USERS_OF, keepMissing: true }, withTel("03-9"));
    expect(await tasks.changes()).toEqual([{ field: "tel", before: "03-9", after: "03-1" }]);
  });

  test("a value that was changed and changed back must be checked", async () => {
    await called();
    await edit("yamada@x", { tel: "" });
    const changes = [{ field: "tel", before: null, after: null, perhaps: ["03-1"], neverExported: true }];
    expect(await tasks.list()).toEqual([[2, "check", "open"]]);
    expect(await tasks.record(2)).toMatchObject({ work: "check", changes });
  });

  test("each custom field separately", async () => {
    for (const name of ["座席", "入社年"]) await tenant.client.users.addField({ name });
    await tenant.import(USERS_OF, [
      [...HEADER, "座席"],
      [...YAMADA, "1F"],
    ]);
    await edit("yamada@x", {
      custom: [
        { name: "座席", value: "2F" },
        { name: "入社年", value: "10" },
      ],
    });
    expect((await tasks.record(3))?.changes).toEqual([
      { field: "custom:座席", before: "1F", after: "2F" },
      { field: "custom:入社年", before: null, after: "10", neverExported: true },
    ]);
  });
});

test("an export that contains a cycle is rejected", async () => {
  const plan = await tenant.plan(ORGS_OF, [...ORGS.slice(0, 3), ["南", "S", "S"]]);
  expect((await tenant.errors(plan)).map(({ code, row }) => [code, row])).toEqual([["org-cycle", 4]]);
});

test("here · no drift, but referenced by drift · missing: kept until no local change refers to it", async () => {
  await move("hayashi@x", "S");
  const without = ORGS.slice(0, 3);
  const lacks = async () => (await tasks.changes())?.map(({ after, missing }) => [after, missing]);
  expect(await lacks()).toEqual([["南 (S)", undefined]]);
  const { merged, ...done } = await tenant.import(ORGS_OF, without);
  expect(done.delete).toBe(0);
  expect(merged).toMatchObject({
    open: 0,
    contradicted: 1,
    leftOut: 0,
    first: [{ name: "南 <S>", field: null, local: null, console: null, confirmed: false, held: true }],
  });
  expect(await lacks()).toEqual([["南 (S)", true]]);
  await move("hayashi@x", "E");
  await tenant.import(USERS_OF, USERS);
  expect(await tenant.import(ORGS_OF, without)).toMatchObject({ delete: 1 });
});

describe("--prefer console", () => {
  const PREFER = { ...USERS_OF, prefer: "console" } as const;

  test("gives up and lists what the export contradicts; open changes stay", async () => {
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
  });

  test("deletes a record that was changed here and deleted in the console", async () => {
    await promoted();
    const plan = await tenant.plan(PREFER, [HEADER, SATO, HAYASHI]);
    expect(plan).toMatchObject({ delete: 1, merged: { givenUp: { count: 1, first: [{ field: null }] } } });
    await tenant.client.imports.commit(plan);
    expect(await here()).not.toHaveProperty("yamada@x");
    expect(await tasks.list()).toEqual([]);
  });

  test("takes an organisation's place from the console", async () => {
    const orgs = { ...ORGS_OF, prefer: "console" } as const;
    await tenant.client.orgs.move((await org("W")).id, { parent: (await org("E")).id });
    await tenant.import(orgs, [...ORGS.slice(0, 2), ["西", "W", "S"], ORGS[3] ?? []]);
    expect((await org("W")).parentId).toBe((await org("S")).id);
    expect(await tasks.list()).toEqual([]);
  });
});

test("in both · dropped · ≠ desired: the plan warns that the change was made in the console after all", async () => {
  await promoted();
  const { change } = await dropTasks(tenant.client, tasks.number(1));
  const { consoleTask } = await tenant.client.orgs.edit((await org("W")).id, { name: "西部" });
  await dropTasks(tenant.client, consoleTask ?? 0);
  const plan = await tenant.plan(USERS_OF, titled("部長"));
  const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
  const told = found.filter(({ code }) => code === "dropped-done");
  expect(told.map(({ row, params }) => [row, params])).toEqual([[2, { value: "部長", change }]]);
  await tenant.client.imports.commit(plan);
  // that was the export which shows it
  await tenant.import(USERS_OF, USERS);
  const again = await tenant.plan(USERS_OF, titled("部長"));
  const codes = (await Array.fromAsync(tenant.client.imports.problems(again.id))).map(({ code }) => code);
  expect(codes).not.toContain("dropped-done");
});

describe("tasks in the result of a takeover", () => {
  const numbers = (...places: readonly number[]) => places.map((place) => tasks.number(place));

  test("an export of another kind contradicts no tasks that it does not show", async () => {
    await promoted();
    await tenant.import(USERS_OF, titled("次長"));
    const { settled } = await tenant.import(ORGS_OF, ORGS);
    expect(settled).toMatchObject({ closed: [], contradicted: [], open: 1 });
  });

  test("a change that is given up for the console does not count as done", async () => {
    await promoted();
    await edit("sato@x", { title: "係長" });
    const shown = titled("次長").map((row) => (row[1] === "sato@x" ? row.with(2, "係長") : row));
    const { settled } = await tenant.import({ ...USERS_OF, prefer: "console" }, shown);
    expect(settled).toMatchObject({ closed: numbers(2), givenUp: numbers(1), open: 0 });
  });

  test("a task with some records done is reported", async () => {
    const all = USERS.map((row, at) => (at === 0 ? row : row.with(2, "参与")));
    const { change } = await tenant.import({ kind: "users" }, all);
    const { settled } = await tenant.import(USERS_OF, [...USERS.slice(0, -1), all.at(-1) ?? []]);
    expect(settled).toMatchObject({ closed: [], advanced: [change], contradicted: [], open: 1 });
  });
});
