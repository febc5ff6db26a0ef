import { SCHEME } from "../../model/scheme.ts";
import type { RecordList } from "../store/lists.ts";
import type { Reader, Writer } from "../store/store.ts";
import { saveVersions } from "../versions/keep.ts";
import { formatOrgPath } from "../../model/organisation.ts";

export interface OrgNode {
  readonly pk: number;
  readonly parent: number | null;
  readonly name: string;
}

/** Returns the paths of organisations by number. Organisations without all nodes above them have no path. */
const buildOrgPaths = (nodes: Iterable<OrgNode>): ReadonlyMap<number, string> => {
  const all = new Map([...nodes].map((node) => [node.pk, node]));
  const paths = new Map<number, string>();
  for (const { pk } of all.values()) {
    const names: string[] = [];
    let at = all.get(pk);
    while (at !== undefined && at.parent !== null && names.length <= all.size) {
      names.unshift(at.name);
      at = all.get(at.parent);
    }
    if (at?.parent === null) paths.set(pk, formatOrgPath(names));
  }
  return paths;
};

/** Custom schemes by name, with the number of their accounts without the kept accounts of deleted users. */
export const SCHEMES: RecordList<typeof SCHEME.fields> = {
  thing: SCHEME,
  table: "scheme t",
  sql: { accounts: "(select count(*) from account a join user u on u.pk = a.user where a.scheme = t.pk)" },
  order: [
    { sql: "t.name", before: "" },
    { sql: "t.pk", before: 0 },
  ],
  named: "t.id = :name or coalesce(t.nameKey, t.name) = :nameKey",
};

export interface SchemeHolder {
  readonly id: string;
  readonly account: string | null;
  readonly name: string;
  /** paths of the managed organisations, blank for 全社; null: all organisations (全て) */
  readonly orgs: string[] | null;
}

export const readSchemeHolders = async (reader: Reader, id: string): Promise<SchemeHolder[]> => {
  const rows = await reader.all<Omit<SchemeHolder, "orgs"> & { readonly managedOrgs: string | null }>(
    `select u.id, u.accountName as account, u.name, a.managedOrgs from scheme s join account a on a.scheme = s.pk
     join user u on u.pk = a.user where s.id = :id order by u.accountName, u.pk`,
    { id },
  );
  const isLimited = rows.some(({ managedOrgs }) => managedOrgs !== null);
  const paths = buildOrgPaths(isLimited ? await reader.all<OrgNode>("select pk, parent, name from org") : []);
  return rows.map(({ managedOrgs, ...holder }) => ({
    ...holder,
    orgs:
      managedOrgs === null
        ? null
        : (JSON.parse(managedOrgs) as readonly number[]).flatMap((pk) => paths.get(pk) ?? []).toSorted(),
  }));
};

/** Deletes an unused scheme. Kept accounts of deleted users lose it and their role, in case they are created again. */
export const deleteScheme = async (
  writer: Writer,
  { pk, at }: { readonly pk: number; readonly at: string },
): Promise<void> => {
  await saveVersions(writer, "account", "t.scheme = :pk", { pk });
  await saveVersions(writer, "scheme", "t.pk = :pk", { pk });
  await writer.run(
    `update main.account set scheme = null, role = 'none', managedOrgs = null, updatedAt = :at, revision = :revision
     where scheme = :pk`,
    { pk, at, revision: await writer.revision() },
  );
  await writer.run("delete from main.scheme where pk = :pk", { pk });
};
