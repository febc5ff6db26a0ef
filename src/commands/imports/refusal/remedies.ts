import { suggestFix } from "../../../lib/csv/layout/suspect.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS, KEY_NAMES, type KeyName } from "../../../lib/model/formats.ts";
import { FIX_CHOICES, type FixChoice, type OrgBy } from "../../../lib/model/import.ts";
import { looksLikeOrgPath } from "../../../lib/model/cell-text.ts";
import type { ProblemParams } from "../../../lib/model/problem.ts";
import { satisfiesRule, EMAIL_ADDRESS_RULE } from "../../../lib/model/rules.ts";
import { sortByUse, findMistypedNames } from "../../../lib/text/near-names.ts";
import { MAX_ASKED_HEADERS } from "../../csv/file/column-map.ts";

/** A problem in a file, which was found by clomoctl or reported by a tenant. A tenant may report further codes. */
export interface FileProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly params: ProblemParams;
  /** 0 if the problem is not in a cell */
  readonly column: number;
}

/** The options that make an import accept a file without changes to the file, as far as options can do this. */
export interface Remedy {
  readonly fix: readonly FixChoice[];
  readonly createOrgs: boolean;
  readonly createGroups: boolean;
  /** how the cells name organisations, if not by code */
  readonly orgBy?: OrgBy | undefined;
  /** true if a column map is needed to assign headers to fields */
  readonly map: boolean;
}

/** The problem code of a cell that refers to an unknown record, and the option that creates such records. */
interface CreationOption {
  readonly code: string;
  /** the parameter of the problem that contains the value of the cell */
  readonly param: string;
  readonly option: "createOrgs" | "createGroups";
}

/** A name that the tenant does not have, and a similar name that was probably intended. */
interface Likeness {
  readonly name: string;
  readonly near: string;
}

const listCreationOptions = (kind: FormatName): readonly CreationOption[] =>
  FORMATS[kind].columns.flatMap(({ refers }) =>
    refers?.creates === undefined ? [] : [{ ...refers.unknown, option: refers.creates.option }],
  );

/** The kind of the missing record, by problem code, for cells that refer to a record of another file. */
const REFERENCED_KINDS: ReadonlyMap<string, FormatName> = new Map([
  ["org-unknown", "orgs"],
  ["owner-org-unknown", "orgs"],
  ["user-unknown", "users"],
]);

/** The kinds of records that organisations may contain. */
const ORG_MEMBER_KINDS = ["users", "devices"] as const;

/** Problems of headers that differ from what the format expects. */
const HEADER_PROBLEMS: ReadonlySet<string> = new Set(["header-unknown", "header-missing", "header-near"]);

/** Problems of values that `--fix` may solve. */
const FIXABLE_VALUE_PROBLEMS: ReadonlySet<string> = new Set([
  "not-mail-address",
  "not-alphanumeric",
  "not-boolean",
  "not-choice",
]);

/** A person whose key in the tenant differs from the key in the file. */
export interface NewAddress {
  /** the person's main email address in the tenant */
  readonly user: string;
  /**
   * the key that matches rows to people; `to` is its new value (for email addresses: all of them, the main address
   * first)
   */
  readonly key: KeyName;
  readonly to: readonly string[];
  /** another key, which would match every row of the file to its person; undefined if there is none */
  readonly by: KeyName | undefined;
}

const parseKeyName = (name: string | number | undefined): KeyName | undefined => KEY_NAMES.find((key) => key === name);

const toNewAddress = ({ user, key, to, by }: ProblemParams): NewAddress => ({
  user: String(user),
  key: parseKeyName(key) ?? "email",
  to: String(to).split(" "),
  by: parseKeyName(by),
});

/** The options and changes that make a file importable, collected from its problems one by one. */
export class Remedies implements Remedy {
  readonly #fixes = new Set<FixChoice>();
  readonly #creations: readonly CreationOption[];
  readonly #created = new Set<CreationOption["option"]>();
  readonly #fillsShort: boolean;
  /** names that the tenant does not have, with the number of rows that contain each */
  readonly #unknown = new Map<string, number>();
  readonly #concerned = new Set<string>();
  readonly #headers = new Set<string>();
  readonly #elsewhere = new Set<FormatName>();
  readonly #holders = new Set<FormatName>();
  readonly #newAddresses: NewAddress[] = [];
  #mixed = false;
  #protected = false;
  #likenesses: readonly Likeness[] = [];
  #map = false;
  #orgBy: OrgBy | undefined;
  #keyless = false;
  #lacksOrgs = false;
  #other = false;
  #lacking = false;

  constructor(kind: FormatName) {
    this.#creations = listCreationOptions(kind);
    // without its last cells, a row of an organisation does not show where the organisation belongs
    this.#fillsShort = kind !== "orgs";
  }

  take({ code, severity, params, column }: FileProblem): void {
    if (code === "new-address") {
      this.#newAddresses.push(toNewAddress(params));
      return;
    }
    if (code === "row-contested") {
      this.#mixed ||= severity === "error";
      return;
    }
    // if `named` is set, the cell names an existing organisation: the cell needs its code, and nothing has to be
    // created
    const solved =
      params["named"] !== undefined
        ? this.#namesOrg(params)
        : this.#isPath(code, params) || this.#solved(code, params["value"]);
    const name = this.#unknownIn(code, params);
    if (name !== undefined) this.#unknown.set(name, (this.#unknown.get(name) ?? 0) + 1);
    if (severity === "error") this.#concern(code, params);
    if (severity === "warning" || solved) return;
    if (code === "required-new" && column === 0) this.#lacking = true;
    else this.#other = true;
  }

  /** Returns true if the column has names of organisations, not codes, and this name is that of one organisation. */
  #namesOrg({ named, names }: ProblemParams): boolean {
    if (named !== 1 || names !== 1) return false;
    this.#orgBy = "name";
    return true;
  }

  /** Returns true if a cell has the path of an organisation, not a code. No organisation is created from a path. */
  #isPath(code: string, params: ProblemParams): boolean {
    const creation = this.#creations.find((one) => one.code === code && one.option === "createOrgs");
    if (creation === undefined || !looksLikeOrgPath(String(params[creation.param]))) return false;
    this.#orgBy = "path";
    return true;
  }

  #concern(code: string, params: ProblemParams): void {
    if (code === "header-unknown") this.#headers.add(String(params["header"]));
    if (code === "header-missing") this.#keyless = true;
    if (code === "org-name-unknown") this.#lacksOrgs = true;
    const elsewhere = params["named"] === undefined ? REFERENCED_KINDS.get(code) : undefined;
    if (elsewhere !== undefined) this.#elsewhere.add(elsewhere);
    if (code === "administrator-row") this.#protected = true;
    if (code === "org-delete-holds")
      for (const kind of ORG_MEMBER_KINDS) if (Number(params[kind] ?? 0) > 0) this.#holders.add(kind);
    for (const value of Object.values(params))
      if (typeof value === "string" && value !== "") this.#concerned.add(value);
  }

  /** The people whom the tenant probably has under another key, such as a former email address. */
  get newAddresses(): readonly NewAddress[] {
    return this.#newAddresses;
  }

  /** True if rows are rejected because they assign the employee codes of other people. */
  get mixed(): boolean {
    return this.#mixed;
  }

  /** The names and keys that the problems mention. */
  get concerned(): ReadonlySet<string> {
    return this.#concerned;
  }

  /** True if there are few enough unknown headers to ask what each of them stands for. */
  get canAsk(): boolean {
    return this.#headers.size <= MAX_ASKED_HEADERS;
  }

  /**
   * The headers that do not match any column; empty if a required column is missing, because one of these headers may
   * belong
   * to it.
   */
  get headers(): readonly string[] {
    return this.#keyless ? [] : [...this.#headers];
  }

  /**
   * The kinds of records to which cells refer, but which the tenant lacks or has under another key. Other files contain
   * these records.
   */
  get elsewhere(): ReadonlySet<FormatName> {
    return this.#elsewhere;
  }

  /** True if rows name organisations by a name or a path that no organisation has. None is created from these. */
  get lacksOrgs(): boolean {
    return this.#lacksOrgs;
  }

  /** The kinds of records that prevent organisations from being deleted. */
  get holders(): ReadonlySet<FormatName> {
    return this.#holders;
  }

  /** True if a row belongs to an administrator. Imports never change administrators. */
  get protected(): boolean {
    return this.#protected;
  }

  /** Drops the option to create organisations, for a console export: its organisations come from another export. */
  withoutOrgs(): this {
    this.#created.delete("createOrgs");
    return this;
  }

  #unknownIn(code: string, params: ProblemParams): string | undefined {
    if (params["named"] !== undefined) return undefined;
    const param = this.#creations.find((one) => one.code === code)?.param;
    return param === undefined ? undefined : String(params[param]);
  }

  /**
   * Compares the names that the tenant lacks with its existing names and with each other. If two names are similar, the
   * rarer
   * one is treated as misspelt.
   */
  compare(known: Iterable<string>): void {
    const near = findMistypedNames(sortByUse([...this.#unknown.keys()], this.#unknown), known);
    this.#likenesses = [...near].flatMap(([name, other]) => (name === other ? [] : [{ name, near: other }]));
  }

  /** The names that the tenant does not have. */
  get unknown(): readonly string[] {
    return [...this.#unknown.keys()];
  }

  /** Returns the name that was probably intended by the unknown name in a problem. */
  nearOf({ code, params }: Pick<FileProblem, "code" | "params">): string | undefined {
    const unknown = this.#unknownIn(code, params);
    return this.#likenesses.find(({ name }) => name === unknown)?.near;
  }

  get likenesses(): readonly Likeness[] {
    return this.#likenesses;
  }

  /** Adds the option that creates the records to which cells refer. */
  create(option: CreationOption["option"]): void {
    this.#created.add(option);
  }

  #solved(code: string, value: string | number | undefined): boolean {
    const creation = this.#creations.find((one) => one.code === code);
    if (creation !== undefined) this.create(creation.option);
    const fixes = this.#fixesFor(code, value);
    for (const fix of fixes) this.#fixes.add(fix);
    if (HEADER_PROBLEMS.has(code)) this.#map = true;
    return creation !== undefined || fixes.length > 0 || HEADER_PROBLEMS.has(code);
  }

  #fixesFor(code: string, value: string | number | undefined): readonly FixChoice[] {
    if (code === "cells-too-few") return this.#fillsShort ? ["short-rows"] : [];
    if (code === "value-blanks") return ["trim"];
    if (code === "value-full-width" || code === "value-hyphen") return ["width"];
    if (code === "kana-half-width") return ["kana"];
    if (code === "person-blanks") return ["names"];
    if (code === "value-hidden") return ["invisible"];
    if (code === "value-lines") return typeof value === "string" && !/[\r\n]/.test(value.trim()) ? ["invisible"] : [];
    if (!FIXABLE_VALUE_PROBLEMS.has(code) || typeof value !== "string") return [];
    const { mended, fix } = suggestFix(value) ?? { mended: value, fix: [] };
    return code === "not-mail-address" && !satisfiesRule(EMAIL_ADDRESS_RULE, mended) ? [] : fix;
  }

  /** The fixes, in the order in which messages list them. */
  get fix(): readonly FixChoice[] {
    return FIX_CHOICES.filter((fix) => this.#fixes.has(fix));
  }

  get orgBy(): OrgBy | undefined {
    return this.#orgBy;
  }

  get createOrgs(): boolean {
    // organisations are created from codes
    return this.#orgBy === undefined && this.#created.has("createOrgs");
  }

  get createGroups(): boolean {
    return this.#created.has("createGroups");
  }

  get map(): boolean {
    return this.#map;
  }

  /** True if any option helps. */
  get any(): boolean {
    return this.#map || this.#orgBy !== undefined || this.#created.size > 0 || this.#fixes.size > 0;
  }

  /** True if errors remain that a person has to correct. */
  get other(): boolean {
    // the missing column may be a column whose header is unknown
    return this.#other || (this.#lacking && !this.#map);
  }
}
