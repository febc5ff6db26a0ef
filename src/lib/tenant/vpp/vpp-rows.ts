import { ROOT } from "../records/org-rows.ts";
import type { Reader, Value, Writer } from "../store/store.ts";

/** An organisation's content token. */
export interface StoredVpp {
  /** number of the organisation */
  readonly org: number;
  /** sealed */
  readonly token: string;
  /** SHA-256 of the file it came from */
  readonly fingerprint: string;
  readonly expiresAt: string;
  readonly organisation: string | null;
  readonly location: string | null;
  /** 1 or 0 */
  readonly simulated: number;
  readonly setAt: string;
  readonly setBy: string;
  /** id of the renewal item that has its expiry */
  readonly renewal: string | null;
}

const COLUMNS =
  "v.org, v.token, v.fingerprint, v.expiresAt, v.organisation, v.location, v.simulated, v.setAt, v.setBy, v.renewal";

/** All of them with the ids of their organisations, that of 全社 first. */
export const listVpp = async (reader: Reader): Promise<readonly (StoredVpp & { readonly orgId: string })[]> => {
  const sql = `select ${COLUMNS}, o.id as orgId from vpp_token v join org o on o.pk = v.org order by v.org`;
  return (await reader.all(sql)) as unknown as readonly (StoredVpp & { readonly orgId: string })[];
};

/** The number of an organisation; undefined if there is none with this id. */
export const orgNumber = async (reader: Reader, id: string): Promise<number | undefined> => {
  const row = await reader.get("select pk from org where id = :id", { id });
  return row && Number(row["pk"]);
};

/** The token of an organisation, by its number. */
export const findVpp = async (reader: Reader, org: number): Promise<StoredVpp | undefined> =>
  (await reader.get(`select ${COLUMNS} from vpp_token v where v.org = :org`, { org })) as StoredVpp | undefined;

export const isRoot = (org: number): boolean => org === ROOT;

export const hasRootToken = async (reader: Reader): Promise<boolean> => (await findVpp(reader, ROOT)) !== undefined;

/** Writes an organisation's token in place of its former one; those of deleted organisations go once they have expired. */
export const writeVpp = async (writer: Writer, stored: StoredVpp, now: string): Promise<void> => {
  await writer.run("delete from vpp_token_gone where expiresAt <= :now", { now });
  const names = Object.keys(stored);
  await writer.run(
    `insert into vpp_token (${names.join(", ")}) values (${names.map((name) => `:${name}`).join(", ")})
     on conflict (org) do update set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    stored as unknown as Readonly<Record<string, Value>>,
  );
};
