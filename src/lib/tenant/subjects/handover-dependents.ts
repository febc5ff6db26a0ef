import { Failure } from "../../errors/index.ts";
import { mentionsPerson, toPerson, type Person } from "../../handover/checklist/people.ts";
import type { Account } from "../../nouns/account.ts";
import type { Device } from "../../nouns/device.ts";
import { nameKey } from "../../model/normalise.ts";
import type { SecuredUser } from "../../nouns/secured-user.ts";
import type { User } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import { readTasksOfUsers } from "../ledger/tasks.ts";
import type { Actor } from "../ledger/actor.ts";
import { isOperationPermitted } from "../ledger/check-rights.ts";
import { findSharedFullNames, USER_LIST } from "../ledger/user-rows.ts";
import { listRenewalItems } from "./renewal-rows.ts";
import { readRecordsById } from "../ledger/lists.ts";
import { ORDERED_JOIN } from "../store/sql.ts";
import type { Reader, Row } from "../store/types.ts";

export interface UserDependents extends Pick<Account, "role" | "marked" | "supportOption"> {
  readonly user: User;
  readonly devices: readonly OwnedDevice[];
  readonly secured: readonly SecuredIdentity[] | null;
  readonly renewals: readonly { readonly id: string; readonly name: string; readonly relation: "owner" | "account" }[];
  readonly consoleTasks: readonly number[];
}

interface OwnedDevice extends Pick<Device, "id" | "serialNumber" | "phoneNumber" | "status" | "tags"> {
  /** model according to Apple; if Apple does not name a model, the platform */
  readonly model: string | null;
}

interface SecuredIdentity extends Pick<SecuredUser, "id" | "app" | "userId" | "name" | "administrator"> {
  /** `id`: same account name or employee code; `name`: same full name, perhaps of another person */
  readonly matchedBy: "id" | "address" | "name";
}

const FROM_USERS_SQL = `from json_each(:ids) e ${ORDERED_JOIN} user u on u.id = e.value`;

const SECURED_ADDRESSES_SQL =
  "json_array(s.imapMailAddress, s.exchangeMailAddress, s.mailAddress, s.microsoft365MailAddress)";

const buildFullNameSql = (key: string, name: string): string =>
  `replace(replace(coalesce(${key}, ${name}), ' ', ''), '\u3000', '')`;

const MATCH_KINDS = ["id", "address", "name"] as const;

/** SQL: SECURED APPs users who may be one of the users; `rank` is the position of the best match in MATCH_KINDS. */
const SECURED_IDENTITIES_SQL = `with leaver as materialized (
      select u.pk, u.id, ${buildFullNameSql("u.nameKey", "u.name")} as name, u.accountName, u.employeeCode ${FROM_USERS_SQL}),
    known as (
      select id, accountName as word from leaver union select id, employeeCode from leaver),
    namesake as materialized (
      select l.id, o.accountName, o.employeeCode from user o ${ORDERED_JOIN} leaver l
        on l.name = ${buildFullNameSql("o.nameKey", "o.name")} where o.pk <> l.pk),
    address as materialized (
      select m.emailKey as word, l.id from leaver l ${ORDERED_JOIN} user_email m on m."user" = l.pk),
    matched as (
      select k.id as person, s.pk, 0 as rank from secured_user s join known k on k.word = s.userId
      union all select a.id, s.pk, 1 from secured_user s ${ORDERED_JOIN} json_each(${SECURED_ADDRESSES_SQL}) v
        join address a on a.word = lower(v.value)
      union all select l.id, s.pk, 2 from secured_user s ${ORDERED_JOIN} leaver l
        on l.name = ${buildFullNameSql("s.displayNameKey", "s.displayName")}
        left join namesake n on n.id = l.id and s.userId in (n.accountName, n.employeeCode) where n.id is null)
  select m.person, s.id, s.app, s.userId, s.displayName as name, s.administrator, min(m.rank) as rank
  from matched m join secured_user s on s.pk = m.pk group by m.person, s.pk order by s.app, s.userId`;

const groupByPerson = (rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> =>
  Map.groupBy(rows, ({ person }) => String(person));

export const buildPeople = async (reader: Reader, users: readonly User[]): Promise<readonly Person[]> => {
  const shared = new Set((await findSharedFullNames(reader, users)).map(nameKey));
  return users.map(({ id, name, accountName, emails }) => {
    const person = toPerson({ id, name, account: accountName, emails });
    return shared.has(nameKey(name)) ? { ...person, words: person.words.filter((word) => word !== name) } : person;
  });
};

const readUsers = async (reader: Reader, ids: readonly string[]): Promise<readonly User[]> => {
  const users = new Map((await readRecordsById(reader, USER_LIST, ids)).map((user) => [user.id, user]));
  return [...new Set(ids)].map((id) => {
    const user = users.get(id);
    if (user !== undefined) return user;
    throw new Failure("not-found", {
      what: text(`no user has the ID "${id}"`, `ID が「${id}」のユーザーは見つかりません`),
    });
  });
};

const findRenewals = async (
  reader: Reader,
  people: readonly Person[],
): Promise<readonly UserDependents["renewals"][]> => {
  const items = await listRenewalItems(reader);
  return people.map((person) =>
    items.flatMap(({ id, name, owner, account, phoneHolder }): UserDependents["renewals"] => {
      if (mentionsPerson(person, owner)) return [{ id, name, relation: "owner" }];
      const isHolder = mentionsPerson(person, account) || mentionsPerson(person, phoneHolder);
      return isHolder ? [{ id, name, relation: "account" }] : [];
    }),
  );
};

const readAccounts = async (reader: Reader, ids: string): Promise<ReadonlyMap<string, Row>> => {
  const rows = await reader.all(
    `select u.id, coalesce(a.role, 'none') as role, u.administrator, coalesce(a.supportOption, 0) as supportOption
     ${FROM_USERS_SQL} left join account a on a."user" = u.pk`,
    { ids },
  );
  return new Map(rows.map((row) => [String(row["id"]), row]));
};

const readDevices = async (reader: Reader, actor: Actor, ids: string): Promise<ReadonlyMap<string, readonly Row[]>> =>
  groupByPerson(
    await reader.all(
      `select u.id as person, t.id, t.serialNumber, coalesce(d.model, t.platform) as model, t.phoneNumber, t.status, t.tags
       ${FROM_USERS_SQL} ${ORDERED_JOIN} device t on t.owner = u.pk
       left join main.ade_device d on d.serialNumber = t.serialNumber and :apple = 1 order by t.pk`,
      { ids, apple: isOperationPermitted(actor, "apple.read") ? 1 : 0 },
    ),
  );

const toDevice = ({ person: _person, tags, ...device }: Row): object => ({
  ...device,
  tags: JSON.parse(String(tags)) as unknown,
});

const toIdentity = ({ person: _person, administrator, rank, ...identity }: Row): object => ({
  ...identity,
  administrator: administrator === 1,
  matchedBy: MATCH_KINDS[Number(rank)],
});

export const findDependents = async (
  reader: Reader,
  actor: Actor,
  ids: readonly string[],
): Promise<UserDependents[]> => {
  const users = await readUsers(reader, ids);
  const param = JSON.stringify(users.map(({ id }) => id));
  const people = await buildPeople(reader, users);
  const seesSecured = isOperationPermitted(actor, "secured.read");
  const secured = groupByPerson(seesSecured ? await reader.all(SECURED_IDENTITIES_SQL, { ids: param }) : []);
  const accounts = await readAccounts(reader, param);
  const devices = await readDevices(reader, actor, param);
  const renewals = await findRenewals(reader, people);
  const tasks = await readTasksOfUsers(reader, param);
  return users.map((user, at) => {
    const account = accounts.get(user.id) ?? {};
    return {
      user,
      role: account["role"] as UserDependents["role"],
      marked: account["administrator"] === 1,
      supportOption: account["supportOption"] === 1,
      devices: (devices.get(user.id) ?? []).map(toDevice) as UserDependents["devices"],
      secured: seesSecured
        ? ((secured.get(user.id) ?? []).map(toIdentity) as NonNullable<UserDependents["secured"]>)
        : null,
      renewals: renewals[at] ?? [],
      consoleTasks: tasks.get(user.id) ?? [],
    };
  });
};
