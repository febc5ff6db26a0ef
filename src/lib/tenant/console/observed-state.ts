import { DEVICE, DEVICE_ACTION, OWNER_FIELDS } from "../../nouns/device.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN, buildSerialKeySql } from "../store/sql.ts";
import type { Writer } from "../store/store.ts";
import { ORG } from "../../nouns/organisation.ts";
import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import type { Thing } from "../../model/thing.ts";
import { THINGS_WITHOUT_TASKS } from "../../nouns/index.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import { RELATIONS, type StoredRelation } from "../versions/references.ts";
import { findFieldOfColumn } from "../versions/timeline.ts";
import {
  ALL_COLUMNS_MASK,
  getColumnBit,
  listSecretTimeColumns,
  VERSION_SCHEMAS,
  getVersionTable,
  type VersionSchema,
} from "../versions/tables.ts";

// The observed state of a mirror contains the values that the console last showed, for each field that was changed
// locally. Such a field is called "touched" until an export shows the local value.

export const OBSERVED_VERSIONS: readonly VersionSchema[] = [...VERSION_SCHEMAS.values()].filter(
  ({ thing }) => !THINGS_WITHOUT_TASKS.includes(thing),
);

export const EXPORTED_VERSIONS: readonly VersionSchema[] = OBSERVED_VERSIONS.filter(
  ({ thing }) => Object.keys(thing.formats).length > 0,
);

/**
 * Returns the name of the table with the observed state of a record type. `inConsole` is true if the console last
 * showed the record, `touched` is a bit mask of columns, and `since` is the revision of the last export or the first
 * change.
 */
export const getObservedTable = ({ thing }: { readonly thing: Pick<Thing, "name"> }): string =>
  `${thing.name}_observed`;

export const OBSERVED_STATE_COLUMNS = [
  "inConsole integer not null",
  "touched integer not null",
  "since integer not null",
] as const;

/** SQL: false if the record belongs to a deleted record: an account to its user, an action to its device. */
export const buildHolderExistsSql = ({ thing }: Pick<VersionSchema, "thing">): string => {
  if (thing === ACCOUNT) return `exists (select 1 from main.${USER.name} u where u.pk = o.pk)`;
  if (thing !== DEVICE_ACTION) return "true";
  return `not exists (select 1 from main.device_action a where a.pk = o.pk
    and not exists (select 1 from main.device d where ${buildSerialKeySql("d")} = ${buildSerialKeySql("a")}))`;
};

export const buildConsoleStatesSql = (versions: VersionSchema, which: string): string => {
  const names = versions.columns.map(({ name }) => quoteIdentifier(name));
  const own = `main.${getObservedTable(versions)} own`;
  return `select own.pk, own.touched as mask, ${names.map((name) => `own.${name}`).join(", ")} from ${own} where own.inConsole = 1 and own.pk in (${which})
    union all select v.pk, v.changed, ${names.map((name) => `v.${name}`).join(", ")}
      from ${own} ${ORDERED_JOIN} main.${getVersionTable(versions)} v on v.pk = own.pk and v.revision > own.since where own.pk in (${which})`;
};

export const buildPossibleStatesSql = (versions: VersionSchema, which: string): string =>
  `${buildConsoleStatesSql(versions, which)}
   union all select n.pk, ${ALL_COLUMNS_MASK}, ${versions.columns.map(({ name }) => `n.${quoteIdentifier(name)}`).join(", ")}
     from main.${versions.thing.name} n where n.pk in (${which})`;

export const CUSTOM_FIELDS_COLUMN = "custom";

const buildDifferingEntriesSql = (one: string, other: string): string =>
  `(select json_group_object(k.key, coalesce(${one}, '{}') ->> k.key)
    from (select key from json_each(coalesce(${one}, '{}')) union select key from json_each(coalesce(${other}, '{}'))) k
    where coalesce(${one}, '{}') ->> k.key is distinct from coalesce(${other}, '{}') ->> k.key)`;

export const buildMergedEntriesSql = (one: string, other: string): string =>
  `(select json_group_object(e.key, e.value) from (
      select key, value from json_each(coalesce(${one}, '{}')) union all
      select n.key, n.value from json_each(coalesce(${other}, '{}')) n
      where not exists (select 1 from json_each(coalesce(${one}, '{}')) h where h.key = n.key)) e)`;

export const buildCustomFieldsBitSql = (versions: VersionSchema): string =>
  versions.columns.some(({ name }) => name === CUSTOM_FIELDS_COLUMN)
    ? getColumnBit(versions, CUSTOM_FIELDS_COLUMN)
    : "0";

const buildDiffersSql = ({ thing }: VersionSchema, name: string): string => {
  const [own, local] = [`o.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`];
  if (name === CUSTOM_FIELDS_COLUMN)
    return `exists (select 1 from json_each(coalesce(${own}, '{}')) e where e.value is distinct from ${local} ->> e.key)`;
  // restoring a record does not restore the record's secrets
  const isSet = listSecretTimeColumns(thing).includes(name) ? `coalesce(${local}, '{}') <> '{}' and ` : "";
  return `${isSet}${own} is distinct from ${local}`;
};

export const buildDifferingBitsSql = (versions: VersionSchema): string =>
  `(${versions.columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => buildCaseSql(`o.touched & ${bit} <> 0 and ${buildDiffersSql(versions, name)}`, bit, "0"))
    .join(" | ")})`;

/** SQL: adds the second owner column to a mask with one owner column, because a device has only one owner. */
export const buildCompleteMaskSql = (versions: VersionSchema, mask: string): string => {
  if (versions.thing !== DEVICE) return mask;
  const owners = OWNER_FIELDS.map((name) => getColumnBit(versions, name)).join(" | ");
  return `(${mask} | ${buildCaseSql(`(${mask}) & (${owners}) <> 0`, `(${owners})`, "0")})`;
};

const buildIsChangedDirectlySql = ({ to, key, joined = () => "" }: StoredRelation): string => {
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

/** SQL: the bits of the columns that a version `v` contains, without references that the console updates itself. */
const buildWrittenBitsSql = (versions: VersionSchema): string =>
  RELATIONS.filter(({ from, byName }) => from === versions.thing && byName === true).reduce(
    (bits, relation) =>
      buildCaseSql(
        `v.action = 'update' and exists (select 1 from main.${relation.to.name}_version w where w.revision = v.revision)
           and not ${buildIsChangedDirectlySql(relation)}`,
        `${bits} & ~${getColumnBit(versions, relation.field)}`,
        bits,
      ),
    buildCompleteMaskSql(versions, "v.changed"),
  );

export const buildEmptyValueSql = (thing: Thing, name: string): string => {
  const { refers, clearable, type } = findFieldOfColumn(thing, name) ?? {};
  if (type === "texts") return "'[]'";
  if (type === "boolean") return "0";
  return refers?.to === ORG.name && clearable === false ? String(ROOT_ORG_NUMBER) : "null";
};

export const buildIsFilledSql = (thing: Thing, name: string): string => {
  const value = `t.${quoteIdentifier(name)}`;
  return `coalesce(${value}, '') not in ('', '[]', '{}', 0) and ${value} is distinct from ${buildEmptyValueSql(thing, name)}`;
};

const buildObserveCreatedStatement = (versions: VersionSchema): string =>
  `insert into main.${getObservedTable(versions)} (pk, inConsole, touched, since)
   select t.${versions.key}, 0, ${ALL_COLUMNS_MASK}, :revision
   from main.created_range c ${ORDERED_JOIN} main.${versions.thing.name} t on t.${versions.key} between c.first and c.last
   where c.revision = :revision and c.thing = '${versions.thing.name}' on conflict do nothing`;

export const OBSERVE_CREATED_STATEMENTS: readonly string[] = OBSERVED_VERSIONS.map(buildObserveCreatedStatement);

/** SQL: stores the console's values before the change `:revision`, and marks the written columns as touched. */
const buildObserveStatements = (versions: VersionSchema): readonly string[] => {
  const { thing, key, columns } = versions;
  const table = getObservedTable(versions);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const isCustom = (name: string): boolean => name === CUSTOM_FIELDS_COLUMN;
  const before = columns.map(({ name, bit }) =>
    isCustom(name)
      ? buildCaseSql(
          `v.changed & ${bit} <> 0`,
          buildDifferingEntriesSql(`v.${CUSTOM_FIELDS_COLUMN}`, `t.${CUSTOM_FIELDS_COLUMN}`),
          "'{}'",
        )
      : `v.${quoteIdentifier(name)}`,
  );
  const written = buildWrittenBitsSql(versions);
  const kept = columns.map(({ name, bit }) => {
    const [own, other] = [`${table}.${quoteIdentifier(name)}`, `excluded.${quoteIdentifier(name)}`];
    const stays = isCustom(name) ? buildMergedEntriesSql(own, other) : own;
    return `${quoteIdentifier(name)} = ${buildCaseSql(`${table}.inConsole = 1 and ${table}.touched & ${bit} <> 0`, stays, other)}`;
  });
  return [
    `insert into main.${table} (pk, inConsole, touched, since, ${names.join(", ")})
     select v.pk, 1, ${written}, :revision, ${before.join(", ")}
     from main.${getVersionTable(versions)} v left join main.${thing.name} t on t.${key} = v.pk
     where v.revision = :revision and ${written} <> 0
     on conflict (pk) do update set touched = ${table}.touched | excluded.touched, ${kept.join(", ")}`,
    buildObserveCreatedStatement(versions),
  ];
};

/** SQL: removes deleted custom fields from the observed state. One task covers the deletion for all records. */
const buildForgetFieldsStatements = (versions: VersionSchema): readonly string[] => {
  const bit = buildCustomFieldsBitSql(versions);
  if (bit === "0") return [];
  const table = `main.${getObservedTable(versions)}`;
  const isRemoved = `exists (select 1 from main.${CUSTOM_FIELD.name}_version r where r.revision = :revision and r.action = 'delete')`;
  const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = o.pk) and ${isRemoved}`;
  const known = `exists (select 1 from main.${CUSTOM_FIELD.name} f where f.pk = cast(e.key as integer))`;
  return [
    `update ${table} as o set ${CUSTOM_FIELDS_COLUMN} = (select json_group_object(e.key, e.value)
       from json_each(coalesce(o.${CUSTOM_FIELDS_COLUMN}, '{}')) e where ${known})
     where o.inConsole = 1 and o.touched & ${bit} <> 0 and ${isHere}`,
    `update ${table} as o set touched = o.touched & ~${bit} where o.inConsole = 1 and o.${CUSTOM_FIELDS_COLUMN} = '{}' and ${isHere}`,
    `delete from ${table} as o where o.touched = 0 and ${isRemoved}`,
  ];
};

export const OBSERVE_STATEMENTS: readonly string[] = OBSERVED_VERSIONS.flatMap((versions) => [
  ...buildObserveStatements(versions),
  ...buildForgetFieldsStatements(versions),
]);

/** Call this after all versions of the change are stored. */
export const storeObservedState = async (writer: Writer): Promise<void> => {
  const revision = await writer.revision();
  for (const sql of OBSERVE_STATEMENTS) await writer.run(sql, { revision });
};
