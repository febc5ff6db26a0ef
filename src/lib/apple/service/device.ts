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

/** Matches most valid dates quickly. Any other date needs the slow check. */
const COMMON_INSTANT_PATTERN =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

const PLAIN_TEXT_PATTERN = /^[ -~]{0,200}$/;

function parseTextMember(where: string, row: JsonObject, member: string): string | null {
  const value = row[member];
  if (value === undefined) return null;
  return typeof value === "string" && PLAIN_TEXT_PATTERN.test(value) ? value : readOptionalText(where, row, member);
}

function parseInstantMember(where: string, row: JsonObject, member: string): string | null {
  const value = row[member];
  if (value === undefined) return null;
  return typeof value === "string" && COMMON_INSTANT_PATTERN.test(value)
    ? value
    : readOptionalInstant(where, row, member);
}

const DEVICE_MEMBERS = APPLE_DEVICE_FIELDS.filter((field) => field !== "serialNumber").map((field) => ({
  field,
  member: field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  parse: ADE_DEVICE.fields[field].type === "instant" ? parseInstantMember : parseTextMember,
}));

/** @throws Failure `unavailable` with the name of an invalid member */
export function parseDevice(where: string, row: unknown): AdeDevice {
  if (!isObject(row)) throw createUndocumentedFailure(where, "devices");
  const serialNumber = row["serial_number"];
  if (!isSerialNumber(serialNumber)) throw createUndocumentedFailure(where, "serial_number");
  const device: Record<string, string | null> = { serialNumber };
  for (const { field, member, parse } of DEVICE_MEMBERS) device[field] = parse(where, row, member);
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
