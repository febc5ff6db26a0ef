import { line } from "../../../lib/advice/index.ts";
import type { CustomField } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { CUSTOM_FIELD } from "../../../lib/nouns/user.ts";
import { text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/list.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";

export const FIELD_COLUMNS = buildFieldColumns<CustomField>(CUSTOM_FIELD.fields);

export function findCustomField(name: string, fields: readonly CustomField[]): CustomField {
  const found = fields.filter((field) => field.id === name || nameKey(field.name) === nameKey(name));
  return requireSingleMatch(name, found, {
    noun: text("custom field", "カスタムユーザー情報の項目"),
    list: line("users fields list", []),
    describe: (field) => `${field.name} ${field.id}`,
  });
}
