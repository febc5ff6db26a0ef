import type { Thing } from "../../../../model/thing.ts";
import { OBSERVED, observedTable, PRESENCE } from "../../../console/observed.ts";
import { bitOf, type Versions } from "../../../versions/tables.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { consoleStates } from "../merge/tables.ts";
import { inScopeOf, type StoredKind, type StoredReference } from "../stored-kind.ts";
import { keysOf } from "./keys.ts";

// The keys that the console may have for records which it may have by another key than they have here, or not yet: the observed
// one, and those since.

/** How the records of a thing are found in the console. */
interface ConsoleKey {
  readonly thing: Thing;
  readonly field: string;
}

/** SQL: selects the records `pk` that the console may have by another key, or not yet; of a thing with a scope those of `:kind`. */
const movedRecords = (versions: Versions, field: string): string => {
  const { thing, key } = versions;
  const inScope =
    thing.scope === undefined
      ? "true"
      : `coalesce(o.${thing.scope}, (select n.${thing.scope} from main.${thing.name} n where n.${key} = o.pk)) = :kind`;
  return `select o.pk from main.${observedTable(versions)} o
    where (o.differs & ~o.confirmed & ${bitOf(versions, field)} <> 0 or o.inConsole = 0 and o.confirmed & ${PRESENCE} = 0) and ${inScope}`;
};

/** SQL: selects the keys that the console may have for these records: `pk`, `key` (null: none), `main` (0: of a further value). */
const consoleKeys = (versions: Versions, field: string): string =>
  `select distinct t.pk, e.value as key, coalesce(e.key, 0) = 0 as main
   from (${consoleStates(versions, movedRecords(versions, field))}) t left join json_each(${keysOf({ thing: versions.thing, field })}) e
   where t.mask & ${bitOf(versions, field)} <> 0`;

/** The temporary table of {@link consoleKeys} of the things that a plan's rows name: `thing`, `pk`, `key`, `main`. */
const CONSOLE_KEYS = "temp.console_key";

/** Finds the keys that the console may have for records that a plan's rows, or their cells, name. */
export const noteConsoleKeys = (database: Database, { name, thing, keys, references }: StoredKind): void => {
  database.exec(`drop table if exists ${CONSOLE_KEYS}`);
  database.exec(`create temp table console_key (thing text, pk integer, key text, main integer)`);
  database.exec("create index temp.console_key_key on console_key (thing, key)");
  database.exec("create index temp.console_key_pk on console_key (thing, pk)");
  const all: ConsoleKey[] = [{ thing, field: keys[0].field }];
  for (const { table, refers } of references)
    if (all.every((one) => one.thing !== table.thing)) all.push({ thing: table.thing, field: refers.by });
  for (const { thing: of, field } of all) {
    const versions = OBSERVED.find((one) => one.thing === of);
    if (versions === undefined) continue;
    database.run(
      `insert into ${CONSOLE_KEYS} select '${of.name}', pk, key, main from (${consoleKeys(versions, field)})`,
      of.scope === undefined ? {} : { kind: name },
    );
  }
};

/** SQL: true if the console may have a record by another key than this one. @param pk, key SQL */
export const hasOtherKey = ({ name }: Pick<Thing, "name">, pk: string, key: string): string =>
  `exists (select 1 from ${CONSOLE_KEYS} k where k.thing = '${name}' and k.pk = ${pk} and k.main and k.key is distinct from ${key})`;

/** SQL: true if the console may have another record by this key. @param pk, key SQL */
export const isKeyOfOther = ({ name }: Pick<Thing, "name">, pk: string, key: string): string =>
  `exists (select 1 from ${CONSOLE_KEYS} k where k.thing = '${name}' and k.key = ${key} and k.pk is distinct from ${pk})`;

/** SQL: true if a cell with this key may name another record in the console, or none. @param key SQL */
export const namesOther = ({ table: { thing }, keys }: StoredReference, key: string): string => {
  const scope = keys.own ? inScopeOf(thing, "known") : "true";
  const known = `select known.${keys.record} as pk from ${keys.table} known where ${keys.has("known", key)} and ${scope}`;
  return `(exists (select 1 from (${known}) x where ${hasOtherKey(thing, "x.pk", key)})
    or ${isKeyOfOther(thing, `(${known})`, key)})`;
};
