import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

const PAGE = readFileSync(join(ROOT, "docs/adding-a-noun.md"), "utf8");

/** The files in the first column of the table with this header. */
const filesUnder = (header: string): readonly string[] =>
  (PAGE.split(`\n| ${header} | what |\n`)[1] ?? "").split("\n\n", 1)[0]?.match(/(?<=^\| `)src\/[^`]+/gm) ?? [];

test("a noun has at most six files of its own, and the page lists those of devices", () => {
  const there = globSync("src/lib/**/{device.ts,devices.ts,device-rows.ts,devices/operations.ts}", { cwd: ROOT }).map(
    (file) => file.replaceAll("\\", "/"),
  );
  const own = there.filter((file) => !/\/(?:apple|ade)\//.test(file));
  expect(filesUnder("file of its own").toSorted()).toEqual(own.toSorted());
  expect(own.length).toBeLessThanOrEqual(6);
});

test("nouns share at most ten handwritten files", () => {
  const shared = filesUnder("shared file");
  expect(shared.length).toBeLessThanOrEqual(10);
  for (const file of shared) expect(readFileSync(join(ROOT, file), "utf8"), file).toMatch(/\bdevices?\b/);
});

test.each(["docs/architecture.md", "docs/decisions/033-observed-state.md"])("the files named in %s exist", (page) => {
  const paths = readFileSync(join(ROOT, page), "utf8").matchAll(/`((?:src|docs|scripts|test)\/[\w/.-]+)`/g);
  expect([...paths].flatMap(([, path = ""]) => (existsSync(join(ROOT, path)) ? [] : [path]))).toEqual([]);
});
