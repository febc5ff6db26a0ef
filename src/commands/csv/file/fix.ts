import { Failure } from "../../../lib/errors/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FIXES, type Fix } from "../../../lib/model/import.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";

/** `--fix`. */
export const FIX = {
  kind: "list",
  value: "FIXES",
  choices: FIXES,
  about: text(
    "mend before checking, and list what changed: trim (blanks at the ends), width (full-width letters in addresses and codes), invisible (characters that nobody sees, tabs, line breaks at the ends), short-rows (cells lacking at the end stay unchanged); never passwords, and of required names only invisible",
    "検査の前に直し、変更箇所を表示する。trim は前後の空白、width はアドレスやコードの全角英数字、invisible は目に見えない文字・タブ・前後の改行、short-rows は末尾に足りないセル(その列の値は変更しない)。パスワードは変えず、必須の名称は invisible だけ直す",
  ),
} as const satisfies TextField;

/** @throws `usage` if a format cannot have one of the fixes */
export function refuseFixes(fixes: readonly Fix[] | undefined, format: FormatName): void {
  if (format !== "orgs" || fixes?.includes("short-rows") !== true) return;
  throw new Failure("usage", {
    what: text(
      "--fix short-rows is not for organisations: without its last cells a row does not say where it belongs",
      "組織では --fix short-rows を使えません(末尾のセルがないと上位組織が決まりません)",
    ),
    where: "--fix",
    hint: text("fill in the cells that are lacking", "足りないセルを補ってください"),
  });
}
