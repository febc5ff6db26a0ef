import { undoImport } from "./undo.ts";
import fc from "fast-check";
import type { Import, Org, User } from "../../../src/lib/tenant/api/operations.ts";
import { ROOT_ORG_ID } from "../../../src/lib/nouns/organisation.ts";
import { AuditedHistory, byId, expectSame, NO_CHANGE, type ConfirmStep, type StepResult } from "./audited-history.ts";
import { DirectoryModel, NO_RECORD, type ManualKind } from "./directory-model.ts";
import { getCustomFieldName, toComparisonKey, ROOT_NUMBER, listFieldValues, type Values } from "./history-model.ts";
import { failureOf, toUpload, type Cells, type TestTenant } from "./tenant.ts";

export type Place = number;

interface ManualStep {
  readonly hand: "create" | "edit" | "move";
  readonly kind: ManualKind;
  readonly whom: readonly Place[];
  readonly place: Place;
  readonly values: Values;
  readonly dryRun: boolean;
}
interface DeleteStep {
  readonly delete: ManualKind;
  readonly whom: readonly Place[];
  readonly how: "named" | "recursive";
  readonly dryRun: boolean;
}
interface ImportStep {
  readonly import: "users" | "orgs";
  readonly mode: "append" | "replace";
  readonly blank: "clear" | "keep";
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly place: Place;
  readonly meanwhile: ManualStep | undefined;
}
export type DirectoryStep =
  | ManualStep
  | DeleteStep
  | ImportStep
  | { readonly mirror: true }
  | { readonly undo: number }
  | ConfirmStep
  | { readonly field: string }
  | { readonly mark: number };

const RECORD_TYPES = { orgs: "org", users: "user" } as const;
const EMAILS = ["a@x", "b@x", "c@x", "d@x"];
const CODES = ["A", "B", "C"];
// similar names, because a row with a different name would mean another person
const ORG_NAMES = ["東営業", "東開発/東", "東総務", "東人事"];

const USER_VALUES: fc.Arbitrary<Values> = fc.record(
  {
    name: fc.constantFrom("東山", "東髙橋", "東佐藤", "東鈴木", "東中", "東辺", ""),
    emails: fc.oneof(
      {
        arbitrary: fc.uniqueArray(fc.constantFrom(...EMAILS, "A@x", "e@x", "f@x"), { minLength: 1, maxLength: 2 }),
        weight: 6,
      },
      { arbitrary: fc.array(fc.constantFrom("a@x", "A@x", "x", ""), { maxLength: 2 }), weight: 1 },
    ),
    title: fc.constantFrom(null, "課長", "部長"),
    employeeCode: fc.constantFrom(null, "1", "2"),
    accountName: fc.constantFrom(null, "yamada", "sato", "suzuki"),
    座席: fc.constantFrom(null, "3F", "4F"),
  },
  { requiredKeys: [] },
);
const ORG_VALUES: fc.Arbitrary<Values> = fc.record(
  { name: fc.constantFrom(...ORG_NAMES, ...ORG_NAMES, ...ORG_NAMES, ""), code: fc.constantFrom(null, null, ...CODES) },
  { requiredKeys: [] },
);

const somePlace = fc.integer({ min: -1, max: 9 });
const someManualStep = (kind: ManualKind): fc.Arbitrary<ManualStep> =>
  fc.record({
    hand: fc.constantFrom(
      "create",
      "create",
      "edit",
      "edit",
      ...(kind === "orgs" ? (["move", "move"] as const) : (["move"] as const)),
    ),
    kind: fc.constant(kind),
    whom: fc.uniqueArray(somePlace, { minLength: 1, maxLength: kind === "users" ? 3 : 1 }),
    place: fc.oneof({ arbitrary: somePlace, weight: 3 }, { arbitrary: fc.constant(-1), weight: 1 }),
    values: kind === "users" ? USER_VALUES : ORG_VALUES,
    dryRun: fc.constantFrom(false, false, false, false, true),
  });
export const KINDS = ["orgs", "users"] as const;
const someKind = fc.constantFrom(...KINDS, "users");
const someDeletion: fc.Arbitrary<DeleteStep> = fc
  .record({
    delete: someKind,
    whom: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 2 }),
    how: fc.constantFrom("named", "named", "other"),
    dryRun: fc.constantFrom(false, false, false, true),
  })
  .map(({ how, ...step }) => ({
    ...step,
    how: how === "named" ? how : step.delete === "orgs" ? "recursive" : "named",
  }));
const someImport: fc.Arbitrary<ImportStep> = fc.record({
  import: someKind,
  mode: fc.constantFrom("append", "append", "replace"),
  blank: fc.constantFrom("clear", "keep"),
  rows: fc
    .uniqueArray(
      fc.record({
        name: fc.constantFrom(...ORG_NAMES),
        key: fc.nat(5),
        title: fc.constantFrom("", "課長", "係長"),
        code: fc.constantFrom("", ...CODES),
      }),
      { minLength: 1, maxLength: 3, selector: ({ key }) => key },
    )
    .map((rows) => rows.map(({ key, ...row }) => ({ ...row, key: String(key) }))),
  place: somePlace,
  meanwhile: fc.option(someKind.chain(someManualStep), { nil: undefined, freq: 8 }),
});

export const someDirectoryStep: fc.Arbitrary<DirectoryStep> = fc.oneof(
  { arbitrary: someKind.chain(someManualStep), weight: 18 },
  { arbitrary: someDeletion, weight: 3 },
  { arbitrary: someImport, weight: 3 },
  { arbitrary: fc.record({ undo: fc.oneof(fc.nat(2), fc.nat(9)) }), weight: 3 },
  {
    arbitrary: fc.record({
      confirm: fc.oneof(fc.tuple(fc.nat(9)), fc.tuple(fc.nat(9), fc.nat(9))),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ field: fc.constantFrom("座席") }), weight: 1 },
  { arbitrary: fc.record({ mark: fc.nat(3) }), weight: 1 },
  { arbitrary: fc.constant({ mirror: true } as const), weight: 2 },
);

/** A history in the tenant and in the model. `Further` is the type of a subclass's additional steps. */
export class DirectoryHistory<Further = never> extends AuditedHistory<DirectoryStep | Further> {
  readonly model: DirectoryModel;
  /** ids of all records that ever existed, by their numbers in the model */
  readonly ids = new Map<number, string>([[ROOT_NUMBER, ROOT_ORG_ID]]);
  #shown: ReadonlyMap<string, Org | User> = new Map();

  constructor(tenant: TestTenant, model = new DirectoryModel()) {
    super(tenant);
    this.model = model;
  }

  protected step(step: DirectoryStep | Further): Promise<StepResult> {
    return this.ofDirectory(step as DirectoryStep);
  }

  protected ofDirectory(step: DirectoryStep): Promise<StepResult> {
    if ("hand" in step) return this.#byHand(step);
    if ("delete" in step) return this.#delete(step);
    if ("import" in step) return this.#import(step);
    if ("undo" in step) return this.#undo(step.undo);
    if ("confirm" in step) return this.confirm(step);
    if ("field" in step) return this.#field(step.field);
    if ("mark" in step) return this.#mark(step.mark);
    return this.#mirror();
  }

  /** Selects an existing or deleted record by position. @returns the number of the record */
  protected picked(kind: ManualKind, place: Place): number {
    const isOf = (record: number): boolean => this.#kinds.get(record) === kind;
    const all = [...this.ids.keys()].filter(isOf);
    // existing records are selected more often than deleted records
    const live = [...this.model.records[kind].keys()];
    if (place === -1 && kind === "orgs") return ROOT_NUMBER;
    return [...live, ...live, ...all][place % Math.max(1, live.length * 2 + all.length)] ?? NO_RECORD;
  }
  readonly #kinds = new Map<number, ManualKind>();

  protected idOf(record: number): string {
    return this.ids.get(record) ?? ROOT_ORG_ID.replace(/1$/, "f");
  }

  /** Returns the values of a step for the model, with numbers for custom fields and organisations. */
  #valuesOf({ hand, kind, values, place, whom }: ManualStep): Values {
    const { 座席, ...own } = values;
    const [number] = [...this.model.fields.keys()];
    const custom = number === undefined || 座席 === undefined ? {} : { [getCustomFieldName(number)]: 座席 };
    const field = kind === "orgs" ? "parent" : "orgCode";
    const org =
      place === -1 || (place < 9 && this.model.records.orgs.size === 0) ? ROOT_NUMBER : this.picked("orgs", place);
    if (hand === "move") return { [field]: kind === "orgs" && place % 2 === 0 ? this.#free(whom, place) : org };
    if (hand === "edit") return { ...own, ...custom };
    const usual =
      kind === "orgs"
        ? { name: ORG_NAMES[0] ?? "", code: null }
        : { name: "東田中", emails: [`${place}@x`], title: null, employeeCode: null, accountName: null };
    return { ...usual, ...own, ...custom, [field]: org };
  }

  /** Returns an organisation to which another organisation can be moved and below which it is not yet. */
  #free([whom = 0]: readonly Place[], place: Place): number {
    const { model } = this;
    const moved = this.picked("orgs", whom);
    const below = new Set([...model.subtree(moved), model.records.orgs.get(moved)?.["parent"]]);
    const free = [ROOT_NUMBER, ...model.records.orgs.keys()].filter(
      (org) => !below.has(org) && model.sees("orgs", org),
    );
    return free[place % Math.max(1, free.length)] ?? ROOT_NUMBER;
  }

  #bodyOf(given: Values) {
    const { parent, orgCode, ...own } = given;
    const custom = [...this.model.fields].flatMap(([number, name]) => {
      const { [getCustomFieldName(number)]: value } = given;
      return value === undefined ? [] : [{ name, value: value as string | null }];
    });
    return {
      ...(Object.fromEntries(Object.entries(own).filter(([name]) => !name.startsWith("custom:"))) as Record<
        string,
        string | null
      >),
      ...(custom.length === 0 ? {} : { custom }),
      ...(parent === undefined ? {} : { parentId: this.idOf(Number(parent)) }),
      ...(orgCode === undefined ? {} : { org: this.idOf(Number(orgCode)) }),
    };
  }

  async #byHand(step: ManualStep): Promise<StepResult> {
    const { kind, dryRun } = step;
    const { model } = this;
    // most edits need an existing record; if there is none, a record is created instead
    const isNobody = model.records[kind].size === 0 && step.place < 8;
    const hand = isNobody ? "create" : step.hand;
    const several = hand === "move" && kind === "users" ? step.whom : step.whom.slice(0, 1);
    const whom = hand === "create" ? [undefined] : [...new Set(several.map((place) => this.picked(kind, place)))];
    const given = this.#valuesOf({ ...step, hand });
    const asked = (): Promise<readonly { readonly before: unknown; readonly after: Org | User }[]> =>
      this.#asked({ ...step, hand }, whom, given);
    const barred = model.barred(model.needs(kind, hand));
    const refusals = barred.length > 0 ? barred : whom.flatMap((record) => model.refusals(kind, record, given));
    if (refusals.length > 0) return this.refused(asked(), refusals);
    if (dryRun) return this.rehearsed(asked());
    const written = await asked();
    const changed: { readonly before: unknown; readonly after: Org | User }[] = [];
    for (const [at, record] of whom.entries()) {
      const done = model.write(kind, record, given);
      const one = written[at];
      if (one === undefined) throw new TypeError("each record is told");
      expectSame(one.before, record === undefined ? null : this.shown(this.idOf(record)));
      this.know(kind, done.record, one.after.id);
      if (done.changed) changed.push(one);
    }
    await this.expectRecords();
    const after = changed.map(({ after: { id } }) => this.shown(id));
    const told =
      after.length === 1
        ? { before: changed[0]?.before, after: after[0] }
        : { before: { records: changed.map(({ before }) => before) }, after: { records: after } };
    if (after.length === 0) return { what: "unchanged", audit: [] };
    return {
      what: `${hand} ${kind}`,
      audit: [
        {
          action: `${kind}.${hand}`,
          objects: changed.map(({ after: { id, name } }) => ({ thing: RECORD_TYPES[kind], id, name })),
          ...(hand === "create" ? {} : { before: told.before }),
          after: told.after,
        },
      ],
    };
  }

  protected shown(id: string): Org | User | undefined {
    return this.#shown.get(id);
  }

  protected know(kind: ManualKind, record: number, id: string): void {
    this.ids.set(record, id);
    this.#kinds.set(record, kind);
  }

  async #asked({ hand, kind, dryRun }: ManualStep, whom: readonly (number | undefined)[], given: Values) {
    const { orgs, users } = this.client;
    const body = { ...this.#bodyOf(given), dryRun };
    const ids = whom.map((record) => this.idOf(record ?? NO_RECORD));
    const [id = ""] = ids;
    if (kind === "orgs") {
      if (hand === "create") return [await orgs.create(body)];
      return [await (hand === "edit" ? orgs.edit(id, body) : orgs.move(id, { parent: String(body.parentId), dryRun }))];
    }
    if (hand === "create") return [await users.create(body)];
    return hand === "edit" ? [await users.edit(id, body)] : users.move({ ids, org: String(body.org), dryRun });
  }

  async #delete({ delete: kind, whom, how, dryRun }: DeleteStep): Promise<StepResult> {
    const { model } = this;
    const picked = [...new Set(whom.map((place) => this.picked(kind, place)))].filter((record) => this.ids.has(record));
    const [first] = picked;
    if (first === undefined) return NO_CHANGE;
    const { gone, request } = this.#chosen(kind, picked, how);
    if (request === undefined) return NO_CHANGE;
    const lost = picked.some((record) => !model.sees(kind, record));
    const asked = () => this.client.imports.delete(request);
    const barred = model.barred(model.needs(kind, how === "recursive" ? how : "delete"));
    if (barred.length > 0) return this.refused(asked(), barred);
    if (lost) return this.refused(asked(), [{ code: "not-found", about: [] }, ...model.held(gone)]);
    const done = model.deletion(gone);
    if (done === undefined) return this.refused(asked(), model.held(gone));
    const plan = await asked();
    expectSame(
      [plan.delete, ...(plan.beside ?? []).map((one) => one.delete)],
      gone.map(([, records]) => records.length),
    );
    if (dryRun) {
      await this.client.imports.discard(plan.id);
      return { what: "dry deletion", audit: [] };
    }
    await this.client.imports.commit(plan);
    model.commit(done, plan);
    await this.expectRecords();
    return { what: how, audit: [{ action: `${kind}.delete`, objects: [{ thing: "import", id: plan.id }] }] };
  }

  #chosen(kind: ManualKind, picked: readonly number[], how: DeleteStep["how"]) {
    const { model } = this;
    const ids = picked.map((record) => this.idOf(record));
    if (how === "named") return { gone: [[kind, picked]] as const, request: { kind, ids } };
    const orgs = [...new Set(picked.flatMap((record) => model.subtree(record)))];
    const within = ([, { orgCode }]: readonly [number, Values]): boolean => orgs.includes(Number(orgCode));
    const users = [...model.records.users].filter(within).map(([record]) => record);
    const gone = [["orgs", orgs] as const, ...(users.length > 0 ? [["users", users] as const] : [])];
    return { gone, request: { kind, ids, recursive: true } };
  }

  protected codeIn(code: string): string {
    return code;
  }

  #cellsOf({ import: kind, mode, rows, place }: ImportStep): {
    readonly cells: Cells;
    readonly rows: readonly Readonly<Record<string, string>>[];
  } {
    const { model } = this;
    if (kind === "users") {
      const isCoded = (code: string): boolean => code === "" || model.find("orgs", "code", code) !== undefined;
      const found = rows.map(({ name = "", key, title = "", code = "" }) => ({
        name,
        emails: EMAILS[Number(key)] ?? `${key}@x`,
        title,
        orgCode: isCoded(this.codeIn(code)) ? this.codeIn(code) : "",
      }));
      // this history does not cover rows with an additional email address of a user, with the name of another user, or
      // with a name that has no part in common with the old name
      const fit = found.filter(({ name, emails }) => {
        const user = model.find("users", "emails", emails);
        const { name: old, accountName = null } =
          (user === undefined ? undefined : model.records.users.get(user)) ?? {};
        if (old !== accountName && String(old ?? name)[0] !== name[0]) return false;
        const isHeld = [...model.records.users].some(([other, values]) => other !== user && values["name"] === name);
        return (
          user === undefined ||
          (!isHeld &&
            toComparisonKey(listFieldValues(model.records.users.get(user) ?? {}, "emails")[0]) ===
              toComparisonKey(emails))
        );
      });
      const isWhole = mode === "replace" && rows.every(({ title }) => title !== "係長");
      const all = isWhole ? this.#withAdministrators(fit) : fit;
      return {
        rows: all,
        cells: [["氏名", "メールアドレス", "役職", "組織コード"], ...all.map((row) => Object.values(row))],
      };
    }
    const above = model.records.orgs.get(this.picked("orgs", Math.max(0, place)))?.["code"] ?? "";
    const fit = rows
      .filter(({ code }) => code !== "")
      .filter(({ code }, at, all) => all.findIndex((row) => row["code"] === code) === at);
    const isFree = fit.every(({ code = "" }) => {
      const org = model.find("orgs", "code", code);
      return (
        code !== above &&
        (org === undefined || !model.subtree(org).includes(model.find("orgs", "code", String(above)) ?? ROOT_NUMBER))
      );
    });
    const placed = fit.map(({ name = "", code = "" }) => ({ name, code, parent: isFree ? String(above) : "" }));
    return {
      rows: placed,
      cells: [["組織名", "組織コード", "上位組織コード"], ...placed.map((row) => Object.values(row))],
    };
  }

  /** Does a step as another person during a step. */
  protected meanwhile(does: () => Promise<StepResult>): Promise<StepResult> {
    return does();
  }

  #lacking(rows: readonly Readonly<Record<string, string>>[]): readonly number[] {
    const { model } = this;
    const met = rows.map(({ emails }) => model.find("users", "emails", emails ?? ""));
    return [...model.administrators].filter((one) => model.sees("users", one) && !met.includes(one));
  }

  /** Adds rows with the current values of administrators who are missing from the rows. */
  #withAdministrators(rows: readonly Readonly<Record<string, string>>[]) {
    const { model } = this;
    const own = this.#lacking(rows).map((user) => {
      const { name, emails, title, orgCode } = model.records.users.get(user) ?? {};
      const [email] = emails as readonly string[];
      const { code = null } = model.records.orgs.get(Number(orgCode)) ?? {};
      return { name: String(name), emails: String(email), title: String(title ?? ""), orgCode: String(code ?? "") };
    });
    return [...rows, ...own];
  }

  async #import(step: ImportStep): Promise<StepResult> {
    const { model } = this;
    const { import: kind, blank, meanwhile } = step;
    const mode = kind === "orgs" ? "append" : step.mode;
    const { cells, rows } = this.#cellsOf({ ...step, mode });
    if (rows.length === 0) return NO_CHANGE;
    const asked = () => this.client.imports.plan({ kind, mode, blank }, toUpload(cells));
    const request = {
      kind,
      mode,
      blank,
      key: kind === "users" ? "emails" : "code",
      invalid: new Set<number>(),
    } as const;
    const planned = model.plan(request, rows);
    const barred = model.barredImport(kind, model.needsOfPlan(planned, rows));
    const isUnfit = model.isUnfit(planned, rows);
    const asking = asked();
    // rejected rows need no rights
    const isRejected = isUnfit && model.barredImport(kind, []).length === 0 && (await failureOf(asking)) === undefined;
    if (barred.length > 0 && !isRejected) return this.refused(asking, barred);
    const plan = await asking;
    const isLacking = mode === "replace" && this.#lacking(rows).length > 0;
    expectSame(plan.rejected, isLacking || isUnfit);
    if (plan.rejected) {
      await this.client.imports.discard(plan.id);
      return { what: isUnfit ? "unfit" : "administrator lacking", audit: [] };
    }
    const between = meanwhile === undefined ? NO_CHANGE : await this.meanwhile(() => this.#byHand(meanwhile));
    const isOvertaken = between.audit.length > 0 && (await this.#refusesOvertaken(plan));
    if (isOvertaken) return { ...between, what: "overtaken" };
    if (between.audit.length === 0) await this.client.imports.commit(plan);
    // the commit applies the plan regardless of later changes
    await this.#committed(planned, plan);
    return {
      what: between.audit.length === 0 ? mode : "not overtaken",
      audit: [...between.audit, { action: "imports.commit", objects: [{ thing: "import", id: plan.id }] }],
    };
  }

  /** Commits a plan after another change. Returns true if the plan depends on the change and is refused. */
  async #refusesOvertaken(plan: Import): Promise<boolean> {
    const before = this.state();
    const failure = await failureOf(this.client.imports.commit(plan));
    if (failure === undefined) return false;
    expectSame(failure.code, "conflict");
    expectSame(this.state(), before);
    expectSame((await this.client.imports.show(plan.id)).state, "discarded");
    return true;
  }

  async #committed(done: ReturnType<DirectoryModel["plan"]>, plan: Import): Promise<void> {
    const listed = done.did.map(({ after, ...one }) => ({
      ...one,
      ...(after && {
        after:
          done.kind === "users"
            ? { accountName: null, ...after, emails: listFieldValues(after, "emails").map(String) }
            : after,
      }),
    }));
    expectSame(
      [plan.create, plan.update, plan.delete],
      ["create", "update", "delete"].map((action) => listed.filter((one) => one.action === action).length),
    );
    this.model.commit({ ...done, did: listed }, plan);
    await this.expectRecords();
  }

  /** Imports the tenant's own export of users as a console export. After that, the tenant is a mirror. */
  async #mirror(): Promise<StepResult> {
    const barred = this.model.barred(["whole"]);
    if (barred.length > 0) {
      const content = toUpload([["氏名", "メールアドレス"]]);
      return this.refused(this.client.imports.plan({ kind: "users", fromConsole: true }, content), barred);
    }
    if (this.model.records.users.size === 0) return NO_CHANGE;
    const stream = await this.client.users.export();
    const plan = await this.client.imports.plan({ kind: "users", fromConsole: true }, { stream, encoding: "utf-8" });
    await this.client.imports.commit(plan);
    const done = { kind: "users", did: [], orgs: new Map(), groups: [] } as const;
    await this.#committed(done, plan);
    // an export of a single record is not logged as an export of the directory
    const exported = this.model.records.users.size > 1 ? [{ action: "users.export", objects: [] }] : [];
    return {
      what: "mirrored",
      audit: [...exported, { action: "console.sync", objects: [{ thing: "import", id: plan.id }] }],
    };
  }

  async #undo(at: number): Promise<StepResult> {
    const { model } = this;
    const done = model.imports.at(-1 - (at % Math.max(1, model.imports.length)));
    if (done === undefined || done.isUndo) return NO_CHANGE;
    const undoing = model.undo(done);
    const asked = () => undoImport(this.client, done.id);
    const barred = model.barredUndo(done);
    if (barred.length > 0) return this.refused(asked(), barred);
    if (undoing === undefined)
      return { ...(await this.refused(asked(), [{ code: "conflict", about: [] }])), what: "not undone" };
    const plan = await asked();
    model.commit(undoing, await this.client.imports.commit(plan), done);
    await this.expectRecords();
    const objects = [{ thing: "import", id: plan.id }];
    return { what: "undone", audit: [{ action: "undo", objects }] };
  }

  async #field(name: string): Promise<StepResult> {
    const barred = this.model.barred(["fields.write"]);
    if (barred.length > 0) return this.refused(this.client.users.addField({ name }), barred);
    const known = (await this.tenant.client.users.fields()).find((field) => field.name === name);
    const [number] = [...this.model.fields.keys()];
    if (known === undefined || number === undefined) {
      const removed = (await this.tenant.client.console.list({})).flatMap(({ records }) => records);
      // the console may still have the removed field with this name
      if (removed.some((one) => one.thing === "custom_field" && one.work === "delete" && one.name === name))
        return this.refused(this.client.users.addField({ name }), [{ code: "input-rejected", about: [name] }]);
      const after = await this.client.users.addField({ name });
      this.model.addField(name);
      return {
        what: "field",
        audit: [{ action: "fields.add", objects: [{ thing: "custom_field", id: after.id, name }], after }],
      };
    }
    const held = (await this.tenant.users()).flatMap(({ id, name: called, emails, custom }) => {
      const [value] = custom.flatMap((one) => (one.name === name ? [one.value] : []));
      return value === undefined ? [] : [{ id, name: `${called} <${emails[0] ?? ""}>`, value }];
    });
    await this.client.users.removeField(known.id, { users: held.length });
    this.model.removeField(number);
    await this.expectRecords();
    const objects = [
      { thing: "custom_field", id: known.id, name },
      ...held.map(({ id, name: called }) => ({ thing: "user", id, name: called })),
    ];
    const before = { ...known, users: held.length, values: held };
    return { what: "no field", audit: [{ action: "fields.remove", objects: objects.toSorted(byId), before }] };
  }

  async #mark(place: Place): Promise<StepResult> {
    const { model } = this;
    const all = [...model.records.users];
    const [user, values] = all[place % Math.max(1, all.length)] ?? [];
    if (user === undefined || values === undefined) return NO_CHANGE;
    const isOne = !model.administrators.has(user);
    const asked = () => this.client.users.edit(this.idOf(user), { administrator: isOne });
    const refusals = model.markRefusals(user);
    if (refusals.length > 0) return this.refused(asked(), refusals);
    const { before, after } = await asked();
    model.mark("users", String(listFieldValues(values, "emails")[0]), isOne);
    await this.expectRecords();
    return {
      what: isOne ? "marked" : "unmarked",
      audit: [{ action: "users.edit", objects: [{ thing: "user", id: this.idOf(user) }], before, after }],
    };
  }

  async expectRecords(): Promise<void> {
    const { model } = this;
    const [orgs, users] = [await Array.fromAsync(this.tenant.client.orgs.list()), await this.tenant.users()];
    this.#shown = new Map([...orgs, ...users].map((one) => [one.id, one]));
    for (const org of orgs) {
      const above = [...this.ids].find(([, id]) => id === org.parentId)?.[0];
      this.#meet("orgs", org.id, ({ code, name, parent }) =>
        code === null ? name === org.name && parent === above : code === org.code,
      );
    }
    for (const user of users) this.#meet("users", user.id, ({ emails }) => String(emails) === String(user.emails));
    expectSame(
      orgs
        .slice(1)
        .map(({ id, name, code, parentId, path }) => ({ id, name, code, parentId, path }))
        .toSorted(byId),
      [...model.records.orgs]
        .map(([org, { name, code, parent }]) => ({
          id: this.idOf(org),
          name,
          code,
          parentId: this.idOf(Number(parent)),
          path: model.pathOf(org),
        }))
        .toSorted(byId),
    );
    expectSame(
      users
        .map(({ id, name, emails, org, title, employeeCode, accountName, custom }) => ({
          id,
          name,
          emails,
          org,
          title,
          employeeCode,
          accountName,
          custom,
        }))
        .toSorted(byId),
      [...model.records.users]
        .map(([user, values]) => ({ id: this.idOf(user), ...this.#userOf(values) }))
        .toSorted(byId),
    );
  }

  #meet(kind: ManualKind, id: string, isIt: (values: Values) => boolean): void {
    if ([...this.ids.values()].includes(id)) return;
    const [record] = [...this.model.records[kind]].find(([one, values]) => !this.ids.has(one) && isIt(values)) ?? [];
    if (record !== undefined) this.know(kind, record, id);
  }

  #userOf({ name, emails, orgCode, title = null, employeeCode = null, accountName = null, ...custom }: Values) {
    const { model } = this;
    const org = Number(orgCode);
    return {
      name,
      emails,
      org: { id: this.idOf(org), code: model.records.orgs.get(org)?.["code"] ?? null, path: model.pathOf(org) },
      title,
      employeeCode,
      accountName,
      custom: [...model.fields].flatMap(([number, field]) => {
        const value = custom[getCustomFieldName(number)] ?? null;
        return value === null ? [] : [{ name: field, value }];
      }),
    };
  }
}
