import { insertRow } from "../store/rows.ts";
import type { Reader, Writer } from "../store/store.ts";

/** The stored data about the tenant's MDM server at Apple. The key and the token are sealed. */
export interface StoredServer {
  /** without a trailing slash */
  readonly endpoint: string | null;
  readonly privateKey: string | null;
  readonly certificate: string | null;
  readonly keyAt: string | null;
  readonly token: string | null;
  /** SHA-256 of the token file */
  readonly tokenHash: string | null;
  /** SHA-256 of the token's consumer key */
  readonly consumer: string | null;
  readonly tokenExpiresAt: string | null;
  readonly tokenSetAt: string | null;
  readonly tokenSetBy: string | null;
  /** when Apple first rejected the token; null if no rejection is known */
  readonly tokenRejectedAt: string | null;
  readonly serverUuid: string | null;
  readonly serverName: string | null;
  readonly adminId: string | null;
  readonly orgName: string | null;
  /** position in the device list at the end of the last sync; null if the next sync must be full */
  readonly cursor: string | null;
  /** when the last sync ended */
  readonly cursorAt: string | null;
  /** when the last full sync began */
  readonly fullAt: string | null;
  /** id of the renewal item with the token's expiry date */
  readonly renewal: string | null;
}

const EMPTY_SERVER: StoredServer = {
  endpoint: null,
  privateKey: null,
  certificate: null,
  keyAt: null,
  token: null,
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
  cursor: null,
  cursorAt: null,
  fullAt: null,
  renewal: null,
};

const SERVER_COLUMNS = Object.keys(EMPTY_SERVER) as readonly (keyof StoredServer)[];

export const readServer = async (reader: Reader): Promise<StoredServer> =>
  ((await reader.get(`select ${SERVER_COLUMNS.join(", ")} from ade_server`)) as StoredServer | undefined) ??
  EMPTY_SERVER;

export const writeServer = async (writer: Writer, change: Partial<StoredServer>): Promise<void> => {
  await insertRow(writer, "ade_server", { pk: 1, ...(await readServer(writer)), ...change }, ["pk"]);
};

/** Deletes all data that came from the endpoint or was created for it. The tenant's own device records are kept. */
export const deleteServerData = async (writer: Writer): Promise<void> => {
  await writer.run("delete from ade_server");
  await writer.run("delete from ade_device");
};

/** Returns the sealed secrets of ADE. New secrets must be sealed with the key that sealed these. */
export const listSealedSecrets = async (reader: Reader): Promise<readonly string[]> => {
  const { privateKey, token } = await readServer(reader);
  return [privateKey, token].filter((secret) => secret !== null);
};
