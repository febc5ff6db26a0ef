import { ownersIn, type NamedOwner } from "../../model/renewal-owner.ts";
import type { RenewalKind } from "../../model/renewal.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { USER } from "../../model/user.ts";
import { needsAccount } from "../records/device-rows.ts";
import { namesOf } from "../store/lists.ts";
import type { Reader } from "../store/store.ts";
import { findNamed } from "../versions/find.ts";
import { Timelines } from "../versions/timeline.ts";
import { USERS } from "../records/user-rows.ts";

/** An item whose owner names a user who was deleted, whose role was taken away, or who is called something else by now. */
interface Leaver {
  readonly id: string;
  readonly kind: RenewalKind;
  readonly name: string;
  /** who it is, as the owner has it */
  readonly owner: string;
  /** a user still, without the role that there was */
  readonly revoked: boolean;
  /** the mail address of a user who is called by the owner's word no more; else null */
  readonly now: string | null;
}

/** The contact person's mail address, where it is that of somebody who left. */
interface LeftContact extends Pick<Leaver, "revoked" | "now"> {
  readonly address: string;
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
  /** null also where no contact person is recorded */
  readonly contact: LeftContact | null;
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
  const without = new Set(revoked.map(({ pk }) => pk));
  const isRevoked = (pk: number): boolean => without.has(pk);
  return {
    recorded: (await reader.get("select 1 from main.account limit 1")) !== undefined,
    total: withRole + marked,
    marked,
    system: await reader.count("select count(*) from main.account where role = 'system'"),
    supported: await readSupported(reader),
    leavers: await readLeavers(reader, isRevoked),
    revoked: revoked.map(({ address }) => address),
    contact: await readContact(reader, profile, isRevoked),
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

/** A user's number, and one of the mail addresses. */
interface RevokedUser {
  readonly pk: number;
  readonly address: string;
}

/**
 * Mail addresses of who had a role once, as versions tell, and has none: by the manual the account of a leaver stays.
 *
 * @see facts 2.4, 7.2
 */
async function readRevoked(reader: Reader): Promise<readonly RevokedUser[]> {
  const rows = await reader.all(
    `select u.pk, e.value as address from main.account a join main.user u on u.pk = a.user, json_each(u.emails) e
     where a.role = 'none' and exists (select 1 from main.account_version v where v.pk = u.pk and v.role <> 'none')
     order by u.pk, e.key`,
  );
  return rows.map(({ pk, address }) => ({ pk: Number(pk), address: String(address) }));
}

/** Whom an owner names: undefined where that is nobody who is or was a user, such as a shared mailbox, or not one alone. */
async function readLeft(
  reader: Reader,
  { text, isAddress }: NamedOwner,
  isRevoked: (pk: number) => boolean,
): Promise<Pick<Leaver, "revoked" | "now"> | undefined> {
  const today = await reader.all(`select t.pk from user t where ${USERS.named}`, namesOf(text));
  const people = today.length > 0 ? today : isAddress ? [] : await readCalled(reader, text);
  const [one, ...others] = people.map(({ pk }) => Number(pk));
  if (one !== undefined) return others.length === 0 && isRevoked(one) ? { revoked: true, now: null } : undefined;
  const timelines = new Timelines(reader);
  const found = await findNamed(reader, timelines, USER, text);
  const [person, ...more] = found;
  if (person === undefined)
    return !isAddress && (await wasCalled(reader, text)) ? { revoked: false, now: null } : undefined;
  const states = await Promise.all(found.map(async (pk) => (await timelines.of(USER, pk)).now));
  const [now = null] = states;
  if (states.every((state) => state === null)) return { revoked: false, now: null };
  if (more.length > 0 || now === null) return undefined;
  if (isRevoked(person)) return { revoked: true, now: null };
  const [email = null] = JSON.parse(String(now["emails"])) as readonly string[];
  return { revoked: false, now: email };
}

/** Users of today with a full name. */
const readCalled = (reader: Reader, name: string) =>
  reader.all("select pk from main.user where coalesce(nameKey, name) = :nameKey limit 2", namesOf(name));

/** Whether just one user who was deleted had a full name. */
const wasCalled = async (reader: Reader, name: string): Promise<boolean> =>
  (await reader.count(
    `select count(distinct v.pk) from main.user_version v where coalesce(v.nameKey, v.name) = :nameKey
       and not exists (select 1 from main.user u where u.pk = v.pk)`,
    namesOf(name),
  )) === 1;

/** Items whose owners left; each owner is looked up once. */
async function readLeavers(reader: Reader, isRevoked: (pk: number) => boolean): Promise<Leaver[]> {
  const rows = await reader.all("select id, kind, name, owner from renewal_item where owner is not null order by pk");
  const known = new Map<string, Awaited<ReturnType<typeof readLeft>>>();
  const leavers: Leaver[] = [];
  for (const { id, kind, name, owner } of rows) {
    for (const named of ownersIn(String(owner))) {
      if (!known.has(named.text)) known.set(named.text, await readLeft(reader, named, isRevoked));
      const left = known.get(named.text);
      if (left === undefined) continue;
      leavers.push({ id: String(id), kind: kind as RenewalKind, name: String(name), owner: named.text, ...left });
    }
  }
  return leavers;
}

/** @see facts 7.2 */
async function readContact(
  reader: Reader,
  { contactMail }: TenantProfile,
  isRevoked: (pk: number) => boolean,
): Promise<LeftContact | null> {
  if (contactMail === null) return null;
  const left = await readLeft(reader, { text: contactMail, isAddress: true }, isRevoked);
  return left === undefined ? null : { address: contactMail, ...left };
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
