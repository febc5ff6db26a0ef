import { FIX_CHOICES, type FixChoice } from "../../../lib/model/import.ts";
import type { ProblemCode } from "../../../lib/model/problem.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";

export const FIX_OPTION = {
  kind: "list",
  value: "FIXES",
  choices: FIX_CHOICES,
  about: text(
    "fix before checking, and list what changed: trim (blanks at both ends), width (full-width characters and variants of hyphens in addresses, codes and telephone numbers), kana (half-width kana in フリガナ), names (spaces in names of people become one half-width space), invisible (invisible characters, tabs, line breaks at both ends); never changes passwords; only names and invisible apply to required names",
    "検査の前に直し、変更箇所を表示する。trim は前後の空白、width はアドレス・コード・電話番号の全角英数字とハイフンに似た横線、kana はフリガナの半角カナ、names は氏名の空白(半角 1 文字にする)、invisible は目に見えない文字・タブ・前後の改行。パスワードは変えず、必須の名称は names と invisible だけ直す",
  ),
} as const satisfies TextField;

const FIXES: Readonly<Partial<Record<ProblemCode, FixChoice>>> = {
  "value-blanks": "trim",
  "value-full-width": "width",
  "value-hyphen": "width",
  "kana-half-width": "kana",
  "person-blanks": "names",
  "value-hidden": "invisible",
  "value-lines": "invisible",
};

export const listFixes = (codes: Iterable<string>): readonly FixChoice[] => {
  const fixes = new Set([...codes].map((code) => FIXES[code as ProblemCode]));
  return FIX_CHOICES.filter((fix) => fixes.has(fix));
};

export const describeFixes = (fixes: readonly FixChoice[]): Text => {
  const choices = fixes.join(",");
  return text(
    `to correct mistakes, pass --fix ${choices}`,
    `誤りを直して読み込むには --fix ${choices} を付けてください`,
  );
};
