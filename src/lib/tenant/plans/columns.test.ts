import { undoImport } from "#support/tenant/undo.ts";
import { beforeEach, expect, test } from "vitest";
import type { PlanRow } from "../api/operations.ts";
import { type Cells, type Request, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

const rowsOf = (plan: { readonly id: string }): Promise<PlanRow[]> =>
  Array.fromAsync(tenant.client.imports.rows(plan.id));

const told = async (request: Request, cells: Cells, encoding?: "shift_jis") => {
  const plan = await tenant.plan(request, cells, encoding === undefined ? {} : { encoding });
  return { columns: plan.columns, before: (await rowsOf(plan)).map(({ before }) => before), plan };
};

const HEADER = ["氏名", "メールアドレス", "役職", "TEL"];

test("distinguishes changed values from cleared values", async () => {
  await tenant.import({ kind: "users" }, [
    HEADER,
    ["一", "a@x.jp", "主任", "1"],
    ["二", "b@x.jp", "主任", "2"],
    ["三", "c@x.jp", "", "3"],
  ]);
  const { columns, before } = await told({ kind: "users" }, [
    HEADER,
    ["一", "a@x.jp", "", "9"],
    ["二", "b@x.jp", "課長", "2"],
    ["三", "c@x.jp", "新", "3"],
    ["四", "d@x.jp", "新", ""],
  ]);
  expect(columns).toEqual([
    { field: "title", changed: 2, cleared: 1, removed: 0 },
    { field: "tel", changed: 1, cleared: 0, removed: 0 },
  ]);
  expect(before).toEqual([
    [
      { field: "title", value: "主任" },
      { field: "tel", value: "1" },
    ],
    [{ field: "title", value: "主任" }],
    [{ field: "title", value: null }],
    [],
  ]);
});

test("custom fields are counted individually, by name", async () => {
  for (const name of ["年", "席", "組"]) await tenant.client.users.addField({ name });
  const header = ["氏名", "メールアドレス", "年", "席", "組"];
  await tenant.import({ kind: "users" }, [
    header,
    ["一", "a@x.jp", "2019", "A〜", "x"],
    ["二", "b@x.jp", "", "B", "x"],
  ]);
  const { columns, before } = await told(
    { kind: "users" },
    [header, ["一", "a@x.jp", "", "A～", "x"], ["二", "b@x.jp", "2020", "", "x"]],
    "shift_jis",
  );
  expect(columns).toEqual([
    { field: "custom:年", changed: 1, cleared: 1, removed: 0 },
    { field: "custom:席", changed: 0, cleared: 1, removed: 0 },
  ]);
  expect(before[0]).toEqual([
    { field: "custom:年", value: "2019" },
    { field: "custom:席", value: "A〜" },
    { field: "custom:組", value: "x" },
  ]);
});

test("referenced records are shown as files contain them", async () => {
  const header = ["氏名", "メールアドレス", "組織コード"];
  await tenant.import({ kind: "users", createOrgs: true }, [header, ["一", "a@x.jp", "S1"], ["二", "b@x.jp", ""]]);
  const { columns, before } = await told({ kind: "users", createOrgs: true }, [
    header,
    ["一", "a@x.jp", "S2"],
    ["二", "b@x.jp", "S2"],
  ]);
  expect(columns).toEqual([{ field: "orgCode", changed: 2, cleared: 0, removed: 0 }]);
  expect(before).toEqual([[{ field: "orgCode", value: "S1" }], [{ field: "orgCode", value: null }]]);
  const devices = ["シリアルナンバー", "所有者メールアドレス"];
  await tenant.import({ kind: "devices" }, [devices, ["X1", "a@x.jp"], ["X2", "b@x.jp"]]);
  const moved = await told({ kind: "devices" }, [devices, ["X1", ""], ["X2", "a@x.jp"]]);
  expect(moved.columns).toEqual([{ field: "ownerEmail", changed: 1, cleared: 1, removed: 0 }]);
  expect(moved.before).toEqual([
    [{ field: "ownerEmail", value: "a@x.jp" }],
    [{ field: "ownerEmail", value: "b@x.jp" }],
  ]);
});

test("organisations: names, codes and parents are shown before and after, also for an undo", async () => {
  const header = ["組織名", "組織コード", "上位組織コード", "上位組織パス"];
  await tenant.import({ kind: "orgs" }, [
    header,
    ["本社", "", "", ""],
    ["営業", "S1", "", "本社"],
    ["開発", "S2", "S1", ""],
    ["総務", "S3", "", ""],
  ]);
  const { columns, before, plan } = await told({ kind: "orgs" }, [
    header,
    ["営業部", "S1", "", ""],
    ["開発", "S2", "S3", ""],
    ["総務", "S3", "S1", ""],
  ]);
  expect(columns).toEqual([
    { field: "name", changed: 1, cleared: 0, removed: 0 },
    { field: "parent", changed: 2, cleared: 1, removed: 0 },
  ]);
  expect(before).toEqual([
    [
      { field: "name", value: "営業" },
      { field: "parent", value: "本社" },
    ],
    [{ field: "parent", value: "S1" }],
    [{ field: "parent", value: "全社" }],
  ]);
  await tenant.client.imports.commit(plan);
  const undo = await rowsOf(await undoImport(tenant.client, plan.id));
  expect(undo.map((row) => row.before)).toEqual([
    [
      { field: "name", value: "営業部" },
      { field: "parent", value: "全社" },
    ],
    [{ field: "parent", value: "S3" }],
    [{ field: "parent", value: "S1" }],
  ]);
  expect(undo.flatMap(({ after }) => after.filter(({ field }) => field === "parent"))).toEqual([
    { field: "parent", value: "本社" },
    { field: "parent", value: "S1" },
    { field: "parent", value: "全社" },
  ]);
});

test("a secret is neither counted nor shown", async () => {
  const header = ["表示名", "ユーザーID", "パスワード", "説明"];
  await tenant.import({ kind: "docs" }, [header, ["花子", "hanako", "secret1", "a"]]);
  const { columns, plan } = await told({ kind: "docs" }, [header, ["花子", "hanako", "secret2", "b"]]);
  expect(columns).toEqual([{ field: "description", changed: 1, cleared: 0, removed: 0 }]);
  expect(JSON.stringify([plan, await rowsOf(plan)])).not.toContain("secret2");
});

const MAIL = "メールアドレス";

test.each([
  ["one column", { blank: "clear" }, [MAIL, "TEL"], [["a1@x.jp", "9"]], "a1@x.jp a2@x.jp a3@x.jp", {}],
  ["two columns", {}, [MAIL, MAIL], [["a1@x.jp", "new@x.jp"]], "a1@x.jp new@x.jp a3@x.jp", { changed: 1, removed: 1 }],
  ["a blank one", {}, [MAIL, MAIL, "TEL"], [["a1@x.jp", "", "9"]], "a1@x.jp a2@x.jp a3@x.jp", {}],
  ["blank ones", {}, [MAIL, MAIL, MAIL, "TEL"], [["a1@x.jp", "", "", "9"]], "a1@x.jp", { changed: 1, removed: 2 }],
  ["a repeated one", {}, [MAIL, MAIL, "TEL"], [["a1@x.jp", "A1@x.jp", "9"]], "a1@x.jp a2@x.jp a3@x.jp", {}],
  ["a kept one", { blank: "keep" }, [MAIL, MAIL, "TEL"], [["a1@x.jp", "", "9"]], "a1@x.jp a2@x.jp a3@x.jp", {}],
  [
    "another key",
    { key: "employee-code" },
    ["社員コード", MAIL],
    [["1", "n@x.jp"]],
    "n@x.jp a2@x.jp a3@x.jp",
    { removed: 1 },
  ],
  [
    "a new main one",
    { key: "employee-code" },
    ["社員コード", MAIL],
    [["1", "a3@x.jp"]],
    "a3@x.jp a2@x.jp",
    { removed: 1 },
  ],
  [
    "two swapped",
    { key: "employee-code" },
    ["社員コード", MAIL, MAIL],
    [["1", "a2@x.jp", "a1@x.jp"]],
    "a2@x.jp a1@x.jp a3@x.jp",
    {},
  ],
  [
    "a gap that keeps",
    { key: "employee-code", blank: "keep" },
    ["社員コード", MAIL, MAIL],
    [["1", "", "n@x.jp"]],
    "n@x.jp a1@x.jp a2@x.jp a3@x.jp",
    { changed: 1, removed: 0 },
  ],
] as const)(
  "columns cover as many of a user's first addresses, and further addresses stay: %s",
  async (_, request, header, rows, emails, counts) => {
    await tenant.import(
      { kind: "users" },
      `氏名,${MAIL},${MAIL},${MAIL},社員コード\n一,a1@x.jp,a2@x.jp,a3@x.jp,1\n二,b1@x.jp,,,2`,
    );
    const plan = await tenant.plan({ kind: "users", ...request }, [header, ...rows]);
    expect(await tenant.faults(plan)).toEqual([]);
    expect(plan.columns.find(({ field }) => field === "emails") ?? {}).toMatchObject(counts);
    await tenant.client.imports.commit(plan);
    expect((await tenant.users()).map(({ emails }) => emails.join(" "))).toEqual([emails, "b1@x.jp"]);
    const claims = tenant.sql("select emailKey from user_email where emailKey <> 'b1@x.jp' order by emailKey");
    expect(claims.map(({ emailKey }) => String(emailKey))).toEqual(
      emails.split(" ").toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(await tenant.plan({ kind: "users", ...request }, [header, ...rows])).toMatchObject({ update: 0 });
  },
);

test("removed memberships are counted, and kept if blanks are kept", async () => {
  const header = ["表示名", "ユーザーID", "パスワード", "グループ名", "グループ名"];
  await tenant.import({ kind: "docs", createGroups: true }, [
    header,
    ["花子", "hanako", "secret1", "G1", "G2"],
    ["太郎", "taro", "secret1", "G2", ""],
  ]);
  const file = [
    ["ユーザーID", "グループ名"],
    ["hanako", "G3"],
    ["taro", "G2"],
  ];
  const request = { kind: "docs", createGroups: true } as const;
  expect((await tenant.plan(request, file)).columns).toEqual([{ field: "groups", changed: 1, cleared: 0, removed: 2 }]);
  const kept = await tenant.import({ ...request, blank: "keep" }, file);
  expect(kept.columns).toEqual([{ field: "groups", changed: 1, cleared: 0, removed: 0 }]);
  expect((await tenant.securedUsers("docs")).map(({ groups }) => groups)).toEqual([["G1", "G2", "G3"], ["G2"]]);
  expect(await tenant.plan({ ...request, blank: "keep" }, file)).toMatchObject({ update: 0 });
});

test.each([
  ["役職", "役職", "title"],
  ["席", "席", "custom:席"],
])("a column that is blank in every row clears %s only on request", async (_, header, field) => {
  await tenant.client.users.addField({ name: "席" });
  await tenant.import({ kind: "users" }, `氏名,${MAIL},役職,席\n一,a@x.jp,主任,1\n二,b@x.jp,課長,2`);
  const file = [
    ["氏名", MAIL, header],
    ["一", "a@x.jp", ""],
    ["二", "b@x.jp", ""],
    ["三", "c@x.jp", ""],
  ];
  const plan = await tenant.plan({ kind: "users" }, file);
  expect(plan).toMatchObject({ rejected: true, invalid: 0, errors: 1 });
  expect(await tenant.problems(plan)).toMatchObject([
    { code: "column-blank", row: 1, column: 3, header, params: { count: 2 } },
  ]);
  expect((await tenant.plan({ kind: "users", blank: "keep" }, file)).rejected).toBe(false);
  expect((await tenant.plan({ kind: "users", blank: "clear" }, file)).columns).toMatchObject([{ field, cleared: 2 }]);
  const some = [
    ["氏名", MAIL, header],
    ["一", "a@x.jp", ""],
    ["三", "c@x.jp", "x"],
  ];
  expect((await tenant.plan({ kind: "users" }, some)).rejected).toBe(false);
  const none = [
    ["氏名", MAIL, header],
    ["三", "c@x.jp", ""],
  ];
  expect((await tenant.plan({ kind: "users" }, none)).rejected).toBe(false);
});

test.each([
  ["役職", "役職", "title"],
  ["席", "席", "custom:席"],
])("a warning says if blank cells clear more values of %s than the file has", async (_, header) => {
  await tenant.client.users.addField({ name: "席" });
  const names = ["a", "b", "c", "d"].map((name) => [name, `${name}@x.jp`] as const);
  await tenant.import({ kind: "users" }, [["氏名", MAIL, header], ...names.map((name) => [...name, "1"])]);
  const fileWith = (blanks: number) => [
    ["氏名", MAIL, header],
    ...names.map((name, at) => [...name, at < blanks ? "" : "1"]),
  ];
  const plan = await tenant.plan({ kind: "users" }, fileWith(3));
  expect(plan).toMatchObject({ rejected: false, warnings: 1, update: 3 });
  expect(await tenant.problems(plan)).toMatchObject([
    { code: "values-cleared", severity: "warning", row: 1, column: 3, header, params: { cleared: 3, filled: 1 } },
  ]);
  expect(await tenant.problems(await tenant.plan({ kind: "users" }, fileWith(2)))).toEqual([]);
  for (const blank of ["clear", "keep"] as const)
    expect(await tenant.problems(await tenant.plan({ kind: "users", blank }, fileWith(3)))).toEqual([]);
});

test("a spreadsheet error value rejects a file, unless it is allowed or comes from the console", async () => {
  const file = [
    ["氏名", MAIL, "役職"],
    ["一", "a@x.jp", "#N/A"],
    ["二", "b@x.jp", "#REF!"],
  ];
  const refused = await tenant.plan({ kind: "users" }, file);
  expect(await tenant.faults(refused)).toEqual(["value-error@2", "value-error@3"]);
  expect(refused).toMatchObject({ invalid: 2, rejected: true });
  const meant = await tenant.plan({ kind: "users", allow: ["error-values"] }, file);
  expect(meant).toMatchObject({ create: 2, errors: 0, warnings: 0 });
  const exported = await tenant.plan({ kind: "users", mode: "replace", blank: "clear", fromConsole: true }, file);
  expect(exported).toMatchObject({ create: 2, errors: 0 });
});
