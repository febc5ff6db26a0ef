import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "#support/process/program.ts";

let files: readonly string[] = [];
beforeAll(async () => {
  await promisify(execFile)(process.execPath, ["scripts/man.ts"], { cwd: ROOT });
  const args = ["pack", "--dry-run", "--ignore-scripts", "--json"];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: ROOT, shell: process.platform === "win32" });
  const [packed] = JSON.parse(stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
  files = packed?.files.map(({ path }) => path) ?? [];
});

test("the package contains the program but not its sources", () => {
  expect(files).toEqual(expect.arrayContaining(["bin/clomoctl.js", "dist/cli.js", "man/clomoctl.1"]));
  expect(files.filter((file) => /^(?:src|test|scripts|fixtures)\/|metafile/.test(file))).toEqual([]);
});

const LINK = /\]\((?!https?:|#)([^)#]+)/g;

test.each(["README.md", "README.ja.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/architecture.md"])(
  "everything that %s links to is in the package",
  async (file) => {
    expect(files).toContain(file);
    const targets = [...(await readFile(join(ROOT, file), "utf8")).matchAll(LINK)].map(([, target = ""]) =>
      posix.join(dirname(file), target),
    );
    const isThere = (target: string): boolean =>
      files.some((path) => path === target || path.startsWith(`${target.replace(/\/$/, "")}/`));
    expect(targets.filter((target) => !isThere(target))).toEqual([]);
  },
);

test("the changelog has at most 120 lines and 20 kB", async () => {
  const changelog = await readFile(join(ROOT, "CHANGELOG.md"));
  expect(changelog.length).toBeLessThanOrEqual(20_000);
  expect(changelog.toString().trimEnd().split("\n").length).toBeLessThanOrEqual(120);
});

test("the package has no install script that npm would warn about", async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { scripts: object };
  // npm 11 counts these as scripts of an installation, and wants each allowed
  const counted = ["preinstall", "install", "postinstall", "prepare"];
  expect(Object.keys(scripts).filter((script) => counted.includes(script))).toEqual([]);
});
