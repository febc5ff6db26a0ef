import type { ConsoleTask, TaskRecord } from "../../../src/lib/contract/index.ts";
import { formatOrgPath, ROOT_ORG_NAME } from "../../../src/lib/model/organisation.ts";
import type { Cells } from "./tenant.ts";

export const CONSOLE_KINDS = ["orgs", "users", "devices", "docs"] as const;
export type ConsoleKind = (typeof CONSOLE_KINDS)[number];

/** The console's own number of 全社. */
export const ROOT = 0;

/** A value of a field; a record by its number, a set of names in their order. */
export type Value = string | number | readonly string[] | null;
export type Values = Readonly<Record<string, Value>>;

interface KindModel {
  /** the field that identifies a record on the screen and in files */
  readonly key: string;
  /** the field by which people name a record */
  readonly label: string;
  /** fields that name a record, and of which kind */
  readonly references: Readonly<Record<string, ConsoleKind>>;
  /** the columns of its exports */
  readonly columns: Readonly<Record<string, string>>;
  /** those that an export may lack, each with what goes with it */
  readonly optional: readonly (readonly string[])[];
  /** fields that no export shows */
  readonly hidden: readonly string[];
}

export const MODELS: Readonly<Record<ConsoleKind, KindModel>> = {
  orgs: {
    key: "code",
    label: "name",
    references: { parentId: "orgs" },
    columns: { name: "組織名", code: "組織コード", parentId: "上位組織パス" },
    optional: [],
    hidden: [],
  },
  users: {
    key: "emails",
    label: "name",
    references: { org: "orgs" },
    columns: {
      name: "氏名",
      emails: "メールアドレス",
      title: "役職",
      org: "組織コード",
      "custom:座席": "座席",
    },
    optional: [["title"], ["org"], ["custom:座席"]],
    hidden: ["salesforceAccount"],
  },
  devices: {
    key: "serialNumber",
    label: "serialNumber",
    references: { owner: "users", ownerOrg: "orgs" },
    columns: {
      serialNumber: "シリアルナンバー",
      identificationName: "端末識別名",
      memo: "メモ",
      owner: "所有者メールアドレス",
      ownerOrg: "所有組織コード",
      tags: "タグ",
    },
    optional: [["identificationName"], ["memo"], ["owner", "ownerOrg"], ["tags"]],
    hidden: [],
  },
  docs: {
    key: "userId",
    label: "displayName",
    references: {},
    columns: { userId: "ユーザーID", displayName: "表示名", description: "説明" },
    optional: [["description"]],
    hidden: ["groups"],
  },
};

/** The fields of a kind. */
export const fieldsOf = (kind: ConsoleKind): readonly string[] => [
  ...Object.keys(MODELS[kind].columns),
  ...MODELS[kind].hidden,
];

const LISTS = new Set(["emails", "tags", "groups"]);
/** A value as it is compared: an empty list is none, and tags and groups have no order. */
export const normalised = (field: string, value: Value | undefined): Value => {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "object") return value;
  if (value.length === 0) return null;
  return field === "emails" ? value : value.toSorted();
};

/** The key of a record of a kind; null without one. */
export const keyIn = (kind: ConsoleKind, values: Values | undefined): string | null => {
  const value = values?.[MODELS[kind].key] ?? null;
  return typeof value === "object" && value !== null ? (value[0] ?? null) : (value as string | null);
};

/** A record as people name it. */
export interface Label {
  readonly name: string | null;
  readonly key: string | null;
}

/** The record on which somebody worked, and the id of the one that the task is about. */
export interface Entry {
  readonly kind: ConsoleKind;
  readonly record: number;
  readonly id: string;
}

/** What somebody who does a task did; `isComplete`: nothing of it is left. */
export interface Outcome {
  readonly entries: readonly Entry[];
  readonly isComplete: boolean;
}

/** A key to be entered once the record that has it has another one. */
interface Wish {
  readonly kind: ConsoleKind;
  readonly record: number;
  readonly value: Value;
}

/** What somebody who does a task knows besides. */
export interface Knowledge {
  /** whether a record with a key that another one is to get will lose it, as the list of tasks shows */
  readonly isLeaving: (kind: ConsoleKind, record: number) => boolean;
}

/** @param id of the record of the mirror for which somebody waited, if it is known still */
type Granting = (granted: { readonly kind: ConsoleKind; readonly record: number }, id: string | undefined) => void;

/**
 * A console that others work in, too. It numbers its records itself: somebody who does a task finds them only by the names
 * and keys that the task has.
 */
export class SharedConsole {
  readonly records: Readonly<Record<ConsoleKind, Map<number, Values>>> = {
    orgs: new Map(),
    users: new Map(),
    devices: new Map(),
    docs: new Map(),
  };
  readonly groups = new Set<string>();
  #wishes: Wish[] = [];
  /** the records that somebody added, or gave a key, for a task */
  readonly #begun = new Map<string, number>();
  #last = ROOT;

  readonly #granting: Granting;

  /** @param granting is told when a record gets the key which it waited for */
  constructor(granting: Granting) {
    this.#granting = granting;
  }

  /** Whether a record has a temporary key, as the ring of keys that it is in is not done. */
  get hasTemporaryKeys(): boolean {
    return this.#wishes.length > 0;
  }

  /** Nobody waits any more for a key that another record has. */
  giveUp(): void {
    this.#wishes = [];
  }

  /** Adds a record. @returns its number */
  add(kind: ConsoleKind, values: Values): number {
    this.#last += 1;
    this.records[kind].set(this.#last, values);
    return this.#last;
  }

  write(kind: ConsoleKind, record: number, values: Values): void {
    this.records[kind].set(record, { ...this.records[kind].get(record), ...values, ...withOneOwner(values) });
    this.#grant();
  }

  /** Whether another record names one. */
  isUsed(kind: ConsoleKind, record: number): boolean {
    return CONSOLE_KINDS.some((of) =>
      Object.entries(MODELS[of].references).some(
        ([field, to]) => to === kind && [...this.records[of].values()].some((values) => values[field] === record),
      ),
    );
  }

  /** Deletes a record that nothing refers to. @returns false if something does */
  remove(kind: ConsoleKind, record: number): boolean {
    if (this.isUsed(kind, record)) return false;
    this.records[kind].delete(record);
    this.#wishes = this.#wishes.filter((wish) => wish.record !== record);
    this.#grant();
    return true;
  }

  renameGroup(name: string, to: string | undefined): void {
    this.groups.delete(name);
    if (to !== undefined) this.groups.add(to);
    for (const [record, values] of this.records.docs) {
      const groups = (values["groups"] ?? []) as readonly string[];
      if (!groups.includes(name)) continue;
      const others = groups.filter((one) => one !== name);
      this.records.docs.set(record, { ...values, groups: [...others, ...(to === undefined ? [] : [to])] });
    }
  }

  /** The names of an organisation and of those above it, the uppermost first. */
  #namesAt(record: number): readonly string[] {
    const names: string[] = [];
    const { orgs } = this.records;
    for (let at = orgs.get(record); at !== undefined; at = orgs.get(Number(at["parentId"])))
      names.unshift(String(at["name"]));
    return names;
  }

  pathOf(record: number): string {
    return formatOrgPath(this.#namesAt(record));
  }

  /** How many organisations are above one, with itself. */
  depthOf(record: number): number {
    return this.#namesAt(record).length;
  }

  /** Whether an organisation is another one or below it. */
  isBelow(record: number, above: number): boolean {
    for (let at = record; at !== ROOT; at = Number(this.records.orgs.get(at)?.["parentId"] ?? ROOT))
      if (at === above) return true;
    return false;
  }

  /** The record that has a key. */
  withKey(kind: ConsoleKind, key: string | null, but?: number): number | undefined {
    if (key === null) return undefined;
    const isIts = ([record, values]: readonly [number, Values]): boolean => {
      const { [MODELS[kind].key]: value = null } = values;
      return record !== but && (typeof value === "object" ? (value ?? []).includes(key) : value === key);
    };
    return [...this.records[kind]].find(isIts)?.[0];
  }

  /** The record that people mean by a name and a key: by the key, or an organisation by its place. @param isNew it is to be added */
  find(kind: ConsoleKind, { name, key }: Label, isNew = false): number | undefined {
    const found = this.withKey(kind, key ?? (MODELS[kind].key === MODELS[kind].label ? name : null));
    if (found !== undefined || kind !== "orgs") return found;
    const place = this.#orgAt(key ?? name ?? "");
    if (place !== undefined || key === null || key.includes("/") || isNew) return place;
    // one that gets its first code is named by that
    const plain = [...this.records.orgs].filter(([, values]) => values["name"] === name && values["code"] === null);
    return plain.length === 1 ? plain[0]?.[0] : undefined;
  }

  #orgAt(path: string): number | undefined {
    const all = [...this.records.orgs.keys()].filter((record) => this.pathOf(record) === path);
    return all.find((record) => this.records.orgs.get(record)?.["code"] === null) ?? all[0];
  }

  /** The organisation that a text means: `path (code)`, a path or a code. */
  #orgCalled(text: string): number | undefined {
    if (text === ROOT_ORG_NAME) return ROOT;
    const [, path = text, code] = /^(.*) \((.+)\)$/.exec(text) ?? [];
    if (code === undefined) return this.#orgAt(path) ?? this.withKey("orgs", text);
    return this.withKey("orgs", code) ?? this.#orgAt(path);
  }

  /** The record that a task's text means; undefined if the console has none that is called so. */
  #called(kind: ConsoleKind, texts: readonly string[]): number | undefined {
    const isExact = (record: number, text: string): boolean => {
      const values = this.records[kind].get(record);
      const label = kind === "orgs" ? this.pathOf(record) : String(values?.["name"]);
      const key = keyIn(kind, values);
      return text === (kind === "orgs" ? (key === null ? label : `${label} (${key})`) : `${label} <${key}>`);
    };
    const exact = texts.flatMap((text) => [...this.records[kind].keys()].filter((record) => isExact(record, text)));
    if (exact[0] !== undefined) return exact[0];
    for (const text of texts) {
      const found = kind === "orgs" ? this.#orgCalled(text) : this.withKey(kind, /<(.*)>$/.exec(text)?.[1] ?? text);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Enters values; a key that another record has waits until that is free. @returns false if it will not be */
  #enter(kind: ConsoleKind, record: number, { values, knowledge }: Entered): boolean {
    const { key } = MODELS[kind];
    const { [key]: wanted = null, ...others } = values;
    const before = this.records[kind].get(record);
    if (kind === "orgs" && this.#isPlaceTaken(record, { ...before, ...values })) return false;
    if (kind === "orgs" && this.isBelow(Number(values["parentId"] ?? ROOT), record)) return false;
    if (wanted === null || JSON.stringify(before?.[key]) === JSON.stringify(wanted)) {
      // nobody waits any more for the key that it was to get before
      if (key in values) this.#wishes = this.#wishes.filter((wish) => wish.record !== record);
      this.write(kind, record, key in values ? { ...others, [key]: wanted } : others);
      return true;
    }
    const holders = this.#holders(kind, record, wanted);
    if (!holders.every((holder) => knowledge.isLeaving(kind, holder))) return false;
    const isWaiting = this.#wishes.some((wish) => wish.record === record);
    this.#wishes = this.#wishes.filter((wish) => wish.record !== record);
    if (holders.length === 0) {
      this.write(kind, record, values);
      return true;
    }
    this.#wishes.push({ kind, record, value: wanted });
    if (isWaiting) {
      this.write(kind, record, others);
      return true;
    }
    this.#last += 1;
    const temporary = `T${this.#last}`;
    this.write(kind, record, { ...others, [key]: typeof wanted === "object" ? [`${temporary}@x`] : temporary });
    return true;
  }

  /** Whether another organisation without a code has the name and the place of one: the console takes no second one. */
  #isPlaceTaken(record: number, { name, code = null, parentId }: Values): boolean {
    const others = [...this.records.orgs].filter(([one]) => one !== record);
    return (
      code === null &&
      others.some(([, org]) => org["code"] === null && org["name"] === name && org["parentId"] === parentId)
    );
  }

  #holders(kind: ConsoleKind, record: number, value: Value): readonly number[] {
    const keys = (typeof value === "object" ? (value ?? []) : [String(value)]).map((key) =>
      this.withKey(kind, key, record),
    );
    return keys.filter((holder) => holder !== undefined);
  }

  /** Enters the keys that are free by now. */
  #grant(): void {
    const free = this.#wishes.find(({ kind, record, value }) => this.#holders(kind, record, value).length === 0);
    if (free === undefined) return;
    this.#wishes = this.#wishes.filter((wish) => wish !== free);
    const [id] = [...this.#begun].find(([, record]) => record === free.record) ?? [];
    this.#granting(free, id);
    this.write(free.kind, free.record, { [MODELS[free.kind].key]: free.value });
  }

  /** Does a task record by record, as far as it can be done; what is below comes after what is above, and goes before it. */
  doTask({ records }: ConsoleTask, knowledge: Knowledge): Outcome {
    const entries: Entry[] = [];
    let left = records;
    for (let count = -1; count !== left.length;) {
      count = left.length;
      left = left.filter((record) => {
        const found = record.thing === "secured_group" ? this.#doGroup(record) : this.#doRecord(record, knowledge);
        if (found !== undefined && found >= 0)
          entries.push({ kind: record.kind as ConsoleKind, record: found, id: record.id });
        return found === undefined;
      });
    }
    return { entries, isComplete: left.length === 0 };
  }

  /** @returns the record; undefined if it cannot be done; -1 if nothing is to be done */
  #doRecord(task: TaskRecord, knowledge: Knowledge): number | undefined {
    if (task.thing === "custom_field") return -1;
    const kind = task.kind as ConsoleKind;
    const { name, key } = task.console ?? task;
    if (task.work === "delete") {
      const gone = this.#begunFor(kind, task.id) ?? this.#findNamed(kind, { name, key }, task);
      return gone === undefined ? -1 : this.remove(kind, gone) ? gone : undefined;
    }
    const values: Record<string, Value> = {};
    for (const { field, after, renamed } of task.changes) {
      const { [field]: to } = MODELS[kind].references;
      if (to === undefined || after === null) values[field] = after;
      else {
        const texts = [after, renamed].filter((text) => typeof text === "string");
        const found = this.#called(to, texts);
        if (found === undefined) return undefined;
        values[field] = found;
      }
    }
    const path = kind === "orgs" && key === null ? this.#pathBelow(values, name) : undefined;
    const entered = keyIn(kind, values);
    const found =
      this.#begunFor(kind, task.id) ??
      this.#findNamed(kind, { name, key: key ?? path ?? null }, task) ??
      // somebody has changed the key already
      (entered === null ? undefined : this.#sameName(kind, entered, [name, task.name]));
    const isBegun = found !== undefined && this.#begun.get(task.id) === found;
    const isOther =
      found !== undefined &&
      !isBegun &&
      task.console === null &&
      (this.records[kind].get(found)?.[MODELS[kind].label] !== task.name || knowledge.isLeaving(kind, found));
    const isNew = (found === undefined || isOther) && task.work === "create";
    if (found === undefined && !isNew) return undefined;
    const place: Values = kind === "orgs" ? { parentId: ROOT, code: null } : kind === "users" ? { org: ROOT } : {};
    const record = isNew ? this.add(kind, place) : (found ?? -1);
    const isEntered = this.#enter(kind, record, { values, knowledge });
    if (!isEntered && isNew) this.records[kind].delete(record);
    // whoever added it or gave it a key finds it again
    if (isEntered && (isNew || entered !== null)) this.begin(task.id, record);
    return isEntered ? record : undefined;
  }

  /** The record with a key, or with another one that the task has, which has a name of the task: nobody works on one called otherwise. */
  #findNamed(kind: ConsoleKind, { name, key }: Label, task: TaskRecord): number | undefined {
    const { key: keyField, label } = MODELS[kind];
    const perhaps = (field: string): readonly string[] =>
      task.changes.flatMap((change) => (change.field === field ? (change.perhaps ?? []) : []));
    const names = [name, task.name, ...perhaps(label)];
    const isCalled = (record: number | undefined): boolean =>
      record !== undefined && (label === keyField || names.includes(this.records[kind].get(record)?.[label] as string));
    const places =
      kind === "orgs" && key !== null ? [task.name, ...perhaps(label)].map((other) => besidePath(key, other)) : [];
    const found = [key, ...perhaps(keyField), ...places, task.key].map((one) =>
      this.find(kind, { name: one === key ? name : task.name, key: one }, task.work === "create"),
    );
    const others = new Set([...this.#begun].flatMap(([id, record]) => (id === task.id ? [] : [record])));
    const called = found.filter(isCalled);
    // somebody knows which record was made for another task, but a task may name just that one
    const named = called[0] === found[0] ? called[0] : undefined;
    return called.find((record) => !others.has(record ?? -1)) ?? named;
  }

  #begunFor(kind: ConsoleKind, id: string): number | undefined {
    const record = this.#begun.get(id);
    return record !== undefined && this.records[kind].has(record) ? record : undefined;
  }

  #pathBelow({ parentId }: Values, name: string | null): string {
    const above = typeof parentId === "number" && parentId !== ROOT ? `${this.pathOf(parentId)}/` : "";
    return `${above}${formatOrgPath([name ?? ""])}`;
  }

  #sameName(kind: ConsoleKind, key: string, names: readonly (string | null)[]): number | undefined {
    const found = this.withKey(kind, key);
    const name = this.records[kind].get(found ?? -1)?.[MODELS[kind].label];
    return MODELS[kind].label === MODELS[kind].key || names.includes(name as string) ? found : undefined;
  }

  #doGroup({ work, name, console }: TaskRecord): number {
    if (work === "create") this.groups.add(name);
    else this.renameGroup(console?.name ?? name, work === "delete" ? undefined : name);
    return -1;
  }

  /** Somebody knows which record of the console was added for one of the mirror. */
  begin(id: string, record: number): void {
    this.#begun.set(id, record);
  }

  /** Nobody waits for the key of a record whose task is dropped. */
  abandon(id: string): void {
    const record = this.#begun.get(id);
    this.#wishes = this.#wishes.filter((wish) => wish.record !== record);
  }

  /** An export shows that another record is the one of the mirror. */
  beginAgain(id: string, record: number): void {
    if (this.#begun.has(id)) this.#begun.set(id, record);
  }

  /** Takes an upload by 追加更新. @returns the records that it wrote */
  upload(kind: ConsoleKind, [header = [], ...rows]: Cells): readonly number[] {
    const { columns, references, key } = MODELS[kind];
    return rows.flatMap((row) => {
      const values: Record<string, Value> = {};
      for (const [field, name] of Object.entries(columns)) {
        if (!header.includes(name)) continue;
        const cells = row.filter((cell, at) => header[at] === name && cell !== "");
        const cell = cells.at(0) ?? "";
        const { [field]: to } = references;
        if (LISTS.has(field)) values[field] = cells;
        else if (to === undefined) values[field] = cell === "" ? null : cell;
        else if (cell !== "") {
          // what the console does not know stays as it is
          const named = this.#called(to, [cell]);
          if (named !== undefined) values[field] = named;
        }
      }
      const found = this.find(kind, { name: null, key: keyIn(kind, values) });
      const { [key]: addresses, ...others } = values;
      // an address of somebody else is not taken, nor a new record with one
      const isFree = addresses !== undefined && this.#holders(kind, found ?? -1, addresses).length === 0;
      if (found === undefined && addresses !== undefined && !isFree) return [];
      const first: Values = kind === "orgs" ? { parentId: ROOT, code: null } : kind === "users" ? { org: ROOT } : {};
      const record = found ?? this.add(kind, first);
      // nor does an organisation get below itself
      if (kind === "orgs" && this.isBelow(Number(values["parentId"] ?? ROOT), record)) {
        delete values["parentId"];
        delete others["parentId"];
      }
      this.write(kind, record, isFree ? values : others);
      return [record];
    });
  }

  /** Its records in the order of its exports. */
  inOrder(kind: ConsoleKind): readonly (readonly [record: number, values: Values])[] {
    const all = [...this.records[kind]];
    return kind === "orgs" ? all.toSorted(([one], [other]) => this.depthOf(one) - this.depthOf(other)) : all;
  }

  /** Its export. @param fields those that it shows; @param records of which it has rows, in their order */
  export(kind: ConsoleKind, fields: readonly string[], records: ReadonlyMap<number, Values>): Cells {
    const { columns, references } = MODELS[kind];
    const ordered = [...records];
    const listed = (field: string, values: Values): readonly string[] => {
      const { [field]: value = null } = values;
      if (typeof value === "object") return value ?? [];
      const { [field]: to } = references;
      if (to === undefined) return [String(value)];
      if (field === "parentId") return value === ROOT ? [] : [this.pathOf(Number(value))];
      return [keyIn(to, this.records[to].get(Number(value))) ?? ""];
    };
    const width = (field: string): number =>
      Math.max(1, ...ordered.map(([, values]) => (LISTS.has(field) ? listed(field, values).length : 1)));
    return [
      fields.flatMap((field) => Array.from({ length: width(field) }, () => columns[field] ?? "")),
      ...ordered.map(([, values]) =>
        fields.flatMap((field) => {
          const cells = listed(field, values);
          return Array.from({ length: width(field) }, (_, at) => cells[at] ?? "");
        }),
      ),
    ];
  }
}

/** The path of an organisation with another name. */
const besidePath = (path: string, name: string): string =>
  `${path.slice(0, path.lastIndexOf("/") + 1)}${formatOrgPath([name])}`;

/** A device has one owner: who enters one takes it from the other. */
const withOneOwner = ({ owner = null, ownerOrg = null }: Values): Values =>
  owner === null ? (ownerOrg === null ? {} : { owner: null }) : { ownerOrg: null };

interface Entered {
  readonly values: Values;
  readonly knowledge: Knowledge;
}
