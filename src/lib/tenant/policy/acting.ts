import { commandName, line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ADMINISTRATORS, ROLES, type AdministratorRole, type Operation, type Role } from "../../model/role.ts";
import { text } from "../../text/index.ts";
import { shownWord } from "../../text/shell-word.ts";
import { findActing, type ActingAccount } from "../accounts/askers.ts";
import { ROOT } from "../records/org-rows.ts";
import type { Reader } from "../store/store.ts";
import type { Actor } from "./asker.ts";

const isAdministrator = (role: Role): role is AdministratorRole => (ADMINISTRATORS as readonly Role[]).includes(role);

/** The organisations that are somebody's own; undefined: all. An operator has none of his own in 全社. @see facts 2.1 */
const orgsOf = ({ role, org, managedOrgs }: ActingAccount): readonly number[] | undefined => {
  if (role === "system" || (role === "custom" && managedOrgs === undefined)) return undefined;
  if (role === "operator") return org === ROOT ? [] : [org];
  return managedOrgs ?? [];
};

/**
 * Who acts with an account.
 *
 * @throws Failure `not-found` if there is none of this name, `not-permitted` if it has no role
 */
export const actingAs = async (reader: Reader, name: string): Promise<Actor> => {
  const account = await findActing(reader, name);
  if (account === undefined) throw unknownAccount(name);
  const { user, id, role, scheme, items } = account;
  if (!isAdministrator(role)) throw noRole(account.name);
  return {
    account: { user, id, name: account.name },
    role,
    scheme,
    items: new Set(items as readonly Operation[]),
    orgs: orgsOf(account),
  };
};

/** How much of a name is told. */
const MAX_TOLD = 100;

const inShort = (name: string): string =>
  name.length > MAX_TOLD ? `${name.slice(0, MAX_TOLD).toWellFormed()}…` : name;

/** A name as a command has it; one that is not told as a whole is typed by nobody. */
const typed = (name: string): string => (name.length > MAX_TOLD ? "ACCOUNT" : shownWord(name));

const unknownAccount = (name: string): Failure =>
  new Failure("not-found", {
    what: text(`no CLOMO account ${inShort(name)}`, `「${inShort(name)}」という CLOMO アカウントはありません`),
    hint: step("see them, without --as", "一覧(--as なし)", line("clomo-account list", [])),
  });

const noRole = (name: string): Failure =>
  new Failure("not-permitted", {
    what: text(
      `the account ${inShort(name)} has no role (${ROLES.none.ja}): nobody can sign in with it`,
      `アカウント「${inShort(name)}」は「${ROLES.none.ja}」のため、サインインできません`,
    ),
    hint: text(
      `give it a role, without --as: ${commandName("clomo-account grant")} ${typed(name)} --role …`,
      `管理者権限を付与する(--as なし): ${commandName("clomo-account grant")} ${typed(name)} --role …`,
    ),
  });
