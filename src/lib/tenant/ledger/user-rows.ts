import { createFormat } from "../../derived/format.ts";
import { nameKey } from "../../model/normalise.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import { CREATION_ORDER, type RecordList } from "./lists.ts";
import { ORG_POSITION_TABLE } from "./org-rows.ts";
import type { Reader } from "../store/types.ts";

export const USER_LIST: RecordList<typeof USER.fields> = {
  thing: USER,
  format: createFormat(USER, "users"),
  table: "user t",
  whole: "main.user t",
  // an account that can see a user can also see the user's organisation
  joined: "join temp.place p on p.pk = t.org",
  sql: { "org.id": "p.id", "org.code": "p.code", "org.path": "p.path" },
  order: [CREATION_ORDER],
  filters: { filterName: "name", filterId: "emails" },
  // with 200,000 users, an index would save 20 ms per query but add 300 ms to each commit that moves users
  org: "t.org",
  named: `t.pk in (
    select pk from user where id = :name
    union select user from user_email where emailKey = :emailKey
    union select pk from user where coalesce(accountKey, accountName) = :nameKey
    union select pk from user where instr(:nameKey, '@') = 0 and coalesce(employeeCodeKey, employeeCode) = :nameKey)`,
  derived: [ORG_POSITION_TABLE],
};

export const CUSTOM_FIELD_LIST: RecordList<typeof CUSTOM_FIELD.fields> = {
  thing: CUSTOM_FIELD,
  table: "custom_field t",
  order: [CREATION_ORDER],
};

export const findSharedFullNames = async (
  reader: Reader,
  users: readonly { readonly id: string; readonly name: string }[],
): Promise<readonly string[]> => {
  const names = users.map(({ name }) => nameKey(name));
  const rows = await reader.all(
    `select coalesce(t.nameKey, t.name) as name from main.user t
     where coalesce(t.nameKey, t.name) in (select value from json_each(:names)) group by 1 having count(*) > 1`,
    { names: JSON.stringify(names) },
  );
  return rows.map(({ name }) => String(name));
};
