import { findNearestWord } from "./index.ts";
import { expect, test } from "vitest";

const fields = ["email", "employeeCode", "name", "orgCode"];

test.each([
  ["emial", "email"],
  ["Email", "email"],
  ["employecode", "employeeCode"],
  ["nam", "name"],
  ["telephone", undefined],
  ["", undefined],
])("%j means %s", (word, meant) => {
  expect(findNearestWord(word, fields)).toBe(meant);
});
