import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { vppToken } from "#support/renewals/vpp-token.ts";
import { FIXTURES, freshHome, ROOT, run } from "#support/process/program.ts";

const chunks = JSON.parse(await readFile(join(ROOT, "dist", "metafile.json"), "utf8")) as Readonly<
  Record<string, { readonly modules: readonly string[] }>
>;

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

/** The modules that the built program really loads for a command, those that it imports on the way among them. */
async function modulesOf(line: string, home: string): Promise<readonly string[]> {
  const noted = join(home, "loaded.txt");
  const hook = `data:text/javascript,${encodeURIComponent(NOTE_LOADED)}`;
  const { code, stderr } = await run(line.split(" "), {
    home,
    cwd: home,
    env: { LOADED: noted, NODE_OPTIONS: `--import=${hook}` },
  });
  expect(code, stderr).toBe(0);
  const urls = (await readFile(noted, "utf8")).split("\n").filter((url) => url.startsWith("file:"));
  const loaded = urls.map((url) => relative(join(ROOT, "dist"), fileURLToPath(url)));
  const modules = loaded.flatMap((name) => chunks[name]?.modules ?? []).map(moduleOf);
  return [...new Set(modules)].filter((module) => /^(?:src|node_modules)\//.test(module)).toSorted();
}

test.each([
  ["orgs list", "orgs-list"],
  ["renewals check apps.vpptoken", "renewals-check"],
  ["csv check people.csv --as users --encoding utf-8", "csv-check"],
])("%s loads these modules and no other", async (line, name) => {
  const home = await freshHome();
  await writeFile(join(home, "apps.vpptoken"), vppToken(new Date("2099-03-01"), "本社"));
  await copyFile(join(FIXTURES, "users", "people.utf-8.lf.csv"), join(home, "people.csv"));
  const modules = await modulesOf(line, home);
  // npx vitest run --project process test/process/modules.test.ts -u writes them anew
  await expect(`${modules.join("\n")}\n`).toMatchFileSnapshot(`fixtures/modules/${name}.txt`);
});

test("orgs list needs none of Node's modules that take long to load", async () => {
  const home = await freshHome();
  const noted = join(home, "loaded.txt");
  const note = `process.on("exit", () => require("fs").writeFileSync(process.env.LOADED, process.moduleLoadList.join("\\n")));`;
  await writeFile(join(home, "note.cjs"), note);
  const env = { LOADED: noted, NODE_OPTIONS: `--require=${join(home, "note.cjs")}` };
  const { code, stderr } = await run(["orgs", "list"], { home, cwd: home, env });
  expect(code, stderr).toBe(0);
  const loaded = (await readFile(noted, "utf8")).split("\n");
  expect(loaded).toContain("NativeModule sqlite");
  for (const slow of ["internal/fs/promises", "internal/webstreams/readablestream", "internal/deps/undici/undici"]) {
    expect(loaded).not.toContain(`NativeModule ${slow}`);
  }
});
