import { SECURED_FORMATS } from "../../../model/secured-formats.ts";
import { SECURED_GROUP, SECURED_USER, type SecuredApp } from "../../../model/secured-user.ts";
import { comparisonKey } from "../../../model/normalise.ts";
import type { List, SortKey } from "../../store/lists.ts";
import type { Reader, Writer } from "../../store/store.ts";
import { keepVersions } from "../../versions/keep.ts";

const USER_ID: SortKey = { sql: "t.userId", before: "" };

/** Users of an app by ユーザーID or name; exports leave out administrators. @see facts 6.5, 6.6 */
export const securedUsers = (app: SecuredApp): List<typeof SECURED_USER.fields> => ({
  thing: SECURED_USER,
  format: SECURED_FORMATS[app],
  table: "secured_user t",
  among: "t.app = :app",
  params: { app },
  sql: {
    role: `case when t.administrator = 1 then 'administrator'
      when 'TRUE' in (t.fileManager, t.groupManager) then 'manager' else 'user' end`,
    secretsSet: `(select '[' || coalesce(string_agg(json_object('field', key, 'at', value), ',' order by id), '') || ']'
      from json_each(t.secrets))`,
  },
  order: [USER_ID],
  orders: { name: [{ sql: "t.nameSort", before: "" }, USER_ID] },
  filters: { filterName: "displayName", filterId: "userId" },
  chosen: { group: "groups" },
  named: "t.id = :name or t.userId = :name",
  exported: "t.administrator = 0",
});

/** Groups of an app by name, with their number of users. */
export const securedGroups = (app: SecuredApp): List<typeof SECURED_GROUP.fields> => ({
  thing: SECURED_GROUP,
  table: "secured_group t",
  joined: `left join (
    select e.value as key, count(*) as users
    from secured_user u, json_each(coalesce(u.groupKeys, u.groups)) e where u.app = :app group by 1) m
    on m.key = coalesce(t.nameKey, t.name)`,
  among: "t.app = :app",
  params: { app },
  sql: { users: "coalesce(m.users, 0)" },
  order: [{ sql: "t.name", before: "" }],
  named: "t.id = :name or coalesce(t.nameKey, t.name) = :nameKey",
});

/** The comparison key of a group's name. */
export const groupKey = (name: string): string => comparisonKey(SECURED_GROUP.fields.name.comparison, name);

/** The names of an app's groups, by their comparison keys. */
export const groupNames = async (reader: Reader, app: SecuredApp): Promise<ReadonlyMap<string, string>> => {
  const rows = await reader.all("select name from secured_group where app = :app order by name", { app });
  return new Map(rows.map(({ name }) => [groupKey(String(name)), String(name)]));
};

/** The name that a group has among those of {@link groupNames}; undefined if there is no such group. */
export const groupAmong = (names: ReadonlyMap<string, string>, wanted: string): string | undefined =>
  names.get(groupKey(wanted));

/** A set of groups as imports store it: each once, by its comparison key. */
export const groupSet = (names: readonly string[]): readonly string[] => {
  const byKey = new Map(names.map((name) => [groupKey(name), name]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
};

/** The column of the keys of a set of groups: null if all are the names themselves. */
export const keysOf = (names: readonly string[]): string | null => {
  const keys = names.map((name) => groupKey(name));
  return keys.every((key, at) => key === names[at]) ? null : JSON.stringify(keys);
};

/**
 * Gives a group of users another name, or takes them out of it, as they have their groups by name. For a change that has
 * the app's collection locked.
 *
 * @param to undefined: the group is deleted
 * @returns the number of memberships
 */
const changeMemberships = async (
  writer: Writer,
  app: SecuredApp,
  { from, to, at }: { readonly from: string; readonly to: string | undefined; readonly at: string },
): Promise<number> => {
  const key = groupKey(from);
  // users have few sets of groups between them
  const sets = await writer.all(
    `select distinct groups from secured_user where app = :app
       and exists (select 1 from json_each(coalesce(groupKeys, groups)) e where e.value = :key)`,
    { app, key },
  );
  let memberships = 0;
  for (const { groups } of sets) {
    const others = (JSON.parse(String(groups)) as readonly string[]).filter((name) => groupKey(name) !== key);
    const after = groupSet(to === undefined ? others : [...others, to]);
    const those = { app, groups: String(groups) };
    await keepVersions(writer, "secured_user", "t.app = :app and t.groups = :groups", those);
    memberships += await writer.run(
      `update main.secured_user set groups = :after, groupKeys = :keys, updatedAt = :at, revision = :revision
       where app = :app and groups = :groups`,
      {
        ...those,
        after: JSON.stringify(after),
        keys: keysOf(after),
        at,
        revision: await writer.revision(),
      },
    );
  }
  return memberships;
};

/** A user of an app who is in a group. */
export interface Member {
  readonly id: string;
  /** with the ユーザーID */
  readonly name: string;
  /** all that he is in, by name */
  readonly groups: readonly string[];
}

/** The first users of an app who are in one of the groups, by ユーザーID. */
export const membersOf = async (
  reader: Reader,
  app: SecuredApp,
  { names, most }: { readonly names: readonly string[]; readonly most: number },
): Promise<readonly Member[]> => {
  const rows = await reader.all(
    `select id, displayName || coalesce(' <' || nullif(userId, displayName) || '>', '') as name, groups from secured_user
     where app = :app and exists (select 1 from json_each(coalesce(groupKeys, groups)) e
       where e.value in (select value from json_each(:keys))) order by userId limit :most`,
    { app, keys: JSON.stringify(names.map((name) => groupKey(name))), most },
  );
  return rows.map(({ id, name, groups }) => ({
    id: String(id),
    name: String(name),
    groups: JSON.parse(String(groups)) as readonly string[],
  }));
};

/** Renames the memberships of a group that was renamed. */
export const renameMemberships = async (
  writer: Writer,
  app: SecuredApp,
  change: { readonly from: string; readonly to: string; readonly at: string },
): Promise<void> => {
  await changeMemberships(writer, app, change);
};

/** Removes a group, and takes its users out of it. @returns the number of memberships */
export const deleteGroup = async (
  writer: Writer,
  app: SecuredApp,
  { id, name, at }: { readonly id: string; readonly name: string; readonly at: string },
): Promise<number> => {
  const memberships = await changeMemberships(writer, app, { from: name, to: undefined, at });
  await keepVersions(writer, "secured_group", "t.id = :id", { id });
  await writer.run("delete from main.secured_group where id = :id", { id });
  return memberships;
};
