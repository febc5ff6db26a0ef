import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIXTURES, freshHome, run } from "#support/cli/home.ts";

const fixture = (name: string): string => join(FIXTURES, name);

interface FoundProblem {
  readonly code: string;
  readonly row: number;
  readonly column: number;
}

interface KnownProblem {
  readonly format: string;
  readonly encoding: string;
  readonly code: string;
  readonly row: number;
  readonly column: number;
  /** only a comparison with a tenant shows it */
  readonly needs?: string;
  /** a limit of the reader's that the program cannot be told */
  readonly maxRecordLength?: number;
}

test("finds every problem of the broken files in its place", async () => {
  const known = JSON.parse(await readFile(fixture("broken/index.json"), "utf8")) as Record<string, KnownProblem>;
  const home = freshHome();
  const missed: string[] = [];
  for (const [name, { format, encoding, needs, maxRecordLength, ...expected }] of Object.entries(known)) {
    if (needs !== undefined || maxRecordLength !== undefined) continue;
    const words = ["csv", "check", fixture(`broken/${name}`), "--as", format, "--encoding", encoding];
    const { text } = await run([...words, "--format", "json"], { home });
    const { problems } = JSON.parse(text) as { problems: readonly FoundProblem[] };
    const found = problems.map(({ code, row, column }) => `${code} ${row}:${column}`);
    const { code, row, column } = expected;
    if (!found.includes(`${code} ${row}:${column}`)) missed.push(`${name}: ${found.join(", ")}`);
  }
  expect(missed).toEqual([]);
});
