import { ACCOUNT, ACCOUNT_SETTINGS, SETTINGS_ID } from "../../model/account.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { either, quoteIdentifier } from "../store/sql/forms.ts";
import { jsonList } from "../store/sql/json.ts";
import { RELATIONS } from "../versions/references.ts";
import { LASTING_BIT, versionTable, type Versions } from "../versions/tables.ts";
import { fieldOf } from "../versions/timeline.ts";
import { EXPORTED_COLUMNS } from "./exported.ts";
import { isOfUser, OBSERVED, observedTable, PRESENCE, statesSince } from "./observed.ts";

// The observed state as bundles have it: by ids of records and names of columns, as numbers and masks are a tenant's own.

/** How a bundle has the values of a column: as text, a condition as 0 or 1, or by ids what the tenant has by numbers. */
export type PortableForm = "text" | "flag" | "record" | "records" | "entries";

/** A column of a thing whose values bundles have. */
export interface PortableColumn {
  readonly name: string;
  readonly form: PortableForm;
  /** the thing of the records that a value refers to */
  readonly to?: Thing | undefined;
  readonly bit: string;
}

const columnOf = (thing: Thing, name: string, bit: string): PortableColumn => {
  const relation = RELATIONS.find(({ from, field, byName }) => from === thing && field === name && byName !== true);
  if (relation === undefined) return { name, bit, form: fieldOf(thing, name)?.type === "boolean" ? "flag" : "text" };
  const { to, joined, optional } = relation;
  return { name, bit, to, form: joined === undefined ? "record" : optional === true ? "entries" : "records" };
};

/** The columns that changes write. */
export const writtenColumns = ({ thing, columns }: Versions): readonly PortableColumn[] =>
  columns.flatMap(({ name, bit, leads }) => (leads ? [columnOf(thing, name, bit)] : []));

/** The further columns of a deleted record, but for its id. */
export const lastingColumns = ({ thing, columns, times }: Versions): readonly PortableColumn[] =>
  [...columns.flatMap(({ name, bit }) => (bit === LASTING_BIT && name !== "id" ? [name] : [])), ...times].map((name) =>
    columnOf(thing, name, LASTING_BIT),
  );

/** The columns with the times of secrets, which no other resource has. */
export const secretColumns = (versions: Versions): readonly PortableColumn[] =>
  writtenColumns(versions).filter(({ name }) => name === "secrets" || name.endsWith("SetAt"));

/** The name that stands for the record as a whole among the names of columns. */
const PRESENCE_NAME = "presence";

/** What masks tell of: the columns, and the record as a whole. */
export const maskedColumns = (versions: Versions): readonly Pick<PortableColumn, "name" | "bit">[] => [
  ...writtenColumns(versions),
  { name: PRESENCE_NAME, bit: PRESENCE },
];

/** SQL: the id of a record that is here, or was deleted and is known to the console; null of others. */
const idOf = ({ name }: Thing, pk: string): string =>
  `coalesce((select known.id from main.${name} known where known.pk = ${pk}),
    (select gone.id from main.${observedTable({ thing: { name } })} gone where gone.pk = ${pk}))`;

/** SQL: a stored value as a bundle has it. */
const portable = ({ form, to }: PortableColumn, value: string): string => {
  if (form === "flag") return `cast(${value} as text)`;
  if (to === undefined) return value;
  if (form === "record") return idOf(to, value);
  const [key, list] =
    form === "entries"
      ? [
          "cast(e.key as integer)",
          `'{' || coalesce(string_agg(json_quote(r.id) || ':' || json_quote(e.value), ',' order by r.id), '') || '}'`,
        ]
      : ["e.value", `'[' || coalesce(string_agg(json_quote(r.id), ',' order by r.id), '') || ']'`];
  const found = `(select ${list} from json_each(${value}) e join main.${to.name} r on r.pk = ${key})`;
  return either(`${value} is null`, "null", found);
};

/** SQL: values of a record as JSON. @param alias of the record @param has SQL: whether it has the value of a bit */
const valuesOf = (
  columns: readonly PortableColumn[],
  alias: string,
  has: (column: PortableColumn) => string = () => "true",
): string =>
  jsonList(
    columns.map((column) =>
      either(
        has(column),
        `',' || json_object('field', '${column.name}', 'value', ${portable(column, `${alias}.${quoteIdentifier(column.name)}`)})`,
        "''",
      ),
    ),
  );

const stateOf = (versions: Versions, alias: string, mask: string): string =>
  `'{"values":' || ${valuesOf(writtenColumns(versions), alias, ({ bit }) => `${alias}.${mask} & ${bit} <> 0`)} || '}'`;

/** SQL: the names of the columns in a mask, as JSON. */
const namesIn = (versions: Versions, mask: string): string =>
  jsonList(maskedColumns(versions).map(({ name, bit }) => either(`o.${mask} & ${bit} <> 0`, `',"${name}"'`, "''")));

/** SQL: the values of a deleted record as they were here at last. */
const deletedValues = (versions: Versions): string =>
  `(select ${valuesOf([...writtenColumns(versions), ...lastingColumns(versions)], "d")} from main.${versionTable(versions)} d
    where d.pk = o.pk and d.action = 'delete' order by d.revision desc limit 1)`;

/** SQL: the ID of the record with the observed state `o`. An account has the ID of its user. */
const objectOf = (versions: Versions): string => {
  const { thing } = versions;
  if (thing === ACCOUNT_SETTINGS) return `'${SETTINGS_ID}'`;
  return idOf(thing === ACCOUNT ? USER : thing, "o.pk");
};

const rowsOf = (versions: Versions): string => {
  const { thing, key } = versions;
  const secrets = valuesOf(secretColumns(versions), "t", ({ name }) => `t.${quoteIdentifier(name)} is not null`);
  const since = `(select string_agg(',' || ${stateOf(versions, "s", "mask")}, '' order by s.place) from (${statesSince(versions, "o.pk")}) s)`;
  return `select '${thing.name}/' || ${objectOf(versions)} as id, o.inConsole, ${namesIn(versions, "differs")} as differs,
      '[]' as exported, ${namesIn(versions, "confirmed")} as confirmed, ${namesIn(versions, "contradicted")} as contradicted, o.confirmedBy, o.confirmedAt,
      '[' || ${stateOf(versions, "o", "differs")} || coalesce(${since}, '') || ']' as states,
      ${either(`t.${key} is null`, `coalesce(${deletedValues(versions)}, '[]')`, secrets)} as local
    from main.${observedTable(versions)} o left join main.${thing.name} t on t.${key} = o.pk
    where ${isOfUser(versions)}`;
};

/** What the ids of lines with exported columns begin with, before the kind of the files. */
export const EXPORTS = "export";

/** How the name of a custom field begins, before its id. */
export const ENTRY = "custom:";

/** SQL: a row for each kind of files with the columns that exports have shown. */
const EXPORTED_ROWS = `select '${EXPORTS}/' || kind as id, 1 as inConsole, '[]' as differs,
    '[' || string_agg(json_quote(name), ',' order by name) || ']' as exported, '[]' as confirmed, '[]' as contradicted,
    null as confirmedBy, null as confirmedAt, '[]' as states, '[]' as local
  from (select e.kind, ${either(
    `e.field glob '${ENTRY}*'`,
    `'${ENTRY}' || ${idOf(CUSTOM_FIELD, `cast(substr(e.field, ${ENTRY.length + 1}) as integer)`)}`,
    "e.field",
  )} as name from ${EXPORTED_COLUMNS} e) where name is not null group by kind`;

/** The columns of {@link PORTABLE_STATE}. */
export const PORTABLE_COLUMNS = [
  "id",
  "inConsole",
  "differs",
  "exported",
  "confirmed",
  "contradicted",
  "confirmedBy",
  "confirmedAt",
  "states",
  "local",
] as const;

/** SQL: the observed state of all records and what exports have shown, a row for each line of a bundle. */
export const PORTABLE_STATE = [...OBSERVED.map(rowsOf), EXPORTED_ROWS].join(" union all ");
