import fc from "fast-check";
import type { ConsoleTask } from "../../../src/lib/tenant/api/operations.ts";
import { readOpenRecords } from "../../../src/commands/kit/plan/open-records.ts";
import { findLastExport } from "../../../src/commands/kit/plan/write-uploads.ts";
import { buildUploadTables, listRecordedFiles } from "../../../src/commands/kit/plan/upload-table.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { Cells, TestTenant } from "./tenant.ts";

// Histories of a mirror and its console, judged by the sentences of decision 033 about wishes. The console and the book
// of wishes are written from these sentences, and do not know how the mirror stores anything.

const FIELDS = ["name", "title", "tel", "org"] as const;
type Field = (typeof FIELDS)[number];
type Person = Readonly<Record<Field, string>>;
type Cell = "" | Field;
type Value = string | boolean;

type Client = TestTenant["client"];

/** A record type with a name, two texts and a reference, in the places of a user's name, title, telephone and organisation. */
export interface WishNoun {
  readonly kind: "users" | "devices";
  readonly thing: string;
  /** the exports of records that are only referred to */
  readonly others: readonly (readonly [kind: "orgs" | "users", csv: string])[];
  readonly headers: Readonly<Record<Field | "key", string>>;
  /** the fields of the tenant and of its tasks */
  readonly fields: Readonly<Record<Field, string>>;
  /** the field of files for the reference */
  readonly reference: string;
  readonly values: Readonly<Record<Field, readonly string[]>>;
  /** the last one is there from the beginning to the end, because an export has at least one row */
  readonly keys: readonly string[];
  readonly find: (client: Client, key: string) => Promise<string>;
  readonly create: (client: Client, key: string, values: Person) => Promise<unknown>;
  readonly edit: (client: Client, id: string, field: Field, value: string) => Promise<unknown>;
  readonly read: (tenant: TestTenant) => Promise<readonly (readonly [key: string, values: Person])[]>;
  /** the value of the reference in a task */
  readonly referred: RegExp;
}

const toNull = (value: string): string | null => (value === "" ? null : value);

const findOrg = async (client: Client, code: string): Promise<string> =>
  (code === ""
    ? (await Array.fromAsync(client.orgs.list())).find((one) => one.parentId === null)
    : (await client.orgs.find({ name: code }))[0]
  )?.id ?? "";

export const WISHED_USERS: WishNoun = {
  kind: "users",
  thing: "user",
  others: [["orgs", "組織名,組織コード\n営業,S\n開発,T"]],
  headers: { key: "メールアドレス", name: "氏名", title: "役職", tel: "TEL", org: "組織コード" },
  fields: { name: "name", title: "title", tel: "tel", org: "org" },
  reference: "orgCode",
  values: {
    name: ["一", "二", "三"],
    title: ["", "係長", "課長", "部長"],
    tel: ["", "03-1", "03-2", "03-3"],
    org: ["", "S", "T"],
  },
  keys: ["a@x", "b@x", "c@x", "d@x", "z@x"],
  find: async (client, name) => (await client.users.find({ name }))[0]?.id ?? "",
  create: async (client, key, { name, title, tel, org }) =>
    client.users.create({
      name,
      emails: [key],
      title: toNull(title),
      tel: toNull(tel),
      org: await findOrg(client, org),
    }),
  edit: async (client, id, field, value) =>
    field === "org"
      ? client.users.move({ ids: [id], org: await findOrg(client, value) })
      : client.users.edit(id, { [field]: toNull(value) }),
  read: async (tenant) =>
    (await tenant.users()).map(({ emails, name, title, tel, org }) => [
      emails[0] ?? "",
      { name, title: title ?? "", tel: tel ?? "", org: org?.code ?? "" },
    ]),
  referred: /\((\w)\)$/,
};

const findOwner = async (client: Client, mail: string): Promise<string | null> =>
  mail === "" ? null : ((await client.users.find({ name: mail }))[0]?.id ?? "");

export const WISHED_DEVICES: WishNoun = {
  kind: "devices",
  thing: "device",
  others: [["users", "氏名,メールアドレス\n一,p@x\n二,q@x"]],
  headers: {
    key: "シリアルナンバー",
    name: "端末識別名",
    title: "メモ",
    tel: "電話番号",
    org: "所有者メールアドレス",
  },
  fields: { name: "identificationName", title: "memo", tel: "phoneNumber", org: "owner" },
  reference: "ownerEmail",
  values: { ...WISHED_USERS.values, org: ["", "p@x", "q@x"] },
  keys: ["SA", "SB", "SC", "SD", "SZ"],
  find: async (client, name) => (await client.devices.find({ name }))[0]?.id ?? "",
  create: async (client, serialNumber, { name, title, tel, org }) =>
    client.devices.create({
      serialNumber,
      identificationName: name,
      memo: toNull(title),
      phoneNumber: toNull(tel),
      owner: await findOwner(client, org),
    }),
  edit: async (client, id, field, value) =>
    field === "org"
      ? client.devices.setOwner({ ids: [id], owner: await findOwner(client, value), ownerOrg: null })
      : client.devices.edit(id, { [WISHED_DEVICES.fields[field]]: toNull(value) }),
  read: async (tenant) =>
    (await tenant.devices()).map(({ serialNumber, identificationName, memo, phoneNumber, owner }) => [
      serialNumber,
      { name: identificationName ?? "", title: memo ?? "", tel: phoneNumber ?? "", org: owner?.email ?? "" },
    ]),
  referred: /<?(\w@x)>?$/,
};

const ACTS =
  "edit edit edit list list create create delete undo undo redo drop delete upload upload restore apply apply type colleague colleague add remove export sync sync sync old narrow part undo-sync nightly";

export interface WishStep {
  readonly act: string;
  readonly who: number;
  readonly field: number;
  readonly value: number;
  readonly flag: boolean;
}

export const someWishStep: fc.Arbitrary<WishStep> = fc.record({
  act: fc.constantFrom(...ACTS.split(" ")),
  who: fc.nat(3),
  field: fc.nat(FIELDS.length - 1),
  value: fc.nat(3),
  flag: fc.boolean(),
});

interface Known {
  local: Value;
  shown: Value | undefined;
  wish: boolean;
  /** values in files that are not settled, with the number of exports that showed the restored value */
  files: Map<Value, number>;
}

class Entry {
  readonly cells = new Map<Cell, Known>();
  isUnsettled = false;

  of(cell: Cell): Known {
    const known = this.cells.get(cell) ?? {
      local: cell === "" ? false : "",
      shown: undefined,
      wish: false,
      files: new Map(),
    };
    this.cells.set(cell, known);
    return known;
  }

  get isHere(): boolean {
    return this.of("").local === true;
  }

  get isThere(): boolean {
    return this.of("").shown === true;
  }

  copy(): Entry {
    const copy = new Entry();
    for (const [cell, known] of this.cells) copy.cells.set(cell, { ...known, files: new Map(known.files) });
    copy.isUnsettled = this.isUnsettled;
    return copy;
  }
}

interface Change {
  readonly number: number;
  readonly before: ReadonlyMap<string, Entry>;
  readonly after: ReadonlyMap<string, Entry>;
  readonly isSync: boolean;
  undone: boolean;
}

interface File {
  readonly cells: Cells;
  readonly deleted: readonly string[];
}

export class WishHistory {
  readonly #tenant: TestTenant;
  readonly #noun: WishNoun;
  readonly console = new Map<string, Person>();
  #book = new Map<string, Entry>();
  readonly #changes: Change[] = [];
  readonly #files: File[] = [];
  readonly #exports: ReadonlyMap<string, Person>[] = [];
  readonly log: string[] = [];
  /** true until the next full sync, after a sync was undone */
  #isUnknown = false;

  constructor(tenant: TestTenant, noun: WishNoun) {
    this.#tenant = tenant;
    this.#noun = noun;
  }

  async start(): Promise<void> {
    this.#tenant.clear();
    const { others, keys, values } = this.#noun;
    for (const [kind, csv] of others) await this.#tenant.import({ kind, fromConsole: true }, csv);
    for (const key of [...keys.slice(0, 2), ...keys.slice(-1)])
      this.console.set(key, { name: "一", title: "", tel: "03-1", org: values.org[1] ?? "" });
    await this.#sync(this.console, {});
    this.#changes.length = 0;
  }

  async do(step: WishStep): Promise<string> {
    const did = await this.#step(step);
    this.log.push(`${did}: ${step.act} ${this.#noun.keys[step.who]} ${FIELDS[step.field]} ${step.value} ${step.flag}`);
    if (did !== "nothing") await this.#expect();
    return did;
  }

  #step(step: WishStep): Promise<string> {
    const { keys, values } = this.#noun;
    const key = keys[step.who] ?? "";
    const entry = this.#entry(key);
    const field = FIELDS[step.field] ?? "name";
    const value = values[field][step.value % values[field].length] ?? "";
    const person = {
      name: "二",
      title: values.title[step.value] ?? "",
      tel: values.tel[step.field] ?? "",
      org: step.flag ? (values.org[2] ?? "") : "",
    };
    const edit = () => this.#local("edit", key, { [field]: value }, () => this.#edit(key, field, value));
    const here = [...this.#book].flatMap(([one, { isHere }]) => (isHere && one !== keys.at(-1) ? [one] : []));
    const fields = FIELDS.filter((one) => one === "name" || (one !== field && !step.flag));
    const last = this.#changes.at(-1);
    const acts: Readonly<Record<string, () => Promise<string>>> = {
      edit: () => (entry.isHere ? edit() : nothing()),
      list: () => this.#list([key], field, value),
      nightly: () => this.#list(here, "title", "部長"),
      create: () => this.#create(key, person),
      delete: () => this.#delete(key),
      undo: () => this.#undo(this.#changes.findLast((one) => !one.undone && !one.isSync)),
      redo: () => this.#undo(last),
      "undo-sync": () => this.#undo(last?.isSync === true ? last : undefined),
      drop: () => this.#drop(step.who),
      upload: () => this.#upload(undefined),
      restore: () => this.#restore(step.who),
      apply: () => this.#apply(step.who),
      type: () => this.#type(),
      colleague: () => this.#others("colleague edits", key, true, (now) => ({ ...now, [field]: value })),
      add: () => this.#others("colleague adds", key, false, () => person),
      remove: () => this.#others("colleague removes", key, true, () => undefined),
      export: () => this.#export(),
      sync: () => this.#sync(this.console, {}),
      old: () => this.#sync(this.#exports.shift() ?? new Map(), {}, "older export"),
      narrow: () => this.#sync(this.console, { fields }, "narrow export"),
      part: () =>
        this.#sync(
          this.console,
          { only: keys.slice(0, -1).filter((_, at) => at % 2 === step.who % 2) },
          "export in part",
        ),
    };
    return (acts[step.act] ?? nothing)();
  }

  async #export(): Promise<string> {
    this.#exports.push(new Map(this.console));
    return "export";
  }

  #entry(key: string): Entry {
    const entry = this.#book.get(key) ?? new Entry();
    this.#book.set(key, entry);
    return entry;
  }

  async #edit(key: string, field: Field, value: string): Promise<unknown> {
    const { client } = this.#tenant;
    return this.#noun.edit(client, await this.#noun.find(client, key), field, value);
  }

  #lastNumber(): number {
    return Number(this.#tenant.sql("select coalesce(max(number), 0) as number from change")[0]?.["number"]);
  }

  /** Makes a change, and writes it into the book if it made one. */
  async #record(what: string, change: () => Promise<unknown>, write: () => void, isSync = false): Promise<string> {
    const number = this.#lastNumber();
    try {
      await change();
    } catch (error) {
      if (error instanceof Failure && ["conflict", "input-rejected"].includes(error.code)) return "refused";
      throw error;
    }
    const before = copyBook(this.#book);
    write();
    const last = this.#lastNumber();
    if (last > number) this.#changes.push({ number: last, before, after: copyBook(this.#book), isSync, undone: false });
    return what;
  }

  #local(what: string, key: string, values: Partial<Person>, change: () => Promise<unknown>): Promise<string> {
    return this.#record(what, change, () => this.#write(this.#entry(key), values));
  }

  /** Somebody wants these values now. What the console showed last is no wish. */
  #write(entry: Entry, values: Partial<Record<Cell, Value>>): void {
    for (const [cell, value] of Object.entries(values) as [Cell, Value][]) {
      const known = entry.of(cell);
      if (known.local === value) continue;
      known.local = value;
      known.wish = entry.isThere ? (known.shown ?? "") !== value : true;
    }
  }

  async #list(keys: readonly string[], field: Field, value: string): Promise<string> {
    // a blank cell of a list does not move anybody
    if (keys.length === 0 || field === "name" || (field === "org" && value === "")) return nothing();
    const rows = keys.map((key) => [String(this.#book.get(key)?.of("name").local || "三"), key, value]);
    const { kind, headers } = this.#noun;
    const cells: Cells = [[headers.name, headers.key, headers[field]], ...rows];
    return this.#record(
      "list",
      () => this.#tenant.import({ kind }, cells),
      () => {
        for (const key of keys) {
          const entry = this.#entry(key);
          if (!entry.isHere || entry.isUnsettled)
            this.#begin(entry, {
              name: String(entry.of("name").local || "三"),
              title: "",
              tel: "",
              org: "",
              [field]: value,
            });
          else this.#write(entry, { [field]: value });
        }
      },
    );
  }

  /** A person is made here. If the console still has somebody with this key, that ends a deletion. */
  #begin(entry: Entry, person: Person): void {
    const isKept = entry.isUnsettled;
    entry.isUnsettled = false;
    const self = entry.of("");
    self.local = true;
    self.wish = !entry.isThere;
    for (const field of FIELDS) {
      const known = entry.of(field);
      if (!isKept || person[field] !== "") known.local = person[field];
      known.wish = entry.isThere ? known.shown !== known.local : true;
    }
  }

  async #create(key: string, person: Person): Promise<string> {
    const entry = this.#entry(key);
    if (entry.isHere) return nothing();
    const what = entry.isThere ? "create again" : "create";
    return this.#record(
      what,
      () => this.#noun.create(this.#tenant.client, key, person),
      () => this.#begin(entry, person),
    );
  }

  async #delete(key: string): Promise<string> {
    const entry = this.#entry(key);
    if (!entry.isHere) return nothing();
    const { imports } = this.#tenant.client;
    const ids = [await this.#noun.find(this.#tenant.client, key)];
    return this.#record(
      "delete",
      async () => imports.commit(await imports.delete({ kind: this.#noun.kind, ids })),
      () => {
        const self = entry.of("");
        self.local = false;
        self.wish = entry.isThere;
        if (entry.isThere) self.files.set(false, 0);
        entry.isUnsettled = false;
        for (const field of FIELDS) entry.of(field).wish = false;
      },
    );
  }

  async #undo(change: Change | undefined): Promise<string> {
    if (change === undefined) return nothing();
    const { imports } = this.#tenant.client;
    const what = change.isSync ? "undo of a sync" : "undo";
    const result = await this.#record(
      what,
      async () => {
        const plan = await imports.undo(change.number);
        if (plan.blocked !== undefined) throw new Failure("conflict", { what: { en: "blocked", ja: "blocked" } });
        await imports.commit(plan);
      },
      () => (change.isSync ? this.#bringBack(change) : this.#takeBack(change)),
      change.isSync,
    );
    if (result !== what) return result;
    change.undone = true;
    if (change.isSync) this.#isUnknown = true;
    return result;
  }

  /** The undo of a sync: everything is as it was before, and files that were written since are still there. */
  #bringBack({ before }: Change): void {
    const now = this.#book;
    this.#book = copyBook(before);
    for (const [key, entry] of now)
      for (const [cell, { files }] of entry.cells)
        for (const [value, count] of files) {
          const known = this.#entry(key).of(cell);
          if (!known.files.has(value)) known.files.set(value, count);
        }
  }

  /** What was wished before the change is wished again; else the console's value, or the opposite of what it has. */
  #takeBack({ before, after }: Change): void {
    for (const [key, then] of after) {
      const was = before.get(key) ?? new Entry();
      const entry = this.#entry(key);
      const [old, given, self] = [was.of(""), then.of(""), entry.of("")];
      const isMade = !old.local && given.local === true;
      const isGone = old.local === true && !given.local;
      if (isMade) {
        self.local = false;
        self.wish = entry.isThere;
        entry.isUnsettled = false;
        if (entry.isThere) self.files.set(false, 0);
        for (const field of FIELDS) entry.of(field).wish = false;
        continue;
      }
      if (isGone) {
        self.local = true;
        self.wish = !entry.isThere;
      }
      // a list took over an unsettled record
      const isLeft = was.isUnsettled && !then.isUnsettled && given.local === true && entry.isHere && !entry.isThere;
      if (isLeft) [entry.isUnsettled, self.wish] = [true, false];
      for (const field of FIELDS) {
        const [oldField, newField, known] = [was.of(field), then.of(field), entry.of(field)];
        if (!isGone && (oldField.local === newField.local || known.local !== newField.local)) continue;
        if (isGone && !entry.isThere) [known.local, known.wish] = [oldField.local, true];
        else if (oldField.wish && oldField.local !== known.shown) [known.local, known.wish] = [oldField.local, true];
        else if (isGone || known.wish) [known.local, known.wish] = [known.shown ?? "", false];
        else [known.local, known.wish] = [oldField.local, oldField.local !== known.shown];
      }
    }
  }

  async #drop(place: number): Promise<string> {
    const tasks = await this.#tenant.client.console.list({});
    const task = tasks[place % Math.max(1, tasks.length)];
    if (task === undefined) return nothing();
    const { imports } = this.#tenant.client;
    return this.#record(
      "drop",
      async () => {
        const plan = await imports.dropTasks({ numbers: [task.number] });
        if (plan.blocked !== undefined) throw new Failure("conflict", { what: { en: "blocked", ja: "blocked" } });
        await imports.commit(plan);
      },
      () => {
        for (const record of task.records) {
          const entry = this.#entry(record.key);
          const isBack = record.state === "taken-back";
          const whole: readonly Cell[] = isBack ? [""] : ["", ...FIELDS];
          const cells: readonly Cell[] =
            record.work === "edit" || record.work === "move"
              ? record.changes.flatMap(({ field }) => this.#cell(field) ?? [])
              : whole;
          for (const cell of cells) {
            const known = entry.of(cell);
            known.files.clear();
            if (isBack) continue;
            if (known.wish || record.work === "delete" || entry.isUnsettled)
              known.local = cell === "" ? entry.isThere : (known.shown ?? "");
            known.wish = false;
          }
          if (!entry.isHere) entry.isUnsettled = false;
        }
      },
    );
  }

  /** Writes the file of one task, or of all, and the list of deletions. */
  async #upload(number: number | undefined): Promise<string> {
    if (this.#isUnknown) return nothing();
    const { client } = this.#tenant;
    const kinds = await readOpenRecords(client, number);
    const open = kinds.find(({ kind }) => kind === this.#noun.kind);
    if (open === undefined) return nothing();
    const last = await findLastExport(client, this.#noun.kind);
    const given = { ...open, last, isWhole: false, secrets: new Map(), encoding: "utf-8" } as const;
    const built = await buildUploadTables(client, given);
    const deleted = open.deleted.map(({ key }) => key);
    const files = listRecordedFiles(built);
    if (files.length > 0) await client.console.write({ files });
    for (const { header, rows } of built.tables) {
      this.#files.push({ cells: [header, ...rows.map(({ cells }) => cells)], deleted: [] });
      for (const { key, fields } of rows) {
        const entry = this.#entry(key);
        entry.of("").files.set(true, 0);
        for (const field of FIELDS)
          if (
            entry.of(field).wish &&
            fields.includes(field === "org" ? this.#noun.reference : this.#noun.fields[field])
          )
            entry.of(field).files.set(entry.of(field).local, 0);
      }
    }
    if (deleted.length > 0) this.#files.push({ cells: [], deleted });
    return number === undefined ? "upload" : "restore";
  }

  async #restore(place: number): Promise<string> {
    const back = (await this.#tenant.client.console.list({})).filter(({ records }) =>
      records.some(({ state }) => state === "taken-back"),
    );
    const task = back[place % Math.max(1, back.length)];
    return task === undefined ? nothing() : this.#upload(task.number);
  }

  async #apply(place: number): Promise<string> {
    const [file] = this.#files.splice(place % Math.max(1, this.#files.length), 1);
    if (file === undefined) return nothing();
    this.#take(file);
    return "file applied";
  }

  #take({ cells: [header = [], ...rows], deleted }: File): void {
    for (const key of deleted) this.console.delete(key);
    for (const row of rows) {
      const valueOf = (name: string): string | undefined =>
        header.includes(name) ? row[header.indexOf(name)] : undefined;
      const key = valueOf(this.#noun.headers.key) ?? "";
      const now = this.console.get(key) ?? NOBODY;
      const values = FIELDS.map((field) => [field, valueOf(this.#noun.headers[field]) ?? now[field]]);
      this.console.set(key, Object.fromEntries(values) as Person);
    }
  }

  async #type(): Promise<string> {
    const records = (await this.#tenant.client.console.list({})).flatMap((task) => task.records);
    const open = records.filter(({ state }) => state === "open");
    for (const { work, key, changes } of open) {
      const values = Object.fromEntries(
        changes.flatMap(({ field, after }) => {
          const cell = this.#cell(field);
          return cell === undefined ? [] : [[cell, this.#toCell(cell, after)]];
        }),
      ) as Partial<Person>;
      const now = this.console.get(key);
      if (work === "delete") this.console.delete(key);
      if (work !== "delete" && (now !== undefined || work === "create"))
        this.console.set(key, { ...(now ?? NOBODY), ...values });
    }
    return open.length === 0 ? "nothing" : "type";
  }

  #others(what: string, key: string, isThere: boolean, change: (now: Person) => Person | undefined): Promise<string> {
    const now = this.console.get(key);
    if ((now !== undefined) !== isThere) return nothing();
    const then = change(now ?? NOBODY);
    if (then === undefined) this.console.delete(key);
    else this.console.set(key, then);
    return Promise.resolve(what);
  }

  async #sync(
    shown: ReadonlyMap<string, Person>,
    { fields = FIELDS, only }: { readonly fields?: readonly Field[]; readonly only?: readonly string[] },
    what = "sync",
  ): Promise<string> {
    const rows = [...shown].filter(([key]) => only?.includes(key) ?? true);
    if (rows.length === 0) return nothing();
    const header = ["name" as const, ...fields.filter((one) => one !== "name")];
    const { kind, headers } = this.#noun;
    const cells: Cells = [
      [headers.key, ...header.map((one) => headers[one])],
      ...rows.map(([key, person]) => [key, ...header.map((one) => person[one])]),
    ];
    const request = { kind, fromConsole: true, ...(only && { keepMissing: true }) } as const;
    const done = await this.#record(
      what,
      () => this.#tenant.import(request, cells),
      () => {
        for (const [key, person] of rows) this.#show(this.#entry(key), person, fields);
        const isMissing = ([key]: readonly [string, Entry]): boolean => !shown.has(key);
        if (only === undefined) for (const [, entry] of [...this.#book].filter(isMissing)) this.#miss(entry);
      },
      true,
    );
    if (done === what) this.#isUnknown = false;
    if (what === "sync") this.#exports.length = 0;
    return done;
  }

  #show(entry: Entry, person: Person, fields: readonly Field[]): void {
    const self = entry.of("");
    const isNew = !entry.isThere;
    self.shown = true;
    if (!entry.isHere) {
      if (self.files.has(true)) self.wish = true;
      if (!self.wish) {
        self.local = true;
        for (const field of FIELDS)
          Object.assign(entry.of(field), {
            local: fields.includes(field) ? person[field] : "",
            wish: false,
            files: new Map(),
          });
      }
    } else if (self.wish) [self.wish] = [false, self.files.clear()];
    else if (self.files.has(false)) settle(self, true);
    self.files.delete(true);
    entry.isUnsettled = false;
    for (const field of fields) {
      const known = entry.of(field);
      known.shown = person[field];
      if (!entry.isHere) continue;
      if (known.wish) {
        if (known.local === person[field]) [known.wish] = [false, known.files.clear()];
      } else if (known.files.has(person[field]) && known.local !== person[field])
        [known.wish] = [true, known.files.delete(person[field])];
      else if (known.local === person[field]) settle(known, person[field]);
      else [known.local] = [person[field], known.files.clear()];
    }
    if (isNew && entry.isHere)
      for (const field of FIELDS) if (!fields.includes(field)) entry.of(field).shown = undefined;
  }

  #miss(entry: Entry): void {
    const self = entry.of("");
    const was = self.shown;
    self.shown = false;
    if (!entry.isHere) {
      self.wish = false;
      if (self.files.has(true)) {
        const count = (self.files.get(true) ?? 0) + 1;
        self.files.set(true, count);
        if (count >= 2) self.files.delete(true);
      }
      if (was === true) self.files.clear();
      return;
    }
    if (self.wish || entry.isUnsettled) return;
    if (self.files.has(false)) {
      self.wish = true;
      self.files.clear();
      for (const field of FIELDS) entry.of(field).wish = true;
    } else if (FIELDS.some((field) => entry.of(field).wish)) entry.isUnsettled = true;
    else {
      self.local = false;
      self.files.clear();
      for (const field of FIELDS) Object.assign(entry.of(field), { wish: false, files: new Map() });
    }
  }

  #cell(field: string): Field | undefined {
    return FIELDS.find((one) => this.#noun.fields[one] === field);
  }

  #toCell(cell: Field, value: string | readonly string[] | null): string {
    return cell === "org" ? (this.#noun.referred.exec(String(value))?.[1] ?? "") : String(value ?? "");
  }

  #violate(sentence: string, detail: unknown): never {
    throw new Error(`${sentence}: ${JSON.stringify(detail)}\n${this.log.join("\n")}`);
  }

  /** The mirror is as the book says, and its tasks are exactly the wishes. */
  async #expect(): Promise<void> {
    const people = new Map(await this.#noun.read(this.#tenant));
    for (const [key, entry] of this.#book) {
      const here = people.get(key);
      if (entry.isHere !== (here !== undefined)) this.#violate("a record is here or not", { key, here });
      if (here === undefined) continue;
      for (const field of FIELDS)
        if (entry.of(field).local !== here[field]) this.#violate("a value", { key, field, here });
    }
    const tasks = await this.#tenant.client.console.list({});
    this.#expectTasks(tasks);
  }

  #expectTasks(tasks: readonly ConsoleTask[]): void {
    const open = new Set<string>();
    const back = new Set<string>();
    for (const { records } of tasks)
      for (const { thing, key, work, changes, state } of records) {
        if (thing !== this.#noun.thing) this.#violate("(a) a task of another noun", { thing, key });
        if (state === "unsettled") continue;
        const set = state === "taken-back" ? back : open;
        if (work === "create" || work === "delete") set.add(`${key} ${work}`);
        else
          for (const { field } of changes) if (this.#cell(field) !== undefined) set.add(`${key} ${this.#cell(field)}`);
      }
    const wanted = new Set<string>();
    const against = new Set<string>();
    for (const [key, entry] of this.#book) {
      const self = entry.of("");
      if (entry.isUnsettled) continue;
      if (self.wish) wanted.add(`${key} ${entry.isHere ? "create" : "delete"}`);
      else if (self.files.has(!self.local) && entry.isThere === self.local)
        against.add(`${key} ${entry.isHere ? "create" : "delete"}`);
      if (!entry.isHere || !entry.isThere) continue;
      for (const field of FIELDS) {
        const known = entry.of(field);
        if (known.wish && known.local !== (known.shown ?? "")) wanted.add(`${key} ${field}`);
        if (!known.wish && [...known.files.keys()].some((value) => value !== known.local))
          against.add(`${key} ${field}`);
      }
    }
    const extra = [...open].filter((one) => !wanted.has(one));
    const missing = [...wanted].filter((one) => !open.has(one));
    if (extra.length > 0) this.#violate("(a) a task asks for what nobody wants", extra);
    if (missing.length > 0) this.#violate("(b) a wish is lost", missing);
    const differs = [...against].filter((one) => !back.has(one)).concat([...back].filter((one) => !against.has(one)));
    if (differs.length > 0) this.#violate("(g) taken back", { against: [...against], back: [...back] });
  }

  /** Uploading and typing what is listed makes the console what is wanted. */
  async finish(): Promise<void> {
    this.#files.length = 0;
    await this.do({ act: "sync", who: 0, field: 0, value: 0, flag: false });
    for (let round = 0; round < 4; round += 1) {
      await this.#upload(undefined);
      for (const file of this.#files.splice(0)) this.#take(file);
      await this.#type();
      await this.do({ act: "sync", who: 0, field: 0, value: 0, flag: false });
    }
    const open = (await this.#tenant.client.console.list({})).flatMap(({ records }) =>
      records.filter(({ state }) => state === "open"),
    );
    const isSettled = [...this.#book.values()].every((entry) => !entry.isUnsettled);
    if (isSettled && open.length > 0) this.#violate("(e) it never ends", open);
  }
}

const NOBODY: Person = { name: "", title: "", tel: "", org: "" };

const nothing = (): Promise<string> => Promise.resolve("nothing");

const copyBook = (book: ReadonlyMap<string, Entry>): Map<string, Entry> =>
  new Map([...book].map(([key, entry]) => [key, entry.copy()]));

/** The restored value was shown: for the second time, nothing more can come. */
const settle = (known: Known, shown: Value): void => {
  for (const [value, count] of known.files)
    if (value === shown) known.files.delete(value);
    else if (count > 0) known.files.delete(value);
    else known.files.set(value, count + 1);
};
