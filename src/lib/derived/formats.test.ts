import { expect, test } from "vitest";
import { FORMAT_NAMES } from "../nouns/index.ts";
import { FORMATS } from "./formats.ts";

test("contains every kind of console file, in the order of their names", () => {
  expect(Object.entries(FORMATS).map(([key, { name }]) => [key, name])).toEqual(
    FORMAT_NAMES.map((name) => [name, name]),
  );
});
