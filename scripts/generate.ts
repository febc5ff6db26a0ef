/**
 * Writes what follows from what the program declares: the lists of commands and of nouns of the tenant API, the catalogue of command lines for messages, the guides as data, `docs/commands/**`, the exit
 * codes of `docs/using.*.md`, the manual pages in `man` and `docs/api/openapi.json`. With `--check` it writes nothing and fails when a file differs from what would be
 * written. With `--json` it writes nothing and prints the declarations of the commands as data, without their texts; with
 * `--root FOLDER` too those of another checkout.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { GLOBAL_OPTIONS } from "../src/commands/globals.ts";
import { catalogueSource } from "./generate/catalogue.ts";
import { readCommands } from "./generate/commands.ts";
import { readDeclarations } from "./generate/declarations.ts";
import { withExitCodes } from "./generate/exit-codes.ts";
import { guidesSource, readGuides } from "./generate/guides.ts";
import { indexSource } from "./generate/index-source.ts";
import { contractSource, handlersSource, readNouns } from "./generate/nouns.ts";
import { manPages } from "./generate/man.ts";
import { referencePages } from "./generate/reference.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

async function versionOf(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

async function writeFiles(check: boolean): Promise<void> {
  const nouns = await readNouns(join(ROOT, "src", "lib", "contract"));
  const lists = [
    ["src/lib/contract/index.ts", contractSource(nouns)],
    ["src/lib/tenant/http/nouns.ts", handlersSource(nouns)],
  ] as const;
  const differingLists = await findDiffering(new Map(lists));
  if (!check) await write(differingLists);
  // what follows reads the lists
  const { buildOpenApiDocument: openApiDocument } = await import("../src/lib/contract/openapi.ts");
  const program = await readCommands(join(ROOT, "src", "commands"));
  const version = await versionOf(ROOT);
  const wanted = new Map([
    ["src/commands/index.ts", indexSource(program)],
    ["src/lib/advice/catalogue.ts", catalogueSource(program, GLOBAL_OPTIONS)],
    ["src/lib/renewals/guide/guides.ts", guidesSource(await readGuides(join(ROOT, "guides")))],
    ...referencePages(program).map(({ path, page }): [string, string] => [`docs/commands/${path}`, page]),
    ...manPages(program, version).map(({ path, page }): [string, string] => [`man/${path}`, page]),
    ["docs/using.en.md", withExitCodes(await readFile(join(ROOT, "docs/using.en.md"), "utf8"), "en")],
    ["docs/using.ja.md", withExitCodes(await readFile(join(ROOT, "docs/using.ja.md"), "utf8"), "ja")],
    ["docs/api/openapi.json", `${JSON.stringify(openApiDocument(version), null, 2)}\n`],
  ]);
  const stale = globSync(["docs/commands/**/*.md", "man/**/*.1"], { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !wanted.has(file));

  const differing = new Map([...differingLists, ...(await findDiffering(wanted))]);
  if (!check) {
    await write(differing);
    for (const file of stale) await rm(join(ROOT, file));
    return;
  }
  for (const file of [...differing.keys(), ...stale]) {
    process.stderr.write(`${file}: differs from what the commands declare; run npm run generate\n`);
    process.exitCode = 1;
  }
}

/** The files whose content is not yet what it should be. */
async function findDiffering(wanted: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const differing = new Map<string, string>();
  for (const [file, contents] of wanted) {
    const before = await readFile(join(ROOT, file), "utf8").catch(() => undefined);
    if (before !== contents) differing.set(file, contents);
  }
  return differing;
}

async function write(files: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, contents] of files) {
    await mkdir(dirname(join(ROOT, file)), { recursive: true });
    await writeFile(join(ROOT, file), contents);
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
