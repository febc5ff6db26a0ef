import type { TaskRecord } from "../../contract/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, SETTINGS_ID } from "../../model/account.ts";
import type { FormatName } from "../../model/console-files.ts";
import { DEVICE, OWNERS } from "../../model/device.ts";
import { formatOrgPath, ORG } from "../../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import type { Reader, Row, Value } from "../store/store.ts";
import { versionsOf } from "../versions/keep.ts";
import { RELATIONS } from "../versions/references.ts";
import { bitOf, versionTable, type Versions } from "../versions/tables.ts";
import {
  calledIn,
  fieldOf,
  lastState,
  shownValue,
  stateAt,
  Timelines,
  type Moment,
  type NameReader,
  type RecordState,
  type ShownValue,
  type StateReader,
} from "../versions/timeline.ts";
import { columnsIn, customColumn, tasksOfRecord, type RecordDrift } from "./drift.ts";
import { EXPORTED_COLUMNS, fileFields } from "./exported.ts";
import { CUSTOM, isConfirmedState, observedTable, PRESENCE, statesSince } from "./observed.ts";
import { Occupants } from "./occupants.ts";

// The records of tasks as people read them: by the names that the console has for them, which may not be those of the mirror.

type RecordChange = TaskRecord["changes"][number];
type ConsoleValue = RecordChange["after"];
type ConsoleName = NonNullable<TaskRecord["console"]>;

/** A column with what secrets were set. */
const SECRETS = "secrets";

const entriesOf = (value: Value | undefined): Readonly<Record<string, string | null>> =>
  JSON.parse(String(value ?? "{}")) as Record<string, string | null>;

const isIn = (mask: number, bit: string): boolean => (BigInt(mask) & BigInt(bit)) !== 0n;

/** Reads the records of tasks; what several tasks name is read once. */
export class TaskRecords {
  readonly #reader: Reader;
  readonly #timelines: Timelines;
  readonly #observed = new Map<string, Promise<Row | undefined>>();
  readonly #since = new Map<string, Promise<readonly Row[]>>();
  readonly #held = new Map<string, Promise<readonly number[]>>();
  #groups: Promise<ReadonlyMap<string, string>> | undefined;
  #exported: Promise<ReadonlySet<string>> | undefined;
  readonly #calledHere: NameReader;
  readonly #calledThere: NameReader;
  readonly #occupants: Occupants | undefined;

  /** @param occupants also who has the keys that records get: this reads all keys that differ */
  constructor(reader: Reader, { occupants }: { readonly occupants: boolean }) {
    this.#reader = reader;
    this.#occupants = occupants ? new Occupants(reader) : undefined;
    this.#timelines = new Timelines(reader);
    this.#calledHere = withCodes((thing, pk) => this.#local(thing, pk));
    this.#calledThere = withCodes((thing, pk) => this.#console(thing, pk));
  }

  /** Returns a record of a task. */
  async read({ thing: name, pk, action, mask, contradicted, leftOut }: RecordDrift): Promise<TaskRecord> {
    const { thing } = versionsOf(name);
    const timeline = await this.#timelines.of(thing, pk);
    const local = lastState(timeline) ?? {};
    const inConsole = (await this.#observedOf(thing, pk))?.["inConsole"] === 1;
    // one that was deleted here, and came back, may be there as it was before
    const console = action === "create" && !inConsole ? null : await this.#console(thing, pk);
    const shown = action === "create" ? null : await this.#shown(thing, pk);
    const changes = await this.#changes(thing, pk, { action, mask, local, console: shown });
    const differing =
      action === "delete" && contradicted !== 0 && shown !== null
        ? await this.#changes(thing, pk, {
            action: "update",
            mask: differingBits(thing, local, shown),
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
      kind: kindOf(thing, local),
      id: thing === ACCOUNT_SETTINGS ? SETTINGS_ID : String((await this.#owner(thing, pk, local))["id"]),
      work: workOf(thing, action, changes),
      ...here,
      console: isSame ? null : there,
      changes,
      ...(mayBeDone && { mayBeDone }),
      contradicted: contradicted !== 0,
      ...(contradicted !== 0 && { contradictions: contradictionsIn(thing, { action, contradicted }, differing) }),
      ...(leftOut !== null && { leftOut }),
    };
  }

  /**
   * Returns a record of a task that is done, as its change found it and left it; undefined if the asker may not know of it.
   *
   * @param revision of the change
   */
  async readDone({ thing: name, pk, action, mask }: RecordDrift, revision: number): Promise<TaskRecord | undefined> {
    const { thing } = versionsOf(name);
    const stateOf =
      (side: Moment["side"]): StateReader =>
      async (of, number) => {
        const timeline = await this.#timelines.of(of, number);
        return timeline.isVisible ? stateAt(timeline, { revision, side }) : null;
      };
    const [before, after] = [await stateOf("before")(thing, pk), await stateOf("after")(thing, pk)];
    const local = action === "delete" ? before : after;
    if (local === null) return undefined;
    const changes = await this.#changes(thing, pk, { action, mask, local, console: before, isDone: true });
    return {
      thing: name,
      kind: kindOf(thing, local),
      id: thing === ACCOUNT_SETTINGS ? SETTINGS_ID : String((await this.#owner(thing, pk, local))["id"]),
      work: workOf(thing, action, changes),
      ...(await this.#called(thing, pk, local, stateOf(action === "delete" ? "before" : "after"))),
      console: null,
      changes,
      contradicted: false,
    };
  }

  /** Returns a record as it is here; as it was at last if it was deleted, so that people can be told of it. */
  async #local(thing: Thing, pk: number): Promise<RecordState> {
    const timeline = await this.#timelines.of(thing, pk);
    return timeline.isVisible ? lastState(timeline) : null;
  }

  /** Returns a record as the console has it, as far as is known: as an export last showed it, or somebody confirmed it since. */
  #console(thing: Thing, pk: number): Promise<RecordState> {
    return this.#overlaid(thing, pk, ({ differs, confirmed }) => Number(BigInt(differs) & ~BigInt(confirmed)));
  }

  /** Returns a record as an export last showed it. */
  #shown(thing: Thing, pk: number): Promise<RecordState> {
    return this.#overlaid(thing, pk, ({ differs }) => differs);
  }

  /** Returns a record with what the console has otherwise; one that it does not have as it is here. */
  async #overlaid(
    thing: Thing,
    pk: number,
    maskOf: (observed: { readonly differs: number; readonly confirmed: number }) => number,
  ): Promise<RecordState> {
    const local = await this.#local(thing, pk);
    const observed = await this.#observedOf(thing, pk);
    if (local === null || observed === undefined) return local;
    if (observed["inConsole"] === 0 && !isIn(Number(observed["confirmed"]), PRESENCE)) return local;
    const { columns } = versionsOf(thing.name);
    const differs = maskOf({ differs: Number(observed["differs"]), confirmed: Number(observed["confirmed"]) });
    const state: Record<string, Value> = { ...local };
    for (const { name, bit } of columns)
      if (isIn(differs, bit)) state[name] = name === CUSTOM ? overlaid(local, observed) : (observed[name] ?? null);
    return state;
  }

  /** Returns the secrets that a record had before it was deleted, of which nothing came back. */
  async #lost(thing: Thing, pk: number): Promise<RecordState> {
    const row = await this.#reader.get(
      `select ${SECRETS} from main.${versionTable(versionsOf(thing.name))} where pk = :pk and action = 'delete' order by revision desc limit 1`,
      { pk },
    );
    return row ?? null;
  }

  #observedOf(thing: Thing, pk: number): Promise<Row | undefined> {
    const place = `${thing.name} ${pk}`;
    const found =
      this.#observed.get(place) ??
      this.#reader.get(`select * from main.${observedTable({ thing })} where pk = :pk`, { pk });
    this.#observed.set(place, found);
    return found;
  }

  /** Returns the states that a record had since the console last showed it. */
  #statesSince(versions: Versions, pk: number): Promise<readonly Row[]> {
    const place = `${versions.thing.name} ${pk}`;
    const found =
      this.#since.get(place) ??
      this.#reader.all(`select * from (${statesSince(versions, ":pk")}) order by place`, { pk });
    this.#since.set(place, found);
    return found;
  }

  /** Returns the record that has the name and the id: an account has those of its user. */
  async #owner(thing: Thing, pk: number, state: Row): Promise<Row> {
    return thing === ACCOUNT ? ((await this.#local(USER, pk)) ?? {}) : state;
  }

  async #called(thing: Thing, pk: number, state: Row, stateOf: StateReader): Promise<ConsoleName> {
    if (thing === ACCOUNT_SETTINGS) return { name: SETTINGS_ID, key: null };
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
    // an organisation without a code is told by its place
    if (thing !== ORG || state["parent"] === null) return { name, key: null };
    const above = await calledIn(stateOf)(ORG, state["parent"] ?? null);
    const parent = await stateOf(ORG, Number(state["parent"]));
    const own = formatOrgPath([name]);
    return { name, key: above === null || parent?.["parent"] === null ? own : `${above}/${own}` };
  }

  /** Returns what is to be changed in the console: of a new record all that it has. @param isDone it was changed there */
  async #changes(
    thing: Thing,
    pk: number,
    {
      action,
      mask,
      local,
      console,
      isDone = false,
    }: Pick<RecordDrift, "action" | "mask"> & { local: Row; console: RecordState; isDone?: boolean },
  ): Promise<RecordChange[]> {
    if (action === "delete") return [];
    const versions = versionsOf(thing.name);
    const found = await this.#observedOf(thing, pk);
    // one that comes back may be there still, with anything that was asked for
    const observed = console === null && found?.["inConsole"] === 0 ? undefined : found;
    const columns =
      action === "create"
        ? versions.columns.filter(({ leads }) => leads).map(({ name }) => name)
        : columnsIn(versions, mask);
    const changes: RecordChange[] = [];
    for (const column of inOrder(thing, columns)) {
      if (column === CUSTOM) {
        changes.push(...(await this.#customChanges(thing, pk, local, console)));
        continue;
      }
      const lost = action === "create" && column === SECRETS ? await this.#lost(thing, pk) : null;
      const secrets = secretsIn(column, local, console, lost);
      if (secrets !== undefined) {
        const told = secrets.filter(
          (field) => action !== "create" || thing.fields[field]?.column?.required === undefined,
        );
        changes.push(...told.map((field) => ({ field, before: null, after: null })));
        continue;
      }
      const [after, renamed] = await this.#valueNamed(thing, column, local[column] ?? null);
      const before =
        console === null ? null : readable(await shownValue(thing, column, console[column] ?? null, this.#calledThere));
      if (action === "create" && isBlank(after)) continue;
      const known = [local[column] ?? null, (console ?? observed)?.[column] ?? null];
      const all = isDone || observed === undefined ? [] : await this.#perhaps(thing, pk, { column, known });
      // what is added again is compared with what it was, not with nothing
      const perhaps = action === "create" ? all.filter((value) => value !== "") : all;
      const missing = !isDone && (await this.#lacks(thing, column, local[column] ?? null));
      const occupant = isDone ? undefined : await this.#occupant(thing, pk, column, local);
      const change = {
        field: fieldName(thing, column),
        before: column === "groups" ? await this.#groupsThere(before) : before,
        after: column === "groups" ? await this.#groupsThere(after) : after,
        ...(renamed !== undefined && { renamed }),
        ...(perhaps.length > 0 && { perhaps: [...perhaps] }),
        ...(missing && { missing }),
        ...(occupant !== undefined && { occupant }),
      };
      const isUnknown =
        !isDone &&
        console !== null &&
        (await this.#isUnknown(thing, pk, { column, local, fields: fileFields(thing, column) }));
      changes.push(isUnknown ? withoutBefore(change) : change);
    }
    return changes;
  }

  /** Returns whether the last export lacks the record that a column refers to, so that it stays only for that. */
  async #lacks(thing: Thing, column: string, value: Value): Promise<boolean> {
    const relation = RELATIONS.find(({ from, field }) => from === thing && field === column);
    if (value === null || relation === undefined || relation.joined !== undefined) return false;
    const { name, formats } = relation.to;
    const held = this.#held.get(name) ?? readHeld(this.#reader, Object.keys(formats));
    this.#held.set(name, held);
    return (await held).includes(Number(value));
  }

  /** Returns the record that has a key of another one in the console; undefined if none has that the asker may know of. */
  async #occupant(thing: Thing, pk: number, column: string, local: Row): Promise<RecordChange["occupant"]> {
    const found = await this.#occupants?.of(thing, pk, column, local);
    const console = found && (await this.#console(thing, found.pk));
    if (found === undefined || console === undefined || console === null) return undefined;
    const [revision = -1] = await tasksOfRecord(this.#reader, thing.name, found.pk, column);
    const change = await this.#reader.get("select number from main.change where revision = :revision", { revision });
    return {
      id: String(console["id"]),
      ...(await this.#called(thing, found.pk, console, (of, number) => this.#console(of, number))),
      task: change === undefined ? null : Number(change["number"]),
      ring: found.ring,
    };
  }

  /** Returns a local value by the names of the console, and what the record that it names is called here, if otherwise. */
  async #valueNamed(thing: Thing, column: string, value: Value): Promise<readonly [ConsoleValue, string | undefined]> {
    const [there, here] = [
      readable(await shownValue(thing, column, value, this.#calledThere)),
      readable(await shownValue(thing, column, value, this.#calledHere)),
    ];
    const isRenamed = typeof here === "string" && here !== there;
    return [there, isRenamed ? here : undefined];
  }

  /**
   * Returns the values that the console may have by now, as they were asked for since it last showed the record.
   *
   * @param key of a custom field
   */
  async #perhaps(
    thing: Thing,
    pk: number,
    { column, known, key }: { readonly column: string; readonly known: readonly Value[]; readonly key?: string },
  ): Promise<readonly string[]> {
    const versions = versionsOf(thing.name);
    const states = await this.#statesSince(versions, pk);
    const bit = bitOf(versions, column);
    const all = new Set(known);
    const found: string[] = [];
    for (const { mask, [column]: written = null } of states) {
      const value = key === undefined ? written : (entriesOf(written)[key] ?? null);
      if (!isIn(Number(mask), bit) || all.has(value)) continue;
      all.add(value);
      const shown = readable(
        key === undefined ? await shownValue(thing, column, value, this.#calledThere) : String(value ?? ""),
      );
      found.push(typeof shown === "object" ? (shown ?? []).join(", ") : shown);
    }
    return found;
  }

  /**
   * Returns true if the console may never have had the observed value of a column, as no export has shown it.
   *
   * @param fields of the files' columns that show it; if there is none, what was entered here is all that anybody knows
   */
  async #isUnknown(
    thing: Thing,
    pk: number,
    { column, local, fields }: { readonly column: string; readonly local: Row; readonly fields: readonly string[] },
  ): Promise<boolean> {
    const versions = versionsOf(thing.name);
    const { inConsole, contradicted = 0 } = (await this.#observedOf(thing, pk)) ?? {};
    const bit = bitOf(versions, column);
    // an export of a part may have shown it, or somebody has confirmed that the record was created there as it was here
    const isKnown = inConsole === 0 || isIn(Number(contradicted), bit);
    if (isKnown || fields.length === 0) return false;
    const states = await this.#statesSince(versions, pk);
    if (states.some((state) => isConfirmedState(state) && isIn(Number(state["mask"]), bit))) return false;
    this.#exported ??= this.#reader
      .all(`select kind, field from ${EXPORTED_COLUMNS}`)
      .then((rows) => new Set(rows.map(({ kind, field }) => `${String(kind)} ${String(field)}`)));
    const [kind, exported] = [kindOf(thing, local), await this.#exported];
    return !fields.some((field) => exported.has(`${kind} ${field}`));
  }

  async #customChanges(thing: Thing, record: number, local: Row, console: RecordState): Promise<RecordChange[]> {
    const [after, before] = [entriesOf(local[CUSTOM]), entriesOf(console?.[CUSTOM])];
    const observed = await this.#observedOf(thing, record);
    const isWhole = isIn(Number(observed?.["confirmed"] ?? 0), bitOf(versionsOf(thing.name), CUSTOM));
    // those that were confirmed before the others are in no task
    const confirmed = isWhole ? [] : (JSON.parse(String(observed?.["confirmedFields"] ?? "[]")) as string[]);
    // those that were changed, and changed back, are to be checked
    const written = console === null ? {} : entriesOf(observed?.[CUSTOM]);
    const changes: RecordChange[] = [];
    for (const key of new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(written)])) {
      const [from, to] = [before[key] ?? null, after[key] ?? null];
      const isDone = (from === to && !(key in written)) || confirmed.includes(key);
      const name = isDone ? null : await this.#calledHere(CUSTOM_FIELD, Number(key));
      if (name === null) continue;
      const perhaps =
        console === null ? [] : await this.#perhaps(thing, record, { column: CUSTOM, known: [from, to], key });
      const change = {
        field: `custom:${name}`,
        before: from,
        after: to,
        ...(perhaps.length > 0 && { perhaps: [...perhaps] }),
      };
      const fields = [customColumn(Number(key))];
      const isUnknown = console !== null && (await this.#isUnknown(thing, record, { column: CUSTOM, local, fields }));
      changes.push(isUnknown ? withoutBefore(change) : change);
    }
    return changes;
  }

  /** Returns the names that the console has of groups. */
  async #groupsThere(names: ConsoleValue): Promise<ConsoleValue> {
    if (!Array.isArray(names)) return names;
    const bit = versionsOf(SECURED_GROUP.name).columns.find(({ name }) => name === "name")?.bit ?? "0";
    this.#groups ??= this.#reader
      .all(
        `select t.name as local, o.name as console from main.${observedTable({ thing: SECURED_GROUP })} o
           join main.${SECURED_GROUP.name} t on t.pk = o.pk where o.inConsole = 1 and o.differs & ${bit} <> 0`,
      )
      .then((rows) => new Map(rows.map((row) => [String(row["local"]), String(row["console"])])));
    const renamed = await this.#groups;
    return (names as readonly string[]).map((name) => renamed.get(name) ?? name);
  }
}

/** Returns the numbers of the records that the last whole export of some kinds lacks, and that stay for what refers to them. */
const readHeld = async (reader: Reader, kinds: readonly string[]): Promise<readonly number[]> => {
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

/** Returns the bits of the columns in which two states of a record differ. */
const differingBits = (thing: Thing, one: Row, other: Row): number =>
  versionsOf(thing.name)
    .columns.filter(({ name, leads }) => leads && (one[name] ?? null) !== (other[name] ?? null))
    .reduce((bits, { bit }) => bits + Number(bit), 0);

/** Returns in what an export contradicted a record. @param changes in what it differs from the console */
const contradictionsIn = (
  thing: Thing,
  { action, contradicted }: Pick<RecordDrift, "action" | "contradicted">,
  changes: readonly RecordChange[],
): NonNullable<TaskRecord["contradictions"]> => {
  if (action === "create" && isIn(contradicted, PRESENCE)) return [{ field: null, local: null, console: null }];
  const fields = new Set(columnsIn(versionsOf(thing.name), contradicted).map((column) => fieldName(thing, column)));
  return changes
    .filter(({ field }) => action === "delete" || fields.has(field.replace(/^custom:.*/, CUSTOM)))
    .map(({ field, before, after }) => ({ field, local: after, console: before }));
};

/** Names records: organisations by their path and code, as paths need not be unique. */
const withCodes = (stateOf: StateReader): NameReader => {
  const called = calledIn(stateOf);
  return async (thing, pk) => {
    const name = await called(thing, pk);
    if (thing !== ORG || name === null) return name;
    const code = (await stateOf(ORG, Number(pk)))?.["code"] ?? null;
    return code === null ? name : `${name} (${code})`;
  };
};

/** Returns the custom fields of a record as the console has them; none of a new one, if no export showed any. */
const overlaid = (local: Row, observed: Row): string => {
  const shown = entriesOf(observed[CUSTOM]);
  const all = Object.keys(shown).length === 0 ? {} : { ...entriesOf(local[CUSTOM]), ...shown };
  return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));
};

/** Returns a value as files have it. */
const readable = (value: ShownValue): ConsoleValue =>
  typeof value === "boolean" ? (value ? "TRUE" : null) : Array.isArray(value) && value.length === 0 ? null : value;

const isBlank = (value: ConsoleValue): boolean => value === null || value.length === 0;

/** Returns a change without what the console had, which is not known. A value that is to be checked is as it is here. */
const withoutBefore = (change: RecordChange): RecordChange => {
  const isBack = String(change.before) === String(change.after);
  return { ...change, before: isBack ? change.after : null, neverExported: true };
};

/** Returns what tasks call a column: its field. */
export const fieldName = (thing: Thing, column: string): string => {
  const field = fieldOf(thing, column);
  return Object.keys(thing.fields).find((name) => thing.fields[name] === field) ?? column;
};

const inOrder = (thing: Thing, columns: readonly string[]): readonly string[] => {
  const places = Object.keys(thing.fields);
  return columns.toSorted((a, b) => places.indexOf(fieldName(thing, a)) - places.indexOf(fieldName(thing, b)));
};

/** Returns the fields of the secrets that a column tells of and that were set since; undefined of columns without secrets. */
const secretsIn = (
  column: string,
  local: Row,
  console: RecordState,
  lost: RecordState,
): readonly string[] | undefined => {
  if (column === SECRETS) {
    const [after, before] = [
      { ...entriesOf(lost?.[column]), ...entriesOf(local[column]) },
      entriesOf(console?.[column]),
    ];
    return Object.keys(after).filter((field) => after[field] !== before[field]);
  }
  if (!column.endsWith("SetAt")) return undefined;
  return local[column] === null ? [] : [column.slice(0, -"SetAt".length)];
};

/** Returns the kind of files whose screen has a record. */
const kindOf = ({ name, formats }: Thing, state: Row): FormatName => {
  if (name === SECURED_USER.name || name === SECURED_GROUP.name) return state["app"] as FormatName;
  return (Object.keys(formats)[0] as FormatName | undefined) ?? "users";
};

/** Returns what is done with a record. What nobody can add in the console is there always. */
const workOf = (thing: Thing, action: RecordDrift["action"], changes: readonly RecordChange[]): TaskRecord["work"] => {
  if (action === "create" && thing.clicks?.create === undefined) return "edit";
  if (action !== "update") return action;
  const isBack = changes.every(
    ({ before, after, field }) => String(before) === String(after) && !isSecret(thing, field),
  );
  if (isBack) return "check";
  const isPlace = ({ field }: RecordChange): boolean =>
    thing === DEVICE ? OWNERS.includes(field) : thing.fields[field]?.refers?.to === ORG.name;
  return thing.clicks?.move !== undefined && changes.every(isPlace) ? "move" : "edit";
};

const isSecret = ({ fields }: Thing, field: string): boolean => fields[field]?.secret === true;
