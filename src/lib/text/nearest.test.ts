import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const fields = ["email", "employeeCode", "name", "orgCode"];

test.each([
  ["emial", "email"],
  ["Email", "email"],
  ["employecode", "employeeCode"],
  ["nam", "name"],
  ["telephone", undefined],
  ["", undefined],
])("%j means %s", (word, meant) => {
  expect(nearest(word, fields)).toBe(meant);
});
