import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter } from "./limits.ts";

test("a subject may send its burst at once, and then its rate; other subjects are not affected", () => {
  let now = 0;
  const limiter = new RateLimiter({ ratePerSecond: 2, burst: 3 }, () => now);
  const send = (subject = "a"): boolean => limiter.count(subject)?.isRefused === false;
  expect([send(), send(), send(), send()]).toEqual([true, true, true, false]);
  expect(send("b")).toBe(true);
  now += 500;
  expect([send(), send()]).toEqual([true, false]);
  now += 60_000;
  expect([send(), send(), send(), send()]).toEqual([true, true, true, false]);
});

test("without a rate there is no limit", () => {
  expect(new RateLimiter({ ratePerSecond: 0, burst: 1 }, () => 0).count("a")).toBeUndefined();
});

test("in any time, no more requests pass than the burst and the rate permit", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2000), { maxLength: 200 }), (gaps) => {
      let now = 0;
      const limiter = new RateLimiter({ ratePerSecond: 5, burst: 10 }, () => now);
      let passed = 0;
      for (const gap of gaps) {
        now += gap;
        if (limiter.count("a")?.isRefused === false) passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(10 + (now / 1000) * 5);
    }),
  );
});
