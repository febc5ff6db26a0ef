import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const BUNDLES = join(import.meta.dirname, "..", "..", "..", "fixtures", "bundles");

/** A folder with a copy of a bundle, as `a`. */
function withBundle(): string {
  const folder = freshFolder();
  cpSync(join(BUNDLES, "minato"), join(folder, "a"), { recursive: true });
  return folder;
}

test.each(["minato", "minato-later"])("verifies the bundle %s", async (name) => {
  const { en } = await runInBoth(`handover verify ${name}`, { folder: BUNDLES, terminal: { columns: 100 } });
  expect(en).toMatchObject({ exit: 0, requests: [] });
  expect(en.stderr).toContain("everything is as it was exported");
  expect(en.stderr).toContain(
    "this check does not replace a signature: ask the person who exported the bundle to read out the\n  fingerprint that the export showed, and compare it with the one above",
  );
  expect(en.stdout).toMatch(/tenant +株式会社みなと\n/);
  expect(en.stdout).toMatch(/records verified +\d+\n/);
  expect(en.stdout).toMatch(/last updated +2026-11-20 1[24]:00\n/);
  expect(en.stderr).toContain(`clomoctl handover report ${name} -o report.html`);
});

test("refuses the bundle of a pre-release version and leaves it unchanged", async () => {
  const folder = withBundle();
  const path = join(folder, "a", "manifest.json");
  const older = readFileSync(path, "utf8").replace('"schema": 101', '"schema": 5');
  writeFileSync(path, older);
  for (const line of ["verify a", "diff a a", "receive a --context new", "report a"]) {
    const { en, ja } = await runInBoth(`handover ${line}`, { folder, tenant: new TestTenant().fetch });
    expect([en.exit, ja.exit], line).toEqual([3, 3]);
    expect(en.stdout + en.stderr).toContain(
      "this bundle was written by a pre-release version of clomoctl and cannot be read",
    );
    expect(en.stdout + en.stderr, line).toContain("export the bundle again with this version");
  }
  expect(readFileSync(path, "utf8")).toBe(older);
});

test("--hashes-only says that the records were not read", async () => {
  const { en } = await runInBoth("handover verify a --hashes-only --format json", { folder: withBundle() });
  expect(en).toMatchObject({ exit: 0, stderr: expect.stringContaining("their records were not checked") });
  expect(JSON.parse(en.stdout)).toMatchObject({
    bundle: "a",
    records: 0,
    faultCount: 0,
    faults: [],
    asOf: "2026-11-20",
  });
});

test("a damaged bundle exits with 3, with place and remedy, and JSON has all faults", async () => {
  const folder = withBundle();
  const path = join(folder, "a", "resources", "users.ndjson");
  writeFileSync(path, readFileSync(path, "utf8").replace('"title"', '"job"'));
  writeFileSync(join(folder, "a", "more.txt"), "");
  const { en } = await runInBoth("handover verify a", { folder });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain("a: more.txt: this file does not belong to the bundle: it is not listed in SHA256SUMS\n");
  expect(en.stderr).toContain("a: resources/users.ndjson:1: expected the member title, found job\n");
  expect(en.stderr).toContain(
    "a: resources/users.ndjson: the content differs from what was exported (SHA-256 mismatch)\n",
  );
  expect(en.stderr).toContain("this bundle differs from what was exported: use another copy, or export it again");
  const { stdout, exit } = await run("handover verify a --format json", { folder });
  const { faults, faultCount } = JSON.parse(stdout) as {
    readonly faults: readonly object[];
    readonly faultCount: number;
  };
  expect({ exit, faultCount }).toEqual({ exit: 3, faultCount: faults.length });
  expect(faults).toContainEqual({
    file: "more.txt",
    line: null,
    detail: expect.objectContaining({ en: expect.any(String) }),
  });
});

test("refuses a missing path, a file and an empty folder as a bundle", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "file"), "hello");
  mkdirSync(join(folder, "empty"));
  expect(await run("handover verify none", { folder })).toMatchObject({ exit: 6 });
  const { en } = await runInBoth("handover verify file", { folder });
  expect(en).toMatchObject({ exit: 3, stderr: expect.stringContaining("not a bundle (a folder") });
  const { exit, stderr } = await run("handover verify empty --lang en", { folder });
  expect(exit).toBe(3);
  expect(stderr).toContain("empty: manifest.json: the file is missing\n");
});
