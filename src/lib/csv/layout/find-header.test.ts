import { expect, test } from "vitest";
import { FORMATS } from "../../model/formats.ts";
import { findHeaderRow, HeaderFinder } from "./find-header.ts";

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
  ["在籍者一覧\n社員,,,所属,,連絡先\nコード,氏　名,カナ,部署名,役職,メール,電話\nA1,青木,アオキ,総務部,,a@b,03\n", 3],
  ["", 1],
])("the header of %j is in row %i", (content, row) => {
  expect(rowOf(content)).toBe(row);
});

test.each([
  [[["社員名簿"], ["氏名", "メールアドレス", "所属", ""], ["氏名", "メールアドレス", "部", "課"]], 3],
  [
    [
      ["氏名", "メールアドレス", "部署"],
      ["山田", "a@b", "部"],
    ],
    1,
  ],
])("the header of merged cells in %j is in row %i", (rows, row) => {
  const finder = new HeaderFinder(FORMATS.users, {}, true);
  for (const [at, cells] of rows.entries()) finder.record(cells, cells.length, at + 1);
  expect([finder.row, finder.isCertain]).toEqual([row, true]);
});
