import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

interface Entry {
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Runs the check of a checkout on the Node that runs the tests. */
function check(root: string): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "check.js"), root], {
    encoding: "utf8",
  });
  return { status, stderr };
}

/** Makes a checkout that has nothing but a package-lock.json with one Node. */
function checkoutFor(cpu: string): string {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-pinned-node-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const packages = {
    "scripts/pinned-node": { optionalDependencies: { "node-here": "24.9.0" } },
    "node_modules/node-here": { version: "24.9.0", os: process.platform, cpu },
  };
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
  return folder;
}

test("package-lock.json has a version, a hash and a platform for every Node, and no install script", () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Readonly<Record<string, Entry>>;
  };
  const { optionalDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8")) as Entry;
  expect(packages["scripts/pinned-node"]?.optionalDependencies).toEqual(optionalDependencies);
  const platforms = Object.entries(optionalDependencies ?? {}).map(([name, version]) => {
    const locked = packages[`node_modules/${name}`];
    expect(locked, name).toEqual({
      version,
      integrity: expect.stringMatching(/^sha512-[\w+/]{86}==$/),
      os: expect.any(String),
      cpu: expect.any(String),
      bin: { node: expect.stringMatching(/^bin\/node(?:\.exe)?$/) },
      dev: true,
      optional: true,
      license: "MIT",
    });
    return name.replace(/^node-(?:bin-)?/, "");
  });
  expect(platforms.toSorted()).toEqual("darwin-arm64 darwin-x64 linux-arm64 linux-x64 win-arm64 win-x64".split(" "));
});

test("tests run on the Node of package-lock.json", () => {
  expect(check(ROOT)).toEqual({ status: 0, stderr: "" });
});

test("a Node that npm skipped is an error that names the package", () => {
  expect(check(checkoutFor(process.arch))).toEqual({
    status: 1,
    stderr: expect.stringContaining(
      `${process.versions.node} (${process.execPath}), not node-here 24.9.0 of package-lock`,
    ),
  });
});

test("a platform without a package uses the machine's own Node", () => {
  expect(check(checkoutFor("another"))).toEqual({ status: 0, stderr: "" });
});
