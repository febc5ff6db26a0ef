import type { PlanRow } from "../../../../contract/index.ts";

/** A function of SQLite takes at most 127 arguments. */
const MOST_ARGUMENTS = 100;

/** SQL: pieces one after the other; what is null is left out. */
const joined = (pieces: readonly string[]): string => {
  if (pieces.length <= MOST_ARGUMENTS) return `concat(${pieces.join(", ")})`;
  const parts: string[] = [];
  for (let at = 0; at < pieces.length; at += MOST_ARGUMENTS) parts.push(joined(pieces.slice(at, at + MOST_ARGUMENTS)));
  return joined(parts);
};

/** SQL: a list in JSON of pieces that begin with a comma each; a piece may be empty. */
export const listOf = (pieces: readonly string[]): string => `'[' || substr(${joined(pieces)}, 2) || ']'`;

/** SQL: one value of `after` in JSON; `value` is SQL of JSON. */
export const afterPiece = (field: string, value: string): string =>
  `',{"field":"${field}","value":' || ${value} || '}'`;

/** SQL: custom fields in JSON, by the names they have in the tenant; nothing where there is none. */
export const customPiece = (value: string): string =>
  `(select group_concat(',' || json_object('field', 'custom:' || coalesce(f.name, e.key), 'value', e.value), ''
      order by cast(e.key as integer))
    from json_each(nullif(${value}, '{}')) e left join custom_field f on f.pk = cast(e.key as integer))`;

/** SQL of the parts of a plan's row, each of them JSON, in the order they are written. */
type RowParts = Readonly<Record<keyof PlanRow, string>>;

/** SQL: a line of NDJSON, made by SQLite alone: a million rows pass without becoming objects on the way. */
export const lineOf = (parts: RowParts): string =>
  joined([...Object.entries(parts).flatMap(([key, sql], at) => [`'${at === 0 ? "{" : ","}"${key}":'`, sql]), "'}\n'"]);

/** SQL: a condition in JSON. */
export const truth = (condition: string): string => `iif(${condition}, 'true', 'false')`;
