import { afterAll, beforeAll, expect, test } from "vitest";
import { TestTenant, type Cells, type Request } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
const empty = new TestTenant();
/** A tenant that was prepared for a server, so that it has only its administrator. */
const fresh = new TestTenant();
afterAll(async () => {
  for (const one of [tenant, empty, fresh]) await one[Symbol.asyncDispose]();
});

const USERS = ["メールアドレス", "氏名", "社員コード"];
const people = (domain: string, count: number, from = 1): Cells =>
  Array.from({ length: count }, (_, at) => [`p${at + from}@${domain}`, `人${at + from}`, `${domain}-${at + from}`]);

const DEVICES = ["シリアルナンバー", "プラットフォーム"];
const devices = (prefix: string, count: number): Cells =>
  Array.from({ length: count }, (_, at) => [`${prefix}${at}`, "iOS"]);

const DOCS = ["ユーザーID", "表示名", "パスワード"];
const docs = (prefix: string, count: number): Cells =>
  Array.from({ length: count }, (_, at) => [`${prefix}${at}`, `${prefix}${at}`, "Secret12"]);

const orgs = (prefix: string): Cells => [["組織コード", "組織名"], ...docs(prefix, 5)].map((row) => row.slice(0, 2));

beforeAll(async () => {
  fresh.addAdministrator();
  await tenant.import({ kind: "users" }, [USERS, ...people("a.example", 8)]);
  await tenant.import({ kind: "devices" }, [DEVICES, ...devices("A", 8)]);
  await tenant.import({ kind: "docs" }, [DOCS, ...docs("a", 8)]);
  await tenant.import({ kind: "orgs" }, orgs("a"));
});

const OTHERS = [USERS, ...people("b.example", 5)];

/** Replacing files by employee code, whose codes are those of people. */
const BY_CODE = (
  [
    ["other people with the same running numbers", (at, code) => [`p${at}@b.example`, `別人${at}`, code], true],
    ["new addresses in the tenant's domain", (at, code) => [`n${at}@A.example`, `別人${at}`, code], undefined],
    ["codes of nobody", (at) => [`p${at}@b.example`, `別人${at}`, `X${at}`], true],
    ["new codes, with the addresses of people", (at) => [`p${at}@a.example`, `改名${at}`, `X${at}`], true],
  ] as const satisfies [string, (at: number, code: string) => string[], true | undefined][]
).map(([what, row, by]): [string, Request, Cells, true | undefined] => [
  `by employee code, ${what}`,
  { kind: "users", mode: "replace", key: "employee-code", blank: "keep" },
  [USERS, ...Array.from({ length: 8 }, (_, at) => row(at + 1, `a.example-${at + 1}`))],
  by,
]);

test.each<[string, Request, Cells, true | undefined]>([
  ["a replacing file that matches nobody", { kind: "users", mode: "replace" }, OTHERS, true],
  [
    "all addresses are new, and the names and codes are those of people",
    { kind: "users", mode: "replace" },
    [USERS, ...people("b.example", 5).map(([mail = "", name = ""], at) => [mail, name, `a.example-${at + 1}`])],
    undefined,
  ],
  ["four rows", { kind: "users", mode: "replace" }, OTHERS.slice(0, 5), undefined],
  ["one of six matches", { kind: "users", mode: "replace" }, [...OTHERS, ["P8@A.example", "人8", ""]], undefined],
  ["an appending file of another domain", { kind: "users" }, OTHERS, true],
  ["appended people of the tenant's domain", { kind: "users" }, [USERS, ...people("A.EXAMPLE", 5, 20)], undefined],
  [
    "one of several domains, in a further address",
    { kind: "users" },
    [[...USERS, "メールアドレス"], ...people("b.example", 5).map((row, at) => [...row, at === 4 ? "x@a.example" : ""])],
    undefined,
  ],
  ["permitted", { kind: "users", mode: "replace", allow: ["other-tenant"] }, OTHERS, undefined],
  ["permitted, of another domain", { kind: "users", allow: ["other-tenant"] }, OTHERS, undefined],
  [
    "by employee code, with addresses of another domain",
    { kind: "users", key: "employee-code" },
    [USERS, ...people("b.example", 5).map(([mail = "", name = ""], at) => [mail, name, `a.example-${at + 1}`])],
    true,
  ],
  [
    "by employee code, without addresses",
    { kind: "users", key: "employee-code", blank: "keep" },
    [["社員コード", "氏名"], ...people("a.example", 5).map(([, name = "", code = ""]) => [code, name])],
    undefined,
  ],
  ...BY_CODE,
  ["the console's own export", { kind: "users", fromConsole: true }, OTHERS, true],
  ["devices", { kind: "devices", mode: "replace" }, [DEVICES, ...devices("B", 5)], true],
  ["devices, appended", { kind: "devices" }, [DEVICES, ...devices("B", 5)], undefined],
  ["SECURED APPs users", { kind: "docs", mode: "replace" }, [DOCS, ...docs("b", 5)], true],
  [
    "SECURED APPs users of an app that has none",
    { kind: "mailer", mode: "replace" },
    [DOCS, ...docs("b", 5)],
    undefined,
  ],
  ["organisations", { kind: "orgs", mode: "replace" }, orgs("b"), undefined],
  ["the console's organisations", { kind: "orgs", fromConsole: true }, orgs("b"), true],
])("detects whether a file looks like another tenant's: %s", async (_, request, cells, foreign) => {
  const plan = await tenant.plan(request, cells);
  expect(plan.foreign).toBe(foreign);
  // a new tenant is never asked about
  for (const one of [empty, fresh]) expect(await one.plan(request, cells)).not.toHaveProperty("foreign");
});
