import { counted, text, type Text } from "../text/index.ts";
import { ORG } from "./organisation.ts";
import { MAIL_ADDRESS, TEXT, type Rule } from "./rules.ts";
import {
  CREATED_AT,
  UPDATED_AT,
  exampleId,
  fieldsInFiles,
  idField,
  namedChoice,
  type Field,
  type Fields,
  type RecordOf,
  type ThingInFiles,
} from "./thing.ts";
import { USER } from "./user.ts";

/** What a device runs, and whether it is managed: 事前登録 and 管理中 are the console's words, 管理外 is ours. @see facts 1.3, 4.6 */
const PLATFORM = { kind: "choice", choices: ["iOS", "macOS", "Android", "Windows"] } as const satisfies Rule;
const STATUS = { kind: "choice", choices: ["事前登録", "管理中", "管理外"] } as const satisfies Rule;

export const PLATFORMS = PLATFORM.choices;
export const DEVICE_STATUSES = STATUS.choices;

/** The only platform whose devices have a mode, and need accounts. */
export const ANDROID: (typeof PLATFORMS)[number] = "Android";

/** The fields that somebody may change who may not change devices otherwise. */
export const NOTE_FIELDS: readonly string[] = ["memo", "tags"];

/** Not set up yet, so that no change needs a wipe. */
export const PRE_REGISTERED: (typeof DEVICE_STATUSES)[number] = "事前登録";

/** The only status in which the console sets no owner; what the status of a device is need not be known. @see facts 1.3 */
export const NOT_MANAGED: (typeof DEVICE_STATUSES)[number] = "管理外";

/** How an Android device is set up, in the maker's words; `unknown` is ours. @see facts 1.3, 2.4, 3.5 */
const ANDROID_MODE = namedChoice({
  "fully-managed": text("Fully Managed", "Fully Managed"),
  comp: text("COMP", "COMP"),
  "work-profile": text("Work Profile", "Work Profile"),
  dedicated: text("Dedicated device", "Dedicated device モード"),
  legacy: text("legacy", "レガシーモード"),
  unknown: text("unknown", "不明"),
});

export type AndroidMode = (typeof ANDROID_MODE)["choices"][number];

export const ANDROID_MODES = ANDROID_MODE.choices;

/** The mode whose devices have an account each. @see facts 1.3 */
export const ONE_ACCOUNT: AndroidMode = "fully-managed";

/** The only mode that needs no account, and no wipe for another owner. @see facts 1.3, 2.4 */
export const NO_ACCOUNT: AndroidMode = "dedicated";

/** The modes of which the manual says that another owner needs a wipe; of the others that it may is ours. @see facts 1.3 */
export const WIPED: readonly AndroidMode[] = ["fully-managed", "comp", "work-profile"];

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
const { id: ORG_ID, code: ORG_CODE, path: ORG_PATH } = ORG.fields;

/** An organisation, as devices show it. */
const orgOf = (en: string, ja: string) =>
  ({
    type: "object",
    of: {
      id: { ...ORG_ID, label: text(`${en}'s id`, `${ja} ID`) },
      code: { ...ORG_CODE, label: text(`${en}'s code`, `${ja}コード`) },
      path: { ...ORG_PATH, label: text(en, ja) },
    },
    nullable: true,
    label: text(en, ja),
  }) as const satisfies Field;

/**
 * The fields of a device. The console's own columns are unknown, see `ownHeaders`. An IMEI is kept with its blanks,
 * as the device reports it: pre-registration matches it only so. A device has one owner, a user or an organisation.
 * What was added to the file stands at its end: plans of before know the others by their places.
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
    comparison: "serial-number",
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
  memo: { ...optional("memo", "メモ", null), lines: true },
  androidMode: {
    ...ANDROID_MODE,
    nullable: true,
    label: text("Android mode", "Androidモード"),
    example: null,
    column: { consoleExport: true, rule: { kind: "choice", choices: ANDROID_MODES } },
  },
  ownerOrg: {
    ...orgOf("owning organisation", "所有組織"),
    example: null,
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
    rule: TEXT,
    label: text("tags", "タグ"),
    example: ["貸出用"],
    column: { consoleExport: true },
    comparison: "name",
    short: "tag",
    set: true,
  },
  org: {
    ...orgOf("organisation", "組織"),
    example: { id: ORG_ID.example, code: ORG_CODE.example, path: ORG_PATH.example },
    columns: [
      ["org", "path"],
      ["orgCode", "code"],
      ["orgId", "id"],
    ],
  },
  createdAt: CREATED_AT,
  updatedAt: UPDATED_AT,
} as const satisfies Fields;

const OWNER_CLICKS = text(
  "CLOMO PANEL: Devices › the device › デバイスの編集 › 所有者情報: type the name of the user or organisation, click it among those proposed › OK",
  "CLOMO PANEL の「Devices」でデバイスを選択し、「デバイスの編集」をクリックして「所有者情報」欄にユーザーか組織の名前を入力し、候補から選んで「OK」をクリック",
);

// @see facts 1.1
const TAG_CLICKS = text(
  "CLOMO PANEL: Devices › Import/Export › Import › デバイスにタグとメモを設定します。 (on the device's own page: the manual does not say)",
  "CLOMO PANEL の「Devices」で「Import/Export」›「Import」を選び、「デバイスにタグとメモを設定します。」でインポート(デバイスの画面での手順はマニュアルにありません)",
);

/** A device. It counts in the organisation of the user who owns it, or in the one that does: `org` is that one, stored nowhere. */
export const DEVICE = {
  name: "device",
  title: text("devices", "デバイス"),
  // @see facts 1.1, 1.4: of the choices there, one was seen, for tags and memos
  screen: {
    page: text("CLOMO PANEL, Devices", "CLOMO PANEL の「Devices」画面"),
    clicks: text(" › Import/Export › Import", "で「Import/Export」›「Import」を選び"),
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
  versioned: [
    "serialNumber",
    "platform",
    "status",
    "identificationName",
    "imei",
    "phoneNumber",
    "wifiMac",
    "androidId",
    "owner",
    "memo",
    "androidMode",
    "ownerOrg",
    "tags",
  ],
  // @see seed 003, 9; of registering a device by hand and of its other fields the manual says nothing
  clicks: {
    create: text(
      "CLOMO PANEL: Devices: register the device in advance (how: the manual does not say)",
      "CLOMO PANEL の「Devices」でデバイスを事前登録(手順はマニュアルにありません)",
    ),
    edit: text(
      "CLOMO PANEL: Devices › the device: change it there (how: the manual describes the owner alone)",
      "CLOMO PANEL の「Devices」でデバイスを選択して変更(マニュアルに手順があるのは所有者情報だけです)",
    ),
    // @see facts 4.6
    delete: text(
      "CLOMO PANEL: Devices › the device: delete it there (how: the manual does not say; one that has a VPP licence or a certificate stays, struck through)",
      "CLOMO PANEL の「Devices」でデバイスを選択し、削除(手順はマニュアルにありません。VPP ライセンスや証明書が残っているものは、取り消し線付きで残ります)",
    ),
    fields: { owner: OWNER_CLICKS, ownerOrg: OWNER_CLICKS, tags: TAG_CLICKS, memo: TAG_CLICKS },
  },
} as const satisfies ThingInFiles;

/** What the set-up of a 事前登録 device needs, and it or its owner lacks. @see facts 1.3, 2.4 */
export const LACKS = {
  owner: text("a user who owns it", "所有者のユーザー"),
  account: text("its owner's CLOMO account", "所有者の CLOMO アカウント"),
  "workspace-address": text("its owner's Google Workspace address", "所有者の Google Workspace メールアドレス"),
  "own-account": text(
    "an account of its own: its owner's is for another device",
    "専用のアカウント(別のデバイスと共用)",
  ),
} as const;

export type Lack = keyof typeof LACKS;

const LACK_CHOICE = { kind: "choice", choices: Object.keys(LACKS) } as const satisfies Rule;

/** The fields of a device that is not ready for its set-up. */
export const NOT_READY = {
  ...FIELDS,
  lacks: { type: "texts", rule: LACK_CHOICE, label: text("lacks", "不足"), example: ["account"] },
} as const satisfies Fields;

export type NotReadyDevice = RecordOf<typeof NOT_READY>;

export type Device = RecordOf<typeof FIELDS>;

/** What a device's rules look at. */
type DeviceTraits = Pick<Device, "platform" | "status" | "androidMode">;

/** True if the account of the user who owns it is in use on a device. @see facts 1.3, 2.4 */
export const usesAccount = ({ platform, status, androidMode }: DeviceTraits): boolean =>
  platform === ANDROID && status !== NOT_MANAGED && androidMode !== NO_ACCOUNT;

/** The fields of which one says who owns a device. */
export const OWNERS: readonly string[] = ["owner", "ownerOrg"] satisfies readonly (keyof typeof FIELDS)[];

/** Whether a device that gets another owner has to be wiped; `may`: that is ours. @see facts 1.3 */
export const wipeFor = ({ platform, status, androidMode }: DeviceTraits): "has" | "may" | undefined => {
  if (platform !== ANDROID || status === PRE_REGISTERED || androidMode === NO_ACCOUNT) return undefined;
  return androidMode !== null && WIPED.includes(androidMode) ? "has" : "may";
};

/** Another number of wipes was confirmed than a change of owners needs. */
export const otherWipes = (needed: number, confirmed: number): Text =>
  text(
    `${counted(needed, "device")} would have to be wiped and set up again, not ${confirmed}; nothing was changed`,
    `初期化と再設定が必要になるデバイスは ${needed} 件で、${confirmed} 件ではありません。何も変更していません`,
  );

/** The id of the user or organisation that owns a device; undefined if nobody does. */
export const ownerIdOf = ({ owner, ownerOrg }: Pick<Device, "owner" | "ownerOrg">): string | undefined =>
  owner?.id ?? ownerOrg?.id;

/** True if another owner of a device may need a wipe; a first owner does not. @param owner the id of the new one */
export const needsWipe = (device: Device, owner: string | undefined): boolean => {
  const was = ownerIdOf(device);
  return was !== undefined && was !== owner && wipeFor(device) !== undefined;
};
