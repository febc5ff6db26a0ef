import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { FIXTURES, freshHome, ROOT, run } from "#support/process/program.ts";
import { findLoadedModules, MODULE_BUDGETS, writeImportFile } from "../../scripts/figures/modules.ts";

test.each([
  ["orgs list", "orgs-list"],
  ["renewals check apps.vpptoken", "renewals-check"],
  ["csv check people.csv --as users --encoding utf-8", "csv-check"],
])("%s loads exactly these modules", async (line, name) => {
  const home = await freshHome();
  await writeFile(join(home, "apps.vpptoken"), createVppToken(new Date("2099-03-01"), "本社"));
  await copyFile(join(FIXTURES, "users", "people.utf-8.lf.csv"), join(home, "people.csv"));
  const modules = await findLoadedModules(ROOT, line, home);
  // npx vitest run --project process test/process/modules.test.ts -u writes them anew
  await expect(`${modules.join("\n")}\n`).toMatchFileSnapshot(`fixtures/modules/${name}.txt`);
});

test.each(MODULE_BUDGETS)("$line loads at most $limit modules", async ({ line, limit }) => {
  const home = await freshHome();
  await writeImportFile(home);
  const { length } = await findLoadedModules(ROOT, line, home);
  expect(length).toBeLessThanOrEqual(limit);
});

test("orgs list loads none of Node's slow modules", async () => {
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
