import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The number of modules that the built program may load for a command line. */
export interface ModuleBudget {
  readonly line: string;
  /** the long-term goal */
  readonly target: number;
  /** the maximum until the target is reached */
  readonly limit: number;
}

/**
 * The module budgets. A limit is raised only with a reason in the same commit, and lowered when fewer modules are
 * loaded.
 */
export const MODULE_BUDGETS: readonly ModuleBudget[] = [
  // the columns of a noun are in a kit, because other nouns show them, too
  { line: "orgs list", target: 60, limit: 61 },
  { line: "users list", target: 80, limit: 65 },
  { line: "users import people.csv --dry-run", target: 160, limit: 239 },
];

/** Writes into a folder the file that the command lines of {@link MODULE_BUDGETS} import. */
export const writeImportFile = (folder: string): Promise<void> =>
  writeFile(join(folder, "people.csv"), "氏名,メールアドレス\r\n髙橋 花子,hanako@example.jp\r\n");

/** A script that appends the URL of each file that Node loads to the file named by the variable `LOADED`. */
const RECORD_LOADS_SCRIPT = `
  import { registerHooks } from "node:module";
  import { appendFileSync } from "node:fs";
  registerHooks({
    load(url, context, next) {
      appendFileSync(process.env.LOADED, url + "\\n");
      return next(url, context);
    },
  });`;

/** Returns the module of a bundled file. A package counts as one module, however many files it has. */
const toModuleName = (input: string): string => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? input;

const runFile = promisify(execFile);

/**
 * Returns the modules (sources and packages) that the built program loads for a command line.
 *
 * @param root the checkout, with `dist`
 * @param home CLOMOCTL_HOME, which is also the working folder
 * @throws Error if the command fails
 */
export async function findLoadedModules(root: string, line: string, home: string): Promise<readonly string[]> {
  const dist = join(root, "dist");
  const noted = join(home, "loaded.txt");
  const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
  await writeFile(noted, "");
  await runFile(process.execPath, [join(root, "bin", "clomoctl.js"), ...line.split(" ")], {
    cwd: home,
    env: {
      PATH,
      NODE_COMPILE_CACHE,
      HOME: home,
      LANG: "C",
      CLOMOCTL_HOME: home,
      LOADED: noted,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(RECORD_LOADS_SCRIPT)}`,
    },
  });
  const chunks = JSON.parse(await readFile(join(dist, "metafile.json"), "utf8")) as Readonly<
    Record<string, { readonly modules: readonly string[] }>
  >;
  const urls = (await readFile(noted, "utf8")).split("\n").filter((url) => url.startsWith("file:"));
  const modules = urls.flatMap((url) => chunks[relative(dist, fileURLToPath(url))]?.modules ?? []).map(toModuleName);
  return [...new Set(modules)].filter((module) => /^(?:src|node_modules)\//.test(module)).toSorted();
}
