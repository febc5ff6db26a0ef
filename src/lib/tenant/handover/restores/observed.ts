import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../model/account.ts";
import type { Format } from "../../../model/format.ts";
import { FORMATS } from "../../../model/formats.ts";
import type { Thing } from "../../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../../model/user.ts";
import { createValueCheck } from "../../../rules/values.ts";
import type { RuleProblem } from "../../../rules/rule.ts";
import { text } from "../../../text/index.ts";
import { OBSERVED_VERSIONS, getObservedTable, PRESENCE_BIT } from "../../console/observed.ts";
import {
  PORTABLE_CUSTOM_PREFIX,
  EXPORTED_LINE_PREFIX,
  listLastingColumns,
  listPortableMaskColumns,
  listSecretColumns,
  listWrittenColumns,
  type PortableColumn,
} from "../../console/portable.ts";
import { buildSaveChangedSql, saveVersions, buildSaveCreatedRangesSql, settleVersions } from "../../versions/keep.ts";
import {
  ALL_COLUMNS_MASK,
  getDerivedColumns,
  VERSION_SCHEMAS,
  getVersionTable,
  type VersionSchema,
} from "../../versions/tables.ts";
import { findFieldOfColumn } from "../../versions/timeline.ts";
import { storeLastNumber } from "../../store/collections.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../store/sql/forms.ts";
import type { SqlValue, Writer } from "../../store/store.ts";

// Stores the observed state from a bundle in a tenant that becomes a mirror when the bundle is applied.

interface PortableValue {
  readonly field: string;
  readonly value: string | null;
}

/** A line of a bundle with the observed state of a record, or with the columns that exports have contained. */
interface PortableState {
  readonly id: string;
  readonly inConsole: boolean;
  readonly differs: readonly string[];
  /** in a line about exports: the columns that exports have contained */
  readonly exported: readonly string[];
  readonly confirmed: readonly string[];
  readonly contradicted: readonly string[];
  readonly confirmedBy: string | null;
  readonly confirmedAt: string | null;
  readonly states: readonly { readonly values: readonly PortableValue[] }[];
  readonly local: readonly PortableValue[];
}

type BundleLine = Readonly<Record<string, unknown>>;

const ID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const isId = (value: unknown): boolean => typeof value === "string" && ID_PATTERN.test(value);
const isInstant = (value: unknown): boolean => typeof value === "string" && INSTANT_PATTERN.test(value);
const isText = (value: unknown): value is string => typeof value === "string";

const tryParseJson = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const isListOf = (value: unknown, isMember: (member: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isMember);

const isObjectOf = (value: unknown, isMember: (name: string, member: unknown) => boolean): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(([name, member]) => isMember(name, member));

const isColumnValue = (thing: Thing, { name, form }: PortableColumn, value: string): boolean => {
  switch (form) {
    case "flag":
      return value === "0" || value === "1";
    case "record":
      return isId(value);
    case "records":
      return isListOf(tryParseJson(value), isId);
    case "entries":
      return isObjectOf(tryParseJson(value), (id, member) => isId(id) && (member === null || isText(member)));
    case "text":
      break;
    default:
      return form satisfies never;
  }
  if (name === "secrets") return isObjectOf(tryParseJson(value), (_, at) => isInstant(at));
  if (name.endsWith("At")) return isInstant(value);
  const field = findFieldOfColumn(thing, name);
  const read = field?.type === "texts" ? tryParseJson(value) : value;
  if (field?.type === "texts" && !isListOf(read, isText)) return false;
  return field === undefined || createValueCheck(field, true)?.(read) === undefined;
};

const NOT_IN_EXPORT_FORMAT = text("not in the format of an exported file", "書き出したファイルの形式と一致しません");

const checkExportedColumns = (kind: string, exported: readonly string[]): readonly RuleProblem[] => {
  const format = Object.entries<Format>(FORMATS).find(([name]) => name === kind)?.[1];
  if (format === undefined) return [{ field: "id", what: NOT_IN_EXPORT_FORMAT }];
  const fields = new Set(format.columns.map(({ field }) => field));
  const isName = (one: string): boolean =>
    fields.has(one) || (one.startsWith(PORTABLE_CUSTOM_PREFIX) && isId(one.slice(PORTABLE_CUSTOM_PREFIX.length)));
  return exported.every(isName) ? [] : [{ field: "exported", what: NOT_IN_EXPORT_FORMAT }];
};

export const checkObservedLine = (line: BundleLine): readonly RuleProblem[] => {
  const { id, states, local, exported, ...masks } = line as unknown as PortableState;
  const [name = "", object, ...others] = id.split("/");
  if (name === EXPORTED_LINE_PREFIX) return checkExportedColumns([object, ...others].join("/"), exported);
  const versions = VERSION_SCHEMAS.get(name);
  if (versions === undefined || !isId(object) || others.length > 0)
    return [{ field: "id", what: NOT_IN_EXPORT_FORMAT }];
  const names = new Set(listPortableMaskColumns(versions).map((column) => column.name));
  const known = new Map(
    [...listWrittenColumns(versions), ...listLastingColumns(versions)].map((one) => [one.name, one]),
  );
  const isValue = ({ field, value }: PortableValue): boolean => {
    const column = known.get(field);
    return column !== undefined && (value === null || isColumnValue(versions.thing, column, value));
  };
  const problems = (["differs", "confirmed", "contradicted"] as const).filter(
    (mask) => !masks[mask].every((one) => names.has(one)),
  );
  const all = { states: states.flatMap(({ values }) => values), local };
  const wrong = (["states", "local"] as const).filter((member) => !all[member].every(isValue));
  return [...problems, ...wrong].map((field) => ({ field, what: NOT_IN_EXPORT_FORMAT }));
};

const buildStoredValues = (
  versions: VersionSchema,
  values: readonly PortableValue[],
): Readonly<Record<string, SqlValue>> => {
  const columns = new Map(
    [...listWrittenColumns(versions), ...listLastingColumns(versions)].map((one) => [one.name, one]),
  );
  const stored: Record<string, SqlValue> = {};
  for (const { field, value } of values) {
    stored[field] = columns.get(field)?.form === "flag" && value !== null ? Number(value) : value;
    if (value === null) continue;
    const isList = versions.thing.fields[field]?.type === "texts";
    for (const { column, of: derivedFrom } of getDerivedColumns(versions.thing, field))
      stored[column] = derivedFrom(isList ? (JSON.parse(value) as string[]) : value);
  }
  return stored;
};

/**
 * Returns the observed state of a record in the form in which it is staged: with masks instead of column names, and
 * with derived columns. Returns null if the line has problems.
 */
export const buildStagedState = (line: BundleLine): string | null => {
  if (checkObservedLine(line).length > 0) return null;
  const state = line as unknown as PortableState;
  const { id, states, local, differs, confirmed, contradicted, ...facts } = state;
  const [name = "", object] = id.split("/");
  const versions = VERSION_SCHEMAS.get(name);
  if (versions === undefined) return JSON.stringify({ thing: name, object });
  const bits = new Map(listPortableMaskColumns(versions).map((column) => [column.name, Number(column.bit)]));
  const maskOf = (names: readonly string[]): number => names.reduce((sum, one) => sum + (bits.get(one) ?? 0), 0);
  const isDeleted = local.some(({ field }) => field === "createdAt");
  return JSON.stringify({
    thing: name,
    object,
    isDeleted: Number(isDeleted),
    inConsole: Number(facts.inConsole),
    differs: isDeleted && differs.length === bits.size ? Number(ALL_COLUMNS_MASK) : maskOf(differs),
    confirmed: maskOf(confirmed),
    contradicted: maskOf(contradicted),
    by: facts.confirmedBy,
    at: facts.confirmedAt,
    states: states.map(({ values }) => ({
      mask: maskOf(values.map(({ field }) => field)),
      values: buildStoredValues(versions, values),
    })),
    local: buildStoredValues(versions, local),
  });
};

/**
 * The table with the staged lines, and the table with the numbers of records that do not exist in this tenant (`thing`,
 * `id`, `pk`).
 */
interface StagedStates {
  readonly lines: string;
  readonly numbers: string;
}

/** SQL: the columns of {@link StagedStates.numbers}. */
export const RECORD_NUMBER_COLUMNS = ["thing text not null", "id text not null", "pk integer not null"];
export const RECORD_NUMBER_KEY = ["thing", "id"];

const buildStagedMemberSql = (member: string): string => `l.beside ->> '$.${member}'`;

const buildStagedNumberSql = ({ name }: Pick<Thing, "name">, id: string, { numbers }: StagedStates): string =>
  `coalesce((select known.pk from main.${name} known where known.id = ${id}),
    (select gone.pk from ${numbers} gone where gone.thing = '${name}' and gone.id = ${id}))`;

class ObservedStateWriter {
  readonly #versions: VersionSchema;
  readonly #staged: StagedStates;
  /** SQL: the lines `l` of the record type */
  readonly #lines: string;

  constructor(versions: VersionSchema, staged: StagedStates) {
    this.#versions = versions;
    this.#staged = staged;
    this.#lines = `${staged.lines} l where l.resource = 'observed' and ${buildStagedMemberSql("thing")} = '${versions.thing.name}'`;
  }

  /** SQL: the lines, joined with each element `e` of one of their lists. */
  #linesWith(list: string): string {
    return this.#lines.replace(" l where", ` l, json_each(l.beside, '$.${list}') e where`);
  }

  #numberOf(thing: Pick<Thing, "name">, id: string): string {
    return buildStagedNumberSql(thing, id, this.#staged);
  }

  /** SQL: the record number of the record in a line `l`. */
  get #number(): string {
    const { thing } = this.#versions;
    return thing === ACCOUNT_SETTINGS
      ? "1"
      : this.#numberOf(thing === ACCOUNT ? USER : thing, buildStagedMemberSql("object"));
  }

  /**
   * SQL: converts a staged value to the form in which the tenant stores it. @param json SQL of the JSON @param path
   * path of the values in the JSON
   */
  #stored({ name, form, to }: Pick<PortableColumn, "name" | "form" | "to">, json: string, path: string): string {
    const value = `${json} ->> '$.${path}.${name}'`;
    if (to === undefined) return value;
    if (form === "record") return this.#numberOf(to, value);
    // the alias `e` is not used in this query, because `json` may refer to an outer row `e`
    const list =
      form === "entries"
        ? `(select json_group_object(f.pk, m.value) from json_each(${value}) m ${ORDERED_JOIN} main.${to.name} f on f.id = m.key)`
        : `(select json_group_array(${this.#numberOf(to, "m.value")}) from json_each(${value}) m)`;
    return buildCaseSql(`${value} is null`, "null", list);
  }

  /** SQL of all columns, by column name. */
  #columns(path: string, json = "l.beside"): ReadonlyMap<string, string> {
    const { columns, times } = this.#versions;
    const portable = new Map(listWrittenColumns(this.#versions).map((column) => [column.name, column]));
    const names = [...columns.map(({ name }) => name), ...times];
    return new Map(
      names.map((name) => [
        name,
        name === "id"
          ? buildStagedMemberSql("object")
          : this.#stored(portable.get(name) ?? { name, form: "text" }, json, path),
      ]),
    );
  }

  /** SQL: true if this change created the record with a record number. */
  #isNew(pk: string): string {
    return `exists (select 1 from main.created_range c where c.revision = :revision and c.thing = '${this.#versions.thing.name}'
      and ${pk} between c.first and c.last)`;
  }

  /**
   * Writes the times at which secrets were set, for secrets that are not set in the console. No other resource of a
   * bundle contains these times.
   */
  async keepSecrets(writer: Writer): Promise<void> {
    const { thing, key } = this.#versions;
    const revision = await writer.revision();
    const lines = `${this.#lines} and ${buildStagedMemberSql("isDeleted")} = 0`;
    for (const { name } of listSecretColumns(this.#versions)) {
      const value = buildStagedMemberSql(`local.${name}`);
      const which = `t.${key} in (select ${this.#number} from ${lines} and ${value} is not null)`;
      await saveVersions(writer, thing.name, `${which} and not ${this.#isNew(`t.${key}`)}`, { revision });
      await writer.run(
        `update main.${thing.name} as t set ${quoteIdentifier(name)} = ${value} from ${lines} and ${value} is not null and t.id = ${buildStagedMemberSql("object")}`,
      );
    }
  }

  /**
   * Assigns a number to each record that does not exist in this tenant. @param series collection that stores the
   * highest number
   */
  async number(writer: Writer, series: string): Promise<void> {
    const { thing } = this.#versions;
    const { numbers } = this.#staged;
    const revision = await writer.revision();
    // this change may have deleted the records
    await writer.run(
      `insert into ${numbers} select '${thing.name}', v.id, v.pk from main.${getVersionTable(this.#versions)} v
       where v.revision = :revision and v.action = 'delete'`,
      { revision },
    );
    const { last = 0 } = (await writer.lock([series])).get(series) ?? {};
    const base = Math.max(last, await writer.count(`select coalesce(max(pk), 0) from main.${thing.name}`));
    const made = await writer.run(
      `insert into ${numbers} select '${thing.name}', ${buildStagedMemberSql("object")}, :base + row_number() over (order by l.id)
       from ${this.#lines} and ${this.#number} is null`,
      { base },
    );
    if (made > 0) await storeLastNumber(writer, series, base + made);
  }

  /** Stores the observed state of all records of the type. */
  async write(writer: Writer): Promise<void> {
    const { thing, key } = this.#versions;
    const revision = await writer.revision();
    const [table, kept] = [`main.${getObservedTable(this.#versions)}`, `main.${getVersionTable(this.#versions)}`];
    const length = "json_array_length(l.beside, '$.states')";
    const isGone = `not exists (select 1 from main.${thing.name} t where t.${key} = ${this.#number})`;
    const local = this.#columns("local");
    const names = [...local.keys()].map(quoteIdentifier);
    const deleted = `${this.#lines} and ${buildStagedMemberSql("isDeleted")} = 1 and ${isGone}`;
    // this prevents an undo of the change from restoring these records
    await writer.run(
      buildSaveCreatedRangesSql(
        thing.name,
        `select pk as first, pk as last from (select ${this.#number} as pk from ${deleted}) d
         where not exists (select 1 from ${kept} v where v.pk = d.pk and v.revision = :revision)`,
      ),
      { revision },
    );
    await writer.run(
      `insert into ${kept} (pk, revision, action, changed, ${names.join(", ")})
       select ${this.#number}, :revision, 'delete', ${ALL_COLUMNS_MASK}, ${[...local.values()].join(", ")}
       from ${deleted} on conflict (pk, revision) do update set ${["action", "changed", ...names].map((name) => `${name} = excluded.${name}`).join(", ")}`,
      { revision },
    );
    const first = this.#columns("states[0].values");
    const lasting = new Set(listLastingColumns(this.#versions).map(({ name }) => name));
    const columns = this.#versions.columns.map(({ name }) => name);
    const observed = columns.map((name) => (lasting.has(name) ? local : first).get(name) ?? "null");
    // the last state of a deleted record is already stored as a version, so this row dates from the revision before
    const since = `:revision - ${buildCaseSql(`${buildStagedMemberSql("isDeleted")} = 1 and ${length} > 1`, "1", "0")}`;
    await writer.run(
      `insert into ${table} (pk, inConsole, differs, confirmed, contradicted, since, confirmedBy, confirmedAt, ${columns.map(quoteIdentifier).join(", ")})
       select ${this.#number}, ${["inConsole", "differs", "confirmed", "contradicted"].map(buildStagedMemberSql).join(", ")}, ${since}, ${buildStagedMemberSql("by")}, ${buildStagedMemberSql("at")},
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
         and e.key between 1 and ${length} - 1 - ${buildStagedMemberSql("isDeleted")} and ${this.#number} is not null`,
      { revision },
    );
    // a task belongs to the change that last wrote a column
    const differing = `${buildStagedMemberSql("differs")} & ~${PRESENCE_BIT}`;
    await writer.run(
      buildSaveChangedSql(
        this.#versions,
        `select pk, changed from (select ${this.#number} as pk, ${differing} as changed from ${this.#lines} and ${buildStagedMemberSql("isDeleted")} = 0)
         where changed <> 0 and not ${this.#isNew("pk")}`,
      ),
      { revision },
    );
  }
}

const storeExportedColumns = async (writer: Writer, staged: StagedStates): Promise<void> => {
  const revision = await writer.revision();
  const customField = `'${PORTABLE_CUSTOM_PREFIX}' || ${buildStagedNumberSql(CUSTOM_FIELD, `substr(e.value, ${PORTABLE_CUSTOM_PREFIX.length + 1})`, staged)}`;
  await writer.run(
    `insert into main.exported_column select kind, field, :revision, 1 from (
       select ${buildStagedMemberSql("object")} as kind, ${buildCaseSql(`e.value glob '${PORTABLE_CUSTOM_PREFIX}*'`, customField, "e.value")} as field
       from ${staged.lines} l, json_each(l.line, '$.exported') e where l.resource = 'observed' and ${buildStagedMemberSql("thing")} = '${EXPORTED_LINE_PREFIX}')
     where field is not null on conflict do nothing`,
    { revision },
  );
};

/**
 * Stores the observed state from a bundle. Call this after the records of the bundle are written.
 *
 * @param seriesOf returns the collection that stores the highest record number of a type; undefined if the type does
 * not have its own record numbers
 */
export const writeObservedState = async (
  writer: Writer,
  staged: StagedStates,
  seriesOf: (thing: string) => string | undefined,
): Promise<void> => {
  const rows = await writer.all(
    `select distinct ${buildStagedMemberSql("thing")} as thing from ${staged.lines} l where l.resource = 'observed'`,
  );
  const sent = new Set(rows.map(({ thing }) => thing));
  const things = OBSERVED_VERSIONS.filter(({ thing }) => sent.has(thing.name)).map((versions) => ({
    versions,
    states: new ObservedStateWriter(versions, staged),
  }));
  await writer.run(`delete from ${staged.numbers}`);
  for (const versions of OBSERVED_VERSIONS) await writer.run(`delete from main.${getObservedTable(versions)}`);
  await writer.run("delete from main.observed_candidate");
  await writer.run("delete from main.exported_column");
  for (const { states } of things) await states.keepSecrets(writer);
  await settleVersions(writer);
  for (const { versions, states } of things) {
    const series = seriesOf(versions.thing.name);
    if (series !== undefined) await states.number(writer, series);
  }
  await storeExportedColumns(writer, staged);
  for (const { states } of things) await states.write(writer);
};
