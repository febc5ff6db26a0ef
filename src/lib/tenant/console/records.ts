import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_ID } from "../../model/account.ts";
import type { FormatName } from "../../model/console-files.ts";
import type { ConsoleWork } from "../../model/console-task.ts";
import { DEVICE, OWNER_FIELDS } from "../../model/device.ts";
import { formatOrgPath, ORG } from "../../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import type { UploadOmissionReason } from "../../model/upload.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import type { Reader, Row, SqlValue } from "../store/store.ts";
import { getVersionSchema } from "../versions/keep.ts";
import { RELATIONS } from "../versions/references.ts";
import { getColumnBit, getVersionTable, type VersionSchema } from "../versions/tables.ts";
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
import { listMaskColumns, toCustomColumn, type RecordDrift } from "./drift.ts";
import { EXPORTED_COLUMNS, findFileFields } from "./exported.ts";
import {
  CUSTOM_FIELDS_COLUMN,
  isConfirmedState,
  getObservedTable,
  PRESENCE_BIT,
  buildStatesSinceSql,
} from "./observed.ts";

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
  /** what the console last showed; if the value only has to be checked, the local value */
  readonly before: ConsoleValue;
  readonly after: ConsoleValue;
  /** local name of the record in `after`, if it differs from the name in the console */
  readonly renamed?: string;
  /** values that the console may have instead, because the local field had them in the meantime */
  readonly perhaps?: readonly string[];
  /** no export of all records has contained this field, so its value in the console is unknown */
  readonly neverExported?: true;
  /** the last export does not contain the record in `after` */
  readonly missing?: boolean;
}

/** What has to be done with one record in the console. `name` and `key` are the local ones. */
export interface TaskRecord extends ConsoleName {
  readonly thing: string;
  readonly kind: FormatName;
  readonly id: string;
  readonly work: ConsoleWork;
  readonly console: ConsoleName | null;
  readonly changes: readonly RecordChange[];
  /** the console may already have the record (`create`), or may not have it (`delete`): it came and went locally */
  readonly mayBeDone?: boolean;
  /** an export had a value that was never set locally, or did not contain the record */
  readonly contradicted: boolean;
  readonly leftOut?: UploadOmissionReason;
  /** how the console differs; a field of null: an export did not contain the record */
  readonly contradictions?: readonly {
    readonly field: string | null;
    readonly local: ConsoleValue;
    readonly console: ConsoleValue;
  }[];
}
/** for a deleted record, its last value */

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
  readonly #since = new Map<string, Promise<readonly Row[]>>();
  readonly #held = new Map<string, Promise<readonly number[]>>();
  #groups: Promise<ReadonlyMap<string, string>> | undefined;
  #exported: Promise<ReadonlySet<string>> | undefined;
  readonly #calledHere: NameReader;
  readonly #calledThere: NameReader;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#timelines = new TimelineReader(reader);
    this.#calledHere = createRecordNameReader((thing, pk) => this.#local(thing, pk));
    this.#calledThere = createRecordNameReader((thing, pk) => this.#console(thing, pk));
  }

  async read({ thing: name, pk, action, mask, contradicted, leftOut }: RecordDrift): Promise<TaskRecord> {
    const { thing } = getVersionSchema(name);
    const timeline = await this.#timelines.of(thing, pk);
    const local = getLastState(timeline) ?? {};
    const inConsole = (await this.#observedOf(thing, pk))?.["inConsole"] === 1;
    // a record that was deleted and then restored locally may still be in the console as it was before
    const console = action === "create" && !inConsole ? null : await this.#console(thing, pk);
    const shown = action === "create" ? null : await this.#shown(thing, pk);
    const changes = await this.#changes(thing, pk, { action, mask, local, console: shown });
    const differing =
      action === "delete" && contradicted !== 0 && shown !== null
        ? await this.#changes(thing, pk, {
            action: "update",
            mask: getDifferingMask(thing, local, shown),
            local,
            console: shown,
          })
        : changes;
    const here = await this.#called(thing, pk, local, (of, number) => this.#local(of, number));
    const there = console && (await this.#called(thing, pk, console, (of, number) => this.#console(of, number)));
    const isSame = there === null || (there.name === here.name && there.key === here.key);
    const mayBeDone = (action === "create" && inConsole) || (action === "delete" && !inConsole);
    return {
      thing: name,
      kind: getFileKind(thing, local),
      id: thing === ACCOUNT_SETTINGS ? ACCOUNT_SETTINGS_ID : String((await this.#owner(thing, pk, local))["id"]),
      work: determineRecordWork(thing, action, changes),
      ...here,
      console: isSame ? null : there,
      changes,
      ...(mayBeDone && { mayBeDone }),
      contradicted: contradicted !== 0,
      ...(contradicted !== 0 && { contradictions: listContradictions(thing, { action, contradicted }, differing) }),
      ...(leftOut !== null && { leftOut }),
    };
  }

  /**
   * Returns the local state of a record. For a deleted record, returns its last state, so that messages can name it.
   */
  async #local(thing: Thing, pk: number): Promise<RecordState> {
    const timeline = await this.#timelines.of(thing, pk);
    return timeline.isVisible ? getLastState(timeline) : null;
  }

  /**
   * Returns the known state of a record in the console: the last exported values, with the values that were confirmed
   * since then.
   */
  #console(thing: Thing, pk: number): Promise<RecordState> {
    return this.#overlaid(thing, pk, ({ differs, confirmed }) => Number(BigInt(differs) & ~BigInt(confirmed)));
  }

  #shown(thing: Thing, pk: number): Promise<RecordState> {
    return this.#overlaid(thing, pk, ({ differs }) => differs);
  }

  /**
   * Returns a record with the values that differ in the console. A record that does not exist in the console is
   * returned unchanged.
   */
  async #overlaid(
    thing: Thing,
    pk: number,
    maskOf: (observed: { readonly differs: number; readonly confirmed: number }) => number,
  ): Promise<RecordState> {
    const local = await this.#local(thing, pk);
    const observed = await this.#observedOf(thing, pk);
    if (local === null || observed === undefined) return local;
    if (observed["inConsole"] === 0 && !hasBit(Number(observed["confirmed"]), PRESENCE_BIT)) return local;
    const { columns } = getVersionSchema(thing.name);
    const differs = maskOf({ differs: Number(observed["differs"]), confirmed: Number(observed["confirmed"]) });
    const state: Record<string, SqlValue> = { ...local };
    for (const { name, bit } of columns)
      if (hasBit(differs, bit))
        state[name] = name === CUSTOM_FIELDS_COLUMN ? overlayCustomFields(local, observed) : (observed[name] ?? null);
    return state;
  }

  /** Returns the secrets that a record had before it was deleted. They are not restored with the record. */
  async #lost(thing: Thing, pk: number): Promise<RecordState> {
    const row = await this.#reader.get(
      `select ${SECRETS_COLUMN} from main.${getVersionTable(getVersionSchema(thing.name))} where pk = :pk and action = 'delete' order by revision desc limit 1`,
      { pk },
    );
    return row ?? null;
  }

  #observedOf(thing: Thing, pk: number): Promise<Row | undefined> {
    const place = `${thing.name} ${pk}`;
    const found =
      this.#observed.get(place) ??
      this.#reader.get(`select * from main.${getObservedTable({ thing })} where pk = :pk`, { pk });
    this.#observed.set(place, found);
    return found;
  }

  /** Returns the states that a record has had since the console last showed it. */
  #statesSince(versions: VersionSchema, pk: number): Promise<readonly Row[]> {
    const place = `${versions.thing.name} ${pk}`;
    const found =
      this.#since.get(place) ??
      this.#reader.all(`select * from (${buildStatesSinceSql(versions, ":pk")}) order by place`, { pk });
    this.#since.set(place, found);
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

  async #changes(thing: Thing, pk: number, { action, mask, local, console }: DriftStates): Promise<RecordChange[]> {
    if (action === "delete") return [];
    const versions = getVersionSchema(thing.name);
    const found = await this.#observedOf(thing, pk);
    // a restored record may still be in the console, with any of the values that were set locally
    const observed = console === null && found?.["inConsole"] === 0 ? undefined : found;
    const columns =
      action === "create"
        ? versions.columns.filter(({ leads }) => leads).map(({ name }) => name)
        : listMaskColumns(versions, mask);
    const changes: RecordChange[] = [];
    for (const column of sortColumnsByField(thing, columns)) {
      if (column === CUSTOM_FIELDS_COLUMN) {
        changes.push(...(await this.#customChanges(thing, pk, local, console)));
        continue;
      }
      const lost = action === "create" && column === SECRETS_COLUMN ? await this.#lost(thing, pk) : null;
      const secrets = listChangedSecrets(column, local, console, lost);
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
      const known = [local[column] ?? null, (console ?? observed)?.[column] ?? null];
      const all = observed === undefined ? [] : await this.#perhaps(thing, pk, { column, known });
      // for a record that is added again, earlier blank values are ignored
      const perhaps = action === "create" ? all.filter((value) => value !== "") : all;
      const missing = await this.#lacks(thing, column, local[column] ?? null);
      const change = {
        field: getTaskFieldName(thing, column),
        before: column === "groups" ? await this.#groupsThere(before) : before,
        after: column === "groups" ? await this.#groupsThere(after) : after,
        ...(renamed !== undefined && { renamed }),
        ...(perhaps.length > 0 && { perhaps: [...perhaps] }),
        ...(missing && { missing }),
      };
      const isUnknown =
        console !== null &&
        (await this.#isUnknown(thing, pk, { column, local, fields: findFileFields(thing, column) }));
      changes.push(isUnknown ? omitValueBefore(change) : change);
    }
    return changes;
  }

  /**
   * Returns true if the last export does not contain the referenced record. Such a record is kept only because other
   * records refer to it.
   */
  async #lacks(thing: Thing, column: string, value: SqlValue): Promise<boolean> {
    const relation = RELATIONS.find(({ from, field }) => from === thing && field === column);
    if (value === null || relation === undefined || relation.joined !== undefined) return false;
    const { name, formats } = relation.to;
    const held = this.#held.get(name) ?? readHeldRecords(this.#reader, Object.keys(formats));
    this.#held.set(name, held);
    return (await held).includes(Number(value));
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

  /**
   * Returns the values that the console may have by now, because they were set locally after the console last showed
   * the record.
   *
   * @param key key of a custom field
   */
  async #perhaps(
    thing: Thing,
    pk: number,
    { column, known, key }: { readonly column: string; readonly known: readonly SqlValue[]; readonly key?: string },
  ): Promise<readonly string[]> {
    const versions = getVersionSchema(thing.name);
    const states = await this.#statesSince(versions, pk);
    const bit = getColumnBit(versions, column);
    const all = new Set(known);
    const found: string[] = [];
    for (const { mask, [column]: written = null } of states) {
      const value = key === undefined ? written : (parseEntries(written)[key] ?? null);
      if (!hasBit(Number(mask), bit) || all.has(value)) continue;
      all.add(value);
      const shown = toFileValue(
        key === undefined ? await toDisplayValue(thing, column, value, this.#calledThere) : String(value ?? ""),
      );
      found.push(typeof shown === "object" ? (shown ?? []).join(", ") : shown);
    }
    return found;
  }

  /**
   * Returns true if the console may never have had the observed value of a column, because no export has shown the
   * column.
   *
   * @param fields fields of the file columns that show the column; if there are none, only the values that were entered
   * in clomoctl are known
   */
  async #isUnknown(
    thing: Thing,
    pk: number,
    { column, local, fields }: { readonly column: string; readonly local: Row; readonly fields: readonly string[] },
  ): Promise<boolean> {
    const versions = getVersionSchema(thing.name);
    const { inConsole, contradicted = 0 } = (await this.#observedOf(thing, pk)) ?? {};
    const bit = getColumnBit(versions, column);
    // the value is known if a partial export may have shown it, or if somebody confirmed that the record was created in
    // the console with the local values
    const isKnown = inConsole === 0 || hasBit(Number(contradicted), bit);
    if (isKnown || fields.length === 0) return false;
    const states = await this.#statesSince(versions, pk);
    if (states.some((state) => isConfirmedState(state) && hasBit(Number(state["mask"]), bit))) return false;
    this.#exported ??= this.#reader
      .all(`select kind, field from ${EXPORTED_COLUMNS}`)
      .then((rows) => new Set(rows.map(({ kind, field }) => `${String(kind)} ${String(field)}`)));
    const [kind, exported] = [getFileKind(thing, local), await this.#exported];
    return !fields.some((field) => exported.has(`${kind} ${field}`));
  }

  async #customChanges(thing: Thing, record: number, local: Row, console: RecordState): Promise<RecordChange[]> {
    const [after, before] = [parseEntries(local[CUSTOM_FIELDS_COLUMN]), parseEntries(console?.[CUSTOM_FIELDS_COLUMN])];
    const observed = await this.#observedOf(thing, record);
    const isWhole = hasBit(
      Number(observed?.["confirmed"] ?? 0),
      getColumnBit(getVersionSchema(thing.name), CUSTOM_FIELDS_COLUMN),
    );
    // custom fields that were confirmed earlier than the others no longer belong to a task
    const confirmed = isWhole ? [] : (JSON.parse(String(observed?.["confirmedFields"] ?? "[]")) as string[]);
    // custom fields that were changed and then changed back have to be checked
    const written = console === null ? {} : parseEntries(observed?.[CUSTOM_FIELDS_COLUMN]);
    const changes: RecordChange[] = [];
    for (const key of new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(written)])) {
      const [from, to] = [before[key] ?? null, after[key] ?? null];
      const isDone = (from === to && !(key in written)) || confirmed.includes(key);
      const name = isDone ? null : await this.#calledHere(CUSTOM_FIELD, Number(key));
      if (name === null) continue;
      const perhaps =
        console === null
          ? []
          : await this.#perhaps(thing, record, { column: CUSTOM_FIELDS_COLUMN, known: [from, to], key });
      const change = {
        field: `custom:${name}`,
        before: from,
        after: to,
        ...(perhaps.length > 0 && { perhaps: [...perhaps] }),
      };
      const fields = [toCustomColumn(Number(key))];
      const isUnknown =
        console !== null && (await this.#isUnknown(thing, record, { column: CUSTOM_FIELDS_COLUMN, local, fields }));
      changes.push(isUnknown ? omitValueBefore(change) : change);
    }
    return changes;
  }

  async #groupsThere(names: ConsoleValue): Promise<ConsoleValue> {
    if (!Array.isArray(names)) return names;
    const bit = getVersionSchema(SECURED_GROUP.name).columns.find(({ name }) => name === "name")?.bit ?? "0";
    this.#groups ??= this.#reader
      .all(
        `select t.name as local, o.name as console from main.${getObservedTable({ thing: SECURED_GROUP })} o
           join main.${SECURED_GROUP.name} t on t.pk = o.pk where o.inConsole = 1 and o.differs & ${bit} <> 0`,
      )
      .then((rows) => new Map(rows.map((row) => [String(row["local"]), String(row["console"])])));
    const renamed = await this.#groups;
    return (names as readonly string[]).map((name) => renamed.get(name) ?? name);
  }
}

/**
 * Returns the numbers of the records that are not in the last complete export but are kept because other records refer
 * to them.
 */
const readHeldRecords = async (reader: Reader, kinds: readonly string[]): Promise<readonly number[]> => {
  const row = await reader.get(
    `select i.detail -> 'counts' -> 'merged' ->> 'held' as held from main.import i
     where i.kind in (select value from json_each(:kinds)) and i.state = 'committed' and i.detail ->> 'revertedBy' is null
       and i.detail -> 'request' ->> 'fromConsole' and i.detail -> 'request' ->> 'mode' = 'replace'
       and i.detail -> 'request' -> 'scope' is null
     order by i.change desc limit 1`,
    { kinds: JSON.stringify(kinds) },
  );
  return JSON.parse(String(row?.["held"] ?? "[]")) as readonly number[];
};

const getDifferingMask = (thing: Thing, one: Row, other: Row): number =>
  getVersionSchema(thing.name)
    .columns.filter(({ name, leads }) => leads && (one[name] ?? null) !== (other[name] ?? null))
    .reduce((bits, { bit }) => bits + Number(bit), 0);

/**
 * Returns the values in which an export contradicted the local state. @param changes differences between the record and
 * the console
 */
const listContradictions = (
  thing: Thing,
  { action, contradicted }: Pick<RecordDrift, "action" | "contradicted">,
  changes: readonly RecordChange[],
): NonNullable<TaskRecord["contradictions"]> => {
  if (action === "create" && hasBit(contradicted, PRESENCE_BIT)) return [{ field: null, local: null, console: null }];
  const fields = new Set(
    listMaskColumns(getVersionSchema(thing.name), contradicted).map((column) => getTaskFieldName(thing, column)),
  );
  return changes
    .filter(({ field }) => action === "delete" || fields.has(field.replace(/^custom:.*/, CUSTOM_FIELDS_COLUMN)))
    .map(({ field, before, after }) => ({ field, local: after, console: before }));
};

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

/**
 * Returns a record's custom fields with the values that they have in the console. Returns an empty object for a new
 * record if no export has shown its custom fields.
 */
const overlayCustomFields = (local: Row, observed: Row): string => {
  const shown = parseEntries(observed[CUSTOM_FIELDS_COLUMN]);
  const all = Object.keys(shown).length === 0 ? {} : { ...parseEntries(local[CUSTOM_FIELDS_COLUMN]), ...shown };
  return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
};

const toFileValue = (value: DisplayValue): ConsoleValue =>
  typeof value === "boolean" ? (value ? "TRUE" : null) : Array.isArray(value) && value.length === 0 ? null : value;

const isBlankConsoleValue = (value: ConsoleValue): boolean => value === null || value.length === 0;

/**
 * Returns a change without the value before it, because the console's value is not known. If the value only has to be
 * checked, the local value is used as the value before the change.
 */
const omitValueBefore = (change: RecordChange): RecordChange => {
  const isBack = String(change.before) === String(change.after);
  return { ...change, before: isBack ? change.after : null, neverExported: true };
};

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

const listChangedSecrets = (
  column: string,
  local: Row,
  console: RecordState,
  lost: RecordState,
): readonly string[] | undefined => {
  if (column === SECRETS_COLUMN) {
    const [after, before] = [
      { ...parseEntries(lost?.[column]), ...parseEntries(local[column]) },
      parseEntries(console?.[column]),
    ];
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
  const isBack = changes.every(
    ({ before, after, field }) => String(before) === String(after) && !isSecretField(thing, field),
  );
  if (isBack) return "check";
  const isPlace = ({ field }: RecordChange): boolean =>
    thing === DEVICE ? OWNER_FIELDS.includes(field) : thing.fields[field]?.refers?.to === ORG.name;
  return thing.clicks?.move !== undefined && changes.every(isPlace) ? "move" : "edit";
};

const isSecretField = ({ fields }: Thing, field: string): boolean => fields[field]?.secret === true;
