import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshHome, run } from "#support/process/program.ts";
import { TENANT } from "#support/process/tenant-state.ts";
import { folderForAllTests } from "#support/folder.ts";

const FILE = "tenant.db";

const PEOPLE = join(import.meta.dirname, "..", "..", "fixtures", "people.csv");

const made = folderForAllTests();

/** A home with a tenant that has users, and the path of its file; imported once, then copied. */
async function homeWithUsers(): Promise<{ readonly home: string; readonly path: string }> {
  if (!existsSync(join(made, TENANT))) {
    await run(["users", "import", PEOPLE, "--create-orgs", "--yes"], { home: made });
  }
  const home = await freshHome();
  await cp(made, home, { recursive: true });
  return { home, path: join(home, TENANT, FILE) };
}

const HARMS: readonly (readonly [string, (path: string) => void])[] = [
  ["emptied", (path) => truncateSync(path, 0)],
  ["gone, its plans still there", (path) => rmSync(path)],
  ["a text", (path) => writeFileSync(path, "氏名,メールアドレス\n".repeat(1000))],
  ["cut off", (path) => truncateSync(path, statSync(path).size - 20_000)],
];

describe.each(HARMS)("a tenant file that is %s", (_, harm) => {
  test.each([
    ["users", "list"],
    ["users", "export", "-o", "out.csv"],
    ["orgs", "list"],
    ["renewals", "list"],
    ["users", "import", PEOPLE, "--yes"],
  ])("%s %s reports the file with a hint, and changes nothing", async (...line) => {
    const { home, path } = await homeWithUsers();
    harm(path);
    const before = contentOf(path);
    const ended = await run(line, { home, cwd: home });
    expect(ended).toMatchObject({ code: 1, text: "", stderr: expect.stringContaining("error: the tenant's file ") });
    expect(ended.stderr).toContain(path);
    expect(ended.stderr).toContain("backup");
    expect(contentOf(path)).toEqual(before);
    expect(await readdir(home)).not.toContain("out.csv");
  });
});

const contentOf = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

test("an empty folder becomes a new tenant, and leftovers of a dead process are removed", async () => {
  const home = await freshHome();
  const folder = join(home, TENANT);
  await mkdir(folder, { recursive: true });
  // no process has this number: Linux gives none above 4,194,304
  writeFileSync(join(folder, "tenant.db.new-9999999"), "torn");
  writeFileSync(join(folder, "tenant.db.new-9999999-wal"), "torn");
  expect(await run(["users", "list"], { home })).toMatchObject({ code: 0 });
  expect(await readdir(folder)).toEqual([FILE]);
});
