import { kindOf } from "../../../imports/kinds.ts";
import { FORMATS } from "../../../model/formats.ts";
import type { FormatName } from "../../../model/console-files.ts";
import type { Thing } from "../../../model/thing.ts";
import { versionsOf } from "../../versions/keep.ts";
import { versionTable } from "../../versions/tables.ts";
import { either, quoteIdentifier, THEN } from "../sql/forms.ts";
import type { Reader } from "../store.ts";

/** A record that an undoing brought back, of which the console has to be told more than files do. */
interface Restored {
  readonly id: string;
  /** the fields of the secrets that it had; none came back */
  readonly secrets: readonly string[];
}

/** SQL: the fields of the secrets that a record as it was, `w`, had, as a JSON list. */
const secretsOf = ({ fields }: Thing): string => {
  if (fields["secretsSet"] !== undefined) return "(select json_group_array(e.key) from json_each(w.secrets) e)";
  const own = Object.keys(fields).find((name) => fields[name]?.secret === true);
  return own === undefined ? "'[]'" : either(`w.${quoteIdentifier(`${own}SetAt`)} is null`, "'[]'", `'["${own}"]'`);
};

/** SQL: conditions that a record as it was, `w`, had a value that no file has, by field. */
const unfiledIn = (kind: FormatName): readonly (readonly [field: string, condition: string])[] =>
  kindOf(FORMATS[kind]).unfiled.map(({ field, flag }) => [field, `w.${field} ${flag ? "= 1" : "is not null"}`]);

/** SQL: the records that the undo `:undo` brought back, as they were when they were deleted, `w`. */
const restoredFrom = ({ name }: Thing): string => {
  const kept = versionTable(versionsOf(name));
  return `from import u ${THEN} created_range made on made.revision = u.revision and made.thing = '${name}'
   ${THEN} ${kept} w on w.pk between made.first and made.last and w.action = 'delete' and w.revision = (
     select max(d.revision) from ${kept} d where d.pk = w.pk and d.revision < made.revision and d.action = 'delete')`;
};

/**
 * The records that an undoing brought back and that have, or had, what no file tells: fields set by hand, and secrets.
 *
 * @param undo the id of the import
 * @param most maximum number of records
 */
export const restoredBeside = async (
  reader: Reader,
  kind: FormatName,
  { undo, most }: { readonly undo: string; readonly most: number },
): Promise<readonly Restored[]> => {
  const { thing } = FORMATS[kind];
  const secrets = secretsOf(thing);
  const told = [`${secrets} <> '[]'`, ...unfiledIn(kind).map(([, condition]) => condition)].join(" or ");
  const rows = await reader.all(
    `select r.id, ${secrets} as secrets ${restoredFrom(thing)} join ${thing.name} r on r.pk = w.pk
     where u.id = :undo and (${told}) order by w.pk limit :most`,
    { undo, most },
  );
  return rows.map((row) => ({ id: String(row["id"]), secrets: JSON.parse(String(row["secrets"])) as string[] }));
};
