/**
 * Generates the files below `fixtures/`, except its README. With `--check`, writes nothing and fails if a file differs
 * from what would be generated.
 */
import { globSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { allFixtures } from "./fixtures/all.ts";

const FIXTURES_FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), "fixtures");

const generatedFixtures = allFixtures();
// lists are maintained by hand
const staleFiles = globSync("**/*.{csv,txt,json}", { cwd: FIXTURES_FOLDER, exclude: ["lists/**"] })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !generatedFixtures.has(file));

const differingFiles: string[] = [];
for (const [file, bytes] of generatedFixtures) {
  const before = await readFile(join(FIXTURES_FOLDER, file)).catch(() => undefined);
  if (before?.equals(bytes) !== true) differingFiles.push(file);
}
if (process.argv.includes("--check")) {
  for (const file of [...differingFiles, ...staleFiles]) {
    process.stderr.write(`fixtures/${file}: differs from what is generated; run node scripts/fixtures.ts\n`);
    process.exitCode = 1;
  }
} else {
  for (const file of differingFiles) {
    await mkdir(dirname(join(FIXTURES_FOLDER, file)), { recursive: true });
    await writeFile(join(FIXTURES_FOLDER, file), generatedFixtures.get(file) ?? "");
  }
  for (const file of staleFiles) await rm(join(FIXTURES_FOLDER, file));
}
