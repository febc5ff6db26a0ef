import type { SyncKind, SyncReason, SyncState } from "../../../model/ade.ts";
import type { Reader, Row, Writer } from "../store.ts";

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
  /** a problem object in JSON */
  readonly error: string | null;
}

const COLUMNS =
  "pk, id, kind, reason, state, cursor, fetched, settled, startedAt, beatAt, finishedAt, host, pid, holder, pages, devices, created, changed, released, missing, registered, assigned, unreadable, intervalMs, error";

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
