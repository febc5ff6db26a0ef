import { codeKey, toCp932Form, emailKey } from "../../../src/lib/model/normalise.ts";
import type { Cells, Request } from "./tenant.ts";

/** A user of the model. The tenant assigns the `id`. */
export interface ModelUser {
  readonly id: string | undefined;
  readonly administrator: boolean;
  readonly name: string;
  readonly emails: readonly string[];
  /** the code of the user's organisation; null for the root */
  readonly org: string | null;
  readonly title: string | null;
  readonly employeeCode: string | null;
  readonly upn: string | null;
  readonly accountName: string | null;
  readonly custom: ReadonlyMap<string, string>;
}

export interface ModelTenant {
  readonly users: readonly ModelUser[];
  readonly orgs: readonly string[];
  readonly fields: readonly string[];
}

export interface ModelOutcome {
  /** problems and warnings as `code@row`, sorted */
  readonly faults: readonly string[];
  readonly counts: Readonly<
    Record<"create" | "update" | "unchanged" | "delete" | "invalid" | "secretsSet" | "orgsCreated", number>
  >;
  readonly rejected: boolean;
  readonly after: ModelTenant;
}

interface ModelRow {
  readonly row: number;
  readonly cells: ReadonlyMap<string, readonly string[]>;
  readonly emails: readonly string[];
  readonly key: string | undefined;
}

const SINGLE_VALUE_COLUMNS = [
  ["役職", "title"],
  ["社員コード", "employeeCode"],
  ["UPN", "upn"],
] as const;

export class UsersModel {
  readonly #tenant: ModelTenant;
  readonly #request: Request;
  readonly #header: readonly string[];
  readonly #windows: boolean;
  #rows: readonly ModelRow[];
  readonly #faults = new Map<number, Set<string>>();
  /** problems that do not make a row invalid, as `code@row` */
  readonly #warnings: string[] = [];
  /** rows with a cell that is invalid regardless of other rows and the tenant */
  readonly #damaged = new Set<number>();
  /** users with a new address, found by another lasting key and the name */
  readonly #moved = new Map<ModelRow, ModelUser>();

  constructor(tenant: ModelTenant, request: Request, [header = [], ...rows]: Cells, windows: boolean) {
    this.#tenant = tenant;
    this.#request = request;
    this.#header = header;
    this.#windows = windows;
    this.#rows = rows.flatMap((cells, i) => (cells.every((cell) => cell === "") ? [] : [this.#read(cells, i + 2)]));
  }

  #read(values: readonly string[], row: number): ModelRow {
    const cells = new Map<string, string[]>();
    for (const [i, header] of this.#header.entries()) {
      cells.set(header, [...(cells.get(header) ?? []), values[i] ?? ""]);
    }
    const emails: string[] = [];
    for (const email of cells.get("メールアドレス") ?? []) {
      if (email !== "" && !emails.some((other) => emailKey(other) === emailKey(email))) emails.push(email);
    }
    return { row, cells, emails, key: this.#keyOf(cells, emails) };
  }

  #keyOf(cells: ModelRow["cells"], emails: readonly string[]): string | undefined {
    const { key = "email" } = this.#request;
    if (key === "email") return emails[0] === undefined ? undefined : emailKey(emails[0]);
    const value = cells.get(key === "upn" ? "UPN" : "社員コード")?.[0] ?? "";
    if (value === "") return undefined;
    return key === "upn" ? emailKey(value) : codeKey(value);
  }

  #userKey(user: ModelUser): string | undefined {
    const { key = "email" } = this.#request;
    if (key === "email") return emailKey(user.emails[0] ?? "");
    if (key === "upn") return user.upn === null ? undefined : emailKey(user.upn);
    return user.employeeCode === null ? undefined : codeKey(user.employeeCode);
  }

  #cell(row: ModelRow, header: string): string {
    return row.cells.get(header)?.[0] ?? "";
  }

  #fault(row: number, code: string): void {
    const known = this.#faults.get(row);
    if (known === undefined) this.#faults.set(row, new Set([code]));
    else known.add(code);
  }

  #isValid(row: ModelRow): boolean {
    return !this.#faults.has(row.row);
  }

  /** Returns the users with a row's key. A row identifies a user only if there is exactly one. */
  #fits(row: ModelRow): readonly ModelUser[] {
    return row.key === undefined ? [] : this.#tenant.users.filter((user) => this.#userKey(user) === row.key);
  }

  #matchOf(row: ModelRow): ModelUser | undefined {
    return this.#fits(row)[0] ?? this.#moved.get(row);
  }

  #rowOf(user: ModelUser): ModelRow | undefined {
    return this.#rows.find((row) => this.#matchOf(row) === user);
  }

  #checkCells(row: ModelRow): void {
    const { blank = "clear" } = this.#request;
    if (blank === "clear" && this.#header.includes("氏名") && this.#cell(row, "氏名") === "")
      this.#fault(row.row, "required");
    const needsMail = blank === "clear" && this.#header.includes("メールアドレス");
    if ((needsMail && row.emails.length === 0) || row.key === undefined) this.#fault(row.row, "required");
    if (/[\r\n]/.test(this.#cell(row, "役職"))) this.#fault(row.row, "value-lines");
    for (const email of row.emails) if (!/^[^@]+@[^@]+$/.test(email)) this.#fault(row.row, "not-mail-address");
    if (this.#cell(row, "UPN") !== "" && !/^[^@]+@[^@]+$/.test(this.#cell(row, "UPN")))
      this.#fault(row.row, "not-mail-address");
  }

  #checkAgainstRows(row: ModelRow): void {
    const { key = "email" } = this.#request;
    for (const other of this.#rows) {
      if (other === row) continue;
      if (key !== "email" && row.key !== undefined && row.key === other.key) this.#fault(row.row, "key-duplicate");
      for (const [i, mine] of row.emails.entries()) {
        for (const [j, theirs] of other.emails.entries()) {
          if (emailKey(mine) !== emailKey(theirs)) continue;
          this.#fault(row.row, key === "email" && i === 0 && j === 0 ? "key-duplicate" : "value-duplicate");
        }
      }
      const account = this.#cell(row, "CLOMOアカウント名");
      if (account !== "" && account === this.#cell(other, "CLOMOアカウント名")) this.#fault(row.row, "value-duplicate");
    }
  }

  #leaveOutRepeatedRows(): void {
    const contentOf = ({ key, emails, cells }: ModelRow): string =>
      JSON.stringify([key, emails, [...cells].filter(([header]) => header !== "メールアドレス")]);
    const repeated = this.#rows.filter(
      (row, at) =>
        this.#isValid(row) &&
        this.#cell(row, "CLOMOアカウントパスワード") === "" &&
        this.#rows.slice(0, at).some((other) => contentOf(other) === contentOf(row)),
    );
    const [first] = repeated;
    if (first !== undefined) this.#warnings.push(`row-repeated@${first.row}`);
    this.#rows = this.#rows.filter((row) => !repeated.includes(row));
  }

  #checkReferences(row: ModelRow): void {
    const org = this.#cell(row, "組織コード");
    if (org !== "" && !this.#tenant.orgs.includes(org) && this.#request.createOrgs !== true)
      this.#fault(row.row, "org-unknown");
    if (this.#fits(row).length > 1) this.#fault(row.row, "key-ambiguous");
  }

  #checkAgainstTenant(row: ModelRow): void {
    const matched = this.#matchOf(row);
    if (matched?.administrator === true) {
      const account = this.#cell(row, "CLOMOアカウント名");
      const renames = account !== "" && account !== matched.accountName;
      if (renames || this.#cell(row, "CLOMOアカウントパスワード") !== "") this.#fault(row.row, "administrator-account");
    }
    if (matched !== undefined || row.key === undefined) return;
    const keeps = this.#request.blank === "keep";
    const lacks = (header: string, blank: boolean): boolean => blank && (keeps || !this.#header.includes(header));
    if (lacks("氏名", this.#cell(row, "氏名") === "")) this.#fault(row.row, "required-new");
    if (lacks("メールアドレス", row.emails.length === 0)) this.#fault(row.row, "required-new");
  }

  #apply(row: ModelRow, matched: ModelUser | undefined): ModelUser {
    const single = (header: string, before: string | null, clears: boolean): string | null => {
      if (!this.#header.includes(header)) return before;
      const cell = this.#cell(row, header);
      if (cell === "") return clears && this.#request.blank !== "keep" ? null : before;
      return this.#keepsForm(before, cell);
    };
    const values = Object.fromEntries(
      SINGLE_VALUE_COLUMNS.map(([header, field]) => [
        field,
        single(header, matched?.[field] ?? null, field === "title" || this.#request.blank === "clear"),
      ]),
    );
    const custom = this.#tenant.fields.map(
      (name) => [name, single(name, matched?.custom.get(name) ?? null, true)] as const,
    );
    const emails = matched === undefined ? row.emails : this.#emailsOf(row, matched);
    return {
      id: matched?.id,
      administrator: matched?.administrator ?? false,
      name: single("氏名", matched?.name ?? null, false) ?? "",
      emails:
        this.#windows && matched !== undefined && toCp932Form(emails.join()) === toCp932Form(matched.emails.join())
          ? matched.emails
          : emails,
      org: this.#cell(row, "組織コード") === "" ? (matched?.org ?? null) : this.#cell(row, "組織コード"),
      title: values["title"] ?? null,
      employeeCode: values["employeeCode"] ?? null,
      upn: values["upn"] ?? null,
      accountName: single("CLOMOアカウント名", matched?.accountName ?? null, false),
      custom: new Map(custom.filter((entry): entry is readonly [string, string] => entry[1] !== null)),
    };
  }

  /** Returns the addresses of a user after the import. */
  #emailsOf({ cells, emails }: ModelRow, { emails: before }: ModelUser): readonly string[] {
    if (emails.length === 0) return before;
    const keeps = this.#request.blank === "keep";
    const own = cells.get("メールアドレス") ?? [];
    const plus = (list: readonly string[], more: readonly string[]): readonly string[] => [
      ...list,
      ...more.filter((email) => !list.some((other) => emailKey(other) === emailKey(email))),
    ];
    if (emails.length < own.length && (keeps || before.length > own.length)) return plus(emails, before);
    return plus(emails, before.slice(own.length));
  }

  #keepsForm(before: string | null, cell: string): string {
    return this.#windows && before !== null && toCp932Form(before) === cell ? before : cell;
  }

  /** Returns the users that replace mode deletes because they are missing from the file. */
  #lacking(): readonly ModelUser[] {
    if (this.#request.mode !== "replace") return [];
    return this.#tenant.users.filter(
      (user) => !user.administrator && !this.#rows.some((row) => this.#matchOf(row) === user),
    );
  }

  #claims(row: ModelRow): readonly string[] {
    const account = this.#cell(row, "CLOMOアカウント名");
    const claimed = [...row.emails.map(emailKey), ...(account === "" ? [] : [`account ${account}`])];
    const matched = this.#matchOf(row);
    return claimed.filter((claim) => matched === undefined || !listUniqueValues(matched).includes(claim));
  }

  /** Checks rows with values that another user has and keeps. */
  #checkTaken(): void {
    const gone = this.#lacking();
    const isWhole = ({ row, ...cells }: ModelRow): boolean =>
      !this.#damaged.has(row) &&
      this.#fits({ row, ...cells }).length < 2 &&
      !this.#faults.get(row)?.has("row-contested");
    let losers = this.#rows.filter((row) => isWhole(row) && this.#isTaken(row, gone));
    while (losers.length > 0) {
      for (const { row } of losers) this.#fault(row, "value-taken");
      losers = this.#rows.filter((row) => this.#isValid(row) && this.#isTaken(row, gone));
    }
  }

  #isTaken(row: ModelRow, gone: readonly ModelUser[]): boolean {
    const others = this.#tenant.users.filter((user) => user !== this.#matchOf(row) && !gone.includes(user));
    return others.some((other) => {
      const theirs = this.#rowOf(other);
      const later = theirs !== undefined && this.#isValid(theirs) ? this.#apply(theirs, other) : other;
      const kept = listUniqueValues(other).filter((value) => listUniqueValues(later).includes(value));
      return this.#claims(row).some((claim) => kept.includes(claim));
    });
  }

  /**
   * Matches rows with users who have a new address: exactly one user and one row without a user must have the same
   * value, and the names must agree.
   */
  #findNewAddresses(): void {
    if (this.#tenant.users.length <= this.#rows.filter((row) => this.#matchOf(row) !== undefined).length) return;
    for (const name of Object.keys(OTHER_KEYS)) {
      if (name === (this.#request.key ?? "email")) continue;
      const open = this.#rows.filter((row) => this.#isValid(row) && this.#matchOf(row) === undefined);
      const found = open.flatMap((row) => {
        const holder = this.#holderOf(name, row, open);
        return holder === undefined ? [] : [{ row, holder, other: this.#rowOf(holder) }];
      });
      for (const { row, holder, other } of found) {
        const isSame = this.#isSameName(row, holder);
        if (other === undefined && isSame) this.#moved.set(row, holder);
        else if (other === undefined || isSame) this.#fault(row.row, isSame ? "key-duplicate" : "row-contested");
      }
    }
  }

  #holderOf(name: string, row: ModelRow, among: readonly ModelRow[]): ModelUser | undefined {
    const { ofRow, ofUser } = IDENTIFYING_VALUES[name] ?? NO_VALUE;
    const value = ofRow(row);
    if (value === undefined || among.filter((other) => ofRow(other) === value).length > 1) return undefined;
    const holders = this.#tenant.users.filter((user) => ofUser(user) === value);
    return holders.length === 1 ? holders[0] : undefined;
  }

  #isSameName(row: ModelRow, user: ModelUser): boolean {
    const [mine, theirs] = [this.#cell(row, "氏名"), user.name].map((name) => codeKey(name).normalize("NFKC"));
    return mine === theirs;
  }

  /**
   * Reports rows that give a value of exactly one other user to their user, unless the file confirms that the other
   * user keeps the value; and rows with another name than their user, unless a second key agrees.
   */
  #checkContested(): void {
    for (const [name, { ofRow, field }] of Object.entries(IDENTIFYING_VALUES)) {
      if (name === (this.#request.key ?? "email")) continue;
      const changed = this.#rows.filter((row) => {
        const user = this.#isValid(row) ? this.#matchOf(row) : undefined;
        return user !== undefined && JSON.stringify(this.#apply(row, user)[field]) !== JSON.stringify(user[field]);
      });
      const found = changed.filter((row) => {
        const holder = this.#holderOf(name, row, changed);
        if (holder === undefined || holder === this.#matchOf(row)) return false;
        const theirs = this.#rows.filter((one) => this.#matchOf(one) === holder);
        const isFree = ["employee-code", "upn"].includes(name) || theirs.some((one) => this.#isValid(one));
        return isFree && !theirs.some((one) => ofRow(one) === ofRow(row));
      });
      for (const { row } of found) this.#fault(row, "row-contested");
    }
    if (this.#header.includes("氏名"))
      for (const row of this.#rows) if (this.#isSomebodyElse(row)) this.#fault(row.row, "row-contested");
  }

  #isSomebodyElse(row: ModelRow): boolean {
    const user = this.#isValid(row) ? this.#matchOf(row) : undefined;
    if (user === undefined) return false;
    const isNameless = this.#cell(row, "氏名") === "";
    if (isNameless ? !this.#hasOtherCode(row, user) : this.#isSameName(row, user)) return false;
    const keys = Object.entries(IDENTIFYING_VALUES).filter(([name]) => name !== "name");
    const pairs = keys.map(([, { ofRow, ofUser }]) => [ofRow(row), ofUser(user)] as const);
    return pairs.filter(([mine, theirs]) => mine !== undefined && mine === theirs).length < 2;
  }

  /** A row without a name is somebody else's if it changes the first code, or UPN, that is not the key. */
  #hasOtherCode(row: ModelRow, user: ModelUser): boolean {
    const [header, name] = (
      [
        ["社員コード", "employee-code"],
        ["UPN", "upn"],
      ] as const
    ).find(([one, key]) => this.#header.includes(one) && key !== (this.#request.key ?? "email")) ?? ["", ""];
    const { ofRow, ofUser } = IDENTIFYING_VALUES[name] ?? NO_VALUE;
    const theirs = ofUser(user);
    return theirs !== undefined && this.#cell(row, header) !== "" && ofRow(row) !== theirs;
  }

  /** Reports blank columns that would clear values, unless the request says how to treat blank cells. */
  #checkBlankColumns(): void {
    if (this.#request.blank !== undefined) return;
    for (const header of ["役職", ...this.#tenant.fields].filter((name) => this.#header.includes(name))) {
      if (this.#rows.some((row) => this.#cell(row, header) !== "")) continue;
      const field = SINGLE_VALUE_COLUMNS.find(([name]) => name === header)?.[1];
      const loses = this.#rows.some((row) => {
        const user = this.#isValid(row) ? this.#matchOf(row) : undefined;
        return user !== undefined && (field === undefined ? user.custom.has(header) : user[field] !== null);
      });
      if (loses) this.#fault(1, "column-blank");
    }
  }

  outcome(): ModelOutcome {
    const { mode, skipInvalid = false } = this.#request;
    for (const row of this.#rows) {
      this.#checkCells(row);
      if (!this.#isValid(row)) this.#damaged.add(row.row);
    }
    this.#leaveOutRepeatedRows();
    for (const row of this.#rows) this.#checkReferences(row);
    this.#findNewAddresses();
    for (const row of this.#rows) {
      this.#checkAgainstRows(row);
      this.#checkAgainstTenant(row);
    }
    this.#checkContested();
    this.#checkTaken();
    this.#checkBlankColumns();
    if (this.#rows.length === 0) this.#fault(0, "file-no-rows");
    const invalid = this.#rows.filter((row) => !this.#isValid(row));
    for (const { administrator, ...user } of this.#tenant.users) {
      const inFile = this.#rows.some((row) => this.#matchOf(row)?.id === user.id);
      if (mode === "replace" && administrator && !inFile) this.#fault(0, "administrator-delete");
    }
    const lacking = this.#lacking();
    const untold = invalid.some((row) => this.#fits(row).length > 1 || this.#matchOf(row) === undefined);
    const isMixed = [...this.#faults.values()].some((codes) => codes.has("row-contested"));
    const rejected =
      this.#faults.has(0) ||
      this.#faults.has(1) ||
      (skipInvalid ? isMixed || (lacking.length > 0 && untold) : invalid.length > 0);
    return { ...this.#result(lacking, invalid.length), rejected };
  }

  #result(lacking: readonly ModelUser[], invalid: number): Omit<ModelOutcome, "rejected"> {
    const valid = this.#rows.filter((row) => this.#isValid(row));
    const users = new Map<ModelUser, ModelUser>(this.#tenant.users.map((user) => [user, user]));
    for (const user of lacking) users.delete(user);
    const counts = {
      create: 0,
      update: 0,
      unchanged: 0,
      delete: lacking.length,
      invalid,
      secretsSet: 0,
      orgsCreated: 0,
    };
    const orgs = new Set(this.#tenant.orgs);
    for (const row of valid) {
      const matched = this.#matchOf(row);
      const after = this.#apply(row, matched);
      users.set(matched ?? after, after);
      if (after.org !== null) orgs.add(after.org);
      if (this.#cell(row, "CLOMOアカウントパスワード") !== "") counts.secretsSet += 1;
      if (matched === undefined) counts.create += 1;
      else if (JSON.stringify(toPlainUser(matched)) === JSON.stringify(toPlainUser(after))) counts.unchanged += 1;
      else counts.update += 1;
    }
    counts.orgsCreated = orgs.size - this.#tenant.orgs.length;
    const faults = [...this.#faults].flatMap(([row, codes]) => [...codes].map((code) => `${code}@${row}`));
    return {
      faults: [...faults, ...this.#warnings].toSorted(),
      counts,
      after: { ...this.#tenant, users: [...users.values()], orgs: [...orgs] },
    };
  }
}

interface IdentifyingValue {
  readonly ofRow: (row: Pick<ModelRow, "cells" | "emails">) => string | undefined;
  readonly ofUser: (user: ModelUser) => string | undefined;
  readonly field: "name" | "emails" | "employeeCode" | "upn" | "accountName";
}

const NO_VALUE: IdentifyingValue = { ofRow: () => undefined, ofUser: () => undefined, field: "name" };

const defineValue = (
  header: string,
  field: "name" | "employeeCode" | "upn" | "accountName",
  of: (value: string) => string,
): IdentifyingValue => ({
  ofRow: ({ cells }) => toKeyIfPresent(of, cells.get(header)?.[0]),
  ofUser: (user) => toKeyIfPresent(of, user[field]),
  field,
});

/** Values that identify a person even if other values change, by key name, in the order of the columns. */
const OTHER_KEYS: Readonly<Record<string, IdentifyingValue>> = {
  email: {
    ofRow: ({ emails }) => toKeyIfPresent(emailKey, emails[0]),
    ofUser: ({ emails }) => toKeyIfPresent(emailKey, emails[0]),
    field: "emails",
  },
  "employee-code": defineValue("社員コード", "employeeCode", codeKey),
  upn: defineValue("UPN", "upn", emailKey),
};

const IDENTIFYING_VALUES: Readonly<Record<string, IdentifyingValue>> = {
  name: defineValue("氏名", "name", codeKey),
  ...OTHER_KEYS,
  account: defineValue("CLOMOアカウント名", "accountName", codeKey),
};

const toKeyIfPresent = (of: (value: string) => string, value: string | null | undefined): string | undefined =>
  value === undefined || value === null || value === "" ? undefined : of(value);

/** Returns a user's values that must be unique among all users. */
const listUniqueValues = ({ emails, accountName }: ModelUser): readonly string[] => [
  ...emails.map(emailKey),
  ...(accountName === null ? [] : [`account ${accountName}`]),
];

export const toPlainUser = ({ custom, ...user }: ModelUser) => ({
  ...user,
  custom: [...custom].toSorted(([a], [b]) => (a < b ? -1 : 1)),
});
