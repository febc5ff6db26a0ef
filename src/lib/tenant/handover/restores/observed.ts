import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../model/account.ts";
import type { Format } from "../../../model/format.ts";
import { FORMATS } from "../../../model/formats.ts";
import type { Thing } from "../../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../../model/user.ts";
import { valueCheckOf } from "../../../rules/values.ts";
import type { RuleProblem } from "../../../rules/rule.ts";
import { text } from "../../../text/index.ts";
import { OBSERVED, observedTable, PRESENCE } from "../../console/observed.ts";
import {
  ENTRY,
  EXPORTS,
  lastingColumns,
  maskedColumns,
  secretColumns,
  writtenColumns,
  type PortableColumn,
} from "../../console/portable.ts";
import { keepingChanged, keepVersions, notingCreated, settleVersions } from "../../versions/keep.ts";
import { ALL_CHANGED, derivedColumns, VERSIONS, versionTable, type Versions } from "../../versions/tables.ts";
import { fieldOf } from "../../versions/timeline.ts";
import { keepLast } from "../../store/collections.ts";
import { either, quoteIdentifier, THEN } from "../../store/sql/forms.ts";
import type { Value, Writer } from "../../store/store.ts";

// The observed state of a bundle, as a tenant stores it that becomes a mirror by it.

interface PortableValue {
  readonly field: string;
  readonly value: string | null;
}

/** A line of the bundle. */
interface PortableState {
  readonly id: string;
  readonly inConsole: boolean;
  readonly differs: readonly string[];
  /** of a line of exports the columns that they have shown */
  readonly exported: readonly string[];
  readonly confirmed: readonly string[];
  readonly contradicted: readonly string[];
  readonly confirmedBy: string | null;
  readonly confirmedAt: string | null;
  readonly states: readonly { readonly values: readonly PortableValue[] }[];
  readonly local: readonly PortableValue[];
}

type BundleLine = Readonly<Record<string, unknown>>;

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const isId = (value: unknown): boolean => typeof value === "string" && ID.test(value);
const isInstant = (value: unknown): boolean => typeof value === "string" && INSTANT.test(value);
const isText = (value: unknown): value is string => typeof value === "string";

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const isList = (value: unknown, isMember: (member: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isMember);

const isObject = (value: unknown, isMember: (name: string, member: unknown) => boolean): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(([name, member]) => isMember(name, member));

/** True if a value is one that a column may have. */
const isValueOf = (thing: Thing, { name, form }: PortableColumn, value: string): boolean => {
  switch (form) {
    case "flag":
      return value === "0" || value === "1";
    case "record":
      return isId(value);
    case "records":
      return isList(parsed(value), isId);
    case "entries":
      return isObject(parsed(value), (id, member) => isId(id) && (member === null || isText(member)));
    case "text":
      break;
    default:
      return form satisfies never;
  }
  if (name === "secrets") return isObject(parsed(value), (_, at) => isInstant(at));
  if (name.endsWith("At")) return isInstant(value);
  const field = fieldOf(thing, name);
  const read = field?.type === "texts" ? parsed(value) : value;
  if (field?.type === "texts" && !isList(read, isText)) return false;
  return field === undefined || valueCheckOf(field, true)?.(read) === undefined;
};

const NOT_AS_EXPORTED = text("not as an export writes it", "書き出したままの形ではありません");

/** Returns what is wrong with the columns that exports of a kind have shown. */
const judgeExported = (kind: string, exported: readonly string[]): readonly RuleProblem[] => {
  const format = Object.entries<Format>(FORMATS).find(([name]) => name === kind)?.[1];
  if (format === undefined) return [{ field: "id", what: NOT_AS_EXPORTED }];
  const fields = new Set(format.columns.map(({ field }) => field));
  const isName = (one: string): boolean => fields.has(one) || (one.startsWith(ENTRY) && isId(one.slice(ENTRY.length)));
  return exported.every(isName) ? [] : [{ field: "exported", what: NOT_AS_EXPORTED }];
};

/** Returns what is wrong by itself with the observed state of a record, or with what exports have shown. */
export const judgeObserved = (line: BundleLine): readonly RuleProblem[] => {
  const { id, states, local, exported, ...masks } = line as unknown as PortableState;
  const [name = "", object, ...others] = id.split("/");
  if (name === EXPORTS) return judgeExported([object, ...others].join("/"), exported);
  const versions = VERSIONS.get(name);
  if (versions === undefined || !isId(object) || others.length > 0) return [{ field: "id", what: NOT_AS_EXPORTED }];
  const names = new Set(maskedColumns(versions).map((column) => column.name));
  const known = new Map([...writtenColumns(versions), ...lastingColumns(versions)].map((one) => [one.name, one]));
  const isValue = ({ field, value }: PortableValue): boolean => {
    const column = known.get(field);
    return column !== undefined && (value === null || isValueOf(versions.thing, column, value));
  };
  const problems = (["differs", "confirmed", "contradicted"] as const).filter(
    (mask) => !masks[mask].every((one) => names.has(one)),
  );
  const all = { states: states.flatMap(({ values }) => values), local };
  const wrong = (["states", "local"] as const).filter((member) => !all[member].every(isValue));
  return [...problems, ...wrong].map((field) => ({ field, what: NOT_AS_EXPORTED }));
};

/** Returns the columns of values, with those that are derived from them. */
const storedValues = (versions: Versions, values: readonly PortableValue[]): Readonly<Record<string, Value>> => {
  const columns = new Map([...writtenColumns(versions), ...lastingColumns(versions)].map((one) => [one.name, one]));
  const stored: Record<string, Value> = {};
  for (const { field, value } of values) {
    stored[field] = columns.get(field)?.form === "flag" && value !== null ? Number(value) : value;
    if (value === null) continue;
    const isList = versions.thing.fields[field]?.type === "texts";
    for (const { column, of: derivedFrom } of derivedColumns(versions.thing, field))
      stored[column] = derivedFrom(isList ? (JSON.parse(value) as string[]) : value);
  }
  return stored;
};

/** Returns the observed state of a record as it is staged: names of columns as masks, with the columns that follow. */
export const stageObserved = (line: BundleLine): string | null => {
  if (judgeObserved(line).length > 0) return null;
  const state = line as unknown as PortableState;
  const { id, states, local, differs, confirmed, contradicted, ...facts } = state;
  const [name = "", object] = id.split("/");
  const versions = VERSIONS.get(name);
  if (versions === undefined) return JSON.stringify({ thing: name, object });
  const bits = new Map(maskedColumns(versions).map((column) => [column.name, Number(column.bit)]));
  const maskOf = (names: readonly string[]): number => names.reduce((sum, one) => sum + (bits.get(one) ?? 0), 0);
  const isDeleted = local.some(({ field }) => field === "createdAt");
  return JSON.stringify({
    thing: name,
    object,
    isDeleted: Number(isDeleted),
    inConsole: Number(facts.inConsole),
    differs: isDeleted && differs.length === bits.size ? Number(ALL_CHANGED) : maskOf(differs),
    confirmed: maskOf(confirmed),
    contradicted: maskOf(contradicted),
    by: facts.confirmedBy,
    at: facts.confirmedAt,
    states: states.map(({ values }) => ({
      mask: maskOf(values.map(({ field }) => field)),
      values: storedValues(versions, values),
    })),
    local: storedValues(versions, local),
  });
};

/** The lines, and the table with the numbers of records that are not here: `thing`, `id`, `pk`. */
interface StagedStates {
  readonly lines: string;
  readonly numbers: string;
}

/** SQL of the columns of {@link StagedStates.numbers}. */
export const NUMBERS = ["thing text not null", "id text not null", "pk integer not null"];
export const NUMBERS_KEY = ["thing", "id"];

const of = (member: string): string => `l.beside ->> '$.${member}'`;

/** SQL: the number of a record with an id. */
const numberOf = ({ name }: Pick<Thing, "name">, id: string, { numbers }: StagedStates): string =>
  `coalesce((select known.pk from main.${name} known where known.id = ${id}),
    (select gone.pk from ${numbers} gone where gone.thing = '${name}' and gone.id = ${id}))`;

/** Writes the observed state of one thing's records. */
class ThingStates {
  readonly #versions: Versions;
  readonly #staged: StagedStates;
  /** SQL: the lines `l` of the thing */
  readonly #lines: string;

  constructor(versions: Versions, staged: StagedStates) {
    this.#versions = versions;
    this.#staged = staged;
    this.#lines = `${staged.lines} l where l.resource = 'observed' and ${of("thing")} = '${versions.thing.name}'`;
  }

  /** SQL: the lines, with each element `e` of a list of theirs. */
  #linesWith(list: string): string {
    return this.#lines.replace(" l where", ` l, json_each(l.beside, '$.${list}') e where`);
  }

  #numberOf(thing: Pick<Thing, "name">, id: string): string {
    return numberOf(thing, id, this.#staged);
  }

  /** SQL: the number of the record of a line `l`. */
  get #number(): string {
    const { thing } = this.#versions;
    return thing === ACCOUNT_SETTINGS ? "1" : this.#numberOf(thing === ACCOUNT ? USER : thing, of("object"));
  }

  /** SQL: a staged value as the tenant stores it. @param json SQL of the JSON @param path of the values in it */
  #stored({ name, form, to }: Pick<PortableColumn, "name" | "form" | "to">, json: string, path: string): string {
    const value = `${json} ->> '$.${path}.${name}'`;
    if (to === undefined) return value;
    if (form === "record") return this.#numberOf(to, value);
    // the JSON may be of a row `e`
    const list =
      form === "entries"
        ? `(select json_group_object(f.pk, m.value) from json_each(${value}) m ${THEN} main.${to.name} f on f.id = m.key)`
        : `(select json_group_array(${this.#numberOf(to, "m.value")}) from json_each(${value}) m)`;
    return either(`${value} is null`, "null", list);
  }

  /** SQL of all columns, by their names. */
  #columns(path: string, json = "l.beside"): ReadonlyMap<string, string> {
    const { columns, times } = this.#versions;
    const portable = new Map(writtenColumns(this.#versions).map((column) => [column.name, column]));
    const names = [...columns.map(({ name }) => name), ...times];
    return new Map(
      names.map((name) => [
        name,
        name === "id" ? of("object") : this.#stored(portable.get(name) ?? { name, form: "text" }, json, path),
      ]),
    );
  }

  /** SQL: true if this change created the record with a number. */
  #isNew(pk: string): string {
    return `exists (select 1 from main.created_range c where c.revision = :revision and c.thing = '${this.#versions.thing.name}'
      and ${pk} between c.first and c.last)`;
  }

  /** Writes when secrets were set that the console lacks: nothing else of a bundle tells of it. */
  async keepSecrets(writer: Writer): Promise<void> {
    const { thing, key } = this.#versions;
    const revision = await writer.revision();
    const lines = `${this.#lines} and ${of("isDeleted")} = 0`;
    for (const { name } of secretColumns(this.#versions)) {
      const value = of(`local.${name}`);
      const which = `t.${key} in (select ${this.#number} from ${lines} and ${value} is not null)`;
      await keepVersions(writer, thing.name, `${which} and not ${this.#isNew(`t.${key}`)}`, { revision });
      await writer.run(
        `update main.${thing.name} as t set ${quoteIdentifier(name)} = ${value} from ${lines} and ${value} is not null and t.id = ${of("object")}`,
      );
    }
  }

  /** Gives a number to each record that is not here. @param series what knows the highest number */
  async number(writer: Writer, series: string): Promise<void> {
    const { thing } = this.#versions;
    const { numbers } = this.#staged;
    const revision = await writer.revision();
    // the change may have deleted them
    await writer.run(
      `insert into ${numbers} select '${thing.name}', v.id, v.pk from main.${versionTable(this.#versions)} v
       where v.revision = :revision and v.action = 'delete'`,
      { revision },
    );
    const { last = 0 } = (await writer.lock([series])).get(series) ?? {};
    const base = Math.max(last, await writer.count(`select coalesce(max(pk), 0) from main.${thing.name}`));
    const made = await writer.run(
      `insert into ${numbers} select '${thing.name}', ${of("object")}, :base + row_number() over (order by l.id)
       from ${this.#lines} and ${this.#number} is null`,
      { base },
    );
    if (made > 0) await keepLast(writer, series, base + made);
  }

  /** Stores all of it. */
  async write(writer: Writer): Promise<void> {
    const { thing, key } = this.#versions;
    const revision = await writer.revision();
    const [table, kept] = [`main.${observedTable(this.#versions)}`, `main.${versionTable(this.#versions)}`];
    const length = "json_array_length(l.beside, '$.states')";
    const isGone = `not exists (select 1 from main.${thing.name} t where t.${key} = ${this.#number})`;
    const local = this.#columns("local");
    const names = [...local.keys()].map(quoteIdentifier);
    const deleted = `${this.#lines} and ${of("isDeleted")} = 1 and ${isGone}`;
    // an undo of this change does not bring these records back
    await writer.run(
      notingCreated(
        thing.name,
        `select pk as first, pk as last from (select ${this.#number} as pk from ${deleted}) d
         where not exists (select 1 from ${kept} v where v.pk = d.pk and v.revision = :revision)`,
      ),
      { revision },
    );
    await writer.run(
      `insert into ${kept} (pk, revision, action, changed, ${names.join(", ")})
       select ${this.#number}, :revision, 'delete', ${ALL_CHANGED}, ${[...local.values()].join(", ")}
       from ${deleted} on conflict (pk, revision) do update set ${["action", "changed", ...names].map((name) => `${name} = excluded.${name}`).join(", ")}`,
      { revision },
    );
    const first = this.#columns("states[0].values");
    const lasting = new Set(lastingColumns(this.#versions).map(({ name }) => name));
    const columns = this.#versions.columns.map(({ name }) => name);
    const observed = columns.map((name) => (lasting.has(name) ? local : first).get(name) ?? "null");
    // the last state of a deleted record is its version
    const since = `:revision - ${either(`${of("isDeleted")} = 1 and ${length} > 1`, "1", "0")}`;
    await writer.run(
      `insert into ${table} (pk, inConsole, differs, confirmed, contradicted, since, confirmedBy, confirmedAt, ${columns.map(quoteIdentifier).join(", ")})
       select ${this.#number}, ${["inConsole", "differs", "confirmed", "contradicted"].map(of).join(", ")}, ${since}, ${of("by")}, ${of("at")},
         ${observed.join(", ")}
       from ${this.#lines} and ${this.#number} is not null`,
      { revision },
    );
    const values = [...this.#columns("values", "e.value")].filter(([name]) => columns.includes(name));
    await writer.run(
      `insert into main.observed_candidate (thing, pk, place, since, mask, state)
       select '${thing.name}', ${this.#number}, e.key - ${length}, ${since}, e.value ->> '$.mask',
         json_object(${values.map(([name, sql]) => `'${name}', ${sql}`).join(", ")})
       from ${this.#linesWith("states")}
         and e.key between 1 and ${length} - 1 - ${of("isDeleted")} and ${this.#number} is not null`,
      { revision },
    );
    // tasks are of the change that wrote a column last
    const differing = `${of("differs")} & ~${PRESENCE}`;
    await writer.run(
      keepingChanged(
        this.#versions,
        `select pk, changed from (select ${this.#number} as pk, ${differing} as changed from ${this.#lines} and ${of("isDeleted")} = 0)
         where changed <> 0 and not ${this.#isNew("pk")}`,
      ),
      { revision },
    );
  }
}

/** Stores which columns exports have shown. */
const keepExported = async (writer: Writer, staged: StagedStates): Promise<void> => {
  const revision = await writer.revision();
  const customField = `'${ENTRY}' || ${numberOf(CUSTOM_FIELD, `substr(e.value, ${ENTRY.length + 1})`, staged)}`;
  await writer.run(
    `insert into main.exported_column select kind, field, :revision, 1 from (
       select ${of("object")} as kind, ${either(`e.value glob '${ENTRY}*'`, customField, "e.value")} as field
       from ${staged.lines} l, json_each(l.line, '$.exported') e where l.resource = 'observed' and ${of("thing")} = '${EXPORTS}')
     where field is not null on conflict do nothing`,
    { revision },
  );
};

/**
 * Stores the observed state of a bundle, once its records are written.
 *
 * @param seriesOf what knows the highest number of a thing's records; undefined if they have none of their own
 */
export const writeObserved = async (
  writer: Writer,
  staged: StagedStates,
  seriesOf: (thing: string) => string | undefined,
): Promise<void> => {
  const rows = await writer.all(
    `select distinct ${of("thing")} as thing from ${staged.lines} l where l.resource = 'observed'`,
  );
  const sent = new Set(rows.map(({ thing }) => thing));
  const things = OBSERVED.filter(({ thing }) => sent.has(thing.name)).map((versions) => ({
    versions,
    states: new ThingStates(versions, staged),
  }));
  await writer.run(`delete from ${staged.numbers}`);
  for (const versions of OBSERVED) await writer.run(`delete from main.${observedTable(versions)}`);
  await writer.run("delete from main.observed_candidate");
  await writer.run("delete from main.exported_column");
  for (const { states } of things) await states.keepSecrets(writer);
  await settleVersions(writer);
  for (const { versions, states } of things) {
    const series = seriesOf(versions.thing.name);
    if (series !== undefined) await states.number(writer, series);
  }
  await keepExported(writer, staged);
  for (const { states } of things) await states.write(writer);
};
