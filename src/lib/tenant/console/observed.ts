import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql/forms.ts";
import { IS_UNDO_IN_MIRROR } from "../audit/audit-rows.ts";
import type { Row, Writer } from "../store/store.ts";
import { ORG } from "../../model/organisation.ts";
import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import { ACCOUNT } from "../../model/account.ts";
import type { Thing } from "../../model/thing.ts";
import { OWN_THINGS } from "../../model/things.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { RELATIONS, type StoredRelation } from "../versions/references.ts";
import { findFieldOfColumn } from "../versions/timeline.ts";
import {
  ALL_COLUMNS_MASK,
  getColumnBit,
  LASTING_BIT,
  VERSION_SCHEMAS,
  getVersionTable,
  type VersionSchema,
} from "../versions/tables.ts";

// The observed state of a mirror: the values that the console last showed, for the records that were changed locally
// since then. A record that matches the console does not have a row.

export const OBSERVED_VERSIONS: readonly VersionSchema[] = [...VERSION_SCHEMAS.values()].filter(
  ({ thing }) => !OWN_THINGS.includes(thing),
);

export const EXPORTED_VERSIONS: readonly VersionSchema[] = OBSERVED_VERSIONS.filter(
  ({ thing }) => Object.keys(thing.formats).length > 0,
);

/**
 * Returns the name of the table with the observed state of a type's records. Its columns are `pk`; `inConsole`; masks
 * of columns like those of versions (`differs`: the row contains the observed values of these columns; `confirmed`:
 * somebody confirmed that the console has the local values; `contradicted`: the console has values that were never set
 * in clomoctl); `since`, the revision after which the console may have any value that the record has had; for users,
 * `confirmedFields`, the record numbers of the custom fields that somebody confirmed; and the columns of the record
 * type. The row of a locally deleted record contains the values of all columns.
 */
export const getObservedTable = ({ thing }: { readonly thing: Pick<Thing, "name"> }): string =>
  `${thing.name}_observed`;

/**
 * Returns the name of the table with the observed state of records before a change that is not a local edit (a console
 * import, a confirmation or an undo). It has the columns of the observed state, and `revision`. In the row of a
 * confirmation, `confirmed` and `confirmedFields` contain the columns and fields that it confirmed.
 */
export const getObservedHistoryTable = (versions: Pick<VersionSchema, "thing">): string =>
  `${getObservedTable(versions)}_before`;

/**
 * SQL: false if `o` is an account whose user does not exist, because accounts are deleted and restored together with
 * their users.
 */
export const buildUserExistsSql = ({ thing }: Pick<VersionSchema, "thing">): string =>
  thing === ACCOUNT ? `exists (select 1 from main.${USER.name} u where u.pk = o.pk)` : "true";

/**
 * SQL: the bit that represents the whole record in masks of an observed state, that is, whether the record exists in
 * the console.
 */
export const PRESENCE_BIT = LASTING_BIT;

/**
 * SQL: the states that observed records have had since the console last showed them: `pk`, `place` (their order),
 * `mask` (the columns that a state contains), and the columns. The states are read from the versions. Values that an
 * undo only in the mirror removed again are left out, because the export that contained them was not from this console.
 * If the mirror was created from a bundle, earlier states come from the bundle. They count until an export shows the
 * values that differ.
 *
 * @param which SQL: record numbers
 */
export const buildStatesSinceSql = (versions: VersionSchema, which: string): string => {
  const { name } = versions.thing;
  const observed = `${ORDERED_JOIN} main.${getObservedTable(versions)} own`;
  const columns = (of: (column: string) => string): string =>
    versions.columns.map((column) => `${of(column.name)} as ${quoteIdentifier(column.name)}`).join(", ");
  return `select c.pk, c.place, c.mask, ${columns((column) => `c.state ->> '${column}'`)}
    from main.observed_candidate c ${observed} on own.pk = c.pk and own.since = c.since
    where c.thing = '${name}' and c.pk in (${which})
    union all select v.pk, v.revision, v.changed, ${columns((column) => `v.${quoteIdentifier(column)}`)}
      from main.${getVersionTable(versions)} v ${observed} on own.pk = v.pk where v.revision > own.since and v.pk in (${which})
        and not exists (select 1 from main.change u where u.revision = v.revision and ${IS_UNDO_IN_MIRROR})`;
};

/**
 * Returns true if a state from {@link buildStatesSinceSql} was shown before a confirmation; see
 * {@link buildKeepExportedStateSql}.
 */
export const isConfirmedState = ({ place }: Row): boolean => Number(place) < 0;

/**
 * Column with all custom fields. A version contains the custom fields that were written; the observed state contains
 * those that differ.
 */
export const CUSTOM_FIELDS_COLUMN = "custom";

const buildDifferingEntriesSql = (one: string, other: string): string =>
  `(select json_group_object(k.key, coalesce(${one}, '{}') ->> k.key)
    from (select key from json_each(coalesce(${one}, '{}')) union select key from json_each(coalesce(${other}, '{}'))) k
    where coalesce(${one}, '{}') ->> k.key is distinct from coalesce(${other}, '{}') ->> k.key)`;

/**
 * SQL: the merged entries of two JSON objects. If both objects have an entry, the value of the first object is used.
 */
export const buildMergedEntriesSql = (one: string, other: string): string =>
  `(select json_group_object(e.key, e.value) from (
      select key, value from json_each(coalesce(${one}, '{}')) union all
      select n.key, n.value from json_each(coalesce(${other}, '{}')) n
      where not exists (select 1 from json_each(coalesce(${one}, '{}')) h where h.key = n.key)) e)`;

/**
 * SQL: custom fields of an observed record `o` that differ; null for a new record if no export has shown a custom field
 * of it.
 */
const OBSERVED_CUSTOM_VALUES = `nullif(o.${CUSTOM_FIELDS_COLUMN}, '{}')`;

/** SQL: custom fields `e` of an observed record `o` that differ from the record `t`, or that no export has shown. */
export const OBSERVED_CUSTOM_ENTRIES = `json_each(coalesce(${OBSERVED_CUSTOM_VALUES}, t.${CUSTOM_FIELDS_COLUMN}, '{}')) e`;

/** SQL: true if somebody confirmed the custom field `e` of an observed record `o`. */
export const IS_CONFIRMED_ENTRY = `exists (select 1 from json_each(coalesce(o.confirmedFields, '[]')) c where c.value = e.key)`;

/** SQL: the bit that all custom fields of a record share; 0 for a record type without custom fields. */
export const buildCustomFieldsBitSql = (versions: VersionSchema): string =>
  versions.columns.some(({ name }) => name === CUSTOM_FIELDS_COLUMN)
    ? getColumnBit(versions, CUSTOM_FIELDS_COLUMN)
    : "0";

/**
 * SQL: true if the custom field `e` of an observed record `o` belongs to its task, that is, if it was not confirmed
 * separately.
 */
export const buildIsTaskEntrySql = (versions: VersionSchema): string =>
  `(o.confirmed & ${buildCustomFieldsBitSql(versions)} <> 0 or not ${IS_CONFIRMED_ENTRY})`;

/** SQL: marks all custom fields of a record as confirmed together if each of them is confirmed. */
export const buildConfirmEntriesSql = (versions: VersionSchema): string =>
  `update main.${getObservedTable(versions)} as o set confirmed = o.confirmed | ${buildCustomFieldsBitSql(versions)}
   from main.${versions.thing.name} t where t.${versions.key} = o.pk and o.differs & ${buildCustomFieldsBitSql(versions)} <> 0
     and json_array_length(o.confirmedFields) > 0
     and not exists (select 1 from ${OBSERVED_CUSTOM_ENTRIES} where not ${IS_CONFIRMED_ENTRY})`;

/**
 * SQL: true if the observed record `o` and the local record `t` differ in a column. @param which SQL: condition on
 * custom fields `e`
 */
export const buildDiffersSql = (name: string, which = "true"): string =>
  name === CUSTOM_FIELDS_COLUMN
    ? `exists (select 1 from ${OBSERVED_CUSTOM_ENTRIES}
        where ${which} and (${OBSERVED_CUSTOM_VALUES} is null or e.value is distinct from t.${CUSTOM_FIELDS_COLUMN} ->> e.key))`
    : `o.${quoteIdentifier(name)} is distinct from t.${quoteIdentifier(name)}`;

/**
 * SQL: true if a record `t` itself has changed since its version `v`; changes to records that it refers to do not
 * count.
 */
const buildIsChangedDirectlySql = ({ to, key, joined, byName }: StoredRelation): string => {
  if (byName !== true || joined === undefined)
    return `exists (select 1 from json_each(${buildDifferingEntriesSql(`v.${CUSTOM_FIELDS_COLUMN}`, `t.${CUSTOM_FIELDS_COLUMN}`)}) e
      where e.key in (select f.pk from main.${to.name} f))`;
  const keysOf = (alias: string): string => `select e.value as k from (select 1) ${joined(alias)}`;
  const renamed = `select ${key("g")} as k, ${key("n")} as now, coalesce(g.app, n.app) as app
    from main.${to.name}_version g left join main.${to.name} n on n.pk = g.pk
    where g.revision = v.revision and ${key("g")} is not null`;
  const followed = `select ${buildCaseSql("r.k is null", "w.k", "r.now")} as k from (${keysOf("v")}) w
    left join (${renamed}) r on r.k = w.k and r.app = t.app`;
  const sorted = (keys: string): string =>
    `(select json_group_array(k order by k) from (${keys}) s where k is not null)`;
  return `${sorted(followed)} <> ${sorted(keysOf("t"))}`;
};

/**
 * SQL: the bits of the columns that a version `v` of the record `t` contains. If a column refers to another record and
 * that record is renamed or deleted, the console updates the column too. The task of the other record is then enough,
 * so the bit is left out.
 */
const buildWrittenBitsSql = (versions: VersionSchema): string =>
  RELATIONS.filter(
    ({ from, byName, optional }) => from === versions.thing && (byName === true || optional === true),
  ).reduce(
    (bits, relation) =>
      buildCaseSql(
        `v.action = 'update' and exists (select 1 from main.${relation.to.name}_version w where w.revision = v.revision)
           and not ${buildIsChangedDirectlySql(relation)}`,
        `${bits} & ~${getColumnBit(versions, relation.field)}`,
        bits,
      ),
    "v.changed",
  );

const SECRETS_COLUMN = "secrets";

/** SQL: the value of a column that nobody has set. It is 全社 if the record must always belong to an organisation. */
export const buildEmptyValueSql = (thing: Thing, name: string): string => {
  const { refers, clearable, type } = findFieldOfColumn(thing, name) ?? {};
  if (type === "texts") return "'[]'";
  if (type === "boolean") return "0";
  return refers?.to === ORG.name && clearable === false ? String(ROOT_ORG_NUMBER) : "null";
};

/** SQL: true if a record `t` has a value in a column. */
export const buildIsFilledSql = (thing: Thing, name: string): string => {
  const value = `t.${quoteIdentifier(name)}`;
  return `coalesce(${value}, '') not in ('', '[]', '{}', 0) and ${value} is distinct from ${buildEmptyValueSql(thing, name)}`;
};

/**
 * SQL: true if a restored record `t` has, or had, a value in a column that may be empty in the console after the record
 * is created again. Secrets that the console requires for every new record do not count.
 */
const buildMayLackValueSql = (thing: Thing, name: string): string => {
  if (name !== SECRETS_COLUMN) return buildIsFilledSql(thing, name);
  const required = Object.entries(thing.fields).flatMap(([field, { secret, column }]) =>
    secret === true && column?.required !== undefined ? `e.key <> '${field}'` : [],
  );
  const had = `(select v.${SECRETS_COLUMN} from main.${thing.name}_version v where v.pk = o.pk and v.action = 'delete'
    order by v.revision desc limit 1)`;
  return `exists (select 1 from json_each(coalesce(${had}, '{}')) e where ${["true", ...required].join(" and ")})`;
};

/**
 * SQL: stores the values that an export showed as the oldest state of a record, for columns that were confirmed
 * afterwards and are now written again by a change. From then on, the confirmed value is the observed value of these
 * columns.
 */
const buildKeepExportedStateSql = (versions: VersionSchema, written: string): string => {
  const { thing, key, columns } = versions;
  const mask = `o.confirmed & (${written}) & ~(${buildCustomFieldsBitSql(versions)} | ${PRESENCE_BIT})`;
  const state = columns.map(({ name }) => `'${name}', o.${quoteIdentifier(name)}`);
  return `insert into main.observed_candidate (thing, pk, place, since, mask, state)
    select '${thing.name}', o.pk, -:revision, o.since, ${mask}, json_object(${state.join(", ")})
    from main.${getVersionTable(versions)} v ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = v.pk left join main.${thing.name} t on t.${key} = v.pk
    where v.revision = :revision and ${mask} <> 0`;
};

/**
 * SQL: stores the console's values of the records that the change `:revision` wrote. If a column already differs, its
 * observed value is kept. Run these statements only after the versions of the change are complete.
 */
const buildObserveStatements = (versions: VersionSchema): readonly string[] => {
  const { thing, key, columns } = versions;
  const table = getObservedTable(versions);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const before = columns.map(({ name }) =>
    name === CUSTOM_FIELDS_COLUMN
      ? buildDifferingEntriesSql(`v.${CUSTOM_FIELDS_COLUMN}`, `t.${CUSTOM_FIELDS_COLUMN}`)
      : `v.${quoteIdentifier(name)}`,
  );
  const written = buildWrittenBitsSql(versions);
  const kept = columns.map(({ name, bit }) => {
    const [own, other] = [`${table}.${quoteIdentifier(name)}`, `excluded.${quoteIdentifier(name)}`];
    const isKept = `${table}.differs & ~(${table}.confirmed & ${name === CUSTOM_FIELDS_COLUMN ? "0" : "excluded.differs"}) & ${bit} <> 0`;
    return `${quoteIdentifier(name)} = ${buildCaseSql(isKept, name === CUSTOM_FIELDS_COLUMN ? buildMergedEntriesSql(own, other) : own, other)}`;
  });
  const custom = buildCustomFieldsBitSql(versions);
  // a field that is written again is no longer confirmed
  const stillConfirmed = `(select json_group_array(c.value) from json_each(${table}.confirmedFields) c
    where not exists (select 1 from json_each(excluded.${CUSTOM_FIELDS_COLUMN}) e where e.key = c.value))`;
  const confirmedFields =
    custom === "0"
      ? []
      : [
          `confirmedFields = case when ${table}.differs & ${custom} = 0 then null
             when excluded.differs & ${custom} = 0 then ${table}.confirmedFields else ${stillConfirmed} end`,
        ];
  const leading = columns.filter(({ leads }) => leads);
  const differing = leading.map(({ name, bit }) =>
    // the secrets of a record are lost when it is restored
    buildCaseSql(
      `${name === SECRETS_COLUMN ? "false" : buildDiffersSql(name)} or ${buildMayLackValueSql(thing, name)}`,
      bit,
      "0",
    ),
  );
  const made = `main.created_range c ${ORDERED_JOIN} main.${thing.name} t on t.${key} between c.first and c.last`;
  const isMade = `c.revision = :revision and c.thing = '${thing.name}'`;
  return [
    buildKeepExportedStateSql(versions, written),
    `insert into main.${table} (pk, inConsole, differs, since, ${names.join(", ")})
     select v.pk, 1, ${written}, :revision, ${before.join(", ")}
     from main.${getVersionTable(versions)} v left join main.${thing.name} t on t.${key} = v.pk
     where v.revision = :revision and ${written} <> 0
     on conflict (pk) do update set differs = ${buildCaseSql(
       `${table}.inConsole = 1 or ${table}.confirmed & ${PRESENCE_BIT} <> 0 or excluded.differs = ${ALL_COLUMNS_MASK}`,
       `${table}.differs | excluded.differs`,
       "0",
     )}, confirmed = ${table}.confirmed & ~excluded.differs, contradicted = ${table}.contradicted & ~excluded.differs,
       ${[...confirmedFields, ...kept].join(", ")}`,
    // somebody may delete the restored record in the console and re-create it with fewer values
    `update main.${table} as o set differs = ${buildCaseSql("o.inConsole = 1", `${differing.join(" | ")} | ${PRESENCE_BIT}`, "0")}, confirmed = 0${custom === "0" ? "" : ", confirmedFields = null"}
     from ${made} where ${isMade} and o.pk = t.${key}`,
    `insert into main.${table} (pk, inConsole, differs, since) select t.${key}, 0, 0, :revision from ${made} where ${isMade}
     on conflict do nothing`,
  ];
};

/**
 * SQL: removes the custom fields that the change `:revision` deleted from the observed state of all records. The
 * deletion of a field is a single task, not a task for each record.
 */
const buildForgetFieldsStatements = (versions: VersionSchema): readonly string[] => {
  if (buildCustomFieldsBitSql(versions) === "0") return [];
  const table = `main.${getObservedTable(versions)}`;
  const isRemoved = `exists (select 1 from main.${CUSTOM_FIELD.name}_version r where r.revision = :revision and r.action = 'delete')`;
  const known = `exists (select 1 from main.${CUSTOM_FIELD.name} f where f.pk = cast(e.key as integer))`;
  const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = o.pk)`;
  const bit = getColumnBit(versions, CUSTOM_FIELDS_COLUMN);
  return [
    `update ${table} as o set ${CUSTOM_FIELDS_COLUMN} = (select json_group_object(e.key, e.value) from json_each(coalesce(o.${CUSTOM_FIELDS_COLUMN}, '{}')) e where ${known})
     where o.differs & ${bit} <> 0 and ${isHere} and ${isRemoved}`,
    `update ${table} as o set differs = o.differs & ~${bit} where o.${CUSTOM_FIELDS_COLUMN} = '{}' and ${isHere} and ${isRemoved}`,
    `delete from ${table} as o where o.differs = 0 and o.inConsole = 1 and ${isRemoved}`,
    `${buildConfirmEntriesSql(versions)} and ${isRemoved}`,
  ];
};

/**
 * Stores the console's values for the records of a mirror that a change wrote. Call this after the versions of the
 * change are complete.
 */
export const storeObservedState = async (writer: Writer): Promise<void> => {
  const revision = await writer.revision();
  for (const sql of OBSERVE_STATEMENTS) await writer.run(sql, { revision });
};

/**
 * SQL: the statements of {@link buildObserveStatements} and {@link buildForgetFieldsStatements} for all record types.
 */
export const OBSERVE_STATEMENTS: readonly string[] = OBSERVED_VERSIONS.flatMap((versions) => [
  ...buildObserveStatements(versions),
  ...buildForgetFieldsStatements(versions),
]);

/** SQL: definitions of the columns of {@link getObservedTable} between `pk` and the columns of the record type. */
export const OBSERVED_STATE_COLUMNS = [
  "inConsole integer not null",
  "differs integer not null",
  "confirmed integer not null default 0",
  "contradicted integer not null default 0",
  "since integer not null",
  "confirmedBy text",
  "confirmedAt text",
  "confirmedFields text",
] as const;

/** Returns the names of the columns of {@link getObservedTable}, as far as the record type uses them. */
const listObservedColumns = (versions: VersionSchema): readonly string[] => [
  "pk",
  ...OBSERVED_STATE_COLUMNS.map((column) => column.replace(/ .*/, "")).filter(
    (name) => name !== "confirmedFields" || buildCustomFieldsBitSql(versions) !== "0",
  ),
  ...versions.columns.map(({ name }) => quoteIdentifier(name)),
];

/**
 * SQL: stores that the records `o` matched the console before the change `:revision`. @param from SQL: the table, with
 * its `where`
 */
export const buildKeepAgreedSql = (versions: VersionSchema, from: string): string =>
  `insert into main.${getObservedHistoryTable(versions)} (revision, pk, inConsole, differs, since)
   select :revision, o.pk, 1, 0, :revision from ${from}
     and not exists (select 1 from main.${getObservedTable(versions)} k where k.pk = o.pk)`;

/**
 * SQL: stores the state of observed records `o` before the change `:revision`.
 *
 * @param which SQL: condition on the records
 * @param other.joined SQL of a join
 * @param other.values SQL of the columns that are stored with values other than those of `o`
 */
export const buildKeepObservedSql = (
  versions: VersionSchema,
  which: string,
  { joined = "", values = {} }: { readonly joined?: string; readonly values?: Readonly<Record<string, string>> } = {},
): string => {
  const columns = listObservedColumns(versions);
  return `insert into main.${getObservedHistoryTable(versions)} (revision, ${columns.join(", ")})
    select :revision, ${columns.map((name) => values[name] ?? `o.${name}`).join(", ")}
    from main.${getObservedTable(versions)} o ${joined} where ${which}`;
};
