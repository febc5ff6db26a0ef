import { expect, test } from "vitest";
import { parseBenchArguments } from "./arguments.ts";

const WORKS = ["import", "users export"];

test("beside the peers a million rows are taken, beside another checkout fewer", () => {
  expect(parseBenchArguments([], WORKS)).toEqual({ only: [], rows: 1_000_000, json: undefined, against: undefined });
  expect(parseBenchArguments(["--against", "../before"], WORKS)).toMatchObject({ against: "../before", rows: 200_000 });
});

test("rows and works may be chosen in both cases", () => {
  const chosen = ["--rows", "5000", "--only", "import", "--only", "users export", "--json", "figures.json"];
  const expected = { only: WORKS, rows: 5000, json: "figures.json" };
  expect(parseBenchArguments(chosen, WORKS)).toMatchObject(expected);
  expect(parseBenchArguments(["--against", "../before", ...chosen], WORKS)).toMatchObject(expected);
});

test.each([
  [["--rows", "9"], "--rows is a whole number from 10"],
  [["--rows", "many"], "--rows is a whole number from 10"],
  [["--only", "imports"], '--only "imports" is none of: import, users export'],
  [["--with", "x"], "--with"],
  [["--against"], "--against"],
])("%j is refused", (args, message) => {
  expect(() => parseBenchArguments(args, WORKS)).toThrow(message);
});
