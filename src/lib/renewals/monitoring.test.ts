import fc from "fast-check";
import { expect, test } from "vitest";
import { same, text } from "../text/index.ts";
import { toItemFinding } from "./finding.ts";
import { describeCheckResult, summariseCheck } from "./check.ts";
import { renderNagiosLine, renderPrometheusText } from "./monitoring.ts";
import { renderPluginFailure } from "./plugin.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";
import { spawnSync } from "node:child_process";
import { parseExposition } from "#support/renewals/exposition.ts";

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

const NOW = new Date("2026-11-20T00:00:00.500Z");
const textOf = (...items: Parameters<typeof summariseCheck>[0]): string =>
  renderPrometheusText(items, { ...summariseCheck(items), findings: items.map(toItemFinding) }, NOW);

/** Prometheus' own judgement, where it is installed; it takes every file where it is not. */
const promtoolRefuses = (exposition: string): string => {
  const { error, status, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: exposition,
    encoding: "utf8",
  });
  return error === undefined && status !== 0 ? stderr : "";
};

test("contains the expiry of each item, the unknown ones, and the time of the check", () => {
  const exposition = textOf(
    createCheckedItem("push 本社", "critical", 12, { context: "kanto", organisation: "本社" }),
    createCheckedItem("x.pem", "unknown", null, { kind: null, source: "x.pem" }),
  );
  const samples = parseExposition(exposition);
  expect(samples.map(({ name, value }) => [name, value])).toEqual([
    ["clomoctl_renewal_expiry_timestamp_seconds", Date.UTC(2026, 11, 2) / 1000],
    ["clomoctl_renewal_unreadable", 1],
    ["clomoctl_renewal_state", 2],
    ["clomoctl_findings", 1],
    ["clomoctl_findings", 1],
    ["clomoctl_check_timestamp_seconds", Date.UTC(2026, 10, 20) / 1000],
  ]);
  expect(samples[0]?.labels).toEqual(
    new Map([
      ["context", "kanto"],
      ["kind", "certificate"],
      ["name", "push 本社"],
      ["organisation", "本社"],
      ["source", ""],
      ["fingerprint", ""],
    ]),
  );
  expect(promtoolRefuses(exposition)).toBe("");
});

test("nothing to check does not mean nothing is wrong", () => {
  const unreadable = parseExposition(textOf()).find(({ name }) => name === "clomoctl_renewal_unreadable");
  expect(unreadable?.value).toBe(1);
});

test("of two items with the same labels, the more urgent one represents both", () => {
  const days = parseExposition(textOf(createCheckedItem("a", "ok", 300), createCheckedItem("a", "critical", 3)))
    .filter(({ name }) => name === "clomoctl_renewal_expiry_timestamp_seconds")
    .map(({ value }) => value);
  expect(days).toEqual([Date.UTC(2026, 10, 23) / 1000]);
});

test("distinguishes two certificates of one name in one file by the start of their fingerprints", () => {
  const [one, other] = ["a".repeat(64), "b".repeat(64)];
  const exposition = textOf(
    createCheckedItem("a", "ok", 300, { fingerprint: one }),
    createCheckedItem("a", "critical", 3, { fingerprint: other }),
  );
  const days = parseExposition(exposition)
    .filter(({ name }) => name === "clomoctl_renewal_expiry_timestamp_seconds")
    .map(({ labels, value }) => [labels.get("fingerprint"), value]);
  expect(days).toEqual([
    ["b".repeat(16), Date.UTC(2026, 10, 23) / 1000],
    ["a".repeat(16), Date.UTC(2026, 10, 20 + 300) / 1000],
  ]);
  expect(promtoolRefuses(exposition)).toBe("");
});

test("the file can be read back with the items' names, whatever they are", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom('"', "\\", "\\n", "\n", "}", '"} 1', "\ud800", "a,b"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.option(word)), { maxLength: 20 }), (names) => {
      const things = names.map(([name, source], at) => createCheckedItem(name, "ok", 100 + at, { source }));
      const samples = parseExposition(textOf(...things));
      const read = samples
        .filter(({ name }) => name === "clomoctl_renewal_expiry_timestamp_seconds")
        .map(({ labels }) => labels.get("name"));
      expect(new Set(read)).toEqual(new Set(names.map(([name]) => name.toWellFormed())));
    }),
  );
});
