import { text } from "../text/index.ts";
import { MAIL_ADDRESS, TEXT, type Rule } from "./rules.ts";
import {
  CREATED_AT,
  UPDATED_AT,
  exampleId,
  fieldsInFiles,
  idField,
  type Field,
  type Fields,
  type RecordOf,
  type ThingInFiles,
} from "./thing.ts";
import { USER } from "./user.ts";

/** What a device runs, and whether it is managed: 事前登録 and 管理中 are the console's words, 管理外 is ours. @see facts 1.3, 4.6 */
const PLATFORM = { kind: "choice", choices: ["iOS", "macOS", "Android", "Windows"] } as const satisfies Rule;
const STATUS = { kind: "choice", choices: ["事前登録", "管理中", "管理外"] } as const satisfies Rule;

const optional = (en: string, ja: string, example: string | null, rule: Rule = TEXT) =>
  ({
    type: "text",
    rule,
    nullable: true,
    label: text(en, ja),
    example,
    column: { consoleExport: true },
  }) as const satisfies Field;

const { id: USER_ID, name: USER_NAME, emails } = USER.fields;

/**
 * The fields of a device. The console's own columns are unknown, see `ownHeaders`. An IMEI is kept with its blanks,
 * as the device reports it: pre-registration matches it only so.
 *
 * @see facts 1.3, 1.4
 */
const FIELDS = {
  id: idField(10),
  serialNumber: {
    type: "text",
    rule: TEXT,
    label: text("serial number", "シリアルナンバー"),
    example: "SERIAL000001",
    column: { required: "always", consoleExport: true },
    comparison: "code",
    unique: true,
    short: "serial",
  },
  platform: optional("platform", "プラットフォーム", "iOS", PLATFORM),
  status: optional("status", "ステータス", "管理中", STATUS),
  identificationName: { ...optional("identification name", "端末識別名", "営業部 1 号機"), comparison: "name" },
  imei: { ...optional("IMEI", "IMEI番号", "00 000000 000000 0"), code: true },
  phoneNumber: { ...optional("telephone number", "電話番号", null), code: true },
  wifiMac: { ...optional("Wi-Fi MAC address", "Wi-Fi MACアドレス", null), code: true },
  androidId: { ...optional("Android ID", "Android ID", null), code: true },
  owner: {
    type: "object",
    of: {
      id: { ...USER_ID, label: text("owner's id", "所有者 ID") },
      name: { ...USER_NAME, label: text("owner", "所有者") },
      email: {
        type: "text",
        rule: MAIL_ADDRESS,
        label: text("owner's mail address", "所有者メールアドレス"),
        example: emails.example[0],
      },
    },
    nullable: true,
    label: text("owner", "所有者"),
    example: { id: exampleId(2), name: USER_NAME.example, email: emails.example[0] },
    columns: [
      ["owner", "name"],
      ["ownerEmail", "email"],
      ["ownerId", "id"],
    ],
    column: { name: "ownerEmail", header: "所有者メールアドレス", consoleExport: true, rule: MAIL_ADDRESS },
    comparison: "mail-address",
    refers: { to: "user", by: "emails", unknown: { code: "user-unknown", param: "value" } },
  },
  memo: optional("memo", "メモ", null),
  createdAt: CREATED_AT,
  updatedAt: UPDATED_AT,
} as const satisfies Fields;

/** A device; its owner is a user, of whose organisation it then is. */
export const DEVICE = {
  name: "device",
  title: text("devices", "デバイス"),
  // @see facts 1.1, 1.4: of the choices there, one was seen, for tags and memos
  screen: {
    page: text("CLOMO PANEL, Devices", "CLOMO PANEL の「Devices」画面"),
    clicks: text(" › Import/Export › Import", "で「Import/Export」›「Import」を選び"),
  },
  // @see facts 4.6; of deleting one the manual says no more
  clicks: {
    delete: text(
      "CLOMO PANEL: Devices › the device: delete it there (one that has a VPP licence or a certificate stays, struck through)",
      "CLOMO PANEL の「Devices」でデバイスを選択し、削除(VPP ライセンスや証明書が残っているものは、取り消し線付きで残ります)",
    ),
  },
  ownHeaders: true,
  unconfirmed: text(
    "The console's headers and encodings for devices are not confirmed: these headers are clomoctl's own.",
    "管理画面でのデバイスの CSV のヘッダーと文字コードは確認されていないため、ヘッダーは clomoctl 独自のものです。",
  ),
  fields: FIELDS,
  formats: { devices: fieldsInFiles(FIELDS) },
  keys: [
    { name: "serial", field: "serialNumber", unique: true },
    { name: "imei", field: "imei", unique: false },
    { name: "phone", field: "phoneNumber", unique: false },
    { name: "wifi-mac", field: "wifiMac", unique: false },
    { name: "android-id", field: "androidId", unique: false },
  ],
  namedBy: "serialNumber",
  usual: ["serialNumber", "platform", "status", "identificationName", "owner"],
} as const satisfies ThingInFiles;

export type Device = RecordOf<typeof FIELDS>;
