import type { EndpointKind } from "../../model/ade.ts";
import { deleteRenewalItem } from "../renewals/renewal-rows.ts";
import type { Reader, SqlValue, Writer } from "../store/store.ts";

/** The stored data about the tenant's MDM server at Apple. The keys and the token are sealed. */
export interface StoredServer {
  readonly endpointKind: EndpointKind | null;
  readonly endpointUrl: string | null;
  readonly stagedKey: string | null;
  readonly stagedCertificate: string | null;
  readonly stagedAt: string | null;
  readonly privateKey: string | null;
  readonly certificate: string | null;
  readonly keyAt: string | null;
  /** the previous key, kept until a contact with Apple proves that a token for the current key works */
  readonly formerKey: string | null;
  readonly formerCertificate: string | null;
  readonly formerKeyAt: string | null;
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
  /** 1 if the token is from a simulator */
  readonly simulated: number;
  /** 1 if the next contact is allowed to find a different MDM server */
  readonly otherServer: number;
  readonly serverUuid: string | null;
  readonly serverName: string | null;
  readonly adminId: string | null;
  readonly orgName: string | null;
  readonly serverSeenAt: string | null;
  /** position in the device list at the end of the last completed sync; `cursorAt` is the time */
  readonly cursor: string | null;
  readonly cursorAt: string | null;
  /** when the last full sync was completed */
  readonly fullAt: string | null;
  /** the last run whose devices all have records in the tenant */
  readonly registeredUpTo: number;
  /** the last run whose devices have received their automatic profiles */
  readonly appliedUpTo: number;
  /** id of the renewal item with the token's expiry date */
  readonly renewal: string | null;
}

const EMPTY_SERVER: StoredServer = {
  endpointKind: null,
  endpointUrl: null,
  stagedKey: null,
  stagedCertificate: null,
  stagedAt: null,
  privateKey: null,
  certificate: null,
  keyAt: null,
  formerKey: null,
  formerCertificate: null,
  formerKeyAt: null,
  token: null,
  tokenHash: null,
  consumer: null,
  tokenExpiresAt: null,
  tokenSetAt: null,
  tokenSetBy: null,
  tokenRejectedAt: null,
  simulated: 0,
  otherServer: 0,
  serverUuid: null,
  serverName: null,
  adminId: null,
  orgName: null,
  serverSeenAt: null,
  cursor: null,
  cursorAt: null,
  fullAt: null,
  registeredUpTo: 0,
  appliedUpTo: 0,
  renewal: null,
};

const SERVER_COLUMNS = Object.keys(EMPTY_SERVER) as readonly (keyof StoredServer)[];

export const readServer = async (reader: Reader): Promise<StoredServer> =>
  ((await reader.get(`select ${SERVER_COLUMNS.join(", ")} from ade_server`)) as StoredServer | undefined) ??
  EMPTY_SERVER;

/** Writes some of the server's values; the other values do not change. */
export const writeServer = async (writer: Writer, change: Partial<StoredServer>): Promise<void> => {
  const values: Readonly<Record<string, SqlValue>> = { ...(await readServer(writer)), ...change };
  await writer.run(
    `insert into ade_server (pk, ${SERVER_COLUMNS.join(", ")}) values (1, ${SERVER_COLUMNS.map((name) => `:${name}`).join(", ")})
     on conflict (pk) do update set ${SERVER_COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    values,
  );
};

/** Deletes all data that came from the endpoint or was created for it. The tenant's own device records are kept. */
export const deleteServerData = async (writer: Writer): Promise<void> => {
  await writer.run("delete from ade_server");
  await writer.run("delete from ade_sync");
  await writer.run("delete from ade_device");
  await writer.run("delete from ade_arrival");
  await writer.run("delete from ade_unreadable");
  await writer.run("delete from ade_pending");
  await writer.run("delete from ade_automatic");
  await writer.run("delete from ade_profile");
};

/**
 * Deletes a simulator's push certificate and content tokens, with their renewal items and the renewal item of the ADE
 * token.
 */
export const deleteRehearsalData = async (writer: Writer): Promise<void> => {
  const kept = ["ade_server", "push_certificate", "vpp_token", "vpp_token_gone"].map(
    (table) => `select renewal from ${table} where simulated = 1 and renewal is not null`,
  );
  for (const { renewal } of await writer.all(kept.join(" union "))) await deleteRenewalItem(writer, String(renewal));
  await writer.run("delete from push_certificate where simulated = 1");
  await writer.run("delete from vpp_token where simulated = 1");
  await writer.run("delete from vpp_token_gone where simulated = 1");
};
