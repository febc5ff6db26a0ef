import { DEVICE, DEVICE_ACTION, OWNER_FIELDS } from "../../nouns/device.ts";
import { buildCaseSql, buildNameListSql, buildSerialKeySql, ORDERED_JOIN, quoteIdentifier } from "../store/sql.ts";
import { ORG } from "../../nouns/organisation.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { RecordType } from "../../model/thing.ts";
import { THINGS_WITHOUT_TASKS } from "../../nouns/index.ts";
import { USER } from "../../nouns/user.ts";
import { findFieldOfColumn } from "./version-timeline.ts";
import {
  ALL_COLUMNS_MASK,
  getColumnBit,
  listSecretTimeColumns,
  VERSION_SCHEMAS,
  type VersionSchema,
} from "./version-tables.ts";

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
