import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/process/program.ts";
import { openDatabase, TENANT } from "#support/process/tenant-state.ts";

const OLDER = join(import.meta.dirname, "fixtures", "home-b7d515d", "home", TENANT);

/** A home with the tenant of an older program. */
async function olderHome(): Promise<string> {
  const home = await freshHome();
  await cp(OLDER, join(home, TENANT), { recursive: true });
  return home;
}

const LINE = "updating the file of tenant embedded to this version of clomoctl; this is done once\n";

test("the first command after an upgrade says that it updates the tenant, and then does its work", async () => {
  const home = await olderHome();
  const list = ["users", "list", "--limit", "1", "--format", "json"];
  const first = await run(list, { home });
  expect(first).toMatchObject({ code: 0, stderr: LINE });
  expect(await run(list, { home })).toMatchObject({ code: 0, text: first.text, stderr: "" });
  expect((await readdir(join(home, TENANT))).toSorted()).toEqual(["imports", "tenant.db", "tenant.db.before-2"]);
});

test("what programs read from stderr stays events", async () => {
  const home = await olderHome();
  const { code, stderr } = await run(["users", "list", "--progress", "json"], { home });
  const events = stderr.trimEnd().split("\n");
  expect([code, events.map((line) => JSON.parse(line) as unknown)]).toEqual([
    0,
    [
      { step: "upgrade", done: 0, total: null, unit: "rows" },
      { step: "upgrade", done: 0, total: null, unit: "rows" },
    ],
  ]);
});

test("commands at the same time update it once", async () => {
  const home = await olderHome();
  const ended = await Promise.all([1, 2, 3].map(() => run(["users", "list", "--limit", "1"], { home })));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(ended.map(({ stderr }) => stderr).filter((stderr) => stderr !== "")).toEqual([LINE]);
  const database = openDatabase(home);
  expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  database.close();
});
