import { expect, test } from "vitest";
import { ERRORS } from "../../src/lib/errors/index.ts";
import { insertExitCodes } from "./exit-codes.ts";

const README = "before\n<!-- exit codes: written by `npm run generate` -->\nold\n<!-- end of exit codes -->\nafter\n";

test("the table between the markers lists every exit code once", () => {
  const written = insertExitCodes(README, "en");
  expect(written).toMatch(/^before\n<!-- exit codes[^]+<!-- end of exit codes -->\nafter\n$/);
  expect(written).not.toContain("old");
  const codes = [...written.matchAll(/^\| (\d+) \| \S/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual([...new Set([0, ...Object.values(ERRORS).map(({ exit }) => exit)])].toSorted((a, b) => a - b));
});

test("the table is in the README's language, and a second run changes nothing", () => {
  const written = insertExitCodes(README, "ja");
  expect(written).toContain("| 6 | 見つからない |");
  expect(insertExitCodes(written, "ja")).toBe(written);
});

test("rejects a README without the markers", () => {
  expect(() => insertExitCodes("# clomoctl", "en")).toThrow("marks");
});
