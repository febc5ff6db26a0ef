import { line, step } from "../../advice/index.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { CUSTOM_FIELD } from "../../nouns/user.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { text } from "../../text/index.ts";
import { saveVersions, saveCreatedRange } from "./save-versions.ts";
import { storeLastNumber } from "./collections.ts";
import type { Reader, Writer } from "../store/types.ts";

export type CustomField = RecordOf<typeof CUSTOM_FIELD.fields>;

export interface StoredField extends CustomField {
  readonly pk: number;
}

export const findCustomField = (reader: Reader, id: string): Promise<StoredField | undefined> =>
  reader.get<StoredField>("select pk, id, name, createdAt from custom_field where id = :id", { id });

/** Returns true if a custom field, or a removed field that the console may still have, has this name. */
export const hasCustomFieldNamed = async (reader: Reader, nameKey: string): Promise<boolean> =>
  (await reader.count(
    `select (select count(*) from custom_field where nameKey = :nameKey)
       + (select count(*) from main.custom_field_observed where nameKey = :nameKey and inConsole = 1)`,
    { nameKey },
  )) > 0;

export const insertCustomField = async (
  writer: Writer,
  { id, name, createdAt }: CustomField,
  { pk, nameKey }: { readonly pk: number; readonly nameKey: string },
): Promise<void> => {
  await writer.run(
    "insert into custom_field (pk, id, name, nameKey, createdAt) values (:pk, :id, :name, :nameKey, :createdAt)",
    { pk, id, name, nameKey, createdAt },
  );
  await saveCreatedRange(writer, "custom_field", pk);
  await storeLastNumber(writer, "fields", pk);
};

export const mergeCustomValues = async (
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
        what: text(`no custom field is named "${name}"`, `カスタムユーザー情報に「${name}」という項目はありません`),
        hint: step("to list the custom fields", "カスタムユーザー情報の項目の一覧", line("users fields list", [])),
      });
    }
    const field = String(found["pk"]);
    if (value === null || value === "") delete custom[field];
    else custom[field] = value;
  }
  return JSON.stringify(custom);
};

export interface CustomFieldValue {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

const buildValuePath = (pk: number): string => `$."${pk}"`;

export const countCustomValues = (reader: Reader, pk: number): Promise<number> =>
  reader.count("select count(*) from user where custom ->> :path is not null", { path: buildValuePath(pk) });

export const readCustomValues = (reader: Reader, pk: number, most: number): Promise<readonly CustomFieldValue[]> =>
  reader.all<CustomFieldValue>(
    `select id, name || coalesce(' <' || nullif(emails ->> 0, name) || '>', '') as name, custom ->> :path as value
     from user where custom ->> :path is not null order by pk limit :most`,
    { path: buildValuePath(pk), most },
  );

/** Does not change the revisions of the users, because undo cannot restore the removed values. */
export const deleteCustomField = async (writer: Writer, pk: number, at: string): Promise<void> => {
  await saveVersions(writer, "user", "t.custom ->> :path is not null", { path: buildValuePath(pk) });
  await saveVersions(writer, "custom_field", "t.pk = :pk", { pk });
  await writer.run(
    "update main.user set custom = json_remove(custom, :path), updatedAt = :at where custom ->> :path is not null",
    { path: buildValuePath(pk), at },
  );
  await writer.run("delete from custom_field where pk = :pk", { pk });
};
