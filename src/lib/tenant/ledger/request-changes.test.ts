import { dropTasks, undoImport } from "#support/tenant/undo.ts";
import { describe, expect, test } from "vitest";
import { createWholeClient, type WholeClient } from "#support/client/whole-client.ts";
import { toUpload, openForAllTests } from "#support/tenant/tenant.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";

const tenant = openForAllTests();

let told: readonly number[] = [];
const client = createWholeClient({
  transport: tenant.fetch,
  changed: (numbers) => void (told = [...told, ...numbers]),
});

const recorded = async (work: () => Promise<unknown>): Promise<readonly number[]> => {
  const last = tenant.database.count("select coalesce(max(seq), 0) from audit");
  told = [];
  await work();
  return tenant.sql("select seq from audit where seq > :last order by seq", { last }).map(({ seq }) => Number(seq));
};

const file = (...rows: readonly (readonly string[])[]) => toUpload([["氏名", "メールアドレス"], ...rows]);
const idOf = async (name: string): Promise<string> => (await client.users.find({ name }))[0]?.id ?? "";
const commit = async (plan: Parameters<WholeClient["imports"]["commit"]>[0]) => {
  const { change } = await client.imports.commit(plan);
  told = [...told, change ?? 0];
};

const lastTask = async (): Promise<number> => (await client.console.list({})).at(-1)?.number ?? 0;

const COMMITS: readonly (readonly [what: string, work: () => Promise<unknown>])[] = [
  ["a new organisation", () => client.orgs.create({ name: "営業部", code: "S" })],
  ["a new user", () => client.users.create({ name: "山田", emails: ["yamada@example.jp"] })],
  ["an edit", async () => client.users.edit(await idOf("yamada@example.jp"), { title: "課長" })],
  [
    "a move",
    async () => {
      const [org] = await client.orgs.find({ name: "S" });
      return client.users.move({ ids: [await idOf("yamada@example.jp")], org: org?.id ?? "" });
    },
  ],
  ["an import", async () => commit(await client.imports.plan({ kind: "users" }, file(["佐藤", "sato@example.jp"])))],
  [
    "an undoing",
    async () => {
      const [last] = await client.imports.list();
      await commit(await undoImport(client, last?.id ?? "", {}));
    },
  ],
  [
    "a takeover",
    async () =>
      commit(await client.imports.plan({ kind: "users", fromConsole: true }, file(["山田", "yamada@example.jp"]))),
  ],
  ["an edit of a mirror", async () => client.users.edit(await idOf("yamada@example.jp"), { title: "部長" })],
  ["a task that was done", async () => client.console.confirm({ numbers: [await lastTask()] })],
  [
    "a deletion",
    async () => commit(await client.imports.delete({ kind: "users", ids: [await idOf("yamada@example.jp")] })),
  ],
  [
    "a task that is dropped",
    async () => {
      const { change } = await dropTasks(client, await lastTask());
      told = [...told, change ?? 0];
    },
  ],
  ["a device", () => client.devices.create({ serialNumber: "SN1" })],
  ["a custom field", () => client.users.addField({ name: "座席" })],
  [
    "a custom field that is removed",
    async () => client.users.removeField((await client.users.fields())[0]?.id ?? "", {}),
  ],
  ["a group", () => client.secured.createGroup("docs", { name: "営業" })],
  ["a scheme", () => client.roles.createScheme({ name: "閲覧", operations: ["users.write"] })],
  ["another user", () => client.users.create({ name: "髙橋", emails: ["takahashi@example.jp"] })],
  ["an account", async () => client.accounts.create({ user: await idOf("takahashi@example.jp"), name: "takahashi" })],
  [
    "another account name",
    async () => client.accounts.edit(await idOf("takahashi@example.jp"), { name: "takahashi2" }),
  ],
  ["the settings of accounts", () => client.accounts.setSettings({ authentication: "標準" })],
  ["an answer", () => client.answers.set({ answers: [{ question: "push-certificate.holder", value: "総務部" }] })],
  ["no further administrators", () => client.administrators.confirm("docs")],
  ["the tenant's profile", () => client.tenant.set({ contactName: "髙橋" })],
  ["a renewal", () => client.renewals.add({ kind: "custom", name: "契約" })],
];

describe("every committed change has one number", () => {
  test.each(COMMITS)("%s", async (_, work) => {
    const records = await recorded(work);
    expect(records).toHaveLength(1);
    expect(told).toEqual(records);
  });
});

test("an operation that commits nothing has no change number", async () => {
  const plan = () => client.imports.plan({ kind: "users" }, file(["鈴木", "suzuki@example.jp"]));
  const waiting = await plan();
  expect(await client.imports.show(waiting.id)).toMatchObject({ number: waiting.number, change: null });
  const discarded = await recorded(() => client.imports.discard(waiting.id));
  expect([discarded.length, told]).toEqual([0, []]);
  const left = await recorded(async () => client.imports.discard((await plan()).id));
  const tried = await recorded(() => client.orgs.create({ name: "総務部", dryRun: true }));
  const same = await recorded(() => client.tenant.set({ contactName: "髙橋" }));
  expect([left, tried, same, told]).toEqual([[], [], [], []]);
});

test("a repeated request returns the number of the change that it made", async () => {
  const send = async (): Promise<string | null> => {
    const { headers, status } = await tenant.post("/v1/orgs", { name: "工場", parentId: ROOT_ORG_ID });
    return status === 200 ? headers.get("clomoctl-change") : String(status);
  };
  const [first] = await recorded(send);
  expect(first).toBeDefined();
  const answers: (string | null)[] = [];
  expect(await recorded(async () => answers.push(await send()))).toEqual([]);
  expect(answers).toEqual([String(first)]);
});
