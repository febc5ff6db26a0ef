import { line } from "../../advice/index.ts";
import { openBusinessApi, BusinessRefusal, type BusinessClient } from "../../apple/business/client.ts";
import type { BusinessDevice } from "../../apple/business/device.ts";
import { parseBusinessKey } from "../../apple/business/key.ts";
import { Failure } from "../../errors/index.ts";
import { BUSINESS_LIST_FIELDS } from "../../model/ade-device.ts";
import { text } from "../../text/index.ts";
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
import { checkRemoval, MissingDevices, type RemovalRequest } from "./removal.ts";
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
  const client = openBusinessApi({
    endpoint,
    clientId,
    keyId,
    key,
    send,
    now,
    random,
    wait,
    program,
    signal,
  });
  try {
    await using devices = await store.scratch(FETCHED_DEVICE_COLUMNS, ["place"]);
    await using servers = await store.scratch(FETCHED_SERVER_COLUMNS, ["place"]);
    const fetch = new OrganisationFetch({ session, client, devices, servers, signal });
    const names = await fetch.run();
    return await applyFetched(session, business, request, { names, devices: devices.name, servers: servers.name });
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
  readonly client: BusinessClient;
  readonly devices: ScratchTable;
  readonly servers: ScratchTable;
  readonly signal: AbortSignal | undefined;
}

class OrganisationFetch {
  readonly #tools: FetchTools;
  readonly #names: { readonly devices: string; readonly servers: string };
  #place = 0;

  constructor(tools: FetchTools) {
    this.#tools = tools;
    this.#names = { devices: tools.devices.name, servers: tools.servers.name };
  }

  /** Fetches all devices. Returns the names of the organisation's servers. */
  async run(): Promise<readonly string[]> {
    const { client, session } = this.#tools;
    const servers = await client.servers();
    for (let pass = 1; pass <= MAX_PASSES && !(await this.#fetchDevices()); pass += 1);
    for (const { id, name } of servers) {
      for await (const { rows } of client.serialsOf(id)) await this.#addServers(rows.map((serial) => [serial, name]));
    }
    const uncertain = await session.read((reader) => listUncertain(reader, this.#names, MAX_UNCERTAIN));
    for (const serial of uncertain) {
      const device = await client.device(serial);
      const id = device === null ? null : await client.serverIdOf(serial);
      await this.#addDevices([device ?? { ...NO_VALUES, serialNumber: serial, releasedAt: UNDATED_RELEASE }]);
      await this.#addServers([[serial, servers.find((one) => one.id === id)?.name ?? null]]);
    }
    return servers.map(({ name }) => name).toSorted();
  }

  /** Returns false if the pages changed while they were fetched, as far as Apple's counts show. */
  async #fetchDevices(): Promise<boolean> {
    const totals = new Set<number>();
    for await (const { rows, total } of this.#tools.client.devices()) {
      if (total !== null) totals.add(total);
      await this.#addDevices(rows);
    }
    const fetched = await this.#tools.session.read((reader) => countFetched(reader, this.#names));
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
  const nothing = {
    kind: "business",
    devices,
    created: 0,
    changed: 0,
    released: 0,
    registered: 0,
    change: null,
  } as const;
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
        result: { ...nothing, ...counts, missing: 0, change },
        objects: isNothing ? [] : [ADE_OBJECT],
        ...(!isNothing && { detail: { kind: nothing.kind, ...counts } }),
      };
    });
  } catch (error) {
    if (error instanceof MissingDevices) return { ...nothing, missing: error.count };
    throw error;
  }
};

const SYNC_CONFLICT_FAILURE = new Failure("conflict", {
  what: text(
    "another process synced or changed the key in the meantime; nothing was changed",
    "その間に別の同期か鍵の変更があったため、何も変更していません",
  ),
  hint: text(`${line("ade status", [])}`, `${line("ade status", [])} で確認してください`),
});

const recordRejection = (session: Session, privateKey: string): Promise<void> =>
  session.change({ action: null, locks: ADE_LOCKS }, async (writer) => {
    const now = await readBusiness(writer);
    if (now?.privateKey === privateKey && now.keyRejectedAt === null)
      await writeBusiness(writer, { keyRejectedAt: getCurrentInstant(session.surroundings) });
    return { result: undefined, objects: [] };
  });
