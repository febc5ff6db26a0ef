import { describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { same } from "../text/index.ts";
import { parseRetryAfterMs, sendWithRetry, type AppleRequest } from "./retry.ts";
import { FakeApple, respondInTurn, NOW, type FakeAppleResponse } from "#support/apple/apple.ts";

const REQUEST: AppleRequest = { method: "GET", url: "https://a.example/account?key=SECRET", headers: {} };
const RESET = new Failure("unavailable", { what: same("connection lost") });

const busy = (status: number, after?: string): FakeAppleResponse => ({
  status,
  headers: after === undefined ? {} : { "retry-after": after },
});

describe("a busy server", () => {
  test.each([
    [
      [busy(500), busy(429), {}],
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
  ] as const satisfies readonly (readonly [readonly FakeAppleResponse[], readonly number[]])[])(
    "receives the request again: %j",
    async (answers, waits) => {
      const apple = new FakeApple((_, count) => answers[count - 1] ?? {});
      expect(await sendWithRetry(REQUEST, apple.patience)).toMatchObject({ status: 200 });
      expect(apple.waits).toEqual(waits);
    },
  );

  test.each([
    ["600", "2026-11-22T19:10:00Z"],
    ["Sun, 22 Nov 2026 20:00:00 GMT", "2026-11-22T20:00:00Z"],
    ["999999999", "2027-11-23T19:00:00Z"],
  ])("that asks to wait for more than a minute (%s) causes a failure that shows the time", async (after, at) => {
    const apple = new FakeApple(respondInTurn(busy(429, after)));
    await expect(sendWithRetry(REQUEST, apple.patience)).rejects.toMatchObject({
      code: "unavailable",
      hint: { en: `try again after ${at}` },
    });
    expect(apple.requests).toHaveLength(1);
    expect(apple.waits).toEqual([]);
  });

  test("is not waited for longer than a minute in total", async () => {
    const apple = new FakeApple(respondInTurn(busy(500, "25")));
    await expect(sendWithRetry(REQUEST, apple.patience)).rejects.toMatchObject({
      code: "unavailable",
      what: { en: "the server is busy or under maintenance (500)" },
    });
    expect(apple.waits).toEqual([25_000, 25_000]);
  });
});

describe("a missing response", () => {
  test("is retried if that is harmless", async () => {
    const apple = new FakeApple(respondInTurn(RESET, busy(503), RESET, {}));
    expect(await sendWithRetry(REQUEST, apple.patience)).toMatchObject({ status: 200 });
    expect(apple.waits).toEqual([1000, 2000, 4000]);
  });

  test("is reported after four attempts", async () => {
    const apple = new FakeApple(respondInTurn(RESET));
    await expect(sendWithRetry(REQUEST, apple.patience)).rejects.toBe(RESET);
    expect(apple.requests).toHaveLength(4);
  });

  test.each([new Failure("interrupted", { what: same("interrupted") }), new TypeError("fault")])(
    "is reported at once if it has another reason: %s",
    async (error) => {
      const apple = new FakeApple(respondInTurn(error));
      await expect(sendWithRetry(REQUEST, apple.patience)).rejects.toBe(error);
      expect(apple.requests).toHaveLength(1);
    },
  );
});

test("a date is compared with the server's clock, not with a wrong local clock", () => {
  const headers = { date: "Sun, 22 Nov 2026 18:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 18:00:30 GMT" };
  expect(parseRetryAfterMs({ status: 503, headers, body: "" }, NOW)).toBe(30_000);
});
