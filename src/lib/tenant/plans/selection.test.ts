import { expect, test } from "vitest";
import { openForEachTest, type TestTenant, toUpload } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  await tenant.client.orgs.create({ name: "本社", code: "H" });
  const sales = (await tenant.client.orgs.create({ name: "営業部", code: "S01" })).after.id;
  for (const [name, email, employeeCode, accountName] of [
    ["髙橋 圭", "kei@example.jp", "0000123", "kei01"],
    ["佐藤 花子", "hanako@example.jp", "0000456", null],
    ["髙橋 圭", "kei2@example.jp", "0000789", null],
    ["鈴木 一郎", "ichiro@example.jp", null, null],
  ] as const)
    await tenant.client.users.create({ name, emails: [email], employeeCode, accountName, org: sales });
});

type Given = Partial<Parameters<TestTenant["client"]["imports"]["select"]>[1]>;

/** Selects, and returns the labels of the records, the rows and codes of the problems, and the file. */
async function select(table: string, given: Given = {}) {
  const lines = await Array.fromAsync(
    tenant.client.imports.select(toUpload(table), { kind: "users", today: "2026-11-29", ...given }),
  );
  return {
    selected: lines.flatMap((line) => ("label" in line ? [`${line.label}${line.isByName ? "?" : ""}`] : [])),
    problems: lines.flatMap((line) => ("code" in line ? [`${line.row}:${line.column} ${line.code}`] : [])),
    file: lines.flatMap((line) => ("file" in line ? [line.file] : []))[0],
  };
}

const [KEI, HANAKO, ICHIRO] = [
  "髙橋 圭 <kei@example.jp>",
  "佐藤 花子 <hanako@example.jp>",
  "鈴木 一郎 <ichiro@example.jp>",
];

test.each([
  ["an address in other case", "メールアドレス\nKEI@Example.jp", [KEI], []],
  ["a code", "社員コード\n0000456", [HANAKO], []],
  ["a code without its zeros", "社員コード,氏名\n456,佐藤花子", [HANAKO], []],
  ["a full-width code", "社員コード\n００００４５６", [HANAKO], ["2:1 value-mended"]],
  ["an account name", "CLOMOアカウント名\nkei01", [KEI], []],
  ["a person in two rows", "社員コード\n0000456\n456", [HANAKO], []],
  ["a code that nobody has", "社員コード\n0000999", [], ["2:0 record-unknown"]],
  ["a name alone", "氏名\n鈴木　一郎", [`${ICHIRO}?`], []],
  ["a name of two people alone", "氏名\n髙橋圭", [], ["2:0 record-ambiguous"]],
  ["another kanji of the name", "社員コード,氏名\n0000123,高橋 圭", [KEI], []],
  [
    "a code of one and an address of the other",
    "社員コード,メールアドレス\n0000123,hanako@example.jp",
    [],
    ["2:0 record-ambiguous"],
  ],
  ["the name of another person", "社員コード,氏名\n0000123,佐藤 花子", [], ["2:0 record-contested"]],
  ["a new name with two keys", "社員コード,メールアドレス,氏名\n0000456,hanako@example.jp,山田 花子", [HANAKO], []],
  ["a new address and the name", "社員コード,メールアドレス,氏名\n0000456,new@example.jp,佐藤 花子", [HANAKO], []],
  ["a new address without the name", "社員コード,メールアドレス\n0000456,new@example.jp", [], ["2:0 record-contested"]],
  ["a row without a name", "社員コード,メールアドレス,内線\n,,12", [], ["2:0 record-unknown"]],
  ["no column that names people", "内線\n12", [], ["0:0 header-missing"]],
])("finds users by %s", async (_, table, selected, problems) => {
  expect(await select(table, { map: { columns: [{ header: "内線", to: null }] } })).toMatchObject({
    selected,
    problems,
  });
});

test("finds in a text with one name per line what people call a user", async () => {
  const text = "kei01\n0000456\nichiro@example.jp";
  expect(await select(text, { lines: true, delimiter: "\u001f" })).toMatchObject({
    selected: [KEI, HANAKO, ICHIRO],
    problems: [],
  });
  const wrong = await select("鈴木一郎\n髙橋 圭\nE9", { lines: true, delimiter: "\u001f" });
  expect(wrong).toMatchObject({ selected: [`${ICHIRO}?`], problems: ["2:0 record-ambiguous", "3:0 record-unknown"] });
});

test("finds organisations by path, and devices by telephone number", async () => {
  const orgs = await select("本社\nS01\n総務部", { kind: "orgs", lines: true, delimiter: "\u001f" });
  expect(orgs).toMatchObject({ selected: ["本社 <H>", "営業部 <S01>"], problems: ["3:0 record-unknown"] });
  await tenant.client.devices.create({ serialNumber: "SER1", phoneNumber: "090-0000-0001" });
  const devices = await select("電話番号\n9000000001", { kind: "devices" });
  expect(devices).toMatchObject({ selected: ["SER1"], problems: [] });
});

test("selects nobody whom another row keeps, and no row of a second post", async () => {
  const list = `社員コード,退職日,本務兼務
0000456,2026/10/31,本務
0000456,,兼務
0000123,2026/10/31,兼務
0000789,2026/10/31,本務
789,,本務
0009999,,本務`;
  const map = { columns: [{ header: "本務兼務", to: null }] };
  const { selected, problems, file } = await select(list, { map });
  expect({ selected, problems }).toEqual({ selected: [HANAKO], problems: ["5:0 leaver-stays"] });
  expect(file?.rows).toEqual({ left: 2, later: 0, stays: 2, second: 2 });
});

test("does not judge a row with too few cells by the last day of the row above", async () => {
  const list = "氏名,メールアドレス,退職日\n山田,a@b.jp,2026/10/31\n佐藤,b@b.jp\n鈴木,c@b.jp,";
  const plan = await tenant.plan({ kind: "users", today: "2026-11-29" }, list);
  expect(plan).toMatchObject({ left: 1, rows: 2, rejected: true });
  expect(await tenant.faults(plan)).toEqual(["cells-too-few@3"]);
});

test("refuses a row of somebody who stays that could be of two people, of whom one leaves", async () => {
  const list = "社員コード,氏名,退職日\n0000123,,2026/10/31\n,髙橋 圭,2027/3/31";
  expect((await select(list)).problems).toEqual(["3:0 record-ambiguous"]);
});

test("says which records of the list were deleted before", async () => {
  const gone = { name: "退職 済子", emails: ["gone@example.jp"], employeeCode: "0000777" };
  const { id: user } = (await tenant.client.users.create(gone)).after;
  await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids: [user] }));
  const { problems, selected, file } = await select("社員コード\n0000777\n0000456");
  expect({ problems, selected }).toEqual({ problems: [], selected: [HANAKO] });
  expect(file?.deleted).toMatchObject({ count: 1, first: "退職 済子" });
});
