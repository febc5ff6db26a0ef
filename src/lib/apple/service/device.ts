import { ADE_DEVICE, APPLE_DEVICE_FIELDS, type AdeDeviceRecord } from "../../nouns/ade-device.ts";
import {
  isObject,
  readOptionalInstant,
  readOptionalText,
  createUndocumentedFailure,
  type JsonObject,
} from "../answer.ts";

/** A device as reported by Apple. Values that Apple omits are null. Instants are in UTC. @see apple 3 (Device) */
export type AdeDevice = Pick<AdeDeviceRecord, (typeof APPLE_DEVICE_FIELDS)[number]>;

export interface DevicePage {
  readonly devices: readonly AdeDevice[];
  readonly cursor: string;
  readonly moreToFollow: boolean;
}

const isSerialNumber = (value: unknown): value is string => typeof value === "string" && /^[!-~]{1,64}$/.test(value);

const DEVICE_MEMBERS = APPLE_DEVICE_FIELDS.filter((field) => field !== "serialNumber").map((field) => ({
  field,
  member: field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  read: ADE_DEVICE.fields[field].type === "instant" ? readOptionalInstant : readOptionalText,
}));

/** @throws Failure `unavailable` with the name of an invalid member */
export function parseDevice(where: string, row: unknown): AdeDevice {
  if (!isObject(row)) throw createUndocumentedFailure(where, "devices");
  const serialNumber = row["serial_number"];
  if (!isSerialNumber(serialNumber)) throw createUndocumentedFailure(where, "serial_number");
  const device: Record<string, string | null> = { serialNumber };
  for (const { field, member, read } of DEVICE_MEMBERS) device[field] = read(where, row, member);
  return device as unknown as AdeDevice;
}

export function parseDevicePage(where: string, answer: JsonObject): DevicePage {
  const { devices = [], cursor, more_to_follow: moreToFollow } = answer;
  if (!Array.isArray(devices)) throw createUndocumentedFailure(where, "devices");
  if (typeof cursor !== "string" || cursor === "" || readOptionalText(where, answer, "cursor") === null) {
    throw createUndocumentedFailure(where, "cursor");
  }
  if (typeof moreToFollow !== "boolean") throw createUndocumentedFailure(where, "more_to_follow");
  return { devices: devices.map((row) => parseDevice(where, row)), cursor, moreToFollow };
}
