/**
 * Prints the lines of each part of a checkout, the limits of the whole, the imports that run upwards, and, if the program
 * is built, how many modules commands load, which `test/process/modules.test.ts` checks. Options: `--root FOLDER` for
 * another checkout; `--judge` to fail if the checkout is larger than a limit, if a limit was ever raised or removed, or if
 * imports run upwards; `--write-limits` to lower the limits to the tree's numbers.
 */
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findImportFaults } from "./figures/imports.ts";
import { countLines, findExceeded, findRaised, getLimit, LIMITED, LIMITS_FILE, readLimits } from "./figures/limits.ts";
import { findLoadedModules, MODULE_BUDGETS, writeImportFile } from "./figures/modules.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string" },
    judge: { type: "boolean", default: false },
    "write-limits": { type: "boolean", default: false },
  },
});
const root = resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url))));

const printRow = (name: string, value: number, limit: number | undefined): void =>
  void process.stdout.write(
    `${name.padEnd(36)} ${String(value).padStart(7)}${limit === undefined ? "" : `  at most ${limit}`}\n`,
  );

async function countModules(line: string): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-figures-"));
  try {
    await writeImportFile(home);
    return (await findLoadedModules(root, line, home)).length;
  } finally {
    await rm(home, { recursive: true });
  }
}

const counts = countLines(root);
if (values["write-limits"]) {
  const limits = readLimits(root);
  const lowered = LIMITED.map((name) => [name, Math.min(counts[name] ?? 0, limits[name] ?? Infinity)]);
  writeFileSync(join(root, LIMITS_FILE), `${JSON.stringify(Object.fromEntries(lowered), null, 2)}\n`);
}
const limits = readLimits(root);
for (const [name, lines] of Object.entries(counts)) printRow(name, lines, getLimit(limits, name));
const faults = Object.entries(findImportFaults(root)) as readonly [name: string, found: readonly string[]][];
process.stdout.write("\n");
for (const [name, { length }] of faults) printRow(name, length, 0);
if (existsSync(join(root, "dist", "metafile.json"))) {
  process.stdout.write("\nModules loaded:\n");
  for (const { line, limit } of MODULE_BUDGETS) printRow(line, await countModules(line), limit);
}
if (values.judge) {
  const raised = findRaised(root);
  if (raised === undefined) process.stderr.write(`the history of ${LIMITS_FILE} is not known here: not judged\n`);
  const broken = [...findExceeded(counts, limits), ...(raised ?? []), ...faults.flatMap(([, found]) => found)];
  for (const line of broken) process.stderr.write(`${line}\n`);
  if (broken.length > 0) process.exitCode = 1;
}
