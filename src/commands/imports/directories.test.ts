import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkMap } from "../../lib/csv/layout/map.ts";
import { FORMATS } from "../../lib/derived/formats.ts";
import { BUILT_IN_LAYOUTS } from "../../lib/tenant/plans/layouts.ts";
import { ENTRA_DOCUMENTED, ENTRA_NEWER, GOOGLE, PASSWORD, type DirectoryExport } from "#support/cli/directories.ts";
import { freshDesk, type Desk } from "#support/cli/import-desk.ts";

const deskWith = async (content: string): Promise<Desk> => {
  const desk = await freshDesk();
  await desk.write("orgs.csv", "組織名,組織コード,上位組織コード\n本社,H,\n営業部,S01,H\n総務部,G01,H\n");
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  await desk.write("export.csv", content);
  return desk;
};

const FIELDS = "name,emails,orgCode,title,employeeCode,upn,tel";
const usersOf = async (desk: Desk): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse((await desk.run(`users list --format json --fields ${FIELDS}`)).text) as Record<string, unknown>[];

const usersWith = (own: object): readonly object[] => [
  { name: "山田 0", emails: ["user0@example.jp"], orgCode: "S01", title: "課長", ...own },
  { name: "佐藤 1", emails: ["user1@example.jp"], orgCode: "G01" },
];
const ENTRA_USERS = usersWith({ employeeCode: null, upn: "user0@example.com", tel: "03-0000-0000" });
const GOOGLE_USERS = usersWith({ employeeCode: "E0", upn: null, tel: null });
const CASES: readonly (readonly [string, DirectoryExport, readonly object[]])[] = [
  ["Entra ID, as documented", ENTRA_DOCUMENTED, ENTRA_USERS],
  ["Entra ID, with newer columns", ENTRA_NEWER, ENTRA_USERS],
  ["Google Workspace", GOOGLE, GOOGLE_USERS],
];

describe.each(CASES)("the export of %s", (_, { layout, build }, users) => {
  test("is imported at a terminal without a question about columns, and again by cron", async () => {
    const desk = await deskWith(build(0, 2));
    const { code, stderr } = await desk.type("users import export.csv", [["Apply", "y\r"]]);
    expect(code).toBe(0);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(new RegExp(`read with layout ${layout} .*, built in`));
    expect(await usersOf(desk)).toMatchObject(users);
    await desk.write("export.csv", build(0, 3));
    expect(await desk.run("users import export.csv --yes")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("create 1, unchanged 2"),
    });
    expect(await desk.read("layouts", ({ layouts }) => layouts.list())).toEqual(BUILT_IN_LAYOUTS);
  });
});

const ROW = { displayName: "x", department: "営業部", accountEnabled: "True", userType: "Member" };
const GOOGLE_ROW = { "First Name [Required]": "x", "Last Name [Required]": "y", "Org Unit Path [Required]": "/" };

describe("accounts of nobody who works here", () => {
  test("Entra ID: disabled accounts, guests and accounts without an address are left out and counted", async () => {
    const others = [
      { ...ROW, mail: "off@example.jp", accountEnabled: "False" },
      { ...ROW, mail: "guest@example.org", userType: "Guest" },
      { ...ROW, mail: " " },
    ].map(ENTRA_NEWER.row);
    const desk = await deskWith(ENTRA_NEWER.build(0, 2, others));
    const { code, stderr } = await desk.run("users import export.csv --yes");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("create 2") });
    for (const reason of ["accountEnabled is False", "userType is Guest", "mail is blank"])
      expect(stderr).toContain(`rows skipped (${reason}): 1`);
    expect(await usersOf(desk)).toHaveLength(2);
  });

  test("Google Workspace: suspended and archived accounts are left out, and `/` is the root organisation", async () => {
    const others = ["Suspended", "Archived", "Active"].map((state) =>
      GOOGLE.row({ ...GOOGLE_ROW, "Email Address [Required]": `${state}@example.jp`, "Status [READ ONLY]": state }),
    );
    const desk = await deskWith(GOOGLE.build(0, 2, others));
    const { code, stderr } = await desk.run("users import export.csv --yes");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("create 3") });
    for (const state of ["Suspended", "Archived"])
      expect(stderr).toContain(`rows skipped (Status [READ ONLY] is ${state}): 1`);
    expect((await usersOf(desk)).at(-1)).toMatchObject({ name: "y x", orgCode: null, emails: ["Active@example.jp"] });
  });
});

test("passwords are not read: no file of the tenant contains them", async () => {
  const desk = await deskWith(GOOGLE.build(0, 2));
  expect((await desk.run("users import export.csv --yes")).code).toBe(0);
  const files = (await readdir(desk.home, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const contents = files.map(async ({ parentPath, name }) => ({ name, bytes: await readFile(join(parentPath, name)) }));
  const holding = (await Promise.all(contents)).filter(({ bytes }) => bytes.includes(PASSWORD));
  expect(holding.map(({ name }) => name)).toEqual(["export.csv"]);
});

test("an unknown department is an error in a pipe, and is asked about at a terminal", async () => {
  const row = ENTRA_NEWER.row({ ...ROW, mail: "new@example.jp", department: "宇宙開発室" });
  const desk = await deskWith(ENTRA_NEWER.build(0, 1, [row]));
  expect(await desk.run("users import export.csv --yes")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("宇宙開発室"),
  });
  expect(await desk.type("users import export.csv", [["宇宙開発室", "\u0003"]])).toMatchObject({ code: 130 });
  expect(await usersOf(desk)).toEqual([]);
});

test.each([
  ["Entra ID", ENTRA_NEWER.build(0, 2)],
  ["Google Workspace", GOOGLE.build(0, 2)],
])("the names of organisations in an export of %s never become the codes of new ones", async (_, content) => {
  const desk = await deskWith(content);
  const { code, stderr } = await desk.run("users import export.csv --create-orgs --yes");
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("--orgs FILE") });
  expect(JSON.parse((await desk.run("orgs list --format json")).text)).toHaveLength(4);
  expect(await usersOf(desk)).toEqual([]);
});

test("an export without a column of its layout is refused in a pipe", async () => {
  const desk = await deskWith(ENTRA_NEWER.build(0, 1).replace("accountEnabled", "enabled"));
  expect(await desk.run("users import export.csv --yes")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("the list lacks columns of its layout entra-id: accountEnabled"),
  });
});

test("a learnt layout is preferred, although it reads fewer columns; built-in layouts cannot be removed", async () => {
  const desk = await deskWith(ENTRA_NEWER.build(0, 1));
  const fields: Readonly<Record<string, string>> = { mail: "メールアドレス", displayName: "氏名" };
  const headers = ENTRA_NEWER.build(0, 0).replace("\u{feff}", "").trim().split(",");
  await desk.write(
    "map.yaml",
    `columns:\n${headers.map((header) => `  ${header}: ${fields[header] ?? "ignore"}\n`).join("")}`,
  );
  expect(await desk.run("layouts learn export.csv --as users --map map.yaml")).toMatchObject({ code: 0 });
  expect((await desk.run("users import export.csv --yes")).stderr).not.toContain("built in");
  expect(await usersOf(desk)).toMatchObject([{ name: "山田 0", title: null, upn: null }]);
  expect(await desk.run("layouts remove entra-id --yes")).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("built in and cannot be removed"),
  });
  const { text } = await desk.run("layouts show entra-id --format json");
  expect(JSON.parse(text)).toMatchObject({ id: "entra-id", at: null, actor: null });
});

test.each(BUILT_IN_LAYOUTS)("$id: its map is valid and reads only its own headers", ({ kind, headers, map }) => {
  checkMap(map, FORMATS[kind]);
  const used = [...map.columns, ...(map.rows ?? [])].map(({ header }) => header);
  expect(headers).toEqual(expect.arrayContaining([...used, ...(map.joins ?? []).flatMap((join) => join.headers)]));
  expect(new Set(headers).size).toBe(headers.length);
});
