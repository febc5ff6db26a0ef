import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync, promises } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type OutputChunk, type Plugin } from "rolldown";
import { noticesOf } from "./notices.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, "dist");

/** Of the manifest only the version goes into the bundle. */
const manifestVersion: Plugin = {
  name: "manifest-version",
  async load(id) {
    if (id !== join(ROOT, "package.json")) return undefined;
    const { version } = JSON.parse(await readFile(id, "utf8")) as { version: string };
    return { code: JSON.stringify({ version }), moduleType: "json" };
  },
};

/** zod brings its messages in fifty languages, a third of its size; its English ones are all that is shown. */
const englishZodOnly: Plugin = {
  name: "english-zod-only",
  load: {
    filter: { id: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

/** commander can start programs as its subcommands; none of ours is one, and the module that starts them loads sockets. */
const noSubprograms: Plugin = {
  name: "no-subprograms",
  resolveId: {
    filter: { id: /^node:child_process$/ },
    handler: (_, importer = "") => (/[/\\]commander[/\\]lib[/\\]/.test(importer) ? "\0no-subprograms" : undefined),
  },
  load: { filter: { id: /^\0no-subprograms$/ }, handler: () => "export default {};" },
};

/** Node's promises of files bring its readline and cost 5 ms: a command that asks for none of them does not load them. */
const promisesOnDemand: Plugin = {
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

/** The program, and every worker: `src/lib/csv/scan-worker.ts` becomes `dist/scan-worker.js`. */
function entryPoints(): Record<string, string> {
  const workers = globSync("src/**/*-worker.ts", { cwd: ROOT });
  return Object.fromEntries(["src/cli.ts", ...workers].map((file) => [basename(file, ".ts"), join(ROOT, file)]));
}

const { output } = await build({
  cwd: ROOT,
  input: entryPoints(),
  platform: "node",
  // importing a module of ours does nothing by itself: what only an index names is not loaded with it
  treeshake: { moduleSideEffects: [{ test: /[/\\]src[/\\]/, sideEffects: false }] },
  plugins: [manifestVersion, englishZodOnly, noSubprograms, promisesOnDemand],
  transform: { target: "node24" },
  output: {
    dir: DIST,
    // loads in two thirds of the time of ES modules
    format: "cjs",
    strict: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    // names stay, so that a stack trace can be read
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: false,
  },
  write: false,
});

/** The bundled files of a chunk, relative to the checkout. */
const modulesOf = ({ modules }: OutputChunk): readonly string[] =>
  Object.keys(modules)
    .filter((id) => id.startsWith(ROOT))
    .map((id) => relative(ROOT, id).replaceAll("\\", "/"));

const chunks = output.filter((file) => file.type === "chunk");
const bundled = chunks.map((chunk) => [chunk.fileName, { modules: modulesOf(chunk), imports: chunk.imports }] as const);

/** publint takes a file for an ES module that says "imported from" in a text and has its exports behind no blank. */
const tellable = (code: string): string =>
  code.replaceAll("}Object.defineProperty(exports,", "}\nObject.defineProperty(exports,");

const files = new Map<string, Uint8Array>(chunks.map(({ fileName, code }) => [fileName, Buffer.from(tellable(code))]));
files.set("package.json", Buffer.from('{ "type": "commonjs" }\n'));
files.set("THIRD-PARTY-NOTICES.txt", Buffer.from(await noticesOf(ROOT, chunks.flatMap(modulesOf))));
files.set("metafile.json", Buffer.from(JSON.stringify(Object.fromEntries(bundled))));

// unchanged files are left alone and stale ones go last, so that a program started meanwhile finds its chunks
await mkdir(DIST, { recursive: true });
for (const [name, contents] of files) {
  const before = await readFile(join(DIST, name)).catch(() => undefined);
  if (before === undefined || !before.equals(contents)) await writeFile(join(DIST, name), contents);
}
for (const name of await readdir(DIST)) {
  if (!files.has(name)) await rm(join(DIST, name), { recursive: true });
}
