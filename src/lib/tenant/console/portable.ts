import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_ID } from "../../model/account.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { buildCaseSql, quoteIdentifier } from "../store/sql/forms.ts";
import { buildJsonListSql } from "../store/sql/json.ts";
import { RELATIONS } from "../versions/references.ts";
import { LASTING_BIT, getVersionTable, type VersionSchema } from "../versions/tables.ts";
import { findFieldOfColumn } from "../versions/timeline.ts";
import { EXPORTED_COLUMNS } from "./exported.ts";
import {
  buildUserExistsSql,
  OBSERVED_VERSIONS,
  getObservedTable,
  PRESENCE_BIT,
  buildStatesSinceSql,
} from "./observed.ts";

// The observed state in the format of bundles: with ids of records and names of columns, because record numbers and
// masks are specific to a tenant.

/** How bundles store the values of a column: as text, as 0 or 1, or with ids of records instead of record numbers. */
export type PortableForm = "text" | "flag" | "record" | "records" | "entries";

/** A column whose values are contained in bundles. */
export interface PortableColumn {
  readonly name: string;
  readonly form: PortableForm;
  /** the record type that a value refers to */
  readonly to?: Thing | undefined;
  readonly bit: string;
}

const toPortableColumn = (thing: Thing, name: string, bit: string): PortableColumn => {
  const relation = RELATIONS.find(({ from, field, byName }) => from === thing && field === name && byName !== true);
  if (relation === undefined)
    return { name, bit, form: findFieldOfColumn(thing, name)?.type === "boolean" ? "flag" : "text" };
  const { to, joined, optional } = relation;
  return { name, bit, to, form: joined === undefined ? "record" : optional === true ? "entries" : "records" };
};

/** Returns the columns that changes write. */
export const listWrittenColumns = ({ thing, columns }: VersionSchema): readonly PortableColumn[] =>
  columns.flatMap(({ name, bit, leads }) => (leads ? [toPortableColumn(thing, name, bit)] : []));

/** Returns the additional columns that are stored only for deleted records, without the id. */
export const listLastingColumns = ({ thing, columns, times }: VersionSchema): readonly PortableColumn[] =>
  [...columns.flatMap(({ name, bit }) => (bit === LASTING_BIT && name !== "id" ? [name] : [])), ...times].map((name) =>
    toPortableColumn(thing, name, LASTING_BIT),
  );

/** Returns the columns with the times at which secrets were set. No other resource of a bundle contains these times. */
export const listSecretColumns = (versions: VersionSchema): readonly PortableColumn[] =>
  listWrittenColumns(versions).filter(({ name }) => name === "secrets" || name.endsWith("SetAt"));

const PRESENCE_NAME = "presence";

/** Returns the possible members of a mask: the columns, and {@link PRESENCE_NAME} for the whole record. */
export const listPortableMaskColumns = (versions: VersionSchema): readonly Pick<PortableColumn, "name" | "bit">[] => [
  ...listWrittenColumns(versions),
  { name: PRESENCE_NAME, bit: PRESENCE_BIT },
];

/**
 * SQL: the id of a record that exists in this tenant, or that was deleted and has an observed state; otherwise null.
 */
const buildRecordIdSql = ({ name }: Thing, pk: string): string =>
  `coalesce((select known.id from main.${name} known where known.pk = ${pk}),
    (select gone.id from main.${getObservedTable({ thing: { name } })} gone where gone.pk = ${pk}))`;

const buildPortableValueSql = ({ form, to }: PortableColumn, value: string): string => {
  if (form === "flag") return `cast(${value} as text)`;
  if (to === undefined) return value;
  if (form === "record") return buildRecordIdSql(to, value);
  const [key, list] =
    form === "entries"
      ? [
          "cast(e.key as integer)",
          `'{' || coalesce(string_agg(json_quote(r.id) || ':' || json_quote(e.value), ',' order by r.id), '') || '}'`,
        ]
      : ["e.value", `'[' || coalesce(string_agg(json_quote(r.id), ',' order by r.id), '') || ']'`];
  const found = `(select ${list} from json_each(${value}) e join main.${to.name} r on r.pk = ${key})`;
  return buildCaseSql(`${value} is null`, "null", found);
};

/**
 * SQL: values of a record as JSON. @param alias alias of the record @param has SQL: true if the record has a value in a
 * column
 */
const buildValuesSql = (
  columns: readonly PortableColumn[],
  alias: string,
  has: (column: PortableColumn) => string = () => "true",
): string =>
  buildJsonListSql(
    columns.map((column) =>
      buildCaseSql(
        has(column),
        `',' || json_object('field', '${column.name}', 'value', ${buildPortableValueSql(column, `${alias}.${quoteIdentifier(column.name)}`)})`,
        "''",
      ),
    ),
  );

const buildStateSql = (versions: VersionSchema, alias: string, mask: string): string =>
  `'{"values":' || ${buildValuesSql(listWrittenColumns(versions), alias, ({ bit }) => `${alias}.${mask} & ${bit} <> 0`)} || '}'`;

const buildMaskNamesSql = (versions: VersionSchema, mask: string): string =>
  buildJsonListSql(
    listPortableMaskColumns(versions).map(({ name, bit }) =>
      buildCaseSql(`o.${mask} & ${bit} <> 0`, `',"${name}"'`, "''"),
    ),
  );

const buildDeletedValuesSql = (versions: VersionSchema): string =>
  `(select ${buildValuesSql([...listWrittenColumns(versions), ...listLastingColumns(versions)], "d")} from main.${getVersionTable(versions)} d
    where d.pk = o.pk and d.action = 'delete' order by d.revision desc limit 1)`;

/** SQL: the ID of the record with the observed state `o`. An account has the ID of its user. */
const buildObjectIdSql = (versions: VersionSchema): string => {
  const { thing } = versions;
  if (thing === ACCOUNT_SETTINGS) return `'${ACCOUNT_SETTINGS_ID}'`;
  return buildRecordIdSql(thing === ACCOUNT ? USER : thing, "o.pk");
};

const buildPortableRowsSql = (versions: VersionSchema): string => {
  const { thing, key } = versions;
  const secrets = buildValuesSql(
    listSecretColumns(versions),
    "t",
    ({ name }) => `t.${quoteIdentifier(name)} is not null`,
  );
  const since = `(select string_agg(',' || ${buildStateSql(versions, "s", "mask")}, '' order by s.place) from (${buildStatesSinceSql(versions, "o.pk")}) s)`;
  return `select '${thing.name}/' || ${buildObjectIdSql(versions)} as id, o.inConsole, ${buildMaskNamesSql(versions, "differs")} as differs,
      '[]' as exported, ${buildMaskNamesSql(versions, "confirmed")} as confirmed, ${buildMaskNamesSql(versions, "contradicted")} as contradicted, o.confirmedBy, o.confirmedAt,
      '[' || ${buildStateSql(versions, "o", "differs")} || coalesce(${since}, '') || ']' as states,
      ${buildCaseSql(`t.${key} is null`, `coalesce(${buildDeletedValuesSql(versions)}, '[]')`, secrets)} as local
    from main.${getObservedTable(versions)} o left join main.${thing.name} t on t.${key} = o.pk
    where ${buildUserExistsSql(versions)}`;
};

/** The first part of the ids of lines with exported columns. The format of the files follows. */
export const EXPORTED_LINE_PREFIX = "export";

/** The prefix of the name of a custom field. The id of the field follows. */
export const PORTABLE_CUSTOM_PREFIX = "custom:";

const EXPORTED_COLUMN_ROWS = `select '${EXPORTED_LINE_PREFIX}/' || kind as id, 1 as inConsole, '[]' as differs,
    '[' || string_agg(json_quote(name), ',' order by name) || ']' as exported, '[]' as confirmed, '[]' as contradicted,
    null as confirmedBy, null as confirmedAt, '[]' as states, '[]' as local
  from (select e.kind, ${buildCaseSql(
    `e.field glob '${PORTABLE_CUSTOM_PREFIX}*'`,
    `'${PORTABLE_CUSTOM_PREFIX}' || ${buildRecordIdSql(CUSTOM_FIELD, `cast(substr(e.field, ${PORTABLE_CUSTOM_PREFIX.length + 1}) as integer)`)}`,
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

/** SQL: the observed state of all records, and the columns that exports have contained, as lines of a bundle. */
export const PORTABLE_STATE = [...OBSERVED_VERSIONS.map(buildPortableRowsSql), EXPORTED_COLUMN_ROWS].join(
  " union all ",
);
