import type { Thing } from "../../../../model/thing.ts";
import { OBSERVED_VERSIONS, getObservedTable, PRESENCE_BIT } from "../../../console/observed.ts";
import { getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildConsoleStatesSql } from "../merge/tables.ts";
import { buildIsInKindScopeSql, type StoredKind, type StoredReference } from "../stored-kind.ts";
import { buildKeyListSql } from "./keys.ts";

// If the key of a record in the console may differ from the local key, or the console may not have the record yet, the
// possible console keys are the observed key and all later keys.

interface ConsoleKeyField {
  readonly thing: Thing;
  readonly field: string;
}

/**
 * SQL: the `pk` of records that may have another key in the console or may not exist there yet. If there is a scope, it
 * is limited to records of `:kind`.
 */
const buildRekeyedRecordsSql = (versions: VersionSchema, field: string): string => {
  const { thing, key } = versions;
  const inScope =
    thing.scope === undefined
      ? "true"
      : `coalesce(o.${thing.scope}, (select n.${thing.scope} from main.${thing.name} n where n.${key} = o.pk)) = :kind`;
  return `select o.pk from main.${getObservedTable(versions)} o
    where (o.differs & ~o.confirmed & ${getColumnBit(versions, field)} <> 0 or o.inConsole = 0 and o.confirmed & ${PRESENCE_BIT} = 0) and ${inScope}`;
};

/**
 * SQL: possible console keys of {@link buildRekeyedRecordsSql}: `pk`, `key` (null: no key), `main` (1 for the first
 * key, otherwise 0).
 */
const buildConsoleKeysSql = (versions: VersionSchema, field: string): string =>
  `select distinct t.pk, e.value as key, coalesce(e.key, 0) = 0 as main
   from (${buildConsoleStatesSql(versions, buildRekeyedRecordsSql(versions, field))}) t left join json_each(${buildKeyListSql({ thing: versions.thing, field })}) e
   where t.mask & ${getColumnBit(versions, field)} <> 0`;

/**
 * The temporary table of {@link buildConsoleKeysSql} for the record types that a plan's rows refer to: `thing`, `pk`,
 * `key`, `main`.
 */
const CONSOLE_KEY_TABLE = "temp.console_key";

export const storeConsoleKeys = (database: Database, { name, thing, keys, references }: StoredKind): void => {
  database.exec(`drop table if exists ${CONSOLE_KEY_TABLE}`);
  database.exec(`create temp table console_key (thing text, pk integer, key text, main integer)`);
  database.exec("create index temp.console_key_key on console_key (thing, key)");
  database.exec("create index temp.console_key_pk on console_key (thing, pk)");
  const all: ConsoleKeyField[] = [{ thing, field: keys[0].field }];
  for (const { table, refers } of references)
    if (all.every((one) => one.thing !== table.thing)) all.push({ thing: table.thing, field: refers.by });
  for (const { thing: of, field } of all) {
    const versions = OBSERVED_VERSIONS.find((one) => one.thing === of);
    if (versions === undefined) continue;
    database.run(
      `insert into ${CONSOLE_KEY_TABLE} select '${of.name}', pk, key, main from (${buildConsoleKeysSql(versions, field)})`,
      of.scope === undefined ? {} : { kind: name },
    );
  }
};

/**
 * SQL: true if the record may have another key in the console. @param pk SQL of the record number @param key SQL of
 * this key
 */
export const buildHasOtherKeySql = ({ name }: Pick<Thing, "name">, pk: string, key: string): string =>
  `exists (select 1 from ${CONSOLE_KEY_TABLE} k where k.thing = '${name}' and k.pk = ${pk} and k.main and k.key is distinct from ${key})`;

/**
 * SQL: true if this key may belong to another record in the console. @param pk SQL of this record's number @param key
 * SQL of the key
 */
export const buildIsKeyOfOtherSql = ({ name }: Pick<Thing, "name">, pk: string, key: string): string =>
  `exists (select 1 from ${CONSOLE_KEY_TABLE} k where k.thing = '${name}' and k.key = ${key} and k.pk is distinct from ${pk})`;

/**
 * SQL: true if a cell with this key may refer to another record in the console, or to no record. @param key SQL of the
 * key
 */
export const buildRefersToOtherInConsoleSql = ({ table: { thing }, keys }: StoredReference, key: string): string => {
  const scope = keys.own ? buildIsInKindScopeSql(thing, "known") : "true";
  const known = `select known.${keys.record} as pk from ${keys.table} known where ${keys.has("known", key)} and ${scope}`;
  return `(exists (select 1 from (${known}) x where ${buildHasOtherKeySql(thing, "x.pk", key)})
    or ${buildIsKeyOfOtherSql(thing, `(${known})`, key)})`;
};
