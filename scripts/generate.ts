/**
 * Writes what follows from what the program declares: `src/commands/index.ts`, the catalogue of command lines for messages, the guides as data, `docs/commands/**`, the exit
 * codes of the READMEs, the manual pages in `man` and `docs/api/openapi.json`. With `--check` it writes nothing and fails when a file differs from what would be
 * written. With `--json` it writes nothing and prints the declarations of the commands as data, without their texts; with
 * `--root FOLDER` too those of another checkout.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openApiDocument } from "../src/lib/contract/openapi.ts";
import { GLOBAL_OPTIONS } from "../src/commands/globals.ts";
import { catalogueSource } from "./generate/catalogue.ts";
import { readCommands } from "./generate/commands.ts";
import { readDeclarations } from "./generate/declarations.ts";
import { withExitCodes } from "./generate/exit-codes.ts";
import { guidesSource, readGuides } from "./generate/guides.ts";
import { indexSource } from "./generate/index-source.ts";
import { manPages } from "./generate/man.ts";
import { referencePages } from "./generate/reference.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

async function versionOf(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

async function writeFiles(check: boolean): Promise<void> {
  const program = await readCommands(join(ROOT, "src", "commands"));
  const version = await versionOf(ROOT);
  const wanted = new Map([
    ["src/commands/index.ts", indexSource(program)],
    ["src/lib/advice/catalogue.ts", catalogueSource(program, GLOBAL_OPTIONS)],
    ["src/lib/renewals/guide/guides.ts", guidesSource(await readGuides(join(ROOT, "guides")))],
    ...referencePages(program).map(({ path, page }): [string, string] => [`docs/commands/${path}`, page]),
    ...manPages(program, version).map(({ path, page }): [string, string] => [`man/${path}`, page]),
    ["README.md", withExitCodes(await readFile(join(ROOT, "README.md"), "utf8"), "en")],
    ["README.ja.md", withExitCodes(await readFile(join(ROOT, "README.ja.md"), "utf8"), "ja")],
    ["docs/api/openapi.json", `${JSON.stringify(openApiDocument(version), null, 2)}\n`],
  ]);
  const stale = globSync(["docs/commands/**/*.md", "man/**/*.1"], { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !wanted.has(file));

  const differing: string[] = [];
  for (const [file, contents] of wanted) {
    const before = await readFile(join(ROOT, file), "utf8").catch(() => undefined);
    if (before !== contents) differing.push(file);
  }
  if (check) {
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
}

const { values } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    root: { type: "string" },
  },
});
if (values.json) {
  const declarations = await readDeclarations(resolve(values.root ?? ROOT));
  process.stdout.write(`${JSON.stringify(declarations, undefined, 2)}\n`);
} else if (values.root === undefined) {
  await writeFiles(values.check);
} else {
  throw new Error("--root goes with --json: files are written in this checkout only");
}
