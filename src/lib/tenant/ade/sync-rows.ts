import type { UnreadableRecord } from "../../apple/service/device.ts";
import type { SyncKind, SyncReason, SyncState } from "../../model/ade.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

/** A sync run as it is stored in the table. */
export interface StoredSync {
  readonly pk: number;
  readonly id: string;
  readonly kind: SyncKind;
  readonly reason: SyncReason;
  readonly state: SyncState;
  /** position from which the run continues; null at the start of a full sync */
  readonly cursor: string | null;
  /** 1 if all devices were fetched; only the changes since the fetch began are still to be fetched */
  readonly fetched: number;
  /** 1 if the result of a full fetch was applied to the tenant's devices; later pages change the devices directly */
  readonly settled: number;
  readonly startedAt: string;
  /** last time at which the process that holds the run wrote progress */
  readonly beatAt: string;
  readonly finishedAt: string | null;
  /** the machine that runs the sync (`pid` is the process); null if no process holds the run */
  readonly host: string | null;
  readonly pid: number | null;
  /** random id of the process that holds the run */
  readonly holder: string | null;
  readonly pages: number;
  readonly devices: number;
  readonly created: number;
  readonly changed: number;
  readonly released: number;
  readonly missing: number;
  readonly registered: number;
  readonly assigned: number;
  /** number of records that could not be read and were skipped */
  readonly unreadable: number;
  /** interval at which a schedule repeats the sync; null if the sync is not repeated */
  readonly intervalMs: number | null;
  /** number of the change that the run made; null if the run is not finished or changed nothing */
  readonly change: number | null;
  /** a problem object in JSON */
  readonly error: string | null;
}

const SYNC_COLUMNS =
  "pk, id, kind, reason, state, cursor, fetched, settled, startedAt, beatAt, finishedAt, host, pid, holder, pages, devices, created, changed, released, missing, registered, assigned, unreadable, intervalMs, change, error";

const toStoredSync = (row: Row | undefined): StoredSync | undefined => row as unknown as StoredSync | undefined;

export const readLastSync = async (reader: Reader): Promise<StoredSync | undefined> =>
  toStoredSync(await reader.get(`select ${SYNC_COLUMNS} from ade_sync order by pk desc limit 1`));

export const findSync = async (reader: Reader, id: string): Promise<StoredSync | undefined> =>
  toStoredSync(await reader.get(`select ${SYNC_COLUMNS} from ade_sync where id = :id`, { id }));

/** Creates a run. @returns the record number of the run */
export const insertSync = async (
  writer: Writer,
  sync: Pick<StoredSync, "id" | "kind" | "reason" | "cursor" | "startedAt" | "host" | "pid" | "holder" | "intervalMs">,
): Promise<number> => {
  const pk = (await writer.count("select coalesce(max(pk), 0) from ade_sync")) + 1;
  await writer.run(
    `insert into ade_sync (pk, id, kind, reason, state, cursor, startedAt, beatAt, host, pid, holder, intervalMs)
     values (:pk, :id, :kind, :reason, 'running', :cursor, :startedAt, :startedAt, :host, :pid, :holder, :intervalMs)`,
    { ...sync, pk },
  );
  return pk;
};

/** Writes some values of a run; the other values do not change. */
export const updateSync = async (
  writer: Writer,
  pk: number,
  change: Partial<Omit<StoredSync, "pk" | "id" | "startedAt">>,
): Promise<void> => {
  const sets = Object.keys(change).map((name) => `${name} = :${name}`);
  await writer.run(`update ade_sync set ${sets.join(", ")} where pk = :pk`, { ...change, pk });
};

const COUNT_UNREADABLE = "select count(*) from ade_unreadable";

/** Returns the number of records that could not be read and were not read successfully later. */
export const countUnreadable = (reader: Reader): Promise<number> => reader.count(COUNT_UNREADABLE);

/** A record that a run could not read. */
interface StoredUnreadable extends UnreadableRecord {
  /** true if no earlier run failed to read the record; earlier runs that failed or were cut off do not count */
  readonly isNew: boolean;
}

/** Returns the records that a run could not read, in the order of Apple's responses.  @param most maximum number */
export const readRunUnreadable = async (reader: Reader, run: number, most: number): Promise<StoredUnreadable[]> => {
  const rows = (await reader.all(
    "select serialNumber, place, member, firstRun from ade_unreadable where run = :run order by pk limit :most",
    { run, most },
  )) as unknown as (UnreadableRecord & { readonly firstRun: number })[];
  return rows.map(({ firstRun, ...record }) => ({ ...record, isNew: firstRun === run }));
};

/** Returns the key by which a later run recognises the same unreadable record. */
const keyOfUnreadableRecord = ({ serialNumber, place, member }: UnreadableRecord): string =>
  `${serialNumber ?? place} ${member}`;

/**
 * Returns the first run of each unreadable record. Failed and cut-off runs are ignored, because they did not report
 * their unreadable records.
 */
const readFirstRuns = async (reader: Reader, run: number): Promise<ReadonlyMap<string, number>> => {
  const rows = (await reader.all(
    `select serialNumber, place, member, firstRun from ade_unreadable where firstRun = :run
       or not exists (select 1 from ade_sync
         where ade_sync.pk = ade_unreadable.firstRun and state in ('failed', 'cut-off'))`,
    { run },
  )) as unknown as (UnreadableRecord & { readonly firstRun: number })[];
  return new Map(rows.map(({ firstRun, ...record }) => [keyOfUnreadableRecord(record), firstRun]));
};

/**
 * Stores the records of a page that could not be read. Such a record is kept until a later record of the same device
 * can be read.
 *
 * @param read the serial numbers that could be read
 * @returns the number of records that the run could not read so far
 */
export const storeUnreadable = async (
  writer: Writer,
  { run, read, unreadable }: { run: number; read: Iterable<string>; unreadable: readonly UnreadableRecord[] },
): Promise<number> => {
  const replaced = [...read, ...unreadable.flatMap(({ serialNumber }) => serialNumber ?? [])];
  const firstRuns = unreadable.length === 0 ? new Map<string, number>() : await readFirstRuns(writer, run);
  if ((await countUnreadable(writer)) > 0) {
    await writer.runEach(
      "delete from ade_unreadable where serialNumber = :serialNumber",
      ["serialNumber"],
      replaced.map((serial) => [serial]),
    );
  }
  await writer.runEach(
    `insert into ade_unreadable (run, serialNumber, place, member, firstRun)
     values (:run, :serialNumber, :place, :member, :firstRun)`,
    ["run", "serialNumber", "place", "member", "firstRun"],
    unreadable.map((record) => [
      run,
      record.serialNumber,
      record.place,
      record.member,
      firstRuns.get(keyOfUnreadableRecord(record)) ?? run,
    ]),
  );
  return writer.count(`${COUNT_UNREADABLE} where run = :run`, { run });
};

/** Deletes the unreadable records of earlier runs, because a full fetch has read or reported every record again. */
export const deleteEarlierUnreadable = async (writer: Writer, run: number): Promise<void> =>
  void (await writer.run("delete from ade_unreadable where run <> :run", { run }));

/** Deletes the unreadable records of a run that starts over. */
export const deleteRunUnreadable = async (writer: Writer, run: number): Promise<void> =>
  void (await writer.run("delete from ade_unreadable where run = :run", { run }));
