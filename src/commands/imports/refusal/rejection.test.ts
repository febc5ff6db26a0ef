import { expect, test } from "vitest";
import { planOf } from "#support/commands/imports/plans.ts";
import type { Import } from "../../../lib/client/index.ts";
import type { ImportRequest } from "../plan/options.ts";
import { createRejection, listFixes } from "./rejection.ts";

const hintOf = (
  codes: readonly string[],
  options: Partial<ImportRequest["options"]> = {},
  whole?: string,
  more: Partial<Import> = {},
) => {
  const request = { kind: "users", file: "people.csv", options: { mode: "append", ...options } } as ImportRequest;
  const plan = planOf({ errors: 2, invalid: 1, rejected: true, ...more });
  return createRejection(plan, request, { all: [], whole, codes: new Set(codes) }).hint?.en;
};

test.each([
  [["required"], "fix the rows and import again (--errors bad.csv writes the invalid rows)"],
  [["org-unknown", "org-unknown"], "import the organisations first, or pass --create-orgs; fix the rows"],
  [["kana-half-width", "value-blanks"], "to correct mistakes, pass --fix trim,kana; fix the rows"],
  [["new-address"], "the same people: --key employee-code or upn; other people: --allow new-address; fix the rows"],
] as const)("a rejected list gets one hint for each kind of problem: %o", (codes, hint) => {
  expect(hintOf(codes)?.startsWith(hint)).toBe(true);
});

test("the hints depend on what was typed", () => {
  expect(hintOf(["value-blanks"], { fix: ["trim"] })).not.toContain("--fix");
  expect(hintOf(["required"], { errors: "bad.csv" })).toContain("in the original file");
  expect(hintOf(["administrator-delete"], {}, "administrator-delete")).toBe(
    "to keep these records, pass --undeletable keep",
  );
});

test("an export of the console is never to be edited", () => {
  expect(hintOf(["value-blanks"], { fromConsole: true })).toBe(
    "correct these records in the console, and export again",
  );
  expect(hintOf(["user-unknown"], { fromConsole: true })).toContain("other exports first");
  expect(hintOf(["new-address", "delete-held"], { fromConsole: true })).toMatch(
    /^the same people: --key employee-code/,
  );
});

test("a wrong file is not to be corrected", () => {
  const codes = ["file-empty", "administrator-delete"];
  expect(hintOf(["file-empty"], {}, "file-empty")).toBe("choose the right file");
  expect(hintOf(codes, { fromConsole: true }, "file-empty")).toBe("choose the right file");
  expect(hintOf(codes.slice(1), { fromConsole: true }, undefined, { rows: 0 })).toBe("choose the right file");
  expect(hintOf(codes.slice(1), { fromConsole: true }, undefined, { foreign: { by: "key", values: [] } })).toBe(
    "choose the right file",
  );
});

test("corrections are listed in the order of --fix, each once", () => {
  expect(listFixes(["value-hyphen", "required", "value-full-width", "value-blanks"])).toEqual(["trim", "width"]);
});
