import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { rejectedFile } from "./rejection.ts";
import type { ImportOptions } from "./options.ts";

const HIDDEN = "an invalid row may stand for one of them";

const plan = { errors: 2, rows: 7, invalid: 1, delete: 3, kind: "users", mode: "append" } as Import;
const failureFor = (options: Partial<ImportOptions>, whole?: string) => {
  const given = { mode: "append", skipInvalid: false, ...options } as ImportOptions;
  return rejectedFile(plan, { kind: "users", file: "people.csv", options: given }, { all: [], whole });
};
const hintFor = (options: Partial<ImportOptions>, whole?: string): string => failureFor(options, whole).hint?.en ?? "";

test("invalid rows are to be mended, or skipped where that is not asked for already", () => {
  expect(hintFor({})).toContain("--skip-invalid commits the others");
  expect(hintFor({ errors: "e.csv" })).toContain(
    "e.csv has the invalid rows only; the valid ones (6) are not imported either",
  );
  expect(hintFor({ fromConsole: true })).toContain("--create-orgs");
  expect(hintFor({ errors: "e.csv", mode: "replace" })).toContain("in the original file");
  expect(hintFor({ errors: "e.csv", emitCsv: "c.csv", mode: "replace" })).toContain("in the original file");
});

test("what is refused is told with its counts and the file as it was typed", () => {
  const { code, what, where, problems } = failureFor({});
  expect({ code, where, problems }).toEqual({ code: "input-rejected", where: "people.csv", problems: [] });
  expect(what.en).toBe("2 problems, 1 invalid row; nothing was changed");
  expect(what.ja).toBe("問題が 2 件、不正な行が 1 行あります。何も変更していません");
});

test.each([{}, { mode: "replace" }, { mode: "replace", errors: "e.csv" }] as const)(
  "no deletion is blamed where no row was to be skipped: %j",
  (options) => {
    expect(failureFor(options).what.en).not.toContain(HIDDEN);
    expect(failureFor(options).what.ja).not.toContain("削除");
  },
);

test("a file for 全件更新 must have every row, so skipping is not advised", () => {
  expect(hintFor({ emitCsv: "c.csv", mode: "replace" })).not.toContain("--skip-invalid");
  expect(hintFor({ emitCsv: "c.csv" })).toContain("--skip-invalid");
  expect(hintFor({ mode: "replace" })).toContain("--skip-invalid");
});

test.each([
  ["file-empty", "the file needs a header row and data rows: clomoctl csv template --as users"],
  ["file-no-rows", "the file needs a header row and data rows: clomoctl csv template --as users"],
  ["header-missing", "fix the header row"],
  ["column-blank", "leave the column out of the file, or say what its blank cells mean: --blank clear or --blank keep"],
  ["delete-held", "keep these records in the file, or import with --mode append"],
  ["administrator-delete", "keep these records in the file"],
])("where the whole file is wrong (%s), rows cannot be skipped", (code, advice) => {
  for (const options of [
    {},
    { skipInvalid: true },
    { errors: "e.csv" },
    { skipInvalid: true, mode: "replace" },
  ] as const) {
    expect(hintFor(options, code)).toContain(advice);
    expect(hintFor(options, code)).not.toContain("--skip-invalid");
    expect(failureFor(options, code).what.en).not.toContain(HIDDEN);
  }
});

test("a skipped row that may mean one of those to be deleted is said", () => {
  const { what, hint } = failureFor({ skipInvalid: true, mode: "replace" });
  expect(what.en).toContain(`3 records would be deleted, but ${HIDDEN}`);
  expect(what.ja).toContain("3 件が削除の対象ですが");
  expect(hint?.en).toContain("--mode append deletes nothing");
  expect(hint?.en).not.toContain("--skip-invalid commits");
});
