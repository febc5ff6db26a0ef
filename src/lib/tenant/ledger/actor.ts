import type { Operation } from "../../derived/role-policy.ts";
import type { CredentialKind } from "../../model/credential.ts";
import { type AdministratorRole, type Role, ADMINISTRATOR_ROLES, ROLES } from "../../nouns/account.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { ORG_POSITION_TABLE, ROOT_ORG_NUMBER } from "./org-rows.ts";
import type { Reader, Row } from "../store/types.ts";
import { commandName } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { quoteShellWord } from "../../text/shell-word.ts";

export interface ActorAccount {
  /** record number of the account's user; undefined for an operator of the server, who has no account here */
  readonly user: number | undefined;
  readonly id: string;
  readonly name: string;
}

/** Somebody who signed in with the server's identity provider, and what they may do in this tenant. */
export interface Operator {
  readonly subject: string;
  readonly name: string;
  readonly role: Exclude<AdministratorRole, "operator">;
  /** name of the scheme of a custom administrator */
  readonly scheme?: string | undefined;
}

export interface ActorCredential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly isReadOnly: boolean;
  /** true for a read-only token that may record runs of jobs and sent reminders */
  readonly addsJobs: boolean;
  /** a UTC instant */
  readonly expiresAt: string;
}

export interface Actor {
  /** undefined for the computer's owner, who may do everything */
  readonly account?: ActorAccount | undefined;
  readonly role: AdministratorRole;
  /** scheme of a custom administrator; `items` are the operations that the scheme permits */
  readonly scheme?: string | undefined;
  readonly items: ReadonlySet<Operation>;
  /** numbers of the organisations that the actor administers, including those below; undefined means all */
  readonly orgs: readonly number[] | undefined;
  readonly credential?: ActorCredential | undefined;
}

export interface ActingAccount extends ActorAccount {
  readonly role: Role;
  readonly org: number;
  readonly managedOrgs: readonly number[] | undefined;
  readonly scheme: string | undefined;
  readonly items: readonly string[];
  readonly verifier: string | null;
}

export const ACTING_ACCOUNT_COLUMNS = `u.pk as actingUser, u.id as actingId, u.accountName, u.org, coalesce(a.role, 'none') as role,
  a.managedOrgs, s.name as scheme, s.operations, a.verifier`;
export const ACTING_ACCOUNT_TABLES = `main.user u left join main.account a on a.user = u.pk
  left join main.scheme s on s.pk = a.scheme`;

/** Returns the account with a name, even if the acting account cannot see it. */
export const findAccountByName = async (reader: Reader, name: string): Promise<ActingAccount | undefined> => {
  const row = await reader.get(
    `select ${ACTING_ACCOUNT_COLUMNS} from ${ACTING_ACCOUNT_TABLES} where coalesce(u.accountKey, u.accountName) = :key`,
    { key: comparisonKey("code", name) },
  );
  return row && toActingAccount(row);
};

export const toActingAccount = (row: Row): ActingAccount => {
  const { managedOrgs = null, scheme = null } = row;
  return {
    user: Number(row["actingUser"]),
    id: String(row["actingId"]),
    name: String(row["accountName"]),
    role: String(row["role"]) as Role,
    org: Number(row["org"]),
    managedOrgs: managedOrgs === null ? undefined : (JSON.parse(String(managedOrgs)) as readonly number[]),
    scheme: scheme === null ? undefined : String(scheme),
    items: JSON.parse(String(row["operations"] ?? "[]")) as readonly string[],
    verifier: typeof row["verifier"] === "string" ? row["verifier"] : null,
  };
};

/** In the order of the tree, without deleted organisations. @param orgs record numbers */
export const readOrgPaths = async (reader: Reader, orgs: readonly number[]) => {
  await reader.derive(ORG_POSITION_TABLE);
  return reader.all<{ readonly id: string; readonly path: string }>(
    `select o.id, p.path from json_each(:orgs) e join main.org o on o.pk = e.value join temp.place p on p.pk = o.pk
     order by p.at`,
    { orgs: JSON.stringify(orgs) },
  );
};

export const findOwnUser = async (reader: Reader, user: number) => {
  const row = await reader.get<{ id: string; name: string; email: string; org: number; listed: number }>(
    `select u.id, u.name, u.emails ->> 0 as email, u.org, exists (select 1 from user seen where seen.pk = u.pk) as listed
     from main.user u where u.pk = :user`,
    { user },
  );
  const [org] = row === undefined ? [] : await readOrgPaths(reader, [row.org]);
  return row === undefined || org === undefined ? null : { ...row, org, listed: row.listed === 1 };
};

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

/** Operators and the computer's owner are recorded as `NAME (…)`; an account with such a name must not pass for them. */
const toActorName = ({ name, id }: ActingAccount): string => (/ \(.*\)$/s.test(name) ? `${name} (${id})` : name);

export const toActor = (account: ActingAccount): Actor | undefined => {
  const { user, id, scheme, items } = account;
  const role = ADMINISTRATOR_ROLES.find((one) => one === account.role);
  if (role === undefined) return undefined;
  return {
    account: { user, id, name: toActorName(account) },
    role,
    scheme,
    items: new Set(items as readonly Operation[]),
    orgs: getOwnOrgs(account),
  };
};

/** The subject is part of the name, because the provider's display names are neither unique nor permanent. */
export const resolveOperator = async (reader: Reader, { subject, name, role, scheme }: Operator): Promise<Actor> => {
  const found = await reader.get("select name, operations from main.scheme where name = :scheme", {
    scheme: scheme ?? null,
  });
  if (role === "custom" && found === undefined)
    throw new Failure("not-permitted", {
      what: text(
        `this tenant has no scheme named "${scheme ?? ""}", which the server gives you`,
        `サーバーが割り当てたスキーム「${scheme ?? ""}」は、このテナントにありません`,
      ),
      hint: text(
        "ask a system administrator of the tenant to create it, or whoever runs the server to name another in serve.yaml",
        "テナントのシステム管理者に作成を依頼するか、サーバーの運用担当者に serve.yaml の変更を依頼してください",
      ),
    });
  return {
    account: { user: undefined, id: `operator:${subject}`, name: `${name} (${subject})` },
    role,
    scheme,
    items: new Set(JSON.parse(String(found?.["operations"] ?? "[]")) as readonly Operation[]),
    orgs: role === "division" ? [ROOT_ORG_NUMBER] : undefined,
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

const RIGHTS_CHANGED_FAILURE = new Failure("conflict", {
  what: text(
    "your rights changed while the request was being received; nothing was changed",
    "リクエストの受信中に権限が変わったため、何も変更していません",
  ),
  hint: text("try again", "もう一度お試しください"),
});

const SIGNED_OUT_FAILURE = new Failure("not-signed-in", {
  what: text(
    "the session or token ended while the request was being received; nothing was changed",
    "リクエストの受信中にセッションまたはトークンが無効になったため、何も変更していません",
  ),
});

const listRights = ({ role, scheme, items, orgs }: Actor): string =>
  JSON.stringify([role, scheme, [...items].toSorted(), orgs]);

/** Checks the rights again, because a body may arrive long after the headers. @throws `not-signed-in`, `conflict` */
export const requireSameSender = async (reader: Reader, sender: Actor | undefined): Promise<void> => {
  if (sender?.credential === undefined) return;
  const row = await reader.get(
    `select ${ACTING_ACCOUNT_COLUMNS} from main.credential c join ${ACTING_ACCOUNT_TABLES}
     where u.pk = c.user and c.id = :id`,
    { id: sender.credential.id },
  );
  const now = row && toActor(toActingAccount(row));
  if (now === undefined) throw SIGNED_OUT_FAILURE;
  if (listRights(now) !== listRights(sender)) throw RIGHTS_CHANGED_FAILURE;
};
