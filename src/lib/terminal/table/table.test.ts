import { expect, test } from "vitest";
import { drawFields, drawTable } from "./table.ts";
import { displayWidth } from "./width.ts";

const columns = [{ header: "氏名" }, { header: "件数", align: "end" as const }, { header: "code" }];

test("kanji, half-width kana and Latin letters stand in columns", async () => {
  const rows = [
    ["髙橋 ﾀﾛｳ", "12", "S01"],
    ["Ann", "3", ""],
  ];
  expect(await Array.fromAsync(drawTable(columns, rows))).toEqual([
    "氏名      件数  code",
    "髙橋 ﾀﾛｳ    12  S01",
    "Ann          3",
  ]);
});

test("hostile cells stay on their line", async () => {
  const lines = await Array.fromAsync(drawTable([{ header: "x" }], [["\u001b[2J\n\u202e"]]));
  expect(lines).toEqual(["x", String.raw`\x1b[2J\n\u202e`]);
});

test("an empty table has no lines", async () => {
  expect(await Array.fromAsync(drawTable(columns, []))).toEqual([]);
});

test("a long table comes out while rows are still coming", async () => {
  let made = 0;
  async function* rows() {
    for (; made < 100_000; made++) {
      yield [`user ${made}`, "", ""];
    }
  }
  const lines = drawTable(columns, rows(), (line) => `<${line}>`);
  expect((await lines.next()).value).toMatch(/^<氏名 .*>$/);
  expect(made).toBeLessThan(1000);
  await lines.return(undefined);
});

test("every line of a block is padded to the same column starts", async () => {
  const rows = [
    ["営業部", "1", "a"],
    ["Ops", "1000", "b"],
    ["ｴｲｷﾞｮｳ", "2", "c"],
  ];
  const lines = await Array.fromAsync(drawTable(columns, rows));
  expect(new Set(lines.slice(1).map((line) => displayWidth(line.slice(0, -1)))).size).toBe(1);
});

test("one record is a field a line", () => {
  expect([
    ...drawFields([
      ["氏名", "髙橋"],
      ["code", ""],
      ["memo", "a\tb"],
    ]),
  ]).toEqual(["氏名  髙橋", "code", String.raw`memo  a\tb`]);
});

test("names are set off without the blanks behind them, and a blank value leaves none", () => {
  const fields = [
    ["name", "Ann"],
    ["id", ""],
    ["no", "1"],
  ] as const;
  expect([...drawFields(fields, (name) => `<${name}>`)]).toEqual(["<name>  Ann", "<id>", "<no>    1"]);
});
