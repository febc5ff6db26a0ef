import { Failure } from "../../errors/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { SECURED_APPS, SECURED_GROUP, SECURED_USER, type SecuredApp } from "../../nouns/secured-user.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { text } from "../../text/index.ts";
import type { RecordList, SortKey } from "../ledger/lists.ts";
import type { Reader, Writer } from "../store/types.ts";
import { saveVersions } from "../ledger/versions.ts";

const USER_ID_SORT_KEY: SortKey = { sql: "t.userId", before: "" };

const getAppParams = (app: SecuredApp) => {
  if (SECURED_APPS.includes(app)) return { app };
  const all = SECURED_APPS.join(" / ");
  throw new Failure("usage", {
    what: text(`must be one of ${all}`, `${all} のいずれかを指定してください`),
    where: "param.app",
  });
};

/** SECURED APPs users are sorted by ユーザーID or name. Exports omit administrators. @see facts 6.5, 6.6 */
export const buildSecuredUserList = (app: SecuredApp): RecordList<typeof SECURED_USER.fields> => ({
  thing: SECURED_USER,
  format: FORMATS[app],
  table: "secured_user t",
  among: "t.app = :app",
  params: getAppParams(app),
  sql: {
    role: `case when t.administrator = 1 then 'administrator'
      when 'TRUE' in (t.fileManager, t.groupManager) then 'manager' else 'user' end`,
    secretsSet: `(select '[' || coalesce(string_agg(json_object('field', key, 'at', value), ',' order by id), '') || ']'
      from json_each(t.secrets))`,
  },
  order: [USER_ID_SORT_KEY],
  orders: { "user-id": [USER_ID_SORT_KEY], name: [{ sql: "t.nameSort", before: "" }, USER_ID_SORT_KEY] },
  filters: { filterName: "displayName", filterId: "userId" },
  chosen: { group: "groups" },
  named: "t.id = :name or t.userId = :name",
  exported: "t.administrator = 0",
});

export const buildSecuredGroupList = (app: SecuredApp): RecordList<typeof SECURED_GROUP.fields> => ({
  thing: SECURED_GROUP,
  table: "secured_group t",
  joined: `left join (
    select e.value as key, count(*) as users
    from secured_user u, json_each(coalesce(u.groupKeys, u.groups)) e where u.app = :app group by 1) m
    on m.key = coalesce(t.nameKey, t.name)`,
  among: "t.app = :app",
  params: getAppParams(app),
  sql: { users: "coalesce(m.users, 0)" },
  order: [{ sql: "t.name", before: "" }],
  named: "t.id = :name or coalesce(t.nameKey, t.name) = :nameKey",
});

export const toGroupKey = (name: string): string => comparisonKey(SECURED_GROUP.fields.name.comparison, name);

export const readGroupNames = async (reader: Reader, app: SecuredApp): Promise<ReadonlyMap<string, string>> => {
  const rows = await reader.all("select name from secured_group where app = :app order by name", { app });
  return new Map(rows.map(({ name }) => [toGroupKey(String(name)), String(name)]));
};

export const findGroupName = (names: ReadonlyMap<string, string>, wanted: string): string | undefined =>
  names.get(toGroupKey(wanted));

export const normaliseGroupSet = (names: readonly string[]): readonly string[] => {
  const byKey = new Map(names.map((name) => [toGroupKey(name), name]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
};

const buildGroupKeysValue = (names: readonly string[]): string | null => {
  const keys = names.map((name) => toGroupKey(name));
  return keys.every((key, at) => key === names[at]) ? null : JSON.stringify(keys);
};

/** Returns the number of changed users. Call this after locking the app's collection. */
const removeMemberships = async (
  writer: Writer,
  app: SecuredApp,
  { name, at }: { readonly name: string; readonly at: string },
): Promise<number> => {
  const key = toGroupKey(name);
  // one statement per set of groups, because there are far fewer distinct sets than users
  const sets = await writer.all<{ readonly groups: string }>(
    `select distinct groups from secured_user where app = :app
       and exists (select 1 from json_each(coalesce(groupKeys, groups)) e where e.value = :key)`,
    { app, key },
  );
  let memberships = 0;
  for (const { groups } of sets) {
    const after = (JSON.parse(groups) as readonly string[]).filter((one) => toGroupKey(one) !== key);
    const those = { app, groups };
    await saveVersions(writer, "secured_user", "t.app = :app and t.groups = :groups", those);
    memberships += await writer.run(
      `update main.secured_user set groups = :after, groupKeys = :keys, updatedAt = :at, revision = :revision
       where app = :app and groups = :groups`,
      {
        ...those,
        after: JSON.stringify(after),
        keys: buildGroupKeysValue(after),
        at,
        revision: await writer.revision(),
      },
    );
  }
  return memberships;
};

export const readGroupMembers = async (
  reader: Reader,
  app: SecuredApp,
  { names, most }: { readonly names: readonly string[]; readonly most: number },
) => {
  const rows = await reader.all<Readonly<Record<"id" | "name" | "groups", string>>>(
    `select id, displayName || coalesce(' <' || nullif(userId, displayName) || '>', '') as name, groups from secured_user
     where app = :app and exists (select 1 from json_each(coalesce(groupKeys, groups)) e
       where e.value in (select value from json_each(:keys))) order by userId limit :most`,
    { app, keys: JSON.stringify(names.map((name) => toGroupKey(name))), most },
  );
  return rows.map((member) => ({ ...member, groups: JSON.parse(member.groups) as readonly string[] }));
};

export const deleteGroup = async (
  writer: Writer,
  app: SecuredApp,
  { id, name, at }: { readonly id: string; readonly name: string; readonly at: string },
): Promise<number> => {
  const memberships = await removeMemberships(writer, app, { name, at });
  await saveVersions(writer, "secured_group", "t.id = :id", { id });
  await writer.run("delete from main.secured_group where id = :id", { id });
  return memberships;
};
