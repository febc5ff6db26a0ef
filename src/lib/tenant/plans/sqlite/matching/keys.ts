import type { Thing } from "../../../../model/thing.ts";
import { buildCaseSql, buildFieldKeySql } from "../../../store/sql/forms.ts";
import { recordColumn } from "../expressions.ts";

/** SQL: the comparison keys of a record's values in a field, as a JSON list. */
export const buildKeyListSql = ({ thing, field }: { readonly thing: Thing; readonly field: string }): string => {
  const key = buildFieldKeySql(thing, field, recordColumn);
  return thing.fields[field]?.type === "texts" ? key : buildCaseSql(`${key} is null`, "'[]'", `json_array(${key})`);
};
