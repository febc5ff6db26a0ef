import { SCHEME_ITEMS } from "../../derived/role-policy.ts";
import { SCHEME } from "../../nouns/scheme.ts";
import { readAllRecords, type RecordList } from "./lists.ts";
import type { Reader, Writer } from "../store/types.ts";
import { saveVersions } from "./save-versions.ts";
import { ACCOUNTS } from "./account-rows.ts";

/** The items of schemes are the rights of all nouns, so that the noun itself cannot list them. */
const operations = { ...SCHEME.fields.operations, rule: { kind: "choice", choices: SCHEME_ITEMS } } as const;

export const SCHEMES: RecordList<typeof SCHEME.fields> = {
  thing: { ...SCHEME, fields: { ...SCHEME.fields, operations } },
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
  readonly account: string;
  readonly name: string;
  /** paths of the managed organisations, blank for 全社; null for all organisations (全て) */
  readonly orgs: readonly string[] | null;
}

export const readSchemeHolders = async (reader: Reader, id: string): Promise<SchemeHolder[]> => {
  const among = `${ACCOUNTS.among} and c.id = :scheme`;
  const holders = await readAllRecords(reader, { ...ACCOUNTS, among, params: { scheme: id } });
  return holders.map(({ id: own, name: account, user: name, managesAll, managedOrgs }) => {
    const orgs = managesAll ? null : managedOrgs.map(({ path }) => path).toSorted();
    return { id: own, account, name, orgs };
  });
};

/** Also removes the scheme from accounts of deleted users, because undo can restore these users. */
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
