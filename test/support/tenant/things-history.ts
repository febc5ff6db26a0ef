import { undoImport } from "./undo.ts";
import fc from "fast-check";
import type {
  Device,
  Import,
  Org,
  SecuredGroup,
  SecuredUser,
  TenantProfile,
  User,
} from "../../../src/lib/contract/index.ts";
import type { ManualValues } from "../../../src/lib/model/thing.ts";
import { ROOT_ORG_ID } from "../../../src/lib/model/organisation.ts";
import {
  AuditedHistory,
  byId,
  expectSame,
  NO_CHANGE,
  type ConfirmStep,
  type StepResult,
  type NamedObject,
} from "./audited-history.ts";
import { toComparisonKey, ROOT_NUMBER, type ModelImport, type Values } from "./history-model.ts";
import type { TestTenant } from "./tenant.ts";
import { ThingsModel } from "./things-model.ts";

const APP = "calendar";

export const THING_KINDS = ["devices", APP] as const;
type ThingKind = (typeof THING_KINDS)[number];
const THINGS = { devices: "device", calendar: "secured_user", users: "user", orgs: "org" } as const;
/** The prefix of audit actions, by kind. */
const ACTION_PREFIXES = { devices: "devices", calendar: "secured.users" } as const;
/** The field by which people identify a record, and by which rows of files are matched to records. */
const KEY_FIELDS = { devices: "serialNumber", calendar: "userId" } as const;

/** The position of a record among all records that ever existed. */
type Place = number;

interface DeviceStep {
  readonly devices: "create" | "edit" | "set-owner" | "tag";
  readonly whom: readonly Place[];
  readonly values: Values;
  /** the position of the owner, which is a user or an organisation; a negative number stands for no owner */
  readonly owner: Place;
  readonly ownerOrg: Place;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** true if the step confirms the number of wipes */
  readonly counted: boolean;
  readonly dryRun: boolean;
}
interface AppStep {
  readonly app: "create" | "edit";
  readonly whom: Place;
  readonly values: Values;
  readonly role: "manager" | "user" | undefined;
  readonly licenceException: boolean | undefined;
  readonly password: string | undefined;
  readonly createGroups: boolean;
  readonly dryRun: boolean;
}
interface GroupStep {
  readonly groups: "create" | "edit" | "delete";
  readonly whom: readonly Place[];
  readonly name: string;
  readonly counted: boolean;
  readonly dryRun: boolean;
}
interface DeleteStep {
  readonly delete: ThingKind | "users";
  readonly whom: readonly Place[];
  readonly how: "named" | "filtered";
  readonly dryRun: boolean;
}
interface ImportStep {
  readonly import: ThingKind;
  readonly mode: "append" | "replace";
  readonly blank: "clear" | "keep";
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly groups: readonly string[];
}
interface TenantStep {
  readonly tenant: Readonly<Partial<Pick<TenantProfile, "android" | "ios" | "ade" | "contactName">>>;
  readonly contract: string | undefined;
  readonly gone: string | undefined;
  readonly dryRun: boolean;
}
type Step =
  | DeviceStep
  | AppStep
  | GroupStep
  | DeleteStep
  | ImportStep
  | TenantStep
  | ConfirmStep
  | { readonly moved: Place; readonly org: Place }
  | { readonly mark: Place }
  | { readonly undo: number }
  | { readonly mirror: true };

const GROUPS = ["営業", "開発", "総務"];
const TAGS = ["x", "予備", "貸出用"];
const someTags = fc.subarray(TAGS);
const somePlaces = fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 2 });
const someRareFlag = fc.constantFrom(false, false, false, false, true);
const someFrequentFlag = someRareFlag.map((one) => !one);

const someDeviceStep: fc.Arbitrary<DeviceStep> = fc.record({
  devices: fc.constantFrom("create", "create", "create", "edit", "edit", "set-owner", "set-owner", "tag"),
  whom: somePlaces,
  values: fc.record(
    {
      serialNumber: fc.constantFrom("S1", "S2", "S3", "S4", "S5", ""),
      platform: fc.constantFrom("iOS", "Android", "Android", "Android", null),
      status: fc.constantFrom("事前登録", "管理中", "管理中", "管理外", null),
      androidMode: fc.constantFrom("fully-managed", "work-profile", "dedicated", null, null),
      memo: fc.constantFrom("メモ", null),
    },
    { requiredKeys: [] },
  ),
  owner: fc.integer({ min: -2, max: 3 }),
  ownerOrg: fc.constantFrom(-1, -1, -1, 0, 1),
  add: someTags,
  remove: someTags,
  counted: fc.boolean(),
  dryRun: someRareFlag,
});
const someAppStep: fc.Arbitrary<AppStep> = fc.record({
  app: fc.constantFrom("create", "edit"),
  whom: fc.nat(9),
  values: fc.record(
    {
      userId: fc.constantFrom("u1", "u2", "u3", "u4"),
      displayName: fc.constantFrom("太郎", "花子", "髙橋", ""),
      description: fc.constantFrom("説明", null),
      device: fc.constantFrom("iPad 12", null),
      groups: fc.subarray(GROUPS),
    },
    { requiredKeys: [] },
  ),
  role: fc.constantFrom("manager", "user", undefined),
  licenceException: fc.constantFrom(true, false, undefined),
  password: fc.constantFrom("Secret1", "Secret1", "Secret1", "123", undefined, undefined),
  createGroups: fc.boolean(),
  dryRun: someRareFlag,
});
const someGroupStep: fc.Arbitrary<GroupStep> = fc.record({
  groups: fc.constantFrom("create", "create", "edit", "delete"),
  whom: somePlaces,
  name: fc.constantFrom(...GROUPS, ...GROUPS, "人事", ""),
  counted: someFrequentFlag,
  dryRun: someRareFlag,
});
const someDeletion: fc.Arbitrary<DeleteStep> = fc.record({
  delete: fc.constantFrom(...THING_KINDS, ...THING_KINDS, "users"),
  whom: somePlaces,
  how: fc.constantFrom("named", "filtered"),
  dryRun: someRareFlag,
});
const someImport: fc.Arbitrary<ImportStep> = fc.record({
  import: fc.constantFrom(...THING_KINDS),
  mode: fc.constantFrom("append", "append", "replace"),
  blank: fc.constantFrom("clear", "keep"),
  rows: fc
    .uniqueArray(
      fc.record({
        key: fc.nat(4),
        name: fc.constantFrom("太郎", "次郎"),
        memo: fc.constantFrom("", "予備"),
        status: fc.constantFrom("", "管理中", "管理中", "事前登録", "管理外"),
        owner: fc.constantFrom("", "", "a@x", "b@x"),
      }),
      { minLength: 1, maxLength: 3, selector: ({ key }) => key },
    )
    .map((rows) => rows.map(({ key, ...row }) => ({ ...row, key: String(key + 1) }))),
  groups: fc.subarray([...GROUPS, "新"]),
});
const someTenantStep: fc.Arbitrary<TenantStep> = fc.record({
  tenant: fc.record(
    {
      android: fc.constantFrom(true, false, null),
      ios: fc.constantFrom(true, false, null),
      ade: fc.constantFrom(true, null),
      contactName: fc.constantFrom("山田", " ", null),
    },
    { requiredKeys: [] },
  ),
  contract: fc.constantFrom("MDM", "GATE", undefined),
  gone: fc.constantFrom("MDM", undefined, undefined),
  dryRun: someRareFlag,
});

/** Draws a step of a history. */
export const someThingsStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: someDeviceStep, weight: 12 },
  { arbitrary: someAppStep, weight: 8 },
  { arbitrary: someGroupStep, weight: 5 },
  { arbitrary: someDeletion, weight: 4 },
  { arbitrary: someImport, weight: 4 },
  { arbitrary: fc.record({ undo: fc.oneof(fc.nat(2), fc.nat(9)) }), weight: 4 },
  { arbitrary: someTenantStep, weight: 2 },
  { arbitrary: fc.record({ moved: fc.nat(3), org: fc.nat(3) }), weight: 2 },
  { arbitrary: fc.record({ mark: fc.nat(1) }), weight: 2 },
  { arbitrary: fc.constant({ mirror: true } as const), weight: 1 },
  {
    arbitrary: fc.record({
      confirm: fc.oneof(fc.tuple(fc.nat(9)), fc.tuple(fc.nat(9), fc.nat(9))),
    }),
    weight: 2,
  },
);

type ShownRecord = Device | SecuredUser | User | Org | SecuredGroup;

/** The result of writing one record. */
interface WrittenRecord {
  readonly before: unknown;
  readonly after: Device | SecuredUser;
}

const toMemberObject = ({ id, name }: { readonly id: string; readonly name: string }): NamedObject => ({
  thing: "secured_user",
  id,
  name,
});

/** A history of devices, SECURED APPs users and groups, and the tenant's profile, both in a tenant and in a model. */
export class ThingsHistory extends AuditedHistory<Step> {
  readonly model = new ThingsModel();
  /** the id of each record that has ever existed, by its number in the model */
  readonly #ids = new Map<number, string>([[ROOT_NUMBER, ROOT_ORG_ID]]);
  /** the records that the tenant returned last, by id */
  #shown: ReadonlyMap<string, ShownRecord> = new Map();
  #profile: TenantProfile | undefined;

  /** Starts a history in a tenant with two organisations and three users. */
  static async in(tenant: TestTenant): Promise<ThingsHistory> {
    const history = new ThingsHistory(tenant);
    const { model } = history;
    for (const code of ["A", "B"]) {
      const { after } = await tenant.client.orgs.create({ name: code, code });
      history.#ids.set(model.write("orgs", undefined, { name: code, code, parent: ROOT_NUMBER }).record, after.id);
    }
    const [org] = model.records.orgs.keys();
    for (const email of ["a@x", "b@x", "c@x"]) {
      const at = { orgCode: email === "a@x" ? (org ?? ROOT_NUMBER) : ROOT_NUMBER };
      const body = { name: email, emails: [email], org: history.#idOf(at.orgCode) };
      const { after } = await tenant.client.users.create(body);
      history.#ids.set(model.write("users", undefined, { name: email, emails: [email], ...at }).record, after.id);
    }
    await history.expectRecords();
    return history;
  }

  protected step(step: Step): Promise<StepResult> {
    if ("devices" in step) return this.#device(step);
    if ("app" in step) return this.#app(step);
    if ("groups" in step && "name" in step) return this.#group(step);
    if ("delete" in step) return this.#delete(step);
    if ("import" in step) return this.#import(step);
    if ("undo" in step) return this.#undo(step.undo);
    if ("tenant" in step) return this.#tenant(step);
    if ("confirm" in step) return this.confirm(step);
    if ("moved" in step) return this.#moved(step.moved, step.org);
    if ("mark" in step) return this.#mark(step.mark);
    return this.#mirror();
  }

  #idOf(record: number): string {
    return this.#ids.get(record) ?? ROOT_ORG_ID.replace(/1$/, "f");
  }

  /** Selects records of a kind by their positions. Existing records come first, then deleted ones. */
  #picked(kind: ThingKind | "users" | "orgs", places: readonly Place[]): readonly number[] {
    const live = [...this.model.records[kind].keys()];
    const gone = [...this.#gone].filter(([record, one]) => one === kind && !live.includes(record));
    const all = [...live, ...live, ...gone.map(([record]) => record)];
    return [...new Set(places.flatMap((place) => all[place % Math.max(1, all.length)] ?? []))];
  }
  readonly #gone = new Map<number, string>();

  #know(kind: ThingKind, record: number, id: string): void {
    this.#ids.set(record, id);
    this.#gone.set(record, kind);
  }

  /** Returns the expected result of a step that wrote several records: one audit record, or none if nothing changed. */
  async #wrote(
    kind: ThingKind,
    hand: string,
    changed: readonly WrittenRecord[],
    made: readonly string[] = [],
  ): Promise<StepResult> {
    await this.expectRecords();
    const told = changed.map(({ before, after: { id } }) => ({ before, after: this.#shown.get(id) }));
    const [one, ...more] = told;
    if (one === undefined) return { what: "unchanged", audit: [] };
    const whole =
      more.length === 0
        ? one
        : { before: { records: told.map(({ before }) => before) }, after: { records: told.map(({ after }) => after) } };
    return {
      what: `${hand} ${kind}`,
      audit: [
        {
          action: `${ACTION_PREFIXES[kind]}.${hand}`,
          objects: [
            ...changed.map(({ after: { id } }) => ({ thing: THINGS[kind], id })),
            ...made.map((name) => ({ thing: "secured_group", id: this.#groupId(name) })),
          ],
          ...(hand === "create" ? {} : { before: whole.before }),
          after: whole.after,
        },
      ],
    };
  }

  #groupId(name: string): string {
    const isIt = (one: ShownRecord): boolean => "users" in one && "app" in one && one.name === name;
    return [...this.#shown.values()].find(isIt)?.id ?? this.#idOf(-1);
  }

  /** Returns the values that a step assigns to one of the devices. */
  #givenOf({ devices: hand, values, owner, ownerOrg, add, remove }: DeviceStep, record: number | undefined): Values {
    const [user] = owner < 0 ? [null] : this.#picked("users", [owner]);
    const [org] = ownerOrg < 0 ? [null] : this.#picked("orgs", [ownerOrg]);
    const owners = { ownerEmail: user ?? null, ownerOrg: org ?? null };
    if (hand === "set-owner") return owners;
    if (hand === "edit") return values;
    const tags = (record === undefined ? [] : (this.model.records.devices.get(record)?.["tags"] ?? [])) as string[];
    if (hand === "tag") {
      const kept = tags.filter((tag) => !remove.includes(tag));
      return { tags: [...new Set([...kept, ...add])].toSorted() };
    }
    const usual = { serialNumber: "S6", platform: "Android", status: "管理中", androidMode: null, memo: null };
    // new devices rarely get two owners, because this is not allowed
    return { ...usual, ...values, tags: add, ...(owner === 0 || ownerOrg === -1 ? owners : NO_OWNER) };
  }

  async #device(step: DeviceStep): Promise<StepResult> {
    const { model } = this;
    const hand = model.records.devices.size === 0 ? "create" : step.devices;
    const several = hand === "set-owner" || hand === "tag" ? step.whom : step.whom.slice(0, 1);
    const whom = hand === "create" ? [undefined] : this.#picked("devices", several);
    const devices = new Map(model.records.devices);
    const given = whom.map((record) => this.#givenOf({ ...step, devices: hand }, record));
    const refusals = whom.flatMap((record, at) => {
      const found = model.deviceRefusals(devices, record, given[at] ?? {});
      if (record !== undefined) devices.set(record, { ...devices.get(record), ...given[at] });
      return found;
    });
    const needed = whom.filter((record) => {
      const before = record === undefined ? undefined : model.records.devices.get(record);
      return before !== undefined && record !== undefined && model.needsWipe(before, devices.get(record) ?? {});
    }).length;
    const wipes = hand === "set-owner" && step.counted ? needed : 0;
    const asked = () => this.#askedDevices({ ...step, devices: hand }, whom, given[0] ?? {}, wipes);
    if (refusals.length > 0) return this.refused(asked(), refusals);
    if (hand === "set-owner" && needed !== wipes)
      return this.refused(asked(), [{ code: "input-rejected", about: ["初期化"] }]);
    if (step.dryRun) return this.rehearsed(asked());
    const written = await asked();
    const changed: WrittenRecord[] = [];
    for (const [at, record] of whom.entries()) {
      const done = model.write("devices", record, given[at] ?? {});
      const one = written[at];
      if (one === undefined) throw new TypeError("each device is told");
      expectSame(one.before, record === undefined ? null : this.#shown.get(this.#idOf(record)));
      this.#know("devices", done.record, one.after.id);
      if (done.changed) changed.push(one);
    }
    return this.#wrote("devices", hand, changed);
  }

  async #askedDevices(
    { devices: hand, add, remove, dryRun }: DeviceStep,
    whom: readonly (number | undefined)[],
    { ownerEmail, ownerOrg, ...own }: Values,
    wipes: number,
  ): Promise<readonly WrittenRecord[]> {
    const { devices } = this.tenant.client;
    const ids = whom.map((record) => this.#idOf(record ?? -1));
    const idOf = (value: Values[string] | undefined) => (typeof value === "number" ? this.#idOf(value) : null);
    const owners = { owner: idOf(ownerEmail), ownerOrg: idOf(ownerOrg) };
    const body = own as Readonly<Record<string, string | null>>;
    if (hand === "create") return [await devices.create({ ...body, ...owners, dryRun })];
    if (hand === "edit") return [await devices.edit(ids[0] ?? "", { ...body, dryRun })];
    return hand === "tag"
      ? devices.tag({ ids, add: [...add], remove: [...remove], dryRun })
      : devices.setOwner({ ids, ...owners, wipes, dryRun });
  }

  async #app(step: AppStep): Promise<StepResult> {
    const { model } = this;
    const { password, createGroups, role, licenceException, dryRun } = step;
    const hand = model.records.calendar.size === 0 ? "create" : step.app;
    const [record] = hand === "create" ? [] : this.#picked(APP, [step.whom]);
    const { userId = "u5", ...others } = step.values;
    const own: Values =
      hand === "create"
        ? { displayName: "田中", description: null, device: null, groups: [], ...others, userId }
        : others;
    const isManager = record !== undefined && model.records.calendar.get(record)?.["groupManager"] === "TRUE";
    const flag =
      role === "manager" ? { groupManager: "TRUE" } : role === "user" && isManager ? { groupManager: "FALSE" } : {};
    const exception = licenceException === undefined ? {} : { licenceException: licenceException ? "TRUE" : null };
    const groups = own["groups"] === undefined ? {} : { groups: [...(own["groups"] as string[])].toSorted() };
    const given: Values = { ...own, ...groups, ...flag, ...exception };
    const body = { ...own, role, licenceException, password, createGroups, dryRun } as ManualValues;
    const { secured } = this.tenant.client;
    const asked = (): Promise<WrittenRecord> =>
      hand === "create" ? secured.create(APP, body) : secured.edit({ app: APP, id: this.#idOf(record ?? -1) }, body);
    const refusals = model.appRefusals(hand === "create" ? undefined : (record ?? -1), given, {
      password,
      createGroups,
    });
    if (refusals.length > 0) return this.refused(asked(), refusals);
    if (dryRun) return this.rehearsed(asked());
    const written = await asked();
    expectSame(written.before, record === undefined ? null : this.#shown.get(this.#idOf(record)));
    const made = ((given["groups"] ?? []) as readonly string[]).filter((name) => !model.groups.has(name));
    for (const name of made) model.groups.add(name);
    const done = model.write(APP, record, given);
    // setting a password always counts as a change, because the tenant does not know whether the password differs from
    // the previous one
    this.#know(APP, done.record, written.after.id);
    return this.#wrote(APP, hand, done.changed || password !== undefined ? [written] : [], made);
  }

  async #group({ groups: hand, whom, name, counted, dryRun }: GroupStep): Promise<StepResult> {
    const { model } = this;
    const { secured } = this.tenant.client;
    const all = [...model.groups].toSorted();
    const named = [...new Set(whom.flatMap((place) => all[place % Math.max(1, all.length + 1)] ?? "nobody"))];
    const [first = ""] = named;
    if (hand === "delete") return this.#deleteGroups(named, { counted, dryRun });
    const asked = () =>
      hand === "create"
        ? secured.createGroup(APP, { name, dryRun })
        : secured.editGroup({ app: APP, id: this.#groupId(first) }, { name, dryRun });
    const isLost = hand === "edit" && !model.groups.has(first);
    if (isLost) return this.refused(asked(), [{ code: "not-found", about: [] }]);
    if (name === "") return this.refused(asked(), [{ code: "input-rejected", about: ["グループ名", "空"] }]);
    if (model.groups.has(name) && !(hand === "edit" && name === first))
      return this.refused(asked(), [{ code: "input-rejected", about: ["グループ名", name] }]);
    if (dryRun) return this.rehearsed(asked());
    const was = this.#shown.get(this.#groupId(first));
    const members = hand === "edit" ? await this.#members([first]) : [];
    const { before, after } = await asked();
    expectSame(before, hand === "create" ? null : was);
    if (hand === "create") model.groups.add(name);
    else if (name !== first) model.renameGroup(first, name);
    await this.expectRecords();
    if (hand === "edit" && name === first) return { what: "unchanged", audit: [] };
    const objects = [{ thing: "secured_group", id: after.id, name }, ...members.map(toMemberObject)].toSorted(byId);
    const told = { ...(hand === "edit" ? { before: was } : {}), after: this.#shown.get(after.id) };
    return { what: `${hand} groups`, audit: [{ action: `secured.groups.${hand}`, objects, ...told }] };
  }

  /** Returns the users who are members of at least one of the groups, in the form in which the audit log lists them. */
  async #members(names: readonly string[]) {
    const users = await Array.fromAsync(this.tenant.client.secured.list(APP, {}));
    return users
      .filter(({ groups }) => groups.some((group) => names.includes(group)))
      .map(({ id, name, userId, groups }) => ({ id, name: name === userId ? name : `${name} <${userId}>`, groups }));
  }

  async #deleteGroups(
    named: readonly string[],
    { counted, dryRun }: Pick<GroupStep, "counted" | "dryRun">,
  ): Promise<StepResult> {
    const { model } = this;
    const memberships = named.flatMap((name) => model.membersOf(name)).length;
    const ids = named.map((name) => this.#groupId(name));
    const body = { ids, memberships: counted ? memberships : memberships + 1, dryRun };
    const asked = () => this.tenant.client.secured.deleteGroups(APP, body);
    if (named.some((name) => !model.groups.has(name))) return this.refused(asked(), [{ code: "not-found", about: [] }]);
    if (!counted) return this.refused(asked(), [{ code: "conflict", about: [String(memberships)] }]);
    if (dryRun) return this.rehearsed(asked());
    const members = await this.#members(named);
    const before = { groups: ids.map((id) => this.#shown.get(id)), memberships, members };
    await asked();
    for (const name of named) model.renameGroup(name, undefined);
    await this.expectRecords();
    const groups = ids.map((id, at) => ({ thing: "secured_group", id, name: named[at] ?? "" }));
    const objects = [...groups, ...members.map(toMemberObject)].toSorted(byId);
    return { what: "delete groups", audit: [{ action: "secured.groups.delete", objects, before }] };
  }

  async #delete({ delete: kind, whom, how, dryRun }: DeleteStep): Promise<StepResult> {
    const { model } = this;
    const { imports } = this.tenant.client;
    const picked = this.#picked(kind, whom);
    if (picked.length === 0) return NO_CHANGE;
    const { request, gone } = this.#chosen(kind, picked, how);
    if (gone.length === 0) return NO_CHANGE;
    const isLost = gone.some((record) => !model.records[kind].has(record));
    if (isLost) return this.refused(imports.delete(request), [{ code: "not-found", about: [] }]);
    const done = model.deletion([[kind, gone]]);
    if (done === undefined) return this.refused(imports.delete(request), [{ code: "input-rejected", about: [] }]);
    const plan = await imports.delete(request);
    expectSame(plan.delete, gone.length);
    if (dryRun) {
      await imports.discard(plan.id);
      return { what: "dry deletion", audit: [] };
    }
    await imports.commit(plan);
    model.commit(done, plan);
    await this.expectRecords();
    const objects = this.#objectsOf([plan.id], done);
    return { what: `${how} ${kind}`, audit: [{ action: `${kind === APP ? "secured" : kind}.delete`, objects }] };
  }

  #chosen(kind: ThingKind | "users", picked: readonly number[], how: DeleteStep["how"]) {
    const ids = picked.map((record) => this.#idOf(record));
    const [first = -1] = picked;
    const field = kind === "users" ? "emails" : KEY_FIELDS[kind];
    const filterId = String(this.model.records[kind].get(first)?.[field] ?? "");
    if (how === "named" || filterId === "") return { gone: picked, request: { kind, ids } };
    const isFound = (values: Values): boolean => toComparisonKey(values[field]).includes(toComparisonKey(filterId));
    // administrators cannot be deleted
    const gone = [...this.model.records[kind]]
      .filter(([record, values]) => isFound(values) && !this.model.administrators.has(record))
      .map(([record]) => record);
    return { gone, request: { kind, filterId } };
  }

  /** Returns the objects of an import's audit record: the imports themselves, and the records that they deleted. */
  #objectsOf(imports: readonly string[], { did, kind }: Pick<ModelImport, "did" | "kind">): readonly NamedObject[] {
    const gone = did.filter(({ action }) => action === "delete");
    const thing = THINGS[kind];
    return [
      ...imports.map((id) => ({ thing: "import", id })),
      ...gone.map(({ record }) => ({ thing, id: this.#idOf(record) })),
    ];
  }

  /** Builds the cells of a file, and the same rows in the form of the model. */
  #file({ import: kind, rows, groups }: ImportStep) {
    if (kind === "devices") {
      const found = rows.map(({ key = "", memo = "", status = "", owner = "" }) => ({
        serialNumber: `S${key}`,
        memo,
        status,
        ownerEmail: this.model.find("users", "emails", owner) === undefined ? "" : owner,
      }));
      const header = ["シリアルナンバー", "メモ", "ステータス", "所有者メールアドレス"];
      return { rows: found, cells: [header, ...found.map((row) => Object.values(row))] };
    }
    const found = rows.map(({ key = "", name = "", memo = "" }) => ({
      displayName: name,
      userId: `u${key}`,
      description: memo,
    }));
    const header = ["表示名", "ユーザーID", "説明", ...groups.map(() => "グループ名"), "パスワード"];
    const cells = found.map((row) => {
      const isNew = [...this.model.records.calendar.values()].every(({ userId }) => userId !== row.userId);
      return [...Object.values(row), ...groups, isNew ? "Secret1" : ""];
    });
    const inGroups = groups.length === 0 ? {} : { groups };
    return { rows: found.map((row) => ({ ...row, ...inGroups })), cells: [header, ...cells] };
  }

  async #import(step: ImportStep): Promise<StepResult> {
    const { model } = this;
    const { import: kind, mode, blank } = step;
    const { rows, cells } = this.#file(step);
    const key = KEY_FIELDS[kind];
    const isProtected = (row: Values): boolean => {
      const record = model.find(kind, key, String(row[key]));
      return record !== undefined && model.administrators.has(record);
    };
    const done = model.plan({ kind, mode, blank, key, invalid: new Set() }, rows);
    const after = new Map(model.records.devices);
    for (const { record, after: values } of kind === "devices" ? done.did : []) {
      if (values === undefined) after.delete(record);
      else after.set(record, values);
    }
    const isUnfit = kind === "devices" ? !model.takesDevices(after) : rows.some(isProtected);
    if (isUnfit) return NO_CHANGE;
    const plan = await this.tenant.plan({ kind, mode, blank, ...(kind === APP && { createGroups: true }) }, cells);
    expectSame([plan.rejected, ...countPlannedChanges(plan)], [false, ...countEffects(done)]);
    await this.tenant.client.imports.commit(plan);
    model.commit(done, plan);
    await this.expectRecords();
    const objects = this.#objectsOf([plan.id], done);
    return { what: `${mode} ${kind}`, audit: [{ action: "imports.commit", objects }] };
  }

  async #undo(at: number): Promise<StepResult> {
    const { model } = this;
    const done = model.imports.at(-1 - (at % Math.max(1, model.imports.length)));
    if (done === undefined || done.isUndo) return NO_CHANGE;
    const undoing = model.undo(done);
    const asked = () => undoImport(this.tenant.client, done.id);
    if (undoing === undefined)
      return { ...(await this.refused(asked(), [{ code: "conflict", about: [] }])), what: "not undone" };
    const plan = await asked();
    model.commit(undoing, await this.tenant.client.imports.commit(plan), done);
    await this.expectRecords();
    return {
      what: `undone ${done.kind}`,
      audit: [{ action: "undo", objects: this.#objectsOf([plan.id], undoing) }],
    };
  }

  async #tenant({ tenant, contract, gone, dryRun }: TenantStep): Promise<StepResult> {
    const before = this.#profile;
    if (before === undefined) throw new TypeError("a profile is shown first");
    const { contactName, ...uses } = tenant;
    const contracts = before.contracts.filter(({ name }) => name !== gone);
    const isKnown = contracts.some(({ name }) => name === contract);
    const added =
      contract === undefined || isKnown ? [] : [{ name: contract, licences: null, from: null, until: null }];
    const after = {
      ...before,
      ...uses,
      ...(contactName === undefined ? {} : { contactName: contactName?.trim() || null }),
      contracts: [...contracts, ...added],
    };
    const asked = () =>
      this.tenant.client.tenant.set({
        ...tenant,
        ...(contract === undefined ? {} : { contracts: [{ name: contract }] }),
        ...(gone === undefined ? {} : { contractsRemoved: [gone] }),
        dryRun,
      });
    if (gone !== undefined && before.contracts.length === contracts.length)
      return this.refused(asked(), [{ code: "not-found", about: [gone] }]);
    if (after.ade === true && after.ios === false && after.macos === false)
      return this.refused(asked(), [{ code: "input-rejected", about: ["ADE"] }]);
    if (dryRun) return this.rehearsed(asked());
    expectSame(await asked(), { before, after });
    await this.expectRecords();
    expectSame(this.#profile, after);
    if (JSON.stringify(before) === JSON.stringify(after)) return { what: "tenant as it was", audit: [] };
    const objects = [{ thing: "tenant", id: "tenant" }];
    return { what: "tenant", audit: [{ action: "tenant.set", objects, before, after }] };
  }

  /** Moves a user, together with the devices that the user owns. */
  async #moved(place: Place, to: Place): Promise<StepResult> {
    const { model } = this;
    const [user] = [...model.records.users.keys()].slice(place);
    const org = [ROOT_NUMBER, ...model.records.orgs.keys()][to] ?? ROOT_NUMBER;
    if (user === undefined) return NO_CHANGE;
    const id = this.#idOf(user);
    const before = this.#shown.get(id);
    await this.tenant.client.users.move({ ids: [id], org: this.#idOf(org) });
    const { changed } = model.write("users", user, { orgCode: org });
    await this.expectRecords();
    const audited = { action: "users.move", objects: [{ thing: "user", id }], before, after: this.#shown.get(id) };
    return { what: changed ? "moved" : "unchanged", audit: changed ? [audited] : [] };
  }

  async #mark(place: Place): Promise<StepResult> {
    const { model } = this;
    const all = [...model.records.calendar];
    const [record, values] = all[place % Math.max(1, all.length)] ?? [];
    if (record === undefined || values === undefined) return NO_CHANGE;
    const isOne = !model.administrators.has(record);
    const change = isOne ? { add: [String(values["userId"])] } : { remove: [this.#idOf(record)] };
    await this.tenant.client.administrators.mark(APP, change);
    if (isOne) model.administrators.add(record);
    else model.administrators.delete(record);
    await this.expectRecords();
    const objects = [{ thing: "secured_user", id: this.#idOf(record) }];
    return { what: isOne ? "marked" : "unmarked", audit: [{ action: "administrators.mark", objects }] };
  }

  /** Imports the tenant's own export of users as if it came from the console, which makes the tenant a mirror. */
  async #mirror(): Promise<StepResult> {
    const { client } = this.tenant;
    const { size } = this.model.records.users;
    if (size === 0) return NO_CHANGE;
    const stream = await client.users.export();
    const plan = await client.imports.plan({ kind: "users", fromConsole: true }, { stream, encoding: "utf-8" });
    await client.imports.commit(plan);
    this.model.commit({ kind: "users", did: [], orgs: new Map(), groups: [] }, plan);
    const exported = size > 1 ? [{ action: "users.export", objects: [] }] : [];
    return {
      what: "mirrored",
      audit: [...exported, { action: "imports.commit", objects: [{ thing: "import", id: plan.id }] }],
    };
  }

  /** Expects that all records are the same as in the model, and that none of their ids has changed. */
  async expectRecords(): Promise<void> {
    const { model, tenant } = this;
    const [devices, users] = [await tenant.devices(), await tenant.securedUsers(APP)];
    const groups = await tenant.client.secured.groups(APP);
    const all = [...devices, ...users, ...groups, ...(await tenant.users()), ...(await tenant.client.orgs.list())];
    this.#shown = new Map(all.map((one) => [one.id, one]));
    this.#profile = (await tenant.client.tenant.show()).profile;
    for (const { id, serialNumber } of devices) this.#meet("devices", id, serialNumber);
    for (const { id, userId } of users) this.#meet(APP, id, userId);
    expectSame(devices.map(toComparableDevice).toSorted(byId), this.#devices());
    expectSame(users.map(toComparableUser).toSorted(byId), this.#users());
    expectSame(
      new Map(groups.map((group) => [group.name, group.users])),
      new Map([...model.groups].map((name) => [name, model.membersOf(name).length])),
    );
  }

  /** Remembers the id of a record that an import created. */
  #meet(kind: ThingKind, id: string, name: string): void {
    if ([...this.#ids.values()].includes(id)) return;
    const isIt = ([record, values]: readonly [number, Values]): boolean =>
      !this.#ids.has(record) && values[KEY_FIELDS[kind]] === name;
    const [record] = [...this.model.records[kind]].find(isIt) ?? [];
    if (record !== undefined) this.#know(kind, record, id);
  }

  #devices() {
    const { model } = this;
    const idOf = (value: Values[string] | undefined) => (typeof value === "number" ? this.#idOf(value) : null);
    return [...model.records.devices]
      .map(([record, { ownerEmail = null, ownerOrg = null, tags = [], ...own }]) => {
        const { platform = null, status = null, androidMode = null, memo = null, serialNumber } = own;
        const { orgCode } = model.records.users.get(Number(ownerEmail ?? -1)) ?? {};
        return {
          id: this.#idOf(record),
          serialNumber,
          platform,
          status,
          androidMode,
          memo,
          tags,
          owner: idOf(ownerEmail),
          ownerOrg: idOf(ownerOrg),
          org: idOf(orgCode ?? ownerOrg),
        };
      })
      .toSorted(byId);
  }

  #users() {
    const { administrators, records } = this.model;
    return [...records.calendar]
      .map(([record, values]) => {
        const { displayName: name, userId, description = null, device = null, groups = [] } = values;
        const { groupManager = null, licenceException = null } = values;
        const [administrator, isExcepted] = [administrators.has(record), licenceException === "TRUE"];
        const own = { name, userId, description, device, groups, administrator };
        return { id: this.#idOf(record), ...own, licenceException: isExcepted, groupManager };
      })
      .toSorted(byId);
  }
}

const NO_OWNER = { ownerEmail: null, ownerOrg: null };

const countPlannedChanges = ({ create, update, delete: gone }: Import) => [create, update, gone];

const countEffects = ({ did }: Pick<ModelImport, "did">) =>
  ["create", "update", "delete"].map((action) => did.filter((one) => one.action === action).length);

const toComparableDevice = ({
  id,
  serialNumber,
  platform,
  status,
  androidMode,
  memo,
  tags,
  owner,
  ownerOrg,
  org,
}: Device) => ({
  id,
  serialNumber,
  platform,
  status,
  androidMode,
  memo,
  tags,
  owner: owner?.id ?? null,
  ownerOrg: ownerOrg?.id ?? null,
  org: org?.id ?? null,
});

const toComparableUser = ({
  id,
  name,
  userId,
  description,
  device,
  groups,
  administrator,
  ...others
}: SecuredUser) => ({
  id,
  name,
  userId,
  description,
  device,
  groups,
  administrator,
  licenceException: others.licenceException,
  groupManager: others.settings.find(({ field }) => field === "groupManager")?.value ?? null,
});
