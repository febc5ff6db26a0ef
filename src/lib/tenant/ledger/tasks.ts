import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_ID } from "../../nouns/account.ts";
import type { FormatName } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { USER, CUSTOM_FIELD } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import type { ConsoleImportResult } from "./import-rows.ts";
import { isMirror } from "./tenant-rows.ts";
import type { Reader, Row, SqlValue } from "../store/types.ts";
import { buildThingDriftSql, readDrift, readRecordDrift, type OpenDrift, type RecordDrift } from "./drift.ts";
import type { ConsoleWork } from "../../derived/console-task.ts";
import { DEVICE, DEVICE_ACTION, OWNER_FIELDS } from "../../nouns/device.ts";
import { ORG } from "../../nouns/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../nouns/secured-user.ts";
import type { RecordType } from "../../model/thing.ts";
import { EXISTENCE_BIT, getVersionSchema } from "./versions.ts";
import {
  createStateNameReader,
  findFieldOfColumn,
  getNameAndKey,
  readVisiblePath,
  SHARED_THINGS,
  toDisplayValue,
  type NameReader,
  type RecordState,
  type DisplayValue,
  type StateReader,
} from "./version-timeline.ts";

type ConsoleValue = string | readonly string[] | null;

interface ConsoleName {
  readonly name: string;
  /** main email address, organisation code, organisation path, user ID, serial number, or else the name */
  readonly key: string;
}

interface RecordChange {
  readonly field: string;
  readonly before: ConsoleValue;
  readonly after: ConsoleValue;
}

export interface TaskRecord extends ConsoleName {
  readonly thing: string;
  readonly kind: FormatName;
  readonly id: string;
  readonly work: ConsoleWork;
  /**
   * `taken-back` if a file contains a value that nobody wishes any more; the changes then restore the value.
   * `unsettled` if an export lacks the record, and somebody must decide about it; `left-out` for a row of an export that
   * may belong to several records
   */
  readonly state: "open" | "taken-back" | "unsettled" | "left-out";
  /** row of the export, if the row was left out */
  readonly row?: number | undefined;
  readonly console: ConsoleName | null;
  readonly changes: readonly RecordChange[];
}

const parseEntries = (value: SqlValue | undefined): Readonly<Record<string, string | null>> =>
  JSON.parse(String(value ?? "{}")) as Record<string, string | null>;

const hasBit = (mask: number, bit: string): boolean => (BigInt(mask) & BigInt(bit)) !== 0n;

class TaskRecordReader {
  readonly #reader: Reader;
  readonly #rows = new Map<string, Promise<RecordState>>();
  readonly #calledThere: NameReader;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#calledThere = createConsoleNameReader(this.#console);
  }

  async read({ thing: name, pk, action: drift, mask }: RecordDrift): Promise<TaskRecord> {
    const { thing } = getVersionSchema(name);
    const row = await this.#row(`main.${name}`, thing, pk);
    const takenBack = drift === "restore";
    const whole = takenBack && hasBit(mask, EXISTENCE_BIT);
    const action = drift !== "restore" ? drift : !whole ? "update" : row === null ? "delete" : "create";
    const local = row ?? (await this.#observed(thing, pk)) ?? {};
    const shown = action === "create" ? null : ((await this.#console(thing, pk)) ?? local);
    const console = takenBack && shown !== null ? await this.#withTakenBack(thing, pk, shown) : shown;
    const changes =
      action === "delete" || action === "unsettled" ? [] : await this.#changes(thing, { mask, local, console });
    const here = await this.#called(thing, pk, local, this.#local);
    const there = console && (await this.#called(thing, pk, console, this.#console));
    const isSame = there === null || (there.name === here.name && there.key === here.key);
    const owner = thing === ACCOUNT ? await this.#local(USER, pk) : local;
    return {
      thing: name,
      kind: getFileKind(thing, local),
      id: thing === ACCOUNT_SETTINGS ? ACCOUNT_SETTINGS_ID : String(owner?.["id"]),
      work: determineRecordWork(thing, action, changes),
      state: takenBack ? "taken-back" : action === "unsettled" ? "unsettled" : "open",
      ...here,
      console: isSame ? null : there,
      changes,
    };
  }

  #row(table: string, thing: RecordType, pk: number): Promise<RecordState> {
    const key = table.endsWith("_observed") ? "pk" : getVersionSchema(thing.name).key;
    const place = `${table} ${pk}`;
    const found =
      this.#rows.get(place) ??
      this.#reader.get(`select * from ${table} t where t.${key} = :pk`, { pk }).then((row) => row ?? null);
    this.#rows.set(place, found);
    return found;
  }

  #observed(thing: RecordType, pk: number): Promise<RecordState> {
    return this.#row(`main.${thing.name}_observed`, thing, pk);
  }

  async #withTakenBack(thing: RecordType, pk: number, shown: Row): Promise<Row> {
    const { written = null } = (await this.#observed(thing, pk)) ?? {};
    const [values, custom] = [{ ...shown }, { ...parseEntries(shown["custom"]) }];
    // values in files for the console, by column
    for (const { f, v } of JSON.parse(String(written)) as readonly { readonly f: string; readonly v: SqlValue }[]) {
      const [column = "", key] = f.split(".");
      if (key === undefined) values[column] = v;
      else custom[key] = v as string | null;
    }
    return { ...values, custom: JSON.stringify(custom) };
  }

  readonly #local: StateReader = (thing, pk) =>
    this.#row(SHARED_THINGS.includes(thing) ? `main.${thing.name}` : thing.name, thing, pk);

  /** returns the values that the console last showed, also for records that were deleted locally */
  readonly #console: StateReader = async (thing, pk) => {
    const [local, observed] = [await this.#local(thing, pk), await this.#observed(thing, pk)];
    if (local === null || observed === null || observed["inConsole"] === 0) return local ?? observed;
    const wished = Number(observed["wished"]);
    const shown = getVersionSchema(thing.name).columns.filter(({ bit }) => hasBit(wished, bit));
    const values = shown.map(({ name }) => [
      name,
      name === "custom" ? overlayCustomFields(local, observed) : (observed[name] ?? null),
    ]);
    return { ...local, ...(Object.fromEntries(values) as Row) };
  };

  async #called(thing: RecordType, pk: number, state: Row, stateOf: StateReader): Promise<ConsoleName> {
    if (thing === ACCOUNT_SETTINGS) return { name: ACCOUNT_SETTINGS_ID, key: ACCOUNT_SETTINGS_ID };
    // an account has the name of its user
    if (thing === ACCOUNT) return this.#called(USER, pk, (await stateOf(USER, pk)) ?? {}, stateOf);
    const called = getNameAndKey(thing, state);
    // an organisation without a code is identified by its path
    if (thing !== ORG || state["parent"] === null || typeof state["code"] === "string") return called;
    return { ...called, key: await readVisiblePath(stateOf, state) };
  }

  /** @param console the record as the console last showed it; null for a new record */
  async #changes(
    thing: RecordType,
    { mask, local, console }: { readonly mask: number; readonly local: Row; readonly console: RecordState },
  ): Promise<readonly RecordChange[]> {
    const { columns } = getVersionSchema(thing.name);
    const asked = columns.filter(({ leads, bit }) => leads && (console === null || hasBit(mask, bit)));
    const places = Object.keys(thing.fields);
    const fields = asked
      .map(({ name }) => ({ name, field: getTaskFieldName(thing, name) }))
      .toSorted((one, other) => places.indexOf(one.field) - places.indexOf(other.field));
    const changes: RecordChange[] = [];
    for (const { name, field } of fields) {
      if (name === "custom") changes.push(...(await this.#customChanges(local, console)));
      else if (name === "secrets" || name.endsWith("SetAt")) {
        // the console itself asks for the required secrets of a new record
        const isAsked = (secret: string): boolean =>
          console !== null || thing.fields[secret]?.column?.required === undefined;
        const told = listChangedSecrets(name, local, console).filter(isAsked);
        changes.push(...told.map((secret) => ({ field: secret, before: null, after: null })));
      } else {
        const shown = async (state: Row): Promise<ConsoleValue> =>
          toFileValue(await toDisplayValue(thing, name, state[name] ?? null, this.#calledThere));
        const after = await shown(local);
        if (console !== null) changes.push({ field, before: await shown(console), after });
        else if (after !== null && after.length > 0) changes.push({ field, before: null, after });
      }
    }
    return changes;
  }

  async #customChanges(local: Row, console: RecordState): Promise<RecordChange[]> {
    const [after, before] = [parseEntries(local["custom"]), parseEntries(console?.["custom"])];
    const changes: RecordChange[] = [];
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [from, to] = [before[key] ?? null, after[key] ?? null];
      const field = from === to ? null : await this.#local(CUSTOM_FIELD, Number(key));
      if (field !== null) changes.push({ field: `custom:${String(field["name"])}`, before: from, after: to });
    }
    return changes;
  }
}

/** Returns names of organisations with path and code, because a path may be ambiguous. */
const createConsoleNameReader = (stateOf: StateReader): NameReader => {
  const called = createStateNameReader(stateOf);
  return async (thing, pk) => {
    const name = await called(thing, pk);
    const code = thing === ORG && name !== null ? (await stateOf(ORG, Number(pk)))?.["code"] : null;
    return code ? `${name} (${code})` : name;
  };
};

const overlayCustomFields = (local: Row, observed: Row): string => {
  const all = { ...parseEntries(local["custom"]), ...parseEntries(observed["custom"]) };
  return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
};

const toFileValue = (value: DisplayValue): ConsoleValue =>
  typeof value === "boolean" ? (value ? "TRUE" : null) : Array.isArray(value) && value.length === 0 ? null : value;

const getTaskFieldName = (thing: RecordType, column: string): string => {
  const field = findFieldOfColumn(thing, column);
  return Object.keys(thing.fields).find((name) => thing.fields[name] === field) ?? column;
};

const listChangedSecrets = (column: string, local: Row, console: RecordState): readonly string[] => {
  if (column !== "secrets") return local[column] === null ? [] : [column.slice(0, -"SetAt".length)];
  const [after, before] = [parseEntries(local[column]), parseEntries(console?.[column])];
  return Object.keys(after).filter((field) => after[field] !== before[field]);
};

const getFileKind = ({ name, formats = {} }: RecordType, state: Row): FormatName => {
  if (name === SECURED_USER.name || name === SECURED_GROUP.name) return state["app"] as FormatName;
  if (name === DEVICE_ACTION.name) return "devices";
  return (Object.keys(formats)[0] as FormatName | undefined) ?? "users";
};

/** Returns `edit` for a new record of a type whose records cannot be added in the console. */
const determineRecordWork = (
  thing: RecordType,
  action: Exclude<RecordDrift["action"], "restore">,
  changes: readonly RecordChange[],
): TaskRecord["work"] => {
  if (action === "create" && thing.clicks?.kinds !== undefined) return "perform";
  if (action === "create" && thing.clicks?.create === undefined) return "edit";
  if (action === "unsettled") return "settle";
  if (action !== "update") return action;
  const isPlace = ({ field }: RecordChange): boolean =>
    thing === DEVICE ? OWNER_FIELDS.includes(field) : thing.fields[field]?.refers?.to === ORG.name;
  return thing.clicks?.move !== undefined && changes.every(isPlace) ? "move" : "edit";
};

export interface ConsoleTask {
  readonly number: number;
  readonly kind: FormatName;
  readonly name: string | null;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** number of rows of an export that may belong to several records, of which `records` has the first */
  readonly leftOut: number;
  readonly records: readonly TaskRecord[];
  readonly openedAt: string;
  readonly openedBy: string | null;
}

const MAX_LISTED_RECORDS = 20;

const toLeftOutRecords = (kind: FormatName, rows: string): readonly TaskRecord[] =>
  (JSON.parse(rows) as readonly { readonly row: number; readonly key: string }[]).map(({ row, key }) => ({
    thing: FORMATS[kind].thing.name,
    kind,
    id: "",
    name: key,
    key,
    row,
    work: "settle",
    state: "left-out",
    console: null,
    changes: [],
  }));

const readTask = async (
  reader: Reader,
  records: TaskRecordReader,
  parts: readonly [OpenDrift, ...OpenDrift[]],
  most: number,
): Promise<ConsoleTask> => {
  const [{ revision, number }] = parts;
  const listed: TaskRecord[] = [];
  for (const one of await readRecordDrift(reader, { revision, most })) listed.push(await records.read(one));
  const change = await reader.get<
    Readonly<Record<"at" | "kind" | "leftOutRows", string>> & Pick<ConsoleTask, "name" | "openedBy">
  >(
    `select m.at, (select a.actor from audit a where a.seq = m.seq) as openedBy, i.kind,
       i.detail -> 'request' ->> 'fileName' as name, i.detail -> 'counts' -> 'merged' ->> 'leftOutRows' as leftOutRows
     from main.change c join main.audit m on m.seq = c.number left join import i on i.pk = c.import where c.number = :number`,
    { number },
  );
  if (change !== undefined && parts.some(({ action }) => action === "left-out"))
    listed.push(...toLeftOutRecords(change.kind as FormatName, change.leftOutRows));
  const count = (action: OpenDrift["action"]): number =>
    parts.reduce((sum, one) => sum + (one.action === action ? one.records : 0), 0);
  return {
    number,
    kind: listed[0]?.kind ?? "users",
    name: change?.name ?? null,
    create: count("create"),
    update: count("update"),
    delete: count("delete"),
    leftOut: count("left-out"),
    records: listed,
    openedAt: String(change?.at),
    openedBy: change?.openedBy ?? null,
  };
};

export const listTasks = async (
  reader: Reader,
  { numbers, all = false }: { readonly numbers?: readonly number[]; readonly all?: boolean | undefined } = {},
): Promise<readonly ConsoleTask[]> => {
  const drift = await readDrift(reader);
  const records = new TaskRecordReader(reader);
  const most = all ? Number.MAX_SAFE_INTEGER : MAX_LISTED_RECORDS;
  const tasks: ConsoleTask[] = [];
  for (const [number, [first, ...others]] of Map.groupBy(drift, (one) => one.number))
    if (first !== undefined && (numbers?.includes(number) ?? true))
      tasks.push(await readTask(reader, records, [first, ...others], most));
  return tasks;
};

export const readTasks = async (
  reader: Reader,
  numbers: readonly number[],
  all?: boolean,
): Promise<readonly ConsoleTask[]> => {
  const tasks = await listTasks(reader, { numbers, all });
  const missing = numbers.find((number) => !tasks.some((task) => task.number === number));
  if (missing === undefined) return tasks;
  throw new Failure("not-found", {
    what: text(
      `change ${missing} does not have an open task in the console`,
      `変更番号 ${missing} の作業は残っていません`,
    ),
    hint: step("to list the open tasks", "未完了の作業の一覧", line("console list", [])),
  });
};

export const readClosedTasks = async (reader: Reader, before: ReadonlySet<number>): Promise<ConsoleImportResult> => {
  const open = await readOpenTasks(reader);
  return { closed: [...before.difference(open)], open: open.size };
};

export const readOpenTasks = async (reader: Reader): Promise<ReadonlySet<number>> =>
  new Set((await readDrift(reader)).map(({ number }) => number));

/** @param ids JSON list of users @returns by user, the numbers of open tasks about the user or their account */
export const readTasksOfUsers = async (
  reader: Reader,
  ids: string,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  if (!(await isMirror(reader))) return new Map();
  const which = "o.pk in (select pk from user where id in (select value from json_each(:ids)))";
  const drift = [USER.name, ACCOUNT.name].map((thing) => buildThingDriftSql(getVersionSchema(thing), which));
  const rows = await reader.all(
    `select distinct u.id, c.number from (${drift.join(" union all ")}) d join main.change c on c.revision = d.revision
       join main.user u on u.pk = d.pk where d.action not in ('restore', 'unsettled') order by c.number`,
    { ids },
  );
  const byUser = Map.groupBy(rows, ({ id }) => String(id));
  return new Map([...byUser].map(([id, all]) => [id, all.map(({ number }) => Number(number))]));
};
