import { text } from "../text/index.ts";
import type { Fields, RecordOf, Thing } from "./thing.ts";

/** The profile states of devices that are ready to be switched on. @see facts 4.4 */
export const READY_PROFILE_STATES: readonly string[] = ["assigned", "pushed"];

const defineAppleText = (en: string, ja: string, example: string | null) =>
  ({ type: "text", nullable: true, label: text(en, ja), example }) as const;

const defineAppleInstant = (en: string, ja: string, example: string | null = null) =>
  ({ type: "instant", nullable: true, label: text(en, ja), example }) as const;

/** The fields of a device that Apple returns, and the time of the first sync.  @see apple 3 (the fields); facts 4.4 */
const ADE_DEVICE_FIELDS = {
  serialNumber: {
    type: "text",
    label: text("serial number", "シリアルナンバー"),
    example: "SERIAL000001",
    comparison: "serial-number",
    unique: true,
    short: "serial",
  },
  profileStatus: defineAppleText("ADE profile state", "ADE プロファイル状態", "assigned"),
  profileUuid: defineAppleText(
    "ADE profile ID at Apple",
    "ADE プロファイルの Apple 側の ID",
    "0123456789ABCDEF0123456789ABCDEF",
  ),
  profileAssignTime: defineAppleInstant("profile assigned at", "プロファイルの割り当て日時"),
  profilePushTime: defineAppleInstant("profile pushed at", "プロファイルの適用日時"),
  deviceFamily: defineAppleText("device family", "種類", "iPhone"),
  os: defineAppleText("OS", "OS", "iOS"),
  model: defineAppleText("model", "モデル", "iPhone 17"),
  description: defineAppleText("description", "説明", "IPHONE 17 BLACK 256GB"),
  color: defineAppleText("color", "色", "BLACK"),
  assetTag: defineAppleText("asset tag", "資産タグ", null),
  deviceAssignedDate: defineAppleInstant("assigned to MDM server at", "MDM サーバーへの割り当て日時"),
  deviceAssignedBy: defineAppleText("assigned to MDM server by", "MDM サーバーに割り当てた人", null),
  mdmMigrationDeadline: defineAppleInstant("MDM migration deadline", "MDM 移行期限"),
  opType: defineAppleText("last change", "直近の変更", null),
  opDate: defineAppleInstant("changed at", "変更日時"),
  seenAt: { type: "instant", label: text("first seen", "初回取得日時"), example: "2026-04-01T00:00:00.000Z" },
} as const satisfies Fields;

export const ADE_DEVICE = {
  name: "ade_device",
  fields: ADE_DEVICE_FIELDS,
  formats: {},
  keys: [],
  namedBy: "serialNumber",
  usual: ["serialNumber", "profileStatus", "deviceFamily", "model"],
} as const satisfies Thing;

export type AdeDeviceRecord = RecordOf<typeof ADE_DEVICE_FIELDS>;

type AppleDeviceField = Exclude<keyof typeof ADE_DEVICE_FIELDS, "seenAt">;

/** The fields of a device that Apple provides; the serial number is the first. */
export const APPLE_DEVICE_FIELDS = Object.keys(ADE_DEVICE_FIELDS).filter(
  (name): name is AppleDeviceField => name !== "seenAt",
);

/** The tenant's platforms, by Apple's names of operating systems. @see apple 3 */
export const PLATFORM_BY_APPLE_OS: Readonly<Record<string, string>> = { iOS: "iOS", iPadOS: "iOS", OSX: "macOS" };
