import { line, step } from "../../advice/index.ts";
import type { CustomField } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { text } from "../../text/index.ts";
import { keepVersions, noteCreated } from "../versions/keep.ts";
import { keepLast } from "../store/collections.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

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
  await noteCreated(writer, "custom_field", pk);
  await keepLast(writer, "fields", pk);
};

/**
 * A user's values of custom fields, as the table has them: those that are named in place of what is there, others as they
 * are.
 *
 * @param pk undefined of a new user
 * @throws Failure `not-found` where the tenant has no field of a name
 */
export const mergeCustom = async (
  reader: Reader,
  values: readonly { readonly name: string; readonly value: string | null }[],
  pk: number | undefined,
): Promise<string> => {
  const row = pk === undefined ? undefined : await reader.get("select custom from user where pk = :pk", { pk });
  const custom = JSON.parse(String(row?.["custom"] ?? "{}")) as Record<string, string>;
  for (const { name, value } of values) {
    const found = await reader.get("select pk from custom_field where nameKey = :key", { key: nameKey(name) });
    if (found === undefined) {
      throw new Failure("not-found", {
        what: text(`no custom field is named ${name}`, `カスタムユーザー情報に「${name}」という項目はありません`),
        hint: step("see them", "一覧", line("users fields list", [])),
      });
    }
    const field = String(found["pk"]);
    if (value === null || value === "") delete custom[field];
    else custom[field] = value;
  }
  return JSON.stringify(custom);
};

/** What a user has in a custom field. */
export interface HeldValue {
  readonly id: string;
  /** with the main address */
  readonly name: string;
  readonly value: string;
}

/** SQL: where a custom field's values stand. */
const pathOf = (pk: number): string => `$."${pk}"`;

/** Number of users with a value in a custom field. */
export const countValues = (reader: Reader, pk: number): Promise<number> =>
  reader.count("select count(*) from user where custom ->> :path is not null", { path: pathOf(pk) });

/** The values of the first users who have one in a custom field. */
export const heldValues = async (reader: Reader, pk: number, most: number): Promise<readonly HeldValue[]> => {
  const rows = await reader.all(
    `select id, name || coalesce(' <' || nullif(emails ->> 0, name) || '>', '') as name, custom ->> :path as value
     from user where custom ->> :path is not null order by pk limit :most`,
    { path: pathOf(pk), most },
  );
  return rows.map(({ id, name, value }) => ({ id: String(id), name: String(name), value: String(value) }));
};

/**
 * Removes a custom field, and the values that users have in it. Their revisions stay: what imports left is compared field
 * by field then, and no undo restores a value of it.
 */
export const deleteField = async (writer: Writer, pk: number, at: string): Promise<void> => {
  await keepVersions(writer, "user", "t.custom ->> :path is not null", { path: pathOf(pk) });
  await keepVersions(writer, "custom_field", "t.pk = :pk", { pk });
  await writer.run(
    "update main.user set custom = json_remove(custom, :path), updatedAt = :at where custom ->> :path is not null",
    { path: pathOf(pk), at },
  );
  await writer.run("delete from custom_field where pk = :pk", { pk });
};
