import { expect, test } from "vitest";
import { FORMATS } from "../../model/formats.ts";
import { scrutinyOf, suspicionOf, type Scrutiny } from "./suspect.ts";

test.each<[string, string | undefined, string | undefined]>([
  ['="0012"', "value-formula", "value-formula"],
  ["=A1", undefined, undefined],
  ["'0012", "value-apostrophe", "value-apostrophe"],
  ["'sあ", undefined, undefined],
  ["1.23E+11", "value-exponent", "value-exponent"],
  ["3.12345678E9", "value-exponent", "value-exponent"],
  ["3.5E+14", "value-exponent", "value-exponent"],
  ["-1E+5", "value-exponent", "value-exponent"],
  ["1E5A", undefined, undefined],
  ["#REF!", "value-error", "value-error"],
  ["#N/A", "value-error", "value-error"],
  ["#######", "value-error", "value-error"],
  ["#1", undefined, undefined],
  ["NaN", "value-missing", "value-missing"],
  ["Nana", undefined, undefined],
  ["2026/11/20", undefined, "value-date"],
  ["2026-1-2", undefined, "value-date"],
  ["20-Nov", undefined, "value-date"],
  ["11月20日", undefined, "value-date"],
  ["0120-12-34", undefined, undefined],
  ["12.0", undefined, "value-decimal"],
  ["1.2.0", undefined, undefined],
  ["0001 ", undefined, "value-blanks"],
  ["\u30000001", undefined, "value-blanks"],
  ["０００１", undefined, "value-full-width"],
  ["営業①", undefined, undefined],
  ["00 000000 000000 0", undefined, undefined],
  ["E0042", undefined, undefined],
])("%j is %s as a text and %s as a code", (value, asText, asCode) => {
  expect(suspicionOf(value, "text")).toBe(asText);
  expect(suspicionOf(value, "code")).toBe(asCode);
  expect(suspicionOf(value, "none")).toBeUndefined();
});

test.each([
  ["b@x.jp", undefined],
  ["mailto:b@x.jp", "mail-scheme"],
  ["MAILTO:b@x.jp", "mail-scheme"],
  ["hanako.suzuki@example", "mail-domain"],
])("the address %s is %s", (value, code) => {
  expect(suspicionOf(value, "mail")).toBe(code);
});

test.each<[keyof typeof FORMATS, string, Scrutiny]>([
  ["users", "社員コード", "code"],
  ["users", "TEL", "code"],
  ["users", "役職", "text"],
  ["users", "メールアドレス", "mail"],
  ["users", "CLOMOアカウントパスワード", "none"],
  ["devices", "IMEI番号", "code"],
  ["docs", "パスワード", "none"],
])("in a file of %s, %s is looked at as %s", (format, header, scrutiny) => {
  expect(FORMATS[format].columns.filter((column) => column.header === header).map(scrutinyOf)).toEqual([scrutiny]);
});
