/**
 * Prints size and structure of the sources of a checkout: `--root FOLDER` of another one, `--json` as data. With `--judge` it fails
 * when a bound is broken.
 */
import { dirname, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BOUNDS, brokenBounds, readFigures, type Figures } from "./figures/figures.ts";

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
    ({ name, value, target, limit }) => `${name.padEnd(24)} ${value} (target ${target}, at most ${limit})`,
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

const figures = await readFigures(resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url)))));
process.stdout.write(values.json ? `${JSON.stringify(figures, undefined, 2)}\n` : table(figures));
if (values.judge) {
  for (const broken of brokenBounds(figures)) {
    process.stderr.write(`${broken}\n`);
    process.exitCode = 1;
  }
}
