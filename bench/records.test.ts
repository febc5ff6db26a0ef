import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countLines, countRecords } from "./records.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "clomoctl-bench-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a quoted newline ends no record", async () => {
  const path = join(folder, "quoted.csv");
  await writeFile(path, 'a,b\r\n"1\r\n2",x\r\n"say ""hi""\n",y\r\n');
  expect(await countRecords(path)).toBe(3);
});

test("an empty file has none", async () => {
  const path = join(folder, "empty.csv");
  await writeFile(path, "");
  expect(await countRecords(path)).toBe(0);
});

test("lines are counted by their ends, quotes or not", async () => {
  const path = join(folder, "lines.ndjson");
  await writeFile(path, '{"a":"\\""}\n{}\n{"cut');
  expect(await countLines(path)).toBe(2);
});
