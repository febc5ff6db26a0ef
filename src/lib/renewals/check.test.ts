import { describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import type { Level } from "../document/level.ts";
import { judge, USUAL_THRESHOLDS } from "./judge.ts";
import { isMerelyEarly, resultOf, summaryOf, chooseThresholds } from "./check.ts";
import { STATE_EXITS } from "./output/plugin.ts";
import { nagiosLine } from "./output/nagios.ts";
import { unreadItem } from "./sources.ts";
import { checkedThing } from "#support/renewals/checked.ts";
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

/** A file of a push certificate with a topic; without one it is a certificate that only has the name of others. */
const ofTopic = (source: string, level: Level, daysLeft: number, topic: string | null = "one") =>
  checkedThing(topic === null ? "mdm.example.jp" : source, level, daysLeft, {
    source: `${source}.pem`,
    fingerprint: source,
    topic,
    lineage: {
      kind: topic === null ? "certificate" : "push-certificate",
      name: topic === null ? "mdm.example.jp" : source,
      organisation: null,
      topic,
      evidence: {
        of: "certificate",
        issuer: { name: "", namesApple: false, keyId: null },
        signature: "unknown",
        publicKey: null,
      },
    },
  });

test.each<[Level, number, Level, string, number]>([
  ["ok", 200, "ok", "downloaded", 0],
  ["warning", 60, "warning", "downloaded", 1],
  ["critical", 5, "warning", "downloaded", 1],
])(
  "an older file that is %s with %i days left is %s (%s) beside the newer: exit %i",
  (level, days, shown, state, exit) => {
    const result = resultOf([ofTopic("old", level, days), ofTopic("new", "ok", 370)], USUAL_THRESHOLDS);
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
  const all = [ofTopic("oldest", "expired", -400), ofTopic("old", "expired", -3), ofTopic("new", "ok", 370)];
  const result = resultOf(all, USUAL_THRESHOLDS);
  expect(result).toMatchObject({ state: "ok", counts: { expired: 0, ok: 1 } });
  expect(result.superseded.map(({ name, state, remark }) => `${name} ${state} ${remark?.en}`)).toEqual([
    "oldest superseded superseded by new.pem",
    "old superseded superseded by new.pem",
  ]);
  expect(summaryOf(result).en).toBe("1 ok, 2 superseded");
});

test.each<[string, readonly ReturnType<typeof ofTopic>[]]>([
  ["of another topic", [ofTopic("new", "ok", 370, "other")]],
  ["without a topic", [ofTopic("new", "ok", 370, null)]],
  ["that has expired too", [ofTopic("new", "expired", -1)]],
  ["that is not valid yet", [{ ...ofTopic("new", "warning", 370), remark: same("not valid before 2027-01-01") }]],
  ["that is recorded in a tenant", [{ ...ofTopic("new", "ok", 370), context: "kanto" }]],
  ["that ends at the same moment", [ofTopic("new", "expired", -3)]],
])("a file beside one %s counts as it is", (_, others) => {
  const result = resultOf([ofTopic("old", "expired", -3), ...others], USUAL_THRESHOLDS);
  expect(result.superseded).toEqual([]);
  expect(result.checked.find(({ name }) => name === "old")).toMatchObject({ level: "expired", state: "current" });
});

test("what was renewed is counted apart from what is due, and the line for monitoring says so", () => {
  const all = [ofTopic("old", "critical", 1), ofTopic("new", "ok", 370), checkedThing("b", "warning", 60)];
  const result = resultOf(all, USUAL_THRESHOLDS);
  expect(summaryOf(result)).toEqual({
    en: "1 renewed file downloaded, upload not confirmed, 1 due within 90 days, 1 ok",
    ja: "更新ファイルあり(アップロード未確認) 1 件、90 日以内に期限 1 件、余裕あり 1 件",
  });
  expect(nagiosLine(result, "en")).toContain("2026-11-21 (1 day; renewed file downloaded, upload not confirmed)");
  expect(nagiosLine(result, "ja")).toContain("2026-11-21(1 日、更新ファイルあり(アップロード未確認))");
});

describe("a file that may have been renewed", () => {
  const remarksOf = (...all: readonly ReturnType<typeof ofTopic>[]) =>
    resultOf(all, USUAL_THRESHOLDS).checked.map(({ source, level, remark }) => [source, level, remark?.en] as const);

  test("counts by the date that ends first, and says which file it is not told apart from", () => {
    const all = [ofTopic("a", "critical", 5, null), ofTopic("b", "ok", 370, null), ofTopic("copy", "ok", 371, "t")];
    const result = resultOf(all, USUAL_THRESHOLDS);
    expect(result).toMatchObject({ state: "critical", counts: { critical: 1, ok: 2 } });
    expect(result.checked[0]?.remark).toEqual({
      en: "not told apart from b.pem: the files do not show whether that renews this one, so each counts",
      ja: "b.pem と区別できません。このファイルの更新後のものかファイルからはわからないため、それぞれの期限で判定します",
    });
    expect(result.checked.slice(1).map(({ remark }) => remark)).toEqual([null, null]);
  });

  test("has no doubt where the other is the same file, has expired, or ends no later", () => {
    const [old, copy] = [ofTopic("a", "expired", -5, null), ofTopic("copy", "expired", -5, null)];
    expect(remarksOf(old, copy, ofTopic("b", "expired", -3, null)).map(([, , remark]) => remark)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const twin = { ...ofTopic("b", "ok", 371, null), fingerprint: "a" };
    expect(remarksOf(ofTopic("a", "ok", 370, null), twin).map(([, , remark]) => remark)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("names three others, and counts the rest", () => {
    const others = ["b", "c", "d", "e", "f"].map((name) => ofTopic(name, "ok", 370, null));
    expect(remarksOf(ofTopic("a", "critical", 5, null), ...others)[0]?.[2]).toMatch(
      /^not told apart from b\.pem, c\.pem, d\.pem and 2 more:/,
    );
  });

  test("says that the renewed one is not valid yet", () => {
    const early = { ...ofTopic("new", "warning", 370), remark: same("not valid before 2027-01-01") };
    expect(remarksOf(ofTopic("old", "critical", 5), early)[0]).toEqual([
      "old.pem",
      "critical",
      "new.pem renews it, but is not valid yet: this one counts",
    ]);
  });

  test("says which file of the kind could not be read, if it is due", () => {
    const broken = checkedThing("t/new.pem", "unknown", null, { kind: null, source: "t/new.pem" });
    const token = checkedThing("t.p7m", "unknown", null, { kind: null, source: "t.p7m" });
    const push = (level: Level) => ({ ...ofTopic("old", level, 5), kind: "push-certificate" as const });
    expect(remarksOf(push("critical"), broken, token)[0]?.[2]).toBe(
      "by its name t/new.pem may be the renewed file, but it could not be read",
    );
    expect(remarksOf(push("ok"), broken).at(-1)?.[2]).toBeUndefined();
  });
});
