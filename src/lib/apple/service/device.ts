import {
  isObject,
  optionalInstant,
  optionalText,
  undocumented,
  UndocumentedAnswer,
  type JsonObject,
} from "../answer.ts";

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

/** A record of an answer that cannot be read, and what in it is not as documented. */
export interface UnreadableRecord {
  /** null if the serial number itself cannot be read: nobody knows which device the record is about */
  readonly serialNumber: string | null;
  /** `devices[3]` */
  readonly place: string;
  /** the first member that is not as documented */
  readonly member: string;
}

/** A page of devices. */
export interface DevicePage {
  readonly devices: readonly AdeDevice[];
  readonly unreadable: readonly UnreadableRecord[];
  /** where the next page begins */
  readonly cursor: string;
  /** until when changes are in what was fetched so far: a UTC instant */
  readonly fetchedUntil: string | null;
  readonly moreToFollow: boolean;
}

const isSerialNumber = (value: unknown): value is string => typeof value === "string" && /^[!-~]{1,64}$/.test(value);

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
  if (!isSerialNumber(serialNumber)) throw undocumented(where, "serial_number");
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
 * Returns whether the list has a newer record of the same device, by `op_date`, or by place if a date is missing or equal.
 * Returns false if the record has no serial number.
 */
function isOutdated(rows: readonly unknown[], at: number): boolean {
  const of = (row: unknown, member: string): unknown => (isObject(row) ? row[member] : undefined);
  const serial = of(rows[at], "serial_number");
  const doneAt = (row: unknown): string => {
    const date = of(row, "op_date");
    return typeof date === "string" && USUAL_INSTANT.test(date) ? date : "";
  };
  const own = doneAt(rows[at]);
  return rows.some((row, place) => {
    if (place === at || !isSerialNumber(serial) || of(row, "serial_number") !== serial) return false;
    const other = doneAt(row);
    return own === "" || other === "" || own === other ? place > at : other > own;
  });
}

/** Reads the records of a list; a record that cannot be read does not hide the others. */
function listedDevices(where: string, rows: readonly unknown[]): Pick<DevicePage, "devices" | "unreadable"> {
  const devices: AdeDevice[] = [];
  const unreadable: { readonly at: number; readonly record: UnreadableRecord }[] = [];
  for (const [at, row] of rows.entries()) {
    try {
      devices.push(deviceOf(where, row));
    } catch (error) {
      if (!(error instanceof UndocumentedAnswer)) throw error;
      const serial = isObject(row) ? row["serial_number"] : undefined;
      const serialNumber = isSerialNumber(serial) ? serial : null;
      unreadable.push({ at, record: { serialNumber, place: `devices[${at}]`, member: error.member } });
    }
  }
  return { devices, unreadable: unreadable.filter(({ at }) => !isOutdated(rows, at)).map(({ record }) => record) };
}

/** A page out of an answer. @throws Failure `unavailable` that names the member that is not as documented */
export function devicePageOf(where: string, answer: JsonObject): DevicePage {
  const { devices = [], cursor, more_to_follow: moreToFollow } = answer;
  if (!Array.isArray(devices)) throw undocumented(where, "devices");
  if (typeof cursor !== "string" || cursor === "" || optionalText(where, answer, "cursor") === null) {
    throw undocumented(where, "cursor");
  }
  if (typeof moreToFollow !== "boolean") throw undocumented(where, "more_to_follow");
  return {
    ...listedDevices(where, devices),
    cursor,
    fetchedUntil: optionalInstant(where, answer, "fetched_until"),
    moreToFollow,
  };
}
