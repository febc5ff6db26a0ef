import { Failure } from "../../errors/index.ts";
import { isObject, optionalInstant, optionalText, undocumented, type JsonObject } from "../answer.ts";

/**
 * A device as Apple tells of it; null what it does not. Instants are in UTC.
 *
 * @see apple 3 (Device)
 */
export interface AdeDevice {
  readonly serialNumber: string;
  readonly model: string | null;
  readonly description: string | null;
  readonly color: string | null;
  readonly assetTag: string | null;
  /** `empty`, `assigned`, `pushed` or `removed`; others may come */
  readonly profileStatus: string | null;
  /** 32 hexadecimal digits in capitals, without dashes */
  readonly profileUuid: string | null;
  readonly profileAssignTime: string | null;
  readonly profilePushTime: string | null;
  /** when it was assigned to this server */
  readonly deviceAssignedDate: string | null;
  /** by whom; `-1` where Apple does not know */
  readonly deviceAssignedBy: string | null;
  /** `iOS`, `iPadOS`, `OSX`, `tvOS`, `visionOS`; others may come */
  readonly os: string | null;
  /** `iPad`, `iPhone`, `iPod`, `Mac`, `AppleTV`, `Vision`; others may come */
  readonly deviceFamily: string | null;
  readonly mdmMigrationDeadline: string | null;
  /** `added`, `modified` or `deleted`; usually null in a full fetch */
  readonly opType: string | null;
  readonly opDate: string | null;
}

/** A page of devices. */
export interface DevicePage {
  readonly devices: readonly AdeDevice[];
  /** where the next page begins */
  readonly cursor: string;
  /** until when changes are in what was fetched so far: a UTC instant */
  readonly fetchedUntil: string | null;
  readonly moreToFollow: boolean;
}

const PRINTABLE = /^[!-~]{1,64}$/;

/** Most dates are written so, and a page has thousands of them: what is neither this nor valid is looked at longer. */
const USUAL_INSTANT =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

const PLAIN = /^[ -~]{0,200}$/;

function textIn(where: string, row: JsonObject, member: string): string | null {
  const value = row[member];
  if (value === undefined) return null;
  return typeof value === "string" && PLAIN.test(value) ? value : optionalText(where, row, member);
}

function instantIn(where: string, row: JsonObject, member: string): string | null {
  const value = row[member];
  if (value === undefined) return null;
  return typeof value === "string" && USUAL_INSTANT.test(value) ? value : optionalInstant(where, row, member);
}

/**
 * A device out of an answer; members that are not known are left out.
 *
 * @param where the request, as `POST https://…/server/devices`
 * @throws Failure `unavailable` that names the member that is not as documented
 */
export function deviceOf(where: string, row: unknown): AdeDevice {
  if (!isObject(row)) throw undocumented(where, "devices");
  const serialNumber = row["serial_number"];
  if (typeof serialNumber !== "string" || !PRINTABLE.test(serialNumber)) throw undocumented(where, "serial_number");
  return {
    serialNumber,
    model: textIn(where, row, "model"),
    description: textIn(where, row, "description"),
    color: textIn(where, row, "color"),
    assetTag: textIn(where, row, "asset_tag"),
    profileStatus: textIn(where, row, "profile_status"),
    profileUuid: textIn(where, row, "profile_uuid"),
    profileAssignTime: instantIn(where, row, "profile_assign_time"),
    profilePushTime: instantIn(where, row, "profile_push_time"),
    deviceAssignedDate: instantIn(where, row, "device_assigned_date"),
    deviceAssignedBy: textIn(where, row, "device_assigned_by"),
    os: textIn(where, row, "os"),
    deviceFamily: textIn(where, row, "device_family"),
    mdmMigrationDeadline: instantIn(where, row, "mdm_migration_deadline"),
    opType: textIn(where, row, "op_type"),
    opDate: instantIn(where, row, "op_date"),
  };
}

/**
 * A device out of a list, as {@link deviceOf}.
 *
 * @throws Failure `unavailable` that names the device, too: by its serial number, else by its place in the list
 */
function listedDevice(where: string, row: unknown, at: number): AdeDevice {
  try {
    return deviceOf(where, row);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const serial = isObject(row) ? row["serial_number"] : undefined;
    const name = typeof serial === "string" && PRINTABLE.test(serial) ? serial : `devices[${at}]`;
    throw error.with({ where: `${where} (${name})` });
  }
}

/** A page out of an answer. @throws Failure `unavailable` that names the device and the member that are not as documented */
export function devicePageOf(where: string, answer: JsonObject): DevicePage {
  const { devices = [], cursor, more_to_follow: moreToFollow } = answer;
  if (!Array.isArray(devices)) throw undocumented(where, "devices");
  if (typeof cursor !== "string" || cursor === "" || optionalText(where, answer, "cursor") === null) {
    throw undocumented(where, "cursor");
  }
  if (typeof moreToFollow !== "boolean") throw undocumented(where, "more_to_follow");
  return {
    devices: devices.map((row, at) => listedDevice(where, row, at)),
    cursor,
    fetchedUntil: optionalInstant(where, answer, "fetched_until"),
    moreToFollow,
  };
}
