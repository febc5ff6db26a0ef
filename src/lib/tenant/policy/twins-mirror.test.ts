import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { createTwins, type Twin, type TwinRequest } from "#support/tenant/twins.ts";

// Who sees a part of a mirror: what the console is asked for there, and what its exports prove.

let made: readonly [Twin, Twin];
let pair: readonly [Twin, Twin];
beforeAll(async () => {
  made = await createTwins();
  for (const { tenant } of made) tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
  // what the console is asked for in the hidden half
  const [{ tenant }] = made;
  const { client } = tenant;
  const [taro] = await client.users.find({ name: "taro@west.example" });
  await client.users.edit(taro?.id ?? "", { title: "部長" });
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "組織コード", "役職"],
    ["西 太郎", "taro@west.example", "W1", "課長"],
  ]);
});
afterAll(() => Promise.all(made.map(({ tenant }) => tenant[Symbol.asyncDispose]())));
beforeEach(() => {
  pair = [made[0].copy(), made[1].copy()];
});
afterEach(() => Promise.all(pair.map(({ tenant }) => tenant[Symbol.asyncDispose]())));

const idOf = async (email: string): Promise<string> =>
  (await pair[0].tenant.client.users.find({ name: email }))[0]?.id ?? "";
const orgOf = async (name: string): Promise<string> => (await pair[0].tenant.client.orgs.find({ name }))[0]?.id ?? "";

/** Asks both, and expects the same answer. @returns its body */
const asked = async (account: string, request: TwinRequest, status = 200): Promise<string> => {
  const [whole, bare] = pair;
  const answered = await whole.ask(account, request);
  expect(answered).toEqual(await bare.ask(account, request));
  expect(answered).toMatchObject({ status });
  return answered.body;
};

const header = ["氏名", "メールアドレス", "組織コード", "役職"];
const row = ["東 花子", "hanako@east.example", "E1", "部長"];

describe.each([
  ["users", "higashi"],
  ["users", "cus"],
  ["orgs", "higashi"],
  ["orgs", "cus"],
  ["orgs", "minami"],
  ["devices", "higashi"],
  ["devices", "minami"],
] as const)("an upload of %s by %s", (kind, account) => {
  const files = {
    users: [header, row],
    orgs: [
      ["組織名", "組織コード", "上位組織コード", "上位組織パス"],
      ["営業一部", "E1", "EAST", ""],
      ["新設課", "E11", "E1", ""],
    ],
    devices: [
      ["シリアルナンバー", "所有者メールアドレス", "所有組織コード", "メモ"],
      ["EAST0001", "hanako@east.example", "", "貸出"],
      ["EAST0003", "", "E1", ""],
    ],
  } as const;

  test("gets the same responses whatever lies outside, and so does its task", async () => {
    const written = `sha256=${"0".repeat(64)}&fileName=up.csv`;
    const requests: readonly (readonly [TwinRequest, number])[] = [
      [{ method: "POST", path: "/v1/imports", body: { kind, mode: "append", fileName: "up.csv" } }, 201],
      [{ method: "PUT", path: "/v1/imports/{import:}/content", file: files[kind].map((cells) => [...cells]) }, 200],
      [{ method: "POST", path: `/v1/imports/{import:}/commit?${written}`, headers: { "if-match": "{etag:}" } }, 200],
    ];
    for (const [request, status] of requests) await asked(account, request, status);
    expect(await asked(account, { method: "GET", path: "/v1/console" })).toContain('"work":"upload"');
  });
});

describe("a console task is visible to accounts that manage everything it refers to", () => {
  const tasksOf = (account: string) => pair[0].tenant.as(account).console.list({});
  const names = async (account: string) =>
    (await tasksOf(account)).flatMap(({ records }) => records.map(({ name, work }) => `${work} ${name}`));

  test("a move from outside", async () => {
    const { client } = pair[0].tenant;
    await client.users.move({ ids: [await idOf("taro@west.example")], org: await orgOf("E1") });
    expect(await names("higashi")).toEqual([]);
    expect(await names("ope")).toEqual([]);
    await client.users.move({ ids: [await idOf("jiro@east.example")], org: await orgOf("E1") });
    expect(await names("higashi")).toEqual(["move 東 次郎"]);
  });

  test("a device of an owner outside, and of a deleted owner", async () => {
    const { client } = pair[0].tenant;
    const device = async (serial: string) => (await client.devices.find({ name: serial }))[0]?.id ?? "";
    const owned = async (serial: string, by: string) =>
      client.devices.setOwner({ ids: [await device(serial)], owner: await idOf(by), ownerOrg: null });
    await owned("WEST0001", "hanako@east.example");
    await owned("EAST0002", "saburo@east.example");
    expect(await names("higashi")).toEqual(["edit EAST0002"]);
    expect(await names("ope")).toEqual([]);
  });

  test("the record of a task that a file moved outside afterwards", async () => {
    const { client } = pair[0].tenant;
    await client.users.edit(await idOf("jiro@east.example"), { title: "主任" });
    expect(await names("higashi")).toEqual(["edit 東 次郎"]);
    await pair[0].tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "組織コード"],
      ["東 次郎", "jiro@east.example", "W1"],
    ]);
    expect(await names("higashi")).toEqual([]);
  });

  test("managed organisations of an account, schemes and settings", async () => {
    const { tenant } = pair[0];
    await addTestAccount(tenant, { name: "ken", role: "division", org: "E1", manages: ["EAST"] });
    const ken = await idOf("ken@accounts.example");
    await tenant.client.accounts.edit(ken, { managedOrgs: [await orgOf("EAST"), await orgOf("WEST")] });
    await tenant.client.accounts.setSettings({ composition: "mail-address" });
    await tenant.client.roles.createScheme({ name: "秘密係", operations: ["users.write"] });
    // of the account what lies inside, and nothing of what does not
    expect(await names("higashi")).toEqual(["create ken", "check ken"]);
    expect(JSON.stringify(await tasksOf("higashi"))).not.toMatch(/WEST|西|秘密係/);
    await tenant.client.accounts.edit(await idOf("hanako@east.example"), { memo: "秘密" });
    expect(await names("higashi")).toEqual(["create ken", "create 東 花子", "check ken"]);
    expect(await names("cus")).toEqual(["create ken", "create 東 花子", "check ken"]);
  });

  test("tasks of accounts are hidden from operators", async () => {
    const { client } = pair[0].tenant;
    await client.accounts.edit(await idOf("hanako@east.example"), { memo: "秘密" });
    const [task] = await tasksOf("higashi");
    expect(await names("ope")).toEqual([]);
    await expect(pair[0].tenant.as("ope").console.show(task?.number ?? 0)).rejects.toMatchObject({ code: "not-found" });
  });
});
