import { describe, expect, it, test } from "vitest";
import type { Device, SecuredUser, User } from "../../../lib/client/index.ts";
import type { Failure } from "../../../lib/errors/index.ts";
import { line } from "../../../lib/advice/index.ts";
import { same } from "../../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { limitRecords, listColumns } from "./list.ts";
import { requireSingleMatch } from "./single-match.ts";

const COLUMNS = ["id", "name"].map((key) => ({ key, header: same(key), value: () => key }));
const keys = (output: Parameters<typeof listColumns>[0]["output"]): readonly string[] =>
  listColumns({ output }, COLUMNS, ["name"]).map(({ key }) => key);

describe("listColumns", () => {
  it("returns the usual columns for people and pipes, and all columns for programs and named fields", () => {
    for (const format of ["table", "tsv", "csv"] as const)
      expect(keys({ format, fields: undefined })).toEqual(["name"]);
    expect(keys({ format: "ndjson", fields: undefined })).toEqual(["id", "name"]);
    expect(keys({ format: "table", fields: ["id"] })).toEqual(["id", "name"]);
    expect(keys({ format: "json", fields: undefined })).toEqual(["id", "name"]);
  });
});

describe("firstOf", () => {
  it("asks for no more records than it returns", async () => {
    let asked = 0;
    function* records(): Generator<number> {
      for (;;) yield (asked += 1);
    }
    expect(await Array.fromAsync(limitRecords(records(), 3))).toEqual([1, 2, 3]);
    expect(asked).toBe(3);
    expect(await Array.fromAsync(limitRecords(records(), 0))).toEqual([]);
    expect(asked).toBe(3);
    expect(await Array.fromAsync(limitRecords([1, 2]))).toEqual([1, 2]);
  });
});

describe("theOne", () => {
  const kind = { noun: same("user"), list: line("users list", []), describe: (id: number) => `no. ${id}` };
  const failing = (found: readonly number[]): Failure | undefined => {
    try {
      requireSingleMatch("x", found, kind);
      return undefined;
    } catch (error) {
      return error as Failure;
    }
  };

  it("returns the only match", () => {
    expect(requireSingleMatch("x", [7], kind)).toBe(7);
    expect(failing([])).toMatchObject({ code: "not-found", hint: { en: "to list all: `clomoctl users list`" } });
    expect(failing([1, 2])).toMatchObject({ code: "usage", what: { en: '"x" matches 2 records: no. 1; no. 2' } });
  });

  it("lists some of many matches", () => {
    expect(failing(Array.from({ length: 30 }, (_, at) => at))?.what.en).toMatch(
      /^"x" matches 30 records: no\. 0;.+no\. 9; …$/,
    );
    expect(failing(Array.from({ length: 10 }, (_, at) => at))?.what.en).toMatch(/no\. 9$/);
    expect(failing(Array.from({ length: 11 }, (_, at) => at))?.what.en).toMatch(/no\. 9; …$/);
  });
});

const [hanako] = example<{ items: readonly [User] }>("users").items;
const taro: User = { ...hanako, id: hanako.id.replace(/2$/, "9"), name: "山田 太郎", emails: [], employeeCode: null };
const [owned] = example<{ items: readonly [Device] }>("devices").items;
const spare: Device = { ...owned, id: owned.id.replace(/\d$/, "9"), serialNumber: "SERIAL000002", owner: null };
const [manager] = example<{ items: readonly [SecuredUser] }>("securedUsers").items;
const ordinary: SecuredUser = { ...manager, id: manager.id.replace(/4$/, "9"), userId: "taro", settings: [] };

const LISTS = [
  {
    verb: "users list",
    request: { operation: "users" },
    query: {},
    items: [hanako, taro],
    fields: "name,employeeCode",
    rows: ["髙橋 花子\tE0042", "山田 太郎\t"],
    objects: [hanako, taro].map(({ org, ...user }) => ({ ...user, org: org.path, orgCode: org.code, orgId: org.id })),
    en: /^name +email addresses +organisation +title +employee code +CLOMO account name\n/,
    ja: /^氏名 +メールアドレス +組織 +役職 +社員コード +CLOMOアカウント名\n/,
  },
  {
    verb: "devices list",
    request: { operation: "devices" },
    query: {},
    items: [owned, spare],
    fields: "serialNumber,owner,ownerEmail",
    rows: ["SERIAL000001\t髙橋 花子\thanako@example.co.jp", "SERIAL000002\t\t"],
    objects: [owned, spare].map(({ owner, ownerOrg, org, ...device }) => ({
      ...device,
      owner: owner?.name ?? null,
      ownerEmail: owner?.email ?? null,
      ownerId: owner?.id ?? null,
      ownerOrg: ownerOrg?.path ?? null,
      ownerOrgCode: ownerOrg?.code ?? null,
      ownerOrgId: ownerOrg?.id ?? null,
      org: org?.path ?? null,
      orgCode: org?.code ?? null,
      orgId: org?.id ?? null,
    })),
    en: /^serial number +platform +status +identification name +telephone number +owner\n[^]*管理中/,
    ja: /^シリアルナンバー +プラットフォーム +ステータス +端末識別名 +電話番号 +所有者\n/,
  },
  {
    verb: "secured users list --app docs",
    request: { operation: "securedUsers", params: { app: "docs" } },
    query: { sort: "user-id", desc: "false" },
    items: [manager, ordinary],
    fields: "userId,fileManager",
    rows: ["hanako01\tTRUE", "taro\t"],
    objects: [manager, ordinary].map(({ settings, ...user }) => ({ ...user, fileManager: settings[0]?.value ?? null })),
    en: /^user ID +name +description +groups +role\nhanako01 +髙橋 花子 +営業 +file manager\n$/,
    ja: /^ユーザーID +表示名 +説明 +グループ名 +権限\nhanako01 .*ファイル管理者\n/,
  },
];

describe.each(LISTS)("$verb", ({ verb, request, query, items, fields, rows, objects, en: english, ja: japanese }) => {
  const { operation } = request;
  const asked = (words: object): object => {
    const all = { ...query, ...words };
    return { ...request, ...(Object.keys(all).length > 0 && { query: all }) };
  };

  test("passes filters and --limit to the tenant", async () => {
    const line = [...verb.split(" "), "--filter-name", "髙橋 花", "--filter-id", "hana", "--limit", "1"];
    const tenant = { [operation]: items };
    const { stdout, requests } = await run([...line, "--fields", fields], { tenant });
    expect(stdout).toBe([fields.replaceAll(",", "\t"), ...rows, ""].join("\n"));
    expect(requests).toEqual([asked({ filterName: "髙橋 花", filterId: "hana", limit: "1" })]);
  });

  test("has every field if no field is named", async () => {
    const { stdout } = await run(`${verb} --format json`, { tenant: { [operation]: items } });
    expect(JSON.parse(stdout)).toEqual(objects);
  });

  test("shows the usual fields in a table, with headers in the chosen language", async () => {
    const at = { tenant: { [operation]: items.slice(0, 1) }, terminal: { columns: 200 } };
    const { en, ja } = await runInBoth(verb, at);
    expect(en.stdout).toMatch(english);
    expect(ja.stdout).toMatch(japanese);
  });
});

test.each(["users", "devices"])("%s list passes NDJSON with all fields on as the tenant writes it", async (noun) => {
  const lines = [{ id: "1" }, { id: "2" }];
  const line = `${noun} list --format ndjson --filter-id S0`;
  const all = await run(line, { tenant: { [noun]: lines } });
  expect(all.stdout).toBe(lines.map((each) => `${JSON.stringify(each)}\n`).join(""));
  expect(all.requests).toEqual([{ operation: noun, query: { filterId: "S0", columns: "true" } }]);
});
