/**
 * Prints size and structure of the sources of a checkout: `--root FOLDER` of another one, `--json` as data. With `--judge` it fails
 * when a bound is broken. Where the program is built it also prints how many modules commands load, which
 * `test/process/modules.test.ts` judges.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BOUNDS, brokenBounds, readFigures, type Figures } from "./figures/figures.ts";
import { loadedModules, MODULE_BUDGETS, writeImportFile } from "./figures/modules.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string" },
    json: { type: "boolean", default: false },
    judge: { type: "boolean", default: false },
  },
});

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

function table(figures: Figures): string {
  const { flattest, lone, circles, budgets } = figures;
  const rows = [
    ["source files", String(figures.files)],
    ["lines", `${figures.lines}, median ${figures.medianLines} a file`],
    ["code lines", String(figures.codeLines)],
    ["comment", `${figures.commentPercent.toFixed(1)} % of the lines (at least ${BOUNDS.commentPercent} %)`],
    ["largest flat folder", `${flattest[0]?.files ?? 0} files (at most ${BOUNDS.flat})`],
    ["lone small files", `${lone.length} (at most ${BOUNDS.lone})`],
    ["circles", `${circles.length} (at most ${BOUNDS.circles})`],
    ["lines of tests", String(figures.testLines)],
  ];
  const circleLines = circles.flatMap((circle, at) => [
    `${at + 1}:`,
    ...Object.entries(circle).map(
      ([file, imported]) => `  ${file} → ${imported.map((to) => posix.relative(posix.dirname(file), to)).join(", ")}`,
    ),
  ]);
  const budgetLines = budgets.map(
    ({ name, value, target, limit }) => `${name.padEnd(33)} ${value} (target ${target}, at most ${limit})`,
  );
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["Files directly in a folder:", flattest.map(({ folder, files }) => `${String(files).padStart(3)}  ${folder}`)],
    [
      "Lone small files, and who imports them:",
      lone.map(({ file, lines, importer }) => `${String(lines).padStart(3)}  ${file} ← ${posix.basename(importer)}`),
    ],
    ["Circles:", circleLines],
    ["Budgets:", budgetLines],
  ];
  return [
    ...rows.map(([name = "", figure = ""]) => `${name.padEnd(20)} ${figure}`),
    ...lists.flatMap(([title, lines]) => (lines.length === 0 ? [] : ["", title, ...indented(lines)])),
    "",
  ].join("\n");
}

/** How many modules the built program loads for each command line, a line each. */
async function moduleLines(root: string): Promise<readonly string[]> {
  if (!existsSync(join(root, "dist", "metafile.json"))) return ["not built"];
  const lines: string[] = [];
  for (const { line, target, limit } of MODULE_BUDGETS) {
    const home = await mkdtemp(join(tmpdir(), "clomoctl-figures-"));
    try {
      await writeImportFile(home);
      const { length } = await loadedModules(root, line, home);
      lines.push(`${line.padEnd(36)} ${length} (target ${target}, at most ${limit})`);
    } finally {
      await rm(home, { recursive: true });
    }
  }
  return lines;
}

const root = resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url))));
const figures = await readFigures(root);
process.stdout.write(values.json ? `${JSON.stringify(figures, undefined, 2)}\n` : table(figures));
if (!values.json) process.stdout.write(`\nModules loaded:\n${indented(await moduleLines(root)).join("\n")}\n`);
if (values.judge) {
  for (const broken of brokenBounds(figures)) {
    process.stderr.write(`${broken}\n`);
    process.exitCode = 1;
  }
}
