import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IMPORT_HELP, IMPORT_EXITS, IMPORT_OPTIONS } from "../imports/plan/options.ts";
import { runImport } from "../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../imports/plan/columns.ts";

export default defineCommand({
  summary: text(
    "import devices from a CSV file or workbook",
    "CSV ファイルや Excel ブックからデバイスをインポートする",
  ),
  caution: DEVICE.unconfirmed,
  details: [
    text(
      "The headers are the same in a file for the console (--emit-csv); --map reads a list that has others. An owner is named by one of the user's mail addresses; import users first. An IMEI keeps its blanks, as the device reports it.",
      "管理画面用のファイル(--emit-csv)のヘッダーも同じです。別のヘッダーのファイルは --map で読み込めます。所有者はユーザーのメールアドレスで指定し、先にユーザーをインポートしておきます。IMEI は空白も含めてそのまま扱います。",
    ),
    ...IMPORT_HELP,
  ],
  args: {
    file: {
      kind: "file",
      required: true,
      about: text(
        "CSV file or .xlsx workbook of devices (- for stdin)",
        "デバイスの CSV ファイルか Excel ブック .xlsx(- は標準入力)",
      ),
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
