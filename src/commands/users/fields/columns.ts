import { line } from "../../../lib/advice/index.ts";
import type { CustomField } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { CUSTOM_FIELD } from "../../../lib/model/user.ts";
import { text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { theOne } from "../../listing/named.ts";

/** Columns of a custom field. */
export const FIELD_COLUMNS = columnsOfFields<CustomField>(CUSTOM_FIELD.fields);

/** The field with this id or name. @throws `not-found`; `usage` when several have the name */
export function fieldNamed(name: string, fields: readonly CustomField[]): CustomField {
  const found = fields.filter((field) => field.id === name || nameKey(field.name) === nameKey(name));
  return theOne(name, found, {
    noun: text("custom field", "カスタムユーザー情報の項目"),
    list: line("users fields list", []),
    describe: (field) => `${field.name} ${field.id}`,
  });
}
