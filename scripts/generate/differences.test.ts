import { expect, test } from "vitest";
import { differences } from "./differences.ts";

test("equal values do not differ, whatever the order of their keys", () => {
  expect(differences({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toEqual([]);
});

test("a difference is told where it lies, and what is new or gone as a whole", () => {
  const before = { kept: { changed: 1, gone: { x: null } }, list: [1, 2] };
  const now = { kept: { changed: 2, added: { y: [] } }, list: [2, 1] };
  expect(differences(before, now)).toStrictEqual([
    { at: ["kept", "added"], before: undefined, now: { y: [] } },
    { at: ["kept", "changed"], before: 1, now: 2 },
    { at: ["kept", "gone"], before: { x: null }, now: undefined },
    { at: ["list"], before: [1, 2], now: [2, 1] },
  ]);
});

test("null, a list and an object are three things", () => {
  expect(differences(null, {})).toHaveLength(1);
  expect(differences([], {})).toHaveLength(1);
  expect(differences({}, null)).toHaveLength(1);
});
