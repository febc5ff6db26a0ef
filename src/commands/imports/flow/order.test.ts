import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { checkOrder } from "./order.ts";
import type { ImportOrder } from "./send-file.ts";

const OPTIONS: ImportOrder["options"] = {
  mode: "append",
  encoding: "auto",
  newline: "auto",
  map: undefined,
  dryRun: false,
  keepPlan: false,
  skipInvalid: false,
  confirmDeletions: undefined,
  blank: "clear",
  absent: "keep",
  allowUnknownColumns: false,
  emitCsv: undefined,
  report: undefined,
  errors: undefined,
};

function refusedAt(options: Partial<ImportOrder["options"]>, file = "in.csv"): string | undefined {
  try {
    checkOrder({ kind: "users", file, options: { ...OPTIONS, ...options } }, "/work");
    return undefined;
  } catch (error) {
    return error instanceof Failure && error.code === "usage" ? error.where : "another failure";
  }
}

test("a file for 全件更新 cannot leave rows out", () => {
  expect(refusedAt({ emitCsv: "out.csv", mode: "replace", skipInvalid: true })).toBe("--skip-invalid");
  expect(refusedAt({ emitCsv: "out.csv", mode: "append", skipInvalid: true })).toBeUndefined();
  expect(refusedAt({ mode: "replace", skipInvalid: true })).toBeUndefined();
});

test("no two files are the same one, however they are spelled", () => {
  expect(refusedAt({ errors: "./in.csv" })).toBe("--errors");
  expect(refusedAt({ report: "/work/in.csv" })).toBe("--report");
  expect(refusedAt({ emitCsv: "a/../out.csv", errors: "out.csv" })).toBe("--errors");
  expect(refusedAt({ emitCsv: "a.csv", errors: "b.csv", report: "c.csv" }, "-")).toBeUndefined();
});

test("stdout is for the result", () => {
  expect(refusedAt({ emitCsv: "-" })).toBe("--emit-csv");
  expect(refusedAt({ errors: "-" }, "-")).toBe("--errors");
});
