import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  getFolderName,
  createRandom,
  readSourceFolders,
  drawSample,
  distributeCount,
  type SourceFolder,
  type LocatedMutant,
} from "./sample.ts";

const placed = (file: string, line: number, kind = "number"): LocatedMutant => ({
  file,
  line,
  column: 1,
  kind,
  start: 0,
  end: 1,
  form: "expression",
  before: "1",
  after: "2",
});

/** A folder with one mutant a line. */
const folder = (name: string, count: number, lines = count): SourceFolder => ({
  name,
  lines,
  mutants: Array.from({ length: count }, (_, at) => placed(`${name}/a.ts`, at + 1)),
});

it.each([
  ["src/cli.ts", "src/cli"],
  ["src/cli/run.ts", "src/cli"],
  ["src/commands/users/import.ts", "src/commands"],
  ["src/lib/csv/check/index.ts", "src/lib/csv"],
])("%s belongs to %s", (file, expected) => {
  expect(getFolderName(file)).toBe(expected);
});

it("reads sources by folder, without tests, declarations and generated files", async () => {
  const root = await mkdtemp(join(tmpdir(), "mutate-sample-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const files = {
    "src/cli.ts": "// begin\nexport const a = 1;\n",
    "src/cli/run.ts": "export const b = true;\n",
    "src/cli/run.test.ts": "f(1);\n",
    "src/commands/index.ts": "// Generated from the folders beside it.\nf(1);\n",
    "src/lib/csv/own.d.ts": "export const c: 1;\n",
    "src/lib/csv/rows.ts": "export const d = 2;\n",
    "test/frame.ts": "f(1);\n",
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const found = async (within?: string): Promise<readonly unknown[]> =>
    (await readSourceFolders(root, within)).map(({ name, lines, mutants }) => [
      name,
      lines,
      ...mutants.map(({ file, line }) => `${file}:${line}`),
    ]);
  expect(await found()).toEqual([
    ["src/cli", 3, "src/cli.ts:2", "src/cli/run.ts:1"],
    ["src/lib/csv", 1, "src/lib/csv/rows.ts:1"],
  ]);
  expect(await found("src/lib/csv/")).toEqual([["src/lib/csv", 1, "src/lib/csv/rows.ts:1"]]);
  expect(await found("src/cli")).toHaveLength(1);
});

describe("shares", () => {
  it("are proportional, and the rest goes to the largest remainders", () => {
    expect(distributeCount(10, [50, 30, 20])).toEqual([5, 3, 2]);
    expect(distributeCount(10, [1, 1, 1])).toEqual([4, 3, 3]);
    expect(distributeCount(4, [45, 35, 20])).toEqual([2, 1, 1]);
    expect(distributeCount(5, [0, 0])).toEqual([0, 0]);
  });
});

describe("a sample", () => {
  const folders = [folder("src/lib/a", 60), folder("src/lib/b", 30, 40)];

  it("is the same for the same seed, and different for another seed", () => {
    expect(drawSample(folders, 20, "1")).toEqual(drawSample(folders.toReversed(), 20, "1"));
    expect(drawSample(folders, 20, "2")).not.toEqual(drawSample(folders, 20, "1"));
  });

  it("draws from each folder in proportion to its lines", () => {
    const drawn = drawSample(folders, 20, "1");
    expect(drawn.filter(({ file }) => file === "src/lib/a/a.ts")).toHaveLength(12);
    expect(drawn.filter(({ file }) => file === "src/lib/b/a.ts")).toHaveLength(8);
  });

  it("takes one mutant of every line before a second mutant of any line", () => {
    const crowded = [1, 1, 1, 1, 1, 1, 1, 1, 2].map((line, at) => placed("src/cli/a.ts", line, String(at)));
    const drawn = (count: number): readonly number[] =>
      drawSample([{ name: "src/cli", lines: 2, mutants: crowded }], count, "1").map(({ line }) => line);
    expect(drawn(2)).toEqual(expect.arrayContaining([1, 2]));
    expect(drawn(4).filter((line) => line === 2)).toHaveLength(1);
    expect(drawn(100)).toHaveLength(9);
  });
});

it("random numbers are evenly distributed between 0 and 1", () => {
  const random = createRandom("seed");
  const numbers = Array.from({ length: 1000 }, random);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  expect(mean).toBeGreaterThan(0.45);
  expect(mean).toBeLessThan(0.55);
});
