import { createExampleId } from "../examples.ts";
import { sha256 } from "../../../src/lib/tenant/store/ids.ts";
import { addTestCredential, findAccountOf } from "./credentials.ts";
import type { Database } from "../../../src/lib/tenant/store/database.ts";

/** True if tests use their tenants through the server of `serve` on a local socket. */
export const IS_SERVED = process.env["CLOMOCTL_TEST_SERVED"] === "1";

/** The account of the system administrator who uses a test tenant, unless the test chooses another account. */
const ACCOUNT = "administrator";

const createAddress = (account: string): string => `${account}@accounts.example`;

export const getTestActor = (account = ACCOUNT): string => (IS_SERVED ? account : "owner");

export const ADMINISTRATOR_SECRET = `clomo_${"a".repeat(43)}`;

/** Returns true for the administrator of a test tenant, unless the test chose this user. */
export const isAdministrator = ({ accountName }: { readonly accountName: string | null }): boolean =>
  accountName === ACCOUNT;

/** Signs in the system administrator of a served test tenant. Adds the administrator if there is none. */
export const signInAdministrator = (database: Database, chosen?: string, email?: string): void => {
  const signedIn = findAccountOf(database, ADMINISTRATOR_SECRET);
  if (signedIn !== undefined && signedIn !== (chosen ?? signedIn))
    throw new Error(`${signedIn} is already signed in; call addAdministrator before the first request`);
  if (signedIn !== undefined) return;
  const account = chosen ?? ACCOUNT;
  database.change(() => {
    if (!hasUser(database, account)) addUser(database, account, email ?? createAddress(account));
    if (!isSystemAdministrator(database, account)) throw new Error(`${account} is not a system administrator`);
    addTestCredential({ database }, account, { secret: ADMINISTRATOR_SECRET });
  });
};

const hasUser = (database: Database, account: string): boolean =>
  database.count("select count(*) from user where accountName = :account", { account }) > 0;

const isSystemAdministrator = (database: Database, account: string): boolean =>
  database.count(
    "select count(*) from account join user on user.pk = account.user where accountName = :account and role = 'system'",
    { account },
  ) > 0;

const addUser = (database: Database, account: string, email: string): void => {
  const at = "2026-04-01T00:00:00.000Z";
  // users with different addresses get different ids, even in different tenants
  const id = createExampleId(Number.parseInt(sha256(email).slice(0, 8), 16));
  const pk = 1 + database.count("select coalesce(max(last), 0) from collection where name = 'users'");
  database.run(
    `insert into collection (name, revision, last) values ('users', 0, :pk)
     on conflict (name) do update set last = excluded.last`,
    { pk },
  );
  database.run(
    `insert into user (pk, id, name, emails, accountName, org, createdAt, updatedAt, revision, administrator)
     values (:pk, :id, :account, :emails, :account, 1, :at, :at, 0, 1)`,
    { pk, id, account, emails: JSON.stringify([email]), at },
  );
  database.run("insert into user_email (user, emailKey, main) values (:pk, :email, 1)", { pk, email });
  database.run("insert into account (user, role, createdAt, updatedAt, revision) values (:pk, 'system', :at, :at, 0)", {
    pk,
    at,
  });
};

export const addAdministratorRow = (
  database: Database,
  cells: readonly (readonly string[])[],
): readonly (readonly string[])[] => {
  if (!hasUser(database, ACCOUNT)) return cells;
  const own = new Map([
    ["氏名", ACCOUNT],
    ["メールアドレス", createAddress(ACCOUNT)],
    ["アカウント名", ACCOUNT],
  ]);
  const [header = []] = cells;
  return [...cells, header.map((column) => own.get(column) ?? "")];
};
