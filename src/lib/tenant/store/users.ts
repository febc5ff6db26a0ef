import type { CustomField } from "../../contract/index.ts";
import { formatOf } from "../../model/format.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { keepLast } from "./collections.ts";
import { CREATION, type List } from "./lists.ts";
import { PLACE } from "./orgs.ts";
import type { Reader, Row, Writer } from "./store.ts";

/** PANEL users in order of creation; their organisation is derived from the whole tree. */
export const USERS: List<typeof USER.fields> = {
  thing: USER,
  format: formatOf(USER, "users"),
  table: "user t",
  joined: "join org o on o.pk = t.org left join temp.place p on p.pk = t.org",
  sql: { "org.id": "o.id", "org.code": "o.code", "org.path": "coalesce(p.path, '')" },
  order: [CREATION],
  filters: { filterName: "name", filterId: "emails" },
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

/** A custom field with its own number, under which users have their values. */
export interface StoredField {
  readonly pk: number;
  readonly field: CustomField;
}

const fieldOf = ({ pk, id, name, createdAt }: Row): StoredField => ({
  pk: Number(pk),
  field: { id: String(id), name: String(name), createdAt: String(createdAt) },
});

export const findField = async (reader: Reader, id: string): Promise<StoredField | undefined> => {
  const row = await reader.get("select pk, id, name, createdAt from custom_field where id = :id", { id });
  return row && fieldOf(row);
};

/** True if a custom field has a name with this key. */
export const hasFieldNamed = async (reader: Reader, nameKey: string): Promise<boolean> =>
  (await reader.count("select count(*) from custom_field where nameKey = :nameKey", { nameKey })) > 0;

export const insertField = async (
  writer: Writer,
  { id, name, createdAt }: CustomField,
  { pk, nameKey }: { readonly pk: number; readonly nameKey: string },
): Promise<void> => {
  await writer.run(
    "insert into custom_field (pk, id, name, nameKey, createdAt) values (:pk, :id, :name, :nameKey, :createdAt)",
    { pk, id, name, nameKey, createdAt },
  );
  await keepLast(writer, "fields", pk);
};

/** Removes a custom field, and the values that users have in it. */
export const deleteField = async (writer: Writer, pk: number, at: string): Promise<void> => {
  await writer.run(
    `update user set custom = json_remove(custom, :path), updatedAt = :at, revision = :revision
     where custom ->> :path is not null`,
    { path: `$."${pk}"`, at, revision: await writer.revision() },
  );
  await writer.run("delete from custom_field where pk = :pk", { pk });
};
