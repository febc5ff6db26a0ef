import { expect, test } from "vitest";
import { planOf } from "#support/commands/imports/plans.ts";
import type { Import } from "../../../lib/client/index.ts";
import type { ImportRequest } from "../read-list/options.ts";
import { createExportRejection, createRejection } from "./rejection.ts";

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
  [["required"], "fix the rows and import again"],
  [["org-unknown", "org-unknown"], "for names or paths, pass --org-by name; for new organisations, pass --orgs FILE"],
] as const)("a rejected list gets one hint for each kind of problem: %o", (codes, hint) => {
  expect(hintOf(codes)?.startsWith(hint)).toBe(true);
});

test.each(["org-unknown", "org-name-unknown"])("%s: an import of devices has no option that creates it", (code) => {
  expect(hintOf([code], {}, undefined, { kind: "devices" })).not.toContain("--orgs");
});

test("the hints depend on what was typed", () => {
  expect(hintOf(["administrator-delete"], {}, "administrator-delete")).toBe(
    "to keep these records, pass --undeletable keep",
  );
});

test("an export of the console is never to be edited, and a wrong file is not to be corrected", () => {
  const exported = (codes: readonly string[], more: Partial<Import> = {}) =>
    createExportRejection(planOf({ errors: 2, rejected: true, ...more }), {
      all: [],
      whole: undefined,
      codes: new Set(codes),
    });
  expect(exported(["required"]).hint?.en).toBe("correct these records in the console, and export again");
  expect(exported(["user-unknown"]).hint?.en).toContain("other console exports with the same command");
  expect(exported(["file-empty"]).hint?.en).toBe("choose the right file");
  expect(exported(["administrator-delete"], { rows: 0 }).hint?.en).toBe("choose the right file");
  const foreign = exported([], { errors: 0, rejected: false, foreign: true });
  expect(foreign.hint?.en).toBe("choose the right file");
});
