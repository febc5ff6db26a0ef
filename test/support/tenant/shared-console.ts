import type { ConsoleTask, TaskRecord } from "../../../src/lib/tenant/operations.ts";
import { formatOrgPath, ROOT_ORG_NAME } from "../../../src/lib/nouns/organisation.ts";
import type { Cells } from "./tenant.ts";

export const CONSOLE_KINDS = ["orgs", "users", "devices", "docs"] as const;
export type ConsoleKind = (typeof CONSOLE_KINDS)[number];

/** The number of 全社 in the console. */
export const ROOT = 0;

/** The value of a field. A reference is the number of a record. Lists of names are ordered. */
export type Value = string | number | readonly string[] | null;
export type Values = Readonly<Record<string, Value>>;

interface KindModel {
  readonly key: string;
  readonly label: string;
  readonly references: Readonly<Record<string, ConsoleKind>>;
  readonly columns: Readonly<Record<string, string>>;
  /** groups of columns that an export omits together or not at all */
  readonly optional: readonly (readonly string[])[];
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

export const fieldsOf = (kind: ConsoleKind): readonly string[] => [
  ...Object.keys(MODELS[kind].columns),
  ...MODELS[kind].hidden,
];

const LIST_FIELDS = new Set(["emails", "tags", "groups"]);
/** Converts a value for comparisons: an empty list becomes null, and tags and groups are sorted. */
export const normaliseValue = (field: string, value: Value | undefined): Value => {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "object") return value;
  if (value.length === 0) return null;
  return field === "emails" ? value : value.toSorted();
};

export const getRecordKey = (kind: ConsoleKind, values: Values | undefined): string | null => {
  const value = values?.[MODELS[kind].key] ?? null;
  return typeof value === "object" && value !== null ? (value[0] ?? null) : (value as string | null);
};

export interface RecordLabel {
  readonly name: string | null;
  readonly key: string | null;
}

export interface ChangedEntry {
  readonly kind: ConsoleKind;
  readonly record: number;
  readonly id: string;
}

/** The result of a person's work on a task. `isComplete` is true if nothing remains to do. */
export interface TaskOutcome {
  readonly entries: readonly ChangedEntry[];
  readonly isComplete: boolean;
}

/** A key that must wait until the record with this key gets another key. */
interface PendingKey {
  readonly kind: ConsoleKind;
  readonly record: number;
  readonly value: Value;
}

export interface TaskKnowledge {
  /** returns true if the task list gives a record's key to another record */
  readonly isLeaving: (kind: ConsoleKind, record: number) => boolean;
}

type OnKeyGranted = (granted: { readonly kind: ConsoleKind; readonly record: number }, id: string | undefined) => void;

/** A console in which other people also make changes. */
export class SharedConsole {
  readonly records: Readonly<Record<ConsoleKind, Map<number, Values>>> = {
    orgs: new Map(),
    users: new Map(),
    devices: new Map(),
    docs: new Map(),
  };
  readonly groups = new Set<string>();
  #wishes: PendingKey[] = [];
  /** console records that a person added or gave a key during a task, by id in the mirror */
  readonly #begun = new Map<string, number>();
  #last = ROOT;

  readonly #granting: OnKeyGranted;

  /** @param granting called when a waiting record gets its key */
  constructor(granting: OnKeyGranted) {
    this.#granting = granting;
  }

  /** Returns true if a record has a temporary key because the exchange of keys is not finished. */
  get hasTemporaryKeys(): boolean {
    return this.#wishes.length > 0;
  }

  /** Stops waiting for keys of other records. */
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
    this.records[kind].set(record, { ...this.records[kind].get(record), ...values, ...clearOtherOwner(values) });
    this.#grant();
  }

  /** Returns true if another record refers to this record. */
  isUsed(kind: ConsoleKind, record: number): boolean {
    return CONSOLE_KINDS.some((of) =>
      Object.entries(MODELS[of].references).some(
        ([field, to]) => to === kind && [...this.records[of].values()].some((values) => values[field] === record),
      ),
    );
  }

  /** Deletes a record unless another record refers to it. @returns false if the record was not deleted */
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

  depthOf(record: number): number {
    return this.#namesAt(record).length;
  }

  /** Returns true if an organisation is `above` itself or is below it. */
  isBelow(record: number, above: number): boolean {
    for (let at = record; at !== ROOT; at = Number(this.records.orgs.get(at)?.["parentId"] ?? ROOT))
      if (at === above) return true;
    return false;
  }

  /** Returns the record with a key. @param but a record to ignore */
  withKey(kind: ConsoleKind, key: string | null, but?: number): number | undefined {
    if (key === null) return undefined;
    const isIts = ([record, values]: readonly [number, Values]): boolean => {
      const { [MODELS[kind].key]: value = null } = values;
      return record !== but && (typeof value === "object" ? (value ?? []).includes(key) : value === key);
    };
    return [...this.records[kind]].find(isIts)?.[0];
  }

  find(kind: ConsoleKind, { name, key }: RecordLabel, isNew = false): number | undefined {
    const found = this.withKey(kind, key ?? (MODELS[kind].key === MODELS[kind].label ? name : null));
    if (found !== undefined || kind !== "orgs") return found;
    const place = this.#orgAt(key ?? name ?? "");
    if (place !== undefined || key === null || key.includes("/") || isNew) return place;
    // the task already uses an organisation's new code, although the console does not have this code yet
    const plain = [...this.records.orgs].filter(([, values]) => values["name"] === name && values["code"] === null);
    return plain.length === 1 ? plain[0]?.[0] : undefined;
  }

  #orgAt(path: string): number | undefined {
    const all = [...this.records.orgs.keys()].filter((record) => this.pathOf(record) === path);
    return all.find((record) => this.records.orgs.get(record)?.["code"] === null) ?? all[0];
  }

  /** Finds an organisation by `path (code)`, path or code. */
  #orgCalled(text: string): number | undefined {
    if (text === ROOT_ORG_NAME) return ROOT;
    const [, path = text, code] = /^(.*) \((.+)\)$/.exec(text) ?? [];
    if (code === undefined) return this.#orgAt(path) ?? this.withKey("orgs", text);
    return this.withKey("orgs", code) ?? this.#orgAt(path);
  }

  /** Finds the record that matches a text of a task; undefined if the console has no such record. */
  #called(kind: ConsoleKind, texts: readonly string[]): number | undefined {
    const isExact = (record: number, text: string): boolean => {
      const values = this.records[kind].get(record);
      const label = kind === "orgs" ? this.pathOf(record) : String(values?.["name"]);
      const key = getRecordKey(kind, values);
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

  /** Enters values in a record. @returns false if the key stays in use, or if the values are not allowed */
  #enter(kind: ConsoleKind, record: number, { values, knowledge }: EnteredValues): boolean {
    const { key } = MODELS[kind];
    const { [key]: wanted = null, ...others } = values;
    const before = this.records[kind].get(record);
    if (kind === "orgs" && this.#isPlaceTaken(record, { ...before, ...values })) return false;
    if (kind === "orgs" && this.isBelow(Number(values["parentId"] ?? ROOT), record)) return false;
    if (wanted === null || JSON.stringify(before?.[key]) === JSON.stringify(wanted)) {
      // the record no longer needs the key for which it was waiting
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

  /** Returns true if another organisation without a code has the same name and parent. */
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

  #grant(): void {
    const free = this.#wishes.find(({ kind, record, value }) => this.#holders(kind, record, value).length === 0);
    if (free === undefined) return;
    this.#wishes = this.#wishes.filter((wish) => wish !== free);
    const [id] = [...this.#begun].find(([, record]) => record === free.record) ?? [];
    this.#granting(free, id);
    this.write(free.kind, free.record, { [MODELS[free.kind].key]: free.value });
  }

  doTask({ records }: ConsoleTask, knowledge: TaskKnowledge): TaskOutcome {
    const entries: ChangedEntry[] = [];
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

  #doRecord(task: TaskRecord, knowledge: TaskKnowledge): number | undefined {
    if (task.thing === "custom_field") return -1;
    const kind = task.kind as ConsoleKind;
    const { name, key } = task.console ?? task;
    if (task.work === "delete") {
      const gone = this.#begunFor(kind, task.id) ?? this.#findNamed(kind, { name, key }, task);
      return gone === undefined ? -1 : this.remove(kind, gone) ? gone : undefined;
    }
    const values: Record<string, Value> = {};
    for (const { field, after } of task.changes) {
      const { [field]: to } = MODELS[kind].references;
      if (to === undefined || after === null) values[field] = after;
      else {
        const found = this.#called(to, [String(after)]);
        if (found === undefined) return undefined;
        values[field] = found;
      }
    }
    const path = kind === "orgs" && key === null ? this.#pathBelow(values, name) : undefined;
    const entered = getRecordKey(kind, values);
    const found =
      this.#begunFor(kind, task.id) ??
      this.#findNamed(kind, { name, key: key ?? path ?? null }, task) ??
      // or another person may have changed the key
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
    // the person who added the record, or changed its key, can find it again
    if (isEntered && (isNew || entered !== null)) this.begin(task.id, record);
    return isEntered ? record : undefined;
  }

  #findNamed(kind: ConsoleKind, { name, key }: RecordLabel, task: TaskRecord): number | undefined {
    const { key: keyField, label } = MODELS[kind];
    const names = [name, task.name];
    const isCalled = (record: number | undefined): boolean =>
      record !== undefined && (label === keyField || names.includes(this.records[kind].get(record)?.[label] as string));
    const places = kind === "orgs" && key !== null ? [replacePathName(key, task.name)] : [];
    const found = [key, ...places, task.key].map((one) =>
      this.find(kind, { name: one === key ? name : task.name, key: one }, task.work === "create"),
    );
    const others = new Set([...this.#begun].flatMap(([id, record]) => (id === task.id ? [] : [record])));
    const called = found.filter(isCalled);
    // ignores records of other tasks, unless this task identifies exactly this record
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

  begin(id: string, record: number): void {
    this.#begun.set(id, record);
  }

  /** Stops waiting for the key of a record with a dropped task. */
  abandon(id: string): void {
    const record = this.#begun.get(id);
    this.#wishes = this.#wishes.filter((wish) => wish.record !== record);
  }

  /** Replaces the stored console record after an export has shown the corresponding record. */
  beginAgain(id: string, record: number): void {
    if (this.#begun.has(id)) this.#begun.set(id, record);
  }

  upload(kind: ConsoleKind, [header = [], ...rows]: Cells): readonly number[] {
    const { columns, references, key } = MODELS[kind];
    return rows.flatMap((row) => {
      const values: Record<string, Value> = {};
      for (const [field, name] of Object.entries(columns)) {
        if (!header.includes(name)) continue;
        const cells = row.filter((cell, at) => header[at] === name && cell !== "");
        const cell = cells.at(0) ?? "";
        const { [field]: to } = references;
        if (LIST_FIELDS.has(field)) values[field] = cells;
        else if (to === undefined) values[field] = cell === "" ? null : cell;
        else if (cell !== "") {
          // a reference to a record that the console does not have is ignored
          const named = this.#called(to, [cell]);
          if (named !== undefined) values[field] = named;
        }
      }
      const found = this.find(kind, { name: null, key: getRecordKey(kind, values) });
      const { [key]: addresses, ...others } = values;
      // an address of another user is not entered, and a new user with such an address is not added
      const isFree = addresses !== undefined && this.#holders(kind, found ?? -1, addresses).length === 0;
      if (found === undefined && addresses !== undefined && !isFree) return [];
      const first: Values = kind === "orgs" ? { parentId: ROOT, code: null } : kind === "users" ? { org: ROOT } : {};
      const record = found ?? this.add(kind, first);
      // an organisation cannot be moved below itself
      if (kind === "orgs" && this.isBelow(Number(values["parentId"] ?? ROOT), record)) {
        delete values["parentId"];
        delete others["parentId"];
      }
      this.write(kind, record, isFree ? values : others);
      return [record];
    });
  }

  inOrder(kind: ConsoleKind): readonly (readonly [record: number, values: Values])[] {
    const all = [...this.records[kind]];
    return kind === "orgs" ? all.toSorted(([one], [other]) => this.depthOf(one) - this.depthOf(other)) : all;
  }

  export(kind: ConsoleKind, fields: readonly string[], records: ReadonlyMap<number, Values>): Cells {
    const { columns, references } = MODELS[kind];
    const ordered = [...records];
    const listed = (field: string, values: Values): readonly string[] => {
      const { [field]: value = null } = values;
      if (typeof value === "object") return value ?? [];
      const { [field]: to } = references;
      if (to === undefined) return [String(value)];
      if (field === "parentId") return value === ROOT ? [] : [this.pathOf(Number(value))];
      return [getRecordKey(to, this.records[to].get(Number(value))) ?? ""];
    };
    const width = (field: string): number =>
      Math.max(1, ...ordered.map(([, values]) => (LIST_FIELDS.has(field) ? listed(field, values).length : 1)));
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

const replacePathName = (path: string, name: string): string =>
  `${path.slice(0, path.lastIndexOf("/") + 1)}${formatOrgPath([name])}`;

/** Clears the other type of owner when an owner is entered, because a device has only one owner. */
const clearOtherOwner = ({ owner = null, ownerOrg = null }: Values): Values =>
  owner === null ? (ownerOrg === null ? {} : { owner: null }) : { ownerOrg: null };

interface EnteredValues {
  readonly values: Values;
  readonly knowledge: TaskKnowledge;
}
