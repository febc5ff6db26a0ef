import { insertRow } from "../../ledger/rows.ts";
import type { Reader, Row, Writer } from "../../store/types.ts";
import {
  ACTING_ACCOUNT_COLUMNS,
  ACTING_ACCOUNT_TABLES,
  toActingAccount,
  type ActorCredential,
} from "../../ledger/actor.ts";

/** A stored credential contains only the SHA-256 of its secret. */
export interface StoredCredential extends ActorCredential {
  readonly pk: number;
  /** UTC instants; `lastUsedAt` is rounded down to the hour, and null if never used */
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly user: number;
  readonly accountName: string;
}

const CREDENTIAL_COLUMNS =
  "c.pk, c.id, c.user, c.kind, c.name, c.readOnly, c.jobs, u.accountName, c.createdAt, c.lastUsedAt, c.expiresAt";

const toStoredCredential = (row: Row): StoredCredential =>
  ({ ...row, isReadOnly: row["readOnly"] === 1, addsJobs: row["jobs"] === 1 }) as unknown as StoredCredential;

export const findCredential = async (reader: Reader, hash: string) => {
  const row = await reader.get(
    `select ${CREDENTIAL_COLUMNS}, ${ACTING_ACCOUNT_COLUMNS}
     from main.credential c join ${ACTING_ACCOUNT_TABLES} where u.pk = c.user and c.hash = :hash`,
    { hash },
  );
  return row && { credential: toStoredCredential(row), account: toActingAccount(row) };
};

export const listTokens = async (reader: Reader, user?: number): Promise<readonly StoredCredential[]> => {
  const rows = await reader.all(
    `select ${CREDENTIAL_COLUMNS} from main.credential c join main.user u on u.pk = c.user
     where ${user === undefined ? "true" : "c.user = :user"} and c.kind = 'token' order by c.pk desc`,
    user === undefined ? {} : { user },
  );
  return rows.map(toStoredCredential);
};

/** Call this after locking `accounts`, as for all changes to credentials except `recordUse`. */
export const insertCredential = async (
  writer: Writer,
  { isReadOnly, addsJobs, ...credential }: Omit<StoredCredential, "pk" | "accountName"> & { readonly hash: string },
): Promise<void> => {
  await insertRow(writer, "credential", { ...credential, readOnly: isReadOnly ? 1 : 0, jobs: addsJobs ? 1 : 0 });
};

export const deleteCredential = async (writer: Writer, user: number, id: string): Promise<boolean> =>
  (await writer.run("delete from main.credential where user = :user and id = :id", { user, id })) > 0;

export const deleteExpiredCredentials = async (
  writer: Writer,
  { now, tokensBefore }: { readonly now: string; readonly tokensBefore: string },
): Promise<void> => {
  await writer.run(
    "delete from main.credential where expiresAt <= :now and (kind = 'session' or expiresAt <= :tokensBefore)",
    { now, tokensBefore },
  );
};

export const recordCredentialUse = async (
  writer: Writer,
  { pk, lastUsedAt, expiresAt }: Pick<StoredCredential, "pk" | "lastUsedAt" | "expiresAt">,
): Promise<void> => {
  await writer.run("update main.credential set lastUsedAt = :lastUsedAt, expiresAt = :expiresAt where pk = :pk", {
    pk,
    lastUsedAt,
    expiresAt,
  });
};

export const countSignInAccounts = (reader: Reader): Promise<number> =>
  reader.count("select count(*) from main.account where role <> 'none' and verifier is not null");
