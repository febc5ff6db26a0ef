import type { ManualValues } from "../../../lib/model/thing.ts";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, afterEach, beforeEach, expect, test } from "vitest";
import { freshFolder, run, type RunResult } from "#support/commands/program.ts";
import { type Cells, prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";

// What an upload file says of records that were changed here since the console last showed them: it refers to records by the
// console's names, and leaves out a row for one of the five reasons of decision 033. A test is named after the reason, and what
// was changed here.

let tenant: TestTenant;
let folder: string;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs", fromConsole: true }, [
    ["組織名", "組織コード", "上位組織コード"],
    ["営業部", "S", ""],
    ["総務部", "G", ""],
    ["人事部", "", ""],
  ]);
  await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス", "社員コード", "役職", "組織コード"],
    ["鈴木 花子", "hanako@ex.jp", "A3", "主任", "S"],
    ["渡辺 次郎", "jiro@ex.jp", "A11", "主任", "G"],
    ["佐藤 健", "ken@ex.jp", "A7", "", "S"],
  ]);
  await tenant.import({ kind: "devices", fromConsole: true }, [
    ["シリアルナンバー", "所有者メールアドレス", "所有組織コード", "メモ"],
    ["D1", "hanako@ex.jp", "", ""],
    ["D2", "jiro@ex.jp", "", ""],
  ]);
});
beforeEach(async () => {
  tenant = await openPrepared();
  folder = freshFolder();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const ran = (line: string): Promise<RunResult> => run(`--lang en ${line}`, { tenant: tenant.fetch, folder });
const idOf = async (name: string): Promise<string> => String((await tenant.client.users.find({ name }))[0]?.id);
const edit = async (name: string, values: ManualValues) => tenant.client.users.edit(await idOf(name), values);
const remove = async (kind: "users" | "orgs", id: string) =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind, ids: [id] }));
const recode = async (name: string, code: string) =>
  tenant.client.orgs.edit(String((await tenant.client.orgs.find({ name }))[0]?.id), { code });

const own = async (serialNumber: string, name: string) => {
  const [device] = await tenant.client.devices.find({ name: serialNumber });
  const [org] = await tenant.client.orgs.find({ name });
  return tenant.client.devices.setOwner({
    ids: [String(device?.id)],
    owner: null,
    ownerOrg: String(org?.id),
  });
};

const written = (name = "up.csv"): readonly string[] =>
  existsSync(join(folder, name))
    ? new TextDecoder("shift_jis")
        .decode(readFileSync(join(folder, name)))
        .split("\r\n")
        .slice(0, -1)
    : [];

interface Result {
  readonly change: number;
  readonly leftOut?: {
    readonly count: number;
    readonly reasons: Readonly<Record<string, number>>;
    readonly first: readonly { readonly key: string; readonly why: string }[];
  };
}

const imported = async (cells: Cells, options: string): Promise<RunResult & { readonly result: Result }> => {
  writeFileSync(join(folder, "in.csv"), cells.map((row) => `${row.join(",")}\n`).join(""));
  const [noun, ...more] = options.split(" ");
  const words = [noun, "import", "in.csv", ...more, "--emit-csv", "up.csv", "--yes", "--format", "json"];
  const done = await ran(words.join(" "));
  expect(done, done.stderr).toMatchObject({ exit: 0 });
  return { ...done, result: JSON.parse(done.stdout) as Result };
};

const TITLES: Cells = [
  ["メールアドレス", "役職"],
  ["hanako@ex.jp", "課長"],
  ["jiro@ex.jp", "課長"],
];
const BOTH = ["鈴木 花子,hanako@ex.jp,課長", "渡辺 次郎,jiro@ex.jp,課長"] as const;
const [, JIRO] = BOTH;

test.each<{
  readonly name: string;
  readonly before: () => Promise<unknown>;
  readonly cells?: Cells;
  readonly options?: string;
  readonly rows: readonly string[];
  readonly leftOut?: Readonly<Record<string, string>>;
}>([
  { name: "written · nothing was changed here", before: async () => undefined, rows: BOTH },
  {
    name: "written · its name, which is not asked for",
    before: () => edit("A3", { name: "鈴木 花" }),
    rows: ["鈴木 花,hanako@ex.jp,課長", JIRO],
  },
  {
    name: "written · its name, which the file has",
    before: () => edit("A3", { name: "鈴木 花" }),
    cells: [
      ["氏名", ...(TITLES[0] ?? [])],
      ["鈴木 花", ...(TITLES[1] ?? [])],
    ],
    rows: ["鈴木 花,hanako@ex.jp,課長"],
  },
  {
    name: "key · its key",
    before: () => edit("A3", { emails: ["h@ex.jp"] }),
    cells: TITLES.with(1, ["h@ex.jp", "課長"]),
    rows: [JIRO],
    leftOut: { "h@ex.jp": "key" },
  },
  {
    name: "key · its key, and changed back",
    before: async () => {
      await edit("A3", { emails: ["h@ex.jp"] });
      await edit("A3", { emails: ["hanako@ex.jp"] });
    },
    rows: [JIRO],
    leftOut: { "hanako@ex.jp": "key" },
  },
  {
    name: "written · its key, which somebody confirmed",
    before: async () => {
      const { consoleTask } = await edit("A3", { emails: ["h@ex.jp"] });
      await tenant.client.console.confirm({ numbers: [consoleTask ?? 0] });
    },
    cells: TITLES.with(1, ["h@ex.jp", "課長"]),
    rows: ["鈴木 花子,h@ex.jp,課長", JIRO],
  },
  {
    name: "key · nothing, but the file changes its key",
    before: async () => undefined,
    cells: [
      ["社員コード", "メールアドレス", "役職"],
      ["A3", "h@ex.jp", "課長"],
      ["A11", "jiro@ex.jp", "課長"],
    ],
    options: "users --key employee-code",
    rows: ["渡辺 次郎,jiro@ex.jp,課長,A11"],
    leftOut: { A3: "key" },
  },
  {
    name: "key · a record with the key of a new one was deleted",
    before: async () => remove("users", await idOf("A7")),
    cells: [
      ["氏名", ...(TITLES[0] ?? [])],
      ["佐藤 賢", "ken@ex.jp", "課長"],
      ["渡辺 次郎", "jiro@ex.jp", "課長"],
    ],
    rows: [JIRO],
    leftOut: { "ken@ex.jp": "key" },
  },
  {
    name: "twice · a new record, whose key was changed since",
    before: async () => {
      await tenant.client.users.create({ name: "林", emails: ["l@ex.jp"], employeeCode: "A9" });
      await edit("A9", { emails: ["hayashi@ex.jp"] });
    },
    cells: TITLES.with(1, ["hayashi@ex.jp", "課長"]),
    rows: [JIRO],
    leftOut: { "hayashi@ex.jp": "twice" },
  },
  {
    name: "written · a new record",
    before: () => tenant.client.users.create({ name: "林", emails: ["l@ex.jp"] }),
    cells: TITLES.with(1, ["l@ex.jp", "課長"]),
    rows: ["林,l@ex.jp,課長", JIRO],
  },
  {
    name: "reference · the code of its organisation",
    before: () => recode("S", "S9"),
    cells: [
      [...(TITLES[0] ?? []), "組織コード"],
      ["hanako@ex.jp", "課長", "S9"],
      ["jiro@ex.jp", "課長", "G"],
    ],
    rows: ["渡辺 次郎,jiro@ex.jp,G,課長"],
    leftOut: { "hanako@ex.jp": "reference" },
  },
  {
    name: "reference · the codes of organisations, one to another",
    before: async () => {
      await recode("G", "T");
      await recode("S", "G");
      await recode("T", "S");
    },
    cells: [
      [...(TITLES[0] ?? []), "組織コード"],
      ["hanako@ex.jp", "課長", "S"],
      ["ken@ex.jp", "課長", ""],
    ],
    options: "users --blank keep",
    rows: [],
    leftOut: { "hanako@ex.jp": "reference", "ken@ex.jp": "reference" },
  },
  {
    name: "written · the code of its organisation, which the file does not have",
    before: () => recode("S", "S9"),
    rows: BOTH,
  },
  {
    name: "clear · its organisation, to none with a code",
    before: async () => {
      const [org] = await tenant.client.orgs.find({ name: "人事部" });
      await tenant.client.users.move({ ids: [await idOf("A3")], org: String(org?.id) });
    },
    cells: [
      [...(TITLES[0] ?? []), "組織コード"],
      ["hanako@ex.jp", "課長", ""],
      ["jiro@ex.jp", "課長", "G"],
    ],
    rows: ["渡辺 次郎,jiro@ex.jp,G,課長"],
    leftOut: { "hanako@ex.jp": "clear" },
  },
  {
    name: "blank · nothing, but a blank cell is of a column that no export has shown, and keeps what is there",
    before: async () => undefined,
    cells: [
      [...(TITLES[0] ?? []), "TEL"],
      ["hanako@ex.jp", "課長", ""],
      ["jiro@ex.jp", "課長", "03"],
    ],
    options: "users --blank keep",
    rows: ["渡辺 次郎,jiro@ex.jp,課長,03"],
    leftOut: { "hanako@ex.jp": "blank" },
  },
  {
    name: "blank · nothing, and nobody said what blank cells are to do",
    before: async () => undefined,
    cells: [
      [...(TITLES[0] ?? []), "TEL"],
      ["hanako@ex.jp", "課長", ""],
      ["jiro@ex.jp", "課長", "03"],
    ],
    rows: ["渡辺 次郎,jiro@ex.jp,課長,03"],
    leftOut: { "hanako@ex.jp": "blank" },
  },
  {
    name: "blank · a custom field, and the plan clears another one",
    before: async () => {
      for (const name of ["入社年", "座席"]) await tenant.client.users.addField({ name });
      const [year, seat] = [
        { name: "入社年", value: "10" },
        { name: "座席", value: "10" },
      ];
      await edit("A3", { custom: [year] });
      await edit("A11", { custom: [year, seat] });
    },
    cells: [
      [...(TITLES[0] ?? []), "入社年", "座席"],
      ["hanako@ex.jp", "課長", "", ""],
      ["jiro@ex.jp", "課長", "12", ""],
      ["ken@ex.jp", "課長", "12", "B3"],
    ],
    rows: ["渡辺 次郎,jiro@ex.jp,課長,12,", "佐藤 健,ken@ex.jp,課長,12,B3"],
    leftOut: { "hanako@ex.jp": "blank" },
  },
  {
    name: "written · its value, which the plan clears",
    before: () => edit("A3", { tel: "03" }),
    cells: [
      [...(TITLES[0] ?? []), "TEL"],
      ["hanako@ex.jp", "課長", ""],
      ["jiro@ex.jp", "課長", "03"],
    ],
    rows: ["鈴木 花子,hanako@ex.jp,課長,", "渡辺 次郎,jiro@ex.jp,課長,03"],
  },
  {
    name: "written · nothing, and a blank cell is to clear",
    before: async () => undefined,
    cells: [
      [...(TITLES[0] ?? []), "TEL"],
      ["hanako@ex.jp", "課長", ""],
      ["jiro@ex.jp", "課長", "03"],
    ],
    options: "users --blank clear",
    rows: ["鈴木 花子,hanako@ex.jp,課長,", "渡辺 次郎,jiro@ex.jp,課長,03"],
  },
  {
    name: "reference · the address of the owner of a device",
    before: () => edit("A3", { emails: ["h@ex.jp"] }),
    cells: [
      ["シリアルナンバー", "所有者メールアドレス", "メモ"],
      ["D1", "h@ex.jp", "新"],
      ["D2", "jiro@ex.jp", "新"],
    ],
    options: "devices",
    rows: ["D2,jiro@ex.jp,新"],
    leftOut: { D1: "reference" },
  },
  {
    name: "reference · the code of an organisation above",
    before: () => recode("S", "S9"),
    cells: [
      ["組織名", "組織コード", "上位組織コード"],
      ["一課", "S1", "S9"],
      ["二課", "G1", "G"],
    ],
    options: "orgs",
    rows: ["二課,G1,G,"],
    leftOut: { S1: "reference" },
  },
  {
    name: "reference · the code of an organisation above new ones, of which only one names it",
    before: () => recode("S", "S9"),
    cells: [
      ["組織名", "組織コード", "上位組織コード"],
      ["三課", "S3", "S2"],
      ["二課", "S2", "S1"],
      ["一課", "S1", "S9"],
      ["総務部", "G", "S1"],
      ["四課", "G1", "G"],
    ],
    options: "orgs",
    rows: ["四課,G1,G,"],
    leftOut: { S1: "reference", S2: "reference", S3: "reference", G: "reference" },
  },
  {
    name: "reference · a device stays with an organisation that has no code",
    before: () => own("D1", "人事部"),
    cells: [
      ["シリアルナンバー", "所有組織コード", "メモ"],
      ["D1", "", "新"],
      ["D2", "", "新"],
    ],
    options: "devices --blank keep",
    rows: ["D2,新,"],
    leftOut: { D1: "reference" },
  },
  {
    name: "key · the code of an organisation",
    before: () => recode("S", "S9"),
    cells: [
      ["組織名", "組織コード"],
      ["営業本部", "S9"],
      ["総務本部", "G"],
    ],
    options: "orgs",
    rows: ["総務本部,G"],
    leftOut: { S9: "key" },
  },
])("a row of an upload file · $name", async ({ before, cells = TITLES, options = "users", rows, leftOut = {} }) => {
  await before();
  const { result, stderr } = await imported(cells, options);
  expect(written().slice(1)).toEqual(rows);
  const count = Object.keys(leftOut).length;
  expect(Object.fromEntries(result.leftOut?.first.map(({ key, why }) => [key, why]) ?? [])).toEqual(leftOut);
  expect(result.leftOut?.count ?? 0).toBe(count);
  expect(stderr.includes("warning: up.csv leaves out ")).toBe(count > 0);
  expect(stderr.includes(`by hand in the console: clomoctl console show ${result.change}`)).toBe(count > 0);
});

test("a file that would leave out all rows is not written, and no upload is proposed", async () => {
  await edit("A3", { emails: ["h@ex.jp"] });
  const { result, stderr } = await imported(
    [
      ["メールアドレス", "役職"],
      ["h@ex.jp", "課長"],
    ],
    "users",
  );
  expect(stderr).toContain("up.csv was not written because there are no rows to upload");
  expect(written()).toEqual([]);
  expect(await tenant.client.console.show(result.change)).toMatchObject({ work: "edit", file: null });
});

test("refuses a file for 全件更新 that would leave out a row, because that would delete a user", async () => {
  const groups = ["表示名", "ユーザーID", "グループ名", "説明", "ファイル管理者権限"];
  await tenant.import({ kind: "docs", fromConsole: true, createGroups: true }, [
    groups,
    ["一", "one", "営業", "", ""],
    ["二", "two", "", "", ""],
  ]);
  await tenant.client.administrators.mark("docs", { add: [], remove: [] });
  const [group] = await tenant.client.secured.groups("docs");
  await tenant.client.secured.editGroup({ app: "docs", id: String(group?.id) }, { name: "営業部" });
  writeFileSync(join(folder, "in.csv"), "表示名,ユーザーID,グループ名\n壱,one,営業部\n二,two,\n");
  const before = tenant.dump();
  const line = "secured users import in.csv --app docs --mode replace --emit-csv up.csv --yes --max-deletions 0";
  const refused = await ran(line);
  expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining("全件更新") as unknown });
  expect(written()).toEqual([]);
  expect(tenant.dump()).toEqual(before);
});

test("refuses a file for 全件更新 with a blank that may clear a value, unless --blank clear is given", async () => {
  const cells = [
    ["表示名", "ユーザーID", "グループ名", "説明", "ファイル管理者権限"],
    ["一", "one", "営業", "", ""],
    ["二", "two", "", "", ""],
  ];
  const shown = cells.map(([name = "", id = "", , text = "", right = ""]) => [name, id, text, right]);
  await tenant.import({ kind: "docs", fromConsole: true }, shown);
  await tenant.client.administrators.mark("docs", { add: [], remove: [] });
  writeFileSync(join(folder, "in.csv"), cells.map((row) => `${row.join(",")}\n`).join(""));
  const words = "secured users import in.csv --app docs --create-groups --mode replace --max-deletions 0";
  const refused = await ran(`${words} --emit-csv up.csv --yes`);
  expect(refused).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining("or pass --blank clear if") as unknown,
  });
  expect((await ran(`${words} --emit-csv up.csv --yes --blank clear`)).exit).toBe(0);
  expect(written().slice(1)).toEqual(["一,one,,,,,営業", "二,two,,,,,"]);
});

test("--emit-csv commits at once, and imports show and the result say what the console has", async () => {
  const { result, stderr } = await imported(TITLES, "users");
  expect((await tenant.users()).map(({ title }) => title)).toEqual(["課長", "課長", null]);
  expect(stderr).toContain(
    `if you do not upload the file: clomoctl console drop ${result.change} ; to have the plan approved first: --keep-plan --report FILE, then clomoctl imports commit PLAN --emit-csv FILE\n`,
  );
  const inConsole = async () =>
    /^done in the console +(.*)$/m.exec(
      (await run(`--lang en imports show ${result.change}`, { tenant: tenant.fetch, terminal: {} })).stdout,
    )?.[1];
  expect(await inConsole()).toBe("0 of 2");
  await tenant.client.console.confirm({ numbers: [result.change], records: [await idOf("A3")] });
  expect(await inConsole()).toBe("1 of 2");
});

describe("a file is not to be uploaded after one of its records was changed again:", () => {
  const TAKEN: Cells = [
    ["氏名", "メールアドレス", "社員コード", "TEL"],
    ["鈴木 花子", "hanako@ex.jp", "A3", "03-9"],
    ["渡辺 次郎", "jiro@ex.jp", "A11", ""],
  ];
  const hanako = async () => (await tenant.client.users.find({ name: "hanako@ex.jp" }))[0]?.id ?? "";

  test.each<[string, (change: number) => Promise<unknown>, number]>([
    [
      "another column; in the console:",
      () => tenant.import({ kind: "users", fromConsole: true, keepMissing: true }, TAKEN),
      0,
    ],
    ["a column that it has, here", async () => tenant.client.users.edit(await hanako(), { title: "顧問" }), 1],
    ["the key, here", async () => tenant.client.users.edit(await hanako(), { emails: ["h2@ex.jp"] }), 1],
    [
      "a record of it was dropped here by change",
      async (change) => ran(`console drop ${change} --record hanako@ex.jp --yes`),
      1,
    ],
  ])("%s", async (_, changed, outdated) => {
    const { result } = await imported(TITLES, "users");
    const change = result.change;
    await changed(change);
    const { stderr } = await ran(`console show ${change}`);
    expect(stderr.includes("do not upload up.csv: its values for 1 record are outdated; drop this task (")).toBe(
      outdated === 1,
    );
    expect(stderr.includes("up.csv: upload in ")).toBe(outdated === 0);
  });
});
