/**
 * Writes what follows from the declared commands: `src/commands/index.ts` and `docs/commands/**`. With `--check` it
 * writes nothing and fails when a file differs from what would be written.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommands } from "./generate/commands.ts";
import { indexSource } from "./generate/index-source.ts";
import { referencePages } from "./generate/reference.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const program = await readCommands(join(ROOT, "src", "commands"));
const wanted = new Map([
  ["src/commands/index.ts", indexSource(program)],
  ...referencePages(program).map(({ path, page }): [string, string] => [`docs/commands/${path}`, page]),
]);
const stale = globSync("docs/commands/**/*.md", { cwd: ROOT })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !wanted.has(file));

const differing: string[] = [];
for (const [file, contents] of wanted) {
  const before = await readFile(join(ROOT, file), "utf8").catch(() => undefined);
  if (before !== contents) differing.push(file);
}
if (process.argv.includes("--check")) {
  for (const file of [...differing, ...stale]) {
    process.stderr.write(`${file}: differs from what the commands declare; run npm run generate\n`);
    process.exitCode = 1;
  }
} else {
  for (const file of differing) {
    await mkdir(dirname(join(ROOT, file)), { recursive: true });
    await writeFile(join(ROOT, file), wanted.get(file) ?? "");
  }
  for (const file of stale) await rm(join(ROOT, file));
}
