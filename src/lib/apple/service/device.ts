import {
  isObject,
  readOptionalInstant,
  readOptionalText,
  createUndocumentedFailure,
  UndocumentedResponse,
  type JsonObject,
} from "../answer.ts";

/**
 * A device as Apple reports it. A member is null if Apple does not return it. Instants are in UTC.
 *
 * @see apple 3 (Device)
 */
export interface AdeDevice {
  readonly serialNumber: string;
  readonly model: string | null;
  readonly description: string | null;
  readonly color: string | null;
  readonly assetTag: string | null;
  /** `empty`, `assigned`, `pushed` or `removed`; Apple may add other values */
  readonly profileStatus: string | null;
  /** 32 hexadecimal digits in upper case, without hyphens */
  readonly profileUuid: string | null;
  readonly profileAssignTime: string | null;
  readonly profilePushTime: string | null;
  readonly deviceAssignedDate: string | null;
  /** who assigned the device to this server; `-1` if Apple does not know */
  readonly deviceAssignedBy: string | null;
  /** `iOS`, `iPadOS`, `OSX`, `tvOS` or `visionOS`; Apple may add other values */
  readonly os: string | null;
  /** `iPad`, `iPhone`, `iPod`, `Mac`, `AppleTV` or `Vision`; Apple may add other values */
  readonly deviceFamily: string | null;
  readonly mdmMigrationDeadline: string | null;
  /** `added`, `modified` or `deleted`; usually null in a full fetch */
  readonly opType: string | null;
  readonly opDate: string | null;
}

/** A record in a response that cannot be read, and the member that is not as documented. */
export interface UnreadableRecord {
  /** null if the serial number itself cannot be read, so that the device is unknown */
  readonly serialNumber: string | null;
  /** position in the response, such as `devices[3]` */
  readonly place: string;
  /** the first member that is not as documented */
  readonly member: string;
}

export interface DevicePage {
  readonly devices: readonly AdeDevice[];
  readonly unreadable: readonly UnreadableRecord[];
  /** position where the next page begins */
  readonly cursor: string;
  readonly moreToFollow: boolean;
}

const isSerialNumber = (value: unknown): value is string => typeof value === "string" && /^[!-~]{1,64}$/.test(value);

/** Matches usual valid dates. A page has thousands of dates, so only other values get the slower full check. */
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

/**
 * Reads a device from a response. Ignores unknown members.
 *
 * @param where the request, such as `POST https://…/server/devices`
 * @throws Failure `unavailable` with the name of the member that is not as documented
 */
export function parseDevice(where: string, row: unknown): AdeDevice {
  if (!isObject(row)) throw createUndocumentedFailure(where, "devices");
  const serialNumber = row["serial_number"];
  if (!isSerialNumber(serialNumber)) throw createUndocumentedFailure(where, "serial_number");
  return {
    serialNumber,
    model: parseTextMember(where, row, "model"),
    description: parseTextMember(where, row, "description"),
    color: parseTextMember(where, row, "color"),
    assetTag: parseTextMember(where, row, "asset_tag"),
    profileStatus: parseTextMember(where, row, "profile_status"),
    profileUuid: parseTextMember(where, row, "profile_uuid"),
    profileAssignTime: parseInstantMember(where, row, "profile_assign_time"),
    profilePushTime: parseInstantMember(where, row, "profile_push_time"),
    deviceAssignedDate: parseInstantMember(where, row, "device_assigned_date"),
    deviceAssignedBy: parseTextMember(where, row, "device_assigned_by"),
    os: parseTextMember(where, row, "os"),
    deviceFamily: parseTextMember(where, row, "device_family"),
    mdmMigrationDeadline: parseInstantMember(where, row, "mdm_migration_deadline"),
    opType: parseTextMember(where, row, "op_type"),
    opDate: parseInstantMember(where, row, "op_date"),
  };
}

function parseDeviceList(where: string, rows: readonly unknown[]): Pick<DevicePage, "devices" | "unreadable"> {
  const devices: AdeDevice[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const [at, row] of rows.entries()) {
    try {
      devices.push(parseDevice(where, row));
    } catch (error) {
      if (!(error instanceof UndocumentedResponse)) throw error;
      const serial = isObject(row) ? row["serial_number"] : undefined;
      const serialNumber = isSerialNumber(serial) ? serial : null;
      unreadable.push({ serialNumber, place: `devices[${at}]`, member: error.member });
    }
  }
  return { devices, unreadable };
}

/** Reads a page of devices from a response.  @throws Failure `unavailable` with the name of an invalid member */
export function parseDevicePage(where: string, answer: JsonObject): DevicePage {
  const { devices = [], cursor, more_to_follow: moreToFollow } = answer;
  if (!Array.isArray(devices)) throw createUndocumentedFailure(where, "devices");
  if (typeof cursor !== "string" || cursor === "" || readOptionalText(where, answer, "cursor") === null) {
    throw createUndocumentedFailure(where, "cursor");
  }
  if (typeof moreToFollow !== "boolean") throw createUndocumentedFailure(where, "more_to_follow");
  return {
    ...parseDeviceList(where, devices),
    cursor,
    moreToFollow,
  };
}
