import { expect, test } from "vitest";
import { parseBenchArguments } from "./arguments.ts";

const WORKS = ["import", "users export"];
const namesOf = (): readonly string[] => WORKS;

test("beside the peers a million rows are taken, beside another checkout fewer", () => {
  expect(parseBenchArguments([], namesOf)).toEqual({ only: [], rows: 1_000_000, json: undefined, against: undefined });
  expect(parseBenchArguments(["--against", "../before"], namesOf)).toMatchObject({
    against: "../before",
    rows: 200_000,
  });
});

test("rows and works may be chosen in both cases", () => {
  const chosen = ["--rows", "5000", "--only", "import", "--only", "users export", "--json", "figures.json"];
  const expected = { only: WORKS, rows: 5000, json: "figures.json" };
  expect(parseBenchArguments(chosen, namesOf)).toMatchObject(expected);
  expect(parseBenchArguments(["--against", "../before", ...chosen], namesOf)).toMatchObject(expected);
});

test.each([
  [["--rows", "9"], "--rows is a whole number from 10"],
  [["--rows", "many"], "--rows is a whole number from 10"],
  [["--only", "imports"], '--only "imports" is none of: import, users export'],
  [["--with", "x"], "--with"],
  [["--against"], "--against"],
])("%j is refused", (args, message) => {
  expect(() => parseBenchArguments(args, namesOf)).toThrow(message);
});

test("works without a peer are only known beside another checkout", () => {
  const names = (isAgainst: boolean): readonly string[] => (isAgainst ? ["undo"] : ["import"]);
  expect(parseBenchArguments(["--against", "x", "--only", "undo"], names).only).toEqual(["undo"]);
  expect(() => parseBenchArguments(["--only", "undo"], names)).toThrow('--only "undo" is none of: import');
});
