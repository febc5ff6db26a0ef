import type { Operation } from "../../derived/role-policy.ts";
import { commandName } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ADMINISTRATOR_ROLES, ROLES } from "../../nouns/account.ts";
import { text } from "../../text/index.ts";
import { quoteShellWord } from "../../text/shell-word.ts";
import { findAccountByName, type ActingAccount } from "./acting-accounts.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import type { Reader } from "../store/types.ts";
import type { Actor } from "./actor.ts";

/** Returns the organisations that an account administers; undefined means all. @see facts 2.1 */
const getOwnOrgs = ({ role, org, managedOrgs }: ActingAccount): readonly number[] | undefined => {
  if (role === "system" || (role === "custom" && managedOrgs === undefined)) return undefined;
  if (role === "operator") return org === ROOT_ORG_NUMBER ? [] : [org];
  return managedOrgs ?? [];
};

export const resolveActor = async (reader: Reader, name: string): Promise<Actor> => {
  const account = await findAccountByName(reader, name);
  if (account === undefined) throw createUnknownAccountFailure(name);
  const actor = toActor(account);
  if (actor === undefined)
    throw new Failure("not-permitted", {
      what: text(
        `the account "${account.name}" does not have a role (${ROLES.none.ja}), so it cannot be used to sign in`,
        `アカウント「${account.name}」は「${ROLES.none.ja}」のため、サインインできません`,
      ),
      hint: text(
        `to grant the account a role, run this without --as: ${commandName("clomo-account edit")} ${quoteShellWord(account.name)} --role …`,
        `管理者権限を付与するには、--as を付けずに実行してください: ${commandName("clomo-account edit")} ${quoteShellWord(account.name)} --role …`,
      ),
    });
  return actor;
};

export const toActor = (account: ActingAccount): Actor | undefined => {
  const { user, id, scheme, items } = account;
  const role = ADMINISTRATOR_ROLES.find((one) => one === account.role);
  if (role === undefined) return undefined;
  return {
    account: { user, id, name: account.name },
    role,
    scheme,
    items: new Set(items as readonly Operation[]),
    orgs: getOwnOrgs(account),
  };
};

const MAX_SHOWN_NAME_LENGTH = 100;

const createUnknownAccountFailure = (name: string): Failure => {
  const shown = name.length > MAX_SHOWN_NAME_LENGTH ? `${name.slice(0, MAX_SHOWN_NAME_LENGTH).toWellFormed()}…` : name;
  return new Failure("not-found", {
    what: text(`no CLOMO account is named "${shown}"`, `「${shown}」という CLOMO アカウントはありません`),
    hint: text(
      `to list the accounts (without --as): ${commandName("clomo-account list")}`,
      `アカウントの一覧(--as なしで実行): ${commandName("clomo-account list")}`,
    ),
  });
};
