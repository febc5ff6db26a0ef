import { mendingOf } from "../../../lib/csv/layout/suspect.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS, KEY_NAMES, type KeyName } from "../../../lib/model/formats.ts";
import { FIXES, type Fix } from "../../../lib/model/import.ts";
import type { ProblemParams } from "../../../lib/model/problem.ts";
import { fits, MAIL_ADDRESS } from "../../../lib/model/rules.ts";
import { byUse, nearNames } from "../../../lib/text/near-names.ts";

/** A problem of a file, found here or told by a tenant that may know more codes. */
export interface FileProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly params: ProblemParams;
  /** 0: of no cell */
  readonly column: number;
}

/** The options by which an import takes a file as it is, as far as options can. */
export interface Remedy {
  readonly fix: readonly Fix[];
  readonly createOrgs: boolean;
  readonly createGroups: boolean;
  /** a map says what its columns are */
  readonly map: boolean;
}

/** What a cell of a reference would have to name, and the option that creates it. */
interface Creation {
  readonly code: string;
  /** of the problem, that has the cell's value */
  readonly param: string;
  readonly option: "createOrgs" | "createGroups";
}

/** A name that the tenant lacks, and the one it is probably a slip of. */
interface Likeness {
  readonly name: string;
  readonly near: string;
}

const creationsOf = (kind: FormatName): readonly Creation[] =>
  FORMATS[kind].columns.flatMap(({ refers }) =>
    refers?.creates === undefined ? [] : [{ ...refers.unknown, option: refers.creates.option }],
  );

/** Problems of cells that name what another kind of file has. */
const ELSEWHERE: ReadonlyMap<string, FormatName> = new Map([
  ["org-unknown", "orgs"],
  ["owner-org-unknown", "orgs"],
  ["user-unknown", "users"],
]);

/** What organisations may hold. */
const HOLDERS = ["users", "devices"] as const;

/** Headers that are not what the format expects. */
const OF_HEADERS: ReadonlySet<string> = new Set(["header-unknown", "header-missing", "header-near"]);

/** Problems of a value that a fix may solve. */
const OF_VALUES: ReadonlySet<string> = new Set(["not-mail-address", "not-alphanumeric", "not-boolean", "not-choice"]);

/** A person whom the tenant has by another key than the file. */
export interface NewAddress {
  /** the main mail address of the person in the tenant */
  readonly user: string;
  /** the key by which the rows meet people, and its new value; of mail addresses all, the main one first */
  readonly key: KeyName;
  readonly to: readonly string[];
  /** the key by which all rows of the file would meet their people; undefined if there is none */
  readonly by: KeyName | undefined;
}

const keyNamed = (name: string | number | undefined): KeyName | undefined => KEY_NAMES.find((key) => key === name);

const newAddressOf = ({ user, key, to, by }: ProblemParams): NewAddress => ({
  user: String(user),
  key: keyNamed(key) ?? "email",
  to: String(to).split(" "),
  by: keyNamed(by),
});

/** What a file needs to be taken, gathered from its problems one after another. */
export class Remedies implements Remedy {
  readonly #fixes = new Set<Fix>();
  readonly #creations: readonly Creation[];
  readonly #created = new Set<Creation["option"]>();
  readonly #fillsShort: boolean;
  /** names that the tenant lacks, and the number of rows that have each */
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
  #keyless = false;
  #other = false;
  #lacking = false;

  constructor(kind: FormatName) {
    this.#creations = creationsOf(kind);
    // without its last cells a row of an organisation does not say where it belongs
    this.#fillsShort = kind !== "orgs";
  }

  take({ code, severity, params, column }: FileProblem): void {
    if (code === "new-address") {
      this.#newAddresses.push(newAddressOf(params));
      return;
    }
    if (code === "other-person") {
      this.#mixed ||= severity === "error";
      return;
    }
    // the code of an organisation is to be written, and no other one created
    const solved = params["named"] === undefined && this.#solved(code, params["value"]);
    const name = this.#unknownIn(code, params);
    if (name !== undefined) this.#unknown.set(name, (this.#unknown.get(name) ?? 0) + 1);
    if (severity === "error") this.#concern(code, params);
    if (severity === "warning" || solved) return;
    if (code === "required-new" && column === 0) this.#lacking = true;
    else this.#other = true;
  }

  #concern(code: string, params: ProblemParams): void {
    if (code === "header-unknown") this.#headers.add(String(params["header"]));
    if (code === "header-missing") this.#keyless = true;
    const elsewhere = params["named"] === undefined ? ELSEWHERE.get(code) : undefined;
    if (elsewhere !== undefined) this.#elsewhere.add(elsewhere);
    if (code === "administrator-row") this.#protected = true;
    if (code === "org-delete-holds")
      for (const kind of HOLDERS) if (Number(params[kind] ?? 0) > 0) this.#holders.add(kind);
    for (const value of Object.values(params))
      if (typeof value === "string" && value !== "") this.#concerned.add(value);
  }

  /** The people whom the tenant probably has by another key, such as a former mail address. */
  get newAddresses(): readonly NewAddress[] {
    return this.#newAddresses;
  }

  /** Whether rows are refused because they give people the employee codes of others. */
  get mixed(): boolean {
    return this.#mixed;
  }

  /** The names and keys that problems tell. */
  get concerned(): ReadonlySet<string> {
    return this.#concerned;
  }

  /** The headers that the tenant has no column for; none where the file lacks one that it needs, as one of them may be that. */
  get headers(): readonly string[] {
    return this.#keyless ? [] : [...this.#headers];
  }

  /** The kinds of records that cells name and the tenant lacks, or may have by another key than the console; other files have them. */
  get elsewhere(): ReadonlySet<FormatName> {
    return this.#elsewhere;
  }

  /** The kinds of records that keep organisations from being deleted. */
  get holders(): ReadonlySet<FormatName> {
    return this.#holders;
  }

  /** Whether a row is that of an administrator, whom no import touches. */
  get protected(): boolean {
    return this.#protected;
  }

  /** The same for an export of the console, which has what its organisations are in another one: none is made of a name. */
  withoutOrgs(): this {
    this.#created.delete("createOrgs");
    return this;
  }

  #unknownIn(code: string, params: ProblemParams): string | undefined {
    if (params["named"] !== undefined) return undefined;
    const param = this.#creations.find((one) => one.code === code)?.param;
    return param === undefined ? undefined : String(params[param]);
  }

  /** Compares the names that the tenant lacks with those it has, and with each other: of two the rarer is doubtful. */
  compare(known: Iterable<string>): void {
    const near = nearNames(byUse([...this.#unknown.keys()], this.#unknown), known);
    this.#likenesses = [...near].flatMap(([name, other]) => (name === other ? [] : [{ name, near: other }]));
  }

  /** What the unknown name of a problem is probably a slip of. */
  nearOf({ code, params }: Pick<FileProblem, "code" | "params">): string | undefined {
    const unknown = this.#unknownIn(code, params);
    return this.#likenesses.find(({ name }) => name === unknown)?.near;
  }

  get likenesses(): readonly Likeness[] {
    return this.#likenesses;
  }

  /** Records that a cell names are to be created. */
  create(option: Creation["option"]): void {
    this.#created.add(option);
  }

  #solved(code: string, value: string | number | undefined): boolean {
    const creation = this.#creations.find((one) => one.code === code);
    if (creation !== undefined) this.create(creation.option);
    const fixes = this.#fixesFor(code, value);
    for (const fix of fixes) this.#fixes.add(fix);
    if (OF_HEADERS.has(code)) this.#map = true;
    return creation !== undefined || fixes.length > 0 || OF_HEADERS.has(code);
  }

  #fixesFor(code: string, value: string | number | undefined): readonly Fix[] {
    if (code === "cells-too-few") return this.#fillsShort ? ["short-rows"] : [];
    if (code === "value-blanks") return ["trim"];
    if (code === "value-full-width") return ["width"];
    if (code === "value-hidden") return ["invisible"];
    if (code === "value-lines") return typeof value === "string" && !/[\r\n]/.test(value.trim()) ? ["invisible"] : [];
    if (!OF_VALUES.has(code) || typeof value !== "string") return [];
    const { mended, fix } = mendingOf(value) ?? { mended: value, fix: [] };
    return code === "not-mail-address" && !fits(MAIL_ADDRESS, mended) ? [] : fix;
  }

  /** In the order in which they are told. */
  get fix(): readonly Fix[] {
    return FIXES.filter((fix) => this.#fixes.has(fix));
  }

  get createOrgs(): boolean {
    return this.#created.has("createOrgs");
  }

  get createGroups(): boolean {
    return this.#created.has("createGroups");
  }

  get map(): boolean {
    return this.#map;
  }

  /** Whether an option helps at all. */
  get any(): boolean {
    return this.#map || this.#created.size > 0 || this.#fixes.size > 0;
  }

  /** Whether errors are left that a person has to correct. */
  get other(): boolean {
    // a column that rows lack may be one whose header is not known
    return this.#other || (this.#lacking && !this.#map);
  }
}
