import { expect, test } from "vitest";
import { createListenFailure, getErrorCode } from "./index.ts";

test("the code of an error is its own, or that of its cause", () => {
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  expect(getErrorCode(refused)).toBe("ECONNREFUSED");
  expect(getErrorCode(new TypeError("fetch failed", { cause: refused }))).toBe("ECONNREFUSED");
  expect(getErrorCode(Object.assign(new Error("x"), { code: undefined }))).toBe("");
  expect(getErrorCode("ECONNREFUSED")).toBe("");
});

test("an address that is in use is named", () => {
  const used = createListenFailure("127.0.0.1:80", Object.assign(new Error("x"), { code: "EADDRINUSE" }));
  expect(used).toMatchObject({ code: "unavailable", where: "127.0.0.1:80" });
  expect(used.what.en).toBe("another program already uses this address");
  expect(createListenFailure("x", Object.assign(new Error("x"), { code: "EACCES" })).what.ja).toContain("(EACCES)");
});
