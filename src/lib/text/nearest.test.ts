import { expect, test } from "vitest";
import { findNearestWord } from "../model/normalise.ts";

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
