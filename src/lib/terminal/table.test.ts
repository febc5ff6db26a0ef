import fc from "fast-check";
import { markCommands, paintCommands } from "./commands.ts";
import { expect, test } from "vitest";
import { escapeForPeople } from "../text/shell-word.ts";
import { line } from "../advice/index.ts";
import { drawFields, drawTable } from "./table.ts";
import { displayWidth } from "./width.ts";

const columns = [{ header: "氏名" }, { header: "件数", align: "end" as const }, { header: "code" }];

test("kanji, half-width kana and Latin letters are aligned in columns", async () => {
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

const widest = (lines: readonly string[]): number => Math.max(...lines.map(displayWidth));

test("a table fits: wide columns share the room, and numbers and narrow columns stay whole", async () => {
  const rows = [["髙橋 花子と山田 太郎と佐藤 次郎", "1234567", "s-0001-0002-0003-0004-0005"]];
  expect(await Array.fromAsync(drawTable(columns, rows, undefined, 40))).toEqual([
    "氏名               件数  code",
    "髙橋 花子と山…  1234567  s-0001-0002-0…",
  ]);
  expect(await Array.fromAsync(drawTable(columns, rows, undefined, 70))).toHaveLength(2);
});

test("a wrapping column continues below itself, and the others keep the room that they need", async () => {
  const wrapping = [{ header: "no.", align: "end" as const }, { header: "name" }, { header: "changes", wraps: true }];
  const rows = [
    ["1", "髙橋 花子", "役職: 主任 → 課長, TEL: 080-1111-2222 → 080-1111-2223"],
    ["2", "Ann", "-"],
  ];
  expect(await Array.fromAsync(drawTable(wrapping, rows, undefined, 44))).toEqual([
    "no.  name       changes",
    "  1  髙橋 花子  役職: 主任 → 課長, TEL:",
    "                080-1111-2222 →",
    "                080-1111-2223",
    "  2  Ann        -",
  ]);
  expect(await Array.fromAsync(drawTable(wrapping, rows, undefined, 80))).toHaveLength(3);
});

test("for any cells, no line is too wide, and nothing is cut unnecessarily", async () => {
  const words = fc.string({ unit: fc.constantFrom("a", "髙", "ｱ", " ", "\t"), maxLength: 40 });
  const cell = fc.oneof(words, fc.string({ unit: fc.constantFrom("a", "@", "e\u0301", "."), maxLength: 60 }));
  const table = fc.array(fc.tuple(cell, fc.nat().map(String), cell), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 40, max: 120 }), fc.boolean(), async (rows, room, wraps) => {
      const all = [...columns.slice(0, 2), { header: "code", wraps }];
      const lines = await Array.fromAsync(drawTable(all, rows, undefined, room));
      expect(widest(lines)).toBeLessThanOrEqual(room);
      const natural = columns.map(({ header }, at) =>
        widest([header, ...rows.map((row) => escapeForPeople(row[at] ?? ""))]),
      );
      const isCut = lines.join("").includes("…");
      expect(isCut && natural.reduce((sum, width) => sum + width + 2, -2) <= room).toBe(false);
    }),
  );
});

test("a long value continues below itself, with words and digests whole", () => {
  const digest = "0123456789abcdef".repeat(4);
  const fields = [
    ["説明", "一つ目の組織、二つ目の組織、三つ目の組織"],
    ["sum", digest],
  ] as const;
  expect([...drawFields(fields, undefined, 30)]).toEqual([
    "説明  一つ目の組織、二つ目の組",
    "      織、三つ目の組織",
    `sum   ${digest}`,
  ]);
});

test("a proposed command stays on one line, so that it can be copied", () => {
  const command = line("clomo-account edit", ["NAME"], { supportOption: true, noticeMail: true });
  const fields = [
    ["next", `${command}`],
    ["problem", `nobody is notified; to change this: ${command}`],
  ] as const;
  const lines = drawFields(fields, undefined, 50, (cell) => markCommands(cell, {}));
  expect([...lines].map((one) => paintCommands(one, false))).toEqual([
    `next     ${command.toJSON()}`,
    "problem  nobody is notified; to change this:",
    `         ${command.toJSON()}`,
  ]);
});

test("a long table is written while rows are still being read", async () => {
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

test("an empty optional column is left out, and the column before it wraps", async () => {
  const optional = [
    { header: "name" },
    { header: "changes", wraps: true },
    { header: "reason", wraps: true, optional: true },
  ];
  const rows = [
    ["髙橋", "役職: 課長 → 部長, TEL: 03-0000 → 03-0001", ""],
    ["佐藤", "役職: 主任", ""],
  ];
  expect(await Array.fromAsync(drawTable(optional, rows, undefined, 30))).toEqual(
    "name  changes|髙橋  役職: 課長 → 部長, TEL:|      03-0000 → 03-0001|佐藤  役職: 主任".split("|"),
  );
  const [header] = await Array.fromAsync(drawTable(optional, [...rows, ["林", "", "key"]], undefined, 90));
  expect(header).toMatch(/reason$/);
  const many = Array.from({ length: 600 }, (_, at) => ["林", "", at === 599 ? "key" : ""]);
  expect(await Array.fromAsync(drawTable(optional, many))).toContainEqual(expect.stringMatching(/^林 .*key$/));
});

test("one record has one field per line", () => {
  expect([
    ...drawFields([
      ["氏名", "髙橋"],
      ["code", ""],
      ["memo", "a\tb"],
    ]),
  ]).toEqual(["氏名  髙橋", "code", String.raw`memo  a\tb`]);
});
