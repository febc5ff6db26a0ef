import type { AdeDevice } from "../../apple/service/device.ts";
import { ADE_DEVICE, PLATFORM_OF, READY, TOLD_BY_APPLE, type AdeDeviceState } from "../../model/ade-device.ts";
import { PRE_REGISTERED } from "../../model/device.ts";
import { keepLast } from "../store/collections.ts";
import { serialOf } from "../records/device-rows.ts";
import { CREATION, type List } from "../store/lists.ts";
import { asExpression } from "../store/sql/forms.ts";
import { noteCreated } from "../versions/keep.ts";
import type { Reader, Value, Writer } from "../store/store.ts";
import { countUnreadable } from "./sync-rows.ts";

const LIST: List<typeof ADE_DEVICE.fields> = {
  thing: ADE_DEVICE,
  table: "ade_device t",
  keyed: false,
  order: [CREATION],
  named: "t.serialNumber in (:nameKey, upper(:nameKey))",
};

/** SQL: true of a device that is not to be switched on yet. */
const NOT_READY = READY.map((status) => `t.profileStatus is distinct from '${status}'`).join(" and ");

/** SQL: those that were asked for; none that is gone is to be made ready. */
const amongStates = (state: AdeDeviceState | undefined, notReady: boolean): string => {
  if (state !== undefined) return "t.state = :state";
  return notReady ? "t.state = 'present'" : "t.state <> 'released'";
};

/** Devices as Apple has them, in the order in which they were first seen. */
export const adeDevices = ({
  state,
  notReady = false,
}: {
  readonly state?: AdeDeviceState | undefined;
  readonly notReady?: boolean | undefined;
}): List<typeof ADE_DEVICE.fields> => ({
  ...LIST,
  among: [amongStates(state, notReady), ...(notReady ? [NOT_READY] : [])].join(" and "),
  params: state === undefined ? {} : { state },
});

/** Devices by their names, gone ones too. */
export const ALL_ADE_DEVICES = LIST;

/** How many devices there are. */
export interface DeviceCounts {
  readonly present: number;
  readonly missing: number;
  readonly released: number;
  readonly notReady: number;
}

/** By what indexes have: nothing here reads every device. */
export const countDevices = async (reader: Reader): Promise<DeviceCounts> => {
  const all = await reader.count("select count(*) from ade_device");
  const gone = "select state, count(*) as count from ade_device where state <> 'present' group by state";
  const counts = new Map((await reader.all(gone)).map(({ state, count }) => [state, Number(count)]));
  const [missing, released] = [counts.get("missing") ?? 0, counts.get("released") ?? 0];
  const notReady = `select count(*) from ade_device t
    where t.state = 'present' and ${NOT_READY}`;
  return { present: all - missing - released, missing, released, notReady: await reader.count(notReady) };
};

const [, ...TOLD] = TOLD_BY_APPLE;

const DELETED = "deleted";

/** SQL: true of a row that is not newer than what Apple says: of a full fetch, whose rows have no date, none is. */
const IS_NEWS = "(:opDate is null or t.opDate is null or :opDate >= t.opDate)";

const INSERT = `insert into ade_device (serialNumber, ${TOLD.join(", ")}, seenAt, createdIn, changedIn)
  values (:serialNumber, ${TOLD.map((field) => `:${field}`).join(", ")}, :at, :run, :run)
  on conflict (serialNumber) do nothing`;

/** What a fetch does not say of a device's last change stays. */
const KEPT_WHERE_UNSAID: readonly string[] = ["opType", "opDate"];

/** SQL: a field as it comes to be. @param told SQL: what Apple says of it */
const setOf = (field: string, told: string): string =>
  KEPT_WHERE_UNSAID.includes(field) ? `${field} = coalesce(${told}, t.${field})` : `${field} = ${told}`;

const isOther = (field: string, told: string): string =>
  KEPT_WHERE_UNSAID.includes(field)
    ? `t.${field} is distinct from coalesce(${told}, t.${field})`
    : `t.${field} is distinct from ${told}`;

/** What a device comes to that is there. @param told SQL: where the fields are that Apple tells */
const presentSet = (told: string): string =>
  `${TOLD.map((field) => setOf(field, told + field)).join(", ")}, state = 'present', missingSince = null, releasedAt = null, changedIn = :run`;

/** SQL: whether that changes it. */
const isChanged = (told: string): string =>
  `(t.state <> 'present' or ${TOLD.map((field) => isOther(field, told + field)).join(" or ")})`;

/** A released device that is there again is a new one. */
const ADD_AGAIN = `update ade_device as t set ${presentSet(":")}, createdIn = :run
  where t.serialNumber = :serialNumber and t.state = 'released' and ${IS_NEWS}`;

const UPDATE = `update ade_device as t set ${presentSet(":")}
  where t.serialNumber = :serialNumber and t.state <> 'released' and ${IS_NEWS} and ${isChanged(":")}`;

const releasedSet = (told: string): string =>
  `state = 'released', releasedAt = :at, missingSince = null, opType = ${told}opType,
    opDate = coalesce(${told}opDate, t.opDate), changedIn = :run`;

const DELETE = `update ade_device as t set ${releasedSet(":")}
  where t.serialNumber = :serialNumber and t.state <> 'released' and ${IS_NEWS}`;

/** Of a page, what it comes to: of several rows of one device the latest, by its date, else by its place. */
const latestOf = (devices: readonly AdeDevice[]): AdeDevice[] => {
  const latest = new Map<string, AdeDevice>();
  for (const device of devices) {
    const before = latest.get(device.serialNumber);
    if (before === undefined || (device.opDate ?? "") >= (before.opDate ?? "")) latest.set(device.serialNumber, device);
  }
  return [...latest.values()];
};

/** The parameters of the statements above. */
const NAMES = [...TOLD_BY_APPLE, "at", "run"];

/** What a page did. */
export interface StoredPage {
  readonly created: number;
  readonly changed: number;
  readonly released: number;
}

const isDeleted = ({ opType }: AdeDevice): boolean => opType === DELETED;

/** Rows of parameters, one at a time: of many pages they are many. */
function* rowsOf(devices: readonly AdeDevice[], ...more: readonly Value[]): Generator<Value[]> {
  for (const device of devices) yield [...TOLD_BY_APPLE.map((field) => device[field]), ...more];
}

/**
 * Stores a page of changes. What is newer here stays; `modified` of a device that is not known adds it, `deleted` of one
 * does nothing.
 *
 * @param run the number of the run that fetched it
 * @see apple 3 (hazards 2, 3 and 5)
 */
export const storeChanges = async (
  writer: Writer,
  devices: readonly AdeDevice[],
  { run, at }: { readonly run: number; readonly at: string },
): Promise<StoredPage> => {
  const latest = latestOf(devices);
  const [there, gone] = [latest.filter((device) => !isDeleted(device)), latest.filter(isDeleted)];
  const inserted = await writer.runEach(INSERT, NAMES, rowsOf(there, at, run));
  let [created, changed] = [inserted, 0];
  if (inserted < there.length) {
    created += await writer.runEach(ADD_AGAIN, NAMES, rowsOf(there, at, run));
    // what was just inserted or added again does not differ
    changed = await writer.runEach(UPDATE, NAMES, rowsOf(there, at, run));
  }
  return { created, changed, released: await writer.runEach(DELETE, NAMES, rowsOf(gone, at, run)) };
};

const ARRIVE = `insert into ade_arrival (${TOLD_BY_APPLE.join(", ")})
  values (${TOLD_BY_APPLE.map((field) => `:${field}`).join(", ")})`;

/** Stores pages of a full fetch, in the order in which they come; {@link settleArrivals} compares them. */
export const storeArrivals = (writer: Writer, devices: readonly AdeDevice[]): Promise<number> =>
  writer.runEach(ARRIVE, TOLD_BY_APPLE, rowsOf(devices));

export const forgetArrivals = async (writer: Writer): Promise<void> =>
  void (await writer.run("delete from ade_arrival"));

/**
 * Of several arrivals of a device the latest counts, by its date, else by its place. What was known before is older than all:
 * a full fetch tells what is, whatever its dates.
 */
const SUPERSEDED = `delete from ade_arrival where pk in (select n.pk from (select a.pk, row_number() over (
  partition by a.serialNumber order by coalesce(a.opDate, '') desc, a.pk desc) as place from ade_arrival a) n
  where n.place > 1)`;

/** SQL: an arrival of a device that is there. */
const ARRIVED_THERE = `a.opType is distinct from '${DELETED}'`;

const SETTLE_DELETED = `update ade_device as t set ${releasedSet("a.")} from ade_arrival a
  where a.opType = '${DELETED}' and t.serialNumber = a.serialNumber and t.state <> 'released'`;

const SETTLE_AGAIN = `update ade_device as t set ${presentSet("a.")}, createdIn = :run from ade_arrival a
  where ${ARRIVED_THERE} and t.serialNumber = a.serialNumber and t.state = 'released'`;

const SETTLE_CHANGED = `update ade_device as t set ${presentSet("a.")} from ade_arrival a
  where ${ARRIVED_THERE} and t.serialNumber = a.serialNumber and t.state <> 'released' and ${isChanged("a.")}`;

/** In the order of the index, which then grows at its end. */
const SETTLE_NEW = `insert into ade_device (serialNumber, ${TOLD.join(", ")}, seenAt, createdIn, changedIn)
  select a.serialNumber, ${TOLD.map((field) => `a.${field}`).join(", ")}, :at, :run, :run from ade_arrival a
  where ${ARRIVED_THERE} and not exists (select 1 from ade_device t where t.serialNumber = a.serialNumber)
  order by a.serialNumber`;

/** A device that was missing is there, though its record could not be read. */
const SEEN_UNREAD = `update ade_device set state = 'present', missingSince = null, changedIn = :run
  where state = 'missing' and serialNumber in (select serialNumber from ade_unreadable)`;

/**
 * SQL: what a full fetch did not find. A device whose record could not be read is there. If even a serial number could not be
 * read, any device may be the one that it belongs to, and nothing counts as not found.
 */
const UNSEEN = `state <> 'released' and serialNumber in (select serialNumber from ade_device where state <> 'released'
  except select serialNumber from ade_arrival
  except select serialNumber from ade_unreadable)
  and not exists (select 1 from ade_unreadable where serialNumber is null)`;

const NOT_RELEASED =
  "select (select count(*) from ade_device) - (select count(*) from ade_device where state = 'released')";

/** What a full fetch came to. */
export interface SettledFetch extends StoredPage {
  /** how many devices it did not find: they are as they were */
  readonly unseen: number;
  /** how many there were before it */
  readonly before: number;
}

const countUnseen = async (writer: Writer, of: { run: number; at: string }): Promise<number> => {
  if ((await countUnreadable(writer)) === 0) {
    const arrived = await writer.count(`select count(*) from ade_arrival a where ${ARRIVED_THERE}`);
    return (await writer.count(NOT_RELEASED)) - arrived;
  }
  await writer.run(SEEN_UNREAD, of);
  return writer.count(`select count(*) from ade_device where ${UNSEEN}`);
};

/** Makes what a full fetch found the tenant's devices; what it found stays, for {@link releaseUnseen}. */
export const settleArrivals = async (writer: Writer, of: { run: number; at: string }): Promise<SettledFetch> => {
  await writer.run(SUPERSEDED);
  const released = await writer.run(SETTLE_DELETED, of);
  const before = await writer.count(NOT_RELEASED);
  const again = await writer.run(SETTLE_AGAIN, of);
  // what was added again does not differ
  const changed = before + again === 0 ? 0 : await writer.run(SETTLE_CHANGED, of);
  const created = again + (await writer.run(SETTLE_NEW, of));
  return { created, changed, released, before, unseen: await countUnseen(writer, of) };
};

/** Releases what a full fetch did not find. @returns their number */
export const releaseUnseen = (writer: Writer, of: { run: number; at: string }): Promise<number> =>
  writer.run(
    `update ade_device set state = 'released', releasedAt = :at, missingSince = null, changedIn = :run where ${UNSEEN}`,
    of,
  );

/** Marks what a full fetch did not find, until somebody confirms it. @returns their number */
export const markMissing = (writer: Writer, of: { run: number; at: string }): Promise<number> =>
  writer.run(
    `update ade_device set state = 'missing', missingSince = coalesce(missingSince, :at), changedIn = :run where ${UNSEEN}`,
    of,
  );

/** Releases what is missing. @returns their number */
export const releaseMissing = (writer: Writer, of: { run: number; at: string }): Promise<number> =>
  writer.run(
    `update ade_device set state = 'released', releasedAt = :at, missingSince = null, changedIn = :run
     where state = 'missing'`,
    of,
  );

export const countMissing = (reader: Reader): Promise<number> =>
  reader.count("select count(*) from ade_device where state = 'missing'");

/** Which devices of a run; as the indexes say it. */
const OF_RUN = {
  created: "createdIn = :run and state <> 'released'",
  released: "state <> 'present' and state = 'released' and changedIn = :run",
  missing: "state <> 'present' and state = 'missing' and changedIn = :run",
  // a run that was not completed told nobody of its devices
  "not-ready": `t.state = 'present' and ${NOT_READY} and changedIn <= :run and changedIn >
    coalesce((select max(pk) from ade_sync where pk < :run and state in ('done', 'unconfirmed')), 0)`,
} as const;

/** Serial numbers of a run's devices, in their order. */
export const serialsOf = async (
  reader: Reader,
  run: number,
  which: keyof typeof OF_RUN,
  most: number,
): Promise<string[]> => {
  const sql = `select serialNumber from ade_device t where ${OF_RUN[which]} order by pk limit :most`;
  return (await reader.all(sql, { run, most })).map(({ serialNumber }) => String(serialNumber));
};

const PLATFORM = `case t.os ${Object.entries(PLATFORM_OF)
  .map(([os, platform]) => `when '${os}' then '${platform}'`)
  .join(" ")} end`;

const OF_TENANT = `select d.pk from device d where ${serialOf("d")} = ${asExpression("upper(t.serialNumber)")}`;

/** A place among the devices in the order in which runs created them. */
export interface DeviceCursor {
  readonly run: number;
  readonly pk: number;
}

/** A record of the tenant's own that was created. */
export interface NewDevice {
  readonly id: string;
  readonly serialNumber: string;
}

/**
 * Creates a 事前登録 record of the tenant's own for each device that has none, of those that come next.
 *
 * @param after where the devices before end
 * @param idPrefix the first 24 characters of their ids
 * @param most how many devices are looked at
 * @param told how many of those created are told one by one
 * @returns how many were created, and where the devices end that were looked at; undefined behind the last one
 */
export const registerDevices = async (
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
  const { run: lastRun, pk: lastPk } = next ?? LAST;
  const count = await writer.run(
    `insert into main.device (pk, id, serialNumber, platform, status, createdAt, updatedAt, revision)
     select :base + t.row, :idPrefix || substr(cast(1000000000000 + t.row as text), 2), t.serialNumber, ${PLATFORM}, '${PRE_REGISTERED}', :at, :at, :revision
     from (select row_number() over (order by t.createdIn, t.pk) as row, t.serialNumber, t.os from ade_device t
       where (t.createdIn, t.pk) > (:run, :pk) and (t.createdIn, t.pk) <= (:lastRun, :lastPk) and t.state <> 'released'
         and not exists (${OF_TENANT})) t`,
    { base, at, idPrefix, revision, ...after, lastRun, lastPk },
  );
  await noteCreated(writer, "device", base + 1, base + count);
  if (count > 0) await keepLast(writer, "devices", base + count);
  const created = "select id, serialNumber from device where pk > :base order by pk limit :told";
  const rows = count > 0 && told > 0 ? await writer.all(created, { base, told }) : [];
  return { count, told: rows as unknown as readonly NewDevice[], next };
};

/** Behind all devices. */
const LAST: DeviceCursor = { run: Number.MAX_SAFE_INTEGER, pk: Number.MAX_SAFE_INTEGER };
