import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { summariseCheck } from "../check.ts";
import { toItemFinding } from "../item-finding.ts";
import { renderPrometheusText } from "./prometheus.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";
import { parseExposition } from "#support/renewals/exposition.ts";

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
