import { DEVICE } from "../../lib/nouns/device.ts";
import { text } from "../../lib/text/index.ts";
import { CONFIRM_WIPES_OPTION, ORG_BY_OPTION } from "../kit/read-list/options.ts";
import { defineRecordVerbs } from "../kit/change/verbs.ts";
import {
  DEVICE_ARGUMENT,
  DEVICE_NAMES,
  DEVICE_ORG_OPTIONS,
  DEVICE_RESULT_LAYOUT,
  readDetails,
} from "../kit/columns/devices.ts";

export default defineRecordVerbs({
  thing: DEVICE,
  layout: DEVICE_RESULT_LAYOUT,
  argument: DEVICE_ARGUMENT,
  lookup: DEVICE_NAMES,
  more: readDetails,
  createdBy: "serialNumber",
  changedElsewhere: ["owner", "ownerOrg", "tags"],
  exports: DEVICE_ORG_OPTIONS,
  imports: {
    confirmWipes: CONFIRM_WIPES_OPTION,
    orgBy: ORG_BY_OPTION,
    key: {
      kind: "choice",
      choices: DEVICE.keys.map(({ name }) => name),
      about: text("field that identifies each device (default: serial)", "各行のデバイスを特定する項目(既定: serial)"),
    },
  },
  examples: {
    create: [
      "SERIAL000101 --platform iOS --status 事前登録 --tag 貸出用",
      "SERIAL000102 --platform Android --status 事前登録 --android-mode dedicated --owner-org 本社/営業部 --dry-run",
    ],
    delete: ["SERIAL000001 --confirm-deletions 1", "--file devices.txt --dry-run"],
    edit: ["SERIAL000001 --identification-name '営業部 1 号機'", "SERIAL000002 --memo '' --dry-run"],
    export: ["-o devices-now.csv", "--encoding utf-8"],
    history: ["SERIAL000001", "SERIAL000001 --format json"],
    import: ["devices/devices.utf-8.crlf.csv --yes", "devices/devices.utf-8.crlf.csv --dry-run --format json"],
    show: ["SERIAL000001", "SERIAL000001 --format json"],
    template: ["-o devices-new.csv"],
  },
});
