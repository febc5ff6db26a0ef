import { expect, test } from "vitest";
import { markOf, seal, unseal } from "./seal.ts";

const [key, other] = ["ab".repeat(32), "cd".repeat(32)];

test("a sealed text is read with its key alone, and tells nothing of itself", () => {
  const sealed = seal(key, "[1234567]");
  expect(unseal(key, sealed)).toBe("[1234567]");
  expect(seal(key, "[1234567]")).toBe(sealed);
  expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("1234567");
  expect([unseal(other, sealed), unseal(key, `A${sealed.slice(1)}`), unseal(key, "AAAA")]).toEqual(
    Array(3).fill(undefined),
  );
});

test("a mark is another one for another text and another key", () => {
  expect(new Set([markOf(key, "users.1"), markOf(key, "users.2"), markOf(other, "users.1")]).size).toBe(3);
});
