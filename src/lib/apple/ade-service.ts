import { readOptionalText, readRequiredText, readOptionalInstant, createUndocumentedFailure } from "./retry.ts";
import { isObject, type JsonObject } from "./renewable.ts";
import { AdeSession, type DeviceServiceAccess } from "./ade-session.ts";
import { ADE_DEVICE, APPLE_DEVICE_FIELDS, type AdeDeviceRecord } from "../nouns/ade-device.ts";

/** A device as reported by Apple. Values that Apple omits are null. Instants are in UTC. @see apple 3 (Device) */
export type AdeDevice = Pick<AdeDeviceRecord, (typeof APPLE_DEVICE_FIELDS)[number]>;

export type DevicePage = ReturnType<typeof parseDevicePage>;

const isSerialNumber = (value: unknown): value is string => typeof value === "string" && /^[!-~]{1,64}$/.test(value);

const DEVICE_MEMBERS = APPLE_DEVICE_FIELDS.filter((field) => field !== "serialNumber").map((field) => ({
  field,
  member: field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  read: ADE_DEVICE.fields[field].type === "instant" ? readOptionalInstant : readOptionalText,
}));

export function parseDevice(where: string, row: unknown): AdeDevice {
  if (!isObject(row)) throw createUndocumentedFailure(where, "devices");
  const serialNumber = row["serial_number"];
  if (!isSerialNumber(serialNumber)) throw createUndocumentedFailure(where, "serial_number");
  const device: Record<string, string | null> = { serialNumber };
  for (const { field, member, read } of DEVICE_MEMBERS) device[field] = read(where, row, member);
  return device as unknown as AdeDevice;
}

export function parseDevicePage(where: string, answer: JsonObject) {
  const { devices = [], cursor, more_to_follow: moreToFollow } = answer;
  if (!Array.isArray(devices)) throw createUndocumentedFailure(where, "devices");
  if (typeof cursor !== "string" || cursor === "" || readOptionalText(where, answer, "cursor") === null) {
    throw createUndocumentedFailure(where, "cursor");
  }
  if (typeof moreToFollow !== "boolean") throw createUndocumentedFailure(where, "more_to_follow");
  return { devices: devices.map((row) => parseDevice(where, row)), cursor, moreToFollow };
}

/** A server in Apple's portal and its organisation. Values that Apple omits are null. @see apple 3 (GET /account) */
export const parseAccount = (where: string, answer: JsonObject) => ({
  serverName: readRequiredText(where, answer, "server_name"),
  serverUuid: readRequiredText(where, answer, "server_uuid"),
  /** Managed Apple Account that downloaded the token */
  adminId: readOptionalText(where, answer, "admin_id"),
  orgName: readRequiredText(where, answer, "org_name"),
});

export type AdeService = ReturnType<typeof openDeviceService>;

/** Apple's maximum number of devices in a page. @see apple 3 (limit) */
const PAGE_SIZE = 1000;

/** @throws AppleRefusal; `unavailable`; `interrupted` @see apple 3 */
export function openDeviceService(access: DeviceServiceAccess) {
  const session = new AdeSession(access);
  return {
    account: () => session.call({ method: "GET", path: "/account" }, parseAccount),
    fetchDevices: (cursor?: string) =>
      session.call({ method: "POST", path: "/server/devices", body: { cursor, limit: PAGE_SIZE } }, parseDevicePage),
    syncDevices: (cursor: string) =>
      session.call({ method: "POST", path: "/devices/sync", body: { cursor, limit: PAGE_SIZE } }, parseDevicePage),
  };
}
