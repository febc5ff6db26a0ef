import { expect, test } from "vitest";
import { foldLine } from "./fold.ts";
import { wordWidth } from "./table/word-width.ts";

test("what fits, or has no width to fit into, is one line", () => {
  expect(foldLine("nothing to change", 80)).toEqual(["nothing to change"]);
  expect(foldLine("a ".repeat(60).trim(), 30)).toHaveLength(1);
});

test.each([
  [
    "the mirror is known to differ from the console; import its next export: clomoctl users import EXPORT.csv --from-console",
    [
      "the mirror is known to differ from the console; import its next export:",
      "  clomoctl users import EXPORT.csv --from-console",
    ],
  ],
  [
    "3. 完了したら: clomoctl console confirm 12(行わない場合: clomoctl console drop 12)、管理画面を確認してください。",
    [
      "3. 完了したら: clomoctl console confirm 12(行わない場合:",
      "   clomoctl console drop 12)、管理画面を確認してください。",
    ],
  ],
  [
    "  use it: clomoctl context use customer-a; what follows is a sentence that is long enough",
    ["  use it: clomoctl context use customer-a; what follows is a sentence that is", "    long enough"],
  ],
])("a longer one is broken at its words, and in no command that it proposes: %s", (line, lines) => {
  expect(foldLine(line, 80)).toEqual(lines);
});

test("a command that is wider than the screen is whole in a line of its own", () => {
  const command = `clomoctl clomo-account grant taro01 --role division --managed-orgs ${"営業部,".repeat(8)}開発部 --password-file FILE`;
  const lines = foldLine(`元に戻すには: ${command}`, 80);
  expect(lines).toEqual(["元に戻すには:", `  ${command}`]);
});

test("a name in quotes is not broken", () => {
  const line = "people.xlsx:4:2: メールアドレス: メールアドレスとして正しくありません「jiro＠example.jp」";
  expect(foldLine(line, 80)).toEqual([
    "people.xlsx:4:2: メールアドレス: メールアドレスとして正しくありません",
    "  「jiro＠example.jp」",
  ]);
});

test("Japanese is broken between letters, no line is wider, and nothing is lost", () => {
  const line = "管理者権限のないアカウントには、コードを送信できません。".repeat(6);
  const lines = foldLine(line, 80);
  expect(lines.every((one) => wordWidth(one) <= 80)).toBe(true);
  expect(lines.map((one) => one.trim()).join("")).toBe(line);
});
