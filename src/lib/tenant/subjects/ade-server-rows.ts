import { insertRow } from "../ledger/rows.ts";
import type { Reader, Writer } from "../store/types.ts";

/** The keys and the token are encrypted. */
export type StoredServer = Readonly<Record<keyof typeof EMPTY_SERVER, string | null>>;

const EMPTY_OWN_SERVER = {
  /** URL without a trailing slash */
  endpoint: null,
  privateKey: null,
  certificate: null,
  keyAt: null,
  token: null,
  /** SHA-256 of the token file; `consumer` is the SHA-256 of the token's consumer key */
  tokenHash: null,
  consumer: null,
  tokenExpiresAt: null,
  tokenSetAt: null,
  tokenSetBy: null,
  tokenRejectedAt: null,
  serverUuid: null,
  serverName: null,
  adminId: null,
  orgName: null,
  /** Apple's cursor at the end of the last sync; null if the next sync must be full */
  cursor: null,
  cursorAt: null,
  fullAt: null,
  renewal: null,
} as const;

const EMPTY_SERVER = {
  ...EMPTY_OWN_SERVER,
  apiEndpoint: null,
  apiClient: null,
  apiKeyId: null,
  apiKey: null,
  apiKeyAt: null,
  apiRejectedAt: null,
  /** JSON list of the names of the organisation's MDM servers */
  apiServers: null,
  apiSyncAt: null,
  clomoServer: null,
} as const;

export const readServer = async (reader: Reader): Promise<StoredServer> =>
  (await reader.get<StoredServer>(`select ${Object.keys(EMPTY_SERVER).join(", ")} from ade_server`)) ?? EMPTY_SERVER;

export const writeServer = async (writer: Writer, change: Partial<StoredServer>): Promise<void> => {
  await insertRow(writer, "ade_server", { pk: 1, ...(await readServer(writer)), ...change }, ["pk"]);
};

/** Deletes all data that came from the endpoint, but keeps the tenant's device records and API account. */
export const deleteServerData = async (writer: Writer): Promise<void> => {
  await writeServer(writer, EMPTY_OWN_SERVER);
  await writer.run("delete from ade_device");
};

/** Returns the encrypted secrets. New secrets must be encrypted with the same key. */
export const listSealedSecrets = async (reader: Reader): Promise<readonly string[]> => {
  const { privateKey, token } = await readServer(reader);
  return [privateKey, token].filter((secret) => secret !== null);
};
