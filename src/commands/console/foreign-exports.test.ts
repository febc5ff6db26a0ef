import { expect, test } from "vitest";
import { csv, freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

const ORGS = ["組織名,組織コード,上位組織コード", "本社,H00,", "営業部,S01,H00", "総務部,S02,H00"];
const USERS = ["氏名,メールアドレス,組織,社員コード", "山田 太郎,t@x.jp,営業部,A1", "佐藤 花子,h@x.jp,総務部,A2"];
const DEVICES = ["シリアルナンバー,プラットフォーム,所有者", "SER1,iOS,山田 太郎", "SER2,iOS,佐藤 花子"];
const ASKED = "Enter takes these";

const show = async (desk: Desk, what: string): Promise<unknown> =>
  JSON.parse((await desk.run(`${what} --format json`)).text) as unknown;

/** A mirror of a console whose exports have names instead of codes. */
async function mirrorOfNames(): Promise<Desk> {
  const desk = await freshDesk();
  for (const [name, lines] of Object.entries({ orgs: ORGS, users: USERS, devices: DEVICES })) {
    await desk.write(`${name}.csv`, csv(lines));
    const taken = await desk.type(`console sync ${name}.csv --yes`, name === "orgs" ? [] : [[ASKED, "\r"]]);
    expect(taken.code, taken.stderr).toBe(0);
  }
  return desk;
}

const states = async (desk: Desk): Promise<unknown> => [
  await show(desk, "users list --fields name,orgCode"),
  await show(desk, "devices list --fields serialNumber,ownerEmail"),
];

test("names of organisations and owners are found, also the next time", async () => {
  const desk = await mirrorOfNames();
  expect(await states(desk)).toEqual([
    [
      { name: "山田 太郎", orgCode: "S01" },
      { name: "佐藤 花子", orgCode: "S02" },
    ],
    [
      { serialNumber: "SER1", ownerEmail: "t@x.jp" },
      { serialNumber: "SER2", ownerEmail: "h@x.jp" },
    ],
  ]);
  for (const name of ["orgs", "users", "devices"]) {
    const again = await desk.run(`console sync ${name}.csv --yes`);
    expect(again.code, again.stderr).toBe(0);
  }
});

test.each([
  [
    "an organisation was renamed and another has its name",
    ["orgs edit S01 --name 別 --yes", "orgs create 営業部 --code N"],
  ],
  ["an organisation was moved", ["orgs move S01 --parent S02 --yes"]],
  ["somebody has another's former name", ["users edit t@x.jp --name 別", "users edit h@x.jp --name 山田\\ 太郎"]],
  ["somebody of the same name came in", ["users create --name 山田\\ 太郎 --email n@x.jp --yes"]],
])("while %s here, names in exports are refused", async (_, lines) => {
  const desk = await mirrorOfNames();
  for (const line of lines) expect((await desk.run(line.replaceAll("\\ ", "　"))).code, line).toBe(0);
  const before = await states(desk);
  const refused = await desk.run(`console sync ${lines[0]?.startsWith("orgs") ? "users" : "devices"}.csv --yes`);
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("console list") });
  expect(await states(desk)).toEqual(before);
});

test("a name that is the code of another organisation is refused", async () => {
  const desk = await mirrorOfNames();
  await desk.write("orgs.csv", csv([...ORGS, "S02,X9,H00"]));
  expect((await desk.run("console sync orgs.csv --yes")).code).toBe(0);
  await desk.write("users.csv", csv(USERS.map((line) => line.replace("総務部", "S02"))));
  const refused = await desk.run("console sync users.csv --yes");
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("path of the organisation") });
});

test("a column that an earlier export had not is not passed over", async () => {
  const desk = await freshDesk();
  await desk.write("d.csv", csv(["S/N,OS", "SER1,iOS"]));
  expect((await desk.type("console sync d.csv --yes", [[ASKED, "\r"]])).code).toBe(0);
  await desk.write("d.csv", csv(["S/N,OS,持ち主", "SER1,iOS,誰か"]));
  const refused = await desk.run("console sync d.csv --yes");
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("持ち主") });
});

test("people in an export have not left, whatever its columns say", async () => {
  const desk = await freshDesk();
  await desk.write("u.csv", csv(["氏名,メールアドレス,組織コード,退職日", "山田 太郎,t@x.jp,,2026/1/1"]));
  const taken = await desk.type("console sync u.csv --yes", [[ASKED, "\r"]]);
  expect(taken.code, taken.stderr).toBe(0);
  expect(await show(desk, "users list --fields name")).toEqual([{ name: "山田 太郎" }]);
});

test("the app that is named is the one whose export it is", async () => {
  const desk = await mirrorOfNames();
  await desk.write("b.csv", csv(["ログイン名,名前,権限", "t1,太郎,x"]));
  const refused = await desk.run("console sync b.csv --app browser --yes");
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("--as browser --export") });
});

test("a workbook with another sheet is read once its sheet was learnt", async () => {
  const desk = await freshDesk();
  const rows = [
    ["氏名", "E-mail"],
    ["山田 太郎", "t@x.jp"],
  ];
  const sheets = {
    説明: { rows: buildRow(1, "このブックについて") },
    Users: { rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join("") },
  };
  await desk.write("u.xlsx", buildWorkbook({ sheets }));
  expect((await desk.run("console sync u.xlsx --yes")).code).not.toBe(0);
  const learnt = await desk.type("layouts learn u.xlsx --as users --export --sheet Users", [[ASKED, "\r"]]);
  expect(learnt.code, learnt.stderr).toBe(0);
  const taken = await desk.run("console sync u.xlsx --yes");
  expect(taken.code, taken.stderr).toBe(0);
  expect(await show(desk, "users list --fields name")).toEqual([{ name: "山田 太郎" }]);
});
