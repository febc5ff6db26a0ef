import fc from "fast-check";
import { expect, test } from "vitest";
import { same, text } from "../../text/index.ts";
import { toItemFinding } from "../item-finding.ts";
import { describeCheckResult, summariseCheck } from "../check.ts";
import { renderNagiosLine } from "./nagios.ts";
import { renderPluginFailure } from "../plugin.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";

const renderLine = (all: Parameters<typeof summariseCheck>[0], language: "en" | "ja" = "en"): string => {
  const result = summariseCheck(all);
  const { state, checked } = result;
  const summary = describeCheckResult(result);
  return renderNagiosLine({ service: "RENEWALS", state, summary, findings: checked.map(toItemFinding) }, language);
};

test("shows the state, what is due, and the days of each item", () => {
  const line = renderLine(
    [
      createCheckedItem("push 本社", "critical", 12, { context: "kanto" }),
      createCheckedItem("old", "expired", -3, { source: "old.pem" }),
      createCheckedItem("far", "ok", 300, { context: "kanto", organisation: "Sales" }),
      createCheckedItem("x.pem", "unknown", null, { kind: null, remark: text("broken", "壊れている") }),
    ],
    "ja",
  );
  expect(line).toBe(
    "RENEWALS CRITICAL - 期限切れ 1 件、至急 1 件、期限不明 1 件、余裕あり 1 件: " +
      "期限切れ old.pem: 証明書「old」は 2026-11-17 に期限が切れました(3 日経過): clomoctl renewals guide certificate; " +
      "至急 kanto: 証明書「push 本社」の期限は 2026-12-02(あと 12 日); 不明 x.pem: 壊れている" +
      " | 'findings'=3;;;0; 'old.pem old'=-3;@~:90;@~:30;; 'kanto push 本社'=12;@~:90;@~:30;; 'kanto far Sales'=300;@~:90;@~:30;;",
  );
  const { figures } = parsePluginOutput(`${line}\n`);
  const [, old, near, far] = figures;
  expect([old, near].map((figure) => [figure?.warns(figure.value), figure?.isCritical(figure.value)])).toEqual([
    [true, true],
    [true, true],
  ]);
  expect([90, 91].map((days) => far?.warns(days))).toEqual([true, false]);
  expect([30, 31].map((days) => far?.isCritical(days))).toEqual([true, false]);
});

test("nothing to check is unknown, and so is a failure", () => {
  expect(parsePluginOutput(`${renderLine([])}\n`)).toMatchObject({
    status: "UNKNOWN",
    said: "no expiry date to check",
    figures: [{ label: "findings", value: 0 }],
  });
  const failure = renderPluginFailure("RENEWALS", same("no | such\ncontext"), "en");
  expect(parsePluginOutput(`${failure}\n`)).toMatchObject({ status: "UNKNOWN", said: "no _ such_context" });
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
      const line = renderLine(things);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8000);
      const { status, figures } = parsePluginOutput(`${line}\n`);
      expect(status).toBe("CRITICAL");
      expect(figures.length).toBeGreaterThan(0);
      expect(new Set(figures.map(({ label }) => label)).size).toBe(figures.length);
    }),
    { numRuns: 60 },
  );
});
