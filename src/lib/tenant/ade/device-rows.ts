import type { AdeDevice } from "../../apple/service/device.ts";
import {
  ADE_DEVICE,
  PLATFORM_BY_APPLE_OS,
  READY_PROFILE_STATES,
  APPLE_DEVICE_FIELDS,
  type AdeDeviceState,
} from "../../model/ade-device.ts";
import { PRE_REGISTERED } from "../../model/device.ts";
import { storeLastNumber } from "../store/collections.ts";
import { buildSerialKeySql } from "../records/device-rows.ts";
import { CREATION_ORDER, type RecordList } from "../store/lists.ts";
import { buildValueWithoutTypeSql } from "../store/sql/forms.ts";
import { saveCreatedRange } from "../versions/keep.ts";
import type { Reader, SqlValue, Writer } from "../store/store.ts";
import { countUnreadable } from "./sync-rows.ts";

const ADE_DEVICE_LIST: RecordList<typeof ADE_DEVICE.fields> = {
  thing: ADE_DEVICE,
  table: "ade_device t",
  keyed: false,
  order: [CREATION_ORDER],
  named: "t.serialNumber in (:nameKey, upper(:nameKey))",
};

/** SQL: true for a device that must not be switched on yet. */
const IS_NOT_READY = READY_PROFILE_STATES.map((status) => `t.profileStatus is distinct from '${status}'`).join(" and ");

/**
 * SQL: selects the devices in the requested state. If no state is requested, selects all devices that are not released.
 * If only devices that are not ready are requested, selects present devices only, because missing devices cannot be
 * made ready.
 */
const buildStateFilter = (state: AdeDeviceState | undefined, notReady: boolean): string => {
  if (state !== undefined) return "t.state = :state";
  return notReady ? "t.state = 'present'" : "t.state <> 'released'";
};

/** Lists devices as Apple reports them, in the order in which they were first seen. */
export const buildAdeDeviceList = ({
  state,
  notReady = false,
}: {
  readonly state?: AdeDeviceState | undefined;
  readonly notReady?: boolean | undefined;
}): RecordList<typeof ADE_DEVICE.fields> => ({
  ...ADE_DEVICE_LIST,
  among: [buildStateFilter(state, notReady), ...(notReady ? [IS_NOT_READY] : [])].join(" and "),
  params: state === undefined ? {} : { state },
});

/** Lists devices by serial number, including released ones. */
export const ALL_ADE_DEVICES = ADE_DEVICE_LIST;

/** Numbers of devices by state. */
export interface DeviceCounts {
  readonly present: number;
  readonly missing: number;
  readonly released: number;
  readonly notReady: number;
}

/** Counts the devices by means of indexes, without reading every device. */
export const countDevices = async (reader: Reader): Promise<DeviceCounts> => {
  const all = await reader.count("select count(*) from ade_device");
  const gone = "select state, count(*) as count from ade_device where state <> 'present' group by state";
  const counts = new Map((await reader.all(gone)).map(({ state, count }) => [state, Number(count)]));
  const [missing, released] = [counts.get("missing") ?? 0, counts.get("released") ?? 0];
  const notReady = `select count(*) from ade_device t
    where t.state = 'present' and ${IS_NOT_READY}`;
  return { present: all - missing - released, missing, released, notReady: await reader.count(notReady) };
};

const [, ...TOLD] = APPLE_DEVICE_FIELDS;

const DELETED_OP_TYPE = "deleted";

/**
 * SQL: true if the stored device is not newer than Apple's record. A record without a date (from a full fetch) always
 * counts as current.
 */
const IS_NOT_NEWER = "(:opDate is null or t.opDate is null or :opDate >= t.opDate)";

const INSERT_DEVICE = `insert into ade_device (serialNumber, ${TOLD.join(", ")}, seenAt, createdIn, changedIn)
  values (:serialNumber, ${TOLD.map((field) => `:${field}`).join(", ")}, :at, :run, :run)
  on conflict (serialNumber) do nothing`;

/** Fields that describe a device's last change. If a fetch does not contain them, their stored values are kept. */
const KEPT_IF_MISSING: readonly string[] = ["opType", "opDate"];

/** SQL: the assignment of a field. @param told SQL: the value of the field at Apple */
const buildSetClauseSql = (field: string, told: string): string =>
  KEPT_IF_MISSING.includes(field) ? `${field} = coalesce(${told}, t.${field})` : `${field} = ${told}`;

const buildDifferenceCondition = (field: string, told: string): string =>
  KEPT_IF_MISSING.includes(field)
    ? `t.${field} is distinct from coalesce(${told}, t.${field})`
    : `t.${field} is distinct from ${told}`;

/** SQL: the assignments for a device that exists at Apple. @param told SQL: prefix of the fields that Apple reports */
const buildPresentAssignments = (told: string): string =>
  `${TOLD.map((field) => buildSetClauseSql(field, told + field)).join(", ")}, state = 'present', missingSince = null, releasedAt = null, changedIn = :run`;

/** SQL: true if the assignments of {@link buildPresentAssignments} change the device. */
const buildChangeCondition = (told: string): string =>
  `(t.state <> 'present' or ${TOLD.map((field) => buildDifferenceCondition(field, told + field)).join(" or ")})`;

/** SQL: updates a released device that appears again. Such a device counts as created. */
const READD_DEVICE = `update ade_device as t set ${buildPresentAssignments(":")}, createdIn = :run
  where t.serialNumber = :serialNumber and t.state = 'released' and ${IS_NOT_NEWER}`;

const UPDATE_DEVICE = `update ade_device as t set ${buildPresentAssignments(":")}
  where t.serialNumber = :serialNumber and t.state <> 'released' and ${IS_NOT_NEWER} and ${buildChangeCondition(":")}`;

const buildReleasedAssignments = (told: string): string =>
  `state = 'released', releasedAt = :at, missingSince = null, opType = ${told}opType,
    opDate = coalesce(${told}opDate, t.opDate), changedIn = :run`;

const RELEASE_DEVICE = `update ade_device as t set ${buildReleasedAssignments(":")}
  where t.serialNumber = :serialNumber and t.state <> 'released' and ${IS_NOT_NEWER}`;

/**
 * Returns the latest record of each device in a page: the record with the latest date, or, if dates are equal, the last
 * record in the page.
 */
const selectLatestRecords = (devices: readonly AdeDevice[]): AdeDevice[] => {
  const latest = new Map<string, AdeDevice>();
  for (const device of devices) {
    const before = latest.get(device.serialNumber);
    if (before === undefined || (device.opDate ?? "") >= (before.opDate ?? "")) latest.set(device.serialNumber, device);
  }
  return [...latest.values()];
};

/** Parameters of the device statements above. */
const PARAMETER_NAMES = [...APPLE_DEVICE_FIELDS, "at", "run"];

/** Numbers of devices that a page created, changed and released. */
export interface PageCounts {
  readonly created: number;
  readonly changed: number;
  readonly released: number;
}

const isDeleted = ({ opType }: AdeDevice): boolean => opType === DELETED_OP_TYPE;

/** Yields rows of parameters one at a time, because many pages have many rows. */
function* buildParameterRows(devices: readonly AdeDevice[], ...more: readonly SqlValue[]): Generator<SqlValue[]> {
  for (const device of devices) yield [...APPLE_DEVICE_FIELDS.map((field) => device[field]), ...more];
}

/**
 * Stores a page of changes. A stored device that is newer than the change does not change. If a device is unknown,
 * `modified` adds the device and `deleted` has no effect.
 *
 * @param run the number of the run that fetched the page
 * @see apple 3 (hazards 2, 3 and 5)
 */
export const storeChanges = async (
  writer: Writer,
  devices: readonly AdeDevice[],
  { run, at }: { readonly run: number; readonly at: string },
): Promise<PageCounts> => {
  const latest = selectLatestRecords(devices);
  const [there, gone] = [latest.filter((device) => !isDeleted(device)), latest.filter(isDeleted)];
  const inserted = await writer.runEach(INSERT_DEVICE, PARAMETER_NAMES, buildParameterRows(there, at, run));
  let [created, changed] = [inserted, 0];
  if (inserted < there.length) {
    created += await writer.runEach(READD_DEVICE, PARAMETER_NAMES, buildParameterRows(there, at, run));
    // devices that were just inserted or re-added already have these values
    changed = await writer.runEach(UPDATE_DEVICE, PARAMETER_NAMES, buildParameterRows(there, at, run));
  }
  return {
    created,
    changed,
    released: await writer.runEach(RELEASE_DEVICE, PARAMETER_NAMES, buildParameterRows(gone, at, run)),
  };
};

const INSERT_ARRIVAL = `insert into ade_arrival (${APPLE_DEVICE_FIELDS.join(", ")})
  values (${APPLE_DEVICE_FIELDS.map((field) => `:${field}`).join(", ")})`;

/**
 * Stores pages of a full fetch in the order in which they arrive. {@link applyArrivals} later compares them with the
 * stored devices.
 */
export const storeArrivals = (writer: Writer, devices: readonly AdeDevice[]): Promise<number> =>
  writer.runEach(INSERT_ARRIVAL, APPLE_DEVICE_FIELDS, buildParameterRows(devices));

export const deleteArrivals = async (writer: Writer): Promise<void> =>
  void (await writer.run("delete from ade_arrival"));

/**
 * SQL: keeps only the latest arrival of each device, by date, or by position if the dates are equal. Stored devices
 * always count as older than arrivals, because a full fetch returns the current state, whatever its dates.
 */
const DELETE_SUPERSEDED_ARRIVALS = `delete from ade_arrival where pk in (select n.pk from (select a.pk, row_number() over (
  partition by a.serialNumber order by coalesce(a.opDate, '') desc, a.pk desc) as place from ade_arrival a) n
  where n.place > 1)`;

/** SQL: true for the arrival of a device that Apple has not marked deleted. */
const IS_PRESENT_ARRIVAL = `a.opType is distinct from '${DELETED_OP_TYPE}'`;

const RELEASE_DELETED_ARRIVALS = `update ade_device as t set ${buildReleasedAssignments("a.")} from ade_arrival a
  where a.opType = '${DELETED_OP_TYPE}' and t.serialNumber = a.serialNumber and t.state <> 'released'`;

const READD_ARRIVALS = `update ade_device as t set ${buildPresentAssignments("a.")}, createdIn = :run from ade_arrival a
  where ${IS_PRESENT_ARRIVAL} and t.serialNumber = a.serialNumber and t.state = 'released'`;

const UPDATE_FROM_ARRIVALS = `update ade_device as t set ${buildPresentAssignments("a.")} from ade_arrival a
  where ${IS_PRESENT_ARRIVAL} and t.serialNumber = a.serialNumber and t.state <> 'released' and ${buildChangeCondition("a.")}`;

/** SQL: inserts new devices in the order of the index, so that the index grows only at its end. */
const INSERT_NEW_ARRIVALS = `insert into ade_device (serialNumber, ${TOLD.join(", ")}, seenAt, createdIn, changedIn)
  select a.serialNumber, ${TOLD.map((field) => `a.${field}`).join(", ")}, :at, :run, :run from ade_arrival a
  where ${IS_PRESENT_ARRIVAL} and not exists (select 1 from ade_device t where t.serialNumber = a.serialNumber)
  order by a.serialNumber`;

/** SQL: marks a missing device as present if its record was fetched but could not be read. */
const MARK_UNREADABLE_PRESENT = `update ade_device set state = 'present', missingSince = null, changedIn = :run
  where state = 'missing' and serialNumber in (select serialNumber from ade_unreadable)`;

/**
 * SQL: true for a device that a full fetch did not find. A device counts as found if its record was fetched but could
 * not be read. If not even the serial number of a record could be read, every device counts as found, because the
 * record may belong to any of them.
 */
const IS_UNSEEN = `state <> 'released' and serialNumber in (select serialNumber from ade_device where state <> 'released'
  except select serialNumber from ade_arrival
  except select serialNumber from ade_unreadable)
  and not exists (select 1 from ade_unreadable where serialNumber is null)`;

const COUNT_NOT_RELEASED =
  "select (select count(*) from ade_device) - (select count(*) from ade_device where state = 'released')";

/** The result of a full fetch. */
export interface FullFetchResult extends PageCounts {
  /** number of devices that the fetch did not find and that are not released or marked missing yet */
  readonly unseen: number;
  /** number of devices before the fetch */
  readonly before: number;
}

const countUnseen = async (writer: Writer, of: { run: number; at: string }): Promise<number> => {
  if ((await countUnreadable(writer)) === 0) {
    const arrived = await writer.count(`select count(*) from ade_arrival a where ${IS_PRESENT_ARRIVAL}`);
    return (await writer.count(COUNT_NOT_RELEASED)) - arrived;
  }
  await writer.run(MARK_UNREADABLE_PRESENT, of);
  return writer.count(`select count(*) from ade_device where ${IS_UNSEEN}`);
};

/** Updates the tenant's devices to match a full fetch. The arrivals are kept for {@link releaseUnseen}. */
export const applyArrivals = async (writer: Writer, of: { run: number; at: string }): Promise<FullFetchResult> => {
  await writer.run(DELETE_SUPERSEDED_ARRIVALS);
  const released = await writer.run(RELEASE_DELETED_ARRIVALS, of);
  const before = await writer.count(COUNT_NOT_RELEASED);
  const again = await writer.run(READD_ARRIVALS, of);
  // devices that were just re-added already have these values
  const changed = before + again === 0 ? 0 : await writer.run(UPDATE_FROM_ARRIVALS, of);
  const created = again + (await writer.run(INSERT_NEW_ARRIVALS, of));
  return { created, changed, released, before, unseen: await countUnseen(writer, of) };
};

/** Releases the devices that a full fetch did not find. @returns the number of devices */
export const releaseUnseen = (writer: Writer, of: { run: number; at: string }): Promise<number> =>
  writer.run(
    `update ade_device set state = 'released', releasedAt = :at, missingSince = null, changedIn = :run where ${IS_UNSEEN}`,
    of,
  );

/**
 * Marks the devices that a full fetch did not find as missing, until a person confirms that they are gone. @returns the
 * number of devices
 */
export const markMissing = (writer: Writer, of: { run: number; at: string }): Promise<number> =>
  writer.run(
    `update ade_device set state = 'missing', missingSince = coalesce(missingSince, :at), changedIn = :run where ${IS_UNSEEN}`,
    of,
  );

/** Releases the missing devices. @returns the number of devices */
export const releaseMissing = (writer: Writer, of: { run: number; at: string }): Promise<number> =>
  writer.run(
    `update ade_device set state = 'released', releasedAt = :at, missingSince = null, changedIn = :run
     where state = 'missing'`,
    of,
  );

export const countMissingDevices = (reader: Reader): Promise<number> =>
  reader.count("select count(*) from ade_device where state = 'missing'");

/** SQL: conditions for the devices of a run, written so that indexes can be used. */
const RUN_CONDITIONS = {
  created: "createdIn = :run and state <> 'released'",
  released: "state <> 'present' and state = 'released' and changedIn = :run",
  missing: "state <> 'present' and state = 'missing' and changedIn = :run",
  // includes devices of earlier runs that were not completed, because such runs did not report their devices
  "not-ready": `t.state = 'present' and ${IS_NOT_READY} and changedIn <= :run and changedIn >
    coalesce((select max(pk) from ade_sync where pk < :run and state in ('done', 'unconfirmed')), 0)`,
} as const;

/** Returns serial numbers of a run's devices, in the order in which the devices were first seen. */
export const readRunSerials = async (
  reader: Reader,
  run: number,
  which: keyof typeof RUN_CONDITIONS,
  most: number,
): Promise<string[]> => {
  const sql = `select serialNumber from ade_device t where ${RUN_CONDITIONS[which]} order by pk limit :most`;
  return (await reader.all(sql, { run, most })).map(({ serialNumber }) => String(serialNumber));
};

const PLATFORM_SQL = `case t.os ${Object.entries(PLATFORM_BY_APPLE_OS)
  .map(([os, platform]) => `when '${os}' then '${platform}'`)
  .join(" ")} end`;

const TENANT_DEVICE_SQL = `select d.pk from device d where ${buildSerialKeySql("d")} = ${buildValueWithoutTypeSql("upper(t.serialNumber)")}`;

/** A position in the list of devices, in the order in which runs created them. */
export interface DeviceCursor {
  readonly run: number;
  readonly pk: number;
}

/** A device record that was newly created in the tenant. */
export interface NewDevice {
  readonly id: string;
  readonly serialNumber: string;
}

/**
 * Processes the next devices, and creates a 事前登録 record in the tenant for each device that does not have a record.
 *
 * @param after position of the last device of the previous call
 * @param idPrefix the first 24 characters of the new ids
 * @param most maximum number of devices to process
 * @param told maximum number of new records to return
 * @returns the number of new records, the first of these records, and the position of the last device; the position is
 * undefined after the last device
 */
export const registerNextDevices = async (
  writer: Writer,
  {
    after,
    at,
    idPrefix,
    most,
    told,
  }: { after: DeviceCursor; at: string; idPrefix: string; most: number; told: number },
): Promise<{
  readonly count: number;
  readonly told: readonly NewDevice[];
  readonly next: DeviceCursor | undefined;
}> => {
  const { last: base = 0 } = (await writer.lock(["devices"])).get("devices") ?? {};
  const revision = await writer.revision();
  const looked = "select t.createdIn as run, t.pk from ade_device t where (t.createdIn, t.pk) > (:run, :pk)";
  const place = "order by t.createdIn, t.pk limit 1 offset :offset";
  const end = await writer.get(`${looked} ${place}`, { ...after, offset: most - 1 });
  const next = end === undefined ? undefined : { run: Number(end["run"]), pk: Number(end["pk"]) };
  const { run: lastRun, pk: lastPk } = next ?? END_OF_DEVICES;
  const count = await writer.run(
    `insert into main.device (pk, id, serialNumber, platform, status, createdAt, updatedAt, revision)
     select :base + t.row, :idPrefix || substr(cast(1000000000000 + t.row as text), 2), t.serialNumber, ${PLATFORM_SQL}, '${PRE_REGISTERED}', :at, :at, :revision
     from (select row_number() over (order by t.createdIn, t.pk) as row, t.serialNumber, t.os from ade_device t
       where (t.createdIn, t.pk) > (:run, :pk) and (t.createdIn, t.pk) <= (:lastRun, :lastPk) and t.state <> 'released'
         and not exists (${TENANT_DEVICE_SQL})) t`,
    { base, at, idPrefix, revision, ...after, lastRun, lastPk },
  );
  await saveCreatedRange(writer, "device", base + 1, base + count);
  if (count > 0) await storeLastNumber(writer, "devices", base + count);
  const created = "select id, serialNumber from device where pk > :base order by pk limit :told";
  const rows = count > 0 && told > 0 ? await writer.all(created, { base, told }) : [];
  return { count, told: rows as unknown as readonly NewDevice[], next };
};

/** Position after all devices. */
const END_OF_DEVICES: DeviceCursor = { run: Number.MAX_SAFE_INTEGER, pk: Number.MAX_SAFE_INTEGER };
