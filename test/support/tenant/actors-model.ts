import type { Operation } from "../../../src/lib/derived/role-policy.ts";
import type { AccountNameComposition } from "../../../src/lib/tenant/api/operations.ts";
import type { Role } from "../../../src/lib/nouns/account.ts";
import {
  DirectoryModel,
  type ImportEffect,
  type ManualKind,
  type RequiredRight,
  type Refusal,
} from "./directory-model.ts";
import {
  ROOT_NUMBER,
  listFieldValues,
  type Kind,
  type ModelImport,
  type ModelRow,
  type Values,
} from "./history-model.ts";

/** The account of a user. Organisations and schemes are represented by their numbers in the model. */
export interface ModelAccount {
  readonly role: Role;
  readonly scheme: number | null;
  /** null: no organisations; for a custom administrator: all organisations */
  readonly managed: readonly number[] | null;
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
}

const ACCOUNT_WITHOUT_ROLE: ModelAccount = {
  role: "none",
  scheme: null,
  managed: null,
  supportOption: false,
  noticeMail: false,
};

export interface ModelScheme {
  readonly name: string;
  readonly items: readonly Operation[];
}

export interface AccountRequest {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  /** number of the scheme; an unused number for a scheme that does not exist */
  readonly scheme?: number | undefined;
  readonly managed?: readonly number[] | undefined;
  readonly managesAll?: true | undefined;
  readonly supportOption?: boolean | undefined;
  readonly noticeMail?: boolean | undefined;
  readonly password?: string | undefined;
  readonly passwordInConsole?: true | undefined;
  readonly dryRun?: boolean | undefined;
}

export type AccountVerb = "create" | "edit" | "revoke";

/** The actor of a step: the owner of the computer, a user's account (by number), or a person without an account. */
export type Actor = "owner" | "nobody" | number;

/** The rights of system administrators only. @see issue 11, the table of roles */
const SYSTEM_RIGHTS: readonly RequiredRight[] = [
  "whole",
  "fields.write",
  "accounts.roles",
  "accounts.orgs",
  "accounts.settings",
  "schemes.write",
];

const CUSTOM_RIGHTS: readonly RequiredRight[] = ["accounts.write", "console.write"];

const MAX_SUPPORT_OPTIONS = 5;

const createRejectedRefusal = (...about: readonly string[]): Refusal => ({ code: "input-rejected", about });
const createNotPermittedRefusal = (...about: readonly string[]): Refusal => ({ code: "not-permitted", about });
const createNotFoundRefusal = (...about: readonly string[]): Refusal => ({ code: "not-found", about });

const INVERSE_ACTIONS = { create: "delete", update: "update", delete: "create" } as const;

const isAboveOperator = (role: Role | undefined): boolean =>
  role === "system" || role === "division" || role === "custom";

export class ActorsModel extends DirectoryModel {
  who: Actor = "owner";
  /** accounts by the number of the user */
  readonly accounts = new Map<number, ModelAccount>();
  readonly schemes = new Map<number, ModelScheme>();
  /** undefined if account names are free text, because nobody has set a composition */
  composition: AccountNameComposition | undefined;
  isMirror = false;
  /** the actor's organisations at the time of planning, by import id; imports of system administrators have no entry */
  readonly #plannedIn = new Map<string, readonly number[]>();

  accountOf(user: number): ModelAccount {
    return this.accounts.get(user) ?? ACCOUNT_WITHOUT_ROLE;
  }

  nameOf(user: number): string | null {
    return (this.records.users.get(user)?.["accountName"] ?? null) as string | null;
  }

  get role(): Role {
    return this.who === "owner" ? "system" : this.who === "nobody" ? "none" : this.accountOf(this.who).role;
  }

  /** The actor's organisations; undefined for all organisations. */
  get #own(): readonly number[] | undefined {
    if (typeof this.who !== "number" || this.role === "system") return undefined;
    const { role, managed } = this.accountOf(this.who);
    if (role === "custom" && managed === null) return undefined;
    const org = Number(this.records.users.get(this.who)?.["orgCode"]);
    return role === "operator" ? (org === ROOT_NUMBER ? [] : [org]) : (managed ?? []);
  }

  /** The actor's organisations that still exist; empty if the actor manages all organisations. */
  get heldOrgs(): readonly number[] {
    return this.#own?.filter((org) => this.records.orgs.has(org)) ?? [];
  }

  override isWhole(): boolean {
    return this.#own === undefined;
  }

  override sees(kind: Kind, record: number): boolean {
    if (this.isWhole() || !super.sees(kind, record)) return super.sees(kind, record);
    const at = kind === "orgs" ? record : Number(this.records.users.get(record)?.["orgCode"]);
    return this.heldOrgs.some((org) => this.subtree(org).includes(at));
  }

  #may(need: RequiredRight): boolean {
    if (this.role === "system") return true;
    if (this.role === "none" || this.role === "operator" || SYSTEM_RIGHTS.includes(need)) return false;
    if (this.role === "division") return true;
    const { scheme } = this.accountOf(Number(this.who));
    const { items = [] } = this.schemes.get(scheme ?? -1) ?? {};
    return CUSTOM_RIGHTS.includes(need) || items.includes(need as Operation);
  }

  #mayAny(kind: ManualKind): boolean {
    return this.needsOfAny(kind).some((need) => this.#may(need));
  }

  override barredImport(kind: ManualKind, needs: readonly RequiredRight[]): readonly Refusal[] {
    const barred = this.barred(needs);
    return barred.length === 0 && !this.#mayAny(kind) ? [createNotPermittedRefusal()] : barred;
  }

  override barred(needs: readonly RequiredRight[]): readonly Refusal[] {
    if (this.who === "nobody") return [createNotFoundRefusal("CLOMO アカウント")];
    if (this.role === "none") return [createNotPermittedRefusal("サインイン")];
    return needs.every((need) => this.#may(need)) ? [] : [createNotPermittedRefusal()];
  }

  override refusals(kind: ManualKind, record: number | undefined, given: Values): readonly Refusal[] {
    const reasons = super.refusals(kind, record, given);
    if (record !== undefined && !this.sees(kind, record)) return reasons;
    if (kind === "orgs") return [...this.#unmovable(record, given), ...reasons];
    return [...this.#untouchable(record), ...reasons, ...this.#unlikeNames(record, given)];
  }

  /** Refuses to move an organisation if the actor cannot see the parent. */
  #unmovable(org: number | undefined, { parent }: Values): readonly Refusal[] {
    if (org === undefined || parent === undefined) return [];
    const above = Number(this.records.orgs.get(org)?.["parent"] ?? ROOT_NUMBER);
    return this.sees("orgs", above) ? [] : [createNotPermittedRefusal("上位組織")];
  }

  /** Refuses changes to a user that only system administrators may change, if the actor has another role. */
  #untouchable(user: number | undefined): readonly Refusal[] {
    const isHis = user !== undefined && this.#isAbove(user) && this.role !== "system";
    return isHis ? [createNotPermittedRefusal("システム管理者だけ")] : [];
  }

  /** Returns true if a user is a system, division or custom administrator, or an administrator with an unknown role. */
  #isAbove(user: number): boolean {
    const { role } = this.accountOf(user);
    return isAboveOperator(role) || (role === "none" && this.administrators.has(user));
  }

  #unlikeNames(user: number | undefined, given: Values): readonly Refusal[] {
    const isOperator = user !== undefined && this.accountOf(user).role === "operator";
    const { accountName = null } = given;
    const isOther = accountName !== null && (user === undefined || this.nameOf(user) !== accountName);
    const values = { ...(user === undefined ? {} : this.records.users.get(user)), ...given };
    return [
      ...(isOperator && given["orgCode"] === ROOT_NUMBER ? [createRejectedRefusal("オペレーター")] : []),
      ...(isOther && this.#isOtherThan(accountName, this.#composed(values))
        ? [createRejectedRefusal("構成する情報")]
        : []),
    ];
  }

  #isOtherThan(name: unknown, composed: string | null | undefined): boolean {
    return composed !== undefined && composed !== name;
  }

  /**
   * Returns the required account name: null if the user lacks the field for names; undefined if any name is allowed.
   */
  #composed(values: Values): string | null | undefined {
    const [email = ""] = listFieldValues(values, "emails").map(String);
    if (this.composition === undefined || this.composition === "free-text") return undefined;
    if (this.composition === "mail-address") return email || null;
    if (this.composition === "mail-local-part") return email.replace(/@[^@]*$/, "") || null;
    return (values["employeeCode"] ?? null) as string | null;
  }

  override markRefusals(user: number): readonly Refusal[] {
    const barred = this.barred(["accounts.roles"]);
    if (barred.length > 0) return barred;
    return this.administrators.has(user) && this.accountOf(user).role !== "none"
      ? [createRejectedRefusal("管理者権限")]
      : [];
  }

  override isUnfit(done: ImportEffect, rows: readonly ModelRow[]): boolean {
    if (this.role === "system") return false;
    const kind = done.kind as ManualKind;
    const isTaken = rows.some((row) => {
      const met = kind === "users" ? this.find("users", "emails", String(row["emails"])) : this.#coded(row["code"]);
      const named = kind === "users" ? this.#coded(row["orgCode"]) : undefined;
      return (met !== undefined && !this.sees(kind, met)) || (named !== undefined && !this.sees("orgs", named));
    });
    const place = kind === "users" ? "orgCode" : "parent";
    // records must stay in the actor's organisations, and the topmost of these organisations cannot move
    const isOutside = done.did.some(
      ({ before, after }) =>
        after !== undefined &&
        before?.[place] !== after[place] &&
        [after, ...(before === undefined ? [] : [before])].some((one) => !this.sees("orgs", Number(one[place]))),
    );
    const isOfAbove = done.did.some(
      ({ record, action }) => kind === "users" && action === "update" && this.#untouchable(record).length > 0,
    );
    return isTaken || isOutside || isOfAbove;
  }

  #coded(code: ModelRow[string] | undefined): number | undefined {
    return code === undefined || code === "" ? undefined : this.find("orgs", "code", String(code));
  }

  override barredUndo({ kind, id, did, undone: isUndone }: ModelImport): readonly Refusal[] {
    const barred = this.barred([]);
    if (barred.length > 0) return barred;
    // operators may import memos and tags of devices, but cannot see other imports
    const mayImport = this.role === "operator" || (["users", "orgs"] as const).some((one) => this.#mayAny(one));
    if (!mayImport) return [createNotPermittedRefusal()];
    const isOfKind = this.#mayAny(kind as ManualKind);
    const plannedIn = this.#plannedIn.get(id);
    const isIn = this.isWhole() || (plannedIn?.every((org) => this.sees("orgs", org)) ?? false);
    if (this.role !== "system" && !(isOfKind && isIn)) return [createNotFoundRefusal()];
    // an undone import is reported before all other reasons
    if (isUndone) return [];
    const undone = did.map(({ action, ...one }) => ({ ...one, action: INVERSE_ACTIONS[action] }));
    const needed = this.barred(this.needsOfWork({ did: undone }));
    if (needed.length > 0) return needed;
    const isAbove = did.some((one) => one.kind === "users" && this.#untouchable(one.record).length > 0);
    return isAbove ? [createNotPermittedRefusal()] : [];
  }

  override commit(done: ImportEffect, by: Pick<ModelImport, "id">, undid?: ModelImport): void {
    const own = this.role === "system" ? undefined : (this.#own ?? [ROOT_NUMBER]);
    const plannedIn = undid === undefined ? own : this.#plannedIn.get(undid.id);
    if (plannedIn !== undefined) this.#plannedIn.set(by.id, plannedIn);
    super.commit(done, by, undid);
  }

  /** Returns reasons why records cannot be deleted, including visible accounts that manage the organisations. */
  override held(gone: Parameters<DirectoryModel["held"]>[0]): readonly Refusal[] {
    const going = new Set(gone.flatMap(([, records]) => records));
    const managed = [...this.records.orgs.keys()].filter((org) => going.has(org) && this.#isManaged(org));
    return [
      ...[...going].flatMap((user) => this.#untouchable(this.records.users.has(user) ? user : undefined)),
      ...super.held(gone),
      ...managed.map((org) =>
        createRejectedRefusal(String(this.records.orgs.get(org)?.["name"]), "何も変更していません"),
      ),
    ];
  }

  override deletion(gone: Parameters<DirectoryModel["deletion"]>[0]): ReturnType<DirectoryModel["deletion"]> {
    const isManaged = gone.some(([kind, records]) => kind === "orgs" && records.some((org) => this.#isManaged(org)));
    return isManaged ? undefined : super.deletion(gone);
  }

  override undo(done: ModelImport): ReturnType<DirectoryModel["undo"]> {
    const created = done.did.filter(({ kind, action }) => kind === "orgs" && action === "create");
    const going = [...created.map(({ record }) => record), ...done.orgs.keys()];
    return going.some((org) => this.#isManaged(org)) ? undefined : super.undo(done);
  }

  #isManaged(org: number): boolean {
    return [...this.accounts].some(
      ([user, { role, managed }]) => role !== "none" && this.records.users.has(user) && (managed ?? []).includes(org),
    );
  }

  /** Returns all reasons why an account cannot be written. The tenant reports one reason. @see facts 2.1, 2.2, 2.3 */
  accountRefusals(verb: AccountVerb, user: number, asked: AccountRequest): readonly Refusal[] {
    const barred = this.barred(["accounts.write"]);
    if (barred.length > 0) return barred;
    if (!this.sees("users", user)) return [createNotFoundRefusal()];
    const { role: before } = this.accountOf(user);
    const { role = before, supportOption, managed, managesAll } = asked;
    const isOfSystem =
      this.#isAbove(user) ||
      isAboveOperator(asked.role) ||
      supportOption === true ||
      managed !== undefined ||
      managesAll === true;
    if (this.role !== "system" && isOfSystem) return [createNotPermittedRefusal()];
    const name = this.nameOf(user);
    const isRenamed = name !== null && asked.name !== undefined && asked.name !== name;
    const isOfUser = isRenamed || (before === "none" && role === "none");
    if (this.role === "custom" && isOfUser && !this.#may("users.write")) return [createNotPermittedRefusal()];
    if (verb === "create" && name !== null) return [createRejectedRefusal(name, "アカウント")];
    if (verb !== "create" && name === null) return [createNotFoundRefusal("CLOMO アカウント")];
    return [
      ...this.#nameRefusals(verb, user, asked),
      ...this.#passwordRefusals(before, role, asked),
      ...this.#roleRefusals(user, role),
      ...this.#schemeRefusals(user, role, asked),
      ...this.#managedRefusals(user, role, asked),
      ...this.#supportRefusals(user, role, asked),
    ];
  }

  #nameRefusals(verb: AccountVerb, user: number, { name: typed }: AccountRequest): readonly Refusal[] {
    const isOther = ![undefined, "", this.nameOf(user)].includes(typed);
    const isComposed = verb === "create" || isOther;
    const composed = isComposed ? this.#composed(this.records.users.get(user) ?? {}) : undefined;
    if (verb === "create" && composed === undefined && (typed ?? "") === "")
      return [createRejectedRefusal("アカウント名")];
    if (composed === null) return [createRejectedRefusal("構成する情報")];
    if (composed !== undefined && ![undefined, "", composed].includes(typed))
      return [createRejectedRefusal("構成する情報")];
    const name = composed ?? typed;
    if (name === "") return [createRejectedRefusal("アカウント名", "空にはできません")];
    const holder = name === undefined ? undefined : this.find("users", "accountName", name);
    if (holder === undefined || holder === user) return [];
    return [createRejectedRefusal("アカウント名", name ?? "")];
  }

  #passwordRefusals(before: Role, role: Role, asked: AccountRequest): readonly Refusal[] {
    const { password, passwordInConsole, dryRun = false } = asked;
    const isWeak = password !== undefined && !/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d).{6,}$/.test(password);
    const isNeeded = role !== "none" && before === "none" && !dryRun;
    const isLacking = isNeeded && (password ?? passwordInConsole) === undefined;
    const isElsewhere = (this.isMirror ? password : passwordInConsole) !== undefined;
    return isElsewhere || isLacking || (isWeak && role !== "none") ? [createRejectedRefusal("パスワード")] : [];
  }

  #roleRefusals(user: number, role: Role): readonly Refusal[] {
    const others = [...this.accounts].filter(
      ([other, account]) => other !== user && this.records.users.has(other) && account.role === "system",
    );
    const isLast = this.accountOf(user).role === "system" && role !== "system" && others.length === 0;
    const isNowhere = role === "operator" && this.records.users.get(user)?.["orgCode"] === ROOT_NUMBER;
    return [
      ...(isLast ? [createRejectedRefusal("システム管理者がいなくなります")] : []),
      ...(isNowhere ? [createRejectedRefusal("全社", "オペレーター")] : []),
    ];
  }

  #schemeRefusals(user: number, role: Role, { scheme }: AccountRequest): readonly Refusal[] {
    const isUnknown = scheme !== undefined && !this.schemes.has(scheme);
    const unknown = isUnknown ? [createNotFoundRefusal("カスタム管理権限スキーム")] : [];
    if (role !== "custom" && scheme !== undefined)
      return [createRejectedRefusal("カスタム管理者以外には指定できません"), ...unknown];
    if (role !== "custom") return [];
    if (scheme === undefined) {
      return this.accountOf(user).scheme === null ? [createRejectedRefusal("スキーム", "必要")] : [];
    }
    return unknown;
  }

  #managedRefusals(user: number, role: Role, { managed, managesAll }: AccountRequest): readonly Refusal[] {
    const { role: was, managed: before } = this.accountOf(user);
    if (role !== "division" && role !== "custom")
      return (managed ?? []).length > 0 || managesAll === true
        ? [createRejectedRefusal("管理対象", "管理者だけです")]
        : [];
    if (managesAll === true) return role === "custom" ? [] : [createRejectedRefusal("管理対象", "すべての組織")];
    const after = managed ?? before ?? [];
    const stays = role === "custom" && was === "custom" && managed === undefined;
    return [
      ...((managed ?? []).every((org) => this.sees("orgs", org)) ? [] : [createNotFoundRefusal("組織")]),
      ...((managed ?? []).includes(ROOT_NUMBER) ? [createRejectedRefusal("管理対象組織", "全社")] : []),
      ...(after.length === 0 && !stays ? [createRejectedRefusal("管理対象組織", "1 つ以上")] : []),
    ];
  }

  #supportRefusals(user: number, role: Role, asked: AccountRequest): readonly Refusal[] {
    const { supportOption: before } = this.accountOf(user);
    if (role !== "system") {
      return [
        ...(asked.supportOption === true ? [createRejectedRefusal("サポートオプション")] : []),
        ...(asked.noticeMail === true ? [createRejectedRefusal("お知らせメール", "受信")] : []),
      ];
    }
    const after = asked.supportOption ?? before;
    const holders = [...this.accounts].filter(([other, account]) => other !== user && account.supportOption);
    return [
      ...(after && !before && holders.length >= MAX_SUPPORT_OPTIONS
        ? [createRejectedRefusal("サポートオプション")]
        : []),
      ...(!after && asked.noticeMail === true ? [createRejectedRefusal("お知らせメール", "受信")] : []),
    ];
  }

  /** Writes an account that has no refusals. @returns true if anything changed */
  writeAccount(verb: AccountVerb, user: number, asked: AccountRequest): boolean {
    const before = this.accountOf(user);
    const role = asked.role ?? before.role;
    const isManaging = role === "division" || role === "custom";
    const managed = asked.managed === undefined ? before.managed : [...new Set(asked.managed)];
    const supportOption = role === "system" && (asked.supportOption ?? before.supportOption);
    const after: ModelAccount = {
      role,
      scheme: role === "custom" ? (asked.scheme ?? before.scheme) : null,
      managed: isManaging && asked.managesAll !== true ? (managed?.toSorted((a, b) => a - b) ?? null) : null,
      supportOption,
      noticeMail: supportOption && (asked.noticeMail ?? before.noticeMail),
    };
    const composed = verb === "create" ? this.#composed(this.records.users.get(user) ?? {}) : undefined;
    const name = composed ?? asked.name ?? this.nameOf(user);
    const isNamed = name !== this.nameOf(user);
    const isMarked = role === "none" ? asked.role === undefined && this.administrators.has(user) : true;
    const isSet = (asked.password ?? asked.passwordInConsole) !== undefined;
    const isSame = JSON.stringify(before) === JSON.stringify(after) && isMarked === this.administrators.has(user);
    if (isSame && !isNamed && !isSet) return false;
    this.accounts.set(user, after);
    if (isNamed) this.write("users", user, { accountName: name });
    if (isMarked) this.administrators.add(user);
    else this.administrators.delete(user);
    return true;
  }

  /** Returns the reasons why a scheme cannot be written. @param scheme undefined for a new scheme */
  schemeRefusals(scheme: number | undefined, { name, items }: Partial<ModelScheme>): readonly Refusal[] {
    const barred = this.barred(["schemes.write"]);
    if (barred.length > 0) return barred;
    if (scheme !== undefined && !this.schemes.has(scheme)) return [createNotFoundRefusal()];
    const isTaken = [...this.schemes].some(([other, { name: taken }]) => other !== scheme && taken === name);
    return [
      ...(name === "" || isTaken ? [createRejectedRefusal("スキーム名")] : []),
      ...(items?.length === 0 ? [createRejectedRefusal("チェック項目")] : []),
    ];
  }

  schemeHeld(scheme: number): readonly Refusal[] {
    const barred = this.barred(["schemes.write"]);
    if (barred.length > 0) return barred;
    if (!this.schemes.has(scheme)) return [createNotFoundRefusal()];
    const { name = "" } = this.schemes.get(scheme) ?? {};
    const holders = [...this.accounts].filter(([user, one]) => this.records.users.has(user) && one.scheme === scheme);
    return holders.length > 0 ? [createRejectedRefusal(name, "アカウント")] : [];
  }
}
