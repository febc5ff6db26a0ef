import fc from "fast-check";
import type { ConsoleTask, Import } from "../../../src/lib/tenant/operations.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { ROOT_ORG_ID } from "../../../src/lib/nouns/organisation.ts";
import { readOpenRecords } from "../../../src/commands/console/upload/open-records.ts";
import { findLastExport } from "../../../src/commands/console/upload/files.ts";
import { buildUploadTables } from "../../../src/commands/console/upload/table.ts";
import {
  listChangedFields,
  type MatchedRows,
  compareSnapshots,
  ConsoleLedger,
  type Difference,
  readSnapshot,
  WHOLE_RECORD,
  type Mismatch,
  type LedgerState,
  type Snapshot,
} from "./console-ledger.ts";
import {
  CONSOLE_KINDS,
  fieldsOf,
  getRecordKey,
  MODELS,
  ROOT,
  SharedConsole,
  type ConsoleKind,
  type ChangedEntry,
  type TaskKnowledge,
  type Values,
} from "./shared-console.ts";
import { type Cells, type TestTenant } from "./tenant.ts";
import { undoChange } from "./undo.ts";
import { getVersionSchema } from "../../../src/lib/tenant/versions/save-versions.ts";

type Place = number;

type ForeignChange = "edit" | "move" | "add" | "delete" | "rename" | "key";

export type ConsoleStep =
  | { readonly create: ConsoleKind; readonly place: Place; readonly filled: boolean }
  | { readonly edit: ConsoleKind; readonly whom: Place; readonly field: number }
  | { readonly move: "orgs" | "users" | "devices"; readonly whom: Place; readonly place: Place }
  | { readonly delete: ConsoleKind; readonly whom: Place; readonly recursive: boolean }
  | { readonly file: ConsoleKind; readonly whom: readonly Place[]; readonly place: Place }
  | { readonly undo: number }
  | {
      readonly swap: "orgs" | "users" | "devices";
      readonly whom: Place;
      readonly other: Place;
      readonly midway: boolean;
    }
  | { readonly succeed: "orgs" | "users" | "devices"; readonly whom: Place }
  | { readonly group: "create" | "delete"; readonly place: Place }
  | { readonly others: ConsoleKind; readonly change: ForeignChange; readonly whom: Place; readonly place: Place }
  | { readonly work: number; readonly confirm: readonly boolean[] }
  | { readonly close: "confirmed" | "dropped"; readonly whom: Place }
  | { readonly emit: ConsoleKind; readonly whom: readonly Place[]; readonly place: Place; readonly uploads: number }
  | { readonly upload: Place }
  | {
      readonly exported: ConsoleKind;
      readonly columns: readonly boolean[];
      /** position of a record that is missing from the export; 3 or more if the export is complete */
      readonly without: Place;
      readonly twice: boolean;
    }
  | { readonly stale: ConsoleKind; readonly undo: boolean };

const someKind = fc.constantFrom<ConsoleKind[]>("orgs", "orgs", "users", "users", "users", "devices", "docs");
const someKeyedKind = fc.constantFrom("orgs", "users", "devices");
const somePosition = fc.nat(5);
const someConfirmFlags = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
const somePositions = fc.uniqueArray(somePosition, { minLength: 1, maxLength: 3 });

export const someConsoleStep: fc.Arbitrary<ConsoleStep> = fc.oneof(
  { arbitrary: fc.record({ create: someKind, place: somePosition, filled: fc.boolean() }), weight: 4 },
  { arbitrary: fc.record({ edit: someKind, whom: somePosition, field: somePosition }), weight: 7 },
  { arbitrary: fc.record({ move: someKeyedKind, whom: somePosition, place: somePosition }), weight: 3 },
  { arbitrary: fc.record({ delete: someKind, whom: somePosition, recursive: fc.boolean() }), weight: 3 },
  { arbitrary: fc.record({ file: someKind, whom: somePositions, place: somePosition }), weight: 3 },
  { arbitrary: fc.record({ undo: fc.nat(3) }), weight: 3 },
  {
    arbitrary: fc.record({ swap: someKeyedKind, whom: somePosition, other: somePosition, midway: fc.boolean() }),
    weight: 2,
  },
  { arbitrary: fc.record({ succeed: someKeyedKind, whom: somePosition }), weight: 1 },
  { arbitrary: fc.record({ group: fc.constantFrom("create", "delete"), place: somePosition }), weight: 1 },
  {
    arbitrary: fc.record({
      others: someKind,
      change: fc.constantFrom<ForeignChange[]>(
        ...["edit", "edit", "edit", "move", "move", "add", "add", "delete", "rename", "rename", "key"].map(
          (one) => one as ForeignChange,
        ),
      ),
      whom: somePosition,
      place: somePosition,
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ work: fc.nat(4), confirm: someConfirmFlags }), weight: 5 },
  { arbitrary: fc.record({ close: fc.constantFrom("confirmed", "dropped"), whom: somePosition }), weight: 4 },
  { arbitrary: fc.record({ emit: someKind, whom: somePositions, place: somePosition, uploads: fc.nat(2) }), weight: 2 },
  { arbitrary: fc.record({ upload: somePosition }), weight: 1 },
  {
    arbitrary: fc.record({
      exported: someKind,
      columns: fc.oneof(fc.constant([true, true, true, true]), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })),
      without: fc.nat(9),
      twice: fc.constantFrom(false, false, true),
    }),
    weight: 6,
  },
  {
    arbitrary: fc.record({ stale: someKind, undo: fc.boolean() }),
    weight: 1,
  },
);

class Violation extends Error {
  readonly of: string;

  constructor(of: string, detail: unknown) {
    super(`${of}: ${JSON.stringify(detail, null, 1)}`);
    this.of = of;
  }
}

interface UndoableChange {
  readonly number: number;
  undone: boolean;
}

interface UploadFile {
  /** number of the change */
  readonly number: number;
  readonly kind: ConsoleKind;
  readonly cells: Cells;
  /** ids of the records in the file, by key; undefined for new records */
  readonly records: ReadonlyMap<string, string | undefined>;
  uploads: number;
}

interface Export {
  readonly kind: ConsoleKind;
  readonly fields: readonly string[];
  readonly cells: Cells;
  readonly records: ReadonlyMap<number, Values>;
}

/** The maximum number of rounds until the mirror and the console agree. */
const MAX_ROUNDS = 6;

export class ConsoleHistory {
  readonly console = new SharedConsole(({ kind, record }, id) => {
    if (id !== undefined && this.#ledger.linkOf(kind, id) === record) return;
    // an export has shown since then that the record with this key corresponds to another record of the mirror
    const { key } = MODELS[kind];
    this.#ledger.excuse(kind, record, [key]);
    this.#ledger.doubtKeys(kind, record, [key]);
  });
  readonly #ledger = new ConsoleLedger(this.console);
  readonly #tenant: TestTenant;
  readonly #changes: UndoableChange[] = [];
  readonly #files: UploadFile[] = [];
  readonly #exports: Export[] = [];
  /** rows that the last export of each kind left out: `possible` records, and records that were `unread` */
  readonly #leftOut = new Map<string, { readonly possible: readonly string[]; readonly unread: ReadonlySet<string> }>();
  readonly #rejected = new Set<ConsoleKind>();
  readonly #worked = new Map<number, string>();
  #tasks: readonly ConsoleTask[] = [];
  #mirror: Snapshot = { orgs: new Map(), users: new Map(), devices: new Map(), docs: new Map() };
  #groups: readonly { readonly id: string; readonly name: string }[] = [];
  #fresh = 0;
  #lastChange = 0;

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
  }

  #new(prefix: string): string {
    return `${prefix}${(this.#fresh += 1)}`;
  }

  async start(): Promise<void> {
    this.#fillConsole();
    if (this.#tenant.restoreKept()) await this.#knowAll();
    else {
      this.#tenant.clear();
      await this.#tenant.client.users.addField({ name: "座席" });
      await this.#look();
      for (const kind of CONSOLE_KINDS) await this.#takeOver(this.#exported(kind));
      this.#tenant.keep();
    }
    this.#changes.length = 0;
    await this.#expectKept();
  }

  /** Links the records of the mirror and the console as if exports of all kinds had been imported. */
  async #knowAll(): Promise<void> {
    await this.#look();
    for (const exported of CONSOLE_KINDS.map((kind) => this.#exported(kind))) {
      this.#ledger.relink(exported.kind, this.#mirror, { met: new Map(), created: exported.records });
      this.#exports.push(exported);
    }
    this.#keepChanges();
  }

  #fillConsole(): void {
    const orgs = [
      ["甲", "A"],
      ["乙", "B"],
      ["丙", null],
    ].map(([name = null, code = null]) => this.console.add("orgs", { name, code, parentId: ROOT }));
    const users = ["一", "二", "三"].map((name, place) =>
      this.console.add("users", {
        name,
        emails: [`u${place}@x`],
        org: place < 2 ? (orgs[place] ?? ROOT) : ROOT,
        title: "課長",
        "custom:座席": "3F",
      }),
    );
    for (const [place, serialNumber] of ["S1", "S2"].entries())
      this.console.add("devices", {
        serialNumber,
        identificationName: `端末${place}`,
        memo: null,
        owner: place === 0 ? (users[0] ?? null) : null,
        ownerOrg: place === 1 ? (orgs[0] ?? null) : null,
        tags: [],
      });
    for (const [userId, displayName] of [
      ["a1", "太郎"],
      ["a2", "花子"],
    ] as const)
      this.console.add("docs", { userId, displayName, description: "説明", groups: [] });
  }

  async #look(): Promise<void> {
    this.#mirror = await readSnapshot(this.#tenant);
    this.#tasks = await this.#tenant.client.console.list({});
    this.#groups = await this.#tenant.client.secured.groups("docs");
  }

  #pick<T>(all: readonly T[], place: Place): T | undefined {
    return all[place % Math.max(1, all.length)];
  }

  #id(kind: ConsoleKind, place: Place): string | undefined {
    return this.#pick([...this.#mirror[kind].keys()], place);
  }

  #org(place: Place): string {
    return place === 0 ? ROOT_ORG_ID : (this.#id("orgs", place) ?? ROOT_ORG_ID);
  }

  async do(step: ConsoleStep): Promise<string> {
    const what = await this.#step(step);
    await this.#look();
    await this.#expectKept();
    return what;
  }

  #step(step: ConsoleStep): Promise<string> {
    if ("create" in step) return this.#local(() => this.#create(step), "create");
    if ("edit" in step) return this.#local(() => this.#edit(step), "edit");
    if ("move" in step) return this.#local(() => this.#move(step), "move");
    if ("delete" in step) return this.#delete(step.delete, step.whom, step.recursive);
    if ("file" in step) return this.#file(step);
    if ("undo" in step && !("stale" in step)) return this.#undo(step.undo);
    if ("swap" in step) return this.#swap(step);
    if ("succeed" in step) return this.#succeed(step);
    if ("group" in step) return this.#local(() => this.#group(step), `${step.group} group`);
    if ("others" in step) return this.#others(step);
    if ("work" in step) return this.#work(step.work, step.confirm);
    if ("close" in step) return this.#close(step);
    if ("emit" in step) return this.#emit(step);
    if ("upload" in step) return this.#upload(this.#pick(this.#files, step.upload));
    return "stale" in step ? this.#stale(step) : this.#export(step);
  }

  /** Returns the code of an allowed failure; undefined if the change succeeds. */
  async #refused(change: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await change();
      return undefined;
    } catch (error) {
      if (error instanceof Failure && ["conflict", "input-rejected"].includes(error.code)) return error.code;
      throw error;
    }
  }

  #keepChanges(): void {
    const rows = this.#tenant.sql("select number from change where number > :last order by number", {
      last: this.#lastChange,
    });
    for (const { number } of rows) this.#changes.push({ number: Number(number), undone: false });
    this.#lastChange = Number(rows.at(-1)?.["number"] ?? this.#lastChange);
  }

  /** Changes the mirror. @param change returns false if there is nothing to change */
  async #local(change: () => Promise<unknown>, what: string): Promise<string> {
    const before = this.#mirror;
    let isDone: unknown = true;
    const refused = await this.#refused(async () => (isDone = await change()));
    await this.#look();
    const differences = compareSnapshots(before, this.#mirror);
    if (refused !== undefined) {
      if (differences.length > 0) throw new Violation("a refused change changed something", differences);
      return refused;
    }
    this.#ledger.recordLocal(differences);
    this.#keepChanges();
    return isDone === false ? "nothing" : what;
  }

  async #create({ create, place, filled }: Extract<ConsoleStep, { create: unknown }>): Promise<unknown> {
    const { client } = this.#tenant;
    const org = this.#org(place);
    if (create === "orgs")
      return client.orgs.create({ name: this.#new("組"), parentId: org, ...(filled && { code: this.#new("C") }) });
    if (create === "users")
      return client.users.create({
        name: this.#new("人"),
        emails: [this.#new("n@x")],
        org,
        ...(filled && {
          title: "係長",
          custom: [{ name: "座席", value: "1F" }],
          salesforceAccount: this.#new("s"),
        }),
      });
    if (create === "devices")
      return client.devices.create({
        serialNumber: this.#new("N"),
        ...(filled && { memo: "メモ", owner: this.#id("users", place) ?? null, tags: ["貸出用"] }),
      });
    const [group] = this.#groups;
    return client.secured.create("docs", {
      userId: this.#new("d"),
      displayName: this.#new("名"),
      passwordInConsole: true,
      ...(filled && group !== undefined && { groups: [group.name] }),
    });
  }

  async #edit({ edit, whom, field }: Extract<ConsoleStep, { edit: unknown }>): Promise<unknown> {
    const { client } = this.#tenant;
    const id = this.#id(edit, whom);
    if (id === undefined) return false;
    const values = this.#mirror[edit].get(id) ?? {};
    if (edit === "orgs") {
      if (field < 3) return client.orgs.edit(id, { name: this.#new("組") });
      return client.orgs.edit(id, { code: field === 3 && values["code"] !== null ? null : this.#new("C") });
    }
    if (edit === "docs") {
      const [group] = this.#groups;
      const edits = [
        { displayName: this.#new("名") },
        { description: values["description"] === null ? this.#new("説") : null },
        { groups: (values["groups"] as readonly string[]).length > 0 || group === undefined ? [] : [group.name] },
      ];
      return client.secured.edit({ app: "docs", id }, edits[field % edits.length] ?? {});
    }
    if (edit === "devices") {
      if (field === 5) return client.devices.tag({ ids: [id], add: [this.#new("札")], remove: [] });
      const edits = [
        { memo: values["memo"] === null ? this.#new("メモ") : null },
        { identificationName: this.#new("端末") },
        { serialNumber: this.#new("N") },
      ];
      return client.devices.edit(id, edits[field % edits.length] ?? {});
    }
    const emails = values["emails"] as readonly string[];
    const edits = [
      { title: values["title"] === "課長" ? this.#new("役") : "課長" },
      { name: this.#new("人") },
      { emails: emails.length > 1 ? emails.slice(0, 1) : [...emails, this.#new("n@x")] },
      { emails: [this.#new("n@x"), ...emails.slice(1)] },
      {
        custom: [{ name: "座席", value: values["custom:座席"] === null ? this.#new("席") : null }],
        salesforceAccount: this.#new("s"),
      },
      { title: null },
    ];
    return client.users.edit(id, edits[field] ?? {});
  }

  async #move({ move, whom, place }: Extract<ConsoleStep, { move: unknown }>): Promise<unknown> {
    const { client } = this.#tenant;
    const id = this.#id(move, whom);
    if (id === undefined) return false;
    if (move === "orgs") return client.orgs.move(id, { parent: this.#org(place) });
    if (move === "users") return client.users.move({ ids: [id], org: this.#org(place) });
    const owner = place < 3 ? (this.#id("users", place) ?? null) : null;
    const ownerOrg = place === 3 || place === 4 ? (this.#id("orgs", place) ?? null) : null;
    return client.devices.setOwner({ ids: [id], owner, ownerOrg });
  }

  async #group({ group, place }: Extract<ConsoleStep, { group: unknown }>): Promise<unknown> {
    const { secured } = this.#tenant.client;
    const known = this.#pick(this.#groups, place);
    if (group === "create") return secured.createGroup("docs", { name: this.#new("群") });
    if (known === undefined) return false;
    return secured.deleteGroups("docs", { ids: [known.id] });
  }

  async #commit(
    plan: Import,
    written: { readonly fileName?: string; readonly sha256?: string; readonly upload?: readonly string[] } = {},
  ): Promise<readonly Difference[]> {
    await this.#look();
    const before = this.#mirror;
    await this.#tenant.client.imports.commit(plan, written);
    await this.#look();
    const differences = compareSnapshots(before, this.#mirror);
    this.#ledger.recordLocal(differences);
    return differences;
  }

  async #planned(plan: () => Promise<Import>, what: string): Promise<string> {
    const refused = await this.#refused(async () => {
      const made = await plan();
      if (made.rejected) throw new Failure("input-rejected", { what: { en: "rejected", ja: "rejected" } });
      await this.#commit(made);
    });
    this.#keepChanges();
    return refused ?? what;
  }

  async #delete(kind: ConsoleKind, whom: Place, recursive: boolean): Promise<string> {
    const id = this.#id(kind, whom);
    if (id === undefined) return "nothing";
    const request = { kind, ids: [id], ...(kind === "orgs" && recursive && { recursive }) };
    return this.#planned(() => this.#tenant.client.imports.delete(request), "delete");
  }

  async #file({ file, whom, place }: Extract<ConsoleStep, { file: unknown }>): Promise<string> {
    const cells = this.#rows(file, whom, place);
    if (cells.length === 1) return "nothing";
    return this.#planned(() => this.#tenant.plan({ kind: file, mode: "append", blank: "keep" }, cells), "file");
  }

  #rows(kind: ConsoleKind, whom: readonly Place[], place: Place): Cells {
    const records = [...this.#mirror[kind].values()];
    const org = this.#pick([...this.#mirror.orgs.values()], place)?.["code"] ?? "";
    const [main = ""] = (this.#pick([...this.#mirror.users.values()], place)?.["emails"] ?? []) as readonly string[];
    const row = (values: Values | undefined): readonly string[] | undefined => {
      const text = (field: string, fresh: string): string =>
        values === undefined ? this.#new(fresh) : String(values[field] ?? "");
      if (kind === "users") {
        const key = getRecordKey(kind, values) ?? this.#new("n@x");
        return [text("name", "人"), key, place > 2 ? this.#new("役") : "部長", place > 3 ? String(org) : ""];
      }
      if (kind === "devices")
        return [text("serialNumber", "N"), place > 2 ? this.#new("メモ") : "", place > 3 ? main : ""];
      if (kind === "docs")
        return values === undefined ? undefined : [text("displayName", ""), text("userId", ""), this.#new("説")];
      if (values?.["code"] === null) return undefined;
      return [
        place > 2 && values !== undefined ? text("name", "") : this.#new("組"),
        text("code", "C"),
        values === undefined ? String(org) : "",
      ];
    };
    const headers: Readonly<Record<ConsoleKind, readonly string[]>> = {
      orgs: ["組織名", "組織コード", "上位組織コード"],
      users: ["氏名", "メールアドレス", "役職", "組織コード"],
      devices: ["シリアルナンバー", "メモ", "所有者メールアドレス"],
      docs: ["表示名", "ユーザーID", "説明"],
    };
    return [headers[kind], ...whom.map((one) => row(records[one])).filter((one) => one !== undefined)];
  }

  async #undo(back: number): Promise<string> {
    const change = this.#changes.filter((one) => !one.undone).at(-1 - back);
    return change === undefined ? "nothing" : this.#undoOf(change);
  }

  async #undoOf(change: UndoableChange): Promise<string> {
    const before = this.#mirror;
    const refused = await this.#refused(async () => {
      await this.#tenant.client.imports.commit(await undoChange(this.#tenant.client, change.number));
    });
    await this.#look();
    this.#keepChanges();
    if (refused !== undefined) return refused;
    change.undone = true;
    const differences = compareSnapshots(before, this.#mirror);
    const isExport = this.#tenant.sql("select 1 from change where number = :number and writer = 'console'", {
      number: change.number,
    });
    if (isExport.length === 0) this.#ledger.recordLocal(differences);
    else this.#restoreFromExport(differences);
    return "undo";
  }

  /** The changes of an export and of its undo are not local changes, except for removed records. */
  #restoreFromExport(differences: readonly Difference[]): void {
    this.#ledger.recordLocal(differences.filter(({ before }) => before === undefined));
    for (const { kind, id, before, after } of differences) {
      if (before === undefined) continue;
      const record = this.#ledger.linkOf(kind, id);
      const fields = after === undefined ? [WHOLE_RECORD] : listChangedFields(kind, before, after);
      this.#ledger.excuseLocal(kind, id, fields);
      if (after === undefined && record !== undefined) this.#ledger.excuse(kind, record, fields);
    }
  }

  #setKey(
    kind: ConsoleKind,
    id: string,
    key: string,
    isPlain = this.#mirror[kind].get(id)?.["code"] === null,
  ): Promise<unknown> {
    const { client } = this.#tenant;
    if (kind === "orgs") return client.orgs.edit(id, isPlain ? { name: key } : { code: key });
    if (kind === "devices") return client.devices.edit(id, { serialNumber: key });
    const { emails = [] } = this.#mirror.users.get(id) ?? {};
    return client.users.edit(id, { emails: [key, ...(emails as readonly string[]).slice(1)] });
  }

  async #swap({ swap, whom, other, midway }: Extract<ConsoleStep, { swap: unknown }>): Promise<string> {
    const all = [...this.#mirror[swap]];
    const [one, two] = [this.#pick(all, whom), this.#pick(all, other)];
    if (one === undefined || two === undefined || one === two) return "nothing";
    const [first, second] = [getRecordKey(swap, one[1]), getRecordKey(swap, two[1])];
    // organisations without a code can exchange names, but a name cannot be exchanged with a code
    if ((first === null) !== (second === null)) return "nothing";
    const keys = [first ?? String(one[1]["name"]), second ?? String(two[1]["name"])] as const;
    const temporary = this.#new("n@x");
    let did = "swap";
    for (const [id, key] of [
      [one[0], temporary],
      [two[0], keys[0]],
      [one[0], keys[1]],
    ] as const) {
      did = await this.#local(() => this.#setKey(swap, id, key), "swap");
      if (did !== "swap") break;
    }
    if (did !== "swap" || !midway) return did;
    await this.#expectKept();
    return `swap, ${await this.#takeOver(this.#exported(swap))}`;
  }

  /** Deletes a record, and creates another record with its key. */
  async #succeed({ succeed, whom }: Extract<ConsoleStep, { succeed: unknown }>): Promise<string> {
    const key = getRecordKey(succeed, this.#mirror[succeed].get(this.#id(succeed, whom) ?? ""));
    const did = await this.#delete(succeed, whom, false);
    if (did !== "delete" || key === null) return did;
    const { client } = this.#tenant;
    return this.#local(async () => {
      if (succeed === "orgs") await client.orgs.create({ name: this.#new("組"), parentId: ROOT_ORG_ID, code: key });
      else if (succeed === "devices") await client.devices.create({ serialNumber: key });
      else await client.users.create({ name: this.#new("人"), emails: [key] });
    }, "succeed");
  }

  /** Changes the console as another person. */
  async #others({ others, change, whom, place }: Extract<ConsoleStep, { others: unknown }>): Promise<string> {
    const { records } = this.console;
    const org = place === 0 ? ROOT : (this.#pick([...records.orgs.keys()], place) ?? ROOT);
    const record = this.#pick([...records[others].keys()], whom);
    if (change === "add") {
      this.#ledger.excuse(others, this.console.add(others, this.#newRecord(others, org)), [WHOLE_RECORD]);
      return "others add";
    }
    if (record === undefined) return "nothing";
    return this.#othersWrite(others, change, { record, org });
  }

  async #othersWrite(
    others: ConsoleKind,
    change: ForeignChange,
    { record, org }: { readonly record: number; readonly org: number },
  ): Promise<string> {
    if (change === "delete") {
      // an export must have at least one row
      if (this.console.records[others].size === 1 || !this.console.remove(others, record)) return "nothing";
      this.#ledger.excuse(others, record, [WHOLE_RECORD]);
      return "others delete";
    }
    const values = this.#othersValues(others, change, { record, org });
    if (values === undefined) return "nothing";
    this.console.write(others, record, values);
    this.#ledger.excuse(others, record, Object.keys(values));
    this.#ledger.doubtKeys(others, record, Object.keys(values));
    return `others ${change}`;
  }

  #newRecord(kind: ConsoleKind, org: number): Values {
    if (kind === "orgs") return { name: this.#new("他組"), code: org % 2 === 0 ? this.#new("X") : null, parentId: org };
    if (kind === "users") return { name: this.#new("他人"), emails: [this.#new("o@x")], org, title: "主任" };
    if (kind === "devices") return { serialNumber: this.#new("X"), memo: "他" };
    return { userId: this.#new("x"), displayName: this.#new("他名") };
  }

  #othersValues(
    kind: ConsoleKind,
    change: ForeignChange,
    { record, org }: { readonly record: number; readonly org: number },
  ): Values | undefined {
    const { key } = MODELS[kind];
    const before = this.console.records[kind].get(record) ?? {};
    if (change === "move") {
      if (kind === "orgs") return org !== ROOT && this.console.isBelow(org, record) ? undefined : { parentId: org };
      if (kind === "users") return { org };
      if (kind === "docs") return undefined;
      return org === ROOT ? { owner: null, ownerOrg: null } : { owner: null, ownerOrg: org };
    }
    if (change === "key") {
      if (kind === "docs" || (kind === "orgs" && before["code"] === null)) return undefined;
      if (kind === "users") return { emails: [this.#new("o@x"), ...(before["emails"] as readonly string[]).slice(1)] };
      return { [key]: this.#new("X") };
    }
    if (change === "rename" && kind !== "devices")
      return { [MODELS[kind].label]: this.#new(kind === "orgs" ? "他組" : "他名") };
    const { [kind]: field } = { orgs: "name", users: "title", devices: "memo", docs: "description" } as const;
    return { [field]: this.#new("他") };
  }

  readonly #knowledge: TaskKnowledge = {
    isLeaving: (kind, record) => this.#isLeaving(kind, record),
  };

  #isLeaving(kind: ConsoleKind, record: number): boolean {
    const { key: field } = MODELS[kind];
    const key = getRecordKey(kind, this.console.records[kind].get(record));
    const isOther = (id: string): boolean => getRecordKey(kind, this.#mirror[kind].get(id)) !== key;
    const isToChange = (id: string): boolean =>
      this.#tasks.some(
        (task) =>
          this.#worked.get(task.number) !== this.#asWorked(task) && this.#ledger.covers(task, kind, { id, field }),
      );
    return this.#ledger.idsOf(kind, record).some((id) => isOther(id) && isToChange(id));
  }

  #asWorked(task: ConsoleTask): string {
    return JSON.stringify(task.records);
  }

  /** Returns true if the console has the values of a task. */
  #isEntered(task: ConsoleTask): boolean {
    return !this.#ledger.compare(this.#mirror).some(({ kind, id, record = -1, field }) => {
      const ids = [...(id === undefined ? [] : [id]), ...this.#ledger.idsOf(kind, record)];
      return ids.some((one) => this.#ledger.covers(task, kind, { id: one, field }));
    });
  }

  /** Returns true if a task was done and the result did not change afterwards. */
  #isDone(task: ConsoleTask): boolean {
    const isWorked = this.#worked.get(task.number) === this.#asWorked(task) && !this.console.hasTemporaryKeys;
    return isWorked && this.#isEntered(task);
  }

  async #work(count: number, confirmed: readonly boolean[]): Promise<string> {
    const open = this.#tasks.filter((task) => this.#worked.get(task.number) !== this.#asWorked(task));
    for (const [place, task] of open.slice(0, count).entries()) await this.#workOn(task, confirmed[place] ?? false);
    return open.length === 0 || count === 0 ? "nothing" : "work";
  }

  async #workOn(task: ConsoleTask, isConfirmed: boolean): Promise<boolean> {
    const { entries, isComplete } = this.console.doTask(task, this.#knowledge);
    for (const entry of entries) this.#expectRight(task, entry);
    if (!isComplete) return false;
    this.#worked.set(task.number, this.#asWorked(task));
    // no task of a ring of exchanged keys is done before all of its tasks are done
    if (isConfirmed && !this.console.hasTemporaryKeys) await this.#confirm(task);
    return true;
  }

  #expectRight(task: ConsoleTask, { kind, record, id }: ChangedEntry): void {
    const { label } = MODELS[kind];
    const known = this.#ledger.livingLink(kind, id);
    if (known === undefined) {
      const isFree = this.#ledger.idOf(kind, record, this.#mirror) === undefined;
      if (isFree && this.console.records[kind].has(record)) this.#ledger.link(kind, id, record);
      // the record was created for this task, but other people changed its key, so the mirror sees a different record
      else this.#ledger.excuse(kind, record, [WHOLE_RECORD]);
      return;
    }
    if (known === record) return;
    const isExcused = [known, record].some((one) =>
      [MODELS[kind].key, label, WHOLE_RECORD, "parentId"].some((field) =>
        this.#ledger.isExcused({ kind, id, record: one, field }),
      ),
    );
    // the names in the task may also be the names of other records
    const changes = task.records.flatMap((one) => (one.id === id ? one.changes : []));
    const possible = changes.flatMap(({ field, before, after }) => (field === label ? [before, after] : []));
    const names = [known, record].map((one) => this.console.records[kind].get(one)?.[label] ?? null);
    const isUnclear = names.every((name) => (possible as readonly unknown[]).includes(name));
    if (!isExcused && !isUnclear) throw new Violation("a task led to another record", { task, id, known, record });
    this.#ledger.excuse(kind, record, [WHOLE_RECORD]);
  }

  /** Confirms the part of a task that no export shows. @returns false if exports show the whole task */
  async #confirm(task: ConsoleTask): Promise<boolean> {
    const isDone = this.#isDone(task);
    let left: ConsoleTask | undefined;
    const refused = await this.#refused(
      async () => ([left] = await this.#tenant.client.console.confirm({ numbers: [task.number] })),
    );
    if (refused !== undefined) return false;
    this.#ledger.closeHidden(task, left, isDone);
    this.#keepChanges();
    return true;
  }

  async #drop(tasks: readonly ConsoleTask[]): Promise<string | undefined> {
    const { client } = this.#tenant;
    const before = this.#mirror;
    const refused = await this.#refused(async () => {
      const plan = await client.imports.dropTasks({ numbers: tasks.map(({ number }) => number) });
      if (plan.blocked === undefined) await client.imports.commit(plan);
      else {
        await client.imports.discard(plan.id);
        throw new Failure("conflict", { what: { en: "blocked", ja: "blocked" } });
      }
    });
    await this.#look();
    const differences = compareSnapshots(before, this.#mirror);
    this.#keepChanges();
    if (refused !== undefined) return refused;
    // the console may already have these values, and the next export will show this
    for (const task of tasks) this.#ledger.close(task, false);
    for (const { id } of tasks.flatMap(({ records }) => records)) this.console.abandon(id);
    // the plan may also revert other fields, for example the other type of owner
    for (const { kind, id, before: was, after } of differences) {
      const fields = listChangedFields(kind, was, after);
      this.#ledger.forget(kind, id, after === undefined ? undefined : fields);
      if (after !== undefined) this.#ledger.excuseLocal(kind, id, fields);
    }
    return undefined;
  }

  async #close({ close, whom }: Extract<ConsoleStep, { close: unknown }>): Promise<string> {
    const task = this.#pick(this.#tasks, whom);
    if (task === undefined) return "nothing";
    if (close === "dropped") return (await this.#drop([task])) ?? "drop";
    return (await this.#confirm(task)) ? "confirmation" : "nothing";
  }

  async #emit({ emit, whom, place, uploads }: Extract<ConsoleStep, { emit: unknown }>): Promise<string> {
    const cells = this.#rows(emit, whom, place);
    if (cells.length === 1) return "nothing";
    const { client } = this.#tenant;
    const plan = await this.#tenant.plan({ kind: emit, mode: "append", blank: "keep", forConsole: true }, cells);
    if (plan.rejected || plan.create + plan.update === 0) {
      await client.imports.discard(plan.id);
      return "nothing";
    }
    const refused = await this.#refused(() => this.#commit(plan, {}));
    this.#keepChanges();
    if (refused !== undefined) return refused;
    const { change } = await client.imports.show(plan.id);
    const kinds = await readOpenRecords(client, change ?? -1);
    const open = kinds.find(({ kind }) => kind === emit);
    if (open === undefined) return "emit nothing";
    const last = await findLastExport(client, emit);
    const upload = { ...open, last, isWhole: false, secrets: new Map(), encoding: "utf-8" } as const;
    const [{ header, rows } = { header: [], rows: [] }] = (await buildUploadTables(client, upload)).tables;
    if (rows.length === 0) return "emit nothing";
    const records = new Map(rows.map(({ key }) => [key, this.#idWithKey(emit, key)]));
    const content = [header, ...rows.map((row) => row.cells)];
    const file: UploadFile = { records, number: change ?? -1, kind: emit, cells: content, uploads: 0 };
    this.#files.push(file);
    for (let count = 0; count < uploads; count += 1) await this.#upload(file);
    return uploads === 0 ? "emit" : "emit and upload";
  }

  #idWithKey(kind: ConsoleKind, key: string): string | undefined {
    return [...this.#mirror[kind]].find(([, values]) => getRecordKey(kind, values) === key)?.[0];
  }

  async #upload(file: UploadFile | undefined): Promise<string> {
    if (file === undefined) return "nothing";
    const { kind, records } = file;
    const isMoved = [...records].some(([key, id]) => {
      const known = this.#idWithKey(kind, key);
      return id === undefined ? known !== undefined && file.uploads === 0 : known !== id;
    });
    // after a change of keys in the mirror, uploading the old file would create duplicates, which nobody does knowingly
    if (isMoved) return "nothing";
    const before = new Map(this.console.records[kind]);
    for (const record of this.console.upload(kind, file.cells)) {
      const was = before.get(record);
      const values = this.console.records[kind].get(record);
      const id = records.get(getRecordKey(kind, values) ?? "");
      if (was === undefined && id !== undefined) {
        this.console.begin(id, record);
        this.#ledger.link(kind, id, record);
      }
      this.#ledger.excuse(kind, record, was === undefined ? [WHOLE_RECORD] : listChangedFields(kind, was, values));
    }
    file.uploads += 1;
    return file.uploads > 1 ? "second upload" : "upload";
  }

  exports(): readonly { readonly kind: ConsoleKind; readonly cells: Cells }[] {
    return CONSOLE_KINDS.map((kind) => this.#exported(kind));
  }

  #exported(kind: ConsoleKind, columns: readonly boolean[] = [], without?: number): Export {
    const missing = MODELS[kind].optional.filter((_, place) => columns[place] === false).flat();
    const fields = Object.keys(MODELS[kind].columns).filter((field) => !missing.includes(field));
    const records = new Map(this.console.inOrder(kind));
    if (without !== undefined) records.delete(without);
    return { kind, fields, cells: this.console.export(kind, fields, records), records };
  }

  async #export({
    exported: kind,
    columns,
    without,
    twice,
  }: Extract<ConsoleStep, { exported: unknown }>): Promise<string> {
    const omitted = without < 3 ? this.#pick([...this.console.records[kind].keys()], without) : undefined;
    const exported = this.#exported(kind, columns, omitted);
    const did = await this.#takeOver(exported, { isFiltered: omitted !== undefined });
    if (!twice || did === "nothing") return did;
    await this.#expectKept();
    const before = this.#mirror;
    const again = await this.#takeOver(exported, { isFiltered: omitted !== undefined });
    const differences = compareSnapshots(before, this.#mirror);
    if (did === again && did.startsWith("exported") && differences.length > 0)
      throw new Violation("the same export changed something again", differences);
    return `${did} twice`;
  }

  async #takeOver(exported: Export, { isFiltered = false, isStale = false } = {}): Promise<string> {
    const { kind, cells, records } = exported;
    if (cells.length === 1) return "nothing";
    const remembered = this.#ledger.remember();
    const before = this.#mirror;
    const whole = isFiltered ? undefined : await this.#planExport(exported, {});
    // records that the mirror still uses may stay
    const plan = whole ?? (await this.#planExport(exported, { keepMissing: true }));
    if (plan === undefined) this.#rejected.add(kind);
    else this.#rejected.delete(kind);
    if (plan === undefined) return "export rejected";
    const isWhole = whole !== undefined;
    const { unread, unclear, ...claims } = this.#claims(exported, plan);
    const refused = await this.#refused(() => this.#tenant.client.imports.commit(plan));
    if (refused !== undefined) return `export ${refused}`;
    await this.#look();
    if (!isStale) this.#expectSame(kind, claims.met, before);
    if (!isStale) for (const record of claims.created.keys()) this.#expectNew(kind, record, { before, claims });
    const former = this.#ledger.relink(kind, this.#mirror, claims);
    if (!isStale) this.#showAll(exported, { isWhole, unread, unclear });
    this.#ledger.settle(kind, exported.fields, records, isWhole);
    // these records may differ until the import of another export
    for (const id of former) if (!isWhole || unread.has(id)) this.#ledger.excuseLocal(kind, id, [WHOLE_RECORD]);
    this.#excuseUnseen(exported, before);
    this.#ledger.excuseHidden(this.#mirror, kind, this.#tasks);
    this.#keepChanges();
    if (!isStale) this.#exports.push(exported);
    await this.#expectNamed(remembered);
    if (isStale) {
      this.#ledger.doubtStale(kind, remembered, new Set(records.keys()));
      for (const mismatch of this.#ledger.compare(this.#mirror)) this.#excuseMismatch(mismatch);
    }
    return isWhole ? "exported" : "exported in part";
  }

  async #planExport({ kind, cells }: Export, options: { readonly keepMissing?: boolean }): Promise<Import | undefined> {
    let plan: Import | undefined;
    await this.#refused(async () => (plan = await this.#tenant.plan({ kind, fromConsole: true, ...options }, cells)));
    if (plan?.rejected !== true) return plan;
    await this.#tenant.client.imports.discard(plan.id);
    return undefined;
  }

  #excuseMismatch({ kind, id, record, field }: Mismatch): void {
    if (id !== undefined) this.#ledger.excuseLocal(kind, id, [field]);
    if (record !== undefined) this.#ledger.excuse(kind, record, [field]);
  }

  #expectSame(kind: ConsoleKind, met: Iterable<readonly [record: number, id: string]>, before: Snapshot): void {
    for (const [record, id] of met) {
      const known = this.#ledger.livingLink(kind, id);
      const others = this.#ledger.idsOf(kind, record).filter((one) => one !== id && before[kind].has(one));
      if (known === record || (known === undefined && others.length === 0)) continue;
      if (!this.#ledger.isDoubted(kind, [id, record, known, ...others]))
        throw new Violation("a row was taken for another record", { kind, record, id, known, others });
    }
  }

  #expectNew(
    kind: ConsoleKind,
    record: number,
    { before, claims: { met } }: { readonly before: Snapshot; readonly claims: MatchedRows },
  ): void {
    const { key, label } = MODELS[kind];
    const known = this.#ledger.idsOf(kind, record).find((id) => before[kind].has(id));
    // only the key identifies devices, and organisations without a code that were moved
    if (known === undefined || key === label || getRecordKey(kind, this.console.records[kind].get(record)) === null)
      return;
    // instead, a record that other people changed may have been matched
    const others = [...met].flatMap(([other, id]) => (id === known ? [other] : []));
    const isExcused = [record, ...others].some((one) =>
      [...fieldsOf(kind), WHOLE_RECORD].some((field) =>
        this.#ledger.isExcused({ kind, id: known, record: one, field }),
      ),
    );
    if (!isExcused) throw new Violation("a record was taken for a new one", { kind, record, known });
  }

  /**
   * Returns the records that a plan matches with the rows of an export. `unread` contains records of both sides without
   * a row in the plan, and `unclear` contains the keys in cells that do not identify a record.
   */
  #claims(
    { kind, records }: Export,
    plan: Import,
  ): MatchedRows & { readonly unread: ReadonlySet<string>; readonly unclear: ReadonlySet<string> } {
    const { rows, ambiguous, unclear } = this.#tenant.matches(plan);
    const { [kind]: table } = { orgs: "org", users: "user", devices: "device", docs: "secured_user" } as const;
    const known = this.#tenant.sql(
      `select pk, id from ${table} union select pk, id from ${table}_observed where id is not null`,
    );
    const ids = new Map(known.map(({ pk, id }) => [Number(pk), String(id)]));
    // row 1 is the header
    const all = [...records].map(([record, values], at) => ({ record, values, pk: rows.get(at + 2) }));
    const possible = ambiguous.map((pk) => ids.get(pk) ?? "");
    const leftOut = all.filter(({ pk }) => pk === null).map(({ record }) => record);
    const unread = new Set([
      ...possible,
      ...possible.map((id) => String(this.#ledger.linkOf(kind, id))),
      ...this.#bothSides(kind, leftOut),
    ]);
    this.#leftOut.set(kind, { possible, unread });
    return {
      unread,
      met: new Map(
        all.flatMap(({ record, pk }) => (typeof pk === "number" ? [[record, ids.get(pk) ?? ""] as const] : [])),
      ),
      created: new Map(all.flatMap(({ record, values, pk }) => (pk === undefined ? [[record, values] as const] : []))),
      unclear: new Set(unclear),
    };
  }

  #bothSides(kind: ConsoleKind, records: Iterable<number>): readonly string[] {
    return [...records].flatMap((record) => [String(record), ...this.#ledger.idsOf(kind, record)]);
  }

  #showAll(
    { kind, fields, records }: Export,
    {
      isWhole,
      unread,
      unclear,
    }: { readonly isWhole: boolean; readonly unread: ReadonlySet<string>; readonly unclear: ReadonlySet<string> },
  ): void {
    const own = new Set(this.#bothSides(kind, records.keys()));
    const read = [...records.keys()].filter((one) => !unread.has(String(one)));
    this.#ledger.trust(kind, this.#mirror, read);
    this.#ledger.show(kind, fields, (one) => (isWhole || own.has(one)) && !unread.has(one));
    // an organisation is not moved if its parent in the export is unclear
    if (kind === "orgs")
      for (const [record, { parentId }] of records)
        if (unread.has(String(parentId))) this.#ledger.excuse(kind, record, ["parentId"]);
    if (kind === "orgs") return;
    for (const [field, to] of Object.entries(MODELS[kind].references)) {
      for (const [record, values] of records) {
        const key = getRecordKey(to, this.console.records[to].get(Number(values[field])));
        const isUnclear = key !== null && unclear.has(key.toLowerCase());
        // the record is unknown, because no export or only an incomplete export has been imported since it was created
        const isUnknown = this.#ledger
          .idsOf(to, Number(values[field]))
          .some((id) => this.#tasks.some((task) => task.records.some((one) => one.id === id && one.work === "create")));
        if (isUnclear || isUnknown || (to === "orgs" && this.#isBlank({ kind, record, field }, values)))
          this.#ledger.excuse(kind, record, [field]);
      }
    }
  }

  /**
   * Returns true if the cell for an organisation is blank on one side because the organisation has no code. Such a cell
   * does not show a difference.
   */
  #isBlank({ kind, record, field }: Omit<Mismatch, "id">, values: Values): boolean {
    const { [field]: org = null } = values;
    if (org !== ROOT && org !== null) return this.console.records.orgs.get(Number(org))?.["code"] === null;
    const local = this.#mirror[kind].get(this.#ledger.idOf(kind, record ?? -1, this.#mirror) ?? "")?.[field];
    return this.#mirror.orgs.get(String(local))?.["code"] === null;
  }

  /** Allows differences in fields that an export does not contain, in the records that the export created. */
  #excuseUnseen({ kind, fields, records }: Export, before: Snapshot): void {
    const unseen = [...Object.keys(MODELS[kind].columns), ...MODELS[kind].hidden].filter(
      (field) => !fields.includes(field),
    );
    for (const record of records.keys()) {
      const id = this.#ledger.idOf(kind, record, this.#mirror);
      if (id !== undefined && !before[kind].has(id)) this.#ledger.excuse(kind, record, unseen);
    }
  }

  async #stale({ stale, undo }: Extract<ConsoleStep, { stale: unknown }>): Promise<string> {
    const exported = this.#exports.findLast(({ kind }, place) => kind === stale && place < this.#exports.length - 1);
    if (exported === undefined) return "nothing";
    const did = await this.#takeOver(exported, { isStale: true });
    const change = this.#changes.at(-1);
    if (!did.startsWith("exported") || !undo || change === undefined) return `stale ${did}`;
    await this.#expectKept();
    return `stale export, ${await this.#undoOf(change)}`;
  }

  /** Expects every overwritten local change in a task, in the plan or in the result of the plan. */
  async #expectNamed(before?: LedgerState): Promise<void> {
    const lost = this.#ledger.takeLost(this.#mirror, before);
    if (lost.length === 0) return;
    const tasks = await this.#tenant.client.console.list({});
    for (const one of lost) {
      const isNamed = tasks.some((task) => this.#ledger.covers(task, one.kind, one) || this.#asksForHeir(task, one));
      if (!isNamed)
        throw new Violation("a local change was lost silently", {
          lost: one,
          after: this.#mirror[one.kind].get(one.id),
          tasks,
        });
    }
  }

  /** Returns true if a task requests the record that replaced a deleted record with the same key. */
  #asksForHeir(
    task: ConsoleTask,
    { kind, id, isDeleted }: { readonly kind: ConsoleKind; readonly id: string; readonly isDeleted: boolean },
  ): boolean {
    const heirs = this.#ledger.idsOf(kind, this.#ledger.linkOf(kind, id) ?? -1).filter((one) => one !== id);
    return isDeleted && this.#ledger.asksFor(task).some(([of, one]) => of === kind && heirs.includes(one));
  }

  async #expectKept(): Promise<void> {
    await this.#expectNamed();
    const open = this.#tasks;
    const all = this.#ledger.compare(this.#mirror);
    for (const mismatch of all) {
      if (this.#ledger.isExcused(mismatch) || this.#followsGroup(mismatch, open)) continue;
      if (this.#isChangedBack(mismatch)) continue;
      const { kind, id, record, field } = mismatch;
      const linked = record ?? this.#ledger.linkOf(kind, id ?? "") ?? -1;
      const ids = [...(id === undefined ? [] : [id]), ...this.#ledger.idsOf(kind, linked)];
      if (open.some((task) => ids.some((one) => this.#ledger.covers(task, kind, { id: one, field })))) continue;
      // in these cases, the next export of this kind will show the difference
      const isTold = [
        this.#isUsed(mismatch, all),
        this.#refersToDeleted(mismatch, open),
        this.#refersToUnknown(mismatch),
        this.#hasUnclearPath(mismatch) || this.#hasUnclearPathHere(mismatch),
      ];
      if (isTold.includes(true)) this.#excuseMismatch(mismatch);
      else throw new Violation("a difference is in no task", { ...this.#sides(mismatch), open });
    }
  }

  /**
   * Returns true if a field was changed locally and changed back, or a record was created and deleted. Nobody wishes the
   * value of the mirror, so the next export sets the value of the console.
   */
  #isChangedBack({ kind, id, record = -1, field }: Mismatch): boolean {
    const { [kind]: table } = { orgs: "org", users: "user", devices: "device", docs: "secured_user" } as const;
    const isVersion = (condition: string, one: string): boolean =>
      this.#tenant.sql(
        `select 1 from (select id, pk from ${table} union select id, pk from ${table}_version where id is not null) r
           left join ${table}_observed o on o.pk = r.pk
         where r.id = :id and ${condition}`,
        { id: one },
      ).length > 0;
    if (field === WHOLE_RECORD)
      return this.#ledger
        .idsOf(kind, record)
        .some((one) => isVersion(`o.pk is null and not exists (select 1 from ${table} t where t.pk = r.pk)`, one));
    const name = { parentId: "parent", "custom:座席": "custom" }[field] ?? field;
    const column = getVersionSchema(table).columns.find((one) => one.name === name);
    if (column === undefined) return false;
    const isChanged = `exists (select 1 from ${table}_version v where v.pk = r.pk and v.changed & ${column.bit} <> 0)`;
    return isVersion(`${isChanged} and coalesce(o.wished, 0) & ${column.bit} = 0`, id ?? "");
  }

  /** Returns true if a user's groups differ because of an open task for one of the groups. */
  #followsGroup({ kind, id, record, field }: Mismatch, open: readonly ConsoleTask[]): boolean {
    if (field !== "groups") return false;
    const sides = [this.#mirror[kind].get(id ?? ""), this.console.records[kind].get(record ?? -1)];
    const names = new Set(sides.flatMap((values) => (values?.[field] ?? []) as readonly string[]));
    return open.some(({ records }) =>
      records.some(
        ({ thing, name, console }) => thing === "secured_group" && (names.has(name) || names.has(console?.name ?? "")),
      ),
    );
  }

  /**
   * Returns true if a record in the console, new or changed there, refers to a record with an open or falsely confirmed
   * deletion. The import of an export leaves out such a record or reference.
   */
  #refersToDeleted({ kind, id, record, field }: Mismatch, open: readonly ConsoleTask[]): boolean {
    return Object.entries(MODELS[kind].references).some(([name, to]) => {
      if (id !== undefined && field !== name) return false;
      const { [name]: target } = this.console.records[kind].get(record ?? -1) ?? {};
      if (typeof target !== "number") return false;
      const isDeleted = (one: string): boolean =>
        open.some((task) => this.#ledger.covers(task, to, { id: one, field: WHOLE_RECORD }));
      const above: Mismatch = { kind: to, id: undefined, record: target, field: WHOLE_RECORD };
      const isLeftOut = this.#ledger.isExcused(above) || this.#refersToDeleted(above, open);
      return isLeftOut || this.#ledger.idsOf(to, target).some(isDeleted);
    });
  }

  /**
   * Returns true if a record in the console refers to a record that is unknown to the mirror, for example because of a
   * falsely confirmed code.
   */
  #refersToUnknown({ kind, record = -1, field }: Mismatch): boolean {
    const { [field]: to } = MODELS[kind].references;
    const { [field]: target } = this.console.records[kind].get(record) ?? {};
    return (
      to !== undefined &&
      this.#ledger.isExcused({ kind: to, id: undefined, record: Number(target), field: WHOLE_RECORD })
    );
  }

  /** Returns true if two organisations in the console have the path of the parent, which exports use. */
  #hasUnclearPath({ kind, record = -1, field }: Mismatch): boolean {
    const { orgs } = this.console.records;
    const above = orgs.get(record)?.["parentId"];
    if (kind !== "orgs" || field !== "parentId" || typeof above !== "number") return false;
    const path = this.console.pathOf(above);
    return [...orgs.keys()].some((one) => one !== above && this.console.pathOf(one) === path);
  }

  /** Returns true if two organisations of the mirror have the path of the parent. */
  #hasUnclearPathHere({ kind, id = "", field }: Mismatch): boolean {
    const { orgs } = this.#mirror;
    const namesAt = (at: unknown): readonly unknown[] => {
      const org = orgs.get(String(at));
      return org === undefined ? [] : [...namesAt(org["parentId"]), org["name"]];
    };
    if (kind !== "orgs" || field !== "parentId") return false;
    const path = JSON.stringify(namesAt(orgs.get(id)?.["parentId"]));
    return [...orgs.keys()].filter((one) => JSON.stringify(namesAt(one)) === path).length > 1;
  }

  /**
   * Returns true if a record that was deleted in the console stays in the mirror, because a record with differences
   * still refers to it.
   */
  #isUsed({ kind: of, id: used }: Mismatch, all: readonly Mismatch[]): boolean {
    return all.some(({ kind, id = "", field }) =>
      Object.entries(MODELS[kind].references).some(
        ([name, to]) =>
          to === of && (field === name || field === WHOLE_RECORD) && this.#mirror[kind].get(id)?.[name] === used,
      ),
    );
  }

  #sides(mismatch: Mismatch): object {
    const { kind, id, record } = mismatch;
    return {
      ...mismatch,
      local: this.#mirror[kind].get(id ?? ""),
      console: this.console.records[kind].get(record ?? -1),
    };
  }

  async finish(): Promise<"agreed" | "contested"> {
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      if (round === MAX_ROUNDS - 1) this.console.giveUp();
      await this.#finishTasks(round);
      for (const kind of CONSOLE_KINDS) {
        if (this.console.records[kind].size === 0)
          this.#ledger.excuse(kind, this.console.add(kind, this.#newRecord(kind, ROOT)), [WHOLE_RECORD]);
        await this.#takeOver(this.#exported(kind));
        await this.#expectKept();
      }
      const isOpen = this.#tasks.length > 0;
      if (!isOpen && this.#visible().length === 0) return "agreed";
      if (!isOpen) await this.#takeKeys(this.#visible());
    }
    const open = this.#tasks.filter((task) => !this.#isContested(task));
    const visible = this.#visible().filter((mismatch) => !this.#isContested(mismatch));
    if (open.length + visible.length === 0) return "contested";
    if (open.length > 0) throw new Violation("a task stays open", open);
    throw new Violation(
      "a difference stays",
      visible.map((mismatch) => this.#sides(mismatch)),
    );
  }

  /**
   * Returns true if a task or difference concerns a possible record of a row that the last export left out. Such a row
   * is reported, and somebody must decide (issue 64).
   */
  #isContested(one: ConsoleTask | Mismatch): boolean {
    const isAmong = (kind: string, names: readonly (string | number | undefined)[]): boolean =>
      names.some((name) => this.#leftOut.get(kind)?.unread.has(String(name)));
    if ("records" in one)
      return one.records.every(
        ({ kind, id, state }) => state === "left-out" || isAmong(kind, [id]) || this.#isRefused(kind),
      );
    return isAmong(one.kind, [one.id, one.record]) || this.#isRefused(one.kind);
  }

  /** Returns true if the last export of a kind was rejected because a row refers to a left-out row. */
  #isRefused(kind: string): boolean {
    return CONSOLE_KINDS.filter((one) => one === kind && this.#rejected.has(one)).some((one) =>
      Object.entries(MODELS[one].references).some(([field, to]) =>
        [...this.console.records[one].values()].some((values) =>
          this.#leftOut.get(to)?.unread.has(String(values[field])),
        ),
      ),
    );
  }

  async #finishTasks(round: number): Promise<void> {
    const left: number[] = [];
    for (const { number } of this.#tasks) {
      // another task may have changed this task
      const task = this.#tasks.find((one) => one.number === number);
      if (task === undefined) continue;
      const file = this.#files.find(({ number: of }) => of === task.number);
      // no export shows that an exchange of keys is done, so it is dropped
      if (round > 2 && task.records.some(({ kind, id }) => this.#leftOut.get(kind)?.possible.includes(id)))
        left.push(number);
      else if (round === 1 && file?.uploads === 0) await this.#upload(file);
      else if (!(await this.#finishTask(task, round)) && round > 1 && (await this.#drop([task])) !== undefined)
        left.push(number);
      await this.#look();
    }
    // tasks of a ring of exchanged keys are dropped together
    const ring = this.#tasks.filter(({ number }) => left.includes(number));
    const records = [...this.#tasks.flatMap((task) => task.records), ...this.#visible()];
    if (ring.length === 0 || (await this.#drop(ring)) === undefined) return;
    await this.#takeKeys(records);
    // the console has no such record to delete, and the mirror cannot restore a record with this key
    for (const task of ring) if (task.records.every(({ work }) => work === "delete")) await this.#confirm(task);
  }

  async #takeKeys(records: readonly { readonly kind: string; readonly id?: string | undefined }[]): Promise<void> {
    this.console.giveUp();
    await this.#leaveGoneOrgs();
    // records that the console does not have, and that a left-out row may mean, are deleted in the mirror
    for (const kind of CONSOLE_KINDS) {
      const { possible = [], unread = new Set<string>() } = this.#leftOut.get(kind) ?? {};
      // if the mirror has deleted all records that a console record may be, the console record is deleted, too
      if (possible.length > 0 && possible.every((id) => !this.#mirror[kind].has(id)))
        for (const record of this.console.records[kind].keys())
          if (unread.has(String(record))) this.console.remove(kind, record);
      const ids = possible.filter(
        (id) => this.#ledger.livingLink(kind, id) === undefined && this.#mirror[kind].has(id),
      );
      if (ids.length > 0) await this.#planned(() => this.#tenant.client.imports.delete({ kind, ids }), "delete");
    }
    const keys = new Map<string, readonly [kind: ConsoleKind, id: string, key: string]>();
    for (const { kind, id = "" } of records) {
      const of = CONSOLE_KINDS.find((one) => one === kind && one !== "docs");
      const record = of && this.#ledger.livingLink(of, id);
      const key = of && getRecordKey(of, this.console.records[of].get(record ?? -1));
      const local = of && this.#mirror[of].get(id);
      if (of !== undefined && local !== undefined && typeof key === "string" && key !== getRecordKey(of, local))
        keys.set(id, [of, id, key]);
    }
    // temporary keys come first, because records may have each other's keys
    for (const [kind, id] of keys.values())
      if (getRecordKey(kind, this.#mirror[kind].get(id)) !== null)
        await this.#local(() => this.#setKey(kind, id, this.#new("n@x")), "key");
    for (const [kind, id, key] of keys.values()) await this.#local(() => this.#setKey(kind, id, key, false), "key");
  }

  /** Moves users and devices out of organisations without a code that the console no longer has. */
  async #leaveGoneOrgs(): Promise<void> {
    const { users, devices } = this.#tenant.client;
    for (const { kind, id = "", record, field } of this.#ledger.compare(this.#mirror)) {
      if (kind === "orgs" || MODELS[kind].references[field] !== "orgs") continue;
      const local = String(this.#mirror[kind].get(id)?.[field]);
      const isGone =
        this.#mirror.orgs.get(local)?.["code"] === null && this.#ledger.livingLink("orgs", local) === undefined;
      const { [field]: place } = this.console.records[kind].get(record ?? -1) ?? {};
      const org = place === ROOT ? ROOT_ORG_ID : this.#ledger.idOf("orgs", Number(place ?? -1), this.#mirror);
      if (!isGone || org === undefined) continue;
      const moved = { ids: [id], org };
      await this.#local(
        () => (kind === "users" ? users.move(moved) : devices.setOwner({ ids: [id], owner: null, ownerOrg: org })),
        "move",
      );
    }
  }

  async #finishTask(task: ConsoleTask, round: number): Promise<boolean> {
    const isShown = this.#ledger
      .asksFor(task)
      .every(([kind, , fields]) => fields.every((field) => field === WHOLE_RECORD || field in MODELS[kind].columns));
    const isConfirmed = round > 1 || !isShown || task.records.some(({ thing }) => thing === "secured_group");
    const isWorked = this.#isDone(task) || (await this.#workOn(task, false));
    const isEntered = !this.console.hasTemporaryKeys && this.#isEntered(task);
    // if the console already has the values, the task counts as done, even with another name for the record
    if (!isWorked && !(round > 1 && isEntered)) return false;
    // the console lacks the values of the task
    if (round > 1 && !this.console.hasTemporaryKeys && !isEntered) return false;
    if (isConfirmed && !this.console.hasTemporaryKeys) await this.#confirm(task);
    return true;
  }

  /** Returns true if users or devices are in an organisation without a code. */
  #isUsedWithoutCode(kind: ConsoleKind, id: string | undefined): boolean {
    if (kind !== "orgs" || this.#mirror.orgs.get(id ?? "")?.["code"] !== null) return false;
    const { users, devices } = this.#mirror;
    return [...users.values(), ...devices.values()].some(({ org, ownerOrg }) => org === id || ownerOrg === id);
  }

  #visible(): readonly Mismatch[] {
    return this.#ledger.compare(this.#mirror).filter((mismatch) => {
      const { kind, id, record, field } = mismatch;
      if (field === WHOLE_RECORD) return !this.#isUsedWithoutCode(kind, id);
      if (!(field in MODELS[kind].columns) || this.#hasUnclearPath(mismatch)) return false;
      const { [field]: to } = MODELS[kind].references;
      if (kind === "orgs" || to !== "orgs") return true;
      return (
        id !== undefined && !this.#isBlank({ kind, record, field }, this.console.records[kind].get(record ?? -1) ?? {})
      );
    });
  }
}
