import { comparisonKey } from "../../model/normalise.ts";
import type { Role } from "../../nouns/account.ts";
import { ORG_POSITION_TABLE } from "./org-rows.ts";
import type { Reader, Row } from "../store/types.ts";
import type { ActorAccount } from "./actor.ts";

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

interface OrgPath {
  readonly id: string;
  readonly path: string;
}

/**
 * Returns the organisations' paths in the order of the tree, without deleted organisations. @param orgs record numbers
 */
export const readOrgPaths = async (reader: Reader, orgs: readonly number[]): Promise<readonly OrgPath[]> => {
  await reader.derive(ORG_POSITION_TABLE);
  return reader.all<OrgPath>(
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
