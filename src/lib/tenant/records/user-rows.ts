import { formatOf } from "../../model/format.ts";
import { nameKey } from "../../model/normalise.ts";
import { CUSTOM_FIELD, USER, USER_ORDERS } from "../../model/user.ts";
import { CREATION, type List } from "../store/lists.ts";
import { PLACE } from "./org-rows.ts";
import type { Reader } from "../store/store.ts";

const sortSql = (field: (typeof USER_ORDERS)[number]): string => {
  if (field === "org") return "coalesce(p.path, '')";
  return field === "emails" ? "coalesce(t.emails ->> 0, '')" : `coalesce(t.${field}, '')`;
};

/** PANEL users in order of creation; their organisation is derived from the whole tree. */
export const USERS: List<typeof USER.fields> = {
  thing: USER,
  format: formatOf(USER, "users"),
  table: "user t",
  whole: "main.user t",
  // who sees a user sees the organisation of the user
  joined: "join main.org o on o.pk = t.org left join temp.place p on p.pk = t.org",
  sql: { "org.id": "o.id", "org.code": "o.code", "org.path": "coalesce(p.path, '')" },
  order: [CREATION],
  orders: Object.fromEntries(USER_ORDERS.map((field) => [field, [{ sql: sortSql(field), before: "" }, CREATION]])),
  filters: { filterName: "name", filterId: "emails" },
  // without an index: of 200,000 users it would save 20 ms, and cost each commit that moves them 300 ms
  ofOrg: "t.org = (select pk from org where id = :org)",
  named: `t.pk in (
    select pk from user where id = :name
    union select user from user_email where emailKey = :emailKey
    union select pk from user where coalesce(accountKey, accountName) = :nameKey
    union select pk from user where coalesce(employeeCodeKey, employeeCode) = :nameKey)`,
  derived: [PLACE],
};

/** Custom user fields in order of creation. */
export const CUSTOM_FIELDS: List<typeof CUSTOM_FIELD.fields> = {
  thing: CUSTOM_FIELD,
  table: "custom_field t",
  order: [CREATION],
};

/** How many users of the whole tenant have this full name. */
export const countNamed = (reader: Reader, name: string): Promise<number> =>
  reader.count("select count(*) from main.user where coalesce(nameKey, name) = :nameKey", { nameKey: nameKey(name) });
