import { chmod, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIXTURES, freshHome, run } from "#support/cli/home.ts";

const CANARY = "canary-7c1f";

/** No programs of the machine, whose crontab and timers are its own. */
const ALONE = { PATH: "/nowhere" };

interface Row {
  readonly state: string;
  readonly check: string;
  readonly context: string | null;
  readonly what: string;
  readonly mend: string | null;
}

/** What is not right, by check; and how the program ended. */
async function examine(home: string, words: readonly string[] = []) {
  const ran = await run(["doctor", "--format", "json", ...words], { home, env: ALONE });
  const rows = JSON.parse(ran.text) as readonly Row[];
  return { code: ran.code, ran, rows, wrong: rows.filter(({ state }) => state !== "ok") };
}

test("a tenant in use is ok, and its file stays unchanged", async () => {
  const home = freshHome();
  const imported = await run(["users", "import", join(FIXTURES, "people.csv"), "--create-orgs", "--yes"], { home });
  expect(imported.code, imported.stderr).toBe(0);
  const path = join(home, "tenants", "local", "tenant.db");
  const before = await readFile(path);
  const { code, wrong, rows } = await examine(home);
  expect([code, wrong]).toEqual([0, []]);
  expect(rows.map(({ check }) => check)).toEqual(expect.arrayContaining(["contexts", "tenant"]));
  expect((await readFile(path)).equals(before)).toBe(true);
});

test("a broken home first says what is wrong and what to type, and shows no secret", async () => {
  const home = freshHome();
  await run(["context", "add", "kanto", "--embedded"], { home });
  const added = await run(["tenant", "set", "--ios", "yes", "--context", "kanto"], { home });
  expect(added.code, added.stderr).toBe(0);
  const path = join(home, "tenants", "kanto", "tenant.db");
  await truncate(path, 5000);
  const settings = "smtp:\n  host: mail.example.jp\n  from: a@example.jp\n  user: a\n  password-file: pw\n";
  await writeFile(join(home, "notify.yaml"), settings, { mode: 0o600 });
  await writeFile(join(home, "pw"), CANARY, { mode: 0o644 });
  await chmod(join(home, "pw"), 0o644);
  await mkdir(join(home, "tmp"), { recursive: true });
  const { code, wrong, ran } = await examine(home, ["--verbose"]);
  expect(code).toBe(3);
  expect(ran.text + ran.stderr).not.toContain(CANARY);
  expect(wrong).toMatchObject([
    { state: "problem", check: "tenant", context: "kanto", what: expect.stringContaining(path) },
    { state: "problem", check: "secrets", context: null, mend: `run: chmod 600 ${join(home, "pw")}` },
  ]);
  const people = await run(["doctor", "--lang", "ja", "--format", "table"], { home, env: ALONE });
  expect(people.code).toBe(3);
  expect(people.text).toMatch(/^問題 {5}テナント kanto: /);
  expect(people.text).toContain(`\n         -> chmod 600 ${join(home, "pw")} を実行してください\n`);
  expect(people.stderr).toBe("問題 2 件、警告 0 件\n");
});
