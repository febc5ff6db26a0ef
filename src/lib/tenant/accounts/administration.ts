import { emailKey } from "../../model/normalise.ts";
import { parseOwners } from "../../model/renewal-owner.ts";
import type { RenewalKind } from "../../model/renewal.ts";
import type { Reader } from "../store/store.ts";

/** A renewal item whose owner is the email address of a user who was deleted, or of nobody any more. */
interface LeaverItem {
  readonly id: string;
  readonly kind: RenewalKind;
  readonly name: string;
  /** the address in the owner field of the item */
  readonly owner: string;
}

interface AdministrationState {
  /** true if any account data was recorded manually */
  readonly recorded: boolean;
  /** number of users with a role or an administrator mark; `marked` is the number of users with a mark but no role */
  readonly total: number;
  readonly marked: number;
  readonly system: number;
  readonly supported: { readonly name: string; readonly user: string; readonly email: string }[];
  readonly leavers: LeaverItem[];
}

export const readAdministration = async (reader: Reader): Promise<AdministrationState> => {
  const withRole = await reader.count("select count(*) from main.account where role <> 'none'");
  const marked = await reader.count(
    `select count(*) from main.user u left join main.account a on a.user = u.pk
     where u.administrator = 1 and coalesce(a.role, 'none') = 'none'`,
  );
  return {
    recorded: (await reader.get("select 1 from main.account limit 1")) !== undefined,
    total: withRole + marked,
    marked,
    system: await reader.count("select count(*) from main.account where role = 'system'"),
    supported: await readSupportAccounts(reader),
    leavers: await readLeaverItems(reader),
  };
};

/**
 * Returns the accounts with the support option. An account without a name in the export is identified by its email
 * address.
 */
async function readSupportAccounts(reader: Reader): Promise<AdministrationState["supported"]> {
  const rows = await reader.all(
    `select coalesce(u.accountName, u.emails ->> 0, u.name) as name, u.name as user, u.emails ->> 0 as email
     from main.account a join main.user u on u.pk = a.user where a.supportOption = 1 order by u.pk`,
  );
  return rows.map(({ name, user, email }) => ({ name: String(name), user: String(user), email: String(email) }));
}

/** Returns the items whose owner is an address that a user had and no user has now. */
async function readLeaverItems(reader: Reader): Promise<LeaverItem[]> {
  const rows = await reader.all("select id, kind, name, owner from renewal_item where owner is not null order by pk");
  const leavers: LeaverItem[] = [];
  for (const { id, kind, name, owner } of rows) {
    for (const { text, isAddress } of parseOwners(String(owner))) {
      if (!isAddress || !(await isFormerAddress(reader, emailKey(text)))) continue;
      leavers.push({ id: String(id), kind: kind as RenewalKind, name: String(name), owner: text });
    }
  }
  return leavers;
}

const isFormerAddress = async (reader: Reader, key: string): Promise<boolean> =>
  (await reader.get("select 1 from main.user_email where emailKey = :key limit 1", { key })) === undefined &&
  (await reader.get("select 1 from main.user_version v, json_each(v.emails) e where lower(e.value) = :key limit 1", {
    key,
  })) !== undefined;
