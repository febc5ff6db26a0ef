import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { noticesOf } from "./notices.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, "dist");

/** Of the manifest only the version goes into the bundle. */
const manifestVersion: Plugin = {
  name: "manifest-version",
  setup(bundler) {
    bundler.onLoad({ filter: /[/\\]clomoctl[/\\]package\.json$|[/\\]package\.json$/ }, async ({ path }) => {
      if (path !== join(ROOT, "package.json")) return undefined;
      const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
      return { loader: "json", contents: JSON.stringify({ version }) };
    });
  },
};

/** zod brings its messages in fifty languages, a third of its size; its English ones are all that is shown. */
const englishZodOnly: Plugin = {
  name: "english-zod-only",
  setup(bundler) {
    bundler.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
      loader: "js",
    }));
  },
};

/** The program, and every worker: `src/lib/csv/scan-worker.ts` becomes `dist/scan-worker.js`. */
function entryPoints(): Record<string, string> {
  const workers = globSync("src/**/*-worker.ts", { cwd: ROOT });
  return Object.fromEntries(["src/cli.ts", ...workers].map((file) => [basename(file, ".ts"), join(ROOT, file)]));
}

const { outputFiles, metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: entryPoints(),
  outdir: DIST,
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // names stay, so that a stack trace can be read
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  charset: "utf8",
  external: ["@napi-rs/keyring"],
  plugins: [manifestVersion, englishZodOnly],
  // bundled CommonJS packages call require() for Node's own modules
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  metafile: true,
  logLevel: "warning",
});

const files = new Map<string, Uint8Array>(outputFiles.map(({ path, contents }) => [basename(path), contents]));
files.set("THIRD-PARTY-NOTICES.txt", Buffer.from(await noticesOf(ROOT, Object.keys(metafile.inputs))));
files.set("metafile.json", Buffer.from(JSON.stringify(metafile)));

// unchanged files are left alone and stale ones go last, so that a program started meanwhile finds its chunks
await mkdir(DIST, { recursive: true });
for (const [name, contents] of files) {
  const before = await readFile(join(DIST, name)).catch(() => undefined);
  if (before === undefined || !before.equals(contents)) await writeFile(join(DIST, name), contents);
}
for (const name of await readdir(DIST)) {
  if (!files.has(name)) await rm(join(DIST, name), { recursive: true });
}
