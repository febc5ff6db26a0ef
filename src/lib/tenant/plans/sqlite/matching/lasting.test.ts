import { afterAll, beforeAll, expect, test } from "vitest";
import { TestTenant, type Cells, type Request } from "#support/tenant/tenant.ts";

const HEADER = ["メールアドレス", "氏名", "社員コード", "UPN"];
const PEOPLE: Cells = [
  HEADER,
  ["e1@example.jp", "社員1", "0001", "e1@upn.example"],
  ["e2@example.jp", "社員2", "0002", "e2@upn.example"],
  ["e3@example.jp", "社員3", "AB", "e3@upn.example"],
  ["e4@example.jp", "社員4", "臨時", ""],
  ["e5@example.jp", "社員5", "臨時", ""],
];

const tenant = new TestTenant();
beforeAll(() => tenant.import({ kind: "users" }, PEOPLE));
afterAll(() => tenant[Symbol.asyncDispose]());

const planned = async (rows: Cells, request: Partial<Request> = {}) => {
  const plan = await tenant.plan({ kind: "users", ...request }, [HEADER, ...rows]);
  const problems = await tenant.problems(plan);
  const rowsOf = (wanted: string) => problems.filter(({ code }) => code === wanted).map(({ row }) => row);
  return {
    plan,
    found: rowsOf("new-address"),
    contested: rowsOf("row-contested"),
    zeros: problems.filter(({ code }) => code === "zeros-lost"),
  };
};

const [, ONE = [], TWO = [], THREE = [], FOUR = [], FIVE = []] = PEOPLE;
const NEW_ONE = ["new1@example.jp", "社員1", "0001", ""];

test.each<[string, Cells, number[]]>([
  ["the employee code of somebody who is not in the file", [NEW_ONE], [2]],
  ["the UPN of somebody, in another case", [["x@example.jp", "某", "", "E1@UPN.example"]], [2]],
  ["the codes of one and another, told once", [["x@example.jp", "某", "0001", "e2@upn.example"]], [2]],
  ["a code that two people have stands for nobody", [["x@example.jp", "某", "臨時", ""]], []],
  ["a code that two new people have stands for nobody", [NEW_ONE, ["x@example.jp", "某", "0001", ""]], []],
  ["a code that nobody has", [["x@example.jp", "某", "0009", "x@upn.example"]], []],
  ["somebody in the file gives the code away", [["e1@example.jp", "社員1", "0009", ""], NEW_ONE], []],
  ["somebody in the file keeps it", [ONE, NEW_ONE], []],
])("finds users with a new address: %s", async (_, rows, expected) => {
  expect((await planned(rows)).found).toEqual(expected);
});

test.each([
  ["append", undefined, false],
  ["replace", undefined, true],
  ["replace", ["new-address"], false],
] as const)("in mode %s with allow %o, a new address rejects the file: %s", async (mode, allow, rejected) => {
  const { plan, found } = await planned([NEW_ONE, TWO, THREE, FOUR, FIVE], { mode, allow });
  expect(found).toEqual([2]);
  expect(plan.rejected).toBe(rejected);
});

/** A list in which only the column of employee codes was sorted. */
const SORTED: Cells = [
  ["e2@example.jp", "社員2", "0001", "e2@upn.example"],
  ["e1@example.jp", "社員1", "0002", "e1@upn.example"],
  THREE,
];

test.each<[string, Cells, number[]]>([
  ["a sorted column", SORTED, [2, 3]],
  ["the code of somebody who is not in the file", [["e2@example.jp", "社員2", "0001", ""]], [2]],
  ["the code of somebody who keeps it", [ONE, ["e2@example.jp", "社員2", "0001", ""]], []],
  ["a new code", [["e2@example.jp", "社員2", "0009", ""]], []],
  ["a code that two people have", [["e2@example.jp", "社員2", "臨時", ""]], []],
])("finds rows that mix two people: %s", async (_, rows, expected) => {
  expect((await planned(rows)).contested).toEqual(expected);
});

test.each([
  ["append", false, true],
  ["append", true, false],
  ["replace", true, true],
] as const)(
  "in mode %s, skipping invalid rows %s, contested rows reject the file: %s",
  async (mode, skip, rejected) => {
    const rows = [...SORTED, FOUR, FIVE];
    expect((await planned(rows, { mode, skipInvalid: skip })).plan.rejected).toBe(rejected);
  },
);

test("lost leading zeros are reported once per column with the number of rows", async () => {
  const changed = [
    ["e1@example.jp", "社員1", "1", ""],
    ["e2@example.jp", "社員2", "2", ""],
  ];
  const told = [{ params: { value: "1", was: "0001", count: 2 } }];
  expect((await planned(changed)).zeros).toMatchObject(told);
  expect((await planned(changed, { key: "employee-code" })).zeros).toMatchObject(told);
});
