/** Handlers of one noun of the tenant API. Each noun has its own file, even if the file is short. */

import { sha256 } from "../ids.ts";
import { ACCOUNTS, readAccountSettings, SUPPORT_ACCOUNTS } from "../accounts/account-rows.ts";
import type { RequestKey } from "../store/idempotency.ts";
import { findRecords, streamNdjson, readListPage } from "../store/lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// modules are loaded only by requests that need them, so that lists start faster
const loadAccountsModule = () => import("../accounts/accounts.ts");
const loadHistoryModule = () => import("../versions/history.ts");

/**
 * Returns the repeatable request without its password. Its fingerprint is stored, and must not reveal anything about
 * the password.
 */
const omitPassword = (
  repeatable: RequestKey | undefined,
  body: { readonly password?: string | undefined },
): RequestKey | undefined => {
  const { password: _, ...open } = body;
  return repeatable && { ...repeatable, fingerprint: sha256(JSON.stringify(open)) };
};

const loadTransferModule = () => import("../handover/transfer.ts");

/** Handlers of CLOMO accounts. */
export default ({ session, store }: TenantParts): Handlers<"accounts"> => ({
  list: ({ query: { supported, ...query } }) => {
    const of = supported ? SUPPORT_ACCOUNTS : ACCOUNTS;
    return {
      page: () => session.read((reader) => readListPage(reader, of, query)),
      lines: () => streamNdjson(store, of, query),
    };
  },
  find: ({ query }) => session.read((reader) => findRecords(reader, ACCOUNTS, query.name)),
  history: async ({ query }) => (await loadHistoryModule()).readHistory(session, "accounts", query.name) as never,
  settings: () => session.read(readAccountSettings),
  setSettings: async ({ body }) => (await loadAccountsModule()).updateAccountSettings(session, body),
  create: async ({ body, repeatable }) =>
    (await loadAccountsModule()).createAccount(session, body, omitPassword(repeatable, body)),
  edit: async ({ params: { id }, body }) => (await loadAccountsModule()).editAccount(session, id, body),
  revoke: async ({ params: { id }, body, repeatable }) =>
    (await loadAccountsModule()).revokeRole(session, id, body, repeatable),
  resetPassword: async ({ params: { id }, body, repeatable }) =>
    (await loadAccountsModule()).resetPassword(session, id, body, omitPassword(repeatable, body)),
  transfer: async ({ params: { id }, body }) => (await loadTransferModule()).transferAccount(session, id, body),
});
