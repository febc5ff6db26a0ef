import { expect, test } from "vitest";
import { mutateFile, SeededRandom } from "./random.ts";

const SAMPLE = Buffer.from("氏名,メールアドレス\r\n山田,taro@example.jp\r\n");

test("a seed determines how a file is changed, and another seed changes it differently", () => {
  const changed = Array.from({ length: 100 }, (_, at) =>
    mutateFile(SAMPLE, new SeededRandom(`seed ${at}`)).toString("hex"),
  );
  expect(changed[3]).toBe(mutateFile(SAMPLE, new SeededRandom("seed 3")).toString("hex"));
  expect(new Set(changed).size).toBeGreaterThan(80);
});

test("numbers stay below their limit", () => {
  const random = new SeededRandom("limits");
  for (const limit of [1, 2, 7, 1000]) {
    const drawn = Array.from({ length: 200 }, () => random.below(limit));
    expect(drawn.every((number) => number >= 0 && number < limit && Number.isInteger(number))).toBe(true);
  }
  expect(() => random.of([])).toThrow("nothing to choose from");
});
