import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeXlsx } from "hucre/xlsx";
import { expect, test } from "vitest";
import { buildWorkbook } from "#support/xlsx/workbook.ts";
import { run as runHere } from "#support/cli/home.ts";
import { freshHome, run } from "#support/process/program.ts";

type Cell =
  | string
  | boolean
  | null
  | { readonly number: number; readonly format: string }
  | { readonly day: string; readonly format: string };

interface Sheet {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly records: readonly (readonly string[])[];
}

type Days = "1900" | "1904";

const FOLDER = join(import.meta.dirname, "workbooks");
const SHEET_PATH = join(FOLDER, "sheet.json");
const { header, rows, records } = JSON.parse(readFileSync(SHEET_PATH, "utf8")) as Sheet;

const PYTHON = process.platform === "win32" ? "python" : "python3";
const hasOpenpyxl = spawnSync(PYTHON, ["-c", "import openpyxl"]).status === 0;

async function byHucre(path: string, days: Days): Promise<void> {
  const formats = rows.flatMap((cells, row) =>
    cells.flatMap((cell, column) =>
      typeof cell === "object" && cell !== null ? [[`${row + 1},${column}`, cell.format] as const] : [],
    ),
  );
  const cells = new Map(formats.map(([place, numFmt]) => [place, { style: { numFmt } }]));
  const valueOf = (cell: Cell): string | boolean | number | Date | null => {
    if (typeof cell !== "object" || cell === null) return cell;
    return "number" in cell ? cell.number : new Date(`${cell.day}T00:00:00Z`);
  };
  const values = [[...header], ...rows.map((row) => row.map(valueOf))];
  await writeFile(path, await writeXlsx({ sheets: [{ name: "社員", rows: values, cells }], dateSystem: days }));
}

const byOpenpyxl = async (path: string, days: Days): Promise<void> =>
  void (await promisify(execFile)(PYTHON, [join(FOLDER, "by_openpyxl.py"), SHEET_PATH, path, days]));

const keptOf = (path: string, days: Days): Promise<void> => copyFile(join(FOLDER, `openpyxl-${days}.xlsx`), path);

test.each([
  ["hucre", "1900", byHucre],
  ["hucre", "1904", byHucre],
  ["openpyxl, kept", "1900", keptOf],
  ["openpyxl, kept", "1904", keptOf],
  ["openpyxl", "1900", hasOpenpyxl ? byOpenpyxl : keptOf],
  ["openpyxl", "1904", hasOpenpyxl ? byOpenpyxl : keptOf],
] as const)(
  "a sheet gives the same users as a CSV file and as a workbook by %s, dates since %s",
  async (writer, days, write) => {
    if (writer === "openpyxl" && !hasOpenpyxl)
      process.stderr.write("openpyxl is not installed: the kept workbook is read\n");
    const home = await freshHome();
    const list = join(home, "list.csv");
    const book = join(home, "list.xlsx");
    await writeFile(list, [header, ...records].map((cells) => `${cells.join(",")}\r\n`).join(""));
    await write(book, days);
    for (const field of ["入社日", "在籍"]) {
      expect(await runHere(["users", "fields", "add", field], { home })).toMatchObject({ code: 0 });
    }
    expect(await runHere(["users", "import", list, "--yes"], { home })).toMatchObject({ code: 0 });
    const planned = await runHere(["users", "import", book, "--dry-run", "--format", "json"], { home });
    expect({ code: planned.code, stderr: planned.stderr }).toMatchObject({ code: 0 });
    const counts = { rows: 5, create: 0, update: 0, unchanged: 5, delete: 0, invalid: 0 };
    expect(JSON.parse(planned.text)).toMatchObject(counts);
    const shown = await runHere(["users", "list", "--format", "json", "--fields", "employeeCode,tel"], { home });
    expect(JSON.parse(shown.text)).toContainEqual({ employeeCode: "0012", tel: "090-1234-5678" });
  },
);

/** As many rows as Excel has; only the last one is wrong. */
function fullWorkbook(): Buffer {
  const shared = (string: number): string => `<c t="s"><v>${string}</v></c>`;
  const person = (address: string): string => `<row>${shared(2)}<c t="inlineStr"><is><t>${address}</t></is></c></row>`;
  const all = [`<row>${shared(0)}${shared(1)}</row>`];
  for (let number = 2; number < LAST_ROW; number += 1) all.push(person(`${number}@example.jp`));
  all.push(person("last"));
  const strings = ["氏名", "メールアドレス", "山田"].map((word) => `<t>${word}</t>`);
  return buildWorkbook({ sheets: { 社員: { rows: all.join("") } }, strings });
}

const LAST_ROW = 2 ** 20;
const MAX_RSS_MIB = 300;

/** Code for the program's own peak of memory; what `resourceUsage` says begins, on Linux, with that of the process that started it. */
const PEAK_KIB =
  process.platform === "linux"
    ? String.raw`/VmHWM:\s+(\d+)/.exec(require("node:fs").readFileSync("/proc/self/status", "utf8"))[1]`
    : "process.resourceUsage().maxRSS";

test("a workbook with all rows filled is checked to the last row in bounded memory", async () => {
  const home = await freshHome();
  const [book, peak, hook] = [join(home, "full.xlsx"), join(home, "peak"), join(home, "hook.cjs")];
  await writeFile(book, fullWorkbook());
  await writeFile(
    hook,
    `process.on("exit", () => require("node:fs").appendFileSync(${JSON.stringify(peak)}, ${PEAK_KIB} + "\\n"));`,
  );
  const env = { NODE_OPTIONS: `--require "${hook.replaceAll("\\", "/")}"` };
  const { code, text, stderr } = await run(["csv", "check", book, "--as", "users", "--format", "json"], { home, env });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(`B${LAST_ROW}`) });
  expect(JSON.parse(text)).toMatchObject({ rows: LAST_ROW - 1, errors: 1 });
  const peaks = readFileSync(peak, "utf8").trim().split("\n").map(Number);
  expect(Math.max(...peaks) / 1024).toBeLessThan(MAX_RSS_MIB);
});
