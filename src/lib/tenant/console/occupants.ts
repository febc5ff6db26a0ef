import { comparisonKey } from "../../model/normalise.ts";
import type { Thing } from "../../model/thing.ts";
import { quoteIdentifier } from "../store/sql/forms.ts";
import type { Reader, Row } from "../store/store.ts";
import { versionsOf } from "../versions/keep.ts";
import { observedTable, PRESENCE } from "./observed.ts";

// A key can be entered in the console only when no other record has it there. Keys that records exchange need a temporary
// one first.

/** The keys of the records that have others in the console: of whom each is there, and which each record has here. */
interface ExchangedKeys {
  readonly console: ReadonlyMap<string, number>;
  readonly local: ReadonlyMap<number, readonly string[]>;
}

/** Finds the records that have keys in the console which other records get. What several of them need is read once. */
export class Occupants {
  readonly #reader: Reader;
  readonly #keys = new Map<string, Promise<ExchangedKeys>>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * Returns the record that has the key of another one in the console, until its own task is done; undefined if none has.
   * `ring`: it waits for that one in turn.
   *
   * @param local the other record as it is here
   */
  async of(
    thing: Thing,
    pk: number,
    column: string,
    local: Row,
  ): Promise<{ readonly pk: number; readonly ring: boolean } | undefined> {
    if (!keyColumns(thing).some(({ name }) => name === column)) return undefined;
    const known = this.#keys.get(thing.name) ?? readKeys(this.#reader, thing);
    this.#keys.set(thing.name, known);
    const keys = await known;
    for (const key of keysIn(thing, column, local)) {
      const found = keys.console.get(key);
      if (found !== undefined && found !== pk) return { pk: found, ring: waitsFor(keys, found, pk) };
    }
    return undefined;
  }
}

/** The columns of which no two records have the same value in the console. */
const keyColumns = (thing: Thing) =>
  versionsOf(thing.name).columns.filter(
    ({ name, leads }) =>
      leads && (thing.fields[name]?.unique === true || thing.keys.some(({ field }) => field === name)),
  );

/** Returns the keys that a record has in a column, each with its column, and the record's scope. */
const keysIn = ({ fields, scope }: Thing, column: string, record: Row, value = record[column]): readonly string[] => {
  if (value === null || value === undefined) return [];
  const { type, comparison = "exact" } = fields[column] ?? {};
  const values = type === "texts" ? (JSON.parse(String(value)) as readonly string[]) : [String(value)];
  const place = scope === undefined ? column : `${column} ${String(record[scope])}`;
  return values.map((one) => `${place} ${comparisonKey(comparison, one)}`);
};

const readKeys = async (reader: Reader, thing: Thing): Promise<ExchangedKeys> => {
  const versions = versionsOf(thing.name);
  const columns = keyColumns(thing);
  const open = "(o.differs & ~o.confirmed)";
  const selected = columns.flatMap(({ name, bit }) => [
    `case when ${open} & ${bit} <> 0 then o.${quoteIdentifier(name)} end as ${quoteIdentifier(`console ${name}`)}`,
    `t.${quoteIdentifier(name)}`,
  ]);
  if (thing.scope !== undefined) selected.push(`coalesce(t.${thing.scope}, o.${thing.scope}) as ${thing.scope}`);
  const rows = await reader.all(
    `select o.pk as pk, ${selected.join(", ")} from main.${observedTable(versions)} o
       left join main.${thing.name} t on t.${versions.key} = o.pk
     where o.inConsole = 1 and o.confirmed & ${PRESENCE} = 0 and ${open} & (${columns.map(({ bit }) => bit).join(" | ")}) <> 0`,
  );
  const console = new Map<string, number>();
  const local = new Map<number, readonly string[]>();
  for (const row of rows) {
    const pk = Number(row["pk"]);
    const names = columns.map(({ name }) => name);
    for (const name of names) for (const key of keysIn(thing, name, row, row[`console ${name}`])) console.set(key, pk);
    local.set(
      pk,
      names.flatMap((name) => keysIn(thing, name, row)),
    );
  }
  return { console, local };
};

/** True if a record gets a key that another one has, perhaps by way of others. */
const waitsFor = ({ console, local }: ExchangedKeys, from: number, to: number): boolean => {
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
