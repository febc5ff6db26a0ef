import { expect, test } from "vitest";
import { computeKeyedHash } from "./mark.ts";

const [key, other] = ["ab".repeat(32), "cd".repeat(32)];

test("marks differ for different texts and different keys", () => {
  expect(
    new Set([computeKeyedHash(key, "users.1"), computeKeyedHash(key, "users.2"), computeKeyedHash(other, "users.1")])
      .size,
  ).toBe(3);
});
