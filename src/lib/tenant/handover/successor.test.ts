import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildMultipartUpload, restoreFrom, exportApplicableFiles } from "#support/tenant/restoring.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { dropTasks, undoChange } from "#support/tenant/undo.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let mirror: TestTenant;
let successor: TestTenant;
beforeEach(async () => {
  [mirror, successor] = [new TestTenant(), new TestTenant()];
  await mirror.import(exported, START);
});
afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  await successor[Symbol.asyncDispose]();
});

const exported = { kind: "users", fromConsole: true } as const;
const HEADER = ["氏名", "メールアドレス", "役職", "CLOMOアカウント名"];
const YAMADA = ["山田", "yamada@x", "課長", "yamada"];
const SATO = ["佐藤", "sato@x", "主任", "sato"];
const START: Cells = [HEADER, YAMADA, SATO];

const idOf = async (tenant: TestTenant, name: string): Promise<string> =>
  (await tenant.client.users.find({ name }))[0]?.id ?? "";
const edit = async (values: Readonly<Record<string, string>>, name = "yamada@x", tenant = mirror) =>
  tenant.client.users.edit(await idOf(tenant, name), values);
const remove = async (name: string) =>
  mirror.client.imports.commit(await mirror.client.imports.delete({ kind: "users", ids: [await idOf(mirror, name)] }));

const apply = async (): Promise<number> => {
  const { mirroredAt } = await mirror.client.tenant.show();
  await restoreFrom(successor.client, await exportApplicableFiles(mirror.client), undefined, mirroredAt ?? undefined);
  return Number(successor.sql("select max(number) as number from change")[0]?.["number"]);
};

const tasks = new TestTasks(() => successor);

test("bundles contain console values: open tasks become one task of the change that applied the bundle", async () => {
  await edit({ title: "部長" });
  await edit({ title: "本部長" });
  const { number } = await mirror.client.console.show((await mirror.client.console.list({}))[0]?.number ?? -1);
  const change = await apply();
  const [task, ...others] = await successor.client.console.list({});
  expect([task?.number, task?.action, others]).toEqual([change, "handover.apply", []]);
  const changes = [{ field: "title", before: "課長", after: "本部長", perhaps: ["部長"] }];
  expect(task).toMatchObject({ work: "edit", update: 1, state: "open", records: [{ name: "山田", changes }] });
  expect((await mirror.client.console.show(number)).records[0]?.changes).toEqual(changes);
  for (const [title, state] of [
    ["部長", "open"],
    ["次長", "contradicted"],
    ["本部長", "done"],
  ] as const) {
    await successor.import(exported, [HEADER, YAMADA.with(2, title), SATO]);
    expect((await successor.client.console.show(change)).state).toBe(state);
  }
  expect((await successor.users()).map(({ title }) => title)).toEqual(["本部長", "主任"]);
  expect(await successor.client.console.list({ all: true })).toEqual([]);
});

test("bundles contain console values but no versions", async () => {
  await edit({ title: "部長" });
  await edit({ title: "本部長" });
  const versions = "select count(*) as count from user_version";
  expect(mirror.sql(versions)).toEqual([{ count: 2 }]);
  const files = await exportApplicableFiles(mirror.client);
  expect([...files.keys()].filter((name) => /version/.test(name))).toEqual([]);
  await apply();
  expect(successor.sql(versions)).toEqual([{ count: 0 }]);
  const observed = "select inConsole, title from user_observed";
  expect(successor.sql(observed)).toEqual(mirror.sql(observed));
});

test("a field that no export has shown is also unknown to the successor, until an export shows it", async () => {
  await mirror.client.users.addField({ name: "座席" });
  await mirror.client.users.addField({ name: "入社年" });
  await mirror.import(
    exported,
    START.map((row, at) => [...row, ["座席", "1F"][at] ?? ""]),
  );
  const custom = [
    { name: "座席", value: "2F" },
    { name: "入社年", value: "10" },
  ];
  await mirror.client.users.edit(await idOf(mirror, "yamada@x"), { title: "部長", tel: "03-1", custom });
  await apply();
  const changes = [
    { field: "title", before: "課長", after: "部長" },
    { field: "tel", before: null, after: "03-1", neverExported: true },
    { field: "custom:座席", before: "1F", after: "2F" },
    { field: "custom:入社年", before: null, after: "10", neverExported: true },
  ];
  const changesIn = async ({ client }: TestTenant) =>
    (await client.console.list({})).flatMap(
      ({ records }) => records.find(({ name }) => name === "山田")?.changes ?? [],
    );
  expect(await changesIn(mirror)).toEqual(changes);
  expect(await changesIn(successor)).toEqual(changes);
  const shown = [
    [...HEADER, "座席", "入社年", "TEL"],
    [...YAMADA, "1F", "11", "03-9"],
    [...SATO, "", "", ""],
  ];
  await successor.import(exported, shown);
  expect((await changesIn(successor)).map(({ before, neverExported }) => [before, neverExported])).toEqual(
    ["課長", "03-9", "1F", "11"].map((before) => [before, undefined]),
  );
});

test("bundles contain the columns that exports have shown, even if nothing differs", async () => {
  const field = await mirror.client.users.addField({ name: "座席" });
  await mirror.import(
    exported,
    START.map((row, at) => [...row, ["座席", "1F"][at] ?? ""]),
  );
  const files = await exportApplicableFiles(mirror.client);
  const line = JSON.parse((files.get("resources/observed.ndjson") ?? "").split("\n")[0] ?? "") as object;
  const columns = ["accountName", `custom:${field.id}`, "emails", "name", "title"];
  expect(line).toMatchObject({ id: "export/users", differs: [], exported: columns });
  await apply();
  expect((await exportApplicableFiles(successor.client)).get("resources/observed.ndjson")).toBe(
    files.get("resources/observed.ndjson"),
  );
  const edited = [
    ["氏名", "メールアドレス", "役職", "TEL", "座席"],
    ["山田", "yamada@x", "部長", "03-1", "2F"],
  ];
  const plan = await successor.plan({ kind: "users" }, edited);
  expect(plan.unseenColumns).toContain("TEL");
  expect(plan.unseenColumns).not.toContain("役職");
  await successor.client.imports.commit(plan);
  expect(await tasks.changes(2)).toMatchObject([
    { field: "title", before: "課長", after: "部長" },
    { field: "tel", before: null, after: "03-1", neverExported: true },
    { field: "custom:座席", before: "1F", after: "2F" },
  ]);
});

describe("a record that was changed twice has the same task in the successor's mirror:", () => {
  const openChanges = async ({ client }: TestTenant) => {
    const records = (await client.console.list({})).flatMap((task) => task.records);
    const all = records.map(({ thing, name, work, changes }) => ({ thing, name, work, changes }));
    return all.toSorted((a, b) => (a.thing < b.thing ? -1 : 1));
  };

  test("custom fields, one of which has been removed since", async () => {
    const seat = await mirror.client.users.addField({ name: "座席" });
    await mirror.client.users.addField({ name: "階" });
    await mirror.import(
      exported,
      START.map((row, at) => [
        ...row,
        ...([
          ["座席", "階"],
          ["1F", "a"],
          ["2F", "b"],
        ][at] ?? []),
      ]),
    );
    const id = await idOf(mirror, "yamada@x");
    for (const value of ["x", "y"]) await mirror.client.users.edit(id, { custom: [{ name: "階", value }] });
    await mirror.client.users.removeField(seat.id, { users: 2 });
    await apply();
    const open = await openChanges(mirror);
    expect(open).toMatchObject([
      { thing: "custom_field", name: "座席" },
      { changes: [{ before: "a", perhaps: ["x"] }] },
    ]);
    expect(await openChanges(successor)).toEqual(open);
  });

  test("managed organisations of an account", async () => {
    const orgOf = async (name: string) => (await mirror.client.orgs.create({ name })).after.id;
    const [sales, support] = [await orgOf("営業"), await orgOf("サポート")];
    const user = await idOf(mirror, "yamada@x");
    for (const managedOrgs of [[sales], [support], [sales, support]])
      await mirror.client.accounts.edit(user, { role: "division", managedOrgs, passwordInConsole: true });
    await apply();
    const [open, inSuccessor] = await Promise.all([mirror, successor].map(openChanges));
    const account = open?.find(({ thing }) => thing === "account");
    expect(account?.changes.map(({ field }) => field)).toEqual(["role", "managedOrgs"]);
    expect(inSuccessor?.find(({ thing }) => thing === "account")).toEqual(account);
  });
});

test("a user deleted in the mirror is not created by an export, and returns if the task is dropped", async () => {
  await edit({ title: "係長" }, "sato@x");
  await remove("sato@x");
  const change = await apply();
  expect(await successor.client.console.list({})).toMatchObject([
    { number: change, records: [{ thing: "user", name: "佐藤", work: "delete" }] },
  ]);
  expect(await successor.import(exported, START)).toMatchObject({ create: 0, update: 0 });
  await dropTasks(successor.client, change);
  expect((await successor.users()).map(({ name, title }) => [name, title])).toEqual([
    ["山田", "課長"],
    ["佐藤", "主任"],
  ]);
});

test("undoing the change that applied the bundle restores no user who was deleted before", async () => {
  await remove("sato@x");
  const change = await apply();
  const plan = await undoChange(successor.client, change);
  expect(plan).toMatchObject({ create: 0, delete: 1 });
});

test("an account goes with its user and leaves nothing to do", async () => {
  await mirror.client.accounts.edit(await idOf(mirror, "yamada@x"), { memo: "受付" });
  await mirror.client.accounts.edit(await idOf(mirror, "sato@x"), { memo: "受付" });
  await remove("sato@x");
  await mirror.import(exported, [HEADER, YAMADA]);
  const records = [{ thing: "account", work: "create", name: "山田" }];
  expect(await mirror.client.console.list({})).toMatchObject([{ records }]);
  await apply();
  expect(await successor.client.console.list({})).toMatchObject([{ records }]);
});

test("bundles contain only the time when a secret was set", async () => {
  const secret = "Geheim-1234";
  await mirror.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "CLOMOアカウント名", "CLOMOアカウントパスワード"],
    ["山田", "yamada@x", "yamada", secret],
  ]);
  const files = await exportApplicableFiles(mirror.client);
  expect([...files.values()].join("")).not.toContain(secret);
  const lines = (files.get("resources/observed.ndjson") ?? "").split("\n");
  expect(JSON.parse(lines.find((line) => line.includes('"user/')) ?? "")).toMatchObject({
    differs: ["accountPasswordSetAt"],
    local: [{ field: "accountPasswordSetAt" }],
  });
  await apply();
  expect(await tasks.changes()).toEqual([{ field: "accountPassword", before: null, after: null }]);
  expect(successor.sql("select count(*) as count from account where verifier is not null")).toEqual([{ count: 0 }]);
});

test("bundles contain confirmations with person and time, and an export can contradict them", async () => {
  await edit({ title: "部長" });
  const [task] = await mirror.client.console.list({});
  await mirror.client.console.confirm({ numbers: [task?.number ?? -1] });
  const { closedAt, closedBy } = await mirror.client.console.show(task?.number ?? -1);
  const change = await apply();
  expect(await successor.client.console.list({})).toEqual([]);
  expect(await successor.client.console.show(change)).toMatchObject({ state: "confirmed", closedAt, closedBy });
  await successor.import(exported, START);
  expect((await successor.client.console.list({})).map(({ number }) => number)).toEqual([change]);
});

test("a tenant that already has the records gets the tasks from the same change, and the audit log agrees", async () => {
  await restoreFrom(
    successor.client,
    new Map([...(await exportApplicableFiles(mirror.client)), ["resources/observed.ndjson", ""]]),
  );
  await edit({ title: "部長" });
  await edit({ title: "係長" }, "sato@x");
  await successor.client.users.edit(await idOf(successor, "sato@x"), { title: "係長" });
  const change = await apply();
  expect(await successor.client.console.list({})).toMatchObject([{ number: change, update: 2 }]);
  const { changes } = await successor.client.audit.verify({ changes: true });
  expect(changes?.broken).toEqual([]);
});

describe("console values are rejected:", () => {
  const LINE = {
    id: "user/019a9f3c-5a00-7abc-8def-000000000021",
    inConsole: true,
    differs: ["title"],
    exported: [],
    confirmed: [],
    contradicted: [],
    confirmedBy: null,
    confirmedAt: null,
    states: [{ values: [{ field: "title", value: "課長" }] }],
    local: [],
  };
  const planOf = async (line: object, mirroredAt: string | undefined) => {
    const files = await exportApplicableFiles(mirror.client);
    const id = await idOf(mirror, "yamada@x");
    const sent = JSON.stringify({ ...LINE, ...line }).replace("019a9f3c-5a00-7abc-8def-000000000021", id);
    return successor.client.restores.plan(
      buildMultipartUpload(new Map([...files, ["resources/observed.ndjson", `${sent}\n`]])),
      {
        mirroredAt,
      },
    );
  };
  const AT = "2026-01-01T00:00:00.000Z";

  test("but not for a valid line", async () => {
    expect((await planOf({}, AT)).refusals).toEqual([]);
  });

  test("in a tenant that is not a mirror", async () => {
    expect((await planOf({}, undefined)).refusals).toMatchObject([{ resource: "observed" }]);
  });

  const values = (field: string, value: string | null) => ({ states: [{ values: [{ field, value }] }] });

  test.each<[string, object, string]>([
    ["a thing that there is not", { id: "people/019a9f3c-5a00-7abc-8def-000000000021" }, "id"],
    ["no id", { id: "user/1" }, "id"],
    ["a column that there is not", { differs: ["nameKey"] }, "differs"],
    ["exports of no kind", { id: "export/people" }, "id"],
    ["a column that no export has", { id: "export/users", exported: ["age"] }, "exported"],
    ["a custom field without an id", { id: "export/users", exported: ["custom:12"] }, "exported"],
    ["a value of no column", values("verifier", "x"), "states"],
    ["a blank name", values("name", " "), "states"],
    ["a list that is none", values("emails", "a@x"), "states"],
    ["a reference that is no id", values("org", "1"), "states"],
    ["a condition that is none", values("administrator", "ja"), "states"],
    ["a time that is none", { local: [{ field: "accountPasswordSetAt", value: "gestern" }] }, "local"],
  ])("%s", async (_, line, field) => {
    const { refusals } = await planOf(line, AT);
    expect(refusals).toMatchObject([{ resource: "observed" }]);
    expect(refusals[0]?.detail.en).toContain(`${field}: not in the format of an exported file`);
  });

  test("a reference to an unknown record", async () => {
    const line = { differs: ["org"], ...values("org", "019a9f3c-5a00-7abc-8def-000000000099") };
    const failure = await failureOf(planOf(line, AT));
    expect([failure?.code, failure?.where]).toEqual(["input-rejected", expect.stringContaining("observed: user/")]);
  });
});
