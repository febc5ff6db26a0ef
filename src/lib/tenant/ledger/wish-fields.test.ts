import { beforeEach, describe, expect, test } from "vitest";
import { buildTaskSteps } from "../../../commands/kit/plan/console-steps.ts";
import type { Org, User } from "../api/operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, type TestTenant, type Cells, openForEachTest } from "#support/tenant/tenant.ts";

// The fields that need a rule of their own in decision 033 ("Fields"): each test is named after its rule.

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const tasks = new TestTasks(() => tenant);

const exported = { kind: "users", fromConsole: true } as const;
const docs = { kind: "docs", fromConsole: true } as const;
const HEADER = ["氏名", "メールアドレス", "役職"];
const YAMADA = ["山田", "yamada@x"];
const SATO = ["佐藤", "sato@x", "主任"];
const START: Cells = [HEADER, [...YAMADA, "課長"], SATO];

describe("secrets", () => {
  const SECRET = "Hidden4711";
  const shown: Cells = [
    ["表示名", "ユーザーID"],
    ["太郎", "taro"],
    ["花子", "hana"],
  ];
  const set = async (): Promise<number> => {
    await tenant.import(docs, shown);
    const { change } = await tenant.import({ kind: "docs" }, `表示名,ユーザーID,パスワード\n太郎,taro,${SECRET}`);
    return change ?? 0;
  };

  test("a record stores when a secret was set, and its console values stay as they were", async () => {
    await set();
    const time = /^\{"password":"2026-04-01T00:00:00\.\d{3}Z"\}$/;
    expect(tenant.sql("select secrets from secured_user where userId = 'taro'")[0]?.["secrets"]).toMatch(time);
    expect(tenant.sql("select secrets from secured_user_observed")).toEqual([{ secrets: "{}" }]);
    expect(JSON.stringify([tenant.dump(), await tenant.client.console.list({})])).not.toContain(SECRET);
  });

  test.each<readonly [string, (number: number) => Promise<unknown>, number]>([
    ["no export closes its task", async () => tenant.import(docs, shown), 1],
    ["console confirm closes it", (number) => tenant.client.console.confirm({ numbers: [number] }), 0],
  ])("%s", async (_, does, left) => {
    const number = await set();
    await does(number);
    expect(await tenant.client.console.list({})).toHaveLength(left);
  });

  test("a secret cannot be restored: undoing it is rejected, and its task stays", async () => {
    const number = await set();
    expect(await failureOf(tenant.client.imports.undo(number))).toMatchObject({ code: "conflict" });
    expect(await tenant.client.console.show(number)).toMatchObject({ update: 1 });
  });
});

describe("a list counts as one value", () => {
  test.each<
    readonly [string, () => Promise<void>, Cells, "users" | "docs" | "devices", readonly [string, string, string]]
  >([
    [
      "addresses",
      async () => {
        await tenant.import(exported, START);
        const [yamada] = await tenant.users();
        await tenant.client.users.edit(yamada?.id ?? "", { emails: ["yamada@x", "b@x"] });
      },
      [
        ["氏名", "メールアドレス", "メールアドレス"],
        [...YAMADA, "c@x"],
        ["佐藤", "sato@x", ""],
      ],
      "users",
      ["emails", "yamada@x, b@x", "yamada@x, c@x"],
    ],
    [
      "groups",
      async () => {
        const from = { ...docs, createGroups: true };
        for (const name of ["B", "C"]) await tenant.client.secured.createGroup("docs", { name });
        await tenant.import(from, "表示名,ユーザーID,グループ名\n太郎,taro,A");
        const [taro] = await tenant.client.secured.find("docs", { name: "taro" });
        await tenant.client.secured.edit({ app: "docs", id: taro?.id ?? "" }, { groups: ["A", "B"] });
      },
      [
        ["表示名", "ユーザーID", "グループ名", "グループ名"],
        ["太郎", "taro", "A", "C"],
      ],
      "docs",
      ["groups", "A, B", "A, C"],
    ],
    [
      "tags",
      async () => {
        const from = { kind: "devices", fromConsole: true } as const;
        await tenant.import(from, "シリアルナンバー,タグ\nS1,A");
        const [device] = await tenant.client.devices.find({ name: "S1" });
        await tenant.client.devices.tag({ ids: [device?.id ?? ""], add: ["B"], remove: [] });
      },
      [
        ["シリアルナンバー", "タグ", "タグ"],
        ["S1", "A", "C"],
      ],
      "devices",
      ["tags", "A, B", "A, C"],
    ],
  ])(
    "%s that changed on both sides are a contradiction, and are not merged by element",
    async (_, before, shown, kind, [field, local, there]) => {
      await before();
      const plan = await tenant.import({ kind, fromConsole: true }, shown);
      expect(plan).toMatchObject({ update: 0, merged: { contradicted: 1, first: [{ field, local, console: there }] } });
      const task = (await tenant.client.console.list({})).at(-1);
      expect(task?.records[0]?.changes).toEqual([{ field, before: there.split(", "), after: local.split(", ") }]);
    },
  );
});

describe("a custom field", () => {
  const withField = (title: string, year: string): Cells => [
    [...HEADER, "入社年"],
    [...YAMADA, title, year],
    [...SATO, ""],
  ];
  const idOf = async () => (await tenant.client.users.fields())[0]?.id ?? "";

  beforeEach(async () => {
    await tenant.import(exported, START);
    await tenant.client.users.addField({ name: "入社年" });
  });

  test("exists in the console once an export has its column", async () => {
    expect(await tasks.record()).toMatchObject({ thing: "custom_field", work: "create", name: "入社年" });
    await tenant.import(exported, START);
    expect(await tasks.list()).toEqual([[1, "create"]]);
    await tenant.import(exported, withField("課長", "2020"));
    expect(await tasks.list()).toEqual([]);
  });

  test("that was removed has no column, and no other one has its name until the removal is confirmed", async () => {
    await tenant.import(exported, withField("課長", "2020"));
    await tenant.client.users.removeField(await idOf());
    const add = () => tenant.client.users.addField({ name: "入社年" });
    expect(await failureOf(add())).toMatchObject({ code: "input-rejected" });
    const taken = await tenant.import({ ...exported, allow: ["unknown-columns"] }, withField("部長", "2020"));
    expect(taken).toMatchObject({ update: 1, unknownColumns: ["入社年"] });
    await tasks.confirm(2);
    await add();
  });

  test("is taken from an export while another field of the user is open", async () => {
    await tenant.import(exported, withField("課長", "2020"));
    const [yamada] = await tenant.users();
    await tenant.client.users.edit(yamada?.id ?? "", { title: "部長" });
    await tenant.import(exported, withField("課長", "2021"));
    expect((await tenant.users())[0]).toMatchObject({ title: "部長", custom: [{ value: "2021" }] });
  });

  test("stays confirmed, and its removal is a separate task", async () => {
    await tasks.confirm(1);
    await tenant.client.users.removeField(await idOf());
    expect(await tasks.list()).toEqual([[2, "delete"]]);
    await tasks.confirm(2);
    expect(await failureOf(tasks.confirm(2))).toMatchObject({ code: "not-found" });
    const audit = readAuditLog(tenant.database).filter(({ action }) => action === "console.confirm");
    expect(audit.map(({ objects }) => objects)).toEqual(
      [1, 2].map((place) => [{ thing: "console_task", id: String(tasks.number(place)) }]),
    );
  });

  test("that was removed has no differing values: there is one task, and it cannot be undone", async () => {
    await tenant.import(exported, withField("課長", "2020"));
    const [yamada] = await tenant.users();
    const custom = [{ name: "入社年", value: "1999" }];
    await tenant.client.users.edit(yamada?.id ?? "", { custom });
    await tenant.client.users.edit(yamada?.id ?? "", { title: "部長", custom: [{ name: "入社年", value: "2001" }] });
    await tenant.client.users.removeField(await idOf());
    expect(await tasks.list()).toEqual([
      [3, "edit"],
      [4, "delete"],
    ]);
    expect(await tasks.changes(3)).toEqual([{ field: "title", before: "課長", after: "部長" }]);
    expect(await failureOf(undoChange(tenant.client, tasks.number(4)))).toMatchObject({
      code: "conflict",
      what: { en: expect.stringContaining("it deleted a custom field, whose values cannot be restored") },
    });
  });
});

describe("references", () => {
  beforeEach(async () => {
    await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
    await tenant.import({ kind: "users", fromConsole: true }, USERS);
    await tenant.import({ kind: "devices", fromConsole: true }, DEVICES);
  });

  const ORGS: Cells = [
    ["組織名", "組織コード", "上位組織コード"],
    ["本社", "HQ", ""],
    ["営業部", "S", "HQ"],
    // of one path
    ["第一課", "S1", "S"],
    ["第一課", "S2", "S"],
    ["窓口", "W", "S1"],
  ];
  const USERS: Cells = [
    ["氏名", "メールアドレス", "組織コード"],
    // of one name
    ["佐藤 健", "ken1@ex.jp", "S1"],
    ["佐藤 健", "ken2@ex.jp", "S"],
    ["鈴木 花子", "hanako@ex.jp", "S"],
  ];
  const DEVICES: Cells = [
    ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス", "Androidモード"],
    ["T1", "Android", "管理中", "ken1@ex.jp", "comp"],
  ];

  const user = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
  const org = async (name: string): Promise<Org> => (await tenant.client.orgs.find({ name }))[0] as Org;
  const move = async (whom: string, to: string) =>
    tenant.client.users.move({ ids: [(await user(whom)).id], org: (await org(to)).id });
  /** What people read of a task, in Japanese. */
  const steps = async (place = 1): Promise<string> =>
    buildTaskSteps(await tasks.of(place))
      .map(({ ja }) => ja)
      .join("\n");

  const [FIRST, SECOND] = ["本社/営業部/第一課 (S1)", "本社/営業部/第一課 (S2)"];

  describe("are stored by record, so that records with the same name stay separate", () => {
    test("an organisation of a user: an earlier export does not close the task", async () => {
      await move("ken1@ex.jp", "S2");
      expect(await tasks.changes()).toMatchObject([{ field: "org", before: FIRST, after: SECOND }]);
      expect(await steps()).toContain(`組織: ${FIRST} → ${SECOND}`);
      await tenant.import({ kind: "users", fromConsole: true }, USERS);
      expect(await tasks.list()).toEqual([[1, "move"]]);
    });
  });
});
