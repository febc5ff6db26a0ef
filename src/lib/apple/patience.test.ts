import { describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { same } from "../text/index.ts";
import { retryAfterMs, sendPatiently } from "./patience.ts";
import type { AppleRequest } from "./send.ts";
import { FakeApple, inTurn, NOW, type FakeAnswer } from "#support/apple/apple.ts";

const REQUEST: AppleRequest = { method: "GET", url: "https://a.example/account?key=SECRET", headers: {} };
const RESET = new Failure("unavailable", { what: same("connection lost") });

const busy = (status: number, after?: string): FakeAnswer => ({
  status,
  headers: after === undefined ? {} : { "retry-after": after },
});

describe("a busy server", () => {
  test.each([
    [
      [busy(503), busy(429), {}],
      [1000, 2000],
    ],
    [[busy(429, "7"), {}], [7000]],
    [[busy(503, " 0 "), {}], [0]],
    [[busy(503, "Sun, 22 Nov 2026 19:00:05 GMT"), {}], [5000]],
    [[busy(503, "Sun, 22 Nov 2026 18:00:00 GMT"), {}], [0]],
    [[busy(503, "soon"), {}], [1000]],
    [[busy(429, "-5"), {}], [1000]],
    [
      [busy(429, "20"), busy(429, "20"), busy(429, "20"), {}],
      [20_000, 20_000, 20_000],
    ],
  ] as const satisfies readonly (readonly [readonly FakeAnswer[], readonly number[]])[])(
    "is asked again: %j",
    async (answers, waits) => {
      const apple = new FakeApple((_, count) => answers[count - 1] ?? {});
      expect(await sendPatiently(REQUEST, apple.patience, false)).toMatchObject({ status: 200 });
      expect(apple.waits).toEqual(waits);
    },
  );

  test("is asked four times", async () => {
    const apple = new FakeApple(inTurn(busy(503)));
    await expect(sendPatiently(REQUEST, apple.patience, true)).rejects.toMatchObject({
      code: "unavailable",
      where: "GET https://a.example/account",
      what: { en: "the server is busy or under maintenance (503)" },
      hint: { en: "try again in some minutes" },
    });
    expect(apple.requests).toHaveLength(4);
    expect(apple.waits).toEqual([1000, 2000, 4000]);
  });

  test.each([
    ["600", "it asks to try again in 10 minutes: not before 2026-11-22T19:10Z"],
    ["61", "it asks to try again in 61 seconds"],
    ["120", "it asks to try again in 2 minutes: not before 2026-11-22T19:02Z"],
    ["Sun, 22 Nov 2026 20:00:00 GMT", "it asks to try again in 60 minutes: not before 2026-11-22T20:00Z"],
    ["119", "it asks to try again in 119 seconds"],
    ["7200", "it asks to try again in 2 hours: not before 2026-11-22T21:00Z"],
    ["172799", "it asks to try again in 48 hours: not before 2026-11-24T19:00Z"],
    ["172800", "it asks to try again in 2 days: not before 2026-11-24T19:00Z"],
    ["Fri, 31 Dec 9999 23:59:59 GMT", "it asks to try again in 366 days: not before 2027-11-23T19:00Z"],
    ["999999999", "it asks to try again in 366 days: not before 2027-11-23T19:00Z"],
  ])("that asks for more than a minute (%s) is told, with the time", async (after, en) => {
    const apple = new FakeApple(inTurn(busy(429, after)));
    await expect(sendPatiently(REQUEST, apple.patience, true)).rejects.toMatchObject({
      code: "unavailable",
      hint: { en },
    });
    expect(apple.requests).toHaveLength(1);
    expect(apple.waits).toEqual([]);
  });

  test("is not waited for longer than a minute in all", async () => {
    const apple = new FakeApple(inTurn(busy(429, "25")));
    await expect(sendPatiently(REQUEST, apple.patience, true)).rejects.toMatchObject({
      hint: {
        en: "it asks to try again in 25 seconds",
        ja: "サーバーの指定に従い、25 秒後にもう一度実行してください",
      },
    });
    expect(apple.waits).toEqual([25_000, 25_000]);
  });
});

test("a busy server that stays so without asking to wait may be asked at once", async () => {
  const apple = new FakeApple(inTurn(busy(503, "0")));
  await expect(sendPatiently(REQUEST, apple.patience, true)).rejects.toMatchObject({
    hint: { en: "it asks to try again in 1 second" },
  });
});

describe("no answer", () => {
  test("is tried again where that does no harm", async () => {
    const apple = new FakeApple(inTurn(RESET, busy(503), RESET, {}));
    expect(await sendPatiently(REQUEST, apple.patience, true)).toMatchObject({ status: 200 });
    expect(apple.waits).toEqual([1000, 2000, 4000]);
  });

  test("is told after four times", async () => {
    const apple = new FakeApple(inTurn(RESET));
    await expect(sendPatiently(REQUEST, apple.patience, true)).rejects.toBe(RESET);
    expect(apple.requests).toHaveLength(4);
  });

  test("is told at once where the request may have been performed", async () => {
    const apple = new FakeApple(inTurn(RESET));
    await expect(sendPatiently(REQUEST, apple.patience, false)).rejects.toBe(RESET);
    expect(apple.requests).toHaveLength(1);
  });

  test.each([new Failure("interrupted", { what: same("interrupted") }), new TypeError("fault")])(
    "for another reason is told at once: %s",
    async (error) => {
      const apple = new FakeApple(inTurn(error));
      await expect(sendPatiently(REQUEST, apple.patience, true)).rejects.toBe(error);
      expect(apple.requests).toHaveLength(1);
    },
  );
});

test("a date is compared with the server's clock, not with a wrong one of ours", () => {
  const headers = { date: "Sun, 22 Nov 2026 18:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 18:00:30 GMT" };
  expect(retryAfterMs({ status: 503, headers, body: "" }, NOW)).toBe(30_000);
});
