import { parseOwners, type NamedOwner } from "../../model/renewal-owner.ts";
import type { RenewalKind } from "../../model/renewal.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { USER } from "../../model/user.ts";
import { buildNeedsAccountSql } from "../records/device-rows.ts";
import { buildNameParams } from "../store/lists.ts";
import type { Reader } from "../store/store.ts";
import { findRecordsByName } from "../versions/find.ts";
import { TimelineReader } from "../versions/timeline.ts";
import { USER_LIST } from "../records/user-rows.ts";

/** A renewal item whose owner is a user who was deleted, lost their role, or now has another name. */
interface LeaverItem {
  readonly id: string;
  readonly kind: RenewalKind;
  readonly name: string;
  /** the person, as recorded in the owner field of the item */
  readonly owner: string;
  /** true if the person is still a user but has lost their role */
  readonly revoked: boolean;
  /** current email address, if the user no longer has the name or address in `owner`; otherwise null */
  readonly now: string | null;
}

interface LeaverContact extends Pick<LeaverItem, "revoked" | "now"> {
  readonly address: string;
}

/**
 * All administrators of a tenant and all recipients of its reminders, including those that the acting account cannot
 * see.
 */
interface AdministrationState {
  /** true if any account data was recorded manually */
  readonly recorded: boolean;
  /** number of users with a role or an administrator mark; `marked` is the number of users with a mark but no role */
  readonly total: number;
  readonly marked: number;
  readonly system: number;
  readonly supported: { readonly name: string; readonly user: string; readonly email: string }[];
  readonly leavers: LeaverItem[];
  /** email addresses of users who had a role and have lost it */
  readonly revoked: string[];
  /** the contact person, if they have left; null if they have not left, or if no contact person is recorded */
  readonly contact: LeaverContact | null;
  /** number of users who need an account but do not have one; null if the profile does not require accounts */
  readonly lacking: number | null;
}

export const readAdministration = async (reader: Reader, profile: TenantProfile): Promise<AdministrationState> => {
  const withRole = await reader.count("select count(*) from main.account where role <> 'none'");
  const marked = await reader.count(
    `select count(*) from main.user u left join main.account a on a.user = u.pk
     where u.administrator = 1 and coalesce(a.role, 'none') = 'none'`,
  );
  const revoked = await readRevokedUsers(reader);
  const without = new Set(revoked.map(({ pk }) => pk));
  const isRevoked = (pk: number): boolean => without.has(pk);
  return {
    recorded: (await reader.get("select 1 from main.account limit 1")) !== undefined,
    total: withRole + marked,
    marked,
    system: await reader.count("select count(*) from main.account where role = 'system'"),
    supported: await readSupportAccounts(reader),
    leavers: await readLeaverItems(reader, isRevoked),
    revoked: revoked.map(({ address }) => address),
    contact: await readLeaverContact(reader, profile, isRevoked),
    lacking: await countUsersWithoutAccount(reader, profile),
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

interface RevokedUser {
  readonly pk: number;
  readonly address: string;
}

/**
 * Returns the email addresses of users who once had a role, according to the stored versions, and no longer have one.
 * According to CLOMO's manual, the account of a leaver is kept.
 *
 * @see facts 2.4, 7.2
 */
async function readRevokedUsers(reader: Reader): Promise<readonly RevokedUser[]> {
  const rows = await reader.all(
    `select u.pk, e.value as address from main.account a join main.user u on u.pk = a.user, json_each(u.emails) e
     where a.role = 'none' and exists (select 1 from main.account_version v where v.pk = u.pk and v.role <> 'none')
     order by u.pk, e.key`,
  );
  return rows.map(({ pk, address }) => ({ pk: Number(pk), address: String(address) }));
}

/**
 * Returns how the person in an owner field left. Returns undefined if the person has not left, if the owner was never a
 * user (such as a shared mailbox), or if several people match the owner.
 */
async function resolveLeaver(
  reader: Reader,
  { text, isAddress }: NamedOwner,
  isRevoked: (pk: number) => boolean,
): Promise<Pick<LeaverItem, "revoked" | "now"> | undefined> {
  const today = await reader.all(`select t.pk from user t where ${USER_LIST.named}`, buildNameParams(text));
  const people = today.length > 0 ? today : isAddress ? [] : await findUsersByFullName(reader, text);
  const [one, ...others] = people.map(({ pk }) => Number(pk));
  if (one !== undefined) return others.length === 0 && isRevoked(one) ? { revoked: true, now: null } : undefined;
  const timelines = new TimelineReader(reader);
  const found = await findRecordsByName(reader, timelines, USER, text);
  const [person, ...more] = found;
  if (person === undefined)
    return !isAddress && (await isDeletedUserName(reader, text)) ? { revoked: false, now: null } : undefined;
  const states = await Promise.all(found.map(async (pk) => (await timelines.of(USER, pk)).now));
  const [now = null] = states;
  if (states.every((state) => state === null)) return { revoked: false, now: null };
  if (more.length > 0 || now === null) return undefined;
  if (isRevoked(person)) return { revoked: true, now: null };
  const [email = null] = JSON.parse(String(now["emails"])) as readonly string[];
  return { revoked: false, now: email };
}

const findUsersByFullName = (reader: Reader, name: string) =>
  reader.all("select pk from main.user where coalesce(nameKey, name) = :nameKey limit 2", buildNameParams(name));

/** Returns true if exactly one deleted user had this full name. */
const isDeletedUserName = async (reader: Reader, name: string): Promise<boolean> =>
  (await reader.count(
    `select count(distinct v.pk) from main.user_version v where coalesce(v.nameKey, v.name) = :nameKey
       and not exists (select 1 from main.user u where u.pk = v.pk)`,
    buildNameParams(name),
  )) === 1;

/** Returns the items whose owners have left. Each owner is looked up only once. */
async function readLeaverItems(reader: Reader, isRevoked: (pk: number) => boolean): Promise<LeaverItem[]> {
  const rows = await reader.all("select id, kind, name, owner from renewal_item where owner is not null order by pk");
  const known = new Map<string, Awaited<ReturnType<typeof resolveLeaver>>>();
  const leavers: LeaverItem[] = [];
  for (const { id, kind, name, owner } of rows) {
    for (const named of parseOwners(String(owner))) {
      if (!known.has(named.text)) known.set(named.text, await resolveLeaver(reader, named, isRevoked));
      const left = known.get(named.text);
      if (left === undefined) continue;
      leavers.push({ id: String(id), kind: kind as RenewalKind, name: String(name), owner: named.text, ...left });
    }
  }
  return leavers;
}

/** Returns the contact person if they left; otherwise null. @see facts 7.2 */
async function readLeaverContact(
  reader: Reader,
  { contactMail }: TenantProfile,
  isRevoked: (pk: number) => boolean,
): Promise<LeaverContact | null> {
  if (contactMail === null) return null;
  const left = await resolveLeaver(reader, { text: contactMail, isAddress: true }, isRevoked);
  return left === undefined ? null : { address: contactMail, ...left };
}

/**
 * Counts the users who need an account but do not have one. With CLOMO GATE, every user needs an account. With Google
 * Play accounts for Android, every user needs an account who owns a device that requires one.
 *
 * @see facts 2.4; that all users use CLOMO GATE is a clomoctl rule
 */
async function countUsersWithoutAccount(
  reader: Reader,
  { gate, android, androidAccounts }: TenantProfile,
): Promise<number | null> {
  if (gate === true) {
    return reader.count("select count(*) from main.user where coalesce(accountKey, accountName) is null");
  }
  if (android === false || androidAccounts !== "google-play") return null;
  return reader.count(
    `select count(distinct u.pk) from main.device d join main.user u on u.pk = d.owner
     where u.accountName is null and ${buildNeedsAccountSql("d")}`,
  );
}
