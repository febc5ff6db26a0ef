import { expect, test } from "vitest";
import { mergeCustom } from "./functions.ts";

test.each([
  ["{}", "{}", false, "{}"],
  ['{"1":"a"}', '{"2":"b"}', false, '{"1":"a","2":"b"}'],
  ['{"10":"a"}', '{"9":"b"}', false, '{"9":"b","10":"a"}'],
  ['{"1":"a","2":"b"}', '{"1":null}', false, '{"2":"b"}'],
  ['{"1":"〜"}', '{"1":"～"}', true, '{"1":"〜"}'],
  ['{"1":"〜"}', '{"1":"～"}', false, '{"1":"～"}'],
  ['{"1":"～"}', '{"1":"〜"}', true, '{"1":"〜"}'],
  ['{"1":"a"}', '{"1":"__proto__"}', false, '{"1":"__proto__"}'],
])("custom fields %s after a row's %s (Windows-31J %s) are %s", (stored, patch, windows, merged) => {
  expect(mergeCustom(stored, patch, windows)).toBe(merged);
});
