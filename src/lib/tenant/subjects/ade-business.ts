import { line, step } from "../../advice/index.ts";
import { parseBusinessKey, BusinessApi } from "../../apple/business-client.ts";
import { Failure } from "../../errors/index.ts";
import type { Given } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../store/ids.ts";
import { checkFieldValue } from "../ledger/records.ts";
import type { Session } from "../ledger/session.ts";
import type { Reader, ScratchTable } from "../store/types.ts";
import { ADE_LOCKS, ADE_AUDIT_OBJECT, parseEndpoint, readAde, type Ade, type AppleAccess } from "./ade-server.ts";
import {
  listSealedSecrets,
  readServer,
  writeServer,
  type StoredServer,
  countUncertainDevices,
  countListedDevices,
} from "./ade-rows.ts";
import { BUSINESS_FIELDS, BUSINESS_API_NAMES } from "../../nouns/ade-device.ts";

export const BUSINESS_KEY_PURPOSE = "business-key";

export const NO_KEY_FAILURE = new Failure("input-rejected", {
  what: text("no key of the Apple Business API is set", "Apple Business API の鍵が設定されていません"),
  where: "ade business-key",
  hint: step("to set the key", "鍵を設定するには", line("ade business-key set", ["FILE"])),
});

const NOT_SYNCED_FAILURE = new Failure("input-rejected", {
  what: text("the organisation's devices have not been fetched yet", "組織のデバイスをまだ取得していません"),
  where: "ade sync",
  hint: step("to see the next steps", "次の手順の確認", line("ade status", [])),
});

const requireKnownServer = (servers: readonly string[], named: string | null): void => {
  if (servers.length === 0 || (named !== null && servers.includes(named))) return;
  const names = servers.slice(0, 3).join(", ") + (servers.length > 3 ? ", …" : "");
  const next = line("ade business-key set", [], { server: "NAME" });
  throw new Failure("input-rejected", {
    what: text(
      `it is not known which of Apple's MDM servers CLOMO uses: ${names}`,
      `Apple の MDM サーバーのうち、CLOMO がどれを使っているかわかりません: ${names}`,
    ),
    where: "--server",
    hint: step("to specify the server", "サーバーを指定するには", next),
  });
};

export const requireFetchedDevices = async (reader: Reader): Promise<void> => {
  const { business } = await readAde(reader);
  if (business === null || business.lastSyncAt === null) throw NOT_SYNCED_FAILURE;
  requireKnownServer(business.servers, business.server);
};

type BusinessKeyRequest = Given<{
  key: Record<"name" | "content" | "clientId" | "keyId", string> & Given<{ url: string }>;
  server: string;
}>;

/** Stores the key, if any, without contacting Apple. */
export const setBusinessKey = async (
  session: Session,
  { sealing }: AppleAccess,
  { key, server }: BusinessKeyRequest,
): Promise<Ade> => {
  for (const [name, value] of Object.entries({ clientId: key?.clientId, keyId: key?.keyId, server }))
    if (value !== undefined) checkFieldValue(name, { type: "text", blank: false, longest: 200 }, value);
  const seal = async ({ name, content, url, clientId, keyId }: NonNullable<typeof key>) => {
    const pem = Buffer.from(content, "base64").toString();
    parseBusinessKey(name, pem);
    const kept = listSealedSecrets({ ...(await session.read(readServer)), apiKey: null });
    return {
      apiEndpoint: url === undefined ? null : parseEndpoint(url),
      apiClient: clientId,
      apiKeyId: keyId,
      apiKey: await sealing.seal(BUSINESS_KEY_PURPOSE, pem, kept),
      apiKeyAt: getCurrentInstant(session.surroundings),
      apiRejectedAt: null,
    };
  };
  const change: Partial<StoredServer> = {
    ...(key !== undefined && (await seal(key))),
    ...(server !== undefined && { clomoServer: server }),
  };
  await session.change({ action: "ade.business-key", locks: ADE_LOCKS }, async (writer) => {
    const { business } = await readAde(writer);
    if (key === undefined && business === null) throw NO_KEY_FAILURE;
    if (server !== undefined) requireKnownServer(business?.servers ?? [], server);
    await writeServer(writer, change);
    const after = { clientId: key?.clientId, keyId: key?.keyId, server };
    return { result: undefined, objects: [ADE_AUDIT_OBJECT], after };
  });
  return session.read(readAde);
};

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
