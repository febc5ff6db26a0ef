import type { CustomField } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { theOne } from "../../listing/named.ts";

/** Columns of a custom field. */
export const FIELD_COLUMNS: readonly Column<CustomField>[] = [
  { key: "id", header: text("id", "ID"), value: ({ id }) => id },
  { key: "name", header: text("name", "項目名"), value: ({ name }) => name },
  { key: "createdAt", header: text("created", "作成日時"), value: ({ createdAt }) => createdAt },
];

/** The field with this id or name. @throws `not-found`; `usage` when several have the name */
export function fieldNamed(name: string, fields: readonly CustomField[]): CustomField {
  const found = fields.filter((field) => field.id === name || nameKey(field.name) === nameKey(name));
  return theOne(name, found, {
    noun: text("custom field", "カスタムユーザー情報の項目"),
    list: "clomoctl users fields list",
    describe: (field) => `${field.name} ${field.id}`,
  });
}
