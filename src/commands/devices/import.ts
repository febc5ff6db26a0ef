import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import {
  CONFIRM_WIPES_OPTION,
  IMPORT_HELP,
  IMPORT_EXCLUDES,
  IMPORT_EXITS,
  IMPORT_OPTIONS,
  ORG_BY,
} from "../imports/plan/options.ts";
import { runImport } from "../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";

export default defineCommand({
  summary: text(
    "import devices from a CSV file or workbook",
    "CSV ファイルや Excel ブックからデバイスをインポートする",
  ),
  caution: DEVICE.unconfirmed,
  details: [
    text(
      "A file for the console (--emit-csv) has the same headers; --map reads a list with other headers. Specify an owner by one of the user's email addresses, and import users first. Keep the spaces in an IMEI, as the device reports it.",
      "管理画面用のファイル(--emit-csv)のヘッダーも同じです。別のヘッダーのファイルは --map で読み込めます。所有者はユーザーのメールアドレスで指定し、先にユーザーをインポートしておきます。IMEI は空白も含めてそのまま扱います。",
    ),
    text(
      "A device has one owner: a user (所有者メールアドレス) or an organisation (所有組織コード; if it does not have a code: devices set-owner --org). Only 事前登録 and 管理中 devices can be assigned an owner. A second Android device with the same account is an error if either device is Fully Managed, otherwise a warning. If a change of owner requires wipes, confirm their number when asked, or with --confirm-wipes N; --yes does not confirm it. Androidモード is fully-managed, comp, work-profile, dedicated, legacy or unknown, and only for Android. Only clomoctl has these columns and タグ (several tags, in any order), and only clomoctl accepts any owner if the status is blank.",
      "所有者は、ユーザー(所有者メールアドレス)か組織(所有組織コード。コードのない組織は devices set-owner --org)のどちらか 1 つです。所有者を設定できるのは事前登録と管理中のデバイスだけです。同じアカウントの 2 台目の Android デバイスは、どちらかが Fully Managed ならエラー、それ以外は警告になります。所有者の変更で初期化が必要になるデバイスは、その台数を確認するか、--confirm-wipes N で指定します(--yes では省略できません)。「Androidモード」は fully-managed、comp、work-profile、dedicated、legacy、unknown のいずれかで、Android だけに設定できます。これらの列と「タグ」(複数可、順序なし)、またステータスが空なら所有者を確認せずに受け付けることは、clomoctl 独自のものです。",
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
    confirmWipes: { ...CONFIRM_WIPES_OPTION, group: "safety" },
    orgBy: ORG_BY,
    key: {
      group: "matching",
      kind: "choice",
      choices: DEVICE.keys.map(({ name }) => name),
      about: text("field that matches rows to devices (default: serial)", "行とデバイスを対応させる項目(既定: serial)"),
    },
  },
  excludes: [...IMPORT_EXCLUDES, ["fromConsole", "orgBy"]],
  examples: [
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --yes" },
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --dry-run --format json" },
  ],
  exits: IMPORT_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { file, key, orgBy, ...options }) => runImport(tools, { kind: "devices", file, key, orgBy, options }),
});
