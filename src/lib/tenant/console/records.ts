import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_ID } from "../../model/account.ts";
import type { FormatName } from "../../model/console-files.ts";
import type { ConsoleWork } from "../../model/console-task.ts";
import { DEVICE, OWNER_FIELDS } from "../../model/device.ts";
import { formatOrgPath, ORG } from "../../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import type { Reader, Row, SqlValue } from "../store/store.ts";
import { getVersionSchema } from "../versions/keep.ts";
import {
  createStateNameReader,
  findFieldOfColumn,
  getLastState,
  toDisplayValue,
  TimelineReader,
  type NameReader,
  type RecordState,
  type DisplayValue,
  type StateReader,
} from "../versions/timeline.ts";
import { listMaskColumns, type RecordDrift } from "./drift.ts";
import { CUSTOM_FIELDS_COLUMN, getObservedTable } from "./observed.ts";

// The records of tasks as people read them, with the names that they have in the console, which may differ from the
// names in the mirror.

type ConsoleValue = string | readonly string[] | null;

interface ConsoleName {
  readonly name: string;
  /** main email address, organisation code (the path if there is no code) or user ID */
  readonly key: string | null;
}

interface RecordChange {
  /** `custom:NAME` is a custom field of the tenant */
  readonly field: string;
  /** what the console showed last */
  readonly before: ConsoleValue;
  readonly after: ConsoleValue;
  /** local name of the record in `after`, if it differs from the name in the console */
  readonly renamed?: string;
}

/** What has to be done with one record in the console. `name` and `key` are the local ones. */
export interface TaskRecord extends ConsoleName {
  readonly thing: string;
  readonly kind: FormatName;
  readonly id: string;
  readonly work: ConsoleWork;
  readonly console: ConsoleName | null;
  readonly changes: readonly RecordChange[];
}

const SECRETS_COLUMN = "secrets";

const parseEntries = (value: SqlValue | undefined): Readonly<Record<string, string | null>> =>
  JSON.parse(String(value ?? "{}")) as Record<string, string | null>;

const hasBit = (mask: number, bit: string): boolean => (BigInt(mask) & BigInt(bit)) !== 0n;

interface DriftStates extends Pick<RecordDrift, "action" | "mask"> {
  readonly local: Row;
  readonly console: RecordState;
}

/** Reads the records of tasks. Data that several tasks need is read only once. */
export class TaskRecordReader {
  readonly #reader: Reader;
  readonly #timelines: TimelineReader;
  readonly #observed = new Map<string, Promise<Row | undefined>>();
  #groups: Promise<ReadonlyMap<string, string>> | undefined;
  readonly #calledHere: NameReader;
  readonly #calledThere: NameReader;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#timelines = new TimelineReader(reader);
    this.#calledHere = createRecordNameReader((thing, pk) => this.#local(thing, pk));
    this.#calledThere = createRecordNameReader((thing, pk) => this.#console(thing, pk));
  }

  async read({ thing: name, pk, action, mask }: RecordDrift): Promise<TaskRecord> {
    const { thing } = getVersionSchema(name);
    const timeline = await this.#timelines.of(thing, pk);
    const local = getLastState(timeline) ?? {};
    const console = action === "create" ? null : await this.#console(thing, pk);
    const changes = await this.#changes(thing, { action, mask, local, console });
    const here = await this.#called(thing, pk, local, (of, number) => this.#local(of, number));
    const there = console && (await this.#called(thing, pk, console, (of, number) => this.#console(of, number)));
    const isSame = there === null || (there.name === here.name && there.key === here.key);
    return {
      thing: name,
      kind: getFileKind(thing, local),
      id: thing === ACCOUNT_SETTINGS ? ACCOUNT_SETTINGS_ID : String((await this.#owner(thing, pk, local))["id"]),
      work: determineRecordWork(thing, action, changes),
      ...here,
      console: isSame ? null : there,
      changes,
    };
  }

  /**
   * Returns the local state of a record. For a deleted record, returns its last state, so that messages can name it.
   */
  async #local(thing: Thing, pk: number): Promise<RecordState> {
    const timeline = await this.#timelines.of(thing, pk);
    return timeline.isVisible ? getLastState(timeline) : null;
  }

  /** Returns a record with the values that the console showed last; a record that was deleted here, as it showed it. */
  async #console(thing: Thing, pk: number): Promise<RecordState> {
    const local = await this.#local(thing, pk);
    const observed = await this.#observedOf(thing, pk);
    if (local === null || observed === undefined || observed["inConsole"] === 0) return local ?? observed ?? null;
    const { columns } = getVersionSchema(thing.name);
    const touched = Number(observed["touched"]);
    const state: Record<string, SqlValue> = { ...local };
    for (const { name, bit } of columns)
      if (hasBit(touched, bit))
        state[name] = name === CUSTOM_FIELDS_COLUMN ? overlayCustomFields(local, observed) : (observed[name] ?? null);
    return state;
  }

  #observedOf(thing: Thing, pk: number): Promise<Row | undefined> {
    const place = `${thing.name} ${pk}`;
    const found =
      this.#observed.get(place) ??
      this.#reader.get(`select * from main.${getObservedTable({ thing })} where pk = :pk`, { pk });
    this.#observed.set(place, found);
    return found;
  }

  /** Returns the record that provides the name and the id: for an account, the user; otherwise the record itself. */
  async #owner(thing: Thing, pk: number, state: Row): Promise<Row> {
    return thing === ACCOUNT ? ((await this.#local(USER, pk)) ?? {}) : state;
  }

  async #called(thing: Thing, pk: number, state: Row, stateOf: StateReader): Promise<ConsoleName> {
    if (thing === ACCOUNT_SETTINGS) return { name: ACCOUNT_SETTINGS_ID, key: null };
    if (thing === ACCOUNT) return this.#called(USER, pk, (await stateOf(USER, pk)) ?? {}, stateOf);
    const { namedBy = "name", keys, fields } = thing;
    const name = String(state[namedBy]);
    const { field = namedBy } = keys[0] ?? {};
    const value = state[field] ?? null;
    if (field !== namedBy && value !== null)
      return {
        name,
        key: fields[field]?.type === "texts" ? ((JSON.parse(String(value)) as string[])[0] ?? null) : String(value),
      };
    // an organisation without a code is identified by its path
    if (thing !== ORG || state["parent"] === null) return { name, key: null };
    const above = await createStateNameReader(stateOf)(ORG, state["parent"] ?? null);
    const parent = await stateOf(ORG, Number(state["parent"]));
    const own = formatOrgPath([name]);
    return { name, key: above === null || parent?.["parent"] === null ? own : `${above}/${own}` };
  }

  async #changes(thing: Thing, { action, mask, local, console }: DriftStates): Promise<RecordChange[]> {
    if (action === "delete") return [];
    const versions = getVersionSchema(thing.name);
    const columns =
      action === "create"
        ? versions.columns.filter(({ leads }) => leads).map(({ name }) => name)
        : listMaskColumns(versions, mask);
    const changes: RecordChange[] = [];
    for (const column of sortColumnsByField(thing, columns)) {
      if (column === CUSTOM_FIELDS_COLUMN) {
        changes.push(...(await this.#customChanges(local, console)));
        continue;
      }
      const secrets = listChangedSecrets(column, local, console);
      if (secrets !== undefined) {
        const told = secrets.filter(
          (field) => action !== "create" || thing.fields[field]?.column?.required === undefined,
        );
        changes.push(...told.map((field) => ({ field, before: null, after: null })));
        continue;
      }
      const [after, renamed] = await this.#valueNamed(thing, column, local[column] ?? null);
      const before =
        console === null
          ? null
          : toFileValue(await toDisplayValue(thing, column, console[column] ?? null, this.#calledThere));
      if (action === "create" && isBlankConsoleValue(after)) continue;
      changes.push({
        field: getTaskFieldName(thing, column),
        before: column === "groups" ? await this.#groupsThere(before) : before,
        after: column === "groups" ? await this.#groupsThere(after) : after,
        ...(renamed !== undefined && { renamed }),
      });
    }
    return changes;
  }

  /**
   * Returns a local value with the names that the console uses, and the local name of the referenced record if it
   * differs.
   */
  async #valueNamed(
    thing: Thing,
    column: string,
    value: SqlValue,
  ): Promise<readonly [ConsoleValue, string | undefined]> {
    const [there, here] = [
      toFileValue(await toDisplayValue(thing, column, value, this.#calledThere)),
      toFileValue(await toDisplayValue(thing, column, value, this.#calledHere)),
    ];
    const isRenamed = typeof here === "string" && here !== there;
    return [there, isRenamed ? here : undefined];
  }

  async #customChanges(local: Row, console: RecordState): Promise<RecordChange[]> {
    const [after, before] = [parseEntries(local[CUSTOM_FIELDS_COLUMN]), parseEntries(console?.[CUSTOM_FIELDS_COLUMN])];
    const changes: RecordChange[] = [];
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [from, to] = [before[key] ?? null, after[key] ?? null];
      const name = from === to ? null : await this.#calledHere(CUSTOM_FIELD, Number(key));
      if (name !== null) changes.push({ field: `custom:${name}`, before: from, after: to });
    }
    return changes;
  }

  async #groupsThere(names: ConsoleValue): Promise<ConsoleValue> {
    if (!Array.isArray(names)) return names;
    const bit = getVersionSchema(SECURED_GROUP.name).columns.find(({ name }) => name === "name")?.bit ?? "0";
    this.#groups ??= this.#reader
      .all(
        `select t.name as local, o.name as console from main.${getObservedTable({ thing: SECURED_GROUP })} o
           join main.${SECURED_GROUP.name} t on t.pk = o.pk where o.inConsole = 1 and o.touched & ${bit} <> 0`,
      )
      .then((rows) => new Map(rows.map((row) => [String(row["local"]), String(row["console"])])));
    const renamed = await this.#groups;
    return (names as readonly string[]).map((name) => renamed.get(name) ?? name);
  }
}

/**
 * Returns a function that returns the names of records. Organisations are identified by path and code, because paths
 * may be ambiguous.
 */
const createRecordNameReader = (stateOf: StateReader): NameReader => {
  const called = createStateNameReader(stateOf);
  return async (thing, pk) => {
    const name = await called(thing, pk);
    if (thing !== ORG || name === null) return name;
    const code = (await stateOf(ORG, Number(pk)))?.["code"] ?? null;
    return code === null ? name : `${name} (${code})`;
  };
};

/** Returns a record's custom fields with the values that the console showed last. */
const overlayCustomFields = (local: Row, observed: Row): string => {
  const all = { ...parseEntries(local[CUSTOM_FIELDS_COLUMN]), ...parseEntries(observed[CUSTOM_FIELDS_COLUMN]) };
  return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
};

const toFileValue = (value: DisplayValue): ConsoleValue =>
  typeof value === "boolean" ? (value ? "TRUE" : null) : Array.isArray(value) && value.length === 0 ? null : value;

const isBlankConsoleValue = (value: ConsoleValue): boolean => value === null || value.length === 0;

const getTaskFieldName = (thing: Thing, column: string): string => {
  const field = findFieldOfColumn(thing, column);
  return Object.keys(thing.fields).find((name) => thing.fields[name] === field) ?? column;
};

const sortColumnsByField = (thing: Thing, columns: readonly string[]): readonly string[] => {
  const places = Object.keys(thing.fields);
  return columns.toSorted(
    (a, b) => places.indexOf(getTaskFieldName(thing, a)) - places.indexOf(getTaskFieldName(thing, b)),
  );
};

const listChangedSecrets = (column: string, local: Row, console: RecordState): readonly string[] | undefined => {
  if (column === SECRETS_COLUMN) {
    const [after, before] = [parseEntries(local[column]), parseEntries(console?.[column])];
    return Object.keys(after).filter((field) => after[field] !== before[field]);
  }
  if (!column.endsWith("SetAt")) return undefined;
  return local[column] === null ? [] : [column.slice(0, -"SetAt".length)];
};

const getFileKind = ({ name, formats }: Thing, state: Row): FormatName => {
  if (name === SECURED_USER.name || name === SECURED_GROUP.name) return state["app"] as FormatName;
  return (Object.keys(formats)[0] as FormatName | undefined) ?? "users";
};

/**
 * Returns what to do with a record in the console. If records of this type cannot be added in the console, the record
 * already exists and is edited.
 */
const determineRecordWork = (
  thing: Thing,
  action: RecordDrift["action"],
  changes: readonly RecordChange[],
): TaskRecord["work"] => {
  if (action === "create" && thing.clicks?.create === undefined) return "edit";
  if (action !== "update") return action;
  const isPlace = ({ field }: RecordChange): boolean =>
    thing === DEVICE ? OWNER_FIELDS.includes(field) : thing.fields[field]?.refers?.to === ORG.name;
  return thing.clicks?.move !== undefined && changes.every(isPlace) ? "move" : "edit";
};
