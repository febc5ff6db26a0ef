import { BusinessApi, BusinessRefusal } from "../../apple/business/client.ts";
import { parseBusinessDevice, parseBusinessServer, parseId, type BusinessDevice } from "../../apple/business/device.ts";
import { parseBusinessKey } from "../../apple/business/key.ts";
import { BUSINESS_LIST_FIELDS } from "../../model/ade-device.ts";
import { getNextChangeNumber } from "../audit/audit-rows.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import type { ScratchTable, Store } from "../store/store.ts";
import { limitYoungHeap } from "../young-heap.ts";
import { BUSINESS_KEY_PURPOSE } from "./business-key.ts";
import {
  applyOrganisation,
  countFetched,
  countMissing,
  FETCHED_DEVICE_COLUMNS,
  FETCHED_SERVER_COLUMNS,
  listUncertain,
  readBusiness,
  UNDATED_RELEASE,
  writeBusiness,
  type StoredBusiness,
} from "./business-rows.ts";
import { NO_KEY_FAILURE } from "./business-state.ts";
import { checkRemoval, MissingDevices, SYNC_CONFLICT_FAILURE, type RemovalRequest } from "./removal.ts";
import { ADE_LOCKS, ADE_OBJECT, type AppleAccess } from "./server.ts";
import type { AdeSync } from "./sync.ts";

/** The number of passes through a list whose pages lack some of the devices that Apple counts. */
const MAX_PASSES = 3;

/** The maximum number of devices about which Apple is asked one by one. */
const MAX_UNCERTAIN = 200;

/**
 * Fetches all devices of the organisation and their servers, then stores them in one transaction. A device that Apple
 * no longer lists is kept as released. If more would be released than permitted, returns only their number.
 * @throws Failure `conflict` if another sync or key came first; `input-rejected` without a key; `BusinessRefusal`
 */
export const syncOrganisation = async (
  { session, store, apple }: { readonly session: Session; readonly store: Store; readonly apple: AppleAccess },
  request: RemovalRequest,
  signal?: AbortSignal,
): Promise<AdeSync> => {
  const business = await session.read(readBusiness);
  const { privateKey = null, clientId = null, keyId = null, endpoint = null } = business ?? {};
  if (business === undefined || privateKey === null || clientId === null || keyId === null) throw NO_KEY_FAILURE;
  const { now, random } = session.surroundings;
  const key = parseBusinessKey("ade business-key", await apple.sealing.unseal(BUSINESS_KEY_PURPOSE, privateKey));
  const { wait, program } = apple;
  const send = await apple.send();
  const api = new BusinessApi({ endpoint, clientId, keyId, key, send, now, random, wait, program, signal });
  try {
    await using devices = await store.scratch(FETCHED_DEVICE_COLUMNS, ["place"]);
    await using servers = await store.scratch(FETCHED_SERVER_COLUMNS, ["place"]);
    const fetch = new OrganisationFetch({ session, api, devices, servers, signal });
    const names = await fetch.run();
    return await applyFetched(session, business, request, { names, ...fetch.tables });
  } catch (error) {
    // an error while recording the rejection must not hide Apple's response
    if (error instanceof BusinessRefusal) await recordRejection(session, privateKey).catch(() => undefined);
    throw error;
  }
};

const NO_VALUES = Object.fromEntries(BUSINESS_LIST_FIELDS.map((field) => [field, null])) as Omit<
  BusinessDevice,
  "serialNumber"
>;

interface FetchTools {
  readonly session: Session;
  readonly api: BusinessApi;
  readonly devices: ScratchTable;
  readonly servers: ScratchTable;
  readonly signal: AbortSignal | undefined;
}

class OrganisationFetch {
  readonly #tools: FetchTools;
  /** names of the tables into which devices and servers are fetched */
  readonly tables: { readonly devices: string; readonly servers: string };
  #place = 0;

  constructor(tools: FetchTools) {
    this.#tools = tools;
    this.tables = { devices: tools.devices.name, servers: tools.servers.name };
  }

  /** Fetches all devices. Returns the names of the organisation's servers. */
  async run(): Promise<readonly string[]> {
    const { api, session } = this.#tools;
    const servers = new Map<string, string>();
    for await (const { rows } of api.pages("/v1/mdmServers", parseBusinessServer))
      for (const { id, name } of rows) servers.set(id, name);
    for (let pass = 1; pass <= MAX_PASSES && !(await this.#fetchDevices()); pass += 1);
    for (const [id, name] of servers) {
      for await (const { rows } of api.pages(`/v1/mdmServers/${encodeURIComponent(id)}/relationships/devices`, parseId))
        await this.#addServers(rows.map((serial) => [serial, name]));
    }
    for (const serial of await session.read((reader) => listUncertain(reader, this.tables, MAX_UNCERTAIN))) {
      const path = `/v1/orgDevices/${encodeURIComponent(serial)}`;
      const device = await api.one(path, parseBusinessDevice);
      const id = device && (await api.one(`${path}/relationships/assignedServer`, parseId));
      await this.#addDevices([device ?? { ...NO_VALUES, serialNumber: serial, releasedAt: UNDATED_RELEASE }]);
      await this.#addServers([[serial, servers.get(id ?? "") ?? null]]);
    }
    return [...servers.values()].toSorted();
  }

  /** Returns false if the pages changed while they were fetched, as far as Apple's counts show. */
  async #fetchDevices(): Promise<boolean> {
    const totals = new Set<number>();
    for await (const { rows, total } of this.#tools.api.pages("/v1/orgDevices", parseBusinessDevice)) {
      if (total !== undefined) totals.add(total);
      await this.#addDevices(rows);
    }
    const fetched = await this.#tools.session.read((reader) => countFetched(reader, this.tables));
    return totals.size <= 1 && [...totals].every((total) => fetched >= total);
  }

  async #addDevices(rows: readonly BusinessDevice[]) {
    this.#beforePage();
    await this.#tools.devices.add(
      // Apple may keep the last assignment of a released device
      rows.map((row) => [
        (this.#place += 1),
        ...BUSINESS_LIST_FIELDS.map((field) => (field === "status" && row.releasedAt !== null ? null : row[field])),
      ]),
    );
  }

  async #addServers(rows: readonly (readonly [serial: string, server: string | null])[]) {
    this.#beforePage();
    await this.#tools.servers.add(rows.map((row) => [(this.#place += 1), ...row]));
  }

  #beforePage(): void {
    this.#tools.signal?.throwIfAborted();
    // for each page, because the heap may grow once per page
    limitYoungHeap();
  }
}

const applyFetched = async (
  session: Session,
  { privateKey, syncedAt }: StoredBusiness,
  request: RemovalRequest,
  fetched: { readonly names: readonly string[]; readonly devices: string; readonly servers: string },
): Promise<AdeSync> => {
  const devices = await session.read((reader) => countFetched(reader, fetched));
  const same = { kind: "business", devices, registered: 0, change: null } as const;
  try {
    return await session.change<AdeSync>({ action: "ade.sync", locks: ADE_LOCKS }, async (writer) => {
      const now = await readBusiness(writer);
      if (now?.privateKey !== privateKey || now?.syncedAt !== syncedAt) throw SYNC_CONFLICT_FAILURE;
      const before = await writer.count("select count(*) from business_device where releasedAt is null");
      checkRemoval(await countMissing(writer, fetched), before, request);
      const at = getCurrentInstant(session.surroundings);
      const counts = await applyOrganisation(writer, fetched, at);
      await writeBusiness(writer, { servers: JSON.stringify(fetched.names), syncedAt: at, keyRejectedAt: null });
      const isNothing = Object.values(counts).every((count) => count === 0);
      const change = isNothing ? null : await getNextChangeNumber(writer);
      return {
        result: { ...same, ...counts, missing: 0, change },
        objects: isNothing ? [] : [ADE_OBJECT],
        ...(!isNothing && { detail: { kind: same.kind, ...counts } }),
      };
    });
  } catch (error) {
    if (error instanceof MissingDevices) return { ...same, created: 0, changed: 0, released: 0, missing: error.count };
    throw error;
  }
};

const recordRejection = (session: Session, privateKey: string): Promise<void> =>
  session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    const now = await readBusiness(writer);
    if (now?.privateKey === privateKey && now.keyRejectedAt === null)
      await writeBusiness(writer, { keyRejectedAt: getCurrentInstant(session.surroundings) });
    return { result: undefined, objects: [] };
  });
