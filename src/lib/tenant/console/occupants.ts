import { comparisonKey } from "../../model/normalise.ts";
import type { Thing } from "../../model/thing.ts";
import { quoteIdentifier } from "../store/sql/forms.ts";
import type { Reader, Row } from "../store/store.ts";
import { getVersionSchema } from "../versions/keep.ts";
import { getObservedTable, PRESENCE_BIT } from "./observed.ts";

// A key can be entered in the console only if no other record has this key in the console. If records exchange their
// keys, one of them needs a temporary key first.

/**
 * Keys that differ in the console. `console`: record numbers by the key in the console; `local`: local keys by record
 * number.
 */
interface DifferingKeys {
  readonly console: ReadonlyMap<string, number>;
  readonly local: ReadonlyMap<number, readonly string[]>;
}

/** Finds which records still use a key in the console that another record needs. Reads shared data only once. */
export class KeyOccupantFinder {
  readonly #reader: Reader;
  readonly #keys = new Map<string, Promise<DifferingKeys>>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * Returns the record that uses, in the console and until its own task is done, a key that the record `pk` needs;
   * undefined if there is no such record. `ring` is true if that record in turn waits for the record `pk`.
   *
   * @param local local state of the record `pk`
   */
  async of(
    thing: Thing,
    pk: number,
    column: string,
    local: Row,
  ): Promise<{ readonly pk: number; readonly ring: boolean } | undefined> {
    if (!listUniqueColumns(thing).some(({ name }) => name === column)) return undefined;
    const known = this.#keys.get(thing.name) ?? readDifferingKeys(this.#reader, thing);
    this.#keys.set(thing.name, known);
    const keys = await known;
    for (const key of buildScopedKeys(thing, column, local)) {
      const found = keys.console.get(key);
      if (found !== undefined && found !== pk) return { pk: found, ring: waitsFor(keys, found, pk) };
    }
    return undefined;
  }
}

const listUniqueColumns = (thing: Thing) =>
  getVersionSchema(thing.name).columns.filter(
    ({ name, leads }) =>
      leads && (thing.fields[name]?.unique === true || thing.keys.some(({ field }) => field === name)),
  );

const buildScopedKeys = (
  { fields, scope }: Thing,
  column: string,
  record: Row,
  value = record[column],
): readonly string[] => {
  if (value === null || value === undefined) return [];
  const { type, comparison = "exact" } = fields[column] ?? {};
  const values = type === "texts" ? (JSON.parse(String(value)) as readonly string[]) : [String(value)];
  const place = scope === undefined ? column : `${column} ${String(record[scope])}`;
  return values.map((one) => `${place} ${comparisonKey(comparison, one)}`);
};

const readDifferingKeys = async (reader: Reader, thing: Thing): Promise<DifferingKeys> => {
  const versions = getVersionSchema(thing.name);
  const columns = listUniqueColumns(thing);
  const open = "(o.differs & ~o.confirmed)";
  const selected = columns.flatMap(({ name, bit }) => [
    `case when ${open} & ${bit} <> 0 then o.${quoteIdentifier(name)} end as ${quoteIdentifier(`console ${name}`)}`,
    `t.${quoteIdentifier(name)}`,
  ]);
  if (thing.scope !== undefined) selected.push(`coalesce(t.${thing.scope}, o.${thing.scope}) as ${thing.scope}`);
  const rows = await reader.all(
    `select o.pk as pk, ${selected.join(", ")} from main.${getObservedTable(versions)} o
       left join main.${thing.name} t on t.${versions.key} = o.pk
     where o.inConsole = 1 and o.confirmed & ${PRESENCE_BIT} = 0 and ${open} & (${columns.map(({ bit }) => bit).join(" | ")}) <> 0`,
  );
  const console = new Map<string, number>();
  const local = new Map<number, readonly string[]>();
  for (const row of rows) {
    const pk = Number(row["pk"]);
    const names = columns.map(({ name }) => name);
    for (const name of names)
      for (const key of buildScopedKeys(thing, name, row, row[`console ${name}`])) console.set(key, pk);
    local.set(
      pk,
      names.flatMap((name) => buildScopedKeys(thing, name, row)),
    );
  }
  return { console, local };
};

/** Returns true if a record needs a key that another record has in the console, directly or through further records. */
const waitsFor = ({ console, local }: DifferingKeys, from: number, to: number): boolean => {
  const waiting = [from];
  const known = new Set(waiting);
  for (const at of waiting)
    for (const key of local.get(at) ?? []) {
      const next = console.get(key);
      if (next === undefined || next === at || known.has(next)) continue;
      if (next === to) return true;
      known.add(next);
      waiting.push(next);
    }
  return false;
};
