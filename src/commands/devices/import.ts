import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IMPORT_HELP, IMPORT_EXITS, IMPORT_OPTIONS } from "../imports/plan/options.ts";
import { runImport } from "../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../imports/plan/columns.ts";

export default defineCommand({
  summary: text("import devices from a CSV file", "CSV ファイルからデバイスをインポートする"),
  details: [
    text(
      "The console's own columns are not documented: these headers are ours, and --map gives them other names. An owner is named by one of the user's mail addresses; import users first. An IMEI is kept with its blanks, as the device reports it.",
      "管理画面のデバイス CSV の列は公開されていないため、ヘッダーは clomoctl 独自のものです(--map で置き換えられます)。所有者はユーザーのメールアドレスで指定し、先にユーザーをインポートしておきます。IMEI は空白も含めてそのまま扱います。",
    ),
    ...IMPORT_HELP,
  ],
  args: {
    file: {
      kind: "file",
      required: true,
      about: text("CSV file of devices (- for stdin)", "デバイスの CSV ファイル(- は標準入力)"),
    },
  },
  options: {
    ...IMPORT_OPTIONS,
    key: {
      kind: "choice",
      choices: DEVICE.keys.map(({ name }) => name),
      default: "serial",
      about: text("the field that matches rows to devices", "行とデバイスを対応させる項目"),
    },
  },
  examples: [
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --yes" },
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --dry-run --format json" },
  ],
  exits: IMPORT_EXITS,
  shows: RESULT_COLUMNS,
  run: (tools, { file, key, ...options }) => runImport(tools, { kind: "devices", file, key, options }),
});
