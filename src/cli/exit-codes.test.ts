import { expect, test } from "vitest";
import { same } from "../lib/text/index.ts";
import { exitOf, exitsOf, failureExit } from "./exit-codes.ts";

const codes = (command: Parameters<typeof exitsOf>[0]): readonly number[] => exitsOf(command).map(({ code }) => code);

test("a command without exit codes of its own has the usual ones, each once and in order", () => {
  expect(codes({ exits: ["unavailable", "conflict", "locked"] })).toEqual([0, 1, 2, 5, 7, 130]);
});

test("a command's own exit codes stand in place of the usual ones, but for an interruption", () => {
  const ownExits = { failure: 3, meanings: [[0, same("nothing due")] as const, [3, same("unknown")] as const] };
  expect(codes({ exits: ["conflict"], ownExits })).toEqual([0, 3, 130]);
  expect(
    exitsOf({ exits: [], ownExits })
      .slice(0, 2)
      .map(({ meaning }) => meaning.en),
  ).toEqual(["nothing due", "unknown"]);
  expect(failureExit("usage", { failureExit: 3 })).toBe(3);
  expect(failureExit("interrupted", { failureExit: 3 })).toBe(130);
  expect(failureExit("usage", {})).toBe(2);
  expect(failureExit("usage", undefined)).toBe(2);
});

test("an outcome is done, a code, or a number of the command's own", () => {
  expect([exitOf(undefined), exitOf("differs"), exitOf(1)]).toEqual([0, 9, 1]);
});
