import { expect, test } from "vitest";
import type { InputProblem } from "../../../lib/client/index.ts";
import { readRowReasons } from "./errors.ts";

const problem = (row: number, code: string, more: Partial<InputProblem> = {}): InputProblem => ({
  code,
  severity: "error",
  row,
  line: row,
  column: 1,
  header: "氏名",
  params: {},
  ...more,
});

const read = (problems: readonly InputProblem[]) => {
  async function* given(): AsyncGenerator<InputProblem> {
    yield* problems;
  }
  return Array.fromAsync(readRowReasons(given(), 1, { language: "en", plain: (line) => line }));
};

test("the reasons of a row are one line; those of the whole file belong to the header", async () => {
  const reasons = await read([
    problem(0, "header-missing", { params: { header: "氏名" } }),
    problem(1, "header-blank"),
    problem(3, "required"),
    problem(3, "port-range", { severity: "warning" }),
    problem(3, "not-mail-address", { header: "メール\nアドレス" }),
    problem(9, "of-tomorrow", { header: "" }),
  ]);
  expect(reasons).toEqual([
    { row: 1, reason: "氏名: the column 氏名 is missing; 氏名: column without a header" },
    { row: 3, reason: "氏名: must not be blank; メール アドレス: not an email address" },
    // an unknown code is its own reason
    { row: 9, reason: "of-tomorrow" },
  ]);
});

test("a reason that a spreadsheet would run is guarded, and thousands of reasons are cut off", async () => {
  const many = Array.from({ length: 5_000 }, () => problem(1, "header-blank", { header: "=cmd|calc" }));
  const [{ reason } = { reason: "" }] = await read(many);
  expect(reason.startsWith("'=cmd|calc: ")).toBe(true);
  expect(reason.endsWith("; …")).toBe(true);
  expect(reason.length).toBeLessThan(2_000);
});
