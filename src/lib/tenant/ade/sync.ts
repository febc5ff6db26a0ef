import { line, step } from "../../advice/index.ts";
import { limitOf } from "../../apple/service/account.ts";
import type { DevicePage } from "../../apple/service/device.ts";
import { CursorRefused } from "../../apple/service/errors.ts";
import type { Ade, AdeSync } from "../../contract/index.ts";
import { isNoSpace } from "../../errors/disk.ts";
import { Failure } from "../../errors/index.ts";
import {
  CURSOR_LIFE_MS,
  FULL_EVERY_MS,
  FULL_SLACK_MS,
  GONE_WITHOUT_ASKING,
  type SyncKind,
  type SyncReason,
} from "../../model/ade.ts";
import { counted, text } from "../../text/index.ts";
import { idPrefix, instant, newId } from "../ids.ts";
import { YoungHeap, type Jobs } from "../jobs.ts";
import { MAX_TRACED, type Session } from "../session.ts";
import {
  countMissing,
  forgetArrivals,
  markMissing,
  registerDevices,
  releaseMissing,
  releaseUnseen,
  serialsOf,
  settleArrivals,
  storeArrivals,
  storeChanges,
  type DeviceCursor,
  type NewDevice,
} from "./device-rows.ts";
import { nextChange } from "../audit/audit-rows.ts";
import { holdMissing } from "./profile-rows.ts";
import { readServer, writeServer, type StoredServer } from "./server-rows.ts";
import {
  countUnreadable,
  findSync,
  forgetEarlierUnreadable,
  forgetUnreadable,
  insertSync,
  lastSync,
  storeUnreadable,
  unreadableOf,
  updateSync,
  type StoredSync,
} from "./sync-rows.ts";
import type { Processes } from "../store/processes.ts";
import type { Reader, Writer } from "../store/store.ts";
import { applyProfiles } from "./assign.ts";
import { contactApple, noToken } from "./contact.ts";
import { CONSOLE_STEPS, guardApple, type AppleAccess } from "./guard.ts";
import { readAde, shownSync } from "./server.ts";
import { isMirror } from "../records/tenant-rows.ts";

/** A holder that was not heard of for so long is taken for dead, wherever it is. */
const LEASE_MS = 10 * 60 * 1000;

/** A share never lets more go than this number, as with imports. */
const MAX_BY_SHARE = 500;

/** Serial numbers that one answer tells at most. */
const MAX_SERIALS = 1000;

const LOCKS = ["ade"];

/** What a sync needs of its tenant. */
export interface SyncParts {
  readonly session: Session;
  readonly apple: AppleAccess;
  readonly jobs: Jobs;
  readonly processes: Processes;
  /** what an error of the store means */
  readonly explain: (error: unknown) => unknown;
}

/** How many devices may be released without being asked; each limit given must hold. */
export interface ReleaseLimit {
  readonly count?: number | undefined;
  readonly percent?: number | undefined;
}

interface SyncOptions {
  readonly kind?: SyncKind | undefined;
  readonly most?: ReleaseLimit | undefined;
  /** how often a schedule, or `--watch`, repeats it */
  readonly intervalMs?: number | null | undefined;
}

/**
 * What is due. @param now in milliseconds
 *
 * @throws Failure `input-rejected` where a delta is asked for that has no position to begin from
 */
const dueSync = (
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
  // positions of another server mean nothing there
  if (otherServer === 1) {
    if (asked === "delta") throw NO_POSITION;
    return { kind: "full", reason: "other-server" };
  }
  if (cursor === null || fullAt === null) {
    if (asked === "delta") throw NO_POSITION;
    return { kind: "full", reason: "never-full" };
  }
  if (since(cursorAt) > CURSOR_LIFE_MS) return { kind: "full", reason: "cursor-old" };
  if (asked === "delta") return { kind: "delta", reason: "asked" };
  // a delta has passed the record: only a full fetch has it once more
  if (unreadable > 0) return { kind: "full", reason: "unreadable" };
  return since(fullAt) > FULL_EVERY_MS - FULL_SLACK_MS
    ? { kind: "full", reason: "full-due" }
    : { kind: "delta", reason: "full-recent" };
};

const NO_POSITION = new Failure("input-rejected", {
  what: text(
    "a delta needs a full sync before it, and none was completed yet",
    "差分の取得には、先に全件の取得が必要です",
  ),
  hint: text(line("ade sync", [], { full: true }), `${line("ade sync", [], { full: true })} を実行してください`),
});

/**
 * Begins a sync, or goes on with one that was cut off; it goes on in this process after its answer.
 *
 * @throws Failure `locked` while another process is at it; as {@link guardApple}, `input-rejected` without a token
 */
export const beginSync = async (
  parts: SyncParts,
  { kind: asked, most, intervalMs = null }: SyncOptions,
): Promise<AdeSync> => {
  const { session, jobs } = parts;
  const { surroundings } = session;
  const holder = newId(surroundings);
  const began = await session.change({ action: null, locks: LOCKS }, async (writer) => {
    const { server, endpoint } = await guardApple(writer, CONSOLE_STEPS.sync);
    if (server.token === null) throw noToken(endpoint);
    const before = await lastSync(writer);
    if (before?.state === "running" && isHeld(before, parts)) throw atIt(before);
    const unreadable = await countUnreadable(writer);
    const due = dueSync({ ...server, unreadable }, asked, surroundings.now());
    const at = instant(surroundings);
    const held = { host: surroundings.origin.host, pid: parts.processes.self, holder, intervalMs };
    const result =
      before !== undefined && server.otherServer === 0 && goesOn(before, due.kind, asked, surroundings.now())
        ? await takeOver(writer, before, { ...held, beatAt: at })
        : await begin(writer, before, {
            ...due,
            ...held,
            id: newId(surroundings),
            cursor: due.kind === "delta" ? server.cursor : null,
            startedAt: at,
          });
    return { result, objects: [OBJECT] };
  });
  const run = new SyncRun(parts, began, { holder, most });
  jobs.start(began.id, (signal) => run.work(signal));
  return shownSync(began);
};

const OBJECT = { thing: "ade", id: "ade", name: "ADE" };

/** Whether somebody is at it: a process of this machine that is alive, or one elsewhere that was heard of lately. */
const isHeld = ({ id, host, pid, beatAt }: StoredSync, { session, jobs, processes }: SyncParts): boolean => {
  const { now, origin } = session.surroundings;
  // a clock that is ahead by more is wrong
  if (pid === null || Math.abs(now() - Date.parse(beatAt)) > LEASE_MS) return false;
  if (host !== origin.host) return true;
  return pid === processes.self ? jobs.has(id) : processes.isAlive(pid);
};

const atIt = ({ host, pid }: StoredSync): Failure =>
  new Failure("locked", {
    what: text(
      `another sync is running (process ${pid ?? "?"} on ${host ?? "?"})`,
      `別の同期を実行中です(${host ?? "?"} のプロセス ${pid ?? "?"})`,
    ),
    hint: step("since when, and how far", "開始日時と進み具合", line("ade status", [])),
  });

/**
 * Whether a run that was not finished is gone on with: one of all devices, unless only changes are asked for. What it found
 * long ago is not all devices any more.
 */
const goesOn = (before: StoredSync, due: SyncKind, asked: SyncKind | undefined, now: number): boolean => {
  const { state, kind, startedAt, beatAt, cursor, settled } = before;
  if (state !== "running" && state !== "cut-off" && state !== "failed") return false;
  if (cursor === null || now - Date.parse(beatAt) > CURSOR_LIFE_MS) return false;
  if (kind === "delta") return due === "delta";
  if (now - Date.parse(startedAt) > (asked === "full" ? ANEW_AFTER_MS : FULL_EVERY_MS)) return false;
  return asked === undefined || (asked === "full" && settled === 0);
};

/** Who asks for all devices so long after a run was cut off gets what is there now. */
const ANEW_AFTER_MS = 60 * 60 * 1000;

const takeOver = async (
  writer: Writer,
  before: StoredSync,
  held: Pick<StoredSync, "host" | "pid" | "holder" | "beatAt" | "intervalMs">,
): Promise<StoredSync> => {
  const change = { ...held, state: "running", reason: "resumed", finishedAt: null, error: null } as const;
  await updateSync(writer, before.pk, change);
  return { ...before, ...change };
};

const begin = async (
  writer: Writer,
  before: StoredSync | undefined,
  sync: Parameters<typeof insertSync>[1],
): Promise<StoredSync> => {
  if (before?.state === "running") await updateSync(writer, before.pk, { state: "cut-off", ...NOBODY });
  await forgetArrivals(writer);
  await insertSync(writer, sync);
  return ofId(writer, sync.id);
};

const NOBODY = { host: null, pid: null, holder: null } as const;

const ofId = async (reader: Reader, id: string): Promise<StoredSync> => {
  const found = await findSync(reader, id);
  if (found !== undefined) return found;
  throw new Failure("not-found", { what: text(`no sync ${id}`, `同期 ${id} はありません`) });
};

/** How a tenant stands with ADE: a run whose holder is dead is told as cut off. */
export const readAdeNow = async (reader: Reader, parts: SyncParts): Promise<Ade> => {
  const [ade, last] = [await readAde(reader), await lastSync(reader)];
  const { sync } = ade;
  if (sync?.state !== "running" || last === undefined || isHeld(last, parts)) return ade;
  return { ...ade, sync: { ...sync, state: "cut-off" } };
};

/**
 * A run of the sync: one whose holder is dead is told as cut off.
 *
 * @throws Failure `not-found`; what ended it here, where that could not be kept with it, as on a full disk
 */
export const readSync = async (reader: Reader, id: string, parts: SyncParts): Promise<AdeSync> => {
  const run = await ofId(reader, id);
  if (run.state !== "running" || isHeld(run, parts)) return shownSync(run);
  const error = parts.jobs.errorOf(id);
  if (error !== undefined) throw error;
  return shownSync({ ...run, state: "cut-off" });
};

/** Serial numbers of a run's devices; the first ones of many. */
export const readSerials = async (
  reader: Reader,
  id: string,
  which: Parameters<typeof serialsOf>[2],
): Promise<{ items: string[]; next: string | null }> => {
  const { pk } = await ofId(reader, id);
  const found = await serialsOf(reader, pk, which, MAX_SERIALS + 1);
  const items = found.slice(0, MAX_SERIALS);
  return { items, next: found.length > MAX_SERIALS ? (items.at(-1) ?? null) : null };
};

/** Records of a run that could not be read; the first ones of many. */
export const readUnreadable = async (reader: Reader, id: string) => {
  const { pk } = await ofId(reader, id);
  return unreadableOf(reader, pk, MAX_SERIALS);
};

/** One run in this process. */
class SyncRun {
  readonly #parts: SyncParts;
  readonly #pk: number;
  readonly #holder: string;
  readonly #most: ReleaseLimit | undefined;
  readonly #young = new YoungHeap();
  #run: StoredSync;

  constructor(parts: SyncParts, run: StoredSync, { holder, most }: { holder: string; most: ReleaseLimit | undefined }) {
    this.#parts = parts;
    this.#run = run;
    this.#pk = run.pk;
    this.#holder = holder;
    this.#most = most;
  }

  /** Fetches all pages, then settles what they come to. A failure is kept with the run. */
  async work(signal: AbortSignal): Promise<void> {
    try {
      const contact = await contactApple(this.#parts.session, this.#parts.apple, signal);
      await this.#fetchAll(contact, signal);
      if (this.#isGathering) await this.#settle();
      await this.#registerAll(signal);
      const assigned = (count: number) => this.#keep({ assigned: this.#run.assigned + count });
      await applyProfiles(this.#parts.session, contact, assigned, signal);
      await this.#finish();
    } catch (error) {
      const meant = this.#meant(error);
      // what cannot be kept with the run is told by the process
      await this.#fail(meant, signal).catch(() => Promise.reject(meant));
    } finally {
      this.#young.release();
    }
  }

  async #fetchAll({ service, account }: Awaited<ReturnType<typeof contactApple>>, signal: AbortSignal): Promise<void> {
    const fetchLimit = limitOf(account, "/server/devices", "POST").maximum;
    const syncLimit = limitOf(account, "/devices/sync", "POST").maximum;
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
        if (!(error instanceof CursorRefused)) throw error;
        if (error.cursor === "exhausted" && !this.#isFetched && position !== null) {
          await this.#keep({ fetched: 1 });
        } else {
          // once: a position that is refused again would be so for ever
          if (isRestarted || position === null) throw error;
          isRestarted = true;
          await this.#startOver();
        }
        position = this.#run.cursor;
        next = ask(position, this.#isFetched);
        continue;
      }
      signal.throwIfAborted();
      // after each page: it may grow twice in two
      this.#young.hold();
      fetched.push(page);
      const isStuck = page.moreToFollow && seen.has(page.cursor);
      seen.add(page.cursor);
      const isEnd = !page.moreToFollow;
      const isLast = isEnd && this.#isFetched;
      position = page.cursor;
      // the next page is under way while this one is stored
      if (!isLast && !isStuck) next = ask(position, this.#isFetched || isEnd);
      next.catch(() => undefined);
      // the first pages one by one, those of many some together: a transaction waits for the disk
      if (isEnd || isStuck || fetched.length >= together(this.#run.pages)) {
        await this.#storePages(fetched.splice(0), this.#isFetched || isEnd);
      }
      if (isStuck) {
        // from there it would be so for ever
        await this.#keep({ cursor: null });
        throw stuck();
      }
      if (isLast) return;
    }
  }

  get #isFetched(): boolean {
    return this.#run.kind === "delta" || this.#run.fetched === 1;
  }

  /** What is fetched is gathered, and compared when all is there. */
  get #isGathering(): boolean {
    return this.#run.kind === "full" && this.#run.settled === 0;
  }

  /** Devices first, then the position, in one transaction. */
  async #storePages(pages: readonly DevicePage[], isFetched: boolean): Promise<void> {
    const devices = pages.flatMap((page) => page.devices);
    await this.#change(async (writer, at) => {
      const done = this.#isGathering
        ? await gather(writer, devices)
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

  /** Fetches all devices anew, as the position is refused. */
  #startOver(): Promise<void> {
    return this.#change(async (writer) => {
      await forgetArrivals(writer);
      await forgetUnreadable(writer, this.#pk);
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

  /** Writes what the run has come to. @throws Failure `locked` where another process has taken it over */
  async #change(body: (writer: Writer, at: string) => Promise<Partial<StoredSync>>): Promise<void> {
    const { session } = this.#parts;
    this.#run = await session.change({ action: null, locks: LOCKS }, async (writer) => {
      await this.#mine(writer);
      const at = instant(session.surroundings);
      const change = { ...(await body(writer, at)), beatAt: at };
      await updateSync(writer, this.#pk, change);
      return { result: { ...this.#run, ...change }, objects: [OBJECT] };
    });
  }

  async #mine(reader: Reader): Promise<void> {
    const now = await lastSync(reader);
    if (now?.pk === this.#pk && now.holder === this.#holder) return;
    throw now === undefined ? GONE : atIt(now);
  }

  /** Settles a run: what is gone, what is new, and where the next one begins; the one record of it in the audit. */
  async #finish(): Promise<void> {
    const { session } = this.#parts;
    const { kind, cursor, startedAt } = this.#run;
    await session.change({ action: "ade.sync", locks: LOCKS }, async (writer) => {
      await this.#mine(writer);
      const at = instant(session.surroundings);
      const state = this.#run.missing > 0 ? "unconfirmed" : "done";
      const { created, changed, released, missing, registered } = this.#run;
      const counts = { kind, created, changed, released, missing, registered };
      const isNothing = Object.values(counts).every((count) => count === 0 || count === kind);
      const number = isNothing ? null : await nextChange(writer);
      const change = { ...NOBODY, state, finishedAt: at, beatAt: at, change: number } as const;
      await updateSync(writer, this.#pk, change);
      await holdMissing(writer, (await readServer(writer)).appliedUpTo, at);
      const position = { cursor, cursorAt: at, appliedUpTo: this.#pk };
      await writeServer(writer, { ...position, ...(kind === "full" && { fullAt: startedAt }) });
      this.#run = { ...this.#run, ...change };
      return {
        result: undefined,
        objects: isNothing ? [] : [OBJECT],
        ...(!isNothing && { detail: counts }),
      };
    });
  }

  /** Makes what a full fetch found the tenant's devices, and settles what it did not find. */
  #settle(): Promise<void> {
    const run = this.#pk;
    return this.#change(async (writer, at) => {
      await forgetEarlierUnreadable(writer, run);
      const { unseen, before, ...done } = await settleArrivals(writer, { run, at });
      const isReleased = unseen > 0 && mayGo(unseen, before, this.#most);
      const released = isReleased ? await releaseUnseen(writer, { run, at }) : 0;
      const missing = unseen > released ? await markMissing(writer, { run, at }) : 0;
      await forgetArrivals(writer);
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
   * Gives each new device its record in Devices, some at a time: a signal is heard between. In a mirror the devices are the
   * console's, and nothing is added there by a rehearsal.
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
      const at = instant(session.surroundings);
      const prefix = idPrefix(session.surroundings);
      const { count, told, next } = await registerDevices(writer, {
        after,
        at,
        idPrefix: prefix,
        most: TOGETHER,
        told: Math.max(0, MAX_TRACED - this.#run.registered),
      });
      const change = { registered: this.#run.registered + count, beatAt: at };
      await updateSync(writer, this.#pk, change);
      if (next === undefined) await writeServer(writer, { registeredUpTo: this.#pk });
      this.#run = { ...this.#run, ...change };
      // of very many the record tells the run, of which they can be asked
      const detail = { sync: this.#run.id, registered: count };
      return { result: next, objects: told.map(deviceObject), ...(count > told.length && { detail }) };
    });
  }

  /** What an error means; where the disk is full, how the sync goes on. */
  #meant(error: unknown): unknown {
    const meant = this.#parts.explain(error);
    return meant instanceof Failure && isNoSpace(meant) ? meant.with({ hint: FREE_SPACE }) : meant;
  }

  async #fail(error: unknown, signal: AbortSignal): Promise<void> {
    const failure = error instanceof Failure ? error : undefined;
    const isStopped = signal.aborted || failure?.code === "interrupted";
    const known = failure ?? new Failure("unexpected", { what: UNEXPECTED, cause: error });
    await this.#parts.session.change({ action: null, locks: LOCKS }, async (writer) => {
      const now = await lastSync(writer);
      if (now?.pk !== this.#pk || now.holder !== this.#holder) return { result: undefined, objects: [] };
      await updateSync(writer, this.#pk, {
        ...NOBODY,
        state: isStopped ? "cut-off" : "failed",
        finishedAt: instant(this.#parts.session.surroundings),
        error: isStopped ? null : JSON.stringify(known.toJSON()),
      });
      return { result: undefined, objects: [OBJECT] };
    });
  }
}

const gather = async (writer: Writer, devices: DevicePage["devices"]) => {
  await storeArrivals(writer, devices);
  return { created: 0, changed: 0, released: 0 };
};

/** How many pages are stored together, after so many. */
const together = (pages: number): number => Math.min(MAX_TOGETHER, Math.max(1, Math.floor(pages / 4)));

/** How many devices are registered together. */
const TOGETHER = 50_000;

/** Pages of a thousand devices each fit into memory so. */
const MAX_TOGETHER = 2;

const UNEXPECTED = text("the sync ended unexpectedly", "同期が予期せず終了しました");

const FREE_SPACE = text(
  `free some space, then ${line("ade sync", [])} goes on`,
  `空き容量を確保してから ${line("ade sync", [])} を実行すると、続きから再開します`,
);

const GONE = new Failure("conflict", {
  what: text("the endpoint was changed meanwhile", "その間に接続先が変更されました"),
});

const stuck = (): Failure =>
  new Failure("unavailable", {
    what: text(
      "Apple promises more devices and gives the same position again: the sync would never end",
      "Apple から続きがあると応答がありましたが、位置が進まないため中止しました",
    ),
    where: "cursor",
    hint: text(
      `try again later, from the beginning: ${line("ade sync", [], { full: true })}`,
      `時間をおいて ${line("ade sync", [], { full: true })} を実行してください(最初から取得し直します)`,
    ),
  });

const deviceObject = ({ id, serialNumber }: NewDevice) => ({ thing: "device", id, name: serialNumber });

/** Whether so many devices may go without being asked. */
const mayGo = (gone: number, before: number, most: ReleaseLimit | undefined): boolean => {
  const share = (percent: number): number => (before * percent) / 100;
  if (most === undefined) {
    return gone <= Math.max(GONE_WITHOUT_ASKING.count, share(GONE_WITHOUT_ASKING.percent));
  }
  const { count, percent } = most;
  return (
    (count === undefined || gone <= count) && (percent === undefined || gone <= Math.min(share(percent), MAX_BY_SHARE))
  );
};

/**
 * Confirms that devices are gone which a full sync did not find.
 *
 * @throws Failure `input-rejected` where their number is another one, `conflict` where a later sync was run
 */
export const confirmRelease = (session: Session, id: string, count: number): Promise<AdeSync> =>
  session.change({ action: "ade.release", locks: LOCKS }, async (writer) => {
    const run = await ofId(writer, id);
    const last = await lastSync(writer);
    if (last?.pk !== run.pk || run.state !== "unconfirmed") throw NOT_WAITING;
    const missing = await countMissing(writer);
    if (missing !== count) throw otherCount(missing, count);
    const at = instant(session.surroundings);
    const released = await releaseMissing(writer, { run: run.pk, at });
    await updateSync(writer, run.pk, { state: "done", missing: 0, released: run.released + released });
    return { result: shownSync(await ofId(writer, id)), objects: [OBJECT], detail: { released } };
  });

const NOT_WAITING = new Failure("conflict", {
  what: text(
    "this sync has nothing to confirm: it was confirmed, or another one was run since",
    "この同期には確認待ちがありません(確認済みか、その後に別の同期が実行されています)",
  ),
  hint: text(line("ade status", []), `${line("ade status", [])} で確認してください`),
});

const otherCount = (missing: number, count: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `${counted(missing, "device")} would be released, not ${count}; nothing was changed`,
      `解除済みになるデバイスは ${missing} 台で、${count} 台ではありません。何も変更していません`,
    ),
  });
