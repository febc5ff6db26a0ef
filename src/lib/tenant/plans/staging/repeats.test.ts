import fc from "fast-check";
import { expect, test } from "vitest";
import { Repeats } from "./repeats.ts";

const foundIn = (keys: readonly string[]): boolean => {
  const repeats = new Repeats();
  for (const key of keys) repeats.add(key);
  return repeats.found;
};

test("a repeated key is always found", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.nat(), (keys, at) => {
      const repeated = keys[at % keys.length] ?? "";
      expect(foundIn([...keys, repeated])).toBe(true);
    }),
  );
});

test("a million different keys are told from each other", () => {
  const keys = Array.from({ length: 1_000_000 }, (_, i) => `sato.${String(i).padStart(7, "0")}@example.jp`);
  expect(foundIn(keys)).toBe(false);
  expect(foundIn([...keys, "sato.0500000@example.jp"])).toBe(true);
});
