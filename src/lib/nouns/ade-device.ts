import { DAY_MS, HOUR_MS } from "../model/time.ts";
import { text, type Text } from "../text/index.ts";
import { defineLabelledChoice, type Fields, type RecordOf, type RecordType } from "../model/thing.ts";

/** @see apple 2 */
export const APPLE_ADE_URL = "https://mdmenrollment.apple.com";

/** `full` and `business` get all devices. `delta` gets the changes since the last sync. @see apple 3, 6 */
export const SYNC_KINDS = {
  full: text("full", "全件"),
  delta: text("delta", "差分"),
  business: text("Apple Business", "Apple Business"),
} as const satisfies Record<string, Text>;

export type SyncKind = keyof typeof SYNC_KINDS;

/** Shorter than a day, so that a daily run that begins early still makes a full sync. */
export const FULL_SYNC_INTERVAL_MS = 23 * HOUR_MS;

/** A sync that removes more devices than both limits permit needs a confirmation. */
export const UNCONFIRMED_REMOVAL_LIMITS = { count: 5, percent: 5 } as const;

/** Apple rejects a cursor that is older than this. @see apple 3 */
export const CURSOR_LIFETIME_MS = 7 * DAY_MS;

/** @see facts 3.5 */
export const CLOMO_KEY_WARNING = text(
  "do not upload this key to CLOMO's MDM server or download a new token there, because a new token makes the current token invalid",
  "CLOMO が使う MDM サーバーでは、この公開鍵をアップロードしたり、新しいトークンをダウンロードしたりしないでください(使用中のトークンが無効になります)",
);

/** @see facts 4.4 */
export const READY_PROFILE_STATES: readonly string[] = ["assigned", "pushed"];

const defineAppleText = (en: string, ja: string) => ({ type: "text", nullable: true, label: text(en, ja) }) as const;

const defineAppleInstant = (en: string, ja: string) =>
  ({ type: "instant", nullable: true, label: text(en, ja) }) as const;

const markDerived = <F extends object>(field: F) => ({ ...field, derived: true }) as const;

const DEVICE_DIFFERENCES = {
  released: text("in CLOMO, but released", "CLOMO にあるが所有解除済み"),
  "other-server": text("not on CLOMO's MDM server", "CLOMO の MDM サーバーにない"),
  "not-in-clomo": text("not in CLOMO", "CLOMO にない"),
} as const;

export type DeviceDifference = keyof typeof DEVICE_DIFFERENCES;

const ORGANISATION_FIELDS = {
  status: markDerived(defineAppleText("assignment", "割り当て")),
  server: markDerived(defineAppleText("MDM server", "MDM サーバー")),
  orderNumber: markDerived(defineAppleText("order number", "注文番号")),
  addedAt: markDerived(defineAppleInstant("added at", "追加日時")),
  releasedAt: markDerived(defineAppleInstant("released at", "所有解除の日時")),
  difference: markDerived({
    ...defineLabelledChoice(DEVICE_DIFFERENCES),
    nullable: true,
    label: text("difference", "違い"),
  }),
} as const satisfies Fields;

/** @see apple 3 (the fields); facts 4.4 */
const ADE_DEVICE_FIELDS = {
  serialNumber: {
    type: "text",
    label: text("serial number", "シリアルナンバー"),
    comparison: "serial-number",
    unique: true,
    short: "serial",
  },
  profileStatus: defineAppleText("ADE profile state", "ADE プロファイル状態"),
  profileUuid: defineAppleText("ADE profile ID at Apple", "ADE プロファイルの Apple 側の ID"),
  profileAssignTime: defineAppleInstant("profile assigned at", "プロファイルの割り当て日時"),
  profilePushTime: defineAppleInstant("profile pushed at", "プロファイルの適用日時"),
  deviceFamily: defineAppleText("device family", "種類"),
  os: defineAppleText("OS", "OS"),
  model: defineAppleText("model", "モデル"),
  description: defineAppleText("description", "説明"),
  color: defineAppleText("color", "色"),
  assetTag: defineAppleText("asset tag", "資産タグ"),
  deviceAssignedDate: defineAppleInstant("assigned to MDM server at", "MDM サーバーへの割り当て日時"),
  deviceAssignedBy: defineAppleText("assigned to MDM server by", "MDM サーバーに割り当てた人"),
  mdmMigrationDeadline: defineAppleInstant("MDM migration deadline", "MDM 移行期限"),
  opType: defineAppleText("last change", "直近の変更"),
  opDate: defineAppleInstant("changed at", "変更日時"),
  seenAt: { type: "instant", label: text("first seen", "初回取得日時") },
  ...ORGANISATION_FIELDS,
} as const satisfies Fields;

export const ADE_DEVICE = {
  name: "ade_device",
  collection: "ade",
  single: text("ADE device", "ADE デバイス"),
  title: text("ADE devices", "ADE デバイス"),
  fields: ADE_DEVICE_FIELDS,
  namedBy: "serialNumber",
  usual: ["serialNumber", "profileStatus", "deviceFamily", "model"],
} as const satisfies RecordType;

export type AdeDeviceRecord = RecordOf<typeof ADE_DEVICE_FIELDS>;

type AppleDeviceField = Exclude<keyof typeof ADE_DEVICE_FIELDS, "seenAt" | keyof typeof ORGANISATION_FIELDS>;

export const APPLE_DEVICE_FIELDS = Object.keys(ADE_DEVICE_FIELDS).filter(
  (name): name is AppleDeviceField => name !== "seenAt" && !(name in ORGANISATION_FIELDS),
);

/** @see apple 6 */
export const BUSINESS_API_NAMES = {
  deviceFamily: "productFamily",
  model: "deviceModel",
  color: "color",
  status: "status",
  orderNumber: "orderNumber",
  addedAt: "addedToOrgDateTime",
} as const;

export const BUSINESS_FIELDS = ["serialNumber", ...Object.keys(BUSINESS_API_NAMES)];

/** @see apple 3 */
export const PLATFORM_BY_APPLE_OS: Readonly<Record<string, string>> = { iOS: "iOS", iPadOS: "iOS", OSX: "macOS" };
