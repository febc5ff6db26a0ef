import { Failure } from "../../../lib/errors/index.ts";
import { text, type Language } from "../../../lib/text/index.ts";
import type { Fields } from "../../field.ts";
import { isWorkbookName } from "../../imports/outputs/table-file.ts";
import type { Tools } from "../../tools.ts";

/** The encodings of files for the console. */
export type FileEncoding = "shift_jis" | "utf-8";

/** The form of a file for the console. */
export interface OutputForm {
  readonly encoding: FileEncoding;
  readonly bom: boolean;
  readonly onUnmappable: "error" | "replace";
}

/** Options of a command that writes a file for the console. */
export const FORM_OPTIONS = {
  encoding: {
    kind: "choice",
    choices: ["shift_jis", "utf-8"],
    about: text(
      "the file's encoding (default: shift_jis for an account in Japanese, utf-8 for one in English)",
      "ファイルの文字コード(既定: アカウントの言語が日本語なら shift_jis、英語なら utf-8)",
    ),
  },
  bom: { kind: "boolean", about: text("begin with a byte order mark (UTF-8 only)", "先頭に BOM を付ける(UTF-8 のみ)") },
  newline: {
    kind: "choice",
    choices: ["crlf", "lf", "cr"],
    default: "crlf",
    about: text("newline at the end of each row", "改行コード"),
  },
} as const satisfies Fields;

/** `--on-unmappable`. */
export const ON_UNMAPPABLE = {
  kind: "choice",
  choices: ["error", "replace"],
  default: "error",
  about: text(
    "for a character that the encoding cannot hold: fail, or write 〓",
    "文字コードで表せない文字: エラーにするか、〓 に置き換えるか",
  ),
} as const;

const NAMES = new Map<FileEncoding, string>([
  ["shift_jis", "Shift_JIS"],
  ["utf-8", "UTF-8"],
]);

/** @throws `usage` if an option of text is given for a file whose name makes it a workbook */
export function refuseForWorkbook(output: string, given: Readonly<Record<string, boolean>>): void {
  const flag = isWorkbookName(output) ? Object.keys(given).find((name) => given[name]) : undefined;
  if (flag === undefined) return;
  throw new Failure("usage", {
    what: text(
      `${flag} is for text, and ${output} is a workbook by its name`,
      `${flag} はテキスト用です。${output} は名前から Excel ブックになります`,
    ),
    where: flag,
    hint: text(`leave ${flag} out, or name the file .csv`, `${flag} を外すか、ファイル名を .csv にしてください`),
  });
}

/**
 * The chosen encoding, else UTF-8 on a terminal, else that of the account's language, which is then noted.
 *
 * @throws `usage` for a byte order mark in an encoding that has none
 */
export async function chooseOutputForm(
  { terminal }: Pick<Tools, "terminal">,
  asked: {
    readonly output?: string | undefined;
    readonly encoding: FileEncoding | undefined;
    readonly bom: boolean;
    readonly onUnmappable?: "error" | "replace" | undefined;
  },
  language: Language,
): Promise<OutputForm> {
  const { bom, onUnmappable = "error" } = asked;
  const isRead = asked.output === "-" && terminal.onTerminal;
  const encoding = asked.encoding ?? (language === "ja" && !isRead ? "shift_jis" : "utf-8");
  if (bom && encoding !== "utf-8") {
    throw new Failure("usage", {
      what: text("Shift_JIS has no byte order mark", "Shift_JIS には BOM がありません"),
      where: "--bom",
      hint: text("pass --encoding utf-8, or omit --bom", "--encoding utf-8 を指定するか、--bom を外してください"),
    });
  }
  if (asked.encoding === undefined && !isRead) {
    const name = NAMES.get(encoding) ?? encoding;
    const [en, ja] = language === "ja" ? ["Japanese", "日本語"] : ["English", "英語"];
    await terminal.note(
      text(
        `encoding: ${name}, as the account's language is ${en} (override with --encoding)`,
        `文字コード: ${name}(アカウントの言語が${ja}のため。--encoding で変更できます)`,
      ),
    );
  }
  return { encoding, bom, onUnmappable };
}
