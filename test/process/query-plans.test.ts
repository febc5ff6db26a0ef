import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, ROOT, run } from "#support/process/program.ts";

const ROWS = 200_000;

const HOOK = pathToFileURL(join(ROOT, "test", "support", "process", "query-plans.ts")).href;

const findNestedScans = async (home: string, lines: readonly string[]): Promise<readonly string[]> => {
  const folder = join(home, "plans");
  await mkdir(folder);
  const env = { QUERY_PLANS: folder, NODE_OPTIONS: `--import ${HOOK}` };
  for (const line of lines) {
    const { code, stderr } = await run(line.split(" "), { home, cwd: home, env });
    expect(code, `${line}\n${stderr}`).toBe(0);
  }
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  const statements = texts
    .flatMap((text) => text.trim().split("\n"))
    .map((line) => JSON.parse(line) as { readonly sql: string; readonly nested: readonly string[] });
  expect(statements.length).toBeGreaterThan(100);
  return statements.flatMap(({ sql, nested }) => (nested.length === 0 ? [] : [`${nested.join(", ")}: ${sql}`]));
};

const writeList = async (path: string, header: string, rows: number, row: (n: number) => string): Promise<void> =>
  writeFile(path, [header, ...Array.from({ length: rows }, (_, n) => row(n)), ""].join("\r\n"));

test("no statement of a plan reads a long table for each row of another", LONG_TIMEOUT, async () => {
  const home = await freshHome();
  await writePeople(join(home, "people.csv"), { to: ROWS });
  await writePeople(join(home, "fewer.csv"), { from: 2_000, to: ROWS, title: "課長" });
  await writeList(
    join(home, "devices.csv"),
    "シリアルナンバー,所有者メールアドレス",
    ROWS,
    (n) => `SN${n},user${n}@example.com`,
  );
  await writeList(join(home, "leavers.txt"), "user2000@example.com", 1_500, (n) => `user${2001 + n}@example.com`);
  expect(
    await findNestedScans(home, [
      "users import people.csv --create-orgs --yes",
      "users import fewer.csv --mode replace --confirm-deletions 2000",
      "undo last --yes",
      "users import people.csv --key employee-code --yes",
      "users delete --file leavers.txt --confirm-deletions 1501",
      "undo last --yes",
      "users leave --file leavers.txt --confirm-deletions 1501",
      "undo last --yes",
      "devices import devices.csv --yes",
      "devices delete SN1999 SN2999 --confirm-deletions 2",
    ]),
  ).toEqual([]);
});

test("no statement of a mirror reads a long table for each row of another", LONG_TIMEOUT, async () => {
  const home = await freshHome();
  await writeList(join(home, "orgs.csv"), "組織名,組織コード", 50, (n) => `組織${n},S${n}`);
  await writePeople(join(home, "console.csv"), { to: ROWS });
  await writePeople(join(home, "list.csv"), { from: 100, to: 6_000, title: "課長" });
  expect(
    await findNestedScans(home, [
      "console sync orgs.csv console.csv --yes",
      "users import list.csv --yes",
      "console list",
      "console sync console.csv --yes",
      "console drop 3 --yes",
      "undo last --yes",
    ]),
  ).toEqual([]);
});
