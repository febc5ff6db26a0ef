import { execFileSync } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { countLines, findExceeded, findRaised, LIMITS_FILE, type Numbers } from "./limits.ts";
import { freshFolder } from "#support/folder.ts";

let root: string;

beforeEach(async () => {
  root = freshFolder();
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.jp", ...args], { cwd: root, encoding: "utf8" });

async function commit(limits: Numbers): Promise<void> {
  await write(LIMITS_FILE, JSON.stringify(limits));
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "limits");
}

test("counts the lines of each part, and nothing that git ignores", async () => {
  git("init", "--quiet");
  await write(".gitignore", "/man\n");
  await write("src/cli.ts", "1\n2\n");
  await write("src/commands/index.ts", "1\n");
  await write("src/lib/tenant/ledger/rows.ts", "1\n2\n3\n");
  await write("src/lib/tenant/store/rows.test.ts", "1\n");
  await write("src/lib/new/part.ts", "1\n");
  await write("test/support/tenant.ts", "1\n");
  await write("test/fixture.json", "1\n");
  await write("scripts/build.ts", "1\n");
  await write("docs/commands/orgs.md", "1\n2\n");
  await write("man/clomoctl.1", "1\n");
  const counts = { "cli, commands": 3, tenant: 3, "rest of src": 1, apple: 0, src: 7, tests: 2, generated: 3 };
  expect(countLines(root)).toMatchObject(counts);
  await rm(join(root, ".git"), { recursive: true });
  expect(countLines(root)).toMatchObject({ ...counts, generated: 4 });
});

test("the whole may not be larger than its limits and what issues add", () => {
  const counts = { tenant: 99, src: 11, tests: 5, generated: 3 };
  expect(findExceeded(counts, { src: 11, tests: 9, generated: 3 }, [])).toEqual([]);
  const broken = findExceeded(counts, { src: 10, generated: 2 }, []);
  expect(broken.map((line) => line.split(":")[0])).toEqual(["src", "tests", "generated"]);
  const adds = [{ src: 1, tests: 2 }, { tests: 3 }];
  expect(findExceeded({ src: 11, tests: 6 }, { src: 10, tests: 0, generated: 0 }, adds)).toEqual([
    "tests: 6 lines, at most 5",
  ]);
});

test("a limit may be lowered and added, but never raised or removed, except those of the parts", async () => {
  git("init", "--quiet");
  expect(findRaised(root)).toBeUndefined();
  await commit({ src: 10, tests: 20 });
  expect(findRaised(root)).toEqual([]);
  await commit({ src: 9, tests: 20, bench: 3 });
  expect(findRaised(root)).toEqual([]);

  await write(LIMITS_FILE, JSON.stringify({ src: 9, tests: 21, bench: 3 }));
  expect(findRaised(root)).toEqual(["tests: raised from 20 to 21 in the checkout"]);
  await commit({ src: 10, tests: 20, bench: 3 });
  await commit({ src: 9, tests: 20, "rest of src": 1 });
  await commit({ src: 9, tests: 20 });
  const [raised, removed, ...others] = findRaised(root) ?? [];
  expect([raised, removed, others]).toEqual([
    expect.stringMatching(/^src: raised from 9 to 10 in [0-9a-f]+$/),
    expect.stringMatching(/^bench: removed from .* in [0-9a-f]+$/),
    [],
  ]);
});

test("a removed file is noticed, and a shallow clone or an archive has no history", async () => {
  git("init", "--quiet");
  await commit({ src: 10 });
  await rm(join(root, LIMITS_FILE));
  git("commit", "--quiet", "--all", "--message", "none");
  await commit({ src: 11 });
  expect(findRaised(root)).toEqual([expect.stringMatching(/^src: removed from /)]);

  const whole = root;
  root = freshFolder();
  git("clone", "--quiet", "--depth", "1", `file://${whole}`, "shallow");
  expect(findRaised(join(root, "shallow"))).toBeUndefined();
  await cp(join(whole, "scripts"), join(root, "archive", "scripts"), { recursive: true });
  expect(findRaised(join(root, "archive"))).toBeUndefined();
});
