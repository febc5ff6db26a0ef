import { Failure } from "../../../lib/errors/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FIXES, type Fix } from "../../../lib/model/import.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";

/** `--fix`. */
export const FIX = {
  kind: "list",
  value: "FIXES",
  about: text(
    "mend before checking, and list what changed: trim (blanks at the ends), width (full-width letters in addresses and codes), short-rows (cells lacking at the end stay unchanged); never secrets and required names",
    "検査の前に直し、変更箇所を表示する。trim は前後の空白、width はアドレスやコードの全角英数字、short-rows は末尾に足りないセル(その列の値は変更しない)。機密情報と必須の名称は変えない",
  ),
} as const satisfies TextField;

const isFix = (word: string): word is Fix => FIXES.some((fix) => fix === word);

/** What `--fix` names; undefined if it was not given. @throws `usage` for any other word, or one that `format` cannot have */
export function fixesOf(words: readonly string[] | undefined, format: FormatName): readonly Fix[] | undefined {
  if (format === "orgs" && words?.includes("short-rows") === true) {
    throw new Failure("usage", {
      what: text(
        "--fix short-rows is not for organisations: without its last cells a row does not say where it belongs",
        "組織では --fix short-rows を使えません(末尾のセルがないと上位組織が決まりません)",
      ),
      where: "--fix",
      hint: text("fill in the cells that are lacking", "足りないセルを補ってください"),
    });
  }
  const unknown = words?.find((word) => !isFix(word));
  if (unknown !== undefined) {
    const choices = FIXES.join(", ");
    throw new Failure("usage", {
      what: text(`--fix does not know "${unknown}"`, `--fix に「${unknown}」は指定できません`),
      where: "--fix",
      hint: text(`any of ${choices}, separated by commas`, `${choices} をカンマで区切って指定してください`),
    });
  }
  return words?.filter(isFix);
}
