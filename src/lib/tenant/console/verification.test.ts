import { afterEach, beforeEach, expect, test } from "vitest";
import { withAccount } from "#support/tenant/accounts.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { failureOf, fileOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

// tasks that are verified by an export of the console

let tenant: TestTenant;
const tasks = new TestTasks(() => tenant);
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "users", fromConsole: true }, BEFORE);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const HEADER = ["氏名", "メールアドレス", "役職", "組織コード"];
const person = (name: string, title = ""): readonly string[] => [name, `${name}@x.example`, title, ""];
const BEFORE: Cells = [HEADER, person("一"), person("二"), person("三")];
type Evidence = Parameters<typeof tenant.client.imports.verify>[2];

/** Verifies the task of a local change by an export. */
const verify = (rows: Cells, evidence: Evidence = {}, place = 1, client = tenant.client) =>
  client.imports.verify(
    tasks.number(place),
    { stream: new Blob([fileOf([HEADER, ...rows])]).stream(), encoding: "utf-8" },
    evidence,
  );
/** Commits a file that was written for the console. */
const upload = async (rows: Cells, mode: "append" | "replace" = "append") =>
  tenant.client.imports.commit(await tenant.plan({ kind: "users", mode }, [HEADER, ...rows]), {
    sha256: "0".repeat(64),
    fileName: "up.csv",
  });
const names = async () => (await tenant.users()).map(({ name, title }) => [name, title]);

test("nothing here changes, whatever else the export has or lacks", async () => {
  await upload([person("一", "部長"), person("四")]);
  const before = await names();
  const { done } = await verify([person("一", "部長"), person("二", "社長"), person("四"), person("五")]);
  expect(done).toBe(true);
  expect(await names()).toEqual(before);
  // what others changed there, and whom it lacks, is for the next export that is taken over
  expect(await tenant.plan({ kind: "users", fromConsole: true }, [...BEFORE, person("四")])).toMatchObject({
    create: 0,
  });
});

test("each record is done by itself: created, changed and deleted", async () => {
  await upload([person("一", "部長"), person("二"), person("四")], "replace");
  const openAfter = async (...rows: Cells) => {
    const { task, done } = await verify(rows);
    return done ? [] : task.records.map(({ name, work }) => `${work} ${name}`).toSorted();
  };
  expect(await openAfter(person("一"), person("二"), person("三"))).toEqual(["create 四", "delete 三", "edit 一"]);
  expect(await openAfter(person("一", "部長"), person("二"), person("三"))).toEqual(["create 四", "delete 三"]);
  expect(await openAfter(person("一", "部長"), person("二"), person("三"), person("四"))).toEqual(["delete 三"]);
  expect(await openAfter(person("一", "部長"), person("二"), person("四"))).toEqual([]);
});

test("an edit by hand is verified likewise, and other tasks stay as they are", async () => {
  const [one, two] = await tenant.users();
  await tenant.client.users.edit(one?.id ?? "", { title: "部長" });
  await tenant.client.users.edit(two?.id ?? "", { title: "課長" });
  expect(await verify([person("一", "部長"), person("二", "課長"), person("三")])).toMatchObject({ done: true });
  expect(await tasks.list()).toEqual([[2, "edit", "open"]]);
});

test("a value that nobody entered here contradicts it, until an export has the local one", async () => {
  await upload([person("一", "部長")]);
  expect(await verify([person("一", "社長"), person("二"), person("三")])).toMatchObject({
    done: false,
    task: { state: "contradicted", records: [{ name: "一", changes: [{ before: "社長", after: "部長" }] }] },
  });
  expect(await verify([person("一", "部長"), person("二"), person("三")])).toMatchObject({ done: true });
});

test("what the export does not show is named, and confirmed by who says so", async () => {
  await upload([person("一", "部長")]);
  const bare = (evidence: Evidence) =>
    tenant.client.imports.verify(
      tasks.number(1),
      {
        stream: new Blob([fileOf(BEFORE.map((row) => row.slice(0, 2)))]).stream(),
        encoding: "utf-8",
      },
      evidence,
    );
  expect(await bare({})).toMatchObject({ done: false, unseen: [{ field: "title", header: "役職" }] });
  expect(await bare({ confirmMissing: true })).toMatchObject({ done: true });
  expect(await tasks.of()).toMatchObject({ state: "confirmed", closedBy: "owner" });
});

test("it is recorded in the audit, by whom, and nothing of it is a change of records", async () => {
  await upload([person("一", "部長")]);
  await verify([person("一", "部長"), person("二"), person("三")]);
  const [record] = await Array.fromAsync(tenant.client.audit.list({ limit: 1 }));
  expect(record?.record).toMatchObject({ action: "imports.verify", actor: "owner" });
  expect(await tenant.client.audit.verify({ changes: true })).toMatchObject({ broken: null });
});

test.each([
  ["that nobody knows", 99],
  ["that asks nothing of the console", 1],
])("a number %s has no task", async (_, number) => {
  const content = { stream: new Blob([fileOf(BEFORE)]).stream(), encoding: "utf-8" } as const;
  const verified = tenant.client.imports.verify(number, content);
  expect(await failureOf(verified)).toMatchObject({ code: "not-found" });
});

test("what is no export of the kind is refused, and the task stays open", async () => {
  await upload([person("一", "部長")]);
  for (const cells of [
    [
      ["表示名", "ユーザーID"],
      ["一", "i"],
    ],
    [["氏名"], ["一"]],
    [HEADER.with(2, "氏名"), person("一")],
  ]) {
    const content = { stream: new Blob([fileOf(cells)]).stream(), encoding: "utf-8" } as const;
    expect(await failureOf(tenant.client.imports.verify(tasks.number(1), content))).toMatchObject({
      code: "input-rejected",
    });
  }
  expect(await tasks.list()).toEqual([[1, "upload", "open"]]);
});

test("who may not write imports verifies none", async () => {
  await upload([person("一", "部長")]);
  await withAccount(tenant, { name: "ope", role: "operator" });
  const verified = verify([person("一", "部長")], {}, 1, tenant.as("ope"));
  expect((await failureOf(verified))?.code).toMatch(/^not-(?:found|permitted)$/);
  expect(await tasks.list()).toContainEqual([1, "upload", "open"]);
});
