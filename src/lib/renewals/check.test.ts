import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import type { Level } from "../document/blocks.ts";
import { summariseCheck, describeCheckResult, chooseThresholds } from "./check.ts";
import { STATE_EXITS } from "./plugin.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";
import { same } from "../text/index.ts";

const resultWith = (...levels: readonly Level[]) =>
  summariseCheck(levels.map((level, at) => createCheckedItem(`${at}`, level, level === "unknown" ? null : at)));

test.each<[readonly Level[], number]>([
  [[], 3],
  [["ok"], 0],
  [["ok", "warning"], 1],
  [["warning", "unknown", "ok"], 3],
  [["unknown", "critical"], 2],
  [["expired", "ok"], 2],
  [["warning", "unknown", "expired"], 2],
])("%j together exit with %i", (levels, exit) => {
  expect(STATE_EXITS[resultWith(...levels).state]).toBe(exit);
});

test("lists everything, with the most urgent first", () => {
  const { checked } = resultWith("ok", "warning", "unknown", "critical", "expired", "warning");
  expect(checked.map(({ name, level }) => `${level} ${name}`)).toEqual([
    "expired 4",
    "critical 3",
    "unknown 2",
    "warning 1",
    "warning 5",
    "ok 0",
  ]);
});

test("sorts equal urgency by date and then by name, with undated items first", () => {
  const things = [
    createCheckedItem("b", "ok", 200),
    createCheckedItem("a", "ok", 200),
    createCheckedItem("z", "ok", 100),
    createCheckedItem("dated", "unknown", 50),
    createCheckedItem("undated", "unknown", null),
  ];
  const names = ["undated", "dated", "z", "a", "b"];
  for (const order of [things, things.toReversed()]) {
    expect(summariseCheck(order).checked.map(({ name }) => name)).toEqual(names);
  }
});

test("the summary counts the levels that occur", () => {
  expect(describeCheckResult(resultWith()).ja).toBe("確認の対象となる期限がありません");
  expect(describeCheckResult(resultWith("expired", "ok", "critical", "critical"))).toMatchObject({
    en: "1 expired, 2 critical, 1 ok",
  });
});

test.each([
  [undefined, undefined, 90, 30],
  [60, undefined, 60, 30],
  [84, 14, 84, 14],
  [20, undefined, 20, 20],
  [undefined, 120, 120, 120],
  [0, 0, 0, 0],
])("%s days for warning and %s for critical result in %i and %i days", (within, critical, withinDays, criticalDays) => {
  expect(chooseThresholds(within, critical)).toEqual({ withinDays, criticalDays });
});

test("refuses a critical time longer than the warning time", () => {
  expect(() => chooseThresholds(30, 90)).toThrow(Failure);
});

/** A file of a push certificate with a topic; without one it is a certificate that only has the name of others. */
const ofTopic = (source: string, level: Level, daysLeft: number, topic: string | null = "one") =>
  createCheckedItem(topic === null ? "mdm.example.jp" : source, level, daysLeft, {
    source: `${source}.pem`,
    fingerprint: source,
    topic,
    kind: topic === null ? "certificate" : "push-certificate",
    evidence: { of: "certificate", issuer: { name: "", namesApple: false }, publicKey: null },
  });

test.each<[Level, number]>([
  ["ok", 200],
  ["warning", 60],
  ["critical", 5],
  ["expired", -3],
])("an older file that is %s with %i days left is superseded by the newer one and is never due", (level, days) => {
  const result = summariseCheck([ofTopic("old", level, days), ofTopic("new", "ok", 370)]);
  expect(result).toMatchObject({ state: "ok", checked: [{ name: "new", level: "ok" }] });
  expect(result.superseded).toMatchObject([{ name: "old", level: "ok", remark: { en: "superseded by new.pem" } }]);
});

test("the newest file supersedes all older ones, which are named", () => {
  const all = [ofTopic("oldest", "expired", -400), ofTopic("old", "expired", -3), ofTopic("new", "ok", 370)];
  const result = summariseCheck(all);
  expect(result).toMatchObject({ state: "ok", checked: [{ name: "new" }] });
  expect(result.superseded.map(({ name, remark }) => `${name} ${remark?.en}`)).toEqual([
    "oldest superseded by new.pem",
    "old superseded by new.pem",
  ]);
  expect(describeCheckResult(result).en).toBe("1 ok, 2 superseded: oldest.pem, old.pem");
  const many = Array.from({ length: 7 }, (_, at) => ofTopic(`${at}`, "ok", 100 + at));
  expect(describeCheckResult(summariseCheck(many)).en).toBe("1 ok, 6 superseded: 0.pem, 1.pem, 2.pem, 3.pem, 4.pem, …");
  const expired = summariseCheck([ofTopic("old", "expired", -30), ofTopic("new", "expired", -1)]);
  expect(expired).toMatchObject({ state: "critical", checked: [{ name: "new" }], superseded: [{ name: "old" }] });
});

test.each<[string, readonly ReturnType<typeof ofTopic>[]]>([
  ["of another topic", [ofTopic("new", "ok", 370, "other")]],
  ["without a topic", [ofTopic("new", "ok", 370, null)]],
  ["that is not valid yet", [{ ...ofTopic("new", "warning", 370), remark: same("not valid before 2027-01-01") }]],
  ["that ends at the same moment", [ofTopic("new", "expired", -3)]],
])("a file next to one %s is not superseded", (_, others) => {
  const result = summariseCheck([ofTopic("old", "expired", -3), ...others]);
  expect(result.superseded).toEqual([]);
  expect(result.checked.find(({ name }) => name === "old")).toMatchObject({ level: "expired", remark: null });
});
