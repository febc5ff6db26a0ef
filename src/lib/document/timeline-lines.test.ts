import { describe, expect, it } from "vitest";
import { displayWidth } from "../terminal/table/width.ts";
import type { Level } from "./level.ts";
import { Timeline } from "./timeline.ts";
import { drawTimeline } from "./timeline-lines.ts";

const on = (label: string, day: string | null, level: Level) => ({ id: label, label, day, level, isEstimated: false });

const ITEMS = [
  on("なし", null, "unknown"),
  on("ドメイン\u202e", "2026-10-01", "expired"),
  on("push", "2026-12-10", "critical"),
  on("VPP", "2027-01-15", "warning"),
  on("第一所有者の長い長い長い名前", "2027-03-01", "ok"),
  on("契約", "2030-10-01", "ok"),
];

const draw = (columns: number, language: "en" | "ja" = "en"): string[] => [
  ...drawTimeline(ITEMS, {
    timeline: new Timeline("2026-11-20"),
    language,
    columns,
    paint: (marker) => marker,
  }),
];

describe("a time line on a terminal", () => {
  it("has one row per item, with each marker at its month", () => {
    expect(draw(94)).toEqual([
      "                              2026    2027                                            2028",
      "                              11  12  01  02  03  04  05  06  07  08  09  10  11  12  01",
      "なし                         ?| : |   |   |   |   |   |   |   |   |   |   |   |   |   |   |",
      String.raw`ドメイン\u202e               X| : |   |   |   |   |   |   |   |   |   |   |   |   |   |   |`,
      "push                          | : |!  |   |   |   |   |   |   |   |   |   |   |   |   |   |",
      "VPP                           | : |   |*  |   |   |   |   |   |   |   |   |   |   |   |   |",
      "第一所有者の長い長い長い名前  | : |   |   |   o   |   |   |   |   |   |   |   |   |   |   |",
      "契約                          | : |   |   |   |   |   |   |   |   |   |   |   |   |   |   >",
      "X expired  ? unknown  ! critical  * warning  o ok  : today  > after 2028-01",
    ]);
  });

  it.each([28, 40, 60, 80, 100, 200])("fits into %d columns, in both languages", (columns) => {
    for (const language of ["en", "ja"] as const) {
      const lines = draw(columns, language);
      for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      const rows = lines.slice(2, 2 + ITEMS.length);
      expect(new Set(rows.map(displayWidth)).size).toBe(1);
      expect(rows.map((row) => /[?X!*o>]/.exec(row.slice(-20 * 6))?.[0] !== undefined)).not.toContain(false);
    }
  });

  it("omits the lines between months that are one character wide", () => {
    const [, , first = ""] = draw(28);
    expect(first.slice(first.indexOf("?"))).toBe(`?:${" ".repeat(14)}|`);
  });

  it("explains the markers on as many lines as necessary", () => {
    const legend = draw(28).slice(2 + ITEMS.length);
    expect(legend).toEqual(["X expired  ? unknown", "! critical  * warning  o ok", ": today  > after 2028-01"]);
    for (const columns of [6, 12, 20]) expect(draw(columns).slice(2 + ITEMS.length)).not.toContain("");
  });

  it("shows whole years if months are narrow", () => {
    expect(draw(40)[0]?.trim()).toBe("2027");
  });
});
