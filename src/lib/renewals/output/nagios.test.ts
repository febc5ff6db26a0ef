import fc from "fast-check";
import { expect, test } from "vitest";
import { same, text } from "../../text/index.ts";
import { resultOf } from "../check.ts";
import { USUAL_THRESHOLDS } from "../judge.ts";
import { nagiosLine } from "./nagios.ts";
import { pluginFailure } from "./plugin.ts";
import { checkedThing } from "#support/renewals/checked.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";

const lineOf = (...checked: Parameters<typeof resultOf>[0]): string =>
  nagiosLine(resultOf(checked, USUAL_THRESHOLDS), "en");

test("says the state, what is due, and the days of each thing", () => {
  const line = nagiosLine(
    resultOf(
      [
        checkedThing("push 本社", "critical", 12, { context: "kanto" }),
        checkedThing("old", "expired", -3, { organisation: "Sales" }),
        checkedThing("far", "ok", 300),
        checkedThing("x.pem", "unknown", null, { kind: null, remark: text("broken", "壊れている") }),
      ],
      USUAL_THRESHOLDS,
    ),
    "ja",
  );
  expect(line).toBe(
    "RENEWALS CRITICAL - 期限切れ 1 件、30 日以内に期限 1 件、期限不明 1 件、余裕あり 1 件: " +
      "old (Sales) 2026-11-17(-3 日); push 本社 (kanto) 2026-12-02(12 日); x.pem: 壊れている" +
      " | 'old Sales'=-3;@~:90;@~:30;; 'kanto push 本社'=12;@~:90;@~:30;; 'far'=300;@~:90;@~:30;;",
  );
  const { figures } = parsePluginOutput(`${line}\n`);
  const [old, near, far] = figures;
  expect([old, near].map((figure) => [figure?.warns(figure.value), figure?.isCritical(figure.value)])).toEqual([
    [true, true],
    [true, true],
  ]);
  expect([90, 91].map((days) => far?.warns(days))).toEqual([true, false]);
  expect([30, 31].map((days) => far?.isCritical(days))).toEqual([true, false]);
});

test("says that something is rejected instead of its days, and counts it as that", () => {
  const rejection = text("Apple rejected it", "Apple が拒否しました");
  const token = checkedThing("MDM", "critical", 300, {
    context: "kanto",
    remark: rejection,
    rejection: { what: rejection, at: "2026-11-20T00:00:00.000Z" },
  });
  expect(lineOf(token, checkedThing("far", "ok", 400))).toMatch(
    /^RENEWALS CRITICAL - 1 rejected by Apple, 1 ok: MDM \(kanto\): Apple rejected it \| 'kanto MDM'=300;/,
  );
});

test("nothing to check, and a failure, are unknown", () => {
  expect(parsePluginOutput(`${lineOf()}\n`)).toMatchObject({
    status: "UNKNOWN",
    said: "nothing to check",
    figures: [],
  });
  const failure = pluginFailure("RENEWALS", same("no | such\ncontext"), "en");
  expect(parsePluginOutput(`${failure}\n`)).toMatchObject({ status: "UNKNOWN", said: "no _ such_context" });
});

test("things of one name have labels of their own", () => {
  const line = lineOf(checkedThing("a", "ok", 200), checkedThing("a", "ok", 300), checkedThing("a", "ok", 400));
  expect(parsePluginOutput(`${line}\n`).figures.map(({ label }) => label)).toEqual(["a", "a (2)", "a (3)"]);
});

test("whatever things are called, the line keeps the guideline and a length that is not cut", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary", minLength: 1 }),
    fc.constantFrom(
      "a|b",
      "it's",
      "'",
      "''",
      "=",
      "a=1;2",
      "x\ny",
      "\r\0",
      "\u2028",
      "\ud800",
      " ",
      "\u202e",
      "漢".repeat(999),
    ),
  );
  const thing = fc
    .tuple(word, fc.option(word), fc.option(word), fc.integer({ min: -9999, max: 99_999 }))
    .map(([name, organisation, context, days]) => checkedThing(name, "critical", days, { organisation, context }));
  fc.assert(
    fc.property(fc.array(thing, { minLength: 1, maxLength: 300 }), (things) => {
      const line = lineOf(...things);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8000);
      const { status, figures } = parsePluginOutput(`${line}\n`);
      expect(status).toBe("CRITICAL");
      expect(figures.length).toBeGreaterThan(0);
      expect(new Set(figures.map(({ label }) => label)).size).toBe(figures.length);
    }),
    { numRuns: 60 },
  );
});
