import { emailKey } from "../../model/normalise.ts";
import type { RenewalKind } from "../../model/renewal.ts";
import { fits, SENDABLE_ADDRESS } from "../../model/rules.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { member } from "./audit-records.ts";
import { needsAccount } from "./devices.ts";
import type { Reader } from "./store.ts";

/** An item whose owner is the mail address of a user who was deleted, or whose role was taken away. */
interface Leaver {
  readonly id: string;
  readonly kind: RenewalKind;
  readonly name: string;
  readonly owner: string;
  /** a user still, without the role that there was */
  readonly revoked: boolean;
}

/** How a tenant stands with its administrators, and with who hears of its renewals: all of it, whoever asks. */
interface StoredAdministration {
  /** something of an account was recorded by hand */
  readonly recorded: boolean;
  /** number of those who have a role or are marked, and of those who are marked and have no role */
  readonly total: number;
  readonly marked: number;
  readonly system: number;
  readonly supported: { readonly name: string; readonly user: string; readonly email: string }[];
  readonly leavers: Leaver[];
  /** mail addresses of users who had a role, and have none by now */
  readonly revoked: string[];
  /** users without an account who need one; null where the profile names no need */
  readonly lacking: number | null;
}

export const readAdministration = async (reader: Reader, profile: TenantProfile): Promise<StoredAdministration> => {
  const withRole = await reader.count("select count(*) from main.account where role <> 'none'");
  const marked = await reader.count(
    `select count(*) from main.user u left join main.account a on a.user = u.pk
     where u.administrator = 1 and coalesce(a.role, 'none') = 'none'`,
  );
  const revoked = await readRevoked(reader);
  return {
    recorded: (await reader.get("select 1 from main.account limit 1")) !== undefined,
    total: withRole + marked,
    marked,
    system: await reader.count("select count(*) from main.account where role = 'system'"),
    supported: await readSupported(reader),
    leavers: await readLeavers(reader, revoked),
    revoked,
    lacking: await countLacking(reader, profile),
  };
};

/** Who holds the support option; one whose account has no name by an export of the console by the mail address. */
async function readSupported(reader: Reader): Promise<StoredAdministration["supported"]> {
  const rows = await reader.all(
    `select coalesce(u.accountName, u.emails ->> 0, u.name) as name, u.name as user, u.emails ->> 0 as email
     from main.account a join main.user u on u.pk = a.user where a.supportOption = 1 order by u.pk`,
  );
  return rows.map(({ name, user, email }) => ({ name: String(name), user: String(user), email: String(email) }));
}

/**
 * Mail addresses of who had a role once, as the audit tells, and has none: by the manual the account of a leaver stays.
 *
 * @see facts 2.4, 7.2
 */
async function readRevoked(reader: Reader): Promise<string[]> {
  const without = "select a.user from main.account a where a.role = 'none'";
  if ((await reader.get(`${without} limit 1`)) === undefined) return [];
  const rows = await reader.all(
    `with had as (select distinct o.value ->> 'id' as id from main.audit t, json_each(${member("-> 'objects'")}) o
       where t.action in ('accounts.revoke', 'accounts.edit', 'accounts.grant')
         and ${member("-> 'before' ->> 'role'")} <> 'none')
     select e.value as address from main.user u join had on had.id = u.id, json_each(u.emails) e
     where u.pk in (${without}) order by u.pk, e.key`,
  );
  return rows.map(({ address }) => String(address));
}

/** Owners are compared as users' addresses are; those that no user ever had are somebody else's, such as a shared mailbox. */
async function readLeavers(reader: Reader, revoked: readonly string[]): Promise<Leaver[]> {
  const rows = await reader.all("select id, kind, name, owner from renewal_item where owner is not null order by pk");
  const items = rows.flatMap(({ id, kind, name, owner }) => {
    const address = String(owner).trim();
    return fits(SENDABLE_ADDRESS, address)
      ? [{ id: String(id), kind: kind as RenewalKind, name: String(name), owner: address, key: emailKey(address) }]
      : [];
  });
  if (items.length === 0) return [];
  const gone = await reader.all(
    `with k as (select distinct o.value as emailKey from json_each(:keys) o
       where not exists (select 1 from main.user_email m where m.emailKey = o.value))
     select distinct k.emailKey as address from k, user_was w, json_each(coalesce(w.emailKeys, w.emails)) e
     where e.value = k.emailKey and not exists (select 1 from main.user u where u.pk = w.pk)`,
    { keys: JSON.stringify(items.map(({ key }) => key)) },
  );
  const deleted = new Set(gone.map(({ address }) => address));
  const without = new Set(revoked.map(emailKey));
  return items.flatMap(({ key, ...item }) =>
    deleted.has(key) || without.has(key) ? [{ ...item, revoked: !deleted.has(key) }] : [],
  );
}

/**
 * With CLOMO GATE every user needs an account, with Android's Google Play accounts those who own a device that needs one.
 *
 * @see facts 2.4; that all users use CLOMO GATE is ours
 */
async function countLacking(reader: Reader, { gate, android, androidAccounts }: TenantProfile): Promise<number | null> {
  if (gate === true) {
    return reader.count("select count(*) from main.user where coalesce(accountKey, accountName) is null");
  }
  if (android === false || androidAccounts !== "google-play") return null;
  return reader.count(
    `select count(distinct u.pk) from main.device d join main.user u on u.pk = d.owner
     where u.accountName is null and ${needsAccount("d")}`,
  );
}
