import { SCHEME } from "../../model/scheme.ts";
import type { List } from "../store/lists.ts";
import { orgNodeOf, pathsOf } from "../store/sql/org-paths.ts";
import type { Reader, Writer } from "../store/store.ts";
import { keepVersions } from "../versions/keep.ts";

/** Custom schemes by name, with how many accounts have them; the account of a deleted user, which is kept, has none. */
export const SCHEMES: List<typeof SCHEME.fields> = {
  thing: SCHEME,
  table: "scheme t",
  sql: { accounts: "(select count(*) from account a join user u on u.pk = a.user where a.scheme = t.pk)" },
  order: [
    { sql: "t.name", before: "" },
    { sql: "t.pk", before: 0 },
  ],
  named: "t.id = :name or coalesce(t.nameKey, t.name) = :nameKey",
};

/** An account that has a scheme. */
export interface SchemeHolder {
  /** of its user */
  readonly id: string;
  readonly account: string | null;
  readonly name: string;
  /** paths of its managed organisations, blank for 全社; null: 全て */
  readonly orgs: string[] | null;
}

/** The accounts that have a scheme, by account name. @param id of the scheme */
export const schemeHolders = async (reader: Reader, id: string): Promise<SchemeHolder[]> => {
  const rows = await reader.all(
    `select u.id, u.accountName, u.name, a.managedOrgs from scheme s join account a on a.scheme = s.pk
     join user u on u.pk = a.user where s.id = :id order by u.accountName, u.pk`,
    { id },
  );
  const isLimited = rows.some(({ managedOrgs }) => managedOrgs !== null);
  const orgs = isLimited ? await reader.all("select pk, parent, name from org") : [];
  const paths = pathsOf(orgs.map(orgNodeOf));
  return rows.map(({ id: user, accountName, name, managedOrgs = null }) => ({
    id: String(user),
    account: typeof accountName === "string" ? accountName : null,
    name: String(name),
    orgs:
      managedOrgs === null
        ? null
        : (JSON.parse(String(managedOrgs)) as readonly number[]).flatMap((pk) => paths.get(pk) ?? []).toSorted(),
  }));
};

/**
 * Deletes a scheme that no account has. The kept accounts of deleted users lose it with their role: should these users
 * come back, they come back without rights.
 */
export const deleteScheme = async (
  writer: Writer,
  { pk, at }: { readonly pk: number; readonly at: string },
): Promise<void> => {
  await keepVersions(writer, "account", "t.scheme = :pk", { pk });
  await keepVersions(writer, "scheme", "t.pk = :pk", { pk });
  await writer.run(
    `update main.account set scheme = null, role = 'none', managedOrgs = null, updatedAt = :at, revision = :revision
     where scheme = :pk`,
    { pk, at, revision: await writer.revision() },
  );
  await writer.run("delete from main.scheme where pk = :pk", { pk });
};
