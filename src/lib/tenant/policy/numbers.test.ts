import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConsoleTask } from "../../contract/index.ts";
import { SCHEME_ITEMS } from "../../model/role-policy.ts";
import { failureOf, encodeCsv } from "#support/tenant/tenant.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { createTwins, type Twin } from "#support/tenant/twins.ts";

// An import, a task of the console and a record of the audit have one number for everybody.

let made: readonly [Twin, Twin];
let tenant: Twin["tenant"];
let own: Twin["tenant"]["client"];
beforeAll(async () => {
  made = await createTwins();
  [{ tenant }] = made;
  own = tenant.as("higashi");
  tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
  for (const title of ["係長", "課長", "部長"]) {
    await tenant.client.users.edit(await idOf("taro@west.example"), { title });
    await tenant.client.users.edit(await idOf("jiro@east.example"), { title });
    await tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "役職"],
      ["西 太郎", "taro@west.example", `${title}代理`],
    ]);
  }
  await own.imports.commit(
    await own.imports.plan({ kind: "users", mode: "append" }, file("東 次郎", "jiro@east.example")),
  );
});
afterAll(() => Promise.all(made.map((twin) => twin.tenant[Symbol.asyncDispose]())));

const idOf = async (email: string): Promise<string> => (await tenant.client.users.find({ name: email }))[0]?.id ?? "";

const file = (name: string, email: string) => ({
  stream: new Blob([
    encodeCsv([
      ["氏名", "メールアドレス", "組織コード"],
      [name, email, "E1"],
    ]),
  ]).stream(),
  encoding: "utf-8" as const,
});

test("an account with a part sees its audit records unchanged, and hidden records are left out", async () => {
  const seen = await Array.fromAsync(own.audit.list());
  const all = new Map((await Array.fromAsync(tenant.client.audit.list())).map((record) => [record.seq, record]));
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.length).toBeLessThan(all.size);
  for (const record of seen) {
    expect(record).toEqual(all.get(record.seq));
    expect(await own.audit.show(record.seq)).toEqual(record);
  }
  const [hidden] = new Set(all.keys()).difference(new Set(seen.map(({ seq }) => seq)));
  expect(await failureOf(own.audit.show(hidden ?? 0))).toMatchObject({ code: "not-found" });
});

test("imports also have their number for an account with a part", async () => {
  const all = new Map((await tenant.client.imports.list()).map(({ id, number }) => [id, number]));
  const seen = await own.imports.list();
  expect(seen.map(({ id, number }) => [id, number])).toEqual([...all].slice(0, 1));
});

test("a task number shows the task to accounts that may see it, and nothing to others", async () => {
  const named = (tasks: readonly ConsoleTask[]) => tasks.flatMap(({ records }) => records.map(({ name }) => name));
  const seen = await own.console.list({});
  expect(new Set(named(seen))).toEqual(new Set(["東 次郎"]));
  for (const { number, records } of seen) {
    expect(await own.console.show(number)).toMatchObject({ number, records });
    expect(await tenant.client.console.show(number)).toMatchObject({ number, records });
  }
  const all = await tenant.client.console.list({});
  const hidden = all.filter((task) => !seen.some(({ number }) => number === task.number));
  expect(named(hidden)).toContain("西 太郎");
  for (const { number } of hidden)
    expect(await failureOf(own.console.show(number))).toMatchObject({ code: "not-found" });
});

test("the audit log refers to tasks by the same numbers", async () => {
  const { consoleTask } = await own.users.edit(await idOf("saburo@east.example"), { emails: ["s@east.example"] });
  await own.console.confirm({ numbers: [consoleTask ?? 0] });
  for (const client of [own, tenant.client]) {
    const [record] = await Array.fromAsync(client.audit.list({ action: "console" }));
    expect(record?.record).toMatchObject({
      action: "console.confirm",
      objects: [{ thing: "console_task", id: String(consoleTask) }],
    });
  }
});

test("tasks about schemes and account settings are visible only to system administrators", async () => {
  await addTestAccount(tenant, { name: "zentai", role: "custom", items: SCHEME_ITEMS });
  const client = tenant.as("zentai");
  const wanted = ["scheme", "account_settings"];
  await tenant.client.roles.createScheme({ name: "端末担当", operations: SCHEME_ITEMS.slice(0, 1) });
  await tenant.client.accounts.setSettings({ composition: "free-text", authentication: null });
  await tenant.client.users.addField({ name: "座席" });
  const things = (tasks: readonly ConsoleTask[]) => tasks.map(({ thing }) => thing);
  expect(things(await tenant.client.console.list({}))).toEqual(expect.arrayContaining([...wanted, "custom_field"]));
  const seen = things(await client.console.list({}));
  expect(seen).toContain("custom_field");
  for (const one of wanted) expect(seen).not.toContain(one);
});
