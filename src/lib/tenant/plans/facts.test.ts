import { expect, test } from "vitest";
import { failureOf, type TestTenant, readStreamText, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const DOCS = { kind: "docs", createGroups: true } as const;

test("facts 1.1: 組織コード, a number or any text, links users and organisations in two files", async () => {
  await tenant.import({ kind: "orgs" }, "組織名,組織コード\n営業部,001\n総務部,総務-甲");
  await tenant.import(
    { kind: "users" },
    "氏名,メールアドレス,組織コード\n山田,yamada@example.jp,001\n佐藤,sato@example.jp,総務-甲",
  );
  expect((await tenant.users()).map(({ name, org }) => [name, org.path, org.code])).toEqual(
    expect.arrayContaining([
      ["山田", "営業部", "001"],
      ["佐藤", "総務部", "総務-甲"],
    ]),
  );
});

test("facts 1.3: an address need not exist: CLOMO's own serial dummy addresses are accepted", async () => {
  const people = ["user001@example.com", "user002@example.com"].map((address) => [address.slice(0, 7), address]);
  const plan = await tenant.plan({ kind: "users" }, [["氏名", "メールアドレス"], ...people]);
  expect(await tenant.problems(plan)).toEqual([]);
  expect(plan).toMatchObject({ create: 2, rejected: false });
});

test("facts 1.3: a device has its user, organisation and tags before it is enrolled", async () => {
  const org = (await tenant.client.orgs.create({ name: "営業部" })).after;
  const user = (await tenant.client.users.create({ name: "山田", emails: ["yamada@example.jp"], org: org.id })).after;
  const registered = { platform: "Android", status: "事前登録", tags: ["貸出用"] } as const;
  const { after } = await tenant.client.devices.create({ serialNumber: "S1", ...registered, owner: user.id });
  expect(after).toMatchObject({ owner: { name: "山田" }, org: { path: "営業部" }, tags: ["貸出用"] });
});

test("facts 4.6: a device is 事前登録, 管理中 or 管理外", async () => {
  for (const status of ["事前登録", "管理中", "管理外"]) {
    const { after } = await tenant.client.devices.create({ serialNumber: status, status });
    expect(after.status).toBe(status);
  }
  const failure = await failureOf(tenant.client.devices.create({ serialNumber: "S4", status: "取り消し線" }));
  expect(failure?.code).toBe("input-rejected");
});

test.each([
  ["表示名", "255 characters", "あ".repeat(255), "あ".repeat(256)],
  ["ユーザーID", "255 letters and digits", "a".repeat(255), "a".repeat(256)],
  ["ユーザーID", "upper and lower case, no hyphen", "TESTuser1", "test-user"],
  ["パスワード", "6 at least", "abc123", "abc12"],
  ["パスワード", "255 at most", "a".repeat(255), "a".repeat(256)],
  ["パスワード", "letters and digits", "abcdef", "abcde-"],
  ["説明", "255 characters, not UTF-16 units", "𠮟".repeat(255), "𠮟".repeat(256)],
  ["シークレットキー", "255 letters and digits", "a1".repeat(127), "a1".repeat(128)],
  ["ファイル管理者権限", "TRUE or FALSE", "TRUE", "はい"],
])("facts 6.1: %s: %s", async (column, _, taken, refused) => {
  const header = ["表示名", "ユーザーID", "パスワード", "説明", "シークレットキー", "ファイル管理者権限"];
  const rowWith = (value: string) => {
    const row = ["花子", "hanako", "Invented1", "", "", "FALSE"];
    return header.map((name, at) => (name === column ? value : (row[at] ?? "")));
  };
  expect(await tenant.plan(DOCS, [header, rowWith(taken)])).toMatchObject({ create: 1, rejected: false });
  expect(await tenant.plan(DOCS, [header, rowWith(refused)])).toMatchObject({ invalid: 1, rejected: true });
});

test("facts 6.4: each group has a グループ名 column, in any position", async () => {
  await tenant.import(
    { kind: "contacts", createGroups: true },
    "グループ名,表示名,ユーザーID,パスワード,グループ名,グループ名\n営業,花子,hanako,Invented1,総務,",
  );
  expect((await tenant.securedUsers("contacts")).map(({ groups }) => groups.toSorted())).toEqual([["営業", "総務"]]);
});

const REGISTERED = "シリアルナンバー,ステータス,タグ,メモ,タグ\nS1,管理中,貸出用,,予備\nS2,管理中,貸出用,,";

test("facts 1.1: an import sets tags and memos of registered devices, and removes tags", async () => {
  await tenant.import({ kind: "devices" }, REGISTERED);
  await tenant.import({ kind: "devices", blank: "clear" }, "シリアルナンバー,タグ,メモ\nS1,返却済,画面に傷\nS2,,");
  expect(await tenant.devices()).toMatchObject([
    { serialNumber: "S1", status: "管理中", tags: ["返却済"], memo: "画面に傷" },
    { serialNumber: "S2", status: "管理中", tags: [], memo: null },
  ]);
});

test.each([
  ["imei", "IMEI番号", "35 209900 176148 1"],
  ["phone", "電話番号", "090-0000-0001"],
  ["wifi-mac", "Wi-Fi MACアドレス", "02:00:00:00:00:01"],
  ["android-id", "Android ID", "00a1b2c3d4e5f607"],
  ["serial", "メモ", "x"],
] as const)(
  "facts 1.3: a device is matched by %s, one of the console's keys for pre-registration",
  async (key, header, value) => {
    await tenant.import(
      { kind: "devices" },
      `シリアルナンバー,ステータス,${header}\nS1,事前登録,${value}\nS2,事前登録,`,
    );
    const plan = await tenant.plan({ kind: "devices", key }, `シリアルナンバー,${header},端末識別名\nS1,${value},一号`);
    expect(plan).toMatchObject({ create: 0, update: 1, rejected: false });
  },
);

test("facts 4.6: only 管理中 devices use a licence, and the contract has the number of licences", async () => {
  const statuses = ["管理中", "事前登録", "管理外", "管理中"] as const;
  for (const [at, status] of statuses.entries()) await tenant.client.devices.create({ serialNumber: `S${at}`, status });
  const using = await Array.fromAsync(tenant.client.devices.list({ status: "管理中" }));
  expect(using.map(({ serialNumber }) => serialNumber)).toEqual(["S0", "S3"]);
  const { after } = await tenant.client.tenant.set({ contracts: [{ name: "CLOMO MDM", licences: 2 }] });
  expect(after.contracts).toMatchObject([{ name: "CLOMO MDM", licences: 2 }]);
  // at the limit the console registers no new device; a device here is a record of the console's, and is kept
  expect((await tenant.client.devices.create({ serialNumber: "S9", status: "管理中" })).after.status).toBe("管理中");
});

test("facts 6.4: a file without グループ名 does not change groups", async () => {
  const header = ["表示名", "ユーザーID", "パスワード"];
  await tenant.import(DOCS, [
    [...header, "グループ名"],
    ["花子", "hanako", "Invented1", "営業"],
  ]);
  await tenant.import(DOCS, [header, ["華子", "hanako", ""]]);
  expect(await tenant.securedUsers("docs")).toMatchObject([{ name: "華子", groups: ["営業"] }]);
});

const people = (count: number): readonly string[][] =>
  Array.from({ length: count }, (_, at) => [at % 2 === 0 ? `営業 ${at}` : `総務 ${at}`, `user${at}`, "Invented1"]);

test("facts 6.5: an export can be filtered by name and ユーザーID; without filters it has all users", async () => {
  await tenant.import(DOCS, [["表示名", "ユーザーID", "パスワード"], ...people(12)]);
  const linesOf = async (query: { filterName?: string; filterId?: string }) =>
    (await readStreamText(await tenant.client.secured.export("docs", { newline: "lf", ...query })))
      .split("\n")
      .slice(1, -1);
  expect(await linesOf({ filterName: "営業", filterId: "user1" })).toEqual([expect.stringContaining("user10")]);
  expect(await linesOf({ filterName: "", filterId: "" })).toHaveLength(12);
});

test("facts 6.6: a file carries what all apps share from one app to another, without passwords", async () => {
  await tenant.import(DOCS, "表示名,ユーザーID,パスワード,説明,シークレットキー\n花子,hanako,Invented1,本社,key1");
  const text = await readStreamText(await tenant.client.secured.export("docs", { newline: "lf", layout: "console" }));
  const [header = [], row = []] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  const alone = await tenant.plan({ kind: "mailer" }, [header, row]);
  expect(alone).toMatchObject({ rejected: true });
  await tenant.import({ kind: "mailer" }, [
    [...header, "パスワード"],
    [...row, "Invented2"],
  ]);
  expect(await tenant.securedUsers("mailer")).toMatchObject([
    { name: "花子", userId: "hanako", description: "本社", settings: [] },
  ]);
});
