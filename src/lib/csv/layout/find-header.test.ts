import { expect, test } from "vitest";
import { FORMATS } from "../../model/formats.ts";
import { findHeaderRow } from "./find-header.ts";

const rowOf = (content: string): number =>
  findHeaderRow(Buffer.from(content), { encoding: "utf-8" }, FORMATS.users).row;

test.each([
  ["氏名,メールアドレス\n山田,a@b\n", 1],
  ["sep=,\n氏名,メールアドレス\n", 2],
  ["社員一覧,,\n,,\n2026/11/20,,\n氏名,メールアドレス,TEL\n", 4],
  [",,\n氏名,メールアドレス,TEL\n", 2],
  ["\n\n氏名,メールアドレス\n", 3],
  ["お名前,メール\n山田,a@b\n", 1],
  ["お名前,メール\n氏名,a@b\n", 1],
  ["お名前,メールアドレス\n氏名,メールアドレス\n", 1],
  [`${"x,y\n".repeat(10)}氏名,メールアドレス\n`, 1],
  ["社員名簿\n氏名,ﾒｰﾙｱﾄﾞﾚｽ\n", 2],
  ["社員名簿,,2026/11/20\n総務部 作成,,\nお名前,メール,部署\n", 3],
  ["お名前\n山田\n", 1],
  ["お名前,メール,部署\n氏名,メールアドレス,TEL\n", 1],
  ["", 1],
])("the header of %j is in row %i", (content, row) => {
  expect(rowOf(content)).toBe(row);
});
