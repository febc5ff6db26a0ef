import fc from "fast-check";
import { expect, test } from "vitest";
import { same, text } from "../../text/index.ts";
import { summariseCheck } from "../check.ts";
import { DEFAULT_THRESHOLDS } from "../judge.ts";
import { renderNagiosLine } from "./nagios.ts";
import { renderPluginFailure } from "./plugin.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";

const lineOf = (...checked: Parameters<typeof summariseCheck>[0]): string =>
  renderNagiosLine(summariseCheck(checked, DEFAULT_THRESHOLDS), "en");

test("shows the state, what is due, and the days of each item", () => {
  const line = renderNagiosLine(
    summariseCheck(
      [
        createCheckedItem("push 本社", "critical", 12, { context: "kanto" }),
        createCheckedItem("old", "expired", -3, { organisation: "Sales" }),
        createCheckedItem("far", "ok", 300),
        createCheckedItem("x.pem", "unknown", null, { kind: null, remark: text("broken", "壊れている") }),
      ],
      DEFAULT_THRESHOLDS,
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

test("shows that an item is rejected instead of its days, and counts it as rejected", () => {
  const rejection = text("Apple rejected it", "Apple が拒否しました");
  const token = createCheckedItem("MDM", "critical", 300, {
    context: "kanto",
    remark: rejection,
    rejection: { what: rejection, at: "2026-11-20T00:00:00.000Z" },
  });
  expect(lineOf(token, createCheckedItem("far", "ok", 400))).toMatch(
    /^RENEWALS CRITICAL - 1 rejected by Apple, 1 ok: MDM \(kanto\): Apple rejected it \| 'kanto MDM'=300;/,
  );
});

test("nothing to check is unknown, and so is a failure", () => {
  expect(parsePluginOutput(`${lineOf()}\n`)).toMatchObject({
    status: "UNKNOWN",
    said: "no expiry date to check",
    figures: [],
  });
  const failure = renderPluginFailure("RENEWALS", same("no | such\ncontext"), "en");
  expect(parsePluginOutput(`${failure}\n`)).toMatchObject({ status: "UNKNOWN", said: "no _ such_context" });
});

test("items with the same name have distinct labels", () => {
  const line = lineOf(
    createCheckedItem("a", "ok", 200),
    createCheckedItem("a", "ok", 300),
    createCheckedItem("a", "ok", 400),
  );
  expect(parsePluginOutput(`${line}\n`).figures.map(({ label }) => label)).toEqual(["a", "a (2)", "a (3)"]);
});

test("the line follows the guideline and is not truncated, whatever the items' names are", () => {
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
    .map(([name, organisation, context, days]) => createCheckedItem(name, "critical", days, { organisation, context }));
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
