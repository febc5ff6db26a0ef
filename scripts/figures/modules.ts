import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** How many modules the built program may load for a command line. */
export interface ModuleBudget {
  readonly line: string;
  /** what is aimed at */
  readonly target: number;
  /** what it may not grow beyond until then */
  readonly limit: number;
}

/** A limit is raised only for a reason that is told in the same commit; whoever loads less lowers it. */
export const MODULE_BUDGETS: readonly ModuleBudget[] = [
  { line: "orgs list", target: 80, limit: 108 },
  { line: "users list", target: 110, limit: 110 },
  { line: "users import people.csv --dry-run", target: 200, limit: 301 },
];

/** Writes the file that the command lines of {@link MODULE_BUDGETS} import into a folder. */
export const writeImportFile = (folder: string): Promise<void> =>
  writeFile(join(folder, "people.csv"), "氏名,メールアドレス\r\n髙橋 花子,hanako@example.jp\r\n");

/** Writes the address of each file that Node loads into the file of `LOADED`. */
const NOTE_LOADED = `
  import { registerHooks } from "node:module";
  import { appendFileSync } from "node:fs";
  registerHooks({
    load(url, context, next) {
      appendFileSync(process.env.LOADED, url + "\\n");
      return next(url, context);
    },
  });`;

/** A package is one module, however many files it has. */
const moduleOf = (input: string): string => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? input;

const run = promisify(execFile);

/**
 * Returns the modules that the built program really loads for a command line: sources and packages.
 *
 * @param root the checkout, with `dist`
 * @param home CLOMOCTL_HOME, and the working folder
 * @throws Error if the command fails
 */
export async function loadedModules(root: string, line: string, home: string): Promise<readonly string[]> {
  const dist = join(root, "dist");
  const noted = join(home, "loaded.txt");
  const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
  await writeFile(noted, "");
  await run(process.execPath, [join(root, "bin", "clomoctl.js"), ...line.split(" ")], {
    cwd: home,
    env: {
      PATH,
      NODE_COMPILE_CACHE,
      HOME: home,
      LANG: "C",
      CLOMOCTL_HOME: home,
      LOADED: noted,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(NOTE_LOADED)}`,
    },
  });
  const chunks = JSON.parse(await readFile(join(dist, "metafile.json"), "utf8")) as Readonly<
    Record<string, { readonly modules: readonly string[] }>
  >;
  const urls = (await readFile(noted, "utf8")).split("\n").filter((url) => url.startsWith("file:"));
  const modules = urls.flatMap((url) => chunks[relative(dist, fileURLToPath(url))]?.modules ?? []).map(moduleOf);
  return [...new Set(modules)].filter((module) => /^(?:src|node_modules)\//.test(module)).toSorted();
}
