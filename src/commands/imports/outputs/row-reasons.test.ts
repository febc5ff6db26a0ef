import { expect, test } from "vitest";
import type { Client, InputProblem } from "../../../lib/client/index.ts";
import { RowReasons } from "./row-reasons.ts";

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

const open = (problems: readonly InputProblem[]): Promise<RowReasons> => {
  async function* given(): AsyncGenerator<InputProblem> {
    yield* problems;
  }
  const client = { imports: { problems: given } } as unknown as Client;
  return RowReasons.open(client, { id: "id", request: null }, { language: "en", plain: (line) => line });
};

test("the reasons of a row are one line, in the order of the columns", async () => {
  const reasons = await open([
    problem(3, "required"),
    problem(3, "port-range", { severity: "warning" }),
    problem(3, "not-mail-address", { header: "メール\nアドレス" }),
    problem(5, "required"),
    problem(9, "of-tomorrow", { header: "" }),
  ]);
  expect(reasons.whole).toBeUndefined();
  const told: (string | undefined)[] = [];
  for (const row of [2, 3, 8, 9, 10]) told.push(await reasons.take(row));
  const third = "氏名: must not be blank; メール アドレス: not an email address";
  // an unknown code is its own reason
  expect(told).toEqual([undefined, third, undefined, "of-tomorrow", undefined]);
});

test("a problem with the header or the whole file applies to every row", async () => {
  const reasons = await open([
    problem(0, "header-missing", { params: { header: "氏名" } }),
    problem(1, "header-blank"),
  ]);
  expect(reasons.whole).toBe("氏名: the column 氏名 is missing; 氏名: column without a header");
  expect(await reasons.take(2)).toBeUndefined();
});

test("a reason that a spreadsheet would run is guarded, and thousands of reasons are cut off", async () => {
  const many = Array.from({ length: 5_000 }, () => problem(1, "header-blank", { header: "=cmd|calc" }));
  const { whole = "" } = await open(many);
  expect(whole.startsWith("'=cmd|calc: ")).toBe(true);
  expect(whole.endsWith("; …")).toBe(true);
  expect(whole.length).toBeLessThan(2_000);
});
