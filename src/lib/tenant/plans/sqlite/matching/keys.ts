import { keyColumn, type Thing } from "../../../../model/thing.ts";
import { either } from "../../../store/sql/forms.ts";
import { stored } from "../expressions.ts";

/** SQL: the comparison keys of a record's values of a field, as a JSON list. */
export const keysOf = ({ thing, field }: { readonly thing: Thing; readonly field: string }): string => {
  const { short = field, comparison = "exact", type } = thing.fields[field] ?? {};
  const list = type === "texts";
  const key =
    comparison === "exact" ? stored(field) : `coalesce(${stored(keyColumn({ short, list }))}, ${stored(field)})`;
  return list ? key : either(`${key} is null`, "'[]'", `json_array(${key})`);
};
