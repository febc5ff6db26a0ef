import { createExampleId } from "../examples.ts";
import { sha256 } from "../../../src/lib/tenant/store/ids.ts";
import type { Database } from "../../../src/lib/tenant/store/database.ts";

const FAR = "2099-01-01T00:00:00.000Z";
let credentialCount = 0;

/** Returns the account of a credential; undefined if the credential does not exist. */
export const findAccountOf = (database: Database, secret: string): string | undefined =>
  database
    .get("select accountName from credential join user on user.pk = credential.user where hash = :hash", {
      hash: sha256(secret),
    })
    ?.["accountName"]?.toString();

interface CredentialOptions {
  /** for a token: only for reading, or with all rights of the account */
  readonly token?: "read-only" | "whole";
  readonly expiresAt?: string;
  readonly secret?: string;
}

/** Stores a credential of an account, a session by default, and returns its secret. */
export const addTestCredential = (
  { database }: { readonly database: Database },
  account: string,
  { token, expiresAt = FAR, secret: known }: CredentialOptions = {},
): string => {
  credentialCount += 1;
  const secret = known ?? `clomo_${String(credentialCount).padStart(43, "0")}`;
  database.run(
    `insert into credential (id, user, kind, name, hash, readOnly, createdAt, lastUsedAt, expiresAt)
     select :id, pk, :kind, :name, :hash, :readOnly, '2026-01-01T00:00:00.000Z', '2098-12-31T23:00:00.000Z', :expiresAt
     from user where accountName = :account`,
    {
      account,
      id: createExampleId(5000 + credentialCount),
      kind: token === undefined ? "session" : "token",
      name: `credential ${credentialCount}`,
      hash: sha256(secret),
      readOnly: token === "read-only" ? 1 : 0,
      expiresAt,
    },
  );
  return secret;
};
