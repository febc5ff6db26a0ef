import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import { buildCaseSql, ORDERED_JOIN, quoteIdentifier, buildNameListSql, buildSerialKeySql } from "../store/sql.ts";
import {
  EXISTENCE_BIT,
  type VersionSchema,
  ALL_COLUMNS_MASK,
  getColumnBit,
  listSecretTimeColumns,
  VERSION_SCHEMAS,
} from "./versions.ts";
import { DEVICE, DEVICE_ACTION, OWNER_FIELDS } from "../../nouns/device.ts";
import { ORG } from "../../nouns/organisation.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { RecordType } from "../../model/thing.ts";
import { THINGS_WITHOUT_TASKS } from "../../nouns/index.ts";
import { findFieldOfColumn } from "./version-timeline.ts";

// The observed state of a mirror has a row for each record with a wish or with values that were written into a file.
// The row contains the values that the console last showed for the wished fields.

export const OBSERVED_VERSIONS: readonly VersionSchema[] = [...VERSION_SCHEMAS.values()].filter(
  ({ thing }) => !THINGS_WITHOUT_TASKS.includes(thing),
);

export const EXPORTED_VERSIONS: readonly VersionSchema[] = OBSERVED_VERSIONS.filter(
  ({ thing }) => thing.formats !== undefined,
);

/**
 * Columns of the table with the observed state of a record type, before those of its versions. `inConsole` is true if the
 * console last showed the record, `wished` is a bit mask of columns, and `since` is the revision of the last export or the
 * first change. The existence bit is the wish for a creation or a deletion: a record that is not in the console and has no
 * such wish is unsettled. `written` lists the values that files contain.
 */
export const OBSERVED_STATE_COLUMNS = [
  "inConsole integer not null",
  "wished integer not null",
  "since integer not null",
  "written text not null default '[]'",
] as const;

/** The rows of the observed state before a change, as JSON; null if there was none. */
export const OBSERVED_VERSION_TABLE = "main.observed_version";

/** SQL: false if the record belongs to a deleted record: an account to its user, an action to its device. */
export const buildHolderExistsSql = ({ thing }: Pick<VersionSchema, "thing">): string => {
  if (thing === ACCOUNT) return `exists (select 1 from main.${USER.name} u where u.pk = o.pk)`;
  if (thing !== DEVICE_ACTION) return "true";
  return `not exists (select 1 from main.device_action a where a.pk = o.pk
    and not exists (select 1 from main.device d where ${buildSerialKeySql("d")} = ${buildSerialKeySql("a")}))`;
};

/** SQL: true if the console may have another value of a column: a wish, or a value in a file that was taken back. */
export const buildMayDifferSql = (versions: VersionSchema, column: string, row = "o"): string =>
  `(${row}.wished & ${getColumnBit(versions, column)} <> 0 or ${row}.written <> '[]' and (${row}.inConsole = 0
    or exists (select 1 from json_each(${row}.written) w where w.value ->> 'f' = '${column}')))`;

/** SQL: the values that records had when the console last showed them, since, and have now; `mask` has the known ones. */
export const buildPossibleStatesSql = (versions: VersionSchema, which: string): string => {
  const own = `main.${versions.observed} own`;
  const of = (alias: string): string =>
    versions.columns.map(({ name }) => `${alias}.${quoteIdentifier(name)}`).join(", ");
  return `select own.pk, own.wished as mask, ${of("own")} from ${own} where own.inConsole = 1 and own.pk in (${which})
    union all select v.pk, v.changed, ${of("v")}
      from ${own} ${ORDERED_JOIN} main.${versions.table} v on v.pk = own.pk and v.revision > own.since where own.pk in (${which})
    union all select n.pk, ${ALL_COLUMNS_MASK}, ${of("n")} from main.${versions.thing.name} n where n.pk in (${which})`;
};

export const buildDifferingEntriesSql = (one: string, other: string): string =>
  `(select json_group_object(k.key, coalesce(${one}, '{}') ->> k.key)
    from (select key from json_each(coalesce(${one}, '{}')) union select key from json_each(coalesce(${other}, '{}'))) k
    where coalesce(${one}, '{}') ->> k.key is distinct from coalesce(${other}, '{}') ->> k.key)`;

export const buildMergedEntriesSql = (one: string, other: string): string =>
  `(select json_group_object(e.key, e.value) from (
      select key, value from json_each(coalesce(${one}, '{}')) union all
      select n.key, n.value from json_each(coalesce(${other}, '{}')) n
      where not exists (select 1 from json_each(coalesce(${one}, '{}')) h where h.key = n.key)) e)`;

export const buildCustomFieldsBitSql = (versions: VersionSchema): string =>
  versions.columns.some(({ name }) => name === "custom") ? getColumnBit(versions, "custom") : "0";

const buildDiffersSql = ({ thing }: VersionSchema, name: string): string => {
  const [own, local] = [`o.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`];
  if (name === "custom")
    return `exists (select 1 from json_each(coalesce(${own}, '{}')) e where e.value is distinct from ${local} ->> e.key)`;
  // restoring a record does not restore the record's secrets
  const isSet = listSecretTimeColumns(thing).includes(name) ? `coalesce(${local}, '{}') <> '{}' and ` : "";
  return `${isSet}${own} is distinct from ${local}`;
};

export const buildDifferingBitsSql = (versions: VersionSchema): string =>
  `(${versions.columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => buildCaseSql(`o.wished & ${bit} <> 0 and ${buildDiffersSql(versions, name)}`, bit, "0"))
    .join(" | ")})`;

/** SQL: adds the second owner column to a mask with one owner column, because a device has only one owner. */
export const buildCompleteMaskSql = (versions: VersionSchema, mask: string): string => {
  if (versions.thing !== DEVICE) return mask;
  const owners = OWNER_FIELDS.map((name) => getColumnBit(versions, name)).join(" | ");
  return `(${mask} | ${buildCaseSql(`(${mask}) & (${owners}) <> 0`, `(${owners})`, "0")})`;
};

export const buildEmptyValueSql = (thing: RecordType, name: string): string => {
  const { refers, clearable, type } = findFieldOfColumn(thing, name) ?? {};
  if (type === "texts") return "'[]'";
  if (type === "boolean") return "0";
  return refers?.to === ORG.name && clearable === false ? String(ROOT_ORG_NUMBER) : "null";
};

/** SQL: true if the row has no wish, is not unsettled, and no file contains a value of it. */
export const buildIsForgottenSql = ({ thing, key }: VersionSchema): string =>
  `o.wished = 0 and o.written = '[]' and (o.inConsole = 1 or not exists (select 1 from main.${thing.name} h where h.${key} = o.pk))`;

const EXPORTED_COLUMNS_SQL = `main.layout l ${ORDERED_JOIN} json_each(l.columns, '$.map.columns') c`;

/** SQL: a bit mask of the columns that no export shows, such as references to organisations without a code. */
export const buildUnseenBitsSql = ({ thing, columns }: VersionSchema): string => {
  const use =
    thing.scope === undefined ? `'export ${Object.keys(thing.formats ?? {}).join()}'` : `'export ' || t.${thing.scope}`;
  const isSeen = (name: string): string => {
    const field =
      name === "custom"
        ? "exists (select 1 from main.custom_field f where f.name = c.value ->> 'to')"
        : `c.value ->> 'to' in (${buildNameListSql(findFileFields(thing, name))})`;
    const isNamed =
      thing !== ORG && findFieldOfColumn(thing, name)?.refers?.to === ORG.name
        ? ` and not exists (select 1 from main.org n where n.code is null and n.parent is not null and n.pk = ${buildCaseSql(
            `coalesce(t.${name}, ${ROOT_ORG_NUMBER}) = ${ROOT_ORG_NUMBER}`,
            `(select z.${name} from main.${thing.name}_observed z where z.pk = t.pk)`,
            `t.${name}`,
          )})`
        : "";
    return `exists (select 1 from ${EXPORTED_COLUMNS_SQL} where l.use = ${use} and ${field})${isNamed}`;
  };
  return `(${columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => buildCaseSql(isSeen(name), "0", bit))
    .join(" | ")})`;
};

/** Returns the fields of files that contain a column of the record type. */
export const findFileFields = (thing: RecordType, column: string): readonly string[] => {
  const field = findFieldOfColumn(thing, column);
  if (field === undefined) return [];
  const formats = Object.values(FORMATS).filter((format) => format.thing === thing);
  const shown = formats.flatMap(({ columns }) => columns.filter(({ sets }) => thing.fields[sets] === field));
  return [...new Set(shown.map((one) => one.field))];
};

// A row of the observed state lists the values that are in files for the console: `f` is a column, "custom." with the
// number of a custom field, or blank for the record itself (`v` is 1 for a record, 0 for a deletion). `r` is the
// revision that gave the value, and `s` counts the exports that showed the restored value. If nobody wishes such a value
// any more, the record is against it.

const CUSTOM_PREFIX = "custom.";

const CUSTOM_KEY_SQL = `substr(e.value ->> 'f', ${CUSTOM_PREFIX.length + 1})`;

export const LISTED_SQL = "json_each(o.written) e";

type FieldColumns = Pick<VersionSchema, "columns">;

/** SQL: an expression for the field of the entry `e`. */
const buildOfFieldSql = (
  { columns }: FieldColumns,
  of: (name: string, bit: string) => string,
  ofCustom: (key: string) => string,
): string => {
  const leads = columns.filter(({ name, leads }) => leads && name !== "custom");
  if (leads.length === 0) return ofCustom(CUSTOM_KEY_SQL);
  const cases = leads.map(({ name, bit }) => `when '${name}' then ${of(name, bit)}`);
  const custom = columns.some(({ name }) => name === "custom") ? ` else ${ofCustom(CUSTOM_KEY_SQL)}` : "";
  return `case e.value ->> 'f' ${cases.join(" ")}${custom} end`;
};

/** SQL: the value of the field of the entry `e` in a row. @param custom SQL: the custom fields of the row */
const buildValueSql = (versions: FieldColumns, row: string, custom = `${row}.custom`): string => {
  const of = (name: string): string => `${row}.${quoteIdentifier(name)}`;
  return buildOfFieldSql(versions, of, (key) => `${custom} ->> ${key}`);
};

const buildFieldBitSql = (versions: VersionSchema): string => {
  const custom = buildCustomFieldsBitSql(versions);
  return buildOfFieldSql(
    versions,
    (_, bit) => bit,
    () => custom,
  );
};

export const buildHasEntrySql = (entries: string, key: string): string =>
  `json_type(${entries}, '$."' || ${key} || '"') is not null`;

/** SQL: true if a bit mask, or an object of custom fields, has the field of the entry `e`. */
const buildHasFieldSql = (versions: FieldColumns, mask: string, custom: string): string => {
  const has = (key: string): string => buildHasEntrySql(custom, key);
  return buildOfFieldSql(versions, (_, bit) => `${mask} & ${bit} <> 0`, has);
};

/** SQL: true if somebody wishes the field of the entry `e` of the row `o`. */
const buildIsWishedFieldSql = (versions: FieldColumns): string => buildHasFieldSql(versions, "o.wished", "o.custom");

/** SQL: the records that are against the value of an entry, with the revision that gave the value. */
export const buildAgainstSql = (versions: VersionSchema, which: string): string => {
  const { thing, key } = versions;
  const isField = `t.${key} is not null and o.inConsole = 1 and not coalesce(${buildIsWishedFieldSql(versions)}, true)
    and e.value ->> 'v' is distinct from ${buildValueSql(versions, "t")}`;
  const isRecord = `e.value ->> 'v' = (t.${key} is null) and o.inConsole = (t.${key} is not null) and o.wished & ${EXISTENCE_BIT} = 0`;
  return `select '${thing.name}' as thing, o.pk, e.value ->> 'r' as revision, 'restore' as action,
      sum(distinct ${buildCaseSql("e.value ->> 'f' = ''", EXISTENCE_BIT, buildFieldBitSql(versions))}) as mask
    from ${versions.observed} o ${ORDERED_JOIN} ${LISTED_SQL} left join main.${thing.name} t on t.${key} = o.pk
    where ${which} and ${buildCaseSql("e.value ->> 'f' = ''", isRecord, isField)} group by o.pk, e.value ->> 'r'`;
};

/** SQL: adds entries to a list; they replace equal ones, which count from anew. @param entries SQL: `f`, `v`, `r` */
const buildAddedSql = (entries: string): string =>
  `(select json_group_array(json(w.entry)) from (
      select e.value as entry from ${LISTED_SQL}
        where not exists (select 1 from (${entries}) n where e.value ->> 'f' = n.f and e.value ->> 'v' is n.v)
      union all select json_object('f', n.f, 'v', n.v, 'r', n.r, 's', 0) from (${entries}) n) w)`;

/** SQL: the last change here that wrote such versions `v`, or else made the record of the row with the alias `row`. */
export const buildLastChangeSql = (versions: VersionSchema, row: string, which: string): string => {
  const isLocal = (revision: string): string =>
    `not exists (select 1 from main.change h where h.revision = ${revision} and h.writer = 'console')`;
  return `coalesce((select v.revision from main.${versions.table} v
      where v.pk = ${row}.pk and ${which} and ${isLocal("v.revision")} order by v.revision desc limit 1),
    (select max(c.revision) from main.created_range c
      where c.thing = '${versions.thing.name}' and ${row}.pk between c.first and c.last and ${isLocal("c.revision")}), ${row}.since)`;
};

/** SQL: records which wished columns of the rows `o` a file contains. @param which, isInFile SQL: conditions */
export const buildRecordWrittenSql = (
  versions: VersionSchema,
  which: string,
  isInFile: (name: string) => string,
): string => {
  const { thing, key, columns } = versions;
  const revisionOf = (bits: string): string => buildLastChangeSql(versions, "o", `v.changed & ${bits} <> 0`);
  const keys = `json_each(${buildCaseSql("o.inConsole = 1", "o.custom", "t.custom")}) k`;
  const fields = columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => {
      const selected =
        name === "custom"
          ? `'${CUSTOM_PREFIX}' || k.key as f, t.${name} ->> k.key as v, ${revisionOf(bit)} as r
             from ${keys} ${ORDERED_JOIN} main.${CUSTOM_FIELD.name} c on c.pk = cast(k.key as integer)`
          : `'${name}' as f, t.${quoteIdentifier(name)} as v, ${revisionOf(bit)} as r`;
      return `select ${selected} where o.wished & ${bit} <> 0 and t.${key} is not null and ${isInFile(name)}`;
    });
  const record = `select '' as f, t.${key} is not null as v, ${revisionOf(buildCaseSql(`t.${key} is null`, EXISTENCE_BIT, "-1"))} as r where o.wished <> 0`;
  const observed = `main.${versions.observed}`;
  return `insert into ${observed} (pk, inConsole, wished, since, written)
    select o.pk, o.inConsole, o.wished, o.since, ${buildAddedSql([...fields, record].join(" union all "))}
    from ${observed} o left join main.${thing.name} t on t.${key} = o.pk where ${which}
    on conflict (pk) do update set written = excluded.written`;
};

// What an export shows of the row `o` is in the merged row `x`; `custom` is SQL of the custom fields in the export's row,
// or null.

/** SQL: true if an export shows the value of the entry `e` although nobody wishes it: then the opposite is a wish. */
const buildIsPutBackSql = (versions: FieldColumns, custom: string): string =>
  `e.value ->> 'f' <> '' and ${buildHasFieldSql(versions, "x.shown", custom)} and not ${buildIsWishedFieldSql(versions)}
   and e.value ->> 'v' is ${buildValueSql(versions, "x", custom)} and e.value ->> 'v' is distinct from ${buildValueSql(versions, "t")}`;

export const buildPutBackBitsSql = (versions: VersionSchema, custom: string): string =>
  buildCaseSql(
    "o.written = '[]'",
    "0",
    `coalesce((select sum(distinct ${buildFieldBitSql(versions)}) from ${LISTED_SQL} where ${buildIsPutBackSql(versions, custom)}), 0)`,
  );

/** SQL: the custom fields that an export puts back, with the console's values. */
export const buildPutBackEntriesSql = ({ columns }: VersionSchema, custom: string): string => {
  const only = { columns: columns.filter(({ name }) => name === "custom") };
  return `(select json_group_object(${CUSTOM_KEY_SQL}, e.value ->> 'v') from ${LISTED_SQL}
    where e.value ->> 'f' glob '${CUSTOM_PREFIX}*' and ${buildIsPutBackSql(only, custom)})`;
};

/**
 * SQL: the list after an export that shows the record. A value ends when the export shows it, or another one than the
 * restored value, or the restored value for the second time.
 */
export const buildSettledListSql = (versions: VersionSchema, custom: string): string => {
  const [shown, isWished] = [buildValueSql(versions, "x", custom), buildIsWishedFieldSql(versions)];
  const isShown = buildHasFieldSql(versions, "x.shown", custom);
  const isSame = `${buildValueSql(versions, "t")} is ${shown}`;
  const isSettled = `e.value ->> 'v' is not ${shown} and ${isSame} and e.value ->> 's' = 0`;
  const isField = `not ${isShown} or ${buildCaseSql(isWished, `not (${isSame})`, isSettled)}`;
  const isRecord = "e.value ->> 'v' = 0 and e.value ->> 's' = 0";
  const isCounted = `e.value ->> 'f' = '' or ${isShown} and not ${isWished}`;
  return buildCaseSql(
    "o.written = '[]'",
    "o.written",
    `(select json_group_array(json_set(e.value, '$.s', ${buildCaseSql(isCounted, "1", "e.value ->> 's'")})) from ${LISTED_SQL}
      where ${buildCaseSql("e.value ->> 'f' = ''", isRecord, `(${isField})`)})`,
  );
};

/** SQL: the list without the entries of a condition on `e`. */
export const buildListWithoutSql = (which: string): string =>
  `(select json_group_array(json(e.value)) from ${LISTED_SQL} where not (${which}))`;

/** SQL: ends wishes and values in files: the console is as the record is here. @param parts SQL: `pk`, `ended` (bits) */
export const buildEndStatements = (versions: VersionSchema, parts: string): readonly string[] => {
  const table = `main.${versions.observed}`;
  const bit = buildCaseSql("e.value ->> 'f' = ''", EXISTENCE_BIT, `coalesce(${buildFieldBitSql(versions)}, 0)`);
  const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = o.pk)`;
  return [
    `update ${table} as o set written = ${buildListWithoutSql(`m.ended & ${bit} <> 0 or not ${isHere}`)}, wished = o.wished & ~m.ended,
       inConsole = ${isHere}
     from (${parts}) m where m.pk = o.pk`,
    `delete from ${table} as o where o.pk in (select pk from (${parts})) and ${buildIsForgottenSql(versions)}`,
  ];
};
