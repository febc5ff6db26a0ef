import { getKeyColumn, type Thing } from "../../../../model/thing.ts";
import { buildCaseSql } from "../../../store/sql/forms.ts";
import { recordColumn } from "../expressions.ts";

/** SQL: the comparison keys of a record's values in a field, as a JSON list. */
export const buildKeyListSql = ({ thing, field }: { readonly thing: Thing; readonly field: string }): string => {
  const { short = field, comparison = "exact", type } = thing.fields[field] ?? {};
  const list = type === "texts";
  const key =
    comparison === "exact"
      ? recordColumn(field)
      : `coalesce(${recordColumn(getKeyColumn({ short, list }))}, ${recordColumn(field)})`;
  return list ? key : buildCaseSql(`${key} is null`, "'[]'", `json_array(${key})`);
};
