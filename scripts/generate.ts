/**
 * Generates everything that is derived from the declarations of the program: the lists of commands, the catalogue of
 * command lines for messages, the guides as data, `docs/commands/**`, the exit codes in `docs/using.*.md`, the
 * rights of roles in `docs/security.*.md`, `docs/api/openapi.json`, and the hashes of the schemas of tenant files. With
 * `--check`, writes nothing and fails if a file differs from what would be generated. With `--json`, writes nothing and
 * prints the declarations of the commands as data, without their texts; `--root FOLDER` selects another checkout.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { renderTenantlessSource } from "./generate/catalogue.ts";
import { readCommands } from "./generate/commands.ts";
import { readDeclarations } from "./generate/declarations.ts";
import { insertExitCodes } from "./generate/exit-codes.ts";
import { renderGuidesSource, readGuides } from "./generate/guides.ts";
import { renderProgramLists } from "./generate/lists.ts";
import { buildOpenApiDocument } from "./generate/openapi.ts";
import { renderOperationsSource } from "./generate/operations.ts";
import { renderReferencePages } from "./generate/reference.ts";
import { insertRoles } from "./generate/roles.ts";
import { renderSchemaHashes } from "./generate/schemas.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

async function readProgramVersion(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

async function generateFiles(check: boolean): Promise<void> {
  const guides = renderGuidesSource(await readGuides(join(ROOT, "guides")));
  const first = new Map([["src/lib/renewals/guide/guides.ts", guides], await renderOperationsSource(ROOT)]);
  // everything else imports these
  if (!check) await writeGeneratedFiles(await findDifferingFiles(first));
  const program = await readCommands(join(ROOT, "src", "commands"));
  const version = await readProgramVersion(ROOT);
  const wanted = new Map([
    ...first,
    ...renderProgramLists(program),
    ["src/lib/advice/tenantless.ts", renderTenantlessSource(program)],
    ...renderReferencePages(program).map(({ path, page }): [string, string] => [`docs/commands/${path}`, page]),
    ["docs/using.en.md", insertExitCodes(await readFile(join(ROOT, "docs/using.en.md"), "utf8"), "en")],
    ["docs/using.ja.md", insertExitCodes(await readFile(join(ROOT, "docs/using.ja.md"), "utf8"), "ja")],
    ["docs/security.en.md", insertRoles(await readFile(join(ROOT, "docs/security.en.md"), "utf8"), "en")],
    ["docs/security.ja.md", insertRoles(await readFile(join(ROOT, "docs/security.ja.md"), "utf8"), "ja")],
    ["src/lib/tenant/ledger/schemas.json", renderSchemaHashes()],
    ["docs/api/openapi.json", `${JSON.stringify(await buildOpenApiDocument(version), null, 2)}\n`],
  ]);
  const stale = globSync("docs/commands/**/*.md", { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !wanted.has(file));

  const differing = await findDifferingFiles(wanted);
  if (!check) {
    await writeGeneratedFiles(differing);
    for (const file of stale) await rm(join(ROOT, file));
    return;
  }
  for (const file of [...differing.keys(), ...stale]) {
    process.stderr.write(`${file}: differs from what the commands declare; run npm run generate\n`);
    process.exitCode = 1;
  }
}

/** Returns the files whose content differs from the generated content. */
async function findDifferingFiles(wanted: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const differing = new Map<string, string>();
  for (const [file, contents] of wanted) {
    const before = await readFile(join(ROOT, file), "utf8").catch(() => undefined);
    if (before !== contents) differing.set(file, contents);
  }
  return differing;
}

async function writeGeneratedFiles(files: ReadonlyMap<string, string>): Promise<void> {
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
  await generateFiles(values.check);
} else {
  throw new Error("--root goes with --json: files are written in this checkout only");
}
