import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Cells, failureOf, prepareTenant, type Request, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs" }, ORGS);
  await tenant.import({ kind: "users" }, USERS);
});
beforeEach(async () => {
  tenant = await openPrepared();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const ORGS: Cells = [
  ["組織名", "組織コード", "上位組織コード"],
  ["営業部", "S", ""],
  ["開発部", "D", ""],
  ["総務部", "G", ""],
];
const HEADER = ["氏名", "メールアドレス", "役職", "組織コード"];
const USERS: Cells = [
  HEADER,
  ["山田", "yamada@x", "主任", "S"],
  ["髙橋", "takahashi@x", "", "D"],
  ["佐藤", "sato@x", "", "G"],
];
/** 山田 changes, 髙橋 stays the same, and 鈴木 is new; as a replacement, 佐藤 is deleted. */
const FILE: Cells = [
  HEADER,
  ["山田", "yamada@x", "課長", "S"],
  ["髙橋", "takahashi@x", "", "D"],
  ["鈴木", "suzuki@x", "", "S"],
];

/** The upload file that was written from a plan. */
const UPLOADED = { upload: '["name"]', fileName: "a.csv", sha256: "0".repeat(64) };

const idOf = async (email: string): Promise<string> => {
  const found = (await tenant.users()).find(({ emails }) => emails.includes(email));
  if (found === undefined) throw new Error(`no user ${email}`);
  return found.id;
};
const orgOf = (code: string): string =>
  String(tenant.sql("select id from org where code = :code", { code })[0]?.["id"]);
const editUser = async (email: string, values: Parameters<typeof tenant.client.users.edit>[1]) =>
  tenant.client.users.edit(await idOf(email), values);
const importUser = (...cells: readonly string[]) => tenant.import({ kind: "users" }, [HEADER, cells]);

const deleteUser = async (email: string) => {
  const { imports } = tenant.client;
  await imports.commit(await imports.delete({ kind: "users", ids: [await idOf(email)] }));
};

/** Names of the people and their titles and organisations. */
const people = () =>
  tenant
    .sql("select concat_ws(' ', u.name, coalesce(u.title, ''), o.name) as shown from user u join org o on o.pk = u.org")
    .map(({ shown }) => String(shown))
    .toSorted();

/** Makes a plan, makes a change, and returns what the commit of the plan says about it. */
const commitAfter = async (request: Request, cells: Cells, change: () => Promise<unknown>) => {
  const plan = await tenant.plan(request, cells);
  await change();
  const before = tenant.dump();
  const failure = await failureOf(tenant.client.imports.commit(plan));
  if (failure !== undefined) expect(tenant.dump()).toEqual(before);
  return failure;
};

describe("a plan is committed as it was made, whatever was changed elsewhere", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["a person without a row", () => importUser("田中", "tanaka@x", "", "D")],
    ["a row that changes nothing", () => importUser("髙橋", "takahashi@x", "部長", "D")],
    ["an organisation that no row names", async () => tenant.client.orgs.edit(orgOf("G"), { name: "総務" })],
    ["the deletion of another person", () => deleteUser("sato@x")],
  ])("%s", async (what, change) => {
    expect(await commitAfter({ kind: "users" }, FILE, change)).toBeUndefined();
    const found = people();
    expect(found).toContain("山田 課長 営業部");
    expect(found).toContain("鈴木  営業部");
    expect(found).toContain(what.startsWith("a row") ? "髙橋 部長 開発部" : "髙橋  開発部");
  });

  test("a replacement does not delete a person who was added since", async () => {
    const add = () => importUser("田中", "tanaka@x", "", "D");
    expect(await commitAfter({ kind: "users", mode: "replace" }, FILE, add)).toBeUndefined();
    expect(people()).toEqual(["山田 課長 営業部", "田中  開発部", "鈴木  営業部", "髙橋  開発部"].toSorted());
  });
});

describe("a plan with an upload file for CLOMO PANEL, which has only the rows that change something", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["a row that changes nothing", () => editUser("takahashi@x", { tel: "03" })],
    ["the deletion of a row that changes nothing", () => deleteUser("takahashi@x")],
    ["a new person", () => importUser("田中", "tanaka@x", "", "D")],
  ])("is committed after a change of another record: %s", async (what, change) => {
    const mode = what === "a new person" ? "replace" : "append";
    const plan = await tenant.plan({ kind: "users", mode }, FILE);
    await change();
    await tenant.client.imports.check(plan, { upload: true });
    await tenant.client.imports.commit(plan, UPLOADED);
    expect(people()).toContain("山田 課長 営業部");
  });

  test("is refused after a change of a record that it changes", async () => {
    const plan = await tenant.plan({ kind: "users" }, FILE);
    await editUser("yamada@x", { tel: "03" });
    const failure = await failureOf(tenant.client.imports.commit(plan, UPLOADED));
    expect(failure?.what.en).toContain("山田 <yamada@x> (changed: telephone number)");
  });
});

describe("a plan is refused, and the cause is named, after", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["a change of a record", () => editUser("yamada@x", { tel: "03" }), "山田 <yamada@x> (changed: telephone number)"],
    ["the deletion of a record", () => deleteUser("yamada@x"), "山田 <yamada@x> (deleted)"],
    [
      "a record with the same key",
      () => importUser("鈴木", "suzuki@x", "", "D"),
      "suzuki@x (now used by another record)",
    ],
    [
      "a change of an organisation that a row names",
      async () => tenant.client.orgs.edit(orgOf("S"), { code: "S9" }),
      "S (deleted or renamed)",
    ],
    [
      "the move of an organisation that a row names",
      async () => tenant.client.orgs.move(orgOf("S"), { parent: orgOf("G") }),
      "S (changed)",
    ],
  ])("%s", async (_, change, named) => {
    expect(await commitAfter({ kind: "users" }, FILE, change)).toMatchObject({
      code: "conflict",
      what: { en: `1 record that the plan relies on changed after the plan was made: ${named}` },
      hint: { en: "to compare again: `clomoctl imports replan P3`" },
    });
  });

  test.each<[string, () => Promise<unknown>, string]>([
    [
      "a change of a deleted record",
      () => editUser("sato@x", { tel: "03" }),
      "佐藤 <sato@x> (changed: telephone number)",
    ],
    [
      "a mark as an administrator",
      async () => tenant.client.administrators.mark("users", { add: [await idOf("sato@x")] }),
      "佐藤 <sato@x> (changed: administrator)",
    ],
    [
      "a device for a deleted record",
      () =>
        tenant.import({ kind: "devices" }, [
          ["シリアルナンバー", "所有者メールアドレス"],
          ["D1", "sato@x"],
        ]),
      "佐藤 <sato@x> (now used by other records)",
    ],
  ])("a replacement: %s", async (_, change, named) => {
    expect(await commitAfter({ kind: "users", mode: "replace" }, FILE, change)).toMatchObject({
      what: { en: `1 record that the plan relies on changed after the plan was made: ${named}` },
    });
  });

  test("many changes: the first are named", async () => {
    const many = Array.from({ length: 9 }, (_, at) => ["多", `u${at}@x`, "", "S"]);
    const failure = await commitAfter({ kind: "users" }, [HEADER, ...many], () =>
      tenant.import({ kind: "users" }, [HEADER, ...many]),
    );
    expect(failure?.what.ja).toMatch(
      /^計画の前提になるデータ 9 件が、計画を作った後に変わりました: u0@x.*u4@x\(.*\) など$/,
    );
  });

  test("any change of organisations, if the plan is about them", async () => {
    const edit = async () => tenant.client.orgs.edit(orgOf("G"), { name: "総務" });
    const failure = await commitAfter(
      { kind: "orgs" },
      [
        ["組織名", "組織コード"],
        ["人事部", "J"],
      ],
      edit,
    );
    expect(failure?.what.en).toContain("総務 (changed: name)");
    expect(
      await commitAfter(
        { kind: "orgs" },
        [
          ["組織名", "組織コード"],
          ["人事部", "J"],
        ],
        () => editUser("yamada@x", { tel: "03" }),
      ),
    ).toBeUndefined();
  });

  test("a new or an unchanged record, if an upload file replaces all records in the console", async () => {
    const docs = { kind: "docs" } as const;
    const header = ["表示名", "ユーザーID", "説明", "パスワード"];
    const [yamada, takahashi] = [
      ["山田", "yamada", "前"],
      ["髙橋", "takahashi", "前"],
    ];
    await tenant.import(docs, [header, [...yamada, "secret1"], [...takahashi, "secret1"]]);
    const file = [header.slice(0, 3), yamada, ["髙橋", "takahashi", "後"]];
    const plan = await tenant.plan({ ...docs, mode: "replace" }, file);
    await tenant.import(docs, [header, ["田中", "tanaka", "", "secret1"], ["山田 太郎", "yamada", "前", ""]]);
    const failure = await failureOf(tenant.client.imports.commit(plan, UPLOADED));
    expect(failure?.what.en).toMatch(/^2 records .*山田.*, 田中/);
    await tenant.client.imports.commit(plan);
  });
});

describe("a value by which rows match records, and that somebody else got since, is a conflict", () => {
  const WITH_CODES: Cells = [
    ["氏名", "メールアドレス", "社員コード"],
    ["山田", "yamada@x", "00001"],
    ["鈴木", "suzuki@x", "77777"],
  ];
  const createWithCode = (employeeCode: string) => () =>
    tenant.client.users.create({ name: "田中", emails: ["tanaka@x"], employeeCode });

  test.each<[string, Request]>([
    ["by email address", { kind: "users" }],
    ["by employee code", { kind: "users", key: "employee-code" }],
  ])("a new person, matched %s", async (_, request) => {
    await editUser("yamada@x", { employeeCode: "00001" });
    expect(await commitAfter(request, WITH_CODES, createWithCode("77777"))).toMatchObject({ code: "conflict" });
  });

  test("a person who is updated, matched by employee code", async () => {
    await editUser("yamada@x", { employeeCode: "00001" });
    const request = { kind: "users", key: "employee-code" } as const;
    const rows = WITH_CODES.slice(0, 2).map((row) => [...row, row[0] === "氏名" ? "役職" : "部長"]);
    expect(await commitAfter(request, rows, createWithCode("00001"))).toMatchObject({ code: "conflict" });
  });
});
