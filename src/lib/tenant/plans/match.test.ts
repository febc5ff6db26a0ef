import { beforeAll, describe, expect, test } from "vitest";
import { openForAllTests, TestTenant, type Cells, type Request } from "#support/tenant/tenant.ts";

const HEADER = ["メールアドレス", "氏名", "社員コード", "UPN"];
const PEOPLE: Cells = [
  HEADER,
  ["e1@example.jp", "社員1", "0001", "e1@upn.example"],
  ["e2@example.jp", "社員2", "0002", "e2@upn.example"],
  ["e3@example.jp", "社員3", "AB", "e3@upn.example"],
  ["e4@example.jp", "社員4", "臨時", ""],
  ["e5@example.jp", "社員5", "臨時", ""],
];

const tenant = openForAllTests();
beforeAll(() => tenant.import({ kind: "users" }, PEOPLE));

const planned = async (rows: Cells, request: Partial<Request> = {}) => {
  const plan = await tenant.plan({ kind: "users", ...request }, [HEADER, ...rows]);
  const problems = await tenant.problems(plan);
  const changes = (await Array.fromAsync(tenant.client.imports.rows(plan.id))).filter(
    ({ action }) => action === "create" || action === "update",
  );
  return {
    plan,
    problems,
    contested: problems.filter(({ code }) => code === "row-contested").map(({ row }) => row),
    respelt: problems.filter(({ code }) => code === "value-respelt"),
    changes: changes.map(({ row, action, changed }) => [row, action, ...changed].join(" ")),
  };
};

const [, ONE = [], TWO = [], THREE = [], FOUR = [], FIVE = []] = PEOPLE;
const NEW_ONE = ["new1@example.jp", "社員1", "0001", ""];
const OTHER = ["x@example.jp", "某"];
const NEW = [...OTHER, "", ""];

test.each<[string, Cells, string[], number[]]>([
  ["the employee code of somebody who is not in the file", [NEW_ONE], ["2 update emails"], []],
  ["the UPN, in another case", [["x@example.jp", "社員　１", "", "E1@UPN.example"]], ["2 update emails upn"], []],
  ["the code without its zeros", [NEW_ONE.with(2, "1")], ["2 update emails"], []],
  ["the code of somebody with another name", [[...OTHER, "0001", ""]], [], [2]],
  ["the codes of one and another, told once", [[...OTHER, "0001", "e2@upn.example"]], [], [2]],
  ["a code that two people have stands for nobody", [[...OTHER, "臨時", ""]], ["2 create"], []],
  [
    "a code that two new people have stands for nobody",
    [NEW_ONE, [...OTHER, "0001", ""]],
    ["2 create", "3 create"],
    [],
  ],
  ["a code that nobody has", [[...OTHER, "0009", "x@upn.example"]], ["2 create"], []],
  ["somebody else in the file keeps it", [ONE, NEW_ONE.with(1, "某")], ["3 create"], []],
  ["somebody in the file keeps it", [ONE, NEW_ONE], [], []],
])("finds users with a new address: %s", async (_, rows, changes, contested) => {
  expect(await planned(rows)).toMatchObject({ changes, contested });
});

/** A list in which only one column was sorted. */
const sortedBy = (column: number): Cells => [
  TWO.with(column, ONE[column] ?? ""),
  ONE.with(column, TWO[column] ?? ""),
  THREE,
];

test.each<[string, Cells, number[], Partial<Request>?]>([
  ["sorted names", sortedBy(1), [2, 3]],
  ["sorted codes", sortedBy(2), [2, 3]],
  ["sorted addresses, found by code", sortedBy(0), [2, 3], { key: "employee-code" }],
  ["the code of somebody who is not in the file", [TWO.with(2, "0001")], [2]],
  ["the code of somebody who keeps it", [ONE, TWO.with(2, "0001")], []],
  ["a new code", [TWO.with(2, "0009")], []],
  ["a new name", [TWO.with(1, "社員1")], []],
  ["an address with another name", [["e2@example.jp", "某", "", ""]], [2]],
  ["an address with another code and no name", [["e2@example.jp", "", "0009", ""]], [2], { blank: "keep" }],
  ["an address with another given name", [["e2@example.jp", "社員 某", "", ""]], []],
  ["a code that two people have", [TWO.with(2, "臨時")], []],
  ["the address of somebody with another name and code", [["e2@example.jp", "某", "0009", ""]], [2]],
  ["the code of somebody with another name and address", [[...OTHER, "0002", ""]], [2], { key: "employee-code" }],
  ["a code with another name", [TWO.with(1, "某")], [], { key: "employee-code" }],
  ["a code with another address", [TWO.with(0, "x@example.jp")], [], { key: "employee-code" }],
])("finds rows that mix two people: %s", async (_, rows, expected, request) => {
  expect((await planned(rows, request)).contested).toEqual(expected);
});

test.each([
  ["append", false, true],
  ["append", true, true],
  ["replace", true, true],
] as const)(
  "in mode %s, skipping invalid rows %s, contested rows reject the file: %s",
  async (mode, skip, rejected) => {
    const rows = [...sortedBy(2), FOUR, FIVE];
    expect((await planned(rows, { mode, skipInvalid: skip })).plan.rejected).toBe(rejected);
  },
);

test.each<[string, Cells, string[], string[]]>([
  ["equal rows", [ONE, TWO, ONE, ONE], [], ["row-repeated 2"]],
  ["equal new rows", [NEW, NEW], ["2 create"], ["row-repeated 1"]],
  ["different rows", [NEW, NEW.with(1, "別")], [], ["key-duplicate", "key-duplicate"]],
])("the same person twice with %s", async (_, rows, changes, problems) => {
  const found = await planned(rows);
  expect(found.changes).toEqual(changes);
  expect(found.problems.map(({ code, params: { count } }) => (count ? `${code} ${count}` : code))).toEqual(problems);
});

test.each<[string, Cells, string[], [string, string, number][], Partial<Request>?]>([
  ["the codes of people", [ONE.with(2, "1"), TWO.with(2, "2")], [], [["1", "0001", 2]]],
  ["keys", [ONE.with(2, "1"), TWO.with(2, "2")], [], [["1", "0001", 2]], { key: "employee-code" }],
  ["a key in other letters", [THREE.with(2, "ａｂ ")], [], [["ａｂ", "AB", 1]], { key: "employee-code" }],
  ["another code", [ONE.with(2, "7")], ["2 update employeeCode"], []],
])("the spelling of the tenant stays: %s", async (_, rows, changes, respelt, request) => {
  const found = await planned(rows, request);
  expect(found.changes).toEqual(changes);
  expect(found.respelt.map(({ params: { value, was, count } }) => [value, was, count])).toEqual(respelt);
});

test("a code or an organisation as the title, a title as the code, or kanji as the kana, is no change", async () => {
  const file = [
    ["メールアドレス", "氏名", "フリガナ", "役職", "社員コード", "組織コード"],
    ["e1@example.jp", "社員1", "", "1", "", ""],
    ["e9@example.jp", "シャイン", "社員2", "", "", ""],
    ["e10@example.jp", "社員10", "", "営業部", "", ""],
    ["e2@example.jp", "社員2", "", "", "係長", ""],
    ["e13@example.jp", "社員13", "", "部長", "臨時", ""],
    ["e8@example.jp", "社員8", "", "", "", ""],
    ["e3@example.jp", "社員3", "", "東日本営業部", "", "A1"],
    ["e11@example.jp", "社員11", "", "0228", "", ""],
  ];
  await tenant.import({ kind: "users" }, [file[0] ?? [], ["e12@example.jp", "社員12", "", "係長", "", ""]]);
  const orgs = ["組織名,組織コード", "営業部,A1"].map((row) => row.split(","));
  await tenant.import({ kind: "orgs" }, orgs);
  expect(await tenant.faults(await tenant.plan({ kind: "users" }, file))).toEqual(
    [2, 3, 4, 5, 8, 9].map((row) => `rule-broken@${row}`),
  );
});

test("new codes get the width of all others, and telephone numbers keep their zeros", async () => {
  await using other = new TestTenant();
  const header = ["メールアドレス", "氏名", "社員コード", "TEL"];
  await other.import({ kind: "users" }, [header, ["e1@x", "社員1", "00001", "090-0000-0001"]]);
  const rows = [
    ["e1@x", "社員1", "1", "9000000001"],
    ["e2@x", "社員2", "1148", "312345678"],
  ];
  const planned = await other.plan({ kind: "users" }, [header, ...rows, ["e3@x", "社員3", "00003", ""]]);
  expect((await other.problems(planned)).map(({ code, column, params }) => [code, column, params["count"]])).toEqual([
    ["value-respelt", 3, 2],
    ["value-respelt", 4, 1],
  ]);
  const plan = await other.import({ kind: "users" }, [header, ...rows]);
  expect(plan).toMatchObject({ create: 1, unchanged: 1 });
  expect(await other.users()).toMatchObject([
    { employeeCode: "00001", tel: "090-0000-0001" },
    { employeeCode: "01148", tel: "312345678" },
  ]);
  const again = await other.plan({ kind: "users", key: "employee-code", mode: "replace" }, [
    header,
    ...rows.toReversed(),
  ]);
  expect(again).toMatchObject({ create: 0, update: 0, delete: 0, unchanged: 2 });
  // the same code, written in two ways
  const twice = [rows[1] ?? [], ["e3@x", "社員3", "01148", ""]];
  const codes = await other.faults(await other.plan({ kind: "users", key: "employee-code" }, [header, ...twice]));
  const title = [header, ["e4@x", "社員4", "部長", ""], ["e5@x", "社員5", "", "e5@x"]];
  expect(await other.faults(await other.plan({ kind: "users" }, title))).toEqual(["rule-broken@2", "rule-broken@3"]);
  expect(codes).toEqual(["key-duplicate@2", "key-duplicate@3", "value-respelt@2"]);
});

describe("a list of a tenant whose names have a full-width blank", () => {
  const header = ["氏名", "メールアドレス", "役職"];
  const people = Array.from({ length: 40 }, (_, at) => [`姓${at}\u3000名`, `p${at}@example.jp`, `役職${at}`]);
  const tenantOf = async (rows: Cells): Promise<TestTenant> => {
    const own = new TestTenant();
    await own.import({ kind: "users" }, [header, ...rows]);
    return own;
  };

  test.each([
    ["gives a new name this blank", 40, "新　人"],
    ["leaves a new name if fewer than 95 % have it", 36, "新 人"],
  ])("%s", async (_, wide, wanted) => {
    await using own = await tenantOf(
      people.map((cells, at) => (at < wide ? cells : [`姓${at} 名`, ...cells.slice(1)])),
    );
    await own.import({ kind: "users" }, [header, ["新 人", "new@example.jp", ""], ["姓1 名", "p1@example.jp", "部長"]]);
    expect((await own.users()).slice(-1)).toMatchObject([{ name: wanted }]);
    expect((await own.users())[1]).toMatchObject({ name: "姓1 名".replace(" ", "\u3000"), title: "部長" });
  });

  test.each([
    ["names a column of which 20 values only changed places", 20, 1, ["values-moved 3"]],
    ["not if fewer did", 19, 1, []],
    ["not if one value is new", 20, 0, []],
  ])("%s", async (_, count, isSame, wanted) => {
    await using own = await tenantOf(people);
    const titles = people.map(([, , title = ""]) => title);
    const moved = people.map((cells, at) => cells.with(2, titles[at < count ? (at + 1) % count : at] ?? ""));
    if (isSame === 0) moved[0] = people[0]?.with(2, "新") ?? [];
    const plan = await own.plan({ kind: "users" }, [header, ...moved]);
    expect((await own.problems(plan)).map(({ code, column }) => `${code} ${column}`)).toEqual(wanted);
  });
});
