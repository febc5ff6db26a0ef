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

/** What the records that an undoing brought back have. */
interface RestoredFields {
  /** the fields of files in which some of them have a value */
  readonly inFiles: readonly string[];
  /** the numbers of their custom fields */
  readonly custom: readonly number[];
  /** the fields, and secrets that no new record must have, which no export shows */
  readonly beside: readonly string[];
}

/** The fields in which records that an undoing brought back have a value. @param undo the id of the import */
export const restoredFields = async (reader: Reader, name: FormatName, undo: string): Promise<RestoredFields> => {
  const { thing } = FORMATS[name];
  const kind = kindOf(FORMATS[name]);
  const filed = kind.fields
    .filter(({ merge }) => merge !== "custom")
    .map(({ field, stored, merge }) => {
      const value = `w.${quoteIdentifier(stored)}`;
      const isSet = merge === "list" ? `${value} <> '[]'` : `${value} <> ''`;
      return [field, `${value} is not null and ${isSet}`] as const;
    });
  const beside = unfiledIn(name);
  const from = `${restoredFrom(thing)} where u.id = :undo`;
  const having = async (fields: readonly (readonly [string, string])[]): Promise<readonly string[]> => {
    if (fields.length === 0) return [];
    const pieces = fields.map(([, condition], at) => `max(${either(condition, "1", "0")}) as f${at}`);
    const row = await reader.get(`select ${pieces.join(", ")} ${from}`, { undo });
    return fields.flatMap(([field], at) => (Number(row?.[`f${at}`] ?? 0) === 1 ? [field] : []));
  };
  const distinct = async (list: string, member: "key" | "value"): Promise<readonly string[]> => {
    const where = `${restoredFrom(thing)} join json_each(${list}) e where u.id = :undo`;
    return (await reader.all(`select distinct e.${member} as one ${where}`, { undo })).map(({ one }) => String(one));
  };
  const secrets = await distinct(secretsOf(thing), "value");
  return {
    inFiles: await having(filed),
    custom: kind.format.custom ? (await distinct("w.custom", "key")).map(Number) : [],
    beside: [
      ...(await having(beside)),
      // what the console wants of every new record is no change to be seen to
      ...secrets.filter((secret) => thing.fields[secret]?.column?.required === undefined),
    ],
  };
};
