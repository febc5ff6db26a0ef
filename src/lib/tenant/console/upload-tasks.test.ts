import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../operations.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { undoImport } from "#support/tenant/undo.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const UPLOAD = { sha256: "0".repeat(64), fileName: "UPLOAD.csv" };
type Asked = Parameters<TestTenant["plan"]>[0];

const upload = async (cells: Cells, request: Asked): Promise<Import> =>
  tenant.client.imports.commit(await tenant.plan(request, cells), UPLOAD);

const takeOver = (cells: Cells, kind: Asked["kind"] = "users") => tenant.import({ kind, fromConsole: true }, cells);

const replace = { kind: "users", mode: "replace" } as const;
const append = { kind: "users", mode: "append" } as const;

const HEADER = ["氏名", "メールアドレス", "役職", "TEL", "組織コード"];
const person = (name: string, title = "", tel = ""): readonly string[] => [name, `${name}@x.example`, title, tel, ""];
const BEFORE: Cells = [HEADER, person("一"), person("二"), person("三"), person("四")];
/** The title of 一 changes, 五 is new; a replacing plan deletes 四. */
const FILE: Cells = [HEADER, person("一", "部長"), person("二"), person("三"), person("五")];
const taskOf = ({ change }: Pick<Import, "change">) => tenant.client.console.show(change ?? 0);
const openOf = async (written: Import) => {
  const { create, update, delete: gone, state } = await taskOf(written);
  return [state, create, update, gone];
};

test.each([
  [replace, 1],
  [append, 0],
] as const)("--emit-csv commits here immediately, and the written changes are a task: %j", async (asked, gone) => {
  await takeOver(BEFORE);
  const written = await upload(FILE, asked);
  expect(written).toMatchObject({
    state: "committed",
    create: 1,
    update: 1,
    delete: gone,
    emittedAt: expect.any(String) as unknown,
    consoleTask: written.change,
  });
  expect((await tenant.client.imports.show(written.id)).inConsole).toEqual({ done: 0, of: 2 + gone });
  expect(await taskOf(written)).toMatchObject({
    work: "upload",
    file: "UPLOAD.csv",
    mode: asked.mode,
    importId: written.id,
    state: "open",
  });
  expect(readAuditLog(tenant.database).at(-1)).toMatchObject({
    action: "imports.commit",
    detail: { emittedFile: "UPLOAD.csv", emittedSha256: UPLOAD.sha256 },
  });
});

test("--emit-csv in a tenant that is not a mirror creates no task", async () => {
  const written = await upload(FILE, append);
  expect(written.emittedAt).toEqual(expect.any(String));
  expect((await tenant.client.imports.show(written.id)).inConsole).toBeUndefined();
  expect(await tenant.client.console.list({})).toEqual([]);
});

test.each<[string, Cells, readonly unknown[]]>([
  ["nothing of it", BEFORE, ["open", 1, 1, 1]],
  ["a part of it", [HEADER, person("一"), person("二"), person("三"), person("五")], ["open", 0, 1, 0]],
  ["all of it, and others", [...FILE, person("秘書")], ["done", 0, 0, 0]],
  ["all of it, and another field", FILE.with(1, person("一", "部長", "03-1")), ["done", 0, 0, 0]],
  ["another value", FILE.with(1, person("一", "課長")), ["open", 0, 1, 0]],
])("--emit-csv: the change shows how much of it is in the console: %s", async (_, shown, open) => {
  await takeOver(BEFORE);
  const written = await upload(FILE, replace);
  await takeOver(shown);
  expect(await openOf(written)).toEqual(open);
});

test("values that a later file or edit overwrites belong to the later task, and undone values to no task", async () => {
  await takeOver(BEFORE);
  const first = await upload(FILE, append);
  const second = await upload([HEADER, person("一", "社長"), person("二", "係長")], append);
  expect([await openOf(first), await openOf(second)]).toEqual([
    ["open", 1, 0, 0],
    ["open", 0, 2, 0],
  ]);
  const [two] = await tenant.client.users.find({ name: "二@x.example" });
  await tenant.client.users.edit(two?.id ?? "", { title: "主任" });
  expect(await openOf(second)).toEqual(["open", 0, 1, 0]);
  await tenant.client.imports.commit(await undoImport(tenant.client, second.id, { skipBlocked: true }));
  expect(await openOf(second)).toEqual(["done", 0, 0, 0]);
});

test("passwords in rows that are skipped as invalid are not recorded", async () => {
  const rows = (group: string): Cells => [
    ["表示名", "ユーザーID", "パスワード", "グループ名"],
    ["一", "one", "secret1", ""],
    ["二", "two", "secret1", group],
  ];
  await takeOver(
    rows("").map((row) => row.toSpliced(2, 1)),
    "docs",
  );
  const written = await upload(rows("営業"), { kind: "docs", skipInvalid: true });
  expect(written).toMatchObject({ invalid: 1, secretsSet: 1 });
  expect((await tenant.securedUsers("docs")).map(({ userId, secretsSet }) => [userId, secretsSet.length])).toEqual([
    ["one", 1],
    ["two", 0],
  ]);
});

test.each<[string, () => Promise<Import>, string, RegExp]>([
  [
    "that was rejected",
    () => tenant.plan(append, [HEADER, ["", "a@x.example", "", "", ""]]),
    "input-rejected",
    /invalid rows/,
  ],
  [
    "of a deletion",
    async () => {
      const [one] = await tenant.client.users.find({ name: "一@x.example" });
      return tenant.client.imports.delete({ kind: "users", ids: [one?.id ?? ""] });
    },
    "input-rejected",
    /an upload file cannot delete records that were specified by name/,
  ],
  [
    "that the tenant has overtaken",
    async () => {
      const planned = await tenant.plan(append, FILE);
      await tenant.client.users.create({ name: "五", emails: ["五@x.example"] });
      return planned;
    },
    "conflict",
    /changed/,
  ],
  ["that was committed", async () => tenant.client.imports.commit(await tenant.plan(append, FILE)), "conflict", /./],
])("no file is written for a plan %s, and nothing changes", async (_, planned, code, what) => {
  await takeOver(BEFORE);
  const one = await planned();
  const before = tenant.dump();
  const failure = await failureOf(tenant.client.imports.commit(one, UPLOAD));
  expect([failure?.code, failure?.what.en]).toEqual([code, expect.stringMatching(what)]);
  expect(tenant.dump()).toEqual(before);
});
