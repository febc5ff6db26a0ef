import { expect, test } from "vitest";
import type { Client, InputProblem } from "../../../lib/client/index.ts";
import { ReasonCursor } from "./row-reasons.ts";

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

const open = (problems: readonly InputProblem[]): Promise<ReasonCursor> => {
  // batches may end anywhere
  async function* given(): AsyncGenerator<readonly InputProblem[]> {
    for (let at = 0; at < problems.length; at += 3) yield problems.slice(at, at + 3);
  }
  return ReasonCursor.open(
    { imports: { problems: () => ({ batches: given }) } } as unknown as Client,
    { id: "id", request: null },
    {
      language: "en",
      plain: (line) => line,
    },
  );
};

test("the reasons of a row are one line, in the order of the columns", async () => {
  const reasons = await open([
    problem(3, "required"),
    problem(3, "port-range", { severity: "warning" }),
    problem(3, "not-mail-address", { header: "メール\nアドレス" }),
    problem(9, "cells-too-few", { header: "", params: { got: 1, want: 2 } }),
  ]);
  expect(reasons.whole).toBeUndefined();
  await reasons.advanceTo(10);
  expect(reasons.at(2)).toBeUndefined();
  expect(reasons.at(3)).toMatchObject({
    reason: "氏名: must not be blank; メール アドレス: not an email address",
  });
  expect(reasons.at(8)).toBeUndefined();
  expect(reasons.at(9)).toMatchObject({
    reason: "1 cell, but the header has 2",
  });
  expect(reasons.at(10)).toBeUndefined();
});

test("a problem with the header or the whole file applies to every row", async () => {
  const reasons = await open([
    problem(0, "header-missing", { params: { header: "氏名" } }),
    problem(1, "header-blank"),
  ]);
  expect(reasons.whole).toBe("氏名: the column 氏名 is missing; 氏名: column without a header");
  await reasons.advanceTo(2);
  expect(reasons.at(2)).toBeUndefined();
});

test("a reason that a spreadsheet would run is guarded, and thousands of reasons are cut off", async () => {
  const many = Array.from({ length: 5_000 }, () => problem(1, "header-blank", { header: "=cmd|calc" }));
  const { whole = "" } = await open(many);
  expect(whole.startsWith("'=cmd|calc: ")).toBe(true);
  expect(whole.endsWith("; …")).toBe(true);
  expect(whole.length).toBeLessThan(2_000);
});

test("an unknown code is its own reason", async () => {
  const reasons = await open([problem(2, "of-tomorrow", { header: "" })]);
  await reasons.advanceTo(2);
  expect(reasons.at(2)).toMatchObject({ reason: "of-tomorrow" });
});
