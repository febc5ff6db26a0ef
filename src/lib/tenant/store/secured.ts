import { SECURED_FORMATS } from "../../model/secured-formats.ts";
import { SECURED_GROUP, SECURED_USER, type SecuredApp } from "../../model/secured-user.ts";
import type { List, SortKey } from "./lists.ts";

const USER_ID: SortKey = { sql: "t.userId", before: "" };

/** Users of an app by ユーザーID or name; exports leave out administrators. @see facts 6.5, 6.6 */
export const securedUsers = (app: SecuredApp): List<typeof SECURED_USER.fields> => ({
  thing: SECURED_USER,
  format: SECURED_FORMATS[app],
  table: "secured_user t",
  among: "t.app = :app",
  params: { app },
  sql: {
    secretsSet: `(select '[' || coalesce(string_agg(json_object('field', key, 'at', value), ',' order by id), '') || ']'
      from json_each(t.secrets))`,
  },
  order: [USER_ID],
  orders: { name: [{ sql: "t.nameSort", before: "" }, USER_ID] },
  filters: { filterName: "displayName", filterId: "userId" },
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
});
