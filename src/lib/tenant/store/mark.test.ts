import { expect, test } from "vitest";
import { markOf } from "./mark.ts";

const [key, other] = ["ab".repeat(32), "cd".repeat(32)];

test("a mark is another one for another text and another key", () => {
  expect(new Set([markOf(key, "users.1"), markOf(key, "users.2"), markOf(other, "users.1")]).size).toBe(3);
});
