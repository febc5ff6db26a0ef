import fc from "fast-check";
import type { Account, AccountNameComposition, Org, Scheme, User } from "../../../src/lib/tenant/api/operations.ts";
import { ACCOUNT_NAME_COMPOSITIONS } from "../../../src/lib/model/composition.ts";
import type { Role } from "../../../src/lib/nouns/account.ts";
import { addTestAccount, type TestAccount } from "./accounts.ts";
import { ActorsModel, type AccountRequest, type AccountVerb, type ModelScheme, type Actor } from "./actors-model.ts";
import { byId, expectSame, type ConfirmStep, type StepResult } from "./audited-history.ts";
import { DirectoryHistory, someDirectoryStep, type DirectoryStep, type Place } from "./directory-history.ts";
import { NO_RECORD, type ManualKind } from "./directory-model.ts";
import { ROOT_NUMBER } from "./history-model.ts";
import { omitColumn, type TestTenant } from "./tenant.ts";

interface AccountStep {
  readonly account: AccountVerb;
  readonly whom: Place;
  readonly role: Role | undefined;
  readonly managed: readonly Place[] | "all" | undefined;
  readonly scheme: Place | undefined;
  readonly values: AccountRequest;
  readonly secret: "strong" | "weak" | undefined;
  readonly dryRun: boolean;
}
interface SchemeStep {
  readonly scheme: "create" | "edit" | "delete";
  readonly at: Place;
  readonly values: Partial<ModelScheme>;
  readonly dryRun: boolean;
}
interface SettingsStep {
  readonly composition: AccountNameComposition;
  readonly dryRun: boolean;
}
type ActorOnlyStep = AccountStep | SchemeStep | SettingsStep;

export interface ActorStep {
  readonly as: Place;
  readonly does: DirectoryStep | ActorOnlyStep;
}

const STRONG_PASSWORD = "Canary42Canary";
const SCHEME_ITEMS = ["orgs.write", "orgs.delete", "users.write", "users.move", "users.delete"] as const;
const somePlace = fc.integer({ min: -1, max: 19 });
const someDryRunFlag = fc.constantFrom(false, false, false, false, true);

const somePlaces = fc.uniqueArray(somePlace, { minLength: 0, maxLength: 2 });
const someRawAccount: fc.Arbitrary<AccountStep> = fc.record({
  account: fc.constantFrom("create", "create", "edit", "edit", "edit", "revoke"),
  whom: fc.nat(19),
  role: fc.constantFrom(undefined, undefined, "none", "system", "division", "operator", "operator", "custom"),
  managed: fc.oneof(fc.constant(undefined), somePlaces, fc.constant("all" as const)),
  scheme: fc.option(fc.nat(4), { nil: undefined }),
  values: fc.record({
    name: fc.constantFrom("yamada", "yamada", "sato", "suzuki", "tanaka", "", undefined),
    supportOption: fc.constantFrom(undefined, true, false),
    noticeMail: fc.constantFrom(undefined, true, false),
  }),
  secret: fc.constantFrom(undefined, "strong", "strong", "strong", "weak"),
  dryRun: someDryRunFlag,
});

const fitToRole = (step: AccountStep): AccountStep => {
  const { account, role, managed, scheme, values } = step;
  // if account names are built from a user field, other names are rejected
  const name = values.name || (account === "edit" ? undefined : "takahashi");
  const places = Array.isArray(managed) && managed.length > 0 ? managed : [1];
  return {
    ...step,
    managed:
      role === "custom" && managed === "all" ? managed : role === "division" || role === "custom" ? places : undefined,
    scheme: role === "custom" ? (scheme ?? 0) : undefined,
    // other accounts break other rules first, so the rule about the support option would not be tested
    values: role === "system" ? values : { name, supportOption: values.noticeMail && values.supportOption },
    secret: "strong",
  };
};
const someAccount = fc.oneof(
  { arbitrary: someRawAccount.map(fitToRole), weight: 3 },
  { arbitrary: someRawAccount, weight: 1 },
);
const someScheme: fc.Arbitrary<SchemeStep> = fc.record({
  scheme: fc.constantFrom("create", "edit", "edit", "delete"),
  at: fc.nat(9),
  values: fc.record(
    {
      name: fc.constantFrom("登録係", "受付", "Desk", "desk", ""),
      items: fc.oneof(
        { arbitrary: fc.subarray([...SCHEME_ITEMS], { minLength: 1 }), weight: 4 },
        { arbitrary: fc.constant([]), weight: 1 },
      ),
    },
    { requiredKeys: [] },
  ),
  dryRun: someDryRunFlag,
});
const someSettings: fc.Arbitrary<SettingsStep> = fc.record({
  composition: fc.constantFrom("free-text", "free-text", "mail-address", "mail-local-part", "employee-code"),
  dryRun: someDryRunFlag,
});

export const someActorStep: fc.Arbitrary<ActorStep> = fc.record({
  as: fc.oneof({ arbitrary: fc.constant(-1), weight: 1 }, { arbitrary: fc.nat(29), weight: 4 }),
  does: fc.oneof(
    { arbitrary: someDirectoryStep, weight: 12 },
    { arbitrary: someAccount, weight: 9 },
    { arbitrary: someScheme, weight: 3 },
    { arbitrary: someSettings, weight: 1 },
  ),
});

const INITIAL_ACCOUNTS: readonly (TestAccount & { readonly org: string | undefined })[] = [
  { name: "sys", role: "system", org: undefined },
  { name: "higashi", role: "division", org: "E1", manages: ["EA"] },
  { name: "both", role: "division", org: undefined, manages: ["E1", "WE"] },
  { name: "ope", role: "operator", org: "E1" },
  { name: "cus", role: "custom", org: "EA", manages: ["EA"], items: SCHEME_ITEMS },
  { name: "all", role: "custom", org: "WE", items: ["orgs.write", "users.write", "users.move", "users.delete"] },
  { name: "few", role: "custom", org: "WE", manages: ["EA"], items: ["users.write", "users.move"] },
  { name: "left", role: "none", org: "EA" },
];

export class ActorsHistory extends DirectoryHistory<ActorStep> {
  declare readonly model: ActorsModel;
  readonly #schemes = new Map<number, string>();
  #name = "owner";
  readonly outcomes = new Set<string>();
  #accounts: ReadonlyMap<string, Account> = new Map();
  #shownSchemes: ReadonlyMap<string, Scheme> = new Map();

  private constructor(tenant: TestTenant) {
    super(tenant, new ActorsModel());
  }

  static async in(tenant: TestTenant): Promise<ActorsHistory> {
    const history = new ActorsHistory(tenant);
    const { model } = history;
    const orgs = new Map<string | undefined, number>([[undefined, ROOT_NUMBER]]);
    for (const [name, code, above] of [
      ["東", "EA"],
      ["東部", "E1", "EA"],
      ["西", "WE"],
    ] as const) {
      const parent = orgs.get(above) ?? ROOT_NUMBER;
      const { after } = await tenant.client.orgs.create({ name, code, parentId: history.idOf(parent) });
      const { record } = model.write("orgs", undefined, { name, code, parent });
      history.know("orgs", record, after.id);
      orgs.set(code, record);
    }
    for (const account of INITIAL_ACCOUNTS) {
      const { name, role, org, manages, items } = account;
      const id = await addTestAccount(tenant, account);
      const usual = { title: null, employeeCode: null, orgCode: orgs.get(org) ?? ROOT_NUMBER };
      const values = { name, emails: [`${name}@accounts.example`], accountName: name, ...usual };
      const { record } = model.write("users", undefined, values);
      history.know("users", record, id);
      if (items !== undefined) model.schemes.set(model.next(), { name: `scheme of ${name}`, items });
      const scheme = items === undefined ? null : ([...model.schemes.keys()].at(-1) ?? null);
      const managed = manages?.map((code) => orgs.get(code) ?? ROOT_NUMBER) ?? null;
      model.accounts.set(record, { role, scheme, managed, supportOption: false, noticeMail: false });
      if (role !== "none") model.administrators.add(record);
    }
    await tenant.client.roles.createScheme({ name: "予備", operations: ["users.write"] });
    model.schemes.set(model.next(), { name: "予備", items: ["users.write"] });
    const newcomer = { name: "東新人", emails: ["new@accounts.example"] };
    const org = orgs.get("E1") ?? ROOT_NUMBER;
    const { after } = await tenant.client.users.create({ ...newcomer, org: history.idOf(org) });
    const values = { ...newcomer, title: null, employeeCode: null, accountName: null, orgCode: org };
    history.know("users", model.write("users", undefined, values).record, after.id);
    await history.expectRecords();
    return history;
  }

  protected override get client() {
    return this.#name === "owner" ? this.tenant.client : this.tenant.as(this.#name);
  }

  protected override get by() {
    return this.#name === "owner" ? { actor: "owner" } : { actor: this.#name, by: "owner" };
  }

  #become(who: Actor): void {
    this.model.who = who;
    this.#name = typeof who === "number" ? (this.model.nameOf(who) ?? "nobody") : who;
  }

  /** Does a step as the owner of the computer during another step. */
  protected override async meanwhile(does: () => Promise<StepResult>): Promise<StepResult> {
    const { who } = this.model;
    if (!this.model.isWhole()) return does();
    this.#become("owner");
    const { audit, ...did } = await does();
    this.#become(who);
    return { ...did, audit: audit.map((told) => ({ actor: "owner", by: undefined, ...told })) };
  }

  protected override async step(step: DirectoryStep | ActorStep): Promise<StepResult> {
    const { as, does } = "as" in step ? step : { as: -1, does: step };
    const { model } = this;
    const named = [...model.records.users.keys()].filter((user) => model.nameOf(user) !== null);
    const all: readonly Actor[] = ["owner", "owner", "nobody", ...named];
    this.#become(as === -1 ? "owner" : (all[as % all.length] ?? "owner"));
    const role = typeof model.who === "string" ? model.who : model.role;
    const whole = model.isWhole() ? "" : " inside";
    const did = await this.#does(does);
    this.outcomes.add(`${role}${whole} ${did.refused ?? (did.audit.length > 0 ? "did" : "nothing")}`);
    return did;
  }

  #does(step: ActorStep["does"]): Promise<StepResult> {
    if ("account" in step) return this.#account(step);
    if ("scheme" in step) return this.#scheme(step);
    if ("composition" in step) return this.#settings(step);
    return this.ofDirectory(step);
  }

  protected override picked(kind: ManualKind, place: Place): number {
    const { model } = this;
    const isPlain = (record: number): boolean => place % 3 === 0 || !model.administrators.has(record);
    const seen = [...model.records[kind].keys()]
      .toReversed()
      .filter((record) => model.sees(kind, record) && isPlain(record));
    if (place === -1 || place % 4 === 0 || seen.length === 0) return super.picked(kind, place);
    return seen[place % seen.length] ?? NO_RECORD;
  }

  /** Selects a user for a new account: usually a user without an account, because nearly all users have one. */
  #pickUnnamed(place: Place): number {
    const { model } = this;
    const unnamed = [...model.records.users.keys()].filter((user) => model.nameOf(user) === null);
    return (place % 3 === 0 ? undefined : unnamed[place % unnamed.length]) ?? this.picked("users", place);
  }

  protected override codeIn(code: string): string {
    const { model } = this;
    if (model.isWhole() || code === "A") return code;
    const own = [...model.records.orgs].find(([org, values]) => values["code"] !== null && model.sees("orgs", org));
    return String(own?.[1]["code"] ?? code);
  }

  protected override shown(id: string): Org | User | undefined {
    const found = super.shown(id);
    if (found === undefined || !("parentId" in found)) return found;
    const above = [...this.ids].find(([, one]) => one === found.parentId)?.[0] ?? ROOT_NUMBER;
    return this.model.sees("orgs", above) ? found : { ...found, parentId: null };
  }

  protected override state(): object {
    const rows = ["account", "scheme", "account_settings"].map((table) =>
      this.tenant.sql(`select * from ${table} order by 1`).map((row) => omitColumn(row, "revision")),
    );
    return { ...this.tenant.dump(), rows };
  }

  protected override confirm(step: ConfirmStep): Promise<StepResult> {
    const barred = this.model.barred(["console.write"]);
    if (barred.length === 0) return super.confirm(step);
    return this.refused(this.client.console.confirm({ numbers: [1] }), barred);
  }

  async #account(step: AccountStep): Promise<StepResult> {
    const { model } = this;
    const { account: verb, whom, role, managed, scheme, secret, dryRun } = step;
    const user = verb === "create" ? this.#pickUnnamed(whom) : this.picked("users", whom);
    const schemes = [...model.schemes.keys(), NO_RECORD];
    const password = secret === "weak" ? "weak" : STRONG_PASSWORD;
    const asked: AccountRequest =
      verb === "revoke"
        ? { role: "none" }
        : {
            ...step.values,
            role,
            scheme: scheme === undefined ? undefined : schemes[scheme % schemes.length],
            managed: Array.isArray(managed)
              ? [...new Set((managed as readonly Place[]).map((place) => this.picked("orgs", place)))]
              : undefined,
            managesAll: managed === "all" ? true : undefined,
            ...(secret === undefined ? {} : model.isMirror ? { passwordInConsole: true } : { password }),
          };
    const send = () => this.#sendAccount(verb, user, { ...asked, dryRun });
    const refusals = model.accountRefusals(verb, user, { ...asked, dryRun });
    if (refusals.length > 0) return this.refused(send(), refusals);
    if (dryRun) return this.rehearsed(send());
    const before = this.#accounts.get(this.idOf(user));
    await send();
    const changed = model.writeAccount(verb, user, asked);
    await this.expectRecords();
    if (!changed) return { what: "account as it was", audit: [] };
    const after = this.#accounts.get(this.idOf(user));
    const audited = {
      action: `accounts.${verb}`,
      objects: [{ thing: "account", id: this.idOf(user), name: model.nameOf(user) ?? "" }],
      ...(verb !== "create" && { before }),
      after,
    };
    return { what: `${verb} account`, audit: [audited] };
  }

  #sendAccount(
    verb: AccountVerb,
    user: number,
    { scheme, managed, ...asked }: AccountRequest & { readonly dryRun: boolean },
  ): Promise<unknown> {
    const { accounts } = this.client;
    const id = this.idOf(user);
    const body = {
      ...asked,
      ...(scheme !== undefined && { scheme: this.#schemes.get(scheme) ?? "ない" }),
      ...(managed !== undefined && { managedOrgs: managed.map((org) => this.idOf(org)) }),
    };
    if (verb === "create") return accounts.create({ ...body, user: id });
    if (verb === "revoke") return accounts.revoke(id, { dryRun: asked.dryRun });
    return verb === "edit" ? accounts.edit(id, body) : accounts.edit(id, body);
  }

  async #scheme({ scheme: work, at, values, dryRun }: SchemeStep): Promise<StepResult> {
    const { model } = this;
    const { roles } = this.client;
    const all = [...this.#schemes.keys()];
    const free = work === "delete" && at % 3 > 0 ? all.find((one) => model.schemeHeld(one).length === 0) : undefined;
    const scheme = work === "create" ? undefined : (free ?? all[at % all.length] ?? NO_RECORD);
    const id = this.#schemes.get(scheme ?? NO_RECORD) ?? "";
    const { name = "受付", items = ["users.write"] } = values;
    const asked = work === "create" ? { name, items } : values;
    const body = {
      ...(asked.name !== undefined && { name: asked.name }),
      ...(asked.items !== undefined && { operations: [...asked.items] }),
      dryRun,
    };
    const send = (): Promise<unknown> => {
      if (work === "delete") return roles.deleteSchemes({ ids: [id], dryRun });
      return work === "create" ? roles.createScheme(body) : roles.editScheme(id, body);
    };
    const refusals = work === "delete" ? model.schemeHeld(scheme ?? NO_RECORD) : model.schemeRefusals(scheme, asked);
    if (refusals.length > 0) return this.refused(send(), refusals);
    if (dryRun) return this.rehearsed(send());
    const before = this.#shownSchemes.get(id);
    await send();
    const number = scheme ?? model.next();
    const was = model.schemes.get(number);
    if (work === "delete") model.schemes.delete(number);
    else model.schemes.set(number, { name, items, ...was, ...asked });
    await this.expectRecords();
    const after = this.#shownSchemes.get(this.#schemes.get(number) ?? "");
    if (JSON.stringify(was) === JSON.stringify(model.schemes.get(number)))
      return { what: "scheme as it was", audit: [] };
    const shown = after ?? before;
    const audited = {
      action: `roles.schemes.${work}`,
      objects: [{ thing: "scheme", id: shown?.id ?? "", name: shown?.name }],
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    };
    return { what: `${work} scheme`, audit: [audited] };
  }

  async #settings({ composition, dryRun }: SettingsStep): Promise<StepResult> {
    const { model } = this;
    const asked = () => this.client.accounts.setSettings({ composition, dryRun });
    const barred = model.barred(["accounts.settings"]);
    if (barred.length > 0) return this.refused(asked(), barred);
    if (dryRun) return this.rehearsed(asked());
    const { id } = await this.tenant.client.accounts.settings();
    const isSame = model.composition === composition;
    const before = { composition: model.composition ?? "free-text", recorded: model.composition !== undefined };
    await asked();
    model.composition = composition;
    await this.expectRecords();
    if (isSame) return { what: "settings as they were", audit: [] };
    const objects = [{ thing: "account_settings", id, name: ACCOUNT_NAME_COMPOSITIONS[composition].ja }];
    const [was, is] = [before, { composition, recorded: true }].map((one) => ({ id, authentication: null, ...one }));
    return { what: "settings", audit: [{ action: "accounts.settings", objects, before: was, after: is }] };
  }

  override async expectRecords(): Promise<void> {
    await super.expectRecords();
    const { model, tenant } = this;
    const accounts = await Array.fromAsync(tenant.client.accounts.list());
    const schemes = await tenant.client.roles.schemes();
    this.#accounts = new Map(accounts.map((account) => [account.id, account]));
    this.#shownSchemes = new Map(schemes.map((scheme) => [scheme.id, scheme]));
    for (const [number, { name }] of model.schemes)
      this.#schemes.set(number, this.#schemes.get(number) ?? schemes.find((one) => one.name === name)?.id ?? "");
    const { composition, recorded } = await tenant.client.accounts.settings();
    model.isMirror = (await tenant.client.tenant.show()).mirroredAt !== null;
    expectSame({ composition, recorded }, this.#wantedSettings());
    expectSame(accounts.map(toComparableAccount).toSorted(byId), this.#wantedAccounts());
    expectSame(
      schemes.map(({ id, name, operations }) => ({ id, name, operations })).toSorted(byId),
      [...model.schemes]
        .map(([number, { name, items }]) => ({ id: this.#schemes.get(number) ?? "", name, operations: items }))
        .toSorted(byId),
    );
  }

  #wantedSettings() {
    const { composition } = this.model;
    return { composition: composition ?? "free-text", recorded: composition !== undefined };
  }

  #wantedAccounts() {
    const { model } = this;
    return [...model.records.users.keys()]
      .filter((user) => model.nameOf(user) !== null)
      .map((user) => {
        const { role, scheme, managed, supportOption, noticeMail } = model.accountOf(user);
        return {
          id: this.idOf(user),
          name: model.nameOf(user),
          role,
          scheme: scheme === null ? null : this.#schemes.get(scheme),
          managesAll: role === "custom" && managed === null,
          managedOrgs: (managed ?? [])
            .filter((org) => model.records.orgs.has(org))
            .map((org) => this.idOf(org))
            .toSorted(),
          supportOption,
          noticeMail,
          marked: role === "none" && model.administrators.has(user),
        };
      })
      .toSorted(byId);
  }
}

const toComparableAccount = ({ id, name, role, scheme, managesAll, managedOrgs, ...others }: Account) => ({
  id,
  name,
  role,
  scheme: scheme?.id ?? null,
  managesAll,
  managedOrgs: managedOrgs.map((org) => org.id).toSorted(),
  supportOption: others.supportOption,
  noticeMail: others.noticeMail,
  marked: others.marked,
});
