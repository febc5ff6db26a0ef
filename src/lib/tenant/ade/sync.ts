import { line, step } from "../../advice/index.ts";
import { findDeviceLimit } from "../../apple/service/account.ts";
import type { DevicePage } from "../../apple/service/device.ts";
import { CursorRefusal } from "../../apple/service/errors.ts";
import type { Ade, AdeSync } from "../../contract/index.ts";
import { isDiskFullFailure } from "../../errors/disk.ts";
import { Failure } from "../../errors/index.ts";
import {
  CURSOR_LIFETIME_MS,
  FULL_SYNC_INTERVAL_MS,
  FULL_SYNC_TOLERANCE_MS,
  UNCONFIRMED_RELEASE_LIMITS,
  type SyncKind,
  type SyncReason,
} from "../../model/ade.ts";
import { formatCount, text } from "../../text/index.ts";
import { createIdPrefix, getCurrentInstant, createId } from "../ids.ts";
import type { Jobs } from "../jobs.ts";
import { MAX_TRACED_RECORDS, type Session } from "../session.ts";
import { YoungHeap } from "../young-heap.ts";
import {
  countMissingDevices,
  deleteArrivals,
  markMissing,
  registerNextDevices,
  releaseMissing,
  releaseUnseen,
  readRunSerials,
  applyArrivals,
  storeArrivals,
  storeChanges,
  type DeviceCursor,
  type NewDevice,
} from "./device-rows.ts";
import { getNextChangeNumber } from "../audit/audit-rows.ts";
import { queueMissingDevices } from "./profile-rows.ts";
import { readServer, writeServer, type StoredServer } from "./server-rows.ts";
import {
  countUnreadable,
  findSync,
  deleteEarlierUnreadable,
  deleteRunUnreadable,
  insertSync,
  readLastSync,
  storeUnreadable,
  readRunUnreadable,
  updateSync,
  type StoredSync,
} from "./sync-rows.ts";
import type { Processes } from "../store/processes.ts";
import type { Reader, Writer } from "../store/store.ts";
import { assignDueProfiles } from "./assign.ts";
import { contactApple, createNoTokenFailure } from "./contact.ts";
import { CONSOLE_STEPS, requireAppleServer, type AppleAccess } from "./guard.ts";
import { readAde, toAdeSync } from "./server.ts";
import { isMirror } from "../records/tenant-rows.ts";

/** If the process that holds a run has not written progress for this long, it counts as dead on any machine. */
const LEASE_MS = 10 * 60 * 1000;

/**
 * Upper bound for the number of devices that a percentage limit allows to be released. Imports have the same upper
 * bound.
 */
const MAX_RELEASES_BY_SHARE = 500;

/** Maximum number of serial numbers in one response. */
const MAX_LISTED_SERIALS = 1000;

const ADE_LOCKS = ["ade"];

/** The services that a sync needs from the tenant and from its process. */
export interface SyncContext {
  readonly session: Session;
  readonly apple: AppleAccess;
  readonly jobs: Jobs;
  readonly processes: Processes;
  /** converts an error of the store into the error to report */
  readonly explain: (error: unknown) => unknown;
}

/** How many devices may be released without confirmation. If both limits are specified, both apply. */
export interface ReleaseLimit {
  readonly count?: number | undefined;
  readonly percent?: number | undefined;
}

interface SyncOptions {
  readonly kind?: SyncKind | undefined;
  readonly most?: ReleaseLimit | undefined;
  /** interval at which a schedule or `--watch` repeats the sync */
  readonly intervalMs?: number | null | undefined;
}

/**
 * Chooses between a full and a delta sync, and returns the reason. @param now in milliseconds
 *
 * @throws Failure `input-rejected` if a delta sync is requested but there is no position to start from
 */
const chooseSyncKind = (
  {
    cursor,
    cursorAt,
    fullAt,
    otherServer,
    unreadable,
  }: Pick<StoredServer, "cursor" | "cursorAt" | "fullAt" | "otherServer"> & { readonly unreadable: number },
  asked: SyncKind | undefined,
  now: number,
): { readonly kind: SyncKind; readonly reason: SyncReason } => {
  const since = (at: string | null): number => (at === null ? Number.POSITIVE_INFINITY : now - Date.parse(at));
  if (asked === "full") return { kind: "full", reason: "asked" };
  // a position in the device list of one MDM server is not valid at another MDM server
  if (otherServer === 1) {
    if (asked === "delta") throw FULL_SYNC_REQUIRED_FAILURE;
    return { kind: "full", reason: "other-server" };
  }
  if (cursor === null || fullAt === null) {
    if (asked === "delta") throw FULL_SYNC_REQUIRED_FAILURE;
    return { kind: "full", reason: "never-full" };
  }
  if (since(cursorAt) > CURSOR_LIFETIME_MS) return { kind: "full", reason: "cursor-old" };
  if (asked === "delta") return { kind: "delta", reason: "asked" };
  // the position is already past the unreadable record, so only a full fetch returns that record again
  if (unreadable > 0) return { kind: "full", reason: "unreadable" };
  return since(fullAt) > FULL_SYNC_INTERVAL_MS - FULL_SYNC_TOLERANCE_MS
    ? { kind: "full", reason: "full-due" }
    : { kind: "delta", reason: "full-recent" };
};

const FULL_SYNC_REQUIRED_FAILURE = new Failure("input-rejected", {
  what: text(
    "a delta sync requires a completed full sync first",
    "差分を取得する前に、全件の取得を完了する必要があります",
  ),
  hint: text(`${line("ade sync", [], { full: true })}`, `${line("ade sync", [], { full: true })} を実行してください`),
});

/**
 * Starts a sync, or resumes a sync that was cut off. Returns immediately; the sync continues in this process.
 *
 * @throws Failure `locked` if another process is running a sync; as described for {@link requireAppleServer};
 * `input-rejected` if no token is set
 */
export const beginSync = async (
  parts: SyncContext,
  { kind: asked, most, intervalMs = null }: SyncOptions,
): Promise<AdeSync> => {
  const { session, jobs } = parts;
  const { surroundings } = session;
  const holder = createId(surroundings);
  const began = await session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    const { server, endpoint } = await requireAppleServer(writer, CONSOLE_STEPS.sync);
    if (server.token === null) throw createNoTokenFailure(endpoint);
    const before = await readLastSync(writer);
    if (before?.state === "running" && hasLiveHolder(before, parts)) throw createSyncRunningFailure(before);
    const unreadable = await countUnreadable(writer);
    const due = chooseSyncKind({ ...server, unreadable }, asked, surroundings.now());
    const at = getCurrentInstant(surroundings);
    const held = { host: surroundings.origin.host, pid: parts.processes.self, holder, intervalMs };
    const result =
      before !== undefined && server.otherServer === 0 && canResumeRun(before, due.kind, asked, surroundings.now())
        ? await resumeRun(writer, before, { ...held, beatAt: at })
        : await startNewRun(writer, before, {
            ...due,
            ...held,
            id: createId(surroundings),
            cursor: due.kind === "delta" ? server.cursor : null,
            startedAt: at,
          });
    return { result, objects: [ADE_OBJECT] };
  });
  const run = new SyncRun(parts, began, { holder, most });
  jobs.start(began.id, (signal) => run.work(signal));
  return toAdeSync(began);
};

const ADE_OBJECT = { thing: "ade", id: "ade", name: "ADE" };

/**
 * Returns true if the process that holds a run is still alive: a running process on this machine, or a process on
 * another machine with recent progress.
 */
const hasLiveHolder = ({ id, host, pid, beatAt }: StoredSync, { session, jobs, processes }: SyncContext): boolean => {
  const { now, origin } = session.surroundings;
  // if the time is in the future by more than the lease, a clock is wrong
  if (pid === null || Math.abs(now() - Date.parse(beatAt)) > LEASE_MS) return false;
  if (host !== origin.host) return true;
  return pid === processes.self ? jobs.has(id) : processes.isAlive(pid);
};

const createSyncRunningFailure = ({ host, pid }: StoredSync): Failure =>
  new Failure("locked", {
    what: text(
      `another sync is running (process ${pid ?? "?"} on ${host ?? "?"})`,
      `別の同期を実行中です(${host ?? "?"} のプロセス ${pid ?? "?"})`,
    ),
    hint: step("to see the start time and the progress", "開始日時と進み具合", line("ade status", [])),
  });

/**
 * Returns true if an unfinished run can be resumed. An unfinished full run is resumed unless a delta sync is requested.
 * A run that started too long ago is not resumed, because the devices that it has fetched are out of date.
 */
const canResumeRun = (before: StoredSync, due: SyncKind, asked: SyncKind | undefined, now: number): boolean => {
  const { state, kind, startedAt, beatAt, cursor, settled } = before;
  if (state !== "running" && state !== "cut-off" && state !== "failed") return false;
  if (cursor === null || now - Date.parse(beatAt) > CURSOR_LIFETIME_MS) return false;
  if (kind === "delta") return due === "delta";
  if (now - Date.parse(startedAt) > (asked === "full" ? MAX_RESUMED_FULL_AGE_MS : FULL_SYNC_INTERVAL_MS)) return false;
  return asked === undefined || (asked === "full" && settled === 0);
};

/** Maximum age of an unfinished run that a requested full sync resumes, because the result must be current. */
const MAX_RESUMED_FULL_AGE_MS = 60 * 60 * 1000;

const resumeRun = async (
  writer: Writer,
  before: StoredSync,
  held: Pick<StoredSync, "host" | "pid" | "holder" | "beatAt" | "intervalMs">,
): Promise<StoredSync> => {
  const change = { ...held, state: "running", reason: "resumed", finishedAt: null, error: null } as const;
  await updateSync(writer, before.pk, change);
  return { ...before, ...change };
};

const startNewRun = async (
  writer: Writer,
  before: StoredSync | undefined,
  sync: Parameters<typeof insertSync>[1],
): Promise<StoredSync> => {
  if (before?.state === "running") await updateSync(writer, before.pk, { state: "cut-off", ...NO_HOLDER });
  await deleteArrivals(writer);
  await insertSync(writer, sync);
  return getStoredSync(writer, sync.id);
};

const NO_HOLDER = { host: null, pid: null, holder: null } as const;

const getStoredSync = async (reader: Reader, id: string): Promise<StoredSync> => {
  const found = await findSync(reader, id);
  if (found !== undefined) return found;
  throw new Failure("not-found", { what: text(`no sync has the ID "${id}"`, `ID が「${id}」の同期はありません`) });
};

/** Returns the ADE state of the tenant. If the process that holds a run is dead, the run is reported as cut off. */
export const readCurrentAde = async (reader: Reader, parts: SyncContext): Promise<Ade> => {
  const [ade, last] = [await readAde(reader), await readLastSync(reader)];
  const { sync } = ade;
  if (sync?.state !== "running" || last === undefined || hasLiveHolder(last, parts)) return ade;
  return { ...ade, sync: { ...sync, state: "cut-off" } };
};

/**
 * Returns a sync run. If the process that holds the run is dead, the run is reported as cut off.
 *
 * @throws Failure `not-found`; the error that ended the run in this process, if it could not be stored with the run
 * (for example because the disk is full)
 */
export const readSync = async (reader: Reader, id: string, parts: SyncContext): Promise<AdeSync> => {
  const run = await getStoredSync(reader, id);
  if (run.state !== "running" || hasLiveHolder(run, parts)) return toAdeSync(run);
  const error = parts.jobs.errorOf(id);
  if (error !== undefined) throw error;
  return toAdeSync({ ...run, state: "cut-off" });
};

/** Returns the serial numbers of a run's devices, up to a maximum number. */
export const readSyncSerials = async (
  reader: Reader,
  id: string,
  which: Parameters<typeof readRunSerials>[2],
): Promise<{ items: string[]; next: string | null }> => {
  const { pk } = await getStoredSync(reader, id);
  const found = await readRunSerials(reader, pk, which, MAX_LISTED_SERIALS + 1);
  const items = found.slice(0, MAX_LISTED_SERIALS);
  return { items, next: found.length > MAX_LISTED_SERIALS ? (items.at(-1) ?? null) : null };
};

/** Returns the records that a run could not read, up to a maximum number. */
export const readUnreadableRecords = async (reader: Reader, id: string) => {
  const { pk } = await getStoredSync(reader, id);
  return readRunUnreadable(reader, pk, MAX_LISTED_SERIALS);
};

/** A sync run that this process executes. */
class SyncRun {
  readonly #parts: SyncContext;
  readonly #pk: number;
  readonly #holder: string;
  readonly #most: ReleaseLimit | undefined;
  readonly #young = new YoungHeap();
  #run: StoredSync;

  constructor(
    parts: SyncContext,
    run: StoredSync,
    { holder, most }: { holder: string; most: ReleaseLimit | undefined },
  ) {
    this.#parts = parts;
    this.#run = run;
    this.#pk = run.pk;
    this.#holder = holder;
    this.#most = most;
  }

  /** Fetches all pages and applies the result. If the run fails, the error is stored with the run. */
  async work(signal: AbortSignal): Promise<void> {
    try {
      const contact = await contactApple(this.#parts.session, this.#parts.apple, signal);
      await this.#fetchAll(contact, signal);
      if (this.#isGathering) await this.#settle();
      await this.#registerAll(signal);
      const assigned = (count: number) => this.#keep({ assigned: this.#run.assigned + count });
      await assignDueProfiles(this.#parts.session, contact, assigned, signal);
      await this.#finish();
    } catch (error) {
      const meant = this.#meant(error);
      // an error that cannot be stored with the run is reported by the process
      await this.#fail(meant, signal).catch(() => Promise.reject(meant));
    } finally {
      this.#young.release();
    }
  }

  async #fetchAll({ service, account }: Awaited<ReturnType<typeof contactApple>>, signal: AbortSignal): Promise<void> {
    const fetchLimit = findDeviceLimit(account, "/server/devices", "POST").maximum;
    const syncLimit = findDeviceLimit(account, "/devices/sync", "POST").maximum;
    const ask = (cursor: string | null, isFetched: boolean): Promise<DevicePage> =>
      isFetched && cursor !== null
        ? service.syncDevices({ cursor, limit: syncLimit })
        : service.fetchDevices({ cursor: cursor ?? undefined, limit: fetchLimit });
    const fetched: DevicePage[] = [];
    const store = (): Promise<void> => this.#storePages(fetched.splice(0), this.#isFetched);
    let isRestarted = false;
    let position = this.#run.cursor;
    const seen = new Set([position]);
    let next = ask(position, this.#isFetched);
    for (;;) {
      let page: DevicePage;
      try {
        page = await next;
      } catch (error) {
        if (fetched.length > 0) await store();
        if (!(error instanceof CursorRefusal)) throw error;
        if (error.cursor === "exhausted" && !this.#isFetched && position !== null) {
          await this.#keep({ fetched: 1 });
        } else {
          // restart only once: if the position is refused again after a restart, it would be refused every time
          if (isRestarted || position === null) throw error;
          isRestarted = true;
          await this.#startOver();
        }
        position = this.#run.cursor;
        next = ask(position, this.#isFetched);
        continue;
      }
      signal.throwIfAborted();
      // after each page, because the heap may grow twice within two pages
      this.#young.hold();
      fetched.push(page);
      const isStuck = page.moreToFollow && seen.has(page.cursor);
      seen.add(page.cursor);
      const isEnd = !page.moreToFollow;
      const isLast = isEnd && this.#isFetched;
      position = page.cursor;
      // while this page is stored, the request for the next page is already in progress
      if (!isLast && !isStuck) next = ask(position, this.#isFetched || isEnd);
      next.catch(() => undefined);
      // the first pages are stored one by one and later pages in batches, because each transaction waits for the disk
      if (isEnd || isStuck || fetched.length >= getPageBatchSize(this.#run.pages)) {
        await this.#storePages(fetched.splice(0), this.#isFetched || isEnd);
      }
      if (isStuck) {
        // do not keep this position, because a run that resumes from it would get stuck every time
        await this.#keep({ cursor: null });
        throw createStuckPositionFailure();
      }
      if (isLast) return;
    }
  }

  get #isFetched(): boolean {
    return this.#run.kind === "delta" || this.#run.fetched === 1;
  }

  /** True if fetched devices are only stored as arrivals for now, and compared after the last page. */
  get #isGathering(): boolean {
    return this.#run.kind === "full" && this.#run.settled === 0;
  }

  /** Stores the devices first and then the position, in one transaction. */
  async #storePages(pages: readonly DevicePage[], isFetched: boolean): Promise<void> {
    const devices = pages.flatMap((page) => page.devices);
    await this.#change(async (writer, at) => {
      const done = this.#isGathering
        ? await storePageAsArrivals(writer, devices)
        : await storeChanges(writer, devices, { run: this.#pk, at });
      let { unreadable } = this.#run;
      for (const page of pages) {
        const read = page.devices.map(({ serialNumber }) => serialNumber);
        unreadable = await storeUnreadable(writer, { run: this.#pk, read, unreadable: page.unreadable });
      }
      return {
        unreadable,
        cursor: pages.at(-1)?.cursor ?? null,
        fetched: isFetched ? 1 : 0,
        pages: this.#run.pages + pages.length,
        devices: this.#run.devices + devices.length,
        created: this.#run.created + done.created,
        changed: this.#run.changed + done.changed,
        released: this.#run.released + done.released,
      };
    });
  }

  #keep(change: Partial<StoredSync>): Promise<void> {
    return this.#change(() => Promise.resolve(change));
  }

  /** Starts a new full fetch, because Apple refused the position. */
  #startOver(): Promise<void> {
    return this.#change(async (writer) => {
      await deleteArrivals(writer);
      await deleteRunUnreadable(writer, this.#pk);
      return {
        unreadable: 0,
        kind: "full",
        reason: "cursor-refused",
        cursor: null,
        fetched: 0,
        settled: 0,
      };
    });
  }

  /** Writes the progress of the run. @throws Failure `locked` if another process now holds the run */
  async #change(body: (writer: Writer, at: string) => Promise<Partial<StoredSync>>): Promise<void> {
    const { session } = this.#parts;
    this.#run = await session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
      await this.#mine(writer);
      const at = getCurrentInstant(session.surroundings);
      const change = { ...(await body(writer, at)), beatAt: at };
      await updateSync(writer, this.#pk, change);
      return { result: { ...this.#run, ...change }, objects: [ADE_OBJECT] };
    });
  }

  async #mine(reader: Reader): Promise<void> {
    const now = await readLastSync(reader);
    if (now?.pk === this.#pk && now.holder === this.#holder) return;
    throw now === undefined ? ENDPOINT_CHANGED_FAILURE : createSyncRunningFailure(now);
  }

  /** Completes the run: stores its final state, the position for the next run, and the run's only audit record. */
  async #finish(): Promise<void> {
    const { session } = this.#parts;
    const { kind, cursor, startedAt } = this.#run;
    await session.change({ action: "ade.sync", locks: ADE_LOCKS }, async (writer) => {
      await this.#mine(writer);
      const at = getCurrentInstant(session.surroundings);
      const state = this.#run.missing > 0 ? "unconfirmed" : "done";
      const { created, changed, released, missing, registered } = this.#run;
      const counts = { kind, created, changed, released, missing, registered };
      const isNothing = Object.values(counts).every((count) => count === 0 || count === kind);
      const number = isNothing ? null : await getNextChangeNumber(writer);
      const change = { ...NO_HOLDER, state, finishedAt: at, beatAt: at, change: number } as const;
      await updateSync(writer, this.#pk, change);
      await queueMissingDevices(writer, (await readServer(writer)).appliedUpTo, at);
      const position = { cursor, cursorAt: at, appliedUpTo: this.#pk };
      await writeServer(writer, { ...position, ...(kind === "full" && { fullAt: startedAt }) });
      this.#run = { ...this.#run, ...change };
      return {
        result: undefined,
        objects: isNothing ? [] : [ADE_OBJECT],
        ...(!isNothing && { detail: counts }),
      };
    });
  }

  /**
   * Updates the tenant's devices to match a full fetch. Devices that the fetch did not find are released or marked as
   * missing.
   */
  #settle(): Promise<void> {
    const run = this.#pk;
    return this.#change(async (writer, at) => {
      await deleteEarlierUnreadable(writer, run);
      const { unseen, before, ...done } = await applyArrivals(writer, { run, at });
      const isReleased = unseen > 0 && isWithinReleaseLimit(unseen, before, this.#most);
      const released = isReleased ? await releaseUnseen(writer, { run, at }) : 0;
      const missing = unseen > released ? await markMissing(writer, { run, at }) : 0;
      await deleteArrivals(writer);
      return {
        settled: 1,
        created: this.#run.created + done.created,
        changed: this.#run.changed + done.changed,
        released: this.#run.released + done.released + released,
        missing,
      };
    });
  }

  /**
   * Creates a record in Devices for each new device. This is done in batches, so that a signal can stop the run between
   * two batches. In a mirror, no records are created: the device records come from the console, and a rehearsal must
   * not add any.
   */
  async #registerAll(signal: AbortSignal): Promise<void> {
    const { session } = this.#parts;
    const { from, isFenced } = await session.read(async (reader) => ({
      from: (await readServer(reader)).registeredUpTo,
      isFenced: await isMirror(reader),
    }));
    if (isFenced) return;
    let after: DeviceCursor | undefined = { run: from, pk: Number.MAX_SAFE_INTEGER };
    while (after !== undefined) {
      signal.throwIfAborted();
      after = await this.#registerSome(after);
    }
  }

  #registerSome(after: DeviceCursor): Promise<DeviceCursor | undefined> {
    const { session } = this.#parts;
    return session.change({ action: "ade.register", locks: ["ade", "devices"] }, async (writer) => {
      await this.#mine(writer);
      const at = getCurrentInstant(session.surroundings);
      const prefix = createIdPrefix(session.surroundings);
      const { count, told, next } = await registerNextDevices(writer, {
        after,
        at,
        idPrefix: prefix,
        most: REGISTRATION_BATCH_SIZE,
        told: Math.max(0, MAX_TRACED_RECORDS - this.#run.registered),
      });
      const change = { registered: this.#run.registered + count, beatAt: at };
      await updateSync(writer, this.#pk, change);
      if (next === undefined) await writeServer(writer, { registeredUpTo: this.#pk });
      this.#run = { ...this.#run, ...change };
      // if there are too many devices to list, the audit record contains the id of the run, whose devices can be
      // queried
      const detail = { sync: this.#run.id, registered: count };
      return { result: next, objects: told.map(toDeviceObject), ...(count > told.length && { detail }) };
    });
  }

  /** Returns the error to report. If the disk is full, its hint describes how to resume the sync. */
  #meant(error: unknown): unknown {
    const meant = this.#parts.explain(error);
    return meant instanceof Failure && isDiskFullFailure(meant) ? meant.with({ hint: FREE_SPACE_HINT }) : meant;
  }

  async #fail(error: unknown, signal: AbortSignal): Promise<void> {
    const failure = error instanceof Failure ? error : undefined;
    const isStopped = signal.aborted || failure?.code === "interrupted";
    const known = failure ?? new Failure("unexpected", { what: UNEXPECTED_END_TEXT, cause: error });
    await this.#parts.session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
      const now = await readLastSync(writer);
      if (now?.pk !== this.#pk || now.holder !== this.#holder) return { result: undefined, objects: [] };
      await updateSync(writer, this.#pk, {
        ...NO_HOLDER,
        state: isStopped ? "cut-off" : "failed",
        finishedAt: getCurrentInstant(this.#parts.session.surroundings),
        error: isStopped ? null : JSON.stringify(known.toJSON()),
      });
      return { result: undefined, objects: [ADE_OBJECT] };
    });
  }
}

const storePageAsArrivals = async (writer: Writer, devices: DevicePage["devices"]) => {
  await storeArrivals(writer, devices);
  return { created: 0, changed: 0, released: 0 };
};

/** Returns how many pages to store in one transaction, depending on the number of pages stored so far. */
const getPageBatchSize = (pages: number): number => Math.min(MAX_BATCH_PAGES, Math.max(1, Math.floor(pages / 4)));

/** Maximum number of devices that are registered in one transaction. */
const REGISTRATION_BATCH_SIZE = 50_000;

/** Maximum number of pages per transaction. With a thousand devices per page, they fit into memory. */
const MAX_BATCH_PAGES = 2;

const UNEXPECTED_END_TEXT = text("the sync ended unexpectedly", "同期が予期せず終了しました");

const FREE_SPACE_HINT = text(
  `free some disk space, then resume the sync: ${line("ade sync", [])}`,
  `空き容量を確保してから ${line("ade sync", [])} を実行すると、続きから再開します`,
);

const ENDPOINT_CHANGED_FAILURE = new Failure("conflict", {
  what: text("the endpoint was changed during the sync", "同期中に接続先が変更されました"),
});

const createStuckPositionFailure = (): Failure =>
  new Failure("unavailable", {
    what: text(
      "the sync was stopped: Apple reported that there are more devices, but returned the same position again",
      "Apple から続きがあるという応答がありましたが、取得位置が進まないため、同期を中止しました",
    ),
    hint: text(
      `try again later with a new full sync: ${line("ade sync", [], { full: true })}`,
      `時間をおいて ${line("ade sync", [], { full: true })} を実行してください(最初から取得し直します)`,
    ),
  });

const toDeviceObject = ({ id, serialNumber }: NewDevice) => ({ thing: "device", id, name: serialNumber });

/** Returns true if this number of devices may be released without confirmation. */
const isWithinReleaseLimit = (gone: number, before: number, most: ReleaseLimit | undefined): boolean => {
  const share = (percent: number): number => (before * percent) / 100;
  if (most === undefined) {
    return gone <= Math.max(UNCONFIRMED_RELEASE_LIMITS.count, share(UNCONFIRMED_RELEASE_LIMITS.percent));
  }
  const { count, percent } = most;
  return (
    (count === undefined || gone <= count) &&
    (percent === undefined || gone <= Math.min(share(percent), MAX_RELEASES_BY_SHARE))
  );
};

/**
 * Releases the devices that a full sync did not find, after a person has confirmed their number.
 *
 * @throws Failure `input-rejected` if the confirmed number is wrong; `conflict` if another sync has run since
 */
export const confirmRelease = (session: Session, id: string, count: number): Promise<AdeSync> =>
  session.change({ action: "ade.release", locks: ADE_LOCKS }, async (writer) => {
    const run = await getStoredSync(writer, id);
    const last = await readLastSync(writer);
    if (last?.pk !== run.pk || run.state !== "unconfirmed") throw NOTHING_TO_CONFIRM_FAILURE;
    const missing = await countMissingDevices(writer);
    if (missing !== count) throw createCountMismatchFailure(missing, count);
    const at = getCurrentInstant(session.surroundings);
    const released = await releaseMissing(writer, { run: run.pk, at });
    await updateSync(writer, run.pk, { state: "done", missing: 0, released: run.released + released });
    return { result: toAdeSync(await getStoredSync(writer, id)), objects: [ADE_OBJECT], detail: { released } };
  });

const NOTHING_TO_CONFIRM_FAILURE = new Failure("conflict", {
  what: text(
    "no devices of this sync need confirmation: their number was already confirmed, or another sync has run since",
    "この同期に確認待ちのデバイスはありません(確認済みか、その後に別の同期が実行されています)",
  ),
  hint: text(`${line("ade status", [])}`, `${line("ade status", [])} で確認してください`),
});

const createCountMismatchFailure = (missing: number, count: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `${formatCount(missing, "device")} would be released, not ${count}; nothing was changed`,
      `解除済みになるデバイスは ${missing} 台で、${count} 台ではありません。何も変更していません`,
    ),
  });
