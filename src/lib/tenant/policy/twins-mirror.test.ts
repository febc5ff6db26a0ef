import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withAccount } from "#support/tenant/accounts.ts";
import { fileOf } from "#support/tenant/tenant.ts";
import { twins, type Twin, type TwinRequest } from "#support/tenant/twins.ts";

// Who sees a part of a mirror: what the console is asked for there, and what its exports prove.

let made: readonly [Twin, Twin];
let pair: readonly [Twin, Twin];
beforeAll(async () => {
  made = await twins();
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

/** All that a tenant has, as its console exports it, with a title. */
const exported = async ({ tenant }: Twin, title: string) => {
  const all = await Array.fromAsync(tenant.client.users.list());
  const rows = all.map(({ name, emails: [email = ""], org, ...user }) =>
    email === row[1] ? row.with(3, title) : [name, email, org.code ?? "", user.title ?? ""],
  );
  return [header, ...rows];
};

describe.each(["higashi", "cus"])("an upload of %s is proved by an export", (account) => {
  const emitted: readonly (readonly [TwinRequest, number])[] = [
    [{ method: "POST", path: "/v1/imports", body: { kind: "users", mode: "append", fileName: "people.csv" } }, 201],
    [{ method: "PUT", path: "/v1/imports/{import:}/content", file: [header, row] }, 200],
    [{ method: "POST", path: "/v1/imports/{import:}/emitted", headers: { "if-match": "{etag:}" } }, 200],
  ];
  test("by whoever planned it", async () => {
    for (const [request, status] of emitted) await asked(account, request, status);
    const path = "/v1/imports/{import:}/verification";
    for (const [title, proof] of [
      ["課長", [expect.stringContaining('"accepted":false'), expect.stringContaining('"differences":1,')]],
      ["部長", [expect.stringContaining('"accepted":true'), expect.stringContaining('"differences":0,')]],
    ] as const) {
      for (const twin of pair) {
        const { body } = await twin.ask(account, { method: "POST", path, file: await exported(twin, title) });
        expect([body, body]).toEqual(proof);
      }
    }
    expect(await asked(account, { method: "GET", path: "/v1/console" })).toContain('"state":"shown"');
  });

  test("by the owner", async () => {
    for (const [request, status] of emitted) await asked(account, request, status);
    const [whole] = pair;
    const { imports } = whole.tenant.client;
    const [plan] = await imports.list();
    const stream = new Blob([fileOf(await exported(whole, "部長"))]).stream();
    expect(await imports.verify(plan?.id ?? "", { stream, encoding: "utf-8" }, {})).toMatchObject({ accepted: true });
  });
});

describe.each([
  ["orgs", "higashi"],
  ["orgs", "cus"],
  ["orgs", "minami"],
  ["devices", "higashi"],
  ["devices", "minami"],
] as const)("an upload of %s by %s is proved by an export that has what lies outside, too", (kind, account) => {
  const files = {
    orgs: {
      header: ["組織名", "組織コード", "上位組織コード", "上位組織パス"],
      rows: [
        ["営業一部", "E1", "EAST", ""],
        ["新設課", "E11", "E1", ""],
        ["第二課", "", "E2", ""],
      ],
    },
    devices: {
      header: ["シリアルナンバー", "所有者メールアドレス", "所有組織コード", "メモ"],
      rows: [
        ["EAST0001", "hanako@east.example", "", "貸出"],
        ["EAST0003", "", "E1", ""],
        ["EAST0004", "jiro@east.example", "", "予備"],
      ],
    },
  } as const;
  const { header }: { readonly header: readonly string[] } = files[kind];
  const { rows }: { readonly rows: readonly (readonly string[])[] } = files[kind];

  beforeEach(async () => {
    const [{ tenant }] = pair;
    const { client } = tenant;
    const [west] = await client.orgs.find({ name: "WEST" });
    const { after: below } = await client.orgs.create({ name: "総務部", parentId: west?.id ?? "" });
    await client.orgs.create({ name: "経理課", parentId: below.id });
    await client.orgs.create({ name: "技術部" });
    await client.devices.create({ serialNumber: "WEST0002", ownerOrg: below.id });
    const [east] = await client.orgs.find({ name: "EAST" });
    if (account === "minami") await client.devices.create({ serialNumber: "EAST0009", ownerOrg: east?.id ?? "" });
  });

  /** All that a tenant has, as its console exports it once it has the upload. */
  const exported = async ({ tenant }: Twin, after: readonly (readonly string[])[]) => {
    const response = await tenant.fetch(new Request(`http://tenant/v1/${kind}/export?newline=lf`));
    const [head = [], ...all] = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
    const key = kind === "orgs" ? 1 : 0;
    const before = all
      .map((row) => header.map((name) => row[head.indexOf(name)] ?? ""))
      .filter((row) => row[key] === "" || !after.some((other) => other[key] === row[key]));
    return [[...header], ...before, ...after.map((row) => [...row])];
  };

  test("as it is, and not with another value", async () => {
    const emitted: readonly (readonly [TwinRequest, number])[] = [
      [{ method: "POST", path: "/v1/imports", body: { kind, mode: "append" } }, 201],
      [
        { method: "PUT", path: "/v1/imports/{import:}/content", file: [[...header], ...rows.map((row) => [...row])] },
        200,
      ],
      [{ method: "POST", path: "/v1/imports/{import:}/emitted", headers: { "if-match": "{etag:}" } }, 200],
    ];
    for (const [request, status] of emitted) await asked(account, request, status);
    const path = "/v1/imports/{import:}/verification";
    const verified = async (after: readonly (readonly string[])[]) => {
      const [whole, bare] = pair;
      const file = await exported(whole, after);
      expect(file.flat().some((cell) => /WEST/.test(cell))).toBe(true);
      // where a row stands in his own file tells him nothing
      const answer = async (twin: Twin, content: readonly (readonly string[])[]) => {
        const { body } = await twin.ask(account, { method: "POST", path, file: content });
        return body.replaceAll(/"row":\d+,"line":\d+/g, "");
      };
      const answered = await answer(whole, file);
      expect(answered).toEqual(await answer(bare, await exported(bare, after)));
      expect(answered).not.toMatch(/WEST|西日本/);
      return answered;
    };
    const [first = [], ...others] = rows;
    const wrong = await verified([first.with(kind === "orgs" ? 0 : 3, "別の値"), ...others]);
    expect(wrong).toContain('"accepted":false');
    expect(wrong).toContain('"differences":1,');
    expect(await verified(rows.slice(0, -1))).toContain('"differences":1,');
    expect(await verified(rows)).toContain('"accepted":true');
  });
});

describe("what the console is asked for is seen by who holds all that it names", () => {
  const tasksOf = (account: string) => pair[0].tenant.as(account).console.list({ state: undefined });
  const names = async (account: string) => (await tasksOf(account)).map(({ name, work }) => `${work} ${name}`);

  test("a move from outside", async () => {
    const { client } = pair[0].tenant;
    await client.users.move({ ids: [await idOf("taro@west.example")], org: await orgOf("E1") });
    expect(await names("higashi")).toEqual([]);
    expect(await names("ope")).toEqual([]);
    await client.users.move({ ids: [await idOf("jiro@east.example")], org: await orgOf("E1") });
    expect(await names("higashi")).toEqual(["move 東 次郎"]);
  });

  test("a device of somebody outside, and of somebody who is deleted", async () => {
    const { client } = pair[0].tenant;
    const device = async (serial: string) => (await client.devices.find({ name: serial }))[0]?.id ?? "";
    const owned = async (serial: string, by: string) =>
      client.devices.setOwner({ ids: [await device(serial)], owner: await idOf(by), ownerOrg: null });
    await owned("WEST0001", "hanako@east.example");
    await owned("EAST0002", "saburo@east.example");
    expect(await names("higashi")).toEqual(["edit EAST0002"]);
    expect(await names("ope")).toEqual([]);
  });

  test("the record of a task that left afterwards by a file", async () => {
    const { client } = pair[0].tenant;
    await client.users.edit(await idOf("jiro@east.example"), { title: "主任" });
    expect(await names("higashi")).toEqual(["edit 東 次郎"]);
    await pair[0].tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "組織コード"],
      ["東 次郎", "jiro@east.example", "W1"],
    ]);
    expect(await names("higashi")).toEqual([]);
  });

  test("the organisations that an account manages, schemes and settings", async () => {
    const { tenant } = pair[0];
    await withAccount(tenant, { name: "ken", role: "division", org: "E1", manages: ["EAST"] });
    const ken = await idOf("ken@accounts.example");
    await tenant.client.accounts.edit(ken, { managedOrgs: [await orgOf("EAST"), await orgOf("WEST")] });
    await tenant.client.accounts.setSettings({ composition: "mail-address" });
    await tenant.client.roles.createScheme({ name: "秘密係", operations: ["users.write"] });
    expect(await names("higashi")).toEqual(["create ken"]);
    expect(await names("ope")).toEqual(["create ken"]);
    await tenant.client.accounts.edit(await idOf("hanako@east.example"), { memo: "秘密" });
    expect(await names("higashi")).toEqual(["create ken", "edit hanako"]);
    expect(await names("cus")).toEqual(["create ken", "edit hanako"]);
  });

  test("accounts are not the operators'", async () => {
    const { client } = pair[0].tenant;
    await client.accounts.edit(await idOf("hanako@east.example"), { memo: "秘密" });
    const [task] = await tasksOf("higashi");
    expect(await names("ope")).toEqual([]);
    await expect(pair[0].tenant.as("ope").console.show(task?.number ?? 0)).rejects.toMatchObject({ code: "not-found" });
  });
});

test("an upload of a part that an export proves makes the mirror no newer, nor tells others when columns were sent", async () => {
  const [whole] = pair;
  const own = whole.tenant.as("higashi");
  const stream = (title: string) => new Blob([fileOf([header, row.with(3, title)])]).stream();
  const plan = await own.imports.plan({ kind: "users", mode: "append" }, { stream: stream("部長"), encoding: "utf-8" });
  await own.imports.emitted(plan);
  const { mirroredAt } = await own.tenant.show();
  const proof = { stream: new Blob([fileOf(await exported(whole, "部長"))]).stream(), encoding: "utf-8" } as const;
  expect(await own.imports.verify(plan.id, proof, {})).toMatchObject({ accepted: true });
  expect((await own.tenant.show()).mirroredAt).toBe(mirroredAt);
  const sentAt = async (account: string) =>
    (
      await whole.tenant
        .as(account)
        .imports.plan({ kind: "users", mode: "append" }, { stream: stream("課長"), encoding: "utf-8" })
    ).unverifiedColumns;
  const told = await sentAt("higashi");
  expect(told.map(({ lastSentAt }) => lastSentAt)).not.toContain(null);
  expect(await sentAt("minami")).toEqual(told.map(({ header }) => ({ header, lastSentAt: null })));
});
