import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { failureOf, fileOf } from "#support/tenant/tenant.ts";
import { twins, type Twin } from "#support/tenant/twins.ts";

// Those who see a part of a mirror name its tasks by numbers that stay, and tell nothing of how many tasks there are.

let made: readonly [Twin, Twin];
let tenant: Twin["tenant"];
beforeAll(async () => {
  made = await twins();
  const [{ tenant: whole }] = made;
  whole.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
  for (const title of ["係長", "課長", "部長"]) {
    await whole.client.users.edit(await idOf(whole, "taro@west.example"), { title });
    await whole.client.users.edit(await idOf(whole, "jiro@east.example"), { title });
    await whole.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "役職"],
      ["西 太郎", "taro@west.example", `${title}代理`],
    ]);
  }
});
afterAll(() => Promise.all(made.map((twin) => twin.tenant[Symbol.asyncDispose]())));
beforeEach(() => {
  ({ tenant } = made[0].copy());
});
afterEach(() => tenant[Symbol.asyncDispose]());

const idOf = async ({ client }: Twin["tenant"], email: string): Promise<string> =>
  (await client.users.find({ name: email }))[0]?.id ?? "";

const openOf = async (client: Twin["tenant"]["client"]) => (await client.console.list({ state: "open" })).slice();

test("the number of a task stays, whatever is hidden or is done", async () => {
  const own = tenant.as("higashi");
  const [task, ...others] = await openOf(own);
  expect(others).toEqual([]);
  const number = task?.number ?? 0;
  expect(number).toBeGreaterThanOrEqual(100_000);
  expect(number).toBeLessThan(1_000_000);
  const { consoleTask } = await own.users.edit(await idOf(tenant, "hanako@east.example"), { title: "主任" });
  expect((await openOf(own)).map((one) => one.number)).toEqual([number, consoleTask]);
  await tenant.client.console.close({ numbers: [(await openOf(tenant.client))[0]?.number ?? 0], state: "dropped" });
  expect((await openOf(own)).map((one) => one.number)).toEqual([number, consoleTask]);
  await own.console.close({ numbers: [number], state: "confirmed" });
  expect((await openOf(own)).map((one) => one.number)).toEqual([consoleTask]);
});

test("the tenant's own number names a task for who sees all, and for nobody else", async () => {
  const own = tenant.as("higashi");
  const [{ number } = { number: 0 }] = await openOf(own);
  const known = await tenant.client.console.show(number);
  expect(known).toMatchObject({ name: "東 次郎" });
  expect(known.number).toBeLessThan(100);
  for (const name of Array.from({ length: 20 }, (_, at) => at + 1))
    expect(await failureOf(own.console.show(name))).toMatchObject({ code: "not-found" });
});

test("plans, imports and the audit name tasks alike", async () => {
  const own = tenant.as("higashi");
  const id = await idOf(tenant, "jiro@east.example");
  const { consoleTask } = await own.users.edit(id, { emails: ["jiro2@east.example"] });
  expect(consoleTask).toBeGreaterThanOrEqual(100_000);
  const stream = new Blob([
    fileOf([
      ["氏名", "メールアドレス", "組織コード"],
      ["東 次郎", "jiro@east.example", "E1"],
    ]),
  ]).stream();
  const plan = await own.imports.plan({ kind: "users", mode: "append" }, { stream, encoding: "utf-8" });
  const problems = (await Array.fromAsync(own.imports.problems(plan.id))).filter(({ code }) => code === "key-moved");
  expect(problems.map(({ params }) => params["tasks"])).toEqual([String(consoleTask)]);
  await own.console.close({ numbers: [consoleTask ?? 0], state: "dropped" });
  const [record] = await Array.fromAsync(own.audit.list({ action: "console" }));
  expect(record?.record).toMatchObject({
    action: "console.drop",
    objects: [{ thing: "console_task", id: String(consoleTask) }],
  });
  const [whole] = await Array.fromAsync(tenant.client.audit.list({ action: "console" }));
  expect(whole?.record).toMatchObject({
    objects: [{ thing: "console_task", id: expect.stringMatching(/^\d\d?$/) as string }],
  });
});
