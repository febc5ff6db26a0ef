import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync, promises } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type OutputChunk, type Plugin } from "rolldown";
import { readCommands } from "./generate/commands.ts";
import { readGuides, renderGuidesSource } from "./generate/guides.ts";
import { renderProgramLists } from "./generate/lists.ts";
import { renderOperationsSource } from "./generate/operations.ts";
import { renderNotices } from "./notices.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, "dist");

/** Replaces package.json in the bundle with an object that contains only the version. */
const versionOnlyManifest: Plugin = {
  name: "manifest-version",
  async load(id) {
    if (id !== join(ROOT, "package.json")) return undefined;
    const { version } = JSON.parse(await readFile(id, "utf8")) as { version: string };
    return { code: JSON.stringify({ version }), moduleType: "json" };
  },
};

/** Puts the schema's SQL into the bundle as text, so that opening a tenant does not load every record type. */
const schemaAsText: Plugin = {
  name: "schema-as-text",
  load: {
    filter: { id: /[/\\]ledger[/\\]schema\.ts$/ },
    async handler() {
      const { SCHEMA_STEPS } = await import("../src/lib/tenant/ledger/schema.ts");
      return `export const SCHEMA_STEPS = ${JSON.stringify(SCHEMA_STEPS)};`;
    },
  },
};

/**
 * Leaves out zod's messages in fifty languages, which are a third of its size. The Japanese ones are imported by name.
 */
const englishZodOnly: Plugin = {
  name: "english-zod-only",
  load: {
    filter: { id: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

/**
 * Leaves out the module with which commander starts programs as subcommands. clomoctl has no such subcommands, and the
 * module loads sockets.
 */
const noSubprograms: Plugin = {
  name: "no-subprograms",
  resolveId: {
    filter: { id: /^node:child_process$/ },
    handler: (_, importer = "") => (/[/\\]commander[/\\]lib[/\\]/.test(importer) ? "\0no-subprograms" : undefined),
  },
  load: { filter: { id: /^\0no-subprograms$/ }, handler: () => "export default {};" },
};

/** Node computes the checksums of ZIP files ten times as fast as the package does. */
const nativeCrc32: Plugin = {
  name: "native-crc32",
  resolveId: { filter: { id: /^buffer-crc32$/ }, handler: () => "\0native-crc32" },
  load: {
    filter: { id: /^\0native-crc32$/ },
    handler: () =>
      'import { crc32 } from "node:zlib"; export const unsigned = (bytes, before = 0) => crc32(bytes, before);',
  },
};

/** Loads Node's file promises only when a command uses them: they load readline and cost 5 ms. */
const lazyFsPromises: Plugin = {
  name: "promises-on-demand",
  resolveId: { filter: { id: /^node:fs\/promises$/ }, handler: () => "\0fs-promises" },
  load: {
    filter: { id: /^\0fs-promises$/ },
    handler: () => {
      const names = Object.keys(promises).filter((name) => name !== "constants");
      const forwards = names.map((name) => `export const ${name} = (...given) => promises.${name}(...given);`);
      return ['import { promises } from "node:fs";', 'export { constants } from "node:fs";', ...forwards].join("\n");
    },
  },
};

/**
 * Returns the entry points of the bundle: the program and every worker. `src/lib/csv/scan-worker.ts` becomes
 * `dist/scan-worker.js`.
 */
function findEntryPoints(): Record<string, string> {
  const workers = globSync("src/**/*-worker.ts", { cwd: ROOT });
  return {
    cli: join(ROOT, "src/cli/main.ts"),
    ...Object.fromEntries(workers.map((file) => [basename(file, ".ts"), join(ROOT, file)])),
  };
}

/** Modules that nearly every command loads: one chunk loads faster than one for each. */
const LOADED_BY_MOST_COMMANDS =
  /src\W(?:commands\Wkit\Wcommand|lib\W(?:client\Wchanges|config\W(?:index|home|settings-file)|files\W(?:folder|outputs|processes)|model\W(?:normalise|rules|thing|time)|terminal\W(?:failure|progress)))\.ts$/;

/** Modules that the program's main module loads before it knows the command. */
const LOADED_BY_EVERY_COMMAND =
  /src\W(?:commands\Wkit\W(?:field|globals)|lib\W(?:advice\W(?:index|tenantless)|errors\Windex|terminal\W(?:commands|output-choice|word-width)|text\W(?:index|shell-word)))\.ts$/;

/** Modules that every command loads that changes something, and that lists do not load. */
const LOADED_BY_CHANGES =
  /src\W(?:commands\Wkit\W(?:permission|change\W(?:deletion-options|history|verbs)|columns\W(?:change-result|describe-value|field-options)|files\W(?:column-map|sheet|table-file|text-format)|read-list\Woptions)|lib\W(?:csv\Wrecords\Wrecord|derived\W(?:audit|undo)|model\W(?:cell-text|problem|value)|plan\W(?:changes|columns|describe|plan)|rules\Wvalues|tenant\Wledger\W(?:audit-rows|change|check-rules|observe-change|records|rules|version-checksum)))\.ts$/;

/** Modules with which the ledger reads and writes records; checks and lists that read the tenant's tasks load them, too. */
const LOADED_BY_LEDGER =
  /src\Wlib\W(?:model\Wimport|tenant\Wledger\W(?:drift|import-rows|kinds|observed-state|record-rows|rows|tenant-rows|version-timeline|versions))\.ts$/;

async function writeList([path, source]: readonly [path: string, source: string]): Promise<void> {
  const before = await readFile(join(ROOT, path), "utf8").catch(() => undefined);
  if (before !== source) await writeFile(join(ROOT, path), source);
}

// the commands import the guides and the operations
await writeList(["src/lib/renewals/guide/guides.ts", renderGuidesSource(await readGuides(join(ROOT, "guides")))]);
await writeList(await renderOperationsSource(ROOT));
for (const list of renderProgramLists(await readCommands(join(ROOT, "src", "commands")))) await writeList(list);

const { output } = await build({
  cwd: ROOT,
  input: findEntryPoints(),
  preserveEntrySignatures: "allow-extension",
  platform: "node",
  // importing one of our modules has no side effects, so a module that an index only re-exports is not loaded with it
  treeshake: { moduleSideEffects: [{ test: /[/\\]src[/\\]/, sideEffects: false }] },
  plugins: [versionOnlyManifest, schemaAsText, englishZodOnly, noSubprograms, nativeCrc32, lazyFsPromises],
  transform: { target: "node24" },
  output: {
    dir: DIST,
    // loads in two thirds of the time that ES modules need
    format: "cjs",
    strict: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: {
      groups: [
        { name: "start", test: LOADED_BY_EVERY_COMMAND },
        { name: "base", test: LOADED_BY_MOST_COMMANDS },
        { name: "change", test: LOADED_BY_CHANGES },
        { name: "ledger", test: LOADED_BY_LEDGER },
      ],
      includeDependenciesRecursively: false,
    },
    // names are kept so that stack traces are readable
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: false,
  },
  write: false,
});

/** Returns the source files in a chunk, relative to the checkout. */
const listChunkSources = ({ modules }: OutputChunk): readonly string[] =>
  Object.keys(modules)
    .filter((id) => id.startsWith(ROOT))
    .map((id) => relative(ROOT, id).replaceAll("\\", "/"));

const chunks = output.filter((file) => file.type === "chunk");

/** Throws if chunks import each other: one of them would read a binding of the other before it is set. */
function refuseCircles(name: string, path: readonly string[] = []): void {
  if (path.includes(name)) throw new Error(`chunks in a circle: ${[...path, name].join(" → ")}`);
  for (const next of chunks.find(({ fileName }) => fileName === name)?.imports ?? [])
    refuseCircles(next, [...path, name]);
}

for (const name of ["change", "ledger", "base", "start"])
  refuseCircles(chunks.find((chunk) => chunk.name === name)?.fileName ?? name);

const chunkMetadata = chunks.map(
  (chunk) => [chunk.fileName, { modules: listChunkSources(chunk), imports: chunk.imports }] as const,
);

/**
 * Inserts a line break before the exports. Otherwise, publint takes a file for an ES module if it contains the text
 * "imported from" and has no whitespace before its exports.
 */
const separateExports = (code: string): string =>
  code.replaceAll("}Object.defineProperty(exports,", "}\nObject.defineProperty(exports,");

const distFiles = new Map<string, Uint8Array>(
  chunks.map(({ fileName, code }) => [fileName, Buffer.from(separateExports(code))]),
);
distFiles.set("package.json", Buffer.from('{ "type": "commonjs" }\n'));
distFiles.set("THIRD-PARTY-NOTICES.txt", Buffer.from(await renderNotices(ROOT, chunks.flatMap(listChunkSources))));
distFiles.set("metafile.json", Buffer.from(JSON.stringify(Object.fromEntries(chunkMetadata))));

// unchanged files are not rewritten, and outdated files are removed last, so that a program that starts during a build
// finds its chunks
await mkdir(DIST, { recursive: true });
for (const [name, contents] of distFiles) {
  const before = await readFile(join(DIST, name)).catch(() => undefined);
  if (before === undefined || !before.equals(contents)) await writeFile(join(DIST, name), contents);
}
for (const name of await readdir(DIST)) {
  if (!distFiles.has(name)) await rm(join(DIST, name), { recursive: true });
}
