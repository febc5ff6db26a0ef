import { formatCount, text, type Text } from "../text/index.ts";
import { defineOrgField } from "./organisation.ts";
import { EMAIL_ADDRESS_RULE, ANY_TEXT_RULE, type Rule } from "../model/rules.ts";
import {
  RECORD_TIMES,
  listFileFields,
  ID_FIELD,
  defineLabelledChoice,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type RecordType,
  type FileRecordType,
} from "../model/thing.ts";
import { USER } from "./user.ts";

/** 事前登録 and 管理中 are statuses of the console, 管理外 is clomoctl's own. @see facts 1.3, 4.6 */
const PLATFORM_RULE = { kind: "choice", choices: ["iOS", "macOS", "Android", "Windows"] } as const satisfies Rule;
const STATUS_RULE = { kind: "choice", choices: ["事前登録", "管理中", "管理外"] } as const satisfies Rule;

export const PLATFORMS = PLATFORM_RULE.choices;
export const DEVICE_STATUSES = STATUS_RULE.choices;

export const ANDROID: (typeof PLATFORMS)[number] = "Android";

export const NOTE_FIELDS: readonly string[] = ["memo", "tags"];

export const PRE_REGISTERED: (typeof DEVICE_STATUSES)[number] = "事前登録";
export const MANAGED: (typeof DEVICE_STATUSES)[number] = "管理中";

/** The console cannot set the owner of a device with this status. @see facts 1.3 */
export const NOT_MANAGED: (typeof DEVICE_STATUSES)[number] = "管理外";

/** The console has no status for returned devices, so they are marked with tags. @see facts 1.1 */
export const RETURN_TAGS = { awaited: "回収待ち", returned: "返却済み" } as const;

/** Modes of Android devices in the words of the manual. `unknown` is clomoctl's own word. @see facts 1.3, 2.4, 3.5 */
const ANDROID_MODE = defineLabelledChoice({
  "fully-managed": text("Fully Managed", "Fully Managed"),
  comp: text("COMP", "COMP"),
  "work-profile": text("Work Profile", "Work Profile"),
  dedicated: text("Dedicated device", "Dedicated device モード"),
  legacy: text("legacy", "レガシーモード"),
  unknown: text("unknown", "不明"),
});

export type AndroidMode = (typeof ANDROID_MODE)["choices"][number];

/** In this mode, each device needs a separate account. @see facts 1.3 */
export const ACCOUNT_PER_DEVICE_MODE: AndroidMode = "fully-managed";

/** In this mode, a device needs no account, and no wipe for a new owner. @see facts 1.3, 2.4 */
export const ACCOUNTLESS_MODE: AndroidMode = "dedicated";

/** Devices with `legacy` or `unknown` may also require a wipe. @see facts 1.3 */
export const MODES_REQUIRING_WIPE: readonly AndroidMode[] = ["fully-managed", "comp", "work-profile"];

const defineOptionalColumn = (en: string, ja: string, rule: Rule = ANY_TEXT_RULE) =>
  ({
    type: "text",
    rule,
    nullable: true,
    label: text(en, ja),
    column: { consoleExport: true },
  }) as const satisfies Field;

const { id: USER_ID, name: USER_NAME } = USER.fields;

/** Spaces in an IMEI are not removed, because pre-registration compares the exact text. @see facts 1.3, 1.4 */
const DEVICE_FIELDS = {
  id: ID_FIELD,
  serialNumber: {
    type: "text",
    label: text("serial number", "シリアルナンバー"),
    column: { required: "always", consoleExport: true },
    comparison: "serial-number",
    unique: true,
    short: "serial",
  },
  platform: defineOptionalColumn("platform", "プラットフォーム", PLATFORM_RULE),
  status: defineOptionalColumn("status", "ステータス", STATUS_RULE),
  identificationName: {
    ...defineOptionalColumn("identification name", "端末識別名"),
    comparison: "name",
  },
  imei: { ...defineOptionalColumn("IMEI", "IMEI番号"), code: true },
  phoneNumber: { ...defineOptionalColumn("telephone number", "電話番号"), code: true },
  wifiMac: { ...defineOptionalColumn("Wi-Fi MAC address", "Wi-Fi MACアドレス"), code: true },
  androidId: { ...defineOptionalColumn("Android ID", "Android ID"), code: true },
  owner: {
    type: "object",
    of: {
      id: { ...USER_ID, label: text("owner ID", "所有者 ID") },
      name: { ...USER_NAME, label: text("owner", "所有者") },
      email: { type: "text", rule: EMAIL_ADDRESS_RULE, label: text("owner email address", "所有者メールアドレス") },
    },
    nullable: true,
    label: text("owner", "所有者"),
    columns: [
      ["owner", "name"],
      ["ownerEmail", "email"],
      ["ownerId", "id"],
    ],
    column: { name: "ownerEmail", header: "所有者メールアドレス", consoleExport: true },
    comparison: "mail-address",
    refers: { to: "user", by: "emails", unknown: { code: "user-unknown", param: "value" } },
  },
  memo: { ...defineOptionalColumn("memo", "メモ"), lines: true },
  androidMode: {
    ...ANDROID_MODE,
    nullable: true,
    label: text("Android mode", "Androidモード"),
    column: { consoleExport: true },
  },
  ownerOrg: {
    ...defineOrgField("owning organisation", "所有組織"),
    nullable: true,
    columns: [
      ["ownerOrg", "path"],
      ["ownerOrgCode", "code"],
      ["ownerOrgId", "id"],
    ],
    column: { name: "ownerOrgCode", header: "所有組織コード", consoleExport: true },
    comparison: "code",
    refers: { to: "org", by: "code", unknown: { code: "owner-org-unknown", param: "code" } },
  },
  tags: {
    type: "texts",
    label: text("tags", "タグ"),
    column: { consoleExport: true },
    comparison: "name",
    short: "tag",
    set: true,
  },
  org: {
    ...defineOrgField("organisation", "組織"),
    nullable: true,
    derived: true,
  },
  ...RECORD_TIMES,
} as const satisfies Fields;

const DEVICES_PAGE = text(
  "CLOMO PANEL: Devices (the manual does not describe the steps)",
  "CLOMO PANEL の「Devices」(手順はマニュアルにありません)",
);

// @see facts 1.3
const OWNER_CLICKS = text(
  "CLOMO PANEL: Devices › the device › デバイスの編集 › 所有者情報 › type and select the name › OK (first wipe an Android device in Fully Managed, COMP or Work Profile)",
  "CLOMO PANEL の「Devices」でデバイスを選択し、「デバイスの編集」›「所有者情報」欄に名前を入力し、候補から選んで「OK」をクリック(Android の Fully Managed、COMP、Work Profile では、先に初期化が必要です)",
);

// @see facts 1.1
const TAG_CLICKS = text(
  "CLOMO PANEL: Devices › Import/Export › Import › デバイスにタグとメモを設定します。 (the manual does not describe the steps on the device's own page)",
  "CLOMO PANEL の「Devices」で「Import/Export」›「Import」を選び、「デバイスにタグとメモを設定します。」でインポート(デバイスの画面での手順はマニュアルにありません)",
);

/** `org` is not stored. Its value is the organisation that owns the device, or the owner's organisation. */
export const DEVICE = {
  name: "device",
  collection: "devices",
  single: text("device", "デバイス"),
  rights: {
    read: defineRight("read devices", "デバイスの閲覧", "inside", "inside", "inside"),
    write: defineRight(
      "add and change devices, and assign owners",
      "デバイスの登録・変更・所有者の設定",
      "inside",
      "no",
      "item",
    ),
    note: defineRight("change memos and tags of devices", "デバイスのメモとタグの変更", "inside", "inside", "item"),
    delete: defineRight("delete devices", "デバイスの削除", "inside", "no", "item"),
  },
  title: text("devices", "デバイス"),
  // The manual names only the console's choice for importing tags and memos. @see facts 1.1, 1.4
  screen: {
    page: text("CLOMO PANEL, Devices", "CLOMO PANEL の「Devices」画面"),
    clicks: text(" › Import/Export › Import", "で「Import/Export」›「Import」を選び"),
  },
  ownHeaders: true,
  unconfirmed: text(
    "The headers and encodings that the console uses for devices are not confirmed, so clomoctl uses headers of its own.",
    "管理画面でのデバイスの CSV のヘッダーと文字コードは確認されていないため、ヘッダーは clomoctl 独自のものです。",
  ),
  fields: DEVICE_FIELDS,
  formats: { devices: listFileFields(DEVICE_FIELDS) },
  keys: [
    { name: "serial", field: "serialNumber", unique: true },
    { name: "imei", field: "imei", unique: false },
    { name: "phone", field: "phoneNumber", unique: false },
    { name: "wifi-mac", field: "wifiMac", unique: false },
    { name: "android-id", field: "androidId", unique: false },
  ],
  namedBy: "serialNumber",
  usual: ["serialNumber", "platform", "status", "identificationName", "phoneNumber", "owner"],
  clicks: {
    create: DEVICES_PAGE,
    edit: DEVICES_PAGE,
    delete: DEVICES_PAGE,
    fields: { owner: OWNER_CLICKS, ownerOrg: OWNER_CLICKS, tags: TAG_CLICKS, memo: TAG_CLICKS },
  },
} as const satisfies FileRecordType;

export type Device = RecordOf<typeof DEVICE_FIELDS>;

export const FIELDS_BY_ACTION: Readonly<Partial<Record<string, readonly (keyof DeviceAction)[]>>> = {
  message: ["message"],
  rename: ["deviceName"],
  wallpaper: ["picture", "screen"],
};

const { column: _, unique: __, ...SERIAL_NUMBER } = DEVICE_FIELDS.serialNumber;

const defineActionText = (en: string, ja: string) =>
  ({ type: "text", longest: 2000, nullable: true, label: text(en, ja), byHand: true }) as const;

const describeActionSteps = (page: string): Text =>
  text(
    `CLOMO PANEL: Devices (the page 「${page}」 of CLOMO's manual describes the steps)`,
    `CLOMO PANEL の「Devices」(手順は CLOMO のマニュアルの「${page}」にあります)`,
  );

/** The record of an action on a device. clomoctl sends nothing to the device. @see seed 003, section 12 */
export const DEVICE_ACTION = {
  name: "device_action",
  collection: "device-actions",
  single: text("device action", "デバイスの操作"),
  title: text("actions on devices", "デバイスの操作"),
  changedBy: ["devices.write"],
  fields: {
    id: ID_FIELD,
    serialNumber: { ...SERIAL_NUMBER, byHand: true },
    kind: {
      ...defineLabelledChoice({
        "lost-mode": text("lost mode", "紛失モード"),
        "end-lost-mode": text("end of lost mode", "紛失モードの終了"),
        message: text("message", "メッセージを通知"),
        rename: text("new device name", "デバイス名を変更"),
        wallpaper: text("wallpaper", "壁紙を変更"),
      }),
      label: text("action", "操作"),
      byHand: true,
    },
    message: { ...defineActionText("message", "メッセージ"), lines: true },
    phoneNumber: { ...defineActionText("contact telephone number", "連絡先電話番号"), code: true },
    deviceName: defineActionText("device name", "デバイス名"),
    picture: defineActionText("name of the picture's file", "画像のファイル名"),
    screen: { ...defineActionText("screen", "画面"), rule: { kind: "choice", choices: ["lock", "home", "both"] } },
    reason: { ...defineActionText("reason", "理由"), lines: true },
    by: defineActionText("actor", "実行者"),
    ...RECORD_TIMES,
  },
  namedBy: "serialNumber",
  usual: ["createdAt", "serialNumber", "kind", "message", "deviceName", "reason", "by"],
  // The manual describes the steps of each action, except the end of lost mode.
  clicks: {
    kinds: {
      "lost-mode": describeActionSteps("デバイスを紛失モードに設定したい"),
      "end-lost-mode": DEVICES_PAGE,
      message: describeActionSteps("メッセージを送る"),
      rename: describeActionSteps("デバイス名を変更する"),
      wallpaper: describeActionSteps("壁紙を変更する"),
    },
  },
} as const satisfies RecordType;

export type DeviceAction = RecordOf<typeof DEVICE_ACTION.fields>;

type DeviceTraits = Pick<Device, "platform" | "status" | "androidMode">;

export const OWNER_FIELDS: readonly string[] = ["owner", "ownerOrg"] satisfies readonly (keyof typeof DEVICE_FIELDS)[];

/** Returns `has` if a wipe is required, `may` if a wipe may be required. @see facts 1.3 */
export const getWipeRequirement = ({ platform, status, androidMode }: DeviceTraits): "has" | "may" | undefined => {
  if (platform !== ANDROID || status === PRE_REGISTERED || androidMode === ACCOUNTLESS_MODE) return undefined;
  return androidMode !== null && MODES_REQUIRING_WIPE.includes(androidMode) ? "has" : "may";
};

export const describeWipeMismatch = (needed: number, confirmed: number): Text =>
  text(
    `${formatCount(needed, "device")} would have to be wiped and set up again, but the confirmed number is ${confirmed}; nothing was changed`,
    `初期化と再設定が必要になるデバイスは ${needed} 台で、指定された ${confirmed} 台と異なります。何も変更していません`,
  );

export const ownerIdOf = ({ owner, ownerOrg }: Pick<Device, "owner" | "ownerOrg">): string | undefined =>
  owner?.id ?? ownerOrg?.id;

export const mayRequireWipe = (device: Device, owner: string | undefined): boolean => {
  const was = ownerIdOf(device);
  return was !== undefined && was !== owner && getWipeRequirement(device) !== undefined;
};
