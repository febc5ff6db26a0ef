import { expect, test } from "vitest";
import type { Fields } from "../../../lib/model/thing.ts";
import { text } from "../../../lib/text/index.ts";
import { createValueCheck } from "../../../lib/rules/values.ts";
import type { Tools } from "../tools.ts";
import { buildValueOptions, parseValueOptions } from "./field-options.ts";

const SEATS = {
  type: "integer",
  rule: { kind: "count" },
  nullable: true,
  label: text("seats", "座席数"),
  column: {},
} as const;
const TOOLS = { globals: { yes: true } } as Tools;
const FIELDS = { seats: SEATS, floor: { type: "integer", byHand: true } } as const satisfies Fields;

test("a whole number has an option, and a blank value clears it if the field may have no value", async () => {
  const { seats, floor } = buildValueOptions(FIELDS);
  expect(seats).toMatchObject({ kind: "number", min: 0, blank: true });
  expect(floor).toMatchObject({ kind: "number", min: Number.MIN_SAFE_INTEGER });
  expect(await parseValueOptions(TOOLS, FIELDS, { seats: 12, floor: -1 })).toEqual({ seats: 12, floor: -1 });
  expect(await parseValueOptions(TOOLS, FIELDS, { seats: null })).toEqual({ seats: null });
});

test("the rule of a whole number applies to values that are set by hand", () => {
  const check = createValueCheck(SEATS);
  expect([12, 0, null].map((value) => check?.(value))).toEqual([undefined, undefined, undefined]);
  expect(check?.(-1)?.en).toContain("not a whole number of 0 or more");
});

test("a day is given as people write it", async () => {
  const fields = { since: { type: "day", nullable: true, byHand: true } } as const satisfies Fields;
  expect(await parseValueOptions(TOOLS, fields, { since: "2026/4/1" })).toEqual({ since: "2026-04-01" });
});
