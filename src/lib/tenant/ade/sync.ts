import { line } from "../../advice/index.ts";
import type { DevicePage } from "../../apple/service/device.ts";
import { AppleRefusal, isCursorRefusal } from "../../apple/service/errors.ts";
import { openDeviceService, type AdeService } from "../../apple/service/service.ts";
import type { AdeToken } from "../../apple/service/token.ts";
import { Failure } from "../../errors/index.ts";
import { CURSOR_LIFETIME_MS, FULL_SYNC_INTERVAL_MS, SYNC_KINDS, type SyncKind } from "../../model/ade.ts";
import { APPLE_DEVICE_FIELDS } from "../../model/ade-device.ts";
import { defineLabelledChoice } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { getNextChangeNumber } from "../audit/audit-rows.ts";
import { createIdPrefix, getCurrentInstant } from "../ids.ts";
import { checkFieldValue } from "../records/records.ts";
import { isMirror } from "../records/tenant-rows.ts";
import { MAX_TRACED_RECORDS, type Session } from "../session.ts";
import type { Reader, ScratchTable, Store, Writer } from "../store/store.ts";
import { limitYoungHeap } from "../young-heap.ts";
import {
  applyFetched,
  countMissingDevices,
  deleteMissingDevices,
  FETCHED_COLUMNS,
  registerDevices,
  type AppliedCounts,
} from "./device-rows.ts";
import { readBusiness } from "./business-rows.ts";
import { checkRemoval, MissingDevices, SYNC_CONFLICT_FAILURE, type RemovalRequest } from "./removal.ts";
import { ADE_LOCKS, ADE_OBJECT, requireServer, type AppleAccess } from "./server.ts";
import { readServer, writeServer, type StoredServer } from "./server-rows.ts";
import { TOKEN_PURPOSE } from "./token.ts";

export interface SyncRequest extends RemovalRequest {
  readonly kind?: SyncKind | undefined;
}

type ServerSyncKind = Exclude<SyncKind, "business">;

export interface AdeSync extends AppliedCounts {
  readonly kind: SyncKind;
  readonly devices: number;
  /** number of devices missing from a full fetch, if more than permitted; in this case, nothing was changed */
  readonly missing: number;
  readonly registered: number;
  readonly change: number | null;
}

const KIND = defineLabelledChoice(SYNC_KINDS);

const NO_TOKEN_FAILURE = new Failure("input-rejected", {
  what: text("no server token is set", "サーバートークンが設定されていません"),
  where: "ade token",
  hint: text(`${line("ade status", [])}`, `手順: ${line("ade status", [])}`),
});

interface SyncParts {
  readonly session: Session;
  readonly store: Store;
  readonly apple: AppleAccess;
}

/** Returns true if only the Apple Business API can be a tenant's source of devices, as in every mirror. */
const hasOnlyBusinessKey = async (reader: Reader): Promise<boolean> => {
  if (await isMirror(reader)) return true;
  const business = await readBusiness(reader);
  return business !== undefined && business.privateKey !== null && (await readServer(reader)).token === null;
};

/**
 * Fetches the MDM server's devices page by page, then stores them in one transaction and creates records for new
 * devices. If a full sync would remove more devices than permitted, returns only the number of these. @throws Failure
 * `conflict` if another sync or token came first; `input-rejected` if the confirmed number is wrong, if there is no
 * token, or if there is no position for a delta; `AppleRefusal`
 */
export const syncDevices = async (
  { session, store, apple }: SyncParts,
  request: SyncRequest,
  signal?: AbortSignal,
): Promise<AdeSync> => {
  const { kind, confirmDeletions } = request;
  if (kind !== undefined) checkFieldValue("kind", KIND, kind);
  if (kind === "business" || (kind === undefined && (await session.read(hasOnlyBusinessKey)))) {
    const { syncOrganisation } = await import("./business-sync.ts");
    return syncOrganisation({ session, store, apple }, request, signal);
  }
  // only a full sync finds missing devices
  const asked = kind ?? (confirmDeletions === undefined ? undefined : "full");
  const server = await session.read(requireServer);
  const startedAt = getCurrentInstant(session.surroundings);
  const service = await openService(session, apple, server, signal);
  try {
    const account = await service.account();
    // a position in one MDM server's device list is not valid at another MDM server
    const { cursor } = account.serverUuid === (server.serverUuid ?? account.serverUuid) ? server : { cursor: null };
    const due = chooseSyncKind({ ...server, cursor }, asked, session.surroundings.now());
    const attempt = async (from: string | null): Promise<AdeSync> => {
      await using scratch = await store.scratch(FETCHED_COLUMNS, ["place"]);
      const fetch = new DeviceFetch(service, scratch, signal);
      const fetched = await fetch.run(from);
      const all = { request, scratch, account, startedAt, ...fetched, devices: fetch.devices };
      return await applySync(session, server, all).catch((error: unknown) => reportMissing(error, all));
    };
    return await attempt(due === "delta" ? cursor : null).catch((error: unknown) => {
      if (due !== "delta" || !isCursorRefusal(error)) throw error;
      return attempt(null);
    });
  } catch (error) {
    // monitoring reports the rejection; an error while recording the rejection must not hide Apple's response
    if (error instanceof AppleRefusal && error.rejectsToken)
      await recordTokenRejection(session, server.token).catch(() => undefined);
    throw error;
  }
};

const openService = async (
  session: Session,
  { send, sealing, wait, program }: AppleAccess,
  { endpoint, token: sealed }: StoredServer & { readonly endpoint: string },
  signal: AbortSignal | undefined,
): Promise<AdeService> => {
  if (sealed === null) throw NO_TOKEN_FAILURE;
  const token = JSON.parse(await sealing.unseal(TOKEN_PURPOSE, sealed)) as AdeToken;
  const { now, random } = session.surroundings;
  return openDeviceService({ base: endpoint, token, send: await send(), now, random, wait, program, signal });
};

/** Returns whether a sync is full or a delta. @throws Failure `input-rejected` if a delta has no start position */
const chooseSyncKind = (
  { cursor, cursorAt, fullAt }: Pick<StoredServer, "cursor" | "cursorAt" | "fullAt">,
  asked: ServerSyncKind | undefined,
  now: number,
): ServerSyncKind => {
  const since = (at: string | null): number => (at === null ? Number.POSITIVE_INFINITY : now - Date.parse(at));
  const isPossible = cursor !== null && since(cursorAt) <= CURSOR_LIFETIME_MS;
  if (asked === "delta" && !isPossible) throw FULL_SYNC_REQUIRED_FAILURE;
  return asked ?? (isPossible && since(fullAt) <= FULL_SYNC_INTERVAL_MS ? "delta" : "full");
};

const FULL_SYNC_REQUIRED_FAILURE = new Failure("input-rejected", {
  what: text(
    "a delta sync is not possible, because there is no sync position from the last 7 days",
    "過去 7 日以内の取得位置がないため、差分を取得できません",
  ),
  hint: text(`${line("ade sync", [], { full: true })}`, `${line("ade sync", [], { full: true })} を実行してください`),
});

interface FetchResult {
  readonly kind: ServerSyncKind;
  readonly cursor: string;
}

class DeviceFetch {
  readonly #service: AdeService;
  readonly #scratch: ScratchTable;
  readonly #signal: AbortSignal | undefined;
  devices = 0;

  constructor(service: AdeService, scratch: ScratchTable, signal?: AbortSignal) {
    this.#service = service;
    this.#scratch = scratch;
    this.#signal = signal;
  }

  /** Fetches the changes since a cursor. If it is null, fetches all devices, then the changes since the fetch began. */
  async run(from: string | null): Promise<FetchResult> {
    const start = from ?? (await this.#pages(null, (cursor) => this.#service.fetchDevices(cursor ?? undefined)));
    const cursor = await this.#pages(start, (at) => this.#service.syncDevices(at ?? start));
    return { kind: from === null ? "full" : "delta", cursor };
  }

  async #pages(from: string | null, ask: (cursor: string | null) => Promise<DevicePage>): Promise<string> {
    const seen = new Set<string | null>([from]);
    let next = ask(from);
    for (;;) {
      const page = await next;
      this.#signal?.throwIfAborted();
      // for each page, because the heap may grow once per page
      limitYoungHeap();
      const { cursor, moreToFollow } = page;
      if (moreToFollow) {
        if (seen.has(cursor)) throw STUCK_CURSOR_FAILURE;
        seen.add(cursor);
        next = ask(cursor);
        next.catch(() => undefined);
      }
      await this.#store(page);
      if (!moreToFollow) return cursor;
    }
  }

  async #store({ devices }: DevicePage): Promise<void> {
    const first = this.devices;
    this.devices += devices.length;
    await this.#scratch.add(
      devices.map((device, at) => [first + at, ...APPLE_DEVICE_FIELDS.map((field) => device[field])]),
    );
  }
}

const STUCK_CURSOR_FAILURE = new Failure("unavailable", {
  what: text(
    "Apple reported more devices, but returned the same position again",
    "Apple から続きがあるという応答がありましたが、取得位置が進みません",
  ),
  hint: text("try again later", "時間をおいてもう一度実行してください"),
});

interface FetchedDevices extends FetchResult {
  readonly request: SyncRequest;
  readonly scratch: ScratchTable;
  readonly account: Awaited<ReturnType<AdeService["account"]>>;
  readonly startedAt: string;
  readonly devices: number;
}

const applySync = (session: Session, server: StoredServer, fetched: FetchedDevices): Promise<AdeSync> =>
  session.change({ action: "ade.sync", locks: [...ADE_LOCKS, "devices"] }, async (writer) => {
    const now = await readServer(writer);
    if (now.cursorAt !== server.cursorAt || now.token !== server.token || now.endpoint !== server.endpoint)
      throw SYNC_CONFLICT_FAILURE;
    const { kind, scratch, account, devices, startedAt } = fetched;
    const at = getCurrentInstant(session.surroundings);
    const before = await writer.count("select count(*) from ade_device");
    const applied = await applyFetched(writer, scratch.name, { isFull: kind === "full", at });
    const unseen = kind === "full" && applied.base > 0 ? await removeMissingDevices(writer, fetched, before) : 0;
    const { count: registered, told } = await registerDevices(writer, {
      base: applied.base,
      at,
      idPrefix: createIdPrefix(session.surroundings),
      told: MAX_TRACED_RECORDS,
    });
    const { serverUuid, serverName, adminId, orgName } = account;
    await writeServer(writer, {
      serverUuid,
      serverName,
      adminId,
      orgName,
      tokenRejectedAt: null,
      cursor: fetched.cursor,
      cursorAt: at,
      ...(kind === "full" && { fullAt: startedAt }),
    });
    const counts = {
      created: applied.created,
      changed: applied.changed,
      released: applied.released + unseen,
      registered,
    };
    const isNothing = Object.values(counts).every((count) => count === 0);
    const change = isNothing ? null : await getNextChangeNumber(writer);
    return {
      result: { kind, devices, ...counts, missing: 0, change },
      objects: isNothing
        ? []
        : [ADE_OBJECT, ...told.map(({ id, serialNumber: name }) => ({ thing: "device", id, name }))],
      ...(!isNothing && { detail: { kind, ...counts } }),
    };
  });

/** Returns the result of a sync that changed nothing because of missing devices.  @throws any other error */
const reportMissing = (error: unknown, { kind, devices }: FetchedDevices): AdeSync => {
  if (!(error instanceof MissingDevices)) throw error;
  return {
    kind,
    devices,
    created: 0,
    changed: 0,
    released: 0,
    registered: 0,
    missing: error.count,
    change: null,
  };
};

/** Deletes the devices that a full fetch did not return. @throws {@link MissingDevices}; Failure `input-rejected` */
const removeMissingDevices = async (
  writer: Writer,
  { scratch, request }: FetchedDevices,
  before: number,
): Promise<number> => {
  const missing = await countMissingDevices(writer, scratch.name);
  checkRemoval(missing, before, request);
  return missing === 0 ? 0 : deleteMissingDevices(writer, scratch.name);
};

const recordTokenRejection = (session: Session, token: string | null): Promise<void> =>
  session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    const now = await readServer(writer);
    if (now.token === token && now.tokenRejectedAt === null)
      await writeServer(writer, { tokenRejectedAt: getCurrentInstant(session.surroundings) });
    return { result: undefined, objects: [] };
  });
