import { BusinessApi, parseBusinessKey } from "../../apple/business-client.ts";
import { BUSINESS_FIELDS, BUSINESS_API_NAMES } from "../../nouns/ade-device.ts";
import type { Session } from "../ledger/session.ts";
import type { ScratchTable } from "../store/types.ts";
import { BUSINESS_KEY_PURPOSE, NO_KEY_FAILURE } from "./ade-business-key.ts";
import { countUncertainDevices, countListedDevices } from "./ade-business-rows.ts";
import type { AppleAccess } from "./ade-server.ts";
import type { StoredServer } from "./ade-server-rows.ts";

export { BusinessRefusal } from "../../apple/business-client.ts";

/** Maximum number of complete fetches. A fetch is repeated if devices changed while their pages were fetched. */
const MAX_FETCHES = 3;

const FETCHED_FIELDS = [...BUSINESS_FIELDS, "server"];

interface FetchTools {
  readonly session: Session;
  readonly apple: AppleAccess;
  readonly scratch: ScratchTable;
  readonly signal: AbortSignal | undefined;
}

/** Fetches all devices, again if the number of missing devices has changed. @throws Failure; `BusinessRefusal` */
export const fetchOrganisationDevices = async (
  { session, apple, scratch, signal }: FetchTools,
  { apiEndpoint: endpoint, apiClient: clientId, apiKeyId: keyId, apiKey }: StoredServer,
): Promise<{ readonly devices: number; readonly servers: readonly string[] }> => {
  if (apiKey === null || clientId === null || keyId === null) throw NO_KEY_FAILURE;
  const { now, random } = session.surroundings;
  const { wait, program, sealing } = apple;
  const key = parseBusinessKey("ade business-key", await sealing.unseal(BUSINESS_KEY_PURPOSE, apiKey));
  const account = { endpoint, clientId, keyId, key };
  const api = new BusinessApi({ ...account, send: await apple.send(), now, random, wait, program, signal });
  const servers = new Map<string, string>();
  let place = 0;
  const add = async (rows: readonly Readonly<Record<string, string | null>>[]): Promise<void> => {
    signal?.throwIfAborted();
    await scratch.add(rows.map((row) => [(place += 1), ...FETCHED_FIELDS.map((name) => row[name] ?? null)]));
  };
  for (let pass = 1, before = 0; pass <= MAX_FETCHES; pass += 1) {
    let most = 0;
    for await (const { rows, total } of api.pages("/v1/orgDevices", BUSINESS_API_NAMES)) {
      most = Math.max(most, total);
      await add(rows.map(({ id, ...row }) => ({ ...row, serialNumber: id })));
    }
    for await (const { rows } of api.pages("/v1/mdmServers", { name: "serverName" }))
      for (const { id, name } of rows) servers.set(id, name ?? id);
    for (const [id, server] of servers) {
      for await (const { rows } of api.pages(`/v1/mdmServers/${encodeURIComponent(id)}/relationships/devices`, {}))
        await add(rows.map(({ id }) => ({ serialNumber: id, server })));
    }
    const doubts = await session.read((reader) => countUncertainDevices(reader, scratch.name, most));
    if (doubts === before) break;
    before = doubts;
  }
  const devices = await session.read((reader) => countListedDevices(reader, scratch.name));
  return { devices, servers: [...servers.values()].toSorted() };
};
