import type { EndpointKind } from "../../model/ade.ts";
import { deleteItem } from "../renewals/renewal-rows.ts";
import type { Reader, Value, Writer } from "../store/store.ts";

/** What a tenant keeps of its MDM server at Apple. Keys and token are sealed. */
export interface StoredServer {
  readonly endpointKind: EndpointKind | null;
  readonly endpointUrl: string | null;
  readonly stagedKey: string | null;
  readonly stagedCertificate: string | null;
  readonly stagedAt: string | null;
  readonly privateKey: string | null;
  readonly certificate: string | null;
  readonly keyAt: string | null;
  /** the key before, until a token of the one in force was proven by a contact */
  readonly formerKey: string | null;
  readonly formerCertificate: string | null;
  readonly formerKeyAt: string | null;
  readonly token: string | null;
  /** SHA-256 of the file it came from */
  readonly tokenHash: string | null;
  /** SHA-256 of its consumer key */
  readonly consumer: string | null;
  readonly tokenExpiresAt: string | null;
  readonly tokenSetAt: string | null;
  readonly tokenSetBy: string | null;
  /** when Apple first rejected the token; null while Apple accepts it, as far as is known */
  readonly tokenRejectedAt: string | null;
  /** 1: the token is a simulator's */
  readonly simulated: number;
  /** 1: the next contact may find another server entry */
  readonly otherServer: number;
  readonly serverUuid: string | null;
  readonly serverName: string | null;
  readonly adminId: string | null;
  readonly orgName: string | null;
  readonly serverSeenAt: string | null;
  /** where the last completed sync ended, and when */
  readonly cursor: string | null;
  readonly cursorAt: string | null;
  /** when the last full sync was completed */
  readonly fullAt: string | null;
  /** the last run whose devices the tenant has records of */
  readonly registeredUpTo: number;
  /** the last run whose devices got their automatic profile */
  readonly appliedUpTo: number;
  /** the id of the renewal item that tells when the token expires */
  readonly renewal: string | null;
}

const NOTHING: StoredServer = {
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

const COLUMNS = Object.keys(NOTHING) as readonly (keyof StoredServer)[];

export const readServer = async (reader: Reader): Promise<StoredServer> =>
  ((await reader.get(`select ${COLUMNS.join(", ")} from ade_server`)) as StoredServer | undefined) ?? NOTHING;

/** Writes some of it; the rest stays. */
export const writeServer = async (writer: Writer, change: Partial<StoredServer>): Promise<void> => {
  const values: Readonly<Record<string, Value>> = { ...(await readServer(writer)), ...change };
  await writer.run(
    `insert into ade_server (pk, ${COLUMNS.join(", ")}) values (1, ${COLUMNS.map((name) => `:${name}`).join(", ")})
     on conflict (pk) do update set ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    values,
  );
};

/** Forgets all that came from an endpoint, and what was made for it; the devices that the tenant registered stay. */
export const forgetServer = async (writer: Writer): Promise<void> => {
  await writer.run("delete from ade_server");
  await writer.run("delete from ade_sync");
  await writer.run("delete from ade_device");
  await writer.run("delete from ade_arrival");
  await writer.run("delete from ade_unreadable");
  await writer.run("delete from ade_pending");
  await writer.run("delete from ade_automatic");
  await writer.run("delete from ade_profile");
};

/** Forgets what a simulator made: certificate, content tokens, and the renewal items of all of them. */
export const forgetRehearsal = async (writer: Writer): Promise<void> => {
  const kept = ["ade_server", "push_certificate", "vpp_token", "vpp_token_gone"].map(
    (table) => `select renewal from ${table} where simulated = 1 and renewal is not null`,
  );
  for (const { renewal } of await writer.all(kept.join(" union "))) await deleteItem(writer, String(renewal));
  await writer.run("delete from push_certificate where simulated = 1");
  await writer.run("delete from vpp_token where simulated = 1");
  await writer.run("delete from vpp_token_gone where simulated = 1");
};
