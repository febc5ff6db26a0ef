import { expect, test } from "vitest";
import { FORMAT_NAMES } from "./console-files.ts";
import { FORMATS } from "./formats.ts";

test("every kind of console file is there, in the order of their names", () => {
  expect(Object.entries(FORMATS).map(([key, { name }]) => [key, name])).toEqual(
    FORMAT_NAMES.map((name) => [name, name]),
  );
});
