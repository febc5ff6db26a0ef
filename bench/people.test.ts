import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { USER_HEADER, formatPersonRecord } from "./people.ts";

const records = Array.from({ length: 20_000 }, (_, index) => formatPersonRecord(index));

/** Cells of a record whose quoted cells hold no quote followed by a comma. */
const cells = (record: string): string[] =>
  record.slice(0, -2).match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,"]*)(?=,|$)/g) ?? [];

test("every record has the header's columns and ends with CRLF", () => {
  expect(records.every((record) => record.endsWith("\r\n"))).toBe(true);
  expect(records.map((record) => cells(record).length).filter((count) => count !== USER_HEADER.length)).toEqual([]);
});

test.each(["メールアドレス", "CLOMOアカウント名"] as const)("%s is unique", (header) => {
  const at = USER_HEADER.indexOf(header);
  expect(new Set(records.map((record) => cells(record)[at]?.toLowerCase())).size).toBe(records.length);
});

test("every character is one of CP932", () => {
  const text = [USER_HEADER.join(","), ...records].join("");
  expect(iconv.decode(iconv.encode(text, "cp932"), "cp932")).toBe(text);
});

test("a million rows are about 100 MB", () => {
  const bytes = records.reduce((sum, record) => sum + iconv.encode(record, "cp932").length, 0);
  expect(bytes / records.length).toBeGreaterThan(95);
  expect(bytes / records.length).toBeLessThan(115);
});

test("some titles hold a comma or a quote", () => {
  const titles = records.map((record) => cells(record)[4] ?? "");
  for (const part of [",", '""']) expect(titles.some((title) => title.includes(part))).toBe(true);
});
