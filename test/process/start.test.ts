import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { locateHome } from "../../src/lib/config/home.ts";

const chunks = JSON.parse(await readFile("dist/metafile.json", "utf8")) as Readonly<
  Record<string, { readonly modules: readonly string[]; readonly imports: readonly string[] }>
>;

/** All modules a chunk brings along without waiting for a command. */
function modulesOf(chunk: string, seen = new Set<string>()): string[] {
  if (seen.has(chunk)) return [];
  seen.add(chunk);
  const { modules = [], imports = [] } = chunks[chunk] ?? {};
  return [...modules, ...imports.flatMap((name) => modulesOf(name, seen))];
}

const chunkOf = (module: string): string =>
  Object.entries(chunks).find(([, { modules }]) => modules.includes(module))?.[0] ?? "";

test("version and help load neither packages nor commands", () => {
  const modules = modulesOf("cli.js");
  expect(modules).toContain("src/cli/command-line.ts");
  expect(modules.filter((module) => module.startsWith("node_modules/"))).toEqual([]);
  expect(modules.filter((module) => /^src\/commands\/(?!kit\/(?:field|globals)\.ts)[^/]+\//.test(module))).toEqual([]);
});

test("running a verb loads commander, and nothing large before it is needed", () => {
  const modules = modulesOf(chunkOf("src/cli/run.ts"));
  expect(modules.some((module) => module.startsWith("node_modules/commander/"))).toBe(true);
  const heavy = /node_modules\/(?:zod|hono|@hono|kysely|chalk|csv-parse|@inquirer|undici|conf|ora|iconv-lite)\//;
  expect(modules.filter((module) => heavy.test(module))).toEqual([]);
});

test("code is compiled without a cache if the disk has no room for it", () => {
  const { hasRoom } = createRequire(import.meta.url)("../../bin/compile-cache.js") as {
    hasRoom: (folder: string, statfs?: () => { readonly bavail: number; readonly bsize: number }) => boolean;
  };
  const ofBlocks = (bavail: number): boolean => hasRoom("/", () => ({ bavail, bsize: 4096 }));
  expect([0, 2047, 2048, 1e9].map(ofBlocks)).toEqual([false, false, true, true]);
  expect(hasRoom(join(import.meta.dirname, "nowhere"))).toBe(true);
});

test("the compile cache is in the home's cache folder", () => {
  const { cacheFolder } = createRequire(import.meta.url)("../../bin/compile-cache.js") as {
    cacheFolder: (environment: Readonly<Record<string, string>>, userFolder: () => string) => string;
  };
  for (const environment of [{}, { CLOMOCTL_HOME: "" }, { CLOMOCTL_HOME: "/state" }]) {
    const { cache } = locateHome({ environment, userFolder: "/home/k", workingFolder: "/" });
    expect(cacheFolder(environment, () => "/home/k")).toBe(cache);
  }
});
