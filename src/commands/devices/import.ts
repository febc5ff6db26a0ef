import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONFIRM_WIPES_OPTION, IMPORT_HELP, IMPORT_EXITS, IMPORT_OPTIONS, ORG_BY } from "../imports/plan/options.ts";
import { runImport } from "../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";

export default defineCommand({
  summary: text(
    "import devices from a CSV file or workbook",
    "CSV ファイルや Excel ブックからデバイスをインポートする",
  ),
  caution: DEVICE.unconfirmed,
  details: [...IMPORT_HELP],
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
    confirmWipes: { ...CONFIRM_WIPES_OPTION, group: "safety" },
    orgBy: ORG_BY,
    key: {
      group: "matching",
      kind: "choice",
      choices: DEVICE.keys.map(({ name }) => name),
      about: text("field that matches rows to devices (default: serial)", "行とデバイスを対応させる項目(既定: serial)"),
    },
  },
  examples: [
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --yes" },
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --dry-run --format json" },
  ],
  exits: IMPORT_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { file, ...options }) => runImport(tools, { kind: "devices", file, options }),
});
