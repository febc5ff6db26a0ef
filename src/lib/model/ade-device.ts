import { text } from "../text/index.ts";
import { namedChoice, type Fields, type RecordOf, type Thing } from "./thing.ts";

/** Whether Apple still has a device: `missing` was not in a full sync, and nobody has confirmed yet that it is gone. */
const STATE = namedChoice({
  present: text("present", "あり"),
  missing: text("missing", "見つからない"),
  released: text("released", "解除済み"),
});

export const ADE_DEVICE_STATES = STATE.choices;

export type AdeDeviceState = (typeof ADE_DEVICE_STATES)[number];

/** The profile states of devices that may be switched on. @see facts 4.4 */
export const READY: readonly string[] = ["assigned", "pushed"];

/** What Apple says in a text of its own, which may become another one. */
const told = (en: string, ja: string, example: string | null) =>
  ({ type: "text", nullable: true, label: text(en, ja), example }) as const;

const instant = (en: string, ja: string, example: string | null = null) =>
  ({ type: "instant", nullable: true, label: text(en, ja), example }) as const;

/**
 * A device as Apple's device service has it, beside the tenant's own record of it.
 *
 * @see apple 3 (the fields); facts 4.4 (ADE プロファイル状態)
 */
const FIELDS = {
  serialNumber: {
    type: "text",
    label: text("serial number", "シリアルナンバー"),
    example: "SERIAL000001",
    comparison: "serial-number",
    unique: true,
    short: "serial",
  },
  state: { ...STATE, label: text("at Apple", "Apple 側"), example: "present" },
  profileStatus: told("ADE profile state", "ADE プロファイル状態", "assigned"),
  profileUuid: told(
    "ADE profile's id at Apple",
    "ADE プロファイルの Apple 側の ID",
    "0123456789ABCDEF0123456789ABCDEF",
  ),
  profileAssignTime: instant("assigned at", "割り当て日時"),
  profilePushTime: instant("pushed at", "適用日時"),
  deviceFamily: told("family", "種類", "iPhone"),
  os: told("OS", "OS", "iOS"),
  model: told("model", "モデル", "iPhone 17"),
  description: told("description", "説明", "IPHONE 17 BLACK 256GB"),
  color: told("color", "色", "BLACK"),
  assetTag: told("asset tag", "資産タグ", null),
  deviceAssignedDate: instant("assigned to the server at", "サーバーへの割り当て日時"),
  deviceAssignedBy: told("assigned by", "割り当てた人", null),
  mdmMigrationDeadline: instant("MDM migration deadline", "MDM 移行期限"),
  opType: told("last change", "直近の変更", null),
  opDate: instant("changed at", "変更日時"),
  missingSince: instant("missing since", "見つからなくなった日時"),
  releasedAt: instant("released at", "解除日時"),
  seenAt: { type: "instant", label: text("first seen", "初回取得日時"), example: "2026-04-01T00:00:00.000Z" },
} as const satisfies Fields;

export const ADE_DEVICE = {
  name: "ade_device",
  fields: FIELDS,
  formats: {},
  keys: [],
  namedBy: "serialNumber",
  usual: ["serialNumber", "state", "profileStatus", "deviceFamily", "model"],
} as const satisfies Thing;

export type AdeDeviceRecord = RecordOf<typeof FIELDS>;

/** The fields that Apple says of a device, in the order of the table. */
export const TOLD_BY_APPLE = [
  "serialNumber",
  "profileStatus",
  "profileUuid",
  "profileAssignTime",
  "profilePushTime",
  "deviceFamily",
  "os",
  "model",
  "description",
  "color",
  "assetTag",
  "deviceAssignedDate",
  "deviceAssignedBy",
  "mdmMigrationDeadline",
  "opType",
  "opDate",
] as const satisfies readonly (keyof typeof FIELDS)[];

/** The tenant's platform for what Apple calls the OS; undefined of what the tenant has no word for. @see apple 3 */
export const PLATFORM_OF: Readonly<Record<string, string>> = { iOS: "iOS", iPadOS: "iOS", OSX: "macOS" };
