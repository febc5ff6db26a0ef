/**
 * Makes the files below `fixtures/`, all but its README. With `--check` it writes nothing and fails when a file differs
 * from what would be written.
 */
import { globSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { allFixtures } from "./fixtures/all.ts";

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), "fixtures");

const wanted = allFixtures();
// bundles are kept by hand
const stale = globSync("**/*.{csv,txt,json}", { cwd: FOLDER, exclude: ["bundles/**"] })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !wanted.has(file));

const differing: string[] = [];
for (const [file, bytes] of wanted) {
  const before = await readFile(join(FOLDER, file)).catch(() => undefined);
  if (before?.equals(bytes) !== true) differing.push(file);
}
if (process.argv.includes("--check")) {
  for (const file of [...differing, ...stale]) {
    process.stderr.write(`fixtures/${file}: differs from what is generated; run node scripts/fixtures.ts\n`);
    process.exitCode = 1;
  }
} else {
  for (const file of differing) {
    await mkdir(dirname(join(FOLDER, file)), { recursive: true });
    await writeFile(join(FOLDER, file), wanted.get(file) ?? "");
  }
  for (const file of stale) await rm(join(FOLDER, file));
}
