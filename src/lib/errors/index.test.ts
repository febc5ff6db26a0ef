import { expect, test } from "vitest";
import { createDiskFailure, isDiskFullFailure, Failure, getErrorCode } from "./index.ts";

test("the code of an error is its own, or that of its cause", () => {
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  expect(getErrorCode(refused)).toBe("ECONNREFUSED");
  expect(getErrorCode(new TypeError("fetch failed", { cause: refused }))).toBe("ECONNREFUSED");
  expect(getErrorCode(Object.assign(new Error("x"), { code: undefined }))).toBe("");
  expect(getErrorCode("ECONNREFUSED")).toBe("");
});

test.each([
  ["ENOSPC", true],
  ["EDQUOT", true],
  ["EIO", false],
])("%s: a copy of a failure, also from another thread, reports a full disk: %s", (code, isFull) => {
  const failure = createDiskFailure(code, "/tenant.db") as Failure;
  const copies = [failure, failure.with({ where: "/other.db" }), Failure.of(failure.toJSON())];
  expect(copies.map(isDiskFullFailure)).toEqual([isFull, isFull, isFull]);
});
