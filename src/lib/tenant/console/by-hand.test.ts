import { undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../contract/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { auditOf } from "#support/tenant/audit.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(exported, START);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const exported = { kind: "users", fromConsole: true } as const;
const HEADER = ["氏名", "メールアドレス", "役職"];
const file = (...rows: readonly (readonly string[])[]): Cells => [HEADER, ...rows];
const YAMADA = ["山田", "yamada@x", "課長"];
const SATO = ["佐藤", "sato@x", "主任"];
const START = file(YAMADA, SATO);

const named = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const edit = async (name: string, values: Readonly<Record<string, string | null>>) =>
  tenant.client.users.edit((await named(name)).id, values);
const task = (number = 1) => tenant.client.console.show(number);
const tasks = async () =>
  (await tenant.client.console.list({})).map(({ number, work, state, name }) => [number, work, state, name]);

test("what is written by hand in a mirror waits for the console, with what the console has and is to have", async () => {
  const { consoleTask } = await edit("yamada@x", { title: "部長" });
  expect(consoleTask).toBe(1);
  expect(await task()).toMatchObject({
    work: "edit",
    kind: "users",
    name: "山田",
    objectId: (await named("yamada@x")).id,
    importNumber: null,
    changes: [{ field: "title", before: "課長", after: "部長" }],
    state: "open",
  });
  expect((await tenant.client.tenant.show()).consoleTasks).toBe(1);
});

test("a later change of the same record joins the open task; what the console has stays what it had", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("yamada@x", { title: "本部長", tel: "03" });
  await edit("sato@x", { title: null });
  expect((await task()).changes).toEqual([
    { field: "title", before: "課長", after: "本部長" },
    { field: "tel", before: null, after: "03" },
  ]);
  // back to what it was: the console may have the other value by now
  await edit("yamada@x", { title: "課長" });
  expect((await task()).changes[0]).toEqual({ field: "title", before: "課長", after: "課長" });
  expect(await tasks()).toEqual([
    [1, "edit", "open", "山田"],
    [2, "edit", "open", "佐藤"],
  ]);
});

test("a move is one while nothing else changes; a new record stays one to be made", async () => {
  const { after: org } = await tenant.client.orgs.create({ name: "営業部" });
  const { id } = await named("yamada@x");
  await tenant.client.users.move({ ids: [id], org: org.id });
  expect(await task(2)).toMatchObject({
    work: "move",
    changes: [{ field: "org", before: "全社", after: "営業部" }],
  });
  await edit("yamada@x", { title: "部長" });
  expect((await task(2)).work).toBe("edit");
  await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
  await edit("t@x", { title: "係長" });
  expect(await tasks()).toEqual([
    [1, "create", "open", "営業部"],
    [2, "edit", "open", "山田"],
    [3, "create", "open", "髙橋"],
  ]);
  expect((await task(3)).changes).toContainEqual({ field: "title", before: null, after: "係長" });
});

test("of an organisation the parent's path is told, and none where only the name changes", async () => {
  const { after: branch } = await tenant.client.orgs.create({ name: "支社" });
  const { after: child } = await tenant.client.orgs.create({ name: "営業部", parentId: branch.id });
  const parent = { field: "parentId", before: null };
  const of = (after: string) => ({ before: null, after });
  expect((await task(1)).changes).toContainEqual({ ...parent, after: "全社", ids: of(ROOT_ORG_ID) });
  expect((await task(2)).changes).toContainEqual({ ...parent, after: "支社", ids: of(branch.id) });
  await tenant.client.console.close({ numbers: [1], state: "confirmed" });
  await tenant.client.console.close({ numbers: [2], state: "confirmed" });
  await tenant.client.orgs.edit(branch.id, { name: "大阪/支社" });
  expect((await task(3)).changes).toEqual([{ field: "name", before: "支社", after: "大阪/支社" }]);
  await tenant.client.orgs.move(child.id, { parent: ROOT_ORG_ID });
  const ids = { before: branch.id, after: ROOT_ORG_ID };
  expect((await task(4)).changes).toEqual([{ field: "parentId", before: "大阪\\/支社", after: "全社", ids }]);
});

test("a change of what an import wrote since is a task of its own, to be done after that of the import", async () => {
  await edit("yamada@x", { title: "部長" });
  await tenant.import({ kind: "users" }, file(["山田", "yamada@x", "本部長"]));
  await edit("yamada@x", { title: "室長" });
  expect((await task(1)).changes).toEqual([{ field: "title", before: "課長", after: "部長", now: "室長" }]);
  expect((await task(3)).changes).toEqual([{ field: "title", before: "本部長", after: "室長" }]);
  // of somebody else it changes nothing
  await tenant.import({ kind: "users" }, file(["佐藤", "sato@x", "係長"]));
  await edit("yamada@x", { title: "相談役" });
  expect((await task(3)).changes).toEqual([{ field: "title", before: "本部長", after: "相談役" }]);
});

test("of a record that was deleted since it says so, and which task deletes it in the console", async () => {
  const { after: made } = await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
  await edit("yamada@x", { title: "部長" });
  expect(await task()).toMatchObject({ gone: false, deletionTask: null });
  const ids = [made.id, (await named("yamada@x")).id];
  const { id } = await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
  const gone = { gone: true, deletionTask: 3, state: "open" };
  expect(await tenant.client.console.list({ state: "open" })).toMatchObject([gone, gone, { gone: false }]);
  await tenant.client.console.close({ numbers: [3], state: "confirmed" });
  expect(await task()).toMatchObject({ gone: true, deletionTask: null });
  await tenant.client.imports.commit(await undoImport(tenant.client, id));
  expect(await task()).toMatchObject({ gone: false, deletionTask: null });
  // what is closed asks for nothing
  await tenant.client.console.close({ numbers: [1], state: "dropped" });
  await tenant.import({ kind: "users", mode: "replace" }, START);
  expect(await task()).toMatchObject({ gone: false });
});

test("who was changed here stays though an export lacks them; the task says that it differs", async () => {
  await tenant.client.users.create({ name: "髙橋", emails: ["t@x"], tel: "03" });
  await edit("yamada@x", { title: "部長" });
  const { id, merged, settled } = await tenant.import(exported, file(SATO));
  expect(merged).toMatchObject({ open: 1, contradicted: 1, first: [{ name: "山田 <yamada@x>", field: null }] });
  expect(settled).toMatchObject({ closed: [], differing: [2] });
  expect(await tenant.client.console.list({ state: "open" })).toMatchObject([
    { number: 1, gone: false, doubtedAt: null },
    { number: 2, gone: false, doubtedAt: expect.any(String) },
  ]);
  await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
  expect(await task(2)).toMatchObject({ state: "open", doubtedAt: null });
  const plan = await tenant.client.imports.delete({ kind: "users", ids: [(await named("t@x")).id] });
  await tenant.client.imports.commit(plan);
  expect(await task()).toMatchObject({ gone: true, absentIn: null });
});

test("a value that was changed again since is told as it is by now", async () => {
  const { after: org } = await tenant.client.orgs.create({ name: "営業部", code: "S" });
  const { id } = await named("yamada@x");
  await tenant.client.users.move({ ids: [id], org: org.id });
  await edit("yamada@x", { title: "部長", tel: "03" });
  expect((await task(2)).changes.map(({ now }) => now)).toEqual([undefined, undefined, undefined]);
  await tenant.import({ kind: "users", blank: "clear" }, [
    [...HEADER, "TEL"],
    [...YAMADA, ""],
  ]);
  await tenant.client.orgs.edit(org.id, { name: "営業本部" });
  const told = [
    {
      field: "org",
      before: "全社",
      after: "営業部 (S)",
      ids: { before: ROOT_ORG_ID, after: org.id },
      renamed: "営業本部 (S)",
    },
    { field: "title", before: "課長", after: "部長", now: "課長" },
    { field: "tel", before: null, after: "03", now: null },
  ];
  expect((await task(2)).changes).toEqual(told);
  expect((await tenant.client.console.list({ state: "open" }))[1]?.changes).toEqual(told);
  await tenant.client.console.close({ numbers: [2], state: "confirmed" });
  expect((await task(2)).changes.map(({ now }) => now)).toEqual([undefined, undefined, undefined]);
});

test("an export leaves what was changed here, and its plan counts what the console does not have yet", async () => {
  await edit("yamada@x", { title: "部長", tel: "03" });
  await edit("sato@x", { title: "係長" });
  const done = file(["山田", "yamada@x", "部長"], ["佐藤", "sato@x", "係長"]);
  expect((await tenant.plan(exported, done)).merged).toBe(undefined);
  expect((await tenant.plan(exported, START)).merged).toEqual({ open: 2, contradicted: 0, leftOut: 0, first: [] });
  expect((await tenant.plan({ kind: "users" }, START)).merged).toBe(undefined);
  await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
  await tenant.client.users.create({ name: "鈴木", emails: ["s@x"] });
  expect(await tenant.import(exported, START)).toMatchObject({ update: 0, delete: 0, merged: { open: 4 } });
  expect((await tenant.users()).map(({ title }) => title)).toEqual(["部長", "係長", null, null]);
});

test("so does one of organisations, and one with a column of a custom field", async () => {
  const { client } = tenant;
  await client.users.addField({ name: "座席" });
  await client.users.edit((await named("yamada@x")).id, { custom: [{ name: "座席", value: "1F" }] });
  const seats = (seat: string): Cells => [
    [...HEADER, "座席"],
    [...YAMADA, seat],
    [...SATO, "9F"],
  ];
  const contradiction = { name: "山田 <yamada@x>", field: "custom:座席", local: "1F", console: "2F", confirmed: false };
  const plan = await tenant.plan(exported, seats("2F"));
  expect(plan).toMatchObject({ update: 1, merged: { open: 0, contradicted: 1, first: [contradiction] } });
  expect((await tenant.plan(exported, seats(""))).merged).toMatchObject({ open: 1, contradicted: 0 });
  expect((await tenant.plan(exported, seats("1F"))).merged).toBe(undefined);
  await client.imports.commit(plan);
  expect((await tenant.users()).map(({ custom }) => custom[0]?.value)).toEqual(["1F", "9F"]);
  const orgs = (name: string): Cells => [
    ["組織名", "組織コード", "上位組織コード"],
    [name, "S1", ""],
  ];
  await tenant.import({ kind: "orgs", fromConsole: true }, orgs("総務部"));
  const [org] = await client.orgs.find({ name: "総務部" });
  await client.orgs.edit(org?.id ?? "", { name: "総務部門" });
  const merged = async (name: string) => (await tenant.plan({ kind: "orgs", fromConsole: true }, orgs(name))).merged;
  expect(await merged("総務部")).toMatchObject({ open: 1, contradicted: 0 });
  expect((await merged("総務課"))?.first).toMatchObject([{ field: "name", local: "総務部門", console: "総務課" }]);
});

describe("an export that contradicts a task which somebody confirmed", () => {
  const confirm = (...numbers: number[]) => tenant.client.console.close({ numbers, state: "confirmed" });
  const settledBy = async (cells: Cells) => (await tenant.import(exported, cells)).settled;

  test("says so with both values, and opens the task again", async () => {
    await edit("yamada@x", { title: "部長", tel: "03" });
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
    await confirm(1, 2);
    const { merged } = await tenant.plan(exported, START);
    expect(merged).toEqual({
      open: 0,
      contradicted: 2,
      leftOut: 0,
      first: [
        { name: "山田 <yamada@x>", field: "title", local: "部長", console: "課長", confirmed: true },
        { name: "髙橋 <t@x>", field: null, local: null, console: null, confirmed: true },
      ],
    });
    expect(await settledBy(START)).toEqual({ closed: [], differing: [], contradicted: [1, 2], open: 2 });
    expect(await named("yamada@x")).toMatchObject({ title: "部長" });
    expect(await settledBy(START)).toEqual({ closed: [], differing: [], open: 2 });
  });

  test("says nothing of one that agrees; what the console shows afterwards is its own change", async () => {
    await edit("yamada@x", { title: "部長" });
    await confirm(1);
    const done = file(["山田", "yamada@x", "部長"], SATO);
    expect((await tenant.plan(exported, done)).merged).toBe(undefined);
    expect(await settledBy(done)).not.toHaveProperty("contradicted");
    expect((await tenant.plan(exported, START)).merged).toBe(undefined);
    expect(await settledBy(START)).not.toHaveProperty("contradicted");
    expect(await named("yamada@x")).toMatchObject({ title: "課長" });
  });

  test("says so after one that did not have the column", async () => {
    await edit("yamada@x", { title: "部長" });
    await confirm(1);
    await tenant.import(exported, [HEADER.slice(0, 2), YAMADA.slice(0, 2), SATO.slice(0, 2)]);
    expect((await tenant.plan(exported, START)).merged).toMatchObject({ contradicted: 1 });
    expect(await settledBy(START)).toMatchObject({ contradicted: [1] });
  });

  test("says so of one that was contradicted while it was open, and confirmed then", async () => {
    await edit("yamada@x", { title: "部長" });
    const other = file(["山田", "yamada@x", "次長"], SATO);
    expect(await settledBy(other)).toMatchObject({ differing: [1] });
    await confirm(1);
    const first = [{ name: "山田 <yamada@x>", field: "title", local: "部長", console: "次長", confirmed: true }];
    expect((await tenant.plan(exported, other)).merged).toMatchObject({ contradicted: 1, first });
    expect((await tenant.plan(exported, file(["山田", "yamada@x", "部長"], SATO))).merged).toBe(undefined);
    expect(await settledBy(other)).toMatchObject({ contradicted: [1] });
  });

  test("says nothing of a value that was written again since, by hand or by an import: that is open", async () => {
    await edit("yamada@x", { title: "部長", tel: "03" });
    await edit("sato@x", { title: "係長" });
    await confirm(1, 2);
    await edit("yamada@x", { title: "室長" });
    await tenant.import({ kind: "users" }, file(["佐藤", "sato@x", "次長"]));
    const cells = file(["山田", "yamada@x", "部長"], ["佐藤", "sato@x", "係長"]);
    expect(await tenant.plan(exported, cells)).toMatchObject({ update: 0, merged: { open: 2, contradicted: 0 } });
    expect(await settledBy(cells)).not.toHaveProperty("contradicted");
  });

  test("says so of custom fields, addresses and places", async () => {
    const { client } = tenant;
    await client.users.addField({ name: "座席" });
    const { after: org } = await client.orgs.create({ name: "営業部", code: "S1" });
    const { id } = await named("yamada@x");
    await client.users.edit(id, { custom: [{ name: "座席", value: "1F" }], emails: ["yamada@x", "y2@x"] });
    await client.users.move({ ids: [id], org: org.id });
    const open = await client.console.list({ state: "open" });
    await confirm(...open.map(({ number }) => number));
    const cells = [
      [...HEADER, "メールアドレス", "組織コード", "座席"],
      ["山田", "yamada@x", "課長", "y3@x", "", "2F"],
      ["佐藤", "sato@x", "主任", "", "", ""],
    ];
    const { merged } = await tenant.plan(exported, cells);
    expect(merged).toMatchObject({
      contradicted: 3,
      first: [
        { field: "custom:座席", local: "1F", console: "2F" },
        { field: "emails", local: "yamada@x, y2@x", console: "yamada@x, y3@x" },
        { field: "org", local: "S1", console: null },
      ],
    });
    const orgs = await tenant.plan({ kind: "orgs", fromConsole: true }, [
      ["組織名", "組織コード", "上位組織コード"],
      ["総務部", "S1", ""],
    ]);
    expect(orgs.merged?.first).toMatchObject([{ field: "name", local: "営業部", console: "総務部", confirmed: true }]);
  });

  test("says so of what imports changed and deleted, once it is committed", async () => {
    await tenant.import({ kind: "users" }, file(["山田", "yamada@x", "部長"]));
    const ids = [(await named("sato@x")).id];
    await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
    await confirm(1, 2);
    expect(await settledBy(START)).toMatchObject({ contradicted: [1, 2] });
  });

  test("is undone with what it told", async () => {
    await edit("yamada@x", { title: "部長" });
    await confirm(1);
    const { id } = await tenant.import(exported, START);
    const { imports } = tenant.client;
    await imports.commit(await undoImport({ imports }, id, { mirrorOnly: true }));
    expect((await task()).state).toBe("confirmed");
    expect((await tenant.plan(exported, START)).merged).toMatchObject({ contradicted: 1 });
  });
});

test("whose main address was changed by hand is the same person in an export from before that", async () => {
  const { id } = await named("yamada@x");
  await tenant.client.users.edit(id, { emails: ["y2@x", "spare@x"], tel: "03" });
  const plan = await tenant.plan(exported, START);
  expect(plan).toMatchObject({ create: 0, update: 0, delete: 0, merged: { open: 1 } });
  await tenant.client.imports.commit(plan);
  expect(await named("y2@x")).toMatchObject({ id, tel: "03" });
  // nobody can tell who has the former address beside the new one
  const both = await tenant.plan(exported, file(["山田", "y2@x", "課長"], YAMADA, SATO));
  expect(both).toMatchObject({ create: 0, delete: 0, rejected: false, merged: { leftOut: 2 } });
  const other = await tenant.plan(exported, file(["山田", "y2@x", "課長"], ["別人", "yamada@x", ""], SATO));
  expect(other).toMatchObject({ create: 1, delete: 0, rejected: false });
  expect(await tenant.plan({ kind: "users" }, START)).toMatchObject({ create: 1 });
});

test.each(["orgs", "devices", "groups", "members"])("so it is of %s", async (kind) => {
  const { client } = tenant;
  await tenant.import({ kind: "docs", createGroups: true }, [
    ["表示名", "ユーザーID", "パスワード", "グループ名"],
    ["太郎", "taro", "secret1", "営業"],
  ]);
  const [taro] = await client.secured.find("docs", { name: "taro" });
  if (kind === "orgs") await client.orgs.create({ name: "営業部", code: "S" });
  if (kind === "devices") await client.devices.create({ serialNumber: "SN1", platform: "iOS" });
  if (kind === "groups") await client.secured.createGroup("docs", { name: "企画" });
  if (kind === "members") await client.secured.edit({ app: "docs", id: taro?.id ?? "" }, { displayName: "次郎" });
  const asked = (await client.console.list({ state: "open" })).find(({ objectId }) => objectId !== null);
  expect(asked?.changes.length).toBeGreaterThan(0);
  expect(asked?.changes.every(({ now }) => now === undefined)).toBe(true);
});

describe("the console's export", () => {
  test("shows that it was done", async () => {
    await edit("yamada@x", { title: "部長" });
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"], title: "係長" });
    await tenant.import(exported, file(["山田", "yamada@x", "部長"], SATO, ["髙橋", "t@x", "係長"]));
    expect(await tasks()).toEqual([
      [1, "edit", "shown", "山田"],
      [2, "create", "open", "髙橋"],
    ]);
    // of a new user the organisation is asked for, too, which that export did not show
    await tenant.import(exported, [
      [...HEADER, "組織コード"],
      ["山田", "yamada@x", "部長", ""],
      [...SATO, ""],
      ["髙橋", "t@x", "係長", ""],
    ]);
    expect((await tasks())[1]).toEqual([2, "create", "shown", "髙橋"]);
  });

  test("with another value leaves it open, until a later one has what was wanted", async () => {
    await edit("yamada@x", { title: "部長" });
    await tenant.import(exported, START);
    expect(await task()).toMatchObject({ state: "open", doubtedAt: null });
    await tenant.import(exported, file(["山田", "yamada@x", "次長"], SATO));
    expect(await task()).toMatchObject({ state: "open", doubtedAt: expect.any(String) });
    const { id } = await tenant.import(exported, file(["山田", "yamada@x", "部長"], SATO));
    expect((await task()).state).toBe("shown");
    await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
    expect(await task()).toMatchObject({ state: "open" });
  });

  test("does not end a task that takes up what is written from then on", async () => {
    await edit("yamada@x", { title: "部長" });
    await tenant.import(exported, START);
    await edit("yamada@x", { title: "室長" });
    expect(await tasks()).toHaveLength(1);
    // the console may have either of both values that were entered here
    await tenant.import(exported, file(["山田", "yamada@x", "部長"], SATO));
    expect(await task()).toMatchObject({ state: "open", doubtedAt: null });
    await tenant.import(exported, file(["山田", "yamada@x", "室長"], SATO));
    expect((await tasks()).map(([, , state]) => state)).toEqual(["shown"]);
  });

  test("that has a new user with other values contradicts the task", async () => {
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"], title: "係長" });
    await tenant.import(exported, START);
    expect(await named("t@x")).toMatchObject({ title: "係長" });
    const codes = (title: string): Cells => [
      [...HEADER, "組織コード"],
      [...YAMADA, ""],
      [...SATO, ""],
      ["髙橋", "t@x", title, ""],
    ];
    await tenant.import(exported, codes("主任"));
    expect(await task()).toMatchObject({ state: "open", gone: false, doubtedAt: expect.any(String) });
    await tenant.import(exported, codes("係長"));
    expect((await task()).state).toBe("shown");
  });

  test("that has again whom an import changed, and lacks whom a deletion took, closes their tasks though an earlier one differed", async () => {
    await tenant.import({ kind: "users" }, file(["山田", "yamada@x", "部長"], ["髙橋", "t@x", "係長"]));
    const ids = [(await named("sato@x")).id];
    await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
    await tenant.import(exported, START);
    const states = async () => (await tenant.client.console.list({})).map(({ state }) => state);
    expect(await states()).toEqual(["open", "open"]);
    await tenant.import(exported, file(["山田", "yamada@x", "部長"], SATO));
    expect(await states()).toEqual(["open", "open"]);
    await tenant.import(exported, [
      [...HEADER, "組織コード"],
      ["山田", "yamada@x", "部長", ""],
      ["髙橋", "t@x", "係長", ""],
    ]);
    expect(await states()).toEqual(["shown", "shown"]);
  });

  test("without the column, or of what no file has, proves nothing", async () => {
    await edit("yamada@x", { tel: "03" });
    await edit("sato@x", { salesforceAccount: "sato" });
    await tenant.import(exported, START);
    await tenant.import(exported, START);
    expect(await tasks()).toEqual([
      [1, "edit", "open", "山田"],
      [2, "edit", "open", "佐藤"],
    ]);
  });

  test("without somebody who was made here says that the console has not got him", async () => {
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
    await tenant.import(exported, START);
    expect(await task()).toMatchObject({ state: "open", doubtedAt: null });
    expect(await named("t@x")).toMatchObject({ name: "髙橋" });
  });

  test("is not asked about another record", async () => {
    await edit("yamada@x", { title: "部長" });
    await tenant.import(exported, file(["山田", "yamada@x", "部長"], ["佐藤", "sato@x", "係長"]));
    expect((await task()).state).toBe("shown");
  });

  test("tells no organisation without a code, where there are several", async () => {
    const codes = (...cells: readonly string[]): Cells => [
      [...HEADER, "組織コード"],
      [...YAMADA, cells[0] ?? ""],
      [...SATO, cells[1] ?? ""],
    ];
    const { after: sales } = await tenant.client.orgs.create({ name: "営業部" });
    await tenant.client.users.move({ ids: [(await named("yamada@x")).id], org: sales.id });
    await tenant.import(exported, codes());
    expect(await task(2)).toMatchObject({ work: "move", state: "open", doubtedAt: null });
    await tenant.client.orgs.edit(sales.id, { code: "S01" });
    await tenant.import(exported, codes("S01"));
    expect(await task(2)).toMatchObject({ state: "shown" });
  });

  test("tells none either once its code is gone", async () => {
    const codes = (code: string): Cells => [
      [...HEADER, "組織コード"],
      [...YAMADA, code],
      [...SATO, ""],
    ];
    const { after: sales } = await tenant.client.orgs.create({ name: "営業部", code: "S01" });
    await tenant.client.users.move({ ids: [(await named("yamada@x")).id], org: sales.id });
    await tenant.import(exported, codes(""));
    expect(await task(2)).toMatchObject({ work: "move", state: "open", doubtedAt: null });
    await tenant.client.orgs.edit(sales.id, { code: null });
    await tenant.import(exported, codes(""));
    expect(await task(2)).toMatchObject({ state: "open" });
  });

  test("that is undone opens the task again", async () => {
    await edit("yamada@x", { title: "部長" });
    const { id } = await tenant.import(exported, file(["山田", "yamada@x", "部長"], ["佐藤", "sato@x", "係長"]));
    await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
    expect(await task()).toMatchObject({ state: "open", closedAt: null });
  });

  test("that is undone leaves what somebody confirmed", async () => {
    await edit("yamada@x", { title: "部長" });
    const { id } = await tenant.import(exported, START);
    await tenant.client.console.close({ numbers: [1], state: "confirmed" });
    await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
    expect((await named("yamada@x")).title).toBe("部長");
    expect(await task()).toMatchObject({ state: "confirmed" });
  });

  test("after a plain import of the same field drops what was asked before", async () => {
    await edit("yamada@x", { title: "部長" });
    await tenant.import({ kind: "users" }, file(["山田", "yamada@x", "本部長"]));
    await tenant.import(exported, file(["山田", "yamada@x", "本部長"], SATO));
    expect((await tenant.client.console.list({})).map(({ state }) => state)).toEqual(["dropped", "shown"]);
  });
});

test("somebody confirms that it was done: who, and when", async () => {
  await edit("yamada@x", { title: "部長" });
  const at = (await task()).openedAt;
  const [closed] = await tenant.client.console.close({ numbers: [1], state: "confirmed", by: "髙橋", at });
  expect(closed).toMatchObject({ state: "confirmed", closedBy: "髙橋", closedAt: at });
  const again = await failureOf(tenant.client.console.close({ numbers: [1], state: "dropped" }));
  expect(again).toMatchObject({ code: "conflict" });
});

test("several are closed together, with one record in the audit", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("sato@x", { title: "係長" });
  const numbers = [2, 1, 2];
  const closed = await tenant.client.console.close({ numbers, state: "confirmed", by: "髙橋" });
  expect(closed.map(({ number, state, closedBy }) => [number, state, closedBy])).toEqual([
    [2, "confirmed", "髙橋"],
    [1, "confirmed", "髙橋"],
  ]);
  const done = { state: "confirmed", at: closed[0]?.closedAt, actor: "髙橋" };
  expect(auditOf(tenant.database).at(-1)).toMatchObject({
    action: "console.confirm",
    objects: [
      { thing: "console_task", id: "2", name: "佐藤" },
      { thing: "console_task", id: "1", name: "山田" },
    ],
    before: { records: [{ state: "open" }, { state: "open" }] },
    after: { records: [done, done] },
    detail: {
      tasks: [
        { work: "edit", kind: "users" },
        { work: "edit", kind: "users" },
      ],
    },
  });
});

test("none is closed where one is not there, is closed, or was not yet to be done", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("sato@x", { title: "係長" });
  await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
  await tenant.client.console.close({ numbers: [3], state: "dropped" });
  const closing = { state: "confirmed" } as const;
  const stood = tenant.dump();
  const refused = async (numbers: readonly number[], at?: string) => {
    const failure = await failureOf(tenant.client.console.close({ numbers: [...numbers], ...closing, at }));
    expect(tenant.dump()).toEqual(stood);
    return [failure?.code, failure?.what.ja];
  };
  expect(await refused([1, 99])).toEqual(["not-found", "管理画面での作業 99 はありません"]);
  expect(await refused([1, 3])).toEqual(["conflict", "作業 3 はすでに終わっています(取り下げ)"]);
  const early = await refused([2, 1], "2020-01-01T00:00:00.000Z");
  expect(early).toEqual(["input-rejected", expect.stringContaining("作業 2 は")]);
});

test("several closed with one Idempotency-Key are closed once, and answered alike", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("sato@x", { title: "係長" });
  const send = () =>
    tenant.fetch(
      new Request("http://tenant/v1/console", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "once" },
        body: JSON.stringify({ numbers: [1, 2], state: "dropped" }),
      }),
    );
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(await second.json()).toEqual(await first.json());
  expect(auditOf(tenant.database).filter(({ action }) => action === "console.drop")).toHaveLength(1);
});

test("it was not done before it was to be done, nor in the future", async () => {
  await edit("yamada@x", { title: "部長" });
  for (const at of ["2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"]) {
    const failure = await failureOf(tenant.client.console.close({ numbers: [1], state: "confirmed", at }));
    expect(failure).toMatchObject({ code: "input-rejected", where: at });
  }
  expect((await task()).state).toBe("open");
});
