import { line } from "../../advice/index.ts";
import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import { summariseCheck } from "../check.ts";
import { DEFAULT_THRESHOLDS } from "../judge.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";
import { describeMostUrgent } from "./headline.ts";

const headline = (several: boolean, ...checked: Parameters<typeof summariseCheck>[0]) =>
  describeMostUrgent(summariseCheck(checked, DEFAULT_THRESHOLDS), several)?.line;

test("names the most urgent item, its day and the command that explains its renewal, in both languages", () => {
  const push = createCheckedItem("本社", "critical", 12, { context: "kanto", kind: "push-certificate" });
  expect(headline(false, push)).toMatchObject({
    en: "CRITICAL: MDM push certificate 本社 expires on 2026-12-02, 12 days left: `clomoctl renewals guide 本社`",
  });
  const guide = line("renewals guide", ["it's 1"], { context: "a b" });
  const old = createCheckedItem("it's 1", "expired", -3, { context: "a b", kind: "vpp-token" });
  expect(headline(true, push, createCheckedItem("b", "ok", 200), old)).toMatchObject({
    en: `EXPIRED: VPP content token it's 1 expired on 2026-11-17, 3 days ago (and 1 more): ${guide}`,
  });
});

test("states that an item is rejected, instead of the days left", () => {
  const rejection = text("Apple rejected it", "Apple が拒否しました");
  const token = createCheckedItem("MDM", "critical", 300, {
    context: "kanto",
    kind: "ade-token",
    remark: rejection,
    rejection: { what: rejection, at: "2026-11-20T00:00:00.000Z" },
  });
  expect(headline(false, token)).toMatchObject({
    en: "CRITICAL: ADE server token MDM: Apple rejected it: `clomoctl renewals guide MDM`",
  });
});

test.each([
  [
    createCheckedItem("a", "warning", 80, { source: "a.pem" }),
    /^WARNING: .*80 days left: `clomoctl renewals guide certificate`$/,
  ],
  [
    createCheckedItem("x.pem", "unknown", null, { kind: null, remark: text("broken", "壊れ") }),
    /^UNKNOWN: x\.pem: broken$/,
  ],
  [createCheckedItem("謎", "unknown", null, { context: "a" }), /^UNKNOWN: 謎: unknown: `clomoctl renewals guide 謎`$/],
])("%j", (checked, expected) => {
  expect(headline(true, { ...checked, context: null })?.en ?? "").not.toContain("--context");
  expect(headline(false, checked)?.en).toMatch(expected);
});

test("there is no headline if nothing is due or nothing was checked", () => {
  expect([headline(false), headline(false, createCheckedItem("a", "ok", 100))]).toEqual([undefined, undefined]);
});
