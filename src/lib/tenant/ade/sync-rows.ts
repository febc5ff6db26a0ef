import type { UnreadableRecord } from "../../apple/service/device.ts";
import type { SyncKind, SyncReason, SyncState } from "../../model/ade.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

/** A run of the sync, as its row has it. */
export interface StoredSync {
  readonly pk: number;
  readonly id: string;
  readonly kind: SyncKind;
  readonly reason: SyncReason;
  readonly state: SyncState;
  /** where it goes on; null at the start of a full one */
  readonly cursor: string | null;
  /** 1: all devices were fetched, and what changed meanwhile follows */
  readonly fetched: number;
  /** 1: what a full fetch found has become the tenant's devices; what follows does so at once */
  readonly settled: number;
  readonly startedAt: string;
  /** when its holder was last heard of */
  readonly beatAt: string;
  readonly finishedAt: string | null;
  /** the machine and the process that hold it; null of one that nobody holds */
  readonly host: string | null;
  readonly pid: number | null;
  /** what its holder knows it by */
  readonly holder: string | null;
  readonly pages: number;
  readonly devices: number;
  readonly created: number;
  readonly changed: number;
  readonly released: number;
  readonly missing: number;
  readonly registered: number;
  readonly assigned: number;
  /** records that could not be read, and were skipped */
  readonly unreadable: number;
  /** how often a schedule repeats it; null of a sync that nobody repeats */
  readonly intervalMs: number | null;
  /** the number of the change that it made; null of one that is not done, or changed nothing */
  readonly change: number | null;
  /** a problem object in JSON */
  readonly error: string | null;
}

const COLUMNS =
  "pk, id, kind, reason, state, cursor, fetched, settled, startedAt, beatAt, finishedAt, host, pid, holder, pages, devices, created, changed, released, missing, registered, assigned, unreadable, intervalMs, change, error";

const syncOf = (row: Row | undefined): StoredSync | undefined => row as unknown as StoredSync | undefined;

export const lastSync = async (reader: Reader): Promise<StoredSync | undefined> =>
  syncOf(await reader.get(`select ${COLUMNS} from ade_sync order by pk desc limit 1`));

export const findSync = async (reader: Reader, id: string): Promise<StoredSync | undefined> =>
  syncOf(await reader.get(`select ${COLUMNS} from ade_sync where id = :id`, { id }));

/** @returns its number */
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

/** Writes some of a run; the rest stays. */
export const updateSync = async (
  writer: Writer,
  pk: number,
  change: Partial<Omit<StoredSync, "pk" | "id" | "startedAt">>,
): Promise<void> => {
  const sets = Object.keys(change).map((name) => `${name} = :${name}`);
  await writer.run(`update ade_sync set ${sets.join(", ")} where pk = :pk`, { ...change, pk });
};

const COUNT_UNREADABLE = "select count(*) from ade_unreadable";

/** Returns the number of records that could not be read, and were not read since. */
export const countUnreadable = (reader: Reader): Promise<number> => reader.count(COUNT_UNREADABLE);

/** A record that a run could not read. */
interface StoredUnreadable extends UnreadableRecord {
  /** no completed run before was the first that could not read it */
  readonly isNew: boolean;
}

/** Returns the records that a run could not read, in the order in which they came. */
export const unreadableOf = async (reader: Reader, run: number, most: number): Promise<StoredUnreadable[]> => {
  const rows = (await reader.all(
    "select serialNumber, place, member, firstRun from ade_unreadable where run = :run order by pk limit :most",
    { run, most },
  )) as unknown as (UnreadableRecord & { readonly firstRun: number })[];
  return rows.map(({ firstRun, ...record }) => ({ ...record, isNew: firstRun === run }));
};

/** What a record is known again by in a later run. */
const keyOfRecord = ({ serialNumber, place, member }: UnreadableRecord): string => `${serialNumber ?? place} ${member}`;

/** Returns the first run of each record that is known: what a run met that failed was told to nobody. */
const firstRunsOf = async (reader: Reader, run: number): Promise<ReadonlyMap<string, number>> => {
  const rows = (await reader.all(
    `select serialNumber, place, member, firstRun from ade_unreadable where firstRun = :run
       or not exists (select 1 from ade_sync
         where ade_sync.pk = ade_unreadable.firstRun and state in ('failed', 'cut-off'))`,
    { run },
  )) as unknown as (UnreadableRecord & { readonly firstRun: number })[];
  return new Map(rows.map(({ firstRun, ...record }) => [keyOfRecord(record), firstRun]));
};

/**
 * Keeps the records of a page that could not be read, until a later record of the same device can be read.
 *
 * @param read the serial numbers that could be read
 * @returns how many records the run could not read until now
 */
export const storeUnreadable = async (
  writer: Writer,
  { run, read, unreadable }: { run: number; read: Iterable<string>; unreadable: readonly UnreadableRecord[] },
): Promise<number> => {
  const replaced = [...read, ...unreadable.flatMap(({ serialNumber }) => serialNumber ?? [])];
  const firstRuns = unreadable.length === 0 ? new Map<string, number>() : await firstRunsOf(writer, run);
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
      firstRuns.get(keyOfRecord(record)) ?? run,
    ]),
  );
  return writer.count(`${COUNT_UNREADABLE} where run = :run`, { run });
};

/** Forgets the records of earlier runs: a full fetch has read, or named, everything again. */
export const forgetEarlierUnreadable = async (writer: Writer, run: number): Promise<void> =>
  void (await writer.run("delete from ade_unreadable where run <> :run", { run }));

/** Forgets the records of a run that begins anew. */
export const forgetUnreadable = async (writer: Writer, run: number): Promise<void> =>
  void (await writer.run("delete from ade_unreadable where run = :run", { run }));
