/**
 * Writes the contract of the tenant API to `docs/api/openapi.json`. With `--check` it writes nothing and fails when the
 * file differs from what would be written.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openApiDocument } from "../src/lib/contract/openapi.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FILE = join(ROOT, "docs", "api", "openapi.json");

const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
const wanted = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;
const before = await readFile(FILE, "utf8").catch(() => undefined);

if (before !== wanted && process.argv.includes("--check")) {
  process.stderr.write("docs/api/openapi.json: differs from the contract; run node scripts/openapi.ts\n");
  process.exitCode = 1;
} else if (before !== wanted) {
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, wanted);
}
