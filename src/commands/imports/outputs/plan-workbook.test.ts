import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { csv, freshDesk } from "#support/cli/import-desk.ts";

const HEADER = "氏名,メールアドレス,役職,組織コード";
const BEFORE = [HEADER, "山田,yamada@x.jp,主任,S", "髙橋,takahashi@x.jp,,D", "佐藤,sato@x.jp,部長,D"];
const AFTER = [HEADER, "山田,yamada@x.jp,課長,S", "髙橋,takahashi@x.jp,,D", "鈴木,suzuki@x.jp,=1+1,S"];

const deskWithPlan = async (lang = "ja") => {
  const desk = await freshDesk();
  await desk.write("orgs.csv", csv(["組織名,組織コード", "営業部,S", "開発部,D"]));
  await desk.write("before.csv", csv(BEFORE));
  await desk.write("after.csv", csv(AFTER));
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  expect((await desk.run("users import before.csv --yes")).code).toBe(0);
  const line = "users import after.csv --mode replace --dry-run --keep-plan --report plan.xlsx";
  const { code, stderr } = await desk.run(`${line} --lang ${lang}`);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return desk;
};

/** Returns the parts of a workbook, by name. */
const partsOf = (bytes: Buffer): ReadonlyMap<string, string> => {
  const parts = new Map<string, string>();
  const end = bytes.lastIndexOf("PK\u0005\u0006");
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, length, start] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt32LE(at + 42),
    ];
    const name = bytes.toString("utf8", at + 46, at + 46 + length);
    const data = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    parts.set(name, inflateRawSync(bytes.subarray(data, data + packed)).toString("utf8"));
    at += 46 + length;
  }
  return parts;
};

/** The texts of the cells of a sheet, each with its style: `課長#4`. */
const cellsOf = (xml: string): readonly (readonly string[])[] =>
  [...xml.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<c r="[^"]*" s="(\d)"(?:\/>|[^>]*><is><t[^>]*>(.*?)<\/t>)/gs)].map(
      ([, style, value = ""]) => `${value}#${style}`,
    ),
  );

const sheetsOf = (bytes: Buffer) => {
  const parts = partsOf(bytes);
  const names = [...(parts.get("xl/workbook.xml") ?? "").matchAll(/<sheet name="([^"]*)"/g)].map(
    ([, name = ""]) => name,
  );
  return new Map(names.map((name, at) => [name, parts.get(`xl/worksheets/sheet${at + 1}.xml`) ?? ""]));
};

test("a workbook has a sheet with counts, and one for each kind of change, before and after side by side", async () => {
  const desk = await deskWithPlan();
  const sheets = sheetsOf(readFileSync(desk.path("plan.xlsx")));
  expect([...sheets.keys()]).toEqual(["計画", "追加", "更新", "削除"]);
  const summary = cellsOf(sheets.get("計画") ?? "").map((row) =>
    row.map((cell) => cell.replace(/#\d$/, "")).join(" | "),
  );
  expect(summary).toContain("ファイル | after.csv");
  expect(summary).toContain("適用の方法 | clomoctl imports commit P3");
  expect(summary).toContain("No. | P3");
  expect(summary).toContain("ユーザー: 削除 | 1");
  expect(cellsOf(sheets.get("更新") ?? "")).toEqual([
    ["行#3", "キー#3", "名前#3", "組織#3", "役職(変更前)#3", "役職(変更後)#3"],
    ["2#1", "yamada@x.jp#1", "山田#1", "営業部#1", "主任#1", "課長#4"],
  ]);
  expect(cellsOf(sheets.get("追加") ?? "")[1]).toEqual(
    expect.arrayContaining(["4#1", "suzuki@x.jp#1", "鈴木#1", "営業部#1", "=1+1#1"]),
  );
  expect(cellsOf(sheets.get("削除") ?? "")[1]).toEqual(
    expect.arrayContaining(["sato@x.jp#5", "佐藤#5", "開発部#5", "部長#5"]),
  );
  for (const xml of sheets.values()) {
    expect(xml).toMatch(/<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"\/>/);
    expect(xml).not.toContain("<f>");
  }
});

test.each([
  ["code", "D", "S", "N"],
  ["name", "開発部", "営業部", "総務部"],
  ["path", "本社/開発部", "本社/営業部", "本社／総務部"],
])(
  "a workbook shows organisations by their paths, before and after, also by --org-by %s",
  async (by, dev, sales, other) => {
    const desk = await freshDesk();
    const orgs = ["本社,H,", "営業部,S,H", "開発部,D,H", by === "code" ? "総務部,N,H" : "総務部,,H"];
    await desk.write("orgs.csv", csv(["組織名,組織コード,上位組織コード", ...orgs]));
    await desk.write(
      "before.csv",
      csv(["氏名,メールアドレス,組織コード", "山田,a@x.jp,S", "髙橋,b@x.jp,D", "佐藤,c@x.jp,S"]),
    );
    const rows = [`山田,a@x.jp,${dev}`, `髙橋,b@x.jp,${sales}`, `佐藤,c@x.jp,${other}`];
    await desk.write("after.csv", csv(["氏名,メールアドレス,組織コード", ...rows]));
    expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
    expect((await desk.run("users import before.csv --yes")).code).toBe(0);
    const line = `users import after.csv --org-by ${by} --dry-run --report plan.xlsx --lang ja`;
    expect(await desk.run(line)).toMatchObject({ code: 0 });
    const sheets = sheetsOf(readFileSync(desk.path("plan.xlsx")));
    // no command accepts the number of a plan that is not kept
    expect(cellsOf(sheets.get("計画") ?? "").map(([label]) => label)).not.toContain("No.#3");
    const [head = [], ...shown] = cellsOf(sheets.get("更新") ?? "");
    expect(head.slice(3)).toEqual(["組織#3", "組織(変更前)#3", "組織(変更後)#3"]);
    expect(shown.map((cells) => cells.slice(3))).toEqual([
      ["本社/開発部#1", "本社/営業部#1", "本社/開発部#4"],
      ["本社/営業部#1", "本社/開発部#1", "本社/営業部#4"],
      ["本社/総務部#1", "本社/営業部#1", "本社/総務部#4"],
    ]);
  },
);

test("a workbook of organisations shows parents by their paths", async () => {
  const desk = await freshDesk();
  const head = "組織名,組織コード,上位組織コード,上位組織パス";
  await desk.write("orgs.csv", csv([head, "本社,H,,", "営業部,S,H,", "支社,,,"]));
  await desk.write("new.csv", csv([head, "営業部,S,,支社", "開発部,D,H,", "総務部,G,,支社"]));
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  expect(await desk.run("orgs import new.csv --dry-run --report plan.xlsx --lang ja")).toMatchObject({ code: 0 });
  const sheets = sheetsOf(readFileSync(desk.path("plan.xlsx")));
  expect(cellsOf(sheets.get("更新") ?? "").map((cells) => cells.slice(3))).toEqual([
    ["上位組織(変更前)#3", "上位組織(変更後)#3"],
    ["本社#1", "支社#4"],
  ]);
  expect(cellsOf(sheets.get("追加") ?? "").map((cells) => cells.slice(4))).toEqual([
    ["上位組織#3"],
    ["本社#1"],
    ["支社#1"],
  ]);
});

test("the same workbook is written again from the kept plan, and from the versions after the commit", async () => {
  const desk = await deskWithPlan("en");
  expect((await desk.run("imports show P3 --report again.xlsx --lang en")).code).toBe(0);
  expect(readFileSync(desk.path("again.xlsx"))).toEqual(readFileSync(desk.path("plan.xlsx")));
  expect((await desk.run("imports commit P3 --confirm-deletions 1")).code).toBe(0);
  expect((await desk.run("imports show last --report done.xlsx --lang en")).code).toBe(0);
  const sheets = sheetsOf(readFileSync(desk.path("done.xlsx")));
  expect([...sheets.keys()]).toEqual(["Plan", "create", "update", "delete"]);
  expect(cellsOf(sheets.get("update") ?? "")[1]).toEqual(expect.arrayContaining(["主任#1", "課長#4"]));
  expect(cellsOf(sheets.get("delete") ?? "")[1]).toEqual(expect.arrayContaining(["sato@x.jp#5", "部長#5"]));
  expect((await desk.run("imports show last --report done.csv --lang en")).code).toBe(0);
  expect(readFileSync(desk.path("done.csv"), "utf8")).toContain("yamada@x.jp,update,役職: 主任 → 課長");
});

test("the workbook of a plan that was compared again shows when", async () => {
  const desk = await deskWithPlan();
  const factsOf = (name: string) =>
    cellsOf(sheetsOf(readFileSync(desk.path(name))).get("計画") ?? "").map(([label = ""]) => label.replace(/#\d$/, ""));
  expect(factsOf("plan.xlsx")).not.toContain("再比較日時");
  expect((await desk.run("imports replan P3 --lang ja")).code).toBe(0);
  expect((await desk.run("imports show P3 --report again.xlsx --lang ja")).code).toBe(0);
  expect(factsOf("again.xlsx")).toContain("再比較日時");
});

test("a deletion can be approved in a workbook and committed later", async () => {
  const desk = await deskWithPlan();
  const line = "users delete sato@x.jp --dry-run --keep-plan --report gone.xlsx --lang ja";
  expect((await desk.run(line)).code).toBe(0);
  const sheets = sheetsOf(readFileSync(desk.path("gone.xlsx")));
  expect([...sheets.keys()]).toEqual(["計画", "削除"]);
  expect((await desk.run("imports commit P4 --confirm-deletions 1")).code).toBe(0);
  expect(await desk.users()).not.toContain("sato@x.jp");
});

test("the workbook of an undo has the SECURED APPs users of every app, each with its app", async () => {
  const desk = await deskWithPlan();
  await desk.write("secured.csv", csv(["表示名,ユーザーID,パスワード", "山田,yamada,Passw123"]));
  await desk.write("accounts.csv", csv(["氏名,メールアドレス,CLOMOアカウント名", "山田,yamada@x.jp,yamada"]));
  expect((await desk.run("users import accounts.csv --yes --mode append")).code).toBe(0);
  for (const app of ["docs", "contacts"])
    expect((await desk.run(`secured users import secured.csv --app ${app} --yes`)).code).toBe(0);
  expect((await desk.run("users leave yamada@x.jp --confirm-deletions 2")).code).toBe(0);
  expect((await desk.run("undo last --yes")).code).toBe(0);
  expect((await desk.run("imports show last --report undo.xlsx --lang ja")).code).toBe(0);
  const cells = cellsOf(sheetsOf(readFileSync(desk.path("undo.xlsx"))).get("追加") ?? "");
  expect(cells.map((row) => row.slice(0, 3))).toEqual([
    ["アプリ#3", "キー#3", "名前#3"],
    ["Docs#1", "yamada#1", "山田#1"],
    ["Contacts#1", "yamada#1", "山田#1"],
  ]);
});

/** Returns the path of a program; undefined if it is missing. */
const findProgram = (name: string): string | undefined => {
  try {
    return execFileSync("which", [name], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
};

const office = findProgram("soffice");

test("LibreOffice opens a workbook, if it is installed", { timeout: 120_000 }, async ({ annotate }) => {
  if (office === undefined) {
    await annotate("LibreOffice is missing, so no workbook was opened");
    return;
  }
  const desk = await deskWithPlan();
  const profile = `-env:UserInstallation=file://${desk.path("office")}`;
  execFileSync(office, [profile, "--headless", "--convert-to", "pdf", "--outdir", desk.home, desk.path("plan.xlsx")], {
    stdio: "ignore",
  });
  expect(readFileSync(desk.path("plan.pdf")).subarray(0, 5).toString()).toBe("%PDF-");
});

test("the warnings about rows have a sheet of their own, also if a kept plan is shown later, and are in the CSV report", async () => {
  const desk = await freshDesk();
  const header = "氏名,メールアドレス,社員コード";
  await desk.write("before.csv", csv([header, "山田,yamada@x.jp,E1", "髙橋,takahashi@x.jp,E2"]));
  await desk.write("after.csv", csv([header, "山田,yamada@x.jp,E3", "鈴木,suzuki@x.jp,E2"]));
  expect((await desk.run("users import before.csv --yes")).code).toBe(0);
  const { stderr } = await desk.run("users import after.csv --dry-run --keep-plan --report plan.xlsx --lang ja");
  const [, warning = ""] = /after\.csv:3:3: 社員コード: (.*?)(?:\(セル|\n)/.exec(stderr) ?? [];
  expect(warning).toContain("髙橋");
  await desk.run("imports show P2 --report later.xlsx --lang ja");
  for (const name of ["plan.xlsx", "later.xlsx"]) {
    const sheets = sheetsOf(readFileSync(desk.path(name)));
    expect(cellsOf(sheets.get("警告") ?? "")).toEqual([
      ["行#3", "列#3", "理由#3"],
      ["3#1", "社員コード#1", `${warning.replace(/</, "&lt;").replace(/>/, "&gt;")}#4`],
    ]);
    expect(cellsOf(sheets.get("計画") ?? "")).toContainEqual(["行の警告#3", "1 件(シート「警告」を参照)#4"]);
  }
  await desk.run("users import after.csv --dry-run --report plan.csv --lang ja");
  expect(readFileSync(desk.path("plan.csv"), "utf8")).toContain(`社員コード: ${warning}`);
});
