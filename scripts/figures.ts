/**
 * Prints the size and structure of the sources of a checkout. Options: `--root FOLDER` for another checkout; `--json`
 * for JSON output; `--judge` to fail if a figure is out of bounds. If the program is built, it also prints how many
 * modules commands load, which `test/process/modules.test.ts` checks.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FIGURE_BOUNDS, findBrokenBounds, readFigures, type Figures } from "./figures/figures.ts";
import { findLoadedModules, MODULE_BUDGETS, writeImportFile } from "./figures/modules.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string" },
    json: { type: "boolean", default: false },
    judge: { type: "boolean", default: false },
  },
});

const indentLines = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

function formatFiguresTable(figures: Figures): string {
  const { flattest, lone, circles, budgets } = figures;
  const rows = [
    ["source files", String(figures.files)],
    ["lines", `${figures.lines}, median ${figures.medianLines} a file`],
    ["code lines", String(figures.codeLines)],
    ["comment", `${figures.commentPercent.toFixed(1)} % of the lines (at least ${FIGURE_BOUNDS.commentPercent} %)`],
    ["largest flat folder", `${flattest[0]?.files ?? 0} files (at most ${FIGURE_BOUNDS.flat})`],
    ["lone small files", `${lone.length} (at most ${FIGURE_BOUNDS.lone})`],
    ["circles", `${circles.length} (at most ${FIGURE_BOUNDS.circles})`],
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
    ...lists.flatMap(([title, lines]) => (lines.length === 0 ? [] : ["", title, ...indentLines(lines)])),
    "",
  ].join("\n");
}

/** Returns a line for each measured command line, with the number of modules that the built program loads for it. */
async function buildModuleLines(root: string): Promise<readonly string[]> {
  if (!existsSync(join(root, "dist", "metafile.json"))) return ["not built"];
  const lines: string[] = [];
  for (const { line, target, limit } of MODULE_BUDGETS) {
    const home = await mkdtemp(join(tmpdir(), "clomoctl-figures-"));
    try {
      await writeImportFile(home);
      const { length } = await findLoadedModules(root, line, home);
      lines.push(`${line.padEnd(36)} ${length} (target ${target}, at most ${limit})`);
    } finally {
      await rm(home, { recursive: true });
    }
  }
  return lines;
}

const checkoutFolder = resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url))));
const checkoutFigures = await readFigures(checkoutFolder);
process.stdout.write(
  values.json ? `${JSON.stringify(checkoutFigures, undefined, 2)}\n` : formatFiguresTable(checkoutFigures),
);
if (!values.json)
  process.stdout.write(`\nModules loaded:\n${indentLines(await buildModuleLines(checkoutFolder)).join("\n")}\n`);
if (values.judge) {
  for (const broken of findBrokenBounds(checkoutFigures)) {
    process.stderr.write(`${broken}\n`);
    process.exitCode = 1;
  }
}
