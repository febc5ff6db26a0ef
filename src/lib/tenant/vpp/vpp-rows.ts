import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import type { Reader, SqlValue, Writer } from "../store/store.ts";

/** The VPP content token of an organisation, as stored. */
export interface StoredVppToken {
  /** record number of the organisation */
  readonly org: number;
  /** the sealed token */
  readonly token: string;
  /** SHA-256 of the file from which the token was read */
  readonly fingerprint: string;
  readonly expiresAt: string;
  readonly organisation: string | null;
  readonly location: string | null;
  /** 1 if the token is simulated, otherwise 0 */
  readonly simulated: number;
  readonly setAt: string;
  readonly setBy: string;
  /** id of the renewal item for the token's expiry date */
  readonly renewal: string | null;
}

const VPP_COLUMNS =
  "v.org, v.token, v.fingerprint, v.expiresAt, v.organisation, v.location, v.simulated, v.setAt, v.setBy, v.renewal";

/** Returns all tokens with the ids of their organisations. The token of 全社 comes first. */
export const readVppTokens = async (
  reader: Reader,
): Promise<readonly (StoredVppToken & { readonly orgId: string })[]> => {
  const sql = `select ${VPP_COLUMNS}, o.id as orgId from vpp_token v join org o on o.pk = v.org order by v.org`;
  return (await reader.all(sql)) as unknown as readonly (StoredVppToken & { readonly orgId: string })[];
};

/** Returns the record number of an organisation; undefined if no organisation has this id. */
export const findOrgNumber = async (reader: Reader, id: string): Promise<number | undefined> => {
  const row = await reader.get("select pk from org where id = :id", { id });
  return row && Number(row["pk"]);
};

/** Returns the token of an organisation. @param org record number of the organisation */
export const findVppToken = async (reader: Reader, org: number): Promise<StoredVppToken | undefined> =>
  (await reader.get(`select ${VPP_COLUMNS} from vpp_token v where v.org = :org`, { org })) as
    | StoredVppToken
    | undefined;

export const isRootOrg = (org: number): boolean => org === ROOT_ORG_NUMBER;

export const hasRootToken = async (reader: Reader): Promise<boolean> =>
  (await findVppToken(reader, ROOT_ORG_NUMBER)) !== undefined;

/**
 * Stores an organisation's token in place of the previous token. Also removes expired tokens of deleted organisations.
 */
export const saveVppToken = async (writer: Writer, stored: StoredVppToken, now: string): Promise<void> => {
  await writer.run("delete from vpp_token_gone where expiresAt <= :now", { now });
  const names = Object.keys(stored);
  await writer.run(
    `insert into vpp_token (${names.join(", ")}) values (${names.map((name) => `:${name}`).join(", ")})
     on conflict (org) do update set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    stored as unknown as Readonly<Record<string, SqlValue>>,
  );
};
