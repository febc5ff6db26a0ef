import type { Fields, InputOf } from "./field.ts";
import { text } from "../lib/text/index.ts";

/** The options every command takes, before or after the verb. */
export const GLOBAL_OPTIONS = {
  context: {
    kind: "string",
    value: "NAME",
    about: text(
      "the tenant to work on (else CLOMOCTL_CONTEXT, then `context use`)",
      "操作するテナント(省略時は CLOMOCTL_CONTEXT、次に `context use`)",
    ),
  },
  lang: {
    kind: "choice",
    choices: ["ja", "en"],
    about: text(
      "language of messages (else CLOMOCTL_LANG, then the locale)",
      "表示言語(省略時は CLOMOCTL_LANG、次にロケール)",
    ),
  },
  format: {
    kind: "choice",
    choices: ["table", "json", "ndjson", "csv", "tsv"],
    about: text(
      "form of the result (default: table on a terminal, else tsv)",
      "結果の形式(既定:端末では table、それ以外は tsv)",
    ),
  },
  fields: {
    kind: "string",
    value: "A,B",
    about: text("only these fields, in this order", "表示する項目とその順序"),
  },
  query: {
    kind: "string",
    value: "JMESPATH",
    about: text("a JMESPath expression applied to the result", "結果に適用する JMESPath 式"),
  },
  timezone: {
    kind: "timezone",
    value: "ZONE",
    about: text(
      "the zone days are counted in (default: the context's)",
      "日付を数えるタイムゾーン(既定:コンテキストの設定)",
    ),
  },
  progress: {
    kind: "choice",
    choices: ["auto", "plain", "json", "none"],
    default: "auto",
    about: text("how progress is shown on stderr", "標準エラーへの進捗の表示方法"),
  },
  yes: {
    kind: "boolean",
    about: text("answer the confirmation with yes", "確認に「はい」と答える"),
  },
  noInput: {
    kind: "boolean",
    about: text("never ask; a missing answer is a usage error", "質問をしない(答えが足りなければ使い方の誤りになる)"),
  },
  noColor: { kind: "boolean", about: text("no colours", "色を付けない") },
  quiet: {
    kind: "boolean",
    about: text("no notes and no progress", "補足と進捗を表示しない"),
  },
  verbose: {
    kind: "boolean",
    about: text("say more, also about unexpected failures", "予期しないエラーの詳細なども表示する"),
  },
} as const satisfies Fields;

/** The global options of one run. */
export type Globals = InputOf<typeof GLOBAL_OPTIONS>;
