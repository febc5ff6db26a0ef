import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { csv, freshDesk, HEADER, type Desk } from "#support/cli/import-desk.ts";

const ORGS = ["組織名,組織コード", "営業部,S01", "総務部,S02"];
const TARO = "山田 太郎,taro@example.com,S01,部長";
const HANAKO = "佐藤 花子,hanako@example.com,S02,";

const write = async (desk: Desk, files: Readonly<Record<string, readonly string[]>>): Promise<void> => {
  for (const [name, lines] of Object.entries(files)) await desk.write(name, csv(lines));
};

const names = async (desk: Desk, noun: string): Promise<readonly string[]> =>
  (await desk.run(`${noun} list --format tsv --fields name`)).text.split("\n").slice(1).filter(Boolean);

/** Returns a mirror of 200 users. */
async function mirrorOf200(): Promise<Desk> {
  const desk = await freshDesk(PEOPLE_200);
  expect((await desk.run("console sync people.csv --yes")).code).toBe(0);
  return desk;
}

const PEOPLE_200 = ["氏名,メールアドレス", ...Array.from({ length: 200 }, (_, at) => `人${at},p${at}@example.com`)];

test("takes several exports in the order in which they refer to each other", async () => {
  const desk = await freshDesk();
  await write(desk, { "a.csv": [HEADER, TARO, HANAKO], "b.csv": ORGS });
  const dry = await desk.run("console sync a.csv b.csv --dry-run");
  expect([dry.code, dry.stderr.split("not in the mirror yet").length]).toEqual([8, 2]);
  expect((await desk.run("console sync a.csv b.csv --yes")).code).toBe(0);
  expect(await names(desk, "users")).toEqual(["山田 太郎", "佐藤 花子"]);
  const kinds = JSON.parse((await desk.run("imports list --format json --fields kind,mode")).text) as object[];
  expect(kinds).toEqual([
    { kind: "users", mode: "replace" },
    { kind: "orgs", mode: "replace" },
  ]);
});

test("an organisation that the console deleted with its users is removed in the same run", async () => {
  const desk = await freshDesk();
  await write(desk, { "orgs.csv": ORGS, "users.csv": [HEADER, TARO, HANAKO] });
  expect((await desk.run("console sync orgs.csv users.csv --yes")).code).toBe(0);
  await write(desk, { "orgs.csv": ORGS.slice(0, 2), "users.csv": [HEADER, TARO] });
  expect((await desk.run("console sync orgs.csv --yes")).code).toBe(10);
  const both = await desk.run("console sync users.csv orgs.csv --confirm-deletions 2");
  expect(both.code, both.stderr).toBe(0);
  expect(both.stderr).toContain("references to deleted records, cleared: 1");
  expect(await names(desk, "orgs")).toEqual(["全社", "営業部"]);
});

test("tells what lost its assignment to an organisation or device that the console does not have any more", async () => {
  const desk = await freshDesk();
  const device = (serial: string): string => `シリアルナンバー,IMEI番号\n${serial},490154203237518`;
  await write(desk, { "orgs.csv": ORGS, "devices.csv": [device("A1")] });
  expect((await desk.run("console sync orgs.csv devices.csv --yes")).code).toBe(0);
  await desk.run("config-profiles create P --kind vpn --org S01 --org S02 --device A1");
  await desk.run("apps create A --kind Enterprise --org S02 --device A1");
  await write(desk, { "orgs.csv": ["組織名,組織コード", "営業部,S01", "総務部,S03"], "devices.csv": [device("B1")] });
  const { code, stderr } = await desk.run("console sync orgs.csv devices.csv --confirm-deletions 2");
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("lacks the organisation or device: 2; to see them: clomoctl imports show 6 --rows");
  expect(stderr.split("because the export lacks")).toHaveLength(3);
  expect((await desk.run("imports show 6 --rows --format json")).text).toContain('"before":["A1"],"after":[]');
});

test("the first refusal stops and names what was taken", async () => {
  const desk = await freshDesk();
  await write(desk, { "orgs.csv": ORGS, "users.csv": [HEADER, TARO, "佐藤 花子,hanako@example.com,S09,"] });
  const { code, stderr } = await desk.run("console sync users.csv orgs.csv --yes");
  expect(code).toBe(8);
  expect(stderr).toContain("(already imported: orgs.csv)");
  expect(await names(desk, "users")).toEqual([]);
  expect((await desk.run("console sync users.csv --yes")).code).toBe(3);
});

test("a protected context is confirmed by name even if an export changes nothing", async () => {
  const desk = await freshDesk();
  await write(desk, { "orgs.csv": ORGS });
  expect((await desk.run("console sync orgs.csv --yes")).code).toBe(0);
  expect((await desk.run("context set local --protected")).code).toBe(0);
  const question = "local is protected. Type its name";
  expect((await desk.type("console sync orgs.csv", [[question, "osaka\r"]])).code).toBe(3);
  const before = await desk.read("imports", ({ imports }) => imports.list());
  expect((await desk.type("console sync orgs.csv", [[question, "local\r"]])).code).toBe(0);
  expect(await desk.read("imports", ({ imports }) => imports.list())).toHaveLength(before.length + 1);
});

test("an interruption names what was taken", async () => {
  const desk = await freshDesk();
  await write(desk, { "orgs.csv": ORGS, "users.csv": [HEADER, TARO, HANAKO] });
  expect((await desk.run("console sync users.csv orgs.csv --yes")).code).toBe(0);
  await write(desk, { "orgs.csv": [...ORGS, "開発部,S03"], "users.csv": [HEADER, TARO] });
  const { code, stderr } = await desk.type("console sync users.csv orgs.csv", [["delete 1. To", "\u0003"]]);
  expect([code, stderr]).toEqual([
    130,
    expect.stringContaining("already imported: orgs.csv; nothing else was changed"),
  ]);
});

test("two exports of one kind, an unknown header and an app's export without its name are refused", async () => {
  const desk = await freshDesk();
  await write(desk, {
    "a.csv": [HEADER, TARO.replace("S01", "")],
    "b.csv": ["x,y", "1,2"],
    "c.csv": ["表示名,ユーザーID,説明", "花子,h1,"],
  });
  expect((await desk.run("console sync a.csv a.csv --yes")).code).toBe(2);
  expect((await desk.run("console sync b.csv --yes")).code).toBe(3);
  const { code, stderr } = await desk.run("console sync c.csv --yes");
  expect([code, stderr]).toEqual([2, expect.stringContaining("--app")]);
  const both = await desk.run("console sync c.csv a.csv --app docs --yes");
  expect(both.code, both.stderr).toBe(0);
  expect(await names(desk, "users")).toEqual(["山田 太郎"]);
});

test("an unknown column is asked about once, and one that an export lacks is refused without a terminal", async () => {
  const desk = await freshDesk();
  const asked = "Enter takes these";
  await write(desk, {
    "users.csv": [`${HEADER.replace("メールアドレス", "E-mail")},更新日時`, `${TARO.replace("S01", "")},2026/11/27`],
  });
  const refused = await desk.run("console sync users.csv --yes");
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("layouts learn users.csv --as users --export"),
  });
  const first = await desk.type("console sync users.csv --yes", [[asked, "\r"]]);
  expect(first.code, first.stderr).toBe(0);
  expect((await desk.run("console sync users.csv --yes")).code).toBe(0);
  expect((await desk.run("layouts list --format tsv --fields use,kind")).text).toContain("export\tusers\n");
  await write(desk, { "list.csv": ["氏名,E-mail", "山田 太郎,taro@example.com"] });
  const lacks = await desk.run("console sync list.csv --yes");
  expect(lacks).toMatchObject({ code: 3, stderr: expect.stringContaining("lacks columns of its layout") });
  expect((await desk.run("undo 1 --confirm-deletions 1")).code).toBe(0);
  expect((await desk.run("console sync users.csv --yes")).code, "the answer is undone").toBe(3);
  expect((await desk.type("console sync users.csv --yes", [[asked, "\r"]])).code).toBe(0);
  const part = await desk.run("console sync list.csv --yes --part");
  expect(part.code, part.stderr).toBe(0);
  expect((await desk.type("console sync list.csv --yes", [[asked, "\r"]])).code).toBe(0);
});

describe("what an export lacks", () => {
  test.each([
    [4, "--yes", 0],
    [5, "--yes", 10],
    [5, "", 10],
    [5, "--confirm-deletions 5", 0],
    [5, "--confirm-deletions 4", 3],
    [5, "--yes --max-deletions 6", 0],
    [5, "--yes --max-deletions 4", 10],
    [200, "--yes", 10],
    [5, "--yes --part", 0],
    [5, "--dry-run", 0],
  ])("%i of 200 users, %s: ends with %i", async (gone, options, exit) => {
    const desk = await mirrorOf200();
    await write(desk, { "people.csv": PEOPLE_200.slice(0, 201 - gone) });
    const { code, stderr } = await desk.run(`console sync people.csv ${options}`.trim());
    expect(code, stderr).toBe(exit);
    const removes = exit === 0 && !/--part|--dry-run/.test(options);
    expect(await names(desk, "users")).toHaveLength(removes ? 200 - gone : 200);
  });

  test("is refused if nothing in the export is known", async () => {
    const desk = await mirrorOf200();
    await write(desk, { "people.csv": PEOPLE_200.map((line) => line.replace("@example.com", "@other.example")) });
    const { code, stderr } = await desk.run("console sync people.csv --confirm-deletions 200");
    expect([code, stderr]).toEqual([3, expect.stringContaining("the file matches no record")]);
  });

  test("is refused if no organisation is known, although all of them are in use", async () => {
    const desk = await freshDesk();
    const orgs = (prefix: string) => [
      ORGS[0] ?? "",
      ...Array.from({ length: 5 }, (_, at) => `${prefix}${at},${prefix}${at}`),
    ];
    const users = [HEADER, ...Array.from({ length: 5 }, (_, at) => `人${at},p${at}@example.com,S${at},`)];
    await write(desk, { "orgs.csv": orgs("S"), "users.csv": users, "foreign.csv": orgs("X") });
    expect((await desk.run("console sync orgs.csv users.csv --yes")).code).toBe(0);
    expect((await desk.run("console sync foreign.csv --confirm-deletions 5")).code).toBe(3);
  });

  test("an export that was taken before the last one is refused without a terminal", async () => {
    const desk = await mirrorOf200();
    await write(desk, { "new.csv": PEOPLE_200.slice(0, 198) });
    for (const [file, exit] of [
      ["new", 0],
      ["new", 0],
      ["people", 3],
    ] as const)
      expect((await desk.run(`console sync ${file}.csv --yes`)).code).toBe(exit);
    const asked = await desk.type("console sync people.csv --yes", [["already imported", "y\r"]]);
    expect(asked.code, asked.stderr).toBe(0);
    await write(desk, { "new.csv": PEOPLE_200.slice(0, 198) });
    expect((await desk.run("console sync new.csv --yes")).code).toBe(0);
  });
});

test("the sample goes before the first export comes", async () => {
  const desk = await freshDesk();
  await desk.write("people.csv", readFileSync("fixtures/people.csv"));
  await write(desk, { "a.csv": [HEADER, TARO.replace("S01", "")] });
  expect((await desk.run("users import people.csv --create-orgs --yes")).code).toBe(0);
  const refused = await desk.run("console sync a.csv --yes");
  const undo = "undo 1 --confirm-deletions 27";
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining(`clomoctl ${undo}`) });
  for (const line of [undo, "console sync a.csv --yes"]) expect((await desk.run(line)).code, line).toBe(0);
  expect(await names(desk, "users")).toEqual(["山田 太郎"]);
});

test("ends with 9 while something is open, if asked", async () => {
  const desk = await freshDesk(["氏名,メールアドレス,役職", "山田 太郎,taro@example.com,部長"]);
  const sync = "console sync people.csv --yes --detailed-exitcode";
  expect((await desk.run(sync)).code).toBe(0);
  expect((await desk.run("users edit taro@example.com --title 課長")).code).toBe(0);
  expect((await desk.run(sync)).code).toBe(9);
  expect((await desk.run("console sync people.csv")).code, "nothing changes, so nothing is asked").toBe(0);
  await write(desk, { "people.csv": ["氏名,メールアドレス,役職", "山田 太郎,taro@example.com,課長"] });
  expect((await desk.run(sync)).code).toBe(0);
});
