import { createExampleId } from "../../../src/lib/model/thing.ts";
import { sha256 } from "../../../src/lib/tenant/ids.ts";
import type { Database } from "../../../src/lib/tenant/store/sqlite/database.ts";

/** True if tests reach their tenants through the listener of `serve`, on a socket of this computer. */
export const IS_SERVED = process.env["CLOMOCTL_TEST_SERVED"] === "1";

/** The system administrator who uses a served test tenant. No other user has its number. */
const ADMINISTRATOR = {
  pk: 0,
  name: "管理者",
  email: "administrator@accounts.example",
  account: "administrator",
};

/** The actor of a test tenant's changes: its owner, or the administrator who is signed in at its server. */
export const TEST_ACTOR = IS_SERVED ? ADMINISTRATOR.account : "owner";

/** The secret of the administrator's session. */
export const ADMINISTRATOR_SECRET = `clomo_${"a".repeat(43)}`;

/** Returns true if a user is the administrator of a served test tenant. */
export const isAdministrator = ({ accountName }: { readonly accountName: string | null }): boolean =>
  IS_SERVED && accountName === ADMINISTRATOR.account;

/**
 * Signs the administrator in, and adds the administrator if the tenant has none. The rows are written directly, because
 * a password would take longer than most tests, and the audit log must begin with the first change of the test.
 */
export const signInAdministrator = (database: Database): void => {
  const { pk, name, email, account } = ADMINISTRATOR;
  if (database.count("select count(*) from credential where user = :pk", { pk }) > 0) return;
  const at = "2026-04-01T00:00:00.000Z";
  const far = { lastUsedAt: "2098-12-31T23:00:00.000Z", expiresAt: "2099-01-01T00:00:00.000Z" };
  database.change(() => {
    database.run(
      `insert into user (pk, id, name, emails, accountName, org, createdAt, updatedAt, revision, administrator)
       values (:pk, :id, :name, :emails, :account, 1, :at, :at, 0, 1)`,
      { pk, id: createExampleId(9001), name, emails: JSON.stringify([email]), account, at },
    );
    database.run("insert into user_email (user, emailKey, main) values (:pk, :email, 1)", { pk, email });
    database.run(
      "insert into account (user, role, createdAt, updatedAt, revision) values (:pk, 'system', :at, :at, 0)",
      { pk, at },
    );
    database.run(
      `insert into credential (id, user, kind, name, hash, createdAt, lastUsedAt, expiresAt)
       values (:id, :pk, 'session', 'test', :hash, :at, :lastUsedAt, :expiresAt)`,
      { pk, id: createExampleId(9002), hash: sha256(ADMINISTRATOR_SECRET), at, ...far },
    );
  });
};

/** Adds the administrator to the console's export of all users, as the console would do. */
export const addAdministratorRow = (cells: readonly (readonly string[])[]): readonly (readonly string[])[] => {
  const { name, email, account } = ADMINISTRATOR;
  const own = new Map([
    ["氏名", name],
    ["メールアドレス", email],
    ["アカウント名", account],
  ]);
  const [header = []] = cells;
  return [...cells, header.map((column) => own.get(column) ?? "")];
};
