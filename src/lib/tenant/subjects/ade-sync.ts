import { line, step } from "../../advice/index.ts";
import { type DevicePage, openDeviceService, type AdeService } from "../../apple/ade-service.ts";
import { AppleRefusal, isCursorRefusal } from "../../apple/ade-session.ts";
import type { AdeToken } from "../../apple/tokens.ts";
import { Failure } from "../../errors/index.ts";
import {
  CURSOR_LIFETIME_MS,
  FULL_SYNC_INTERVAL_MS,
  SYNC_KINDS,
  UNCONFIRMED_REMOVAL_LIMITS,
  type SyncKind,
  APPLE_DEVICE_FIELDS,
} from "../../nouns/ade-device.ts";
import { MAX_DELETIONS_BY_SHARE } from "../../model/import.ts";
import { defineLabelledChoice } from "../../model/thing.ts";
import { formatCount, text } from "../../text/index.ts";
import { getNextChangeNumber } from "../ledger/audit-rows.ts";
import { createIdPrefix, getCurrentInstant } from "../store/ids.ts";
import type { TenantParts } from "./parts.ts";
import { checkFieldValue } from "../ledger/records.ts";
import { isMirror } from "../ledger/tenant-rows.ts";
import { MAX_TRACED_RECORDS, type Session } from "../ledger/session.ts";
import type { ScratchTable, Writer } from "../store/types.ts";
import {
  storeOrganisationDevices,
  countReleasedDevices,
  FETCHED_ROW_COLUMNS,
  applyFetched,
  countMissingDevices,
  deleteMissingDevices,
  FETCHED_COLUMNS,
  registerDevices,
  type AppliedCounts,
  type RegisteredDevice,
  readServer,
  writeServer,
  type StoredServer,
} from "./ade-rows.ts";
import { ADE_LOCKS, ADE_AUDIT_OBJECT, requireServer, type AppleAccess } from "./ade-server.ts";
import { TOKEN_PURPOSE } from "./ade-token.ts";

export interface SyncRequest {
  readonly kind?: SyncKind | undefined;
  readonly confirmDeletions?: number | undefined;
  /** limits the removals of a full sync: a number, and a percentage of the devices before the sync */
  readonly maxDeletions?: { readonly count?: number | undefined; readonly percent?: number | undefined } | undefined;
}

type ServerSyncKind = Exclude<SyncKind, "business">;

export interface AdeSync extends AppliedCounts, Readonly<Record<"devices" | "missing" | "registered", number>> {
  readonly kind: SyncKind;
  readonly change: number | null;
}

const SYNC_KIND_FIELD = defineLabelledChoice(SYNC_KINDS);

const NO_TOKEN_FAILURE = new Failure("input-rejected", {
  what: text("no server token is set", "サーバートークンが設定されていません"),
  where: "ade token",
  hint: step("to see the next steps", "次の手順の確認", line("ade status", [])),
});

type SyncParts = Pick<TenantParts, "session" | "store" | "apple">;

/**
 * Stores the fetched devices in one transaction. If too many devices are missing, stores nothing and returns their
 * number. @throws Failure `conflict` if another sync ran or a key or token changed; `input-rejected`; Apple's refusals
 */
export const syncDevices = async (parts: SyncParts, request: SyncRequest, signal?: AbortSignal): Promise<AdeSync> => {
  const { session } = parts;
  const { kind } = request;
  if (kind !== undefined) checkFieldValue("kind", SYNC_KIND_FIELD, kind);
  const stored = await session.read(readServer);
  // a mirror has no ADE token, so only the Apple Business API can return its devices
  const isApiDue = (await session.read(isMirror)) || (stored.token === null && stored.apiKey !== null);
  return kind === "business" || (kind === undefined && isApiDue)
    ? syncOrganisation(parts, stored, request, signal)
    : syncServer(parts, { ...request, kind }, signal);
};

const syncOrganisation = async (
  { session, store, apple }: SyncParts,
  server: StoredServer,
  request: SyncRequest,
  signal: AbortSignal | undefined,
): Promise<AdeSync> => {
  const { fetchOrganisationDevices, BusinessRefusal } = await import("./ade-business.ts");
  try {
    await using scratch = await store.scratch(FETCHED_ROW_COLUMNS, ["place"]);
    const { devices, servers } = await fetchOrganisationDevices({ session, apple, scratch, signal }, server);
    const apply: FetchedSync["apply"] = async (writer, at) => {
      const before = await writer.count("select count(*) from business_device where releasedAt is null");
      checkRemoval(await countReleasedDevices(writer, scratch.name), before, request);
      await writeServer(writer, {
        apiServers: JSON.stringify(servers),
        apiSyncAt: at,
        apiRejectedAt: null,
        ...(servers.length === 1 && { clomoServer: servers[0] }),
      });
      return { ...(await storeOrganisationDevices(writer, scratch.name, at)), registered: 0, told: [] };
    };
    return await applySync(session, server, { kind: "business", devices, apply });
  } catch (error) {
    if (error instanceof BusinessRefusal) await recordRejection(session, server, "apiKey", "apiRejectedAt");
    throw error;
  }
};

const syncServer = async (
  { session, store, apple }: SyncParts,
  request: SyncRequest & { readonly kind: ServerSyncKind | undefined },
  signal: AbortSignal | undefined,
): Promise<AdeSync> => {
  const server = await session.read(requireServer);
  const startedAt = getCurrentInstant(session.surroundings);
  const service = await openService(session, apple, server, signal);
  // only a full sync finds missing devices
  const asked = request.kind ?? (request.confirmDeletions === undefined ? undefined : "full");
  try {
    const account = await service.account();
    // a cursor of one MDM server is not valid at another MDM server
    const { cursor } = account.serverUuid === (server.serverUuid ?? account.serverUuid) ? server : { cursor: null };
    const kind = chooseSyncKind({ ...server, cursor }, asked, session.surroundings.now());
    const attempt = async (from: string | null): Promise<AdeSync> => {
      await using scratch = await store.scratch(FETCHED_COLUMNS, ["place"]);
      const fetched = await fetchDevices(service, scratch, from, signal);
      const isFull = fetched.kind === "full";
      const apply: FetchedSync["apply"] = async (writer, at) => {
        const before = await writer.count("select count(*) from ade_device");
        const { base, created, changed, released } = await applyFetched(writer, scratch.name, { isFull, at });
        const isRemoving = isFull && base > 0;
        if (isRemoving) checkRemoval(await countMissingDevices(writer, scratch.name), before, request);
        const unseen = isRemoving ? await deleteMissingDevices(writer, scratch.name) : 0;
        const idPrefix = createIdPrefix(session.surroundings);
        const { count: registered, told } = await registerDevices(writer, {
          base,
          at,
          idPrefix,
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
          ...(isFull && { fullAt: startedAt }),
        });
        return { created, changed, released: released + unseen, registered, told };
      };
      return await applySync(session, server, { ...fetched, apply });
    };
    return await attempt(kind === "delta" ? cursor : null).catch((error: unknown) => {
      if (kind !== "delta" || !isCursorRefusal(error)) throw error;
      return attempt(null);
    });
  } catch (error) {
    if (error instanceof AppleRefusal && error.rejectsToken)
      await recordRejection(session, server, "token", "tokenRejectedAt");
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
  what: text("a delta sync requires a sync in the last 7 days", "差分を取得するには、過去 7 日以内の同期が必要です"),
  hint: step("to fetch all devices", "すべてのデバイスを取得するには", line("ade sync", [], { full: true })),
});

/** Fetches the changes since a cursor. Without a cursor, fetches all devices and then the later changes. */
const fetchDevices = async (
  service: AdeService,
  scratch: ScratchTable,
  from: string | null,
  signal: AbortSignal | undefined,
): Promise<{ readonly kind: ServerSyncKind; readonly cursor: string; readonly devices: number }> => {
  let count = 0;
  const fetchPages = async (
    first: string | undefined,
    ask: (cursor: string | undefined) => Promise<DevicePage>,
  ): Promise<string> => {
    const seen = new Set([first]);
    for (let at = first; ;) {
      const { devices, cursor, moreToFollow } = await ask(at);
      signal?.throwIfAborted();
      const place = count;
      count += devices.length;
      await scratch.add(
        devices.map((device, index) => [place + index, ...APPLE_DEVICE_FIELDS.map((field) => device[field])]),
      );
      if (!moreToFollow) return cursor;
      if (seen.has(cursor)) throw STUCK_CURSOR_FAILURE;
      seen.add(cursor);
      at = cursor;
    }
  };
  const start = from ?? (await fetchPages(undefined, (cursor) => service.fetchDevices(cursor)));
  const cursor = await fetchPages(start, (at = start) => service.syncDevices(at));
  return { kind: from === null ? "full" : "delta", cursor, devices: count };
};

const STUCK_CURSOR_FAILURE = new Failure("unavailable", {
  what: text(
    "Apple reported that there are more devices, but returned the same cursor again",
    "Apple から、デバイスの続きがあるという応答がありましたが、取得位置(カーソル)が前回と同じです",
  ),
  hint: text("try again later", "時間をおいてもう一度実行してください"),
});

interface FetchedSync {
  readonly kind: SyncKind;
  readonly devices: number;
  readonly apply: (
    writer: Writer,
    at: string,
  ) => Promise<AppliedCounts & { readonly registered: number; readonly told: readonly RegisteredDevice[] }>;
}

const SYNC_STATE = ["cursorAt", "token", "endpoint", "apiSyncAt", "apiKey"] as const;

const applySync = async (session: Session, server: StoredServer, { kind, devices, apply }: FetchedSync) => {
  try {
    return await session.change<AdeSync>({ action: "ade.sync", locks: [...ADE_LOCKS, "devices"] }, async (writer) => {
      const now = await readServer(writer);
      if (SYNC_STATE.some((name) => now[name] !== server[name])) throw SYNC_CONFLICT_FAILURE;
      const { told, ...counts } = await apply(writer, getCurrentInstant(session.surroundings));
      const isNothing = Object.values(counts).every((count) => count === 0);
      const change = isNothing ? null : await getNextChangeNumber(writer);
      return {
        result: { kind, devices, ...counts, missing: 0, change },
        objects: isNothing
          ? []
          : [ADE_AUDIT_OBJECT, ...told.map(({ id, serialNumber: name }) => ({ thing: "device", id, name }))],
        ...(!isNothing && { detail: { kind, ...counts } }),
      };
    });
  } catch (error) {
    if (!(error instanceof MissingDevices)) throw error;
    const nothing = { created: 0, changed: 0, released: 0, registered: 0, change: null };
    return { kind, devices, ...nothing, missing: error.count };
  }
};

const SYNC_CONFLICT_FAILURE = new Failure("conflict", {
  what: text(
    "another sync ran, or the token, key or endpoint changed, during this sync; nothing was stored",
    "その間に別の同期、またはトークン・鍵・接続先の変更があったため、何も変更していません",
  ),
  hint: step("to see the current state", "現在の状態の確認", line("ade status", [])),
});

class MissingDevices extends Error {
  readonly count: number;

  constructor(count: number) {
    super(`${count} devices are missing`);
    this.count = count;
  }
}

const checkRemoval = (missing: number, before: number, { confirmDeletions: confirmed, maxDeletions }: SyncRequest) => {
  if (confirmed !== undefined && confirmed !== missing)
    throw new Failure("input-rejected", {
      what: text(
        `${formatCount(missing, "device")} would be removed from the list, but the confirmed number is ${confirmed}; nothing was changed`,
        `一覧から削除されるデバイスは ${missing} 台で、指定された ${confirmed} 台と異なります。何も変更していません`,
      ),
      where: "--confirm-deletions",
    });
  if (confirmed === undefined && missing > countRemovable(before, maxDeletions)) throw new MissingDevices(missing);
};

const countRemovable = (before: number, limit: SyncRequest["maxDeletions"]): number => {
  const share = (percent: number): number => (before * percent) / 100;
  if (limit === undefined) return Math.max(UNCONFIRMED_REMOVAL_LIMITS.count, share(UNCONFIRMED_REMOVAL_LIMITS.percent));
  const { count = Number.POSITIVE_INFINITY, percent } = limit;
  return Math.min(count, percent === undefined ? count : Math.min(share(percent), MAX_DELETIONS_BY_SHARE));
};

/** Records for monitoring that Apple rejected a secret. Ignores errors, so that Apple's response is reported. */
const recordRejection = async (
  session: Session,
  server: StoredServer,
  secret: "token" | "apiKey",
  at: "tokenRejectedAt" | "apiRejectedAt",
): Promise<void> => {
  const change = session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    const now = await readServer(writer);
    if (now[secret] === server[secret] && now[at] === null)
      await writeServer(writer, { [at]: getCurrentInstant(session.surroundings) });
    return { result: undefined, objects: [] };
  });
  await change.catch(() => undefined);
};
