import { afterAll, beforeAll, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { encodeCsv, TestTenant, type Cells, type Request } from "#support/tenant/tenant.ts";

const HEADER = ["メールアドレス", "氏名", "社員コード", "UPN"];
const PEOPLE: Cells = [
  HEADER,
  ["e1@example.jp", "社員1", "0001", "e1@upn.example"],
  ["e2@example.jp", "社員2", "０００2", "e2@upn.example"],
  ["e3@example.jp", "社員3", "AB", "e3@upn.example"],
  ["e4@example.jp", "社員4", "臨時", ""],
  ["e5@example.jp", "社員5", "臨時", ""],
  ["e6@example.jp", "社員6", "", ""],
];

const tenant = new TestTenant();
beforeAll(() => tenant.import({ kind: "users" }, PEOPLE));
afterAll(() => tenant[Symbol.asyncDispose]());

const planned = async (rows: Cells, request: Partial<Request> = {}) => {
  const plan = await tenant.plan({ kind: "users", ...request }, [HEADER, ...rows]);
  const problems = await tenant.problems(plan);
  const of = (wanted: string) => problems.filter(({ code }) => code === wanted);
  return { plan, found: of("new-address"), mixed: of("other-person"), zeros: of("zeros-lost") };
};

const [, ONE, TWO, THREE, FOUR, FIVE, SIX] = PEOPLE as [
  string[],
  string[],
  string[],
  string[],
  string[],
  string[],
  string[],
];
const NEW_ONE = ["new1@example.jp", "社員1", "0001", ""];

test.each<[string, Cells, Partial<Request>, number[]]>([
  ["the employee code of somebody who is not in the file", [NEW_ONE], {}, [2]],
  ["the same in a file with others", [TWO, NEW_ONE], {}, [3]],
  ["the UPN of somebody, in another case", [["x@example.jp", "某", "", "E1@UPN.example"]], {}, [2]],
  ["both, told once", [["x@example.jp", "某", "0001", "e1@upn.example"]], {}, [2]],
  ["the code of one and the UPN of another, told once", [["x@example.jp", "某", "0001", "e2@upn.example"]], {}, [2]],
  ["the code in another case", [["x@example.jp", "某", "ab", ""]], {}, [2]],
  ["in another width", [["x@example.jp", "某", "0002", ""]], {}, [2]],
  ["in another width, and of digits alone", [["x@example.jp", "某", "０００１", ""]], {}, [2]],
  ["with blanks around it", [["x@example.jp", "某", "\u3000AB ", ""]], {}, [2]],
  ["with a sign inside", [["x@example.jp", "某", "A-B", ""]], {}, []],
  [
    "somebody in the file has it otherwise",
    [
      ["e3@example.jp", "社員3", "ab", ""],
      ["x@example.jp", "某", "ａｂ", ""],
    ],
    {},
    [],
  ],
  ["somebody types the own code otherwise", [["e3@example.jp", "社員3", "ab", ""]], {}, []],
  ["a code that two people have stands for nobody", [["x@example.jp", "某", "臨時", ""]], {}, []],
  [
    "a code that two new people have stands for nobody",
    [
      ["y@example.jp", "甲", "0001", ""],
      ["x@example.jp", "某", "0001", ""],
    ],
    {},
    [],
  ],
  ["no code", [["x@example.jp", "某", "", ""]], {}, []],
  ["a code that nobody has", [["x@example.jp", "某", "0009", "x@upn.example"]], {}, []],
  ["somebody in the file gives the code away", [["e1@example.jp", "社員1", "0009", ""], NEW_ONE], {}, []],
  ["somebody in the file keeps it", [ONE, NEW_ONE], {}, []],
  [
    "two people in the file swap their codes",
    [
      ["e1@example.jp", "社員1", "AB", ""],
      ["e3@example.jp", "社員3", "0001", ""],
    ],
    {},
    [],
  ],
  [
    "by employee code, the email address of somebody else",
    [["e1@example.jp", "社員1", "0009", ""]],
    { mode: "replace", key: "employee-code" },
    [2],
  ],
  ["by employee code, the person herself", [NEW_ONE], { key: "employee-code" }, []],
])("finds users with a new address: %s", async (_, rows, request, expected) => {
  const { found } = await planned(rows, request);
  expect(found.map(({ row }) => row)).toEqual(expected);
});

test.each([
  ["append", undefined, "warning", false],
  ["append", ["new-address"], "warning", false],
  ["replace", undefined, "error", true],
  ["replace", ["other-tenant"], "error", true],
  ["replace", ["new-address"], "warning", false],
] as const)("in mode %s with allow %o, a new address is reported as: %s", async (mode, allow, severity, rejected) => {
  const { plan, found } = await planned([NEW_ONE, TWO, THREE, FOUR, FIVE, SIX], { mode, allow });
  expect(found).toMatchObject([{ severity, row: 2, column: 3, header: "社員コード" }]);
  expect(plan.rejected).toBe(rejected);
});

const NEW_SIX = ["new6@example.jp", "社員6", "", ""];

test.each<[string, Cells, Partial<Request>, "warning" | "error" | undefined]>([
  ["the name of a user without an employee code", [NEW_SIX], {}, "warning"],
  ["the same in a file with others", [TWO, NEW_SIX], {}, "warning"],
  ["the same in a replacing file", [ONE, TWO, THREE, FOUR, FIVE, NEW_SIX], { mode: "replace" }, "error"],
  ["the same, allowed", [ONE, TWO, THREE, FOUR, FIVE, NEW_SIX], { mode: "replace", allow: ["new-address"] }, "warning"],
  ["the name of a user with an employee code, without a code", [["x@example.jp", "社員1", "", ""]], {}, "warning"],
  ["another employee code", [["x@example.jp", "社員1", "0009", ""]], {}, undefined],
  ["the user is in the file", [SIX, NEW_SIX], {}, undefined],
  ["a name that two new people have", [NEW_SIX, ["y@example.jp", "社員6", "", ""]], {}, undefined],
  ["a name that nobody has", [["x@example.jp", "某", "", ""]], {}, undefined],
])("finds users with a new address by their name: %s", async (_, rows, request, severity) => {
  const { found } = await planned(rows, request);
  expect(found.map((one) => [one.severity, one.params["named"], one.params["by"]])).toEqual(
    severity === undefined ? [] : [[severity, 1, ""]],
  );
});

test("a name that two users have does not identify anybody", async () => {
  await using own = new TestTenant();
  await own.import({ kind: "users" }, [HEADER, ONE, ["e7@example.jp", "社員1", "", ""]]);
  const plan = await own.plan({ kind: "users" }, [HEADER, ["x@example.jp", "社員1", "", ""]]);
  expect((await own.problems(plan)).filter(({ code }) => code === "new-address")).toEqual([]);
});

test("names the user and the command that changes the address but keeps further addresses", async () => {
  await using own = new TestTenant();
  await own.import({ kind: "users" }, [
    ["メールアドレス", "メールアドレス", "氏名", "社員コード"],
    ["e1@example.jp", "one@example.jp", "社員1", "0001"],
  ]);
  const plan = await own.plan({ kind: "users" }, [HEADER, NEW_ONE]);
  expect(await own.problems(plan)).toMatchObject([
    {
      params: {
        value: "0001",
        holder: "社員1 <e1@example.jp>",
        user: "e1@example.jp",
        key: "email",
        to: "new1@example.jp one@example.jp",
        by: "employee-code",
      },
    },
  ]);
});

test.each<[string, Cells, string]>([
  ["every row has the code of its person", [NEW_ONE, TWO, THREE], "employee-code"],
  ["a row has none", [NEW_ONE, SIX], ""],
  ["somebody gets another code", [NEW_ONE, ["e2@example.jp", "社員2", "0009", ""]], ""],
  ["somebody gets the first code", [NEW_ONE, ["e6@example.jp", "社員6", "0006", ""]], ""],
  ["several rows have one", [NEW_ONE, FOUR, FIVE], ""],
])("proposes another key only if it fits the whole file: %s", async (_, rows, by) => {
  await using own = new TestTenant();
  // without the two who share a code the tenant's codes are unique
  await own.import(
    { kind: "users" },
    PEOPLE.filter(([, , code]) => code !== "臨時" || rows.includes(FOUR)),
  );
  const plan = await own.plan({ kind: "users" }, [HEADER, ...rows]);
  const found = (await own.problems(plan)).filter(({ code }) => code === "new-address");
  expect(found.map(({ params }) => params["by"])).toEqual([by]);
  if (by === "") return;
  const again = await own.plan({ kind: "users", key: "employee-code" }, [HEADER, ...rows]);
  expect(again).toMatchObject({ create: 0, invalid: 0 });
});

test("a plan for part of the tenant does not reveal users outside it", async () => {
  await using own = new TestTenant();
  for (const code of ["S1", "S2"]) await own.client.orgs.create({ name: code, code });
  await addTestAccount(own, { name: "div", role: "division", manages: ["S1"] });
  const header = [...HEADER, "組織コード"];
  await own.import({ kind: "users" }, [header, [...ONE, "S2"], [...TWO, "S1"]]);
  const rows = [header, [...NEW_ONE, "S1"], ["n2@example.jp", "社員2", "０００2", "", "S1"]];
  const { imports } = own.as("div");
  const plan = await imports.plan(
    { kind: "users" },
    { stream: new Blob([encodeCsv(rows)]).stream(), encoding: "utf-8" },
  );
  const found = (await own.problems(plan)).filter(({ code }) => code === "new-address");
  expect(found.map(({ row }) => row)).toEqual([3]);
});

const coded = (row: readonly string[], code: string, upn = row[3] ?? ""): string[] => [
  row[0] ?? "",
  row[1] ?? "",
  code,
  upn,
];

test.each<[string, Cells, Partial<Request>, number[]]>([
  ["the code of somebody who is not in the file", [coded(ONE, "AB")], {}, [2]],
  ["the UPN of somebody", [coded(ONE, "0001", "E2@upn.example")], {}, [2]],
  ["both, told once", [coded(ONE, "AB", "e2@upn.example")], {}, [2]],
  ["two people swap their codes", [coded(ONE, "AB"), coded(THREE, "0001")], {}, [2, 3]],
  ["three in a ring", [coded(ONE, "AB"), coded(TWO, "0001"), coded(THREE, "０００2")], {}, [2, 3, 4]],
  ["the one who has it gets one of her own", [coded(ONE, "AB"), coded(THREE, "ZZ")], {}, [2]],
  ["one who has it keeps it: a repeated code is told as such", [coded(ONE, "AB"), THREE], {}, []],
  ["one who has it keeps it, as her cell is blank", [coded(ONE, "AB"), coded(THREE, "")], { blank: "keep" }, [2]],
  ["two people get it", [coded(ONE, "AB"), coded(TWO, "AB")], {}, []],
  ["a code that two people have", [coded(ONE, "臨時")], {}, []],
  ["a code that nobody has", [coded(ONE, "0009")], {}, []],
  ["her own", [ONE], {}, []],
  ["a blank clears it", [coded(ONE, "", "")], {}, []],
  [
    "by employee code, swapped addresses",
    [
      ["e2@example.jp", "社員1", "0001", ""],
      ["e1@example.jp", "社員2", "０００2", ""],
    ],
    { key: "employee-code" },
    [2, 3],
  ],
])("finds users who get another user's code: %s", async (_, rows, request, expected) => {
  const { mixed } = await planned(rows, request);
  expect(mixed.map(({ row }) => row)).toEqual(expected);
});

const SWAPPED: Cells = [coded(ONE, "AB"), TWO, coded(THREE, "0001"), FOUR, FIVE, SIX];

test.each<[Partial<Request>, Cells, "warning" | "error"]>([
  [{ mode: "append" }, SWAPPED, "warning"],
  [{ mode: "replace" }, SWAPPED, "error"],
  [{ mode: "replace", allow: ["other-tenant"] }, SWAPPED, "error"],
  [{ mode: "replace", allow: ["new-address"] }, SWAPPED, "warning"],
  [{ mode: "replace", fromConsole: true }, SWAPPED, "warning"],
  [{ mode: "replace" }, [coded(ONE, "AB"), TWO, coded(THREE, "ZZ"), FOUR, FIVE, SIX], "warning"],
])("several users with the codes of other users: %o", async (request, rows, severity) => {
  const { plan, mixed } = await planned(rows, request);
  expect(new Set(mixed.map((one) => one.severity))).toEqual(new Set([severity]));
  expect(plan.rejected).toBe(severity === "error");
});

test("a warning about another user's code names both users", async () => {
  const { mixed } = await planned([coded(ONE, "AB")]);
  expect(mixed).toMatchObject([
    {
      header: "社員コード",
      column: 3,
      params: { value: "AB", holder: "社員3 <e3@example.jp>", name: "社員1 <e1@example.jp>" },
    },
  ]);
});

test.each<
  [string, Cells, Partial<Request>, { readonly found?: number[]; readonly mixed?: number[]; readonly zeros: object[] }]
>([
  ["her own", [coded(ONE, "1")], {}, { zeros: [{ value: "1", was: "0001", count: 1 }] }],
  ["her own, and others'", [coded(ONE, "1"), coded(SIX, "")], {}, { zeros: [{ value: "1", was: "0001", count: 1 }] }],
  [
    "a new address",
    [["new1@example.jp", "社員1", "1", ""]],
    {},
    { found: [2], zeros: [{ value: "1", was: "0001", count: 1 }] },
  ],
  ["that of somebody else", [coded(THREE, "1")], {}, { mixed: [2], zeros: [{ value: "1", was: "0001", count: 1 }] }],
  [
    "the key, of somebody whose address is taken thereby",
    [["e1@example.jp", "社員1", "1", ""]],
    { key: "employee-code" },
    { zeros: [{ value: "1", was: "0001", count: 1 }] },
  ],
  [
    "the key, in a replacing file",
    [["e1@example.jp", "社員1", "1", ""]],
    { key: "employee-code", mode: "replace" },
    { found: [2], zeros: [{ value: "1", was: "0001", count: 1 }] },
  ],
  ["a code with other digits", [coded(ONE, "10")], {}, { zeros: [] }],
  ["zeros that are too many", [coded(ONE, "00001")], {}, { zeros: [] }],
  ["a code of letters", [coded(ONE, "1A")], {}, { zeros: [] }],
])("finds codes that lost their leading zeros: %s", async (_, rows, request, expected) => {
  const { found, mixed, zeros } = await planned(rows, request);
  expect(found.map(({ row }) => row)).toEqual(expected.found ?? []);
  expect(mixed.map(({ row }) => row)).toEqual(expected.mixed ?? []);
  expect(zeros.map(({ params }) => params)).toMatchObject(expected.zeros);
  // the key of such codes would meet nobody
  expect(found.map(({ params }) => params["by"])).not.toContain("employee-code");
});

test.each([
  ["TEL", "03-5555-0001", "355550001", [{ value: "355550001", was: "03-5555-0001", count: 1 }]],
  ["TEL", "(03) 5555 0001", "355550001", [{ value: "355550001", was: "(03) 5555 0001", count: 1 }]],
  ["郵便番号", "001-0005", "10005", [{ value: "10005", was: "001-0005", count: 1 }]],
  ["内線", "0001", "1", [{ value: "1", was: "0001", count: 1 }]],
  ["TEL", "03-5555-0001", "0355550001", []],
  ["TEL", "03-5555-0001", "355550002", []],
  ["TEL", "355550001", "3555-50001", []],
  ["TEL", "", "355550001", []],
] as const)(
  "reports a number in the column %s that lost its leading zeros: %j, %j",
  async (header, was, value, told) => {
    await using own = new TestTenant();
    const rows = (cell: string): Cells => [
      ["メールアドレス", "氏名", header],
      ["a@example.jp", "甲", cell],
      ["b@example.jp", "乙", "06-1"],
    ];
    await own.import({ kind: "users" }, rows(was));
    const found = (await own.problems(await own.plan({ kind: "users" }, rows(value)))).filter(
      ({ code }) => code === "zeros-lost",
    );
    expect(found.map(({ params }) => params)).toEqual(told);
    expect(
      found.every(({ header: named, severity, row }) => named === header && severity === "warning" && row === 2),
    ).toBe(true);
  },
);

test("lost leading zeros are reported once per column with the number of rows, also for devices", async () => {
  await using own = new TestTenant();
  const rows = (...phones: readonly string[]): Cells => [
    ["シリアルナンバー", "電話番号"],
    ...phones.map((phone, at) => [`S${at}`, phone]),
  ];
  await own.import({ kind: "devices" }, rows("090-0000-0001", "080-0000-0001", "070-0000-0001"));
  const plan = await own.plan({ kind: "devices" }, rows("9000000001", "8000000001", "070-0000-0001"));
  const found = (await own.problems(plan)).filter(({ code }) => code === "zeros-lost");
  expect(found.map(({ params }) => params)).toEqual([{ value: "9000000001", was: "090-0000-0001", count: 2 }]);
});
