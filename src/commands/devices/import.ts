import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONFIRM_WIPES, IMPORT_HELP, IMPORT_EXCLUDES, IMPORT_EXITS, IMPORT_OPTIONS } from "../imports/plan/options.ts";
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
      "The headers are the same in a file for the console (--emit-csv); --map reads a list that has others. An owner is named by one of the user's mail addresses; import users first. An IMEI keeps its blanks, as the device reports it.",
      "管理画面用のファイル(--emit-csv)のヘッダーも同じです。別のヘッダーのファイルは --map で読み込めます。所有者はユーザーのメールアドレスで指定し、先にユーザーをインポートしておきます。IMEI は空白も含めてそのまま扱います。",
    ),
    text(
      "A device has one owner: a user (所有者メールアドレス) or an organisation (所有組織コード; one without a code: devices set-owner --org). An owner is set of 事前登録 and 管理中 devices only. A second Android device of one account is refused where one of them is Fully Managed, else a warning. The number of devices that need a wipe for another owner is asked for, or given by --confirm-wipes N, which --yes does not answer. Androidモード is one of fully-managed, comp, work-profile, dedicated, legacy and unknown, of Android devices only. These columns and タグ, several of which are a set, are ours, as is that any owner is taken where the status is blank.",
      "所有者は、ユーザー(所有者メールアドレス)か組織(所有組織コード。コードのない組織は devices set-owner --org)のどちらか 1 つです。所有者を設定できるのは事前登録と管理中のデバイスだけです。1 つのアカウントで 2 台目の Android デバイスは、どちらかが Fully Managed ならエラー、それ以外は警告になります。所有者の変更で初期化が必要になるデバイスは、その台数を確認するか、--confirm-wipes N で指定します(--yes では省略できません)。「Androidモード」は fully-managed、comp、work-profile、dedicated、legacy、unknown のいずれかで、Android だけに設定できます。これらの列と「タグ」(複数可、順序なし)、またステータスが空なら所有者を確認せずに受け付けることは、clomoctl 独自のものです。",
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
    confirmWipes: { ...CONFIRM_WIPES, group: "safety" },
    key: {
      group: "matching",
      kind: "choice",
      choices: DEVICE.keys.map(({ name }) => name),
      default: "serial",
      about: text("the field that matches rows to devices", "行とデバイスを対応させる項目"),
    },
  },
  excludes: IMPORT_EXCLUDES,
  examples: [
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --yes" },
    { line: "clomoctl devices import devices/devices.utf-8.crlf.csv --dry-run --format json" },
  ],
  exits: IMPORT_EXITS,
  shows: RESULT_COLUMNS,
  run: (tools, { file, key, ...options }) => runImport(tools, { kind: "devices", file, key, options }),
});
