/** Handlers of one noun: each has its own file, however short. */

import { sha256 } from "../ids.ts";
import { Session } from "../session.ts";
import { ACCOUNTS, readSettings, SUPPORTED } from "../accounts/account-rows.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import { findRecords, linesOf, pageOf } from "../store/lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// loaded by the requests that need them: lists start sooner without
const byHand = () => import("../accounts/accounts.ts");
const versions = () => import("../versions/history.ts");

/** What is kept of a request, which tells nothing of its password. */
const withoutPassword = (
  repeatable: KeptRequest | undefined,
  body: { readonly password?: string | undefined },
): KeptRequest | undefined => {
  const { password: _, ...open } = body;
  return repeatable && { ...repeatable, fingerprint: sha256(JSON.stringify(open)) };
};

const transfers = () => import("../handover/transfer.ts");

const reset = () => import("../accounts/reset.ts");

/** Who asks for himself sees his account, wherever it lies. */
const sessionFor = ({ session, owner }: TenantParts, id: string): Session =>
  session.asker.account?.id === id
    ? new Session(owner.store, session.surroundings, owner.actor, session.asker)
    : session;

/** CLOMO accounts. */
export default ({ session, store, ...parts }: TenantParts): Handlers<"accounts"> => ({
  list: ({ query: { supported, ...query } }) => {
    const of = supported ? SUPPORTED : ACCOUNTS;
    return {
      page: () => session.read((reader) => pageOf(reader, of, query)),
      lines: () => linesOf(store, of, query),
    };
  },
  find: ({ query }) => session.read((reader) => findRecords(reader, ACCOUNTS, query.name)),
  history: async ({ query }) => (await versions()).history(session, "accounts", query.name),
  settings: () => session.read(readSettings),
  setSettings: async ({ body }) => (await byHand()).setSettings(session, body),
  renamings: async ({ query: { composition } }) => {
    const { first, ...counts } = await (await byHand()).renamings(session, composition);
    return { ...counts, first: [...first] };
  },
  create: async ({ body, repeatable }) =>
    (await byHand()).createAccount(session, body, withoutPassword(repeatable, body)),
  edit: async ({ params: { id }, body }) => (await byHand()).editAccount(session, id, body),
  grant: async ({ params: { id }, body, repeatable }) =>
    (await byHand()).grantRole(session, id, body, withoutPassword(repeatable, body)),
  revoke: async ({ params: { id }, body, repeatable }) => (await byHand()).revokeRole(session, id, body, repeatable),
  resetPassword: async ({ params: { id }, body, repeatable }) =>
    (await byHand()).resetPassword(session, id, body, withoutPassword(repeatable, body)),
  transfer: async ({ params: { id }, body }) => (await transfers()).transferAccount(session, id, body),
  // neither is repeated by a key: another code is sent, and one that was used up is none
  sendResetCode: async ({ params: { id }, body }) =>
    (await reset()).sendResetCode(sessionFor({ session, store, ...parts }, id), parts.mail, { ...body, id }),
  resetWithCode: async ({ params: { id }, body }) =>
    (await reset()).resetWithCode(sessionFor({ session, store, ...parts }, id), { ...body, id }),
});
