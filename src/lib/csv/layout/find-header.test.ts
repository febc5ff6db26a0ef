import { expect, test } from "vitest";
import { FORMATS } from "../../derived/formats.ts";
import { findHeaderRow, HeaderFinder } from "./find-header.ts";

const find = (content: string) =>
  findHeaderRow(Buffer.from(content), { encoding: "utf-8" }, new HeaderFinder(FORMATS.users));

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
  expect(find(content).row).toBe(row);
});

const JOINED = "社員番号,氏名,旧所属,新所属,旧役職,新役職";
test.each([
  ["社員番号,氏名,所属,,役職,\n,,旧,新,旧,新\n", JOINED],
  ["異動者一覧\n社員番号,氏名,所属,,役職,\n社員番号,氏名,現,新,前,後\n", JOINED],
  [",,所属,,役職,\n社員番号,氏名,異動前,異動後,異動前,異動後\n", JOINED],
  ["社員番号,氏名,変更前,,変更後,\n,,所属,役職,所属,役職\n", "社員番号,氏名,旧所属,旧役職,新所属,新役職"],
  ["社員番号,氏名,所属,\n,,コード,名称\n", "社員番号,氏名,所属コード,所属名称"],
  ["社員番号,氏名,所属,\n1,新,旧,新\n", "社員番号,氏名,所属,"],
  ["社員番号,氏名,所属,\n,,営業部,新\n", "社員番号,氏名,所属,"],
  ["社員番号,氏名,旧所属,新所属\n,,旧,新\n", "社員番号,氏名,旧所属,新所属"],
])("the header of %j is %s", (content, header) => {
  expect(find(content).header.join(",")).toBe(header);
});
