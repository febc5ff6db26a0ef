import { defineChoice, defineOption, defineSwitch, type Fields, type InputOf } from "./field.ts";
import { OUTPUT_FORMATS } from "../../lib/terminal/output-choice.ts";
import { text } from "../../lib/text/index.ts";

export const GLOBAL_OPTIONS = {
  context: defineOption(
    "string",
    "NAME",
    "context to use (default: CLOMOCTL_CONTEXT, then `context use`, then the only context)",
    "操作するコンテキスト(省略時: CLOMOCTL_CONTEXT、`context use` で選んだもの、唯一のコンテキストの順)",
    { names: "contexts" },
  ),
  confirmContext: {
    kind: "string",
    value: "NAME",
    about: text("name of the protected context, to confirm a change", "保護されたコンテキストの名前(変更の確認)"),
  },
  as: defineOption(
    "string",
    "ACCOUNT",
    "act as this CLOMO account, with its rights (only for local tenants)",
    "この CLOMO アカウントとして操作する(このコンピューターにあるテナントのみ)",
    { single: true },
  ),
  tokenFile: defineOption(
    "file",
    "FILE",
    "file with the access token for a remote tenant (- for stdin; default: CLOMOCTL_TOKEN, then the session of the context)",
    "リモートのテナントのアクセストークンを書いたファイル(- は標準入力。既定: CLOMOCTL_TOKEN、なければコンテキストのセッション)",
  ),
  lang: defineChoice(
    ["ja", "en"],
    "language of messages (default: CLOMOCTL_LANG, then the locale)",
    "表示言語(既定: CLOMOCTL_LANG、なければロケール)",
  ),
  format: defineChoice(
    OUTPUT_FORMATS,
    "output format (default: table on a terminal, otherwise tsv)",
    "出力形式(既定: ターミナルでは table、それ以外は tsv)",
  ),
  output: {
    kind: "output",
    short: "o",
    value: "FILE",
    workbook: true,
    about: text("Excel workbook to write with --format xlsx", "--format xlsx で書き出す Excel ブック"),
  },
  overwrite: defineSwitch("replace existing output files", "出力先にすでにあるファイルを置き換える"),
  fields: defineOption(
    "string",
    "A,B",
    "fields to show, by key or header, in this order (all: every field)",
    "表示する項目とその順序(キーか見出しで指定。all はすべて)",
  ),
  timezone: defineOption(
    "timezone",
    "ZONE",
    "time zone of dates and times (default: the context's time zone)",
    "日付と日時のタイムゾーン(既定: コンテキストの設定)",
  ),
  progress: {
    kind: "choice",
    choices: ["auto", "json", "none"],
    default: "auto",
    about: text("how to show progress on stderr", "標準エラー出力への進捗の表示方法"),
  },
  yes: defineSwitch("answer yes to confirmations", "確認に「はい」と答える"),
  noInput: {
    kind: "boolean",
    about: text("never prompt; a missing answer is a usage error", "入力を求めない(必要な答えがなければエラー)"),
  },
  noColor: { kind: "boolean", about: text("disable colours", "色を付けない") },
  quiet: defineSwitch("suppress notes and progress", "補足と進捗を表示しない"),
  verbose: defineSwitch("show more details, for example of unexpected errors", "予期しないエラーの詳細なども表示する"),
} as const satisfies Fields;

export const HELP_OPTIONS = {
  help: defineSwitch("show help (of any command)", "ヘルプを表示する(どのコマンドでも使用可)", { short: "h" }),
  helpAll: defineSwitch("show help with every option", "全オプションのヘルプを表示する"),
} as const satisfies Fields;

export const VERSION_OPTION = {
  version: defineSwitch("show the program's version", "バージョンを表示する", { short: "V" }),
} as const satisfies Fields;

export type Globals = InputOf<typeof GLOBAL_OPTIONS>;

export const isModifyingCommand = (command: {
  readonly changes?: true | undefined;
  readonly shows?: unknown;
}): boolean => command.changes === true || command.shows !== undefined;
