import { Failure } from "../../../lib/errors/index.ts";
import { text, type Language } from "../../../lib/text/index.ts";
import type { Encoding } from "../../../lib/csv/records/record.ts";
import { defineChoice, type Fields, type InputOf, type OutputField } from "../field.ts";
import { isWorkbookName } from "./table-file.ts";
import { FILTER_OPTIONS } from "../list/list.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

export type FileEncoding = "shift_jis" | "utf-8";

export interface OutputTextFormat {
  readonly encoding: Encoding;
  readonly onUnmappable: "error" | "replace";
}

export const OUTPUT_FILE_OPTION = {
  kind: "output",
  short: "o",
  value: "FILE",
  default: "-",
  about: text("output file (- for stdout)", "出力先のファイル(- は標準出力)"),
} as const satisfies OutputField;

const TEXT_FORMAT_OPTIONS = {
  encoding: defineChoice(
    ["shift_jis", "utf-8"],
    "encoding of the file (default: shift_jis for a Japanese account, utf-8 for an English account)",
    "ファイルの文字コード(既定: アカウントの言語が日本語なら shift_jis、英語なら utf-8)",
  ),
  newline: defineChoice(["crlf", "lf", "cr"], "newline at the end of each row", "改行コード", { default: "crlf" }),
} as const satisfies Fields;

const ON_UNMAPPABLE_OPTION = defineChoice(
  ["error", "replace"],
  "if the encoding cannot represent a character: fail (error), or write 〓 (replace)",
  "文字コードで表せない文字を、エラーにするか(error)、〓 に置き換えるか(replace)",
  { default: "error" },
);

export const EXPORT_OPTIONS = {
  output: {
    ...OUTPUT_FILE_OPTION,
    workbook: text(
      "exports are CSV files for the console; use a file name that ends in .csv, or write a workbook with list --format xlsx -o FILE",
      "エクスポートは管理画面用の CSV です。ファイル名の末尾を .csv にするか、list --format xlsx -o FILE でブックに書き出してください",
    ),
  },
  ...TEXT_FORMAT_OPTIONS,
  ...FILTER_OPTIONS,
  onUnmappable: ON_UNMAPPABLE_OPTION,
} as const satisfies Fields;

export const TEMPLATE_OPTIONS = {
  output: { ...OUTPUT_FILE_OPTION, isPublic: true, workbook: true },
  ...TEXT_FORMAT_OPTIONS,
} as const satisfies Fields;

export const getAccountLanguage = ({ context }: Pick<ChosenTenant, "context">): Language =>
  context.kind === "embedded" ? context.language : "ja";

export function rejectTextOption(output: string, encoding: FileEncoding | undefined): void {
  if (encoding === undefined || !isWorkbookName(output)) return;
  throw new Failure("usage", {
    what: text(
      `--encoding is for text files, but ${output} is the name of a workbook`,
      `--encoding はテキストファイル用ですが、${output} は Excel ブックの名前です`,
    ),
    where: "--encoding",
  });
}

export function chooseTextFormat(
  { terminal }: Pick<Tools, "terminal">,
  asked: Partial<Pick<InputOf<typeof EXPORT_OPTIONS>, "output" | "encoding" | "onUnmappable">>,
  language: Language,
): OutputTextFormat & { readonly encoding: FileEncoding } {
  const isRead = asked.output === "-" && terminal.onTerminal;
  const encoding = asked.encoding ?? (language === "ja" && !isRead ? "shift_jis" : "utf-8");
  return { encoding, onUnmappable: asked.onUnmappable ?? "error" };
}
