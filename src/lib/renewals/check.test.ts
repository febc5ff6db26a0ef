import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { judge, type Level, USUAL_THRESHOLDS } from "./judge.ts";
import { isMerelyEarly, resultOf, summaryOf, chooseThresholds } from "./check.ts";
import { STATE_EXITS } from "./output/plugin.ts";
import { nagiosLine } from "./output/nagios.ts";
import { unreadItem } from "./sources.ts";
import { checkedThing } from "./testing/checked.ts";
import { same } from "../text/index.ts";

const resultWith = (...levels: readonly Level[]) =>
  resultOf(
    levels.map((level, at) => checkedThing(`${at}`, level, level === "unknown" ? null : at)),
    USUAL_THRESHOLDS,
  );

const resultWithDays = (...all: readonly (readonly [Level, number])[]) =>
  resultOf(
    all.map(([level, days], at) => checkedThing(`${at}`, level, days)),
    USUAL_THRESHOLDS,
  );

test.each<[readonly Level[], number]>([
  [[], 3],
  [["ok"], 0],
  [["ok", "warning"], 1],
  [["warning", "unknown", "ok"], 3],
  [["unknown", "critical"], 2],
  [["expired", "ok"], 2],
  [["warning", "unknown", "expired"], 2],
])("%j together are exit %i", (levels, exit) => {
  expect(STATE_EXITS[resultWith(...levels).state]).toBe(exit);
});

test("the most urgent comes first, and all come", () => {
  const { checked, counts } = resultWith("ok", "warning", "unknown", "critical", "expired", "warning");
  expect(checked.map(({ name, level }) => `${level} ${name}`)).toEqual([
    "expired 4",
    "critical 3",
    "unknown 2",
    "warning 1",
    "warning 5",
    "ok 0",
  ]);
  expect(counts).toEqual({ expired: 1, critical: 1, unknown: 1, warning: 2, ok: 1 });
});

test("of one urgency the earlier comes first, then by name; what has no date before what has", () => {
  const things = [
    checkedThing("b", "ok", 200),
    checkedThing("a", "ok", 200),
    checkedThing("z", "ok", 100),
    checkedThing("dated", "unknown", 50),
    checkedThing("undated", "unknown", null),
  ];
  const names = ["undated", "dated", "z", "a", "b"];
  for (const order of [things, things.toReversed()]) {
    expect(resultOf(order, USUAL_THRESHOLDS).checked.map(({ name }) => name)).toEqual(names);
  }
});

test.each<[Level, number | null, boolean]>([
  ["warning", 91, true],
  ["warning", 90, false],
  ["warning", 31, false],
  ["warning", null, false],
  ["ok", 91, false],
  ["critical", 91, false],
  ["unknown", 91, false],
])("whether something %s with %s days left is merely not valid yet: %s", (level, daysLeft, is) => {
  expect(isMerelyEarly(checkedThing("a", level, daysLeft), USUAL_THRESHOLDS)).toBe(is);
});

test("days are counted in the zone that is asked for, and a place that could not be read is unknown", () => {
  const asOf = { now: new Date("2026-11-20T14:59:59Z"), timezone: "Asia/Tokyo", thresholds: USUAL_THRESHOLDS };
  const thing = { ...checkedThing("a", "ok", 0), expiresAt: "2026-12-20T15:00:00Z" };
  expect(judge(thing, "kanto", asOf)).toMatchObject({
    level: "warning",
    daysLeft: 31,
    expiresOn: "2026-12-21",
    context: "kanto",
  });
  expect(judge(thing, "kanto", { ...asOf, timezone: "UTC" })).toMatchObject({
    level: "critical",
    daysLeft: 30,
  });
  expect(judge(unreadItem("x.pem", same("broken")), "kanto", asOf)).toMatchObject({
    kind: null,
    level: "unknown",
    daysLeft: null,
  });
});

test("what is not valid yet is a warning at least, and says so", () => {
  const asOf = { now: new Date("2026-11-20T00:00:00Z"), timezone: "Asia/Tokyo", thresholds: USUAL_THRESHOLDS };
  const thing = { ...checkedThing("a", "ok", 400), validFrom: "2026-12-31T15:00:00Z" };
  const early = judge(thing, null, asOf);
  expect(early).toMatchObject({
    level: "warning",
    remark: { en: "not valid before 2027-01-01", ja: "2027-01-01 まで有効になりません" },
  });
  const result = resultOf([early], USUAL_THRESHOLDS);
  expect(summaryOf(result).en).toBe("1 not valid yet");
  expect(nagiosLine(result, "en")).toContain("WARNING - 1 not valid yet: a 2027-12-25 (not valid before 2027-01-01)");
  const urgent = { ...checkedThing("a", "ok", 3), validFrom: "2026-11-21T00:00:00Z", remark: same("x") };
  expect(judge(urgent, null, asOf)).toMatchObject({
    level: "critical",
    remark: { en: "x; not valid before 2026-11-21" },
  });
  const begun = { ...thing, validFrom: "2026-11-20T00:00:00Z" };
  expect(judge(begun, null, asOf)).toMatchObject({ level: "ok", remark: null });
});

test.each<[Level, number | null, boolean]>([
  ["warning", 91, true],
  ["warning", 90, false],
  ["warning", null, false],
  ["ok", 91, false],
  ["critical", 91, false],
  ["unknown", null, false],
])("a thing that is %s with %j days left is no more than early: %s", (level, days, early) => {
  expect(isMerelyEarly(checkedThing("a", level, days), USUAL_THRESHOLDS)).toBe(early);
});

test("the early are counted apart from those that are due", () => {
  const result = resultWithDays(["warning", 400], ["warning", 60], ["warning", 90], ["ok", 400]);
  expect(summaryOf(result)).toEqual({
    en: "1 not valid yet, 2 due within 90 days, 1 ok",
    ja: "まだ有効でないもの 1 件、90 日以内に期限 2 件、余裕あり 1 件",
  });
});

test("the summary counts what there is", () => {
  expect(summaryOf(resultWith()).ja).toBe("確認するものがありません");
  expect(summaryOf(resultWith("expired", "ok", "critical", "critical"))).toEqual({
    en: "1 expired, 2 due within 30 days, 1 ok",
    ja: "期限切れ 1 件、30 日以内に期限 2 件、余裕あり 1 件",
  });
});

test.each([
  [undefined, undefined, 90, 30],
  [60, undefined, 60, 30],
  [84, 14, 84, 14],
  [20, undefined, 20, 20],
  [undefined, 120, 120, 120],
  [0, 0, 0, 0],
])("%s days of warning, %s critical are %i and %i days", (within, critical, withinDays, criticalDays) => {
  expect(chooseThresholds(within, critical)).toEqual({ withinDays, criticalDays });
});

test("a critical time longer than the warning time is refused", () => {
  expect(() => chooseThresholds(30, 90)).toThrow(Failure);
});

const ofIdentity = (name: string, level: Level, daysLeft: number, identity: string | null = "one") =>
  checkedThing(name, level, daysLeft, { identity, source: `${name}.pem` });

test.each<[Level, number, Level, string, number]>([
  ["ok", 200, "ok", "downloaded", 0],
  ["warning", 60, "warning", "downloaded", 1],
  ["critical", 5, "warning", "downloaded", 1],
])(
  "an older file that is %s with %i days left is %s (%s) beside the newer: exit %i",
  (level, days, shown, state, exit) => {
    const result = resultOf([ofIdentity("old", level, days), ofIdentity("new", "ok", 370)], USUAL_THRESHOLDS);
    expect(result.superseded).toEqual([]);
    expect(result.checked.find(({ name }) => name === "old")).toMatchObject({ level: shown, state });
    expect(result.checked.find(({ name }) => name === "new")).toMatchObject({ level: "ok", state: "current" });
    expect(STATE_EXITS[result.state]).toBe(exit);
    const { en, ja } = result.checked.find(({ name }) => name === "old")?.remark ?? {};
    expect(en).toContain("renewed by new.pem: make sure that it was uploaded");
    expect(ja).toContain("更新ファイル new.pem があります");
  },
);

test("an older file that has expired is superseded by the newest, and does not count", () => {
  const all = [ofIdentity("oldest", "expired", -400), ofIdentity("old", "expired", -3), ofIdentity("new", "ok", 370)];
  const result = resultOf(all, USUAL_THRESHOLDS);
  expect(result).toMatchObject({ state: "ok", counts: { expired: 0, ok: 1 } });
  expect(result.superseded.map(({ name, state, remark }) => `${name} ${state} ${remark?.en}`)).toEqual([
    "oldest superseded superseded by new.pem",
    "old superseded superseded by new.pem",
  ]);
  expect(summaryOf(result).en).toBe("1 ok, 2 superseded");
});

test.each<[string, readonly ReturnType<typeof ofIdentity>[]]>([
  ["of another identity", [ofIdentity("new", "ok", 370, "other")]],
  ["without an identity", [ofIdentity("new", "ok", 370, null)]],
  ["that has expired too", [ofIdentity("new", "expired", -1)]],
  ["that is not valid yet", [{ ...ofIdentity("new", "warning", 370), remark: same("not valid before 2027-01-01") }]],
  ["that is recorded in a tenant", [{ ...ofIdentity("new", "ok", 370), context: "kanto" }]],
  ["that ends at the same moment", [ofIdentity("new", "expired", -3)]],
])("a file beside one %s counts as it is", (_, others) => {
  const result = resultOf([ofIdentity("old", "expired", -3), ...others], USUAL_THRESHOLDS);
  expect(result.superseded).toEqual([]);
  expect(result.checked.find(({ name }) => name === "old")).toMatchObject({ level: "expired", state: "current" });
});

test("what was renewed is counted apart from what is due, and the line for monitoring says so", () => {
  const all = [ofIdentity("old", "critical", 1), ofIdentity("new", "ok", 370), checkedThing("b", "warning", 60)];
  const result = resultOf(all, USUAL_THRESHOLDS);
  expect(summaryOf(result)).toEqual({
    en: "1 renewed file downloaded, upload not confirmed, 1 due within 90 days, 1 ok",
    ja: "更新ファイルあり(アップロード未確認) 1 件、90 日以内に期限 1 件、余裕あり 1 件",
  });
  expect(nagiosLine(result, "en")).toContain("2026-11-21 (1 day; renewed file downloaded, upload not confirmed)");
  expect(nagiosLine(result, "ja")).toContain("2026-11-21(1 日、更新ファイルあり(アップロード未確認))");
});
