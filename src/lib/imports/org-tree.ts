import { codeKey, nameKey } from "../model/normalise.ts";
import { formatOrgPath, parseOrgPath } from "../model/organisation.ts";
import type { ProblemCode, ProblemParams } from "../model/problem.ts";

/** An organisation of the tenant; `parent` is null for the root only. */
export interface ExistingOrg {
  readonly pk: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: number | null;
  /** how many users and devices belong to it itself */
  readonly users: number;
  readonly devices: number;
}

/** A row of an organisations file; a null is a blank cell or an absent column. */
export interface OrgRow {
  readonly row: number;
  readonly line: number;
  readonly name: string | null;
  readonly code: string | null;
  readonly parentCode: string | null;
  readonly parentPath: string | null;
  /** the row broke a rule of its own: it stays in place of its organisation and is not applied */
  readonly invalid: boolean;
}

/** How rows are to be taken. */
export interface OrgTreeOptions {
  readonly mode: "append" | "replace";
  readonly blank: "clear" | "keep";
  /** columns that the file has */
  readonly staged: ReadonlySet<string>;
  /** what a stored value looks like in the file's encoding */
  readonly fileForm: (value: string) => string;
}

/** Where an organisation will lie: below one of the tenant, or below the one another row makes. */
export type OrgParent = { readonly org: number } | { readonly row: number };

/** What becomes of a valid row. */
export interface OrgOutcome {
  readonly row: number;
  /** the organisation it meets; undefined where it makes one */
  readonly target: number | undefined;
  /** bits: 1 name, 2 code, 4 parent */
  readonly changed: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: OrgParent;
}

export interface OrgFinding {
  readonly code: ProblemCode;
  /** 0: something the file lacks */
  readonly row: number;
  readonly line: number;
  readonly field: string | undefined;
  readonly params: ProblemParams;
}

export interface OrgTreePlan {
  readonly outcomes: readonly OrgOutcome[];
  /** organisations that rows meet, invalid rows included */
  readonly met: ReadonlyMap<number, number>;
  readonly findings: readonly OrgFinding[];
  readonly gone: readonly number[];
}

/** Paths are compared as names are: NFC, look-alikes folded. */
const pathKey = (path: string): string | undefined => {
  const names = parseOrgPath(path);
  return names === undefined ? undefined : formatOrgPath(names.map(nameKey));
};

const below = (path: string, name: string): string => (path === "" ? "" : `${path}/`) + formatOrgPath([nameKey(name)]);

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};

/** The one that a path means: an organisation with a code is named by its code, so one without goes first. */
const meant = <T extends { readonly code: string | null }>(candidates: readonly T[]): T | "none" | "several" => {
  const [only] = candidates;
  if (only === undefined) return "none";
  if (candidates.length === 1) return only;
  const plain = candidates.filter(({ code }) => code === null);
  return plain.length === 1 && plain[0] !== undefined ? plain[0] : "several";
};

/** Compares an organisations file with the tenant's tree, in memory: a tree is small beside its users. */
class OrgTree {
  readonly #options: OrgTreeOptions;
  readonly #rows: readonly OrgRow[];
  readonly #orgs: ReadonlyMap<number, ExistingOrg>;
  readonly #root: number;
  readonly #orgByCode = new Map<string, ExistingOrg>();
  readonly #orgsByPath = new Map<string, ExistingOrg[]>();
  readonly #rowByCode = new Map<string, OrgRow>();
  readonly #rowsByPath = new Map<string, OrgRow[]>();
  readonly #paths = new Map<OrgRow, string>();
  readonly #met = new Map<number, number>();
  readonly #claimedBy = new Map<number, OrgRow>();
  readonly #findings: OrgFinding[] = [];
  readonly #invalid: Set<number>;

  constructor(rows: readonly OrgRow[], orgs: readonly ExistingOrg[], options: OrgTreeOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#orgs = new Map(orgs.map((org) => [org.pk, org]));
    this.#root = orgs.find(({ parent }) => parent === null)?.pk ?? 0;
    this.#invalid = new Set(rows.filter(({ invalid }) => invalid).map(({ row }) => row));
    for (const org of orgs) {
      if (org.code !== null) this.#orgByCode.set(codeKey(org.code), org);
      if (org.parent !== null) push(this.#orgsByPath, this.#orgPath(org), org);
    }
  }

  plan(): OrgTreePlan {
    this.#meetByCode();
    for (const row of this.#rows) if (row.name !== null || row.code !== null) push(this.#rowsByPath, this.#rowPath(row), row);
    this.#meetByPath();
    const parents = this.#settleParents();
    const outcomes = this.#rows
      .filter(({ row }) => !this.#invalid.has(row))
      .map((row) => this.#outcome(row, parents.get(row) ?? { org: this.#root }));
    const gone = this.#options.mode === "replace" ? this.#gone(outcomes) : [];
    return { outcomes, met: this.#met, findings: this.#findings, gone };
  }

  #report(code: ProblemCode, row: OrgRow, field: string | undefined, params: ProblemParams): void {
    this.#findings.push({ code, row: row.row, line: row.line, field, params });
    this.#invalid.add(row.row);
  }

  #orgPath(org: ExistingOrg): string {
    const parent = org.parent === null ? undefined : this.#orgs.get(org.parent);
    return parent === undefined ? "" : below(this.#orgPath(parent), org.name);
  }

  #claim(org: ExistingOrg, row: OrgRow): void {
    this.#met.set(row.row, org.pk);
    this.#claimedBy.set(org.pk, row);
  }

  #meetByCode(): void {
    for (const row of this.#rows) {
      if (row.code === null) continue;
      const key = codeKey(row.code);
      const earlier = this.#rowByCode.get(key);
      if (earlier !== undefined) {
        this.#duplicate(earlier, row, "code");
        continue;
      }
      this.#rowByCode.set(key, row);
      const org = this.#orgByCode.get(key);
      if (org !== undefined) this.#claim(org, row);
    }
  }

  #duplicate(first: OrgRow, second: OrgRow, field: "code" | "name"): void {
    const header = field === "code" ? "組織コード" : "組織名";
    if (!this.#findings.some(({ row, code }) => row === first.row && code === "key-duplicate")) {
      this.#report("key-duplicate", first, field, { header, row: second.row });
    }
    this.#report("key-duplicate", second, field, { header, row: first.row });
  }

  /** The path a row's organisation will have; a ring of parents ends where it began. */
  #rowPath(row: OrgRow, above: ReadonlySet<OrgRow> = new Set()): string {
    const known = this.#paths.get(row);
    if (known !== undefined) return known;
    const met = this.#orgs.get(this.#met.get(row.row) ?? -1);
    const path = below(this.#parentPath(row, met, new Set([...above, row])), row.name ?? met?.name ?? "");
    this.#paths.set(row, path);
    return path;
  }

  #parentPath(row: OrgRow, met: ExistingOrg | undefined, above: ReadonlySet<OrgRow>): string {
    if (row.parentCode !== null) {
      const key = codeKey(row.parentCode);
      const parent = this.#rowByCode.get(key);
      if (parent !== undefined) return above.has(parent) ? "" : this.#rowPath(parent, above);
      const org = this.#orgByCode.get(key);
      return org === undefined ? "" : this.#orgPath(org);
    }
    if (row.parentPath !== null) return pathKey(row.parentPath) ?? "";
    const parent = met?.parent;
    if (parent === undefined || parent === null || !this.#keepsParent()) return "";
    const org = this.#orgs.get(parent);
    return org === undefined ? "" : this.#orgPath(org);
  }

  /** Rows without a parent leave an organisation where it is. */
  #keepsParent(): boolean {
    const { staged, blank } = this.#options;
    return blank === "keep" || !(staged.has("parentCode") || staged.has("parentPath"));
  }

  #meetByPath(): void {
    const seen = new Map<string, OrgRow>();
    for (const row of this.#rows) {
      if (row.code !== null || row.name === null) continue;
      const path = this.#rowPath(row);
      const earlier = seen.get(path);
      if (earlier !== undefined) {
        this.#duplicate(earlier, row, "name");
        continue;
      }
      seen.set(path, row);
      const free = (this.#orgsByPath.get(path) ?? []).filter(({ pk }) => !this.#claimedBy.has(pk));
      const org = meant(free);
      if (org === "several") this.#report("key-ambiguous", row, "name", { count: free.length });
      else if (org !== "none") this.#claim(org, row);
    }
  }

  /** Parents of all rows; a row whose parent comes to nothing is invalid, which may leave another without its parent. */
  #settleParents(): ReadonlyMap<OrgRow, OrgParent> {
    const parents = new Map<OrgRow, OrgParent>();
    for (const row of this.#rows) {
      const parent = this.#parentOf(row);
      if (parent !== undefined) parents.set(row, parent);
    }
    const byNumber = new Map(this.#rows.map((row) => [row.row, row]));
    for (const row of this.#rows) {
      if (this.#isRing(row, parents, byNumber)) this.#report("org-cycle", row, "name", { name: row.name ?? "" });
    }
    let found: boolean;
    do {
      found = false;
      for (const [row, parent] of parents) {
        if (this.#invalid.has(row.row) || !("row" in parent)) continue;
        if (!this.#invalid.has(parent.row) || this.#met.has(parent.row)) continue;
        this.#report("org-parent-unknown", row, parentField(row), { parent: row.parentCode ?? row.parentPath ?? "" });
        found = true;
      }
    } while (found);
    return parents;
  }

  #parentOf(row: OrgRow): OrgParent | undefined {
    if (row.parentCode !== null) {
      const key = codeKey(row.parentCode);
      const parent = this.#rowByCode.get(key);
      if (parent !== undefined) return this.#rowParent(parent);
      const org = this.#orgByCode.get(key);
      if (org !== undefined) return { org: org.pk };
      this.#report("org-parent-unknown", row, "parentCode", { parent: row.parentCode });
      return undefined;
    }
    if (row.parentPath !== null) return this.#parentByPath(row, row.parentPath);
    const met = this.#orgs.get(this.#met.get(row.row) ?? -1);
    return { org: this.#keepsParent() ? (met?.parent ?? this.#root) : this.#root };
  }

  /** A row that meets an organisation stands for it. */
  #rowParent(row: OrgRow): OrgParent {
    const met = this.#met.get(row.row);
    return met === undefined ? { row: row.row } : { org: met };
  }

  #parentByPath(row: OrgRow, path: string): OrgParent | undefined {
    const key = pathKey(path);
    const fromFile = key === undefined ? "none" : meant(this.#rowsByPath.get(key) ?? []);
    if (typeof fromFile === "object") return this.#rowParent(fromFile);
    const still = (key === undefined ? [] : (this.#orgsByPath.get(key) ?? [])).filter(
      ({ pk }) => !this.#claimedBy.has(pk),
    );
    const org = fromFile === "several" ? "several" : meant(still);
    if (typeof org === "object") return { org: org.pk };
    const code = org === "several" ? "org-parent-ambiguous" : "org-parent-unknown";
    this.#report(code, row, "parentPath", { parent: path });
    return undefined;
  }

  #isRing(
    start: OrgRow,
    parents: ReadonlyMap<OrgRow, OrgParent>,
    byNumber: ReadonlyMap<number, OrgRow>,
  ): boolean {
    const seen = new Set<OrgRow>();
    let row: OrgRow | undefined = start;
    while (row !== undefined) {
      if (seen.has(row)) return row === start;
      seen.add(row);
      const parent = parents.get(row);
      row = parent === undefined ? undefined : this.#rowAbove(parent, byNumber);
    }
    return false;
  }

  /** The nearest row at or above a parent: organisations without a row keep their own parent. */
  #rowAbove(parent: OrgParent, byNumber: ReadonlyMap<number, OrgRow>): OrgRow | undefined {
    if ("row" in parent) return byNumber.get(parent.row);
    let org = this.#orgs.get(parent.org);
    while (org !== undefined) {
      const claimed = this.#claimedBy.get(org.pk);
      if (claimed !== undefined) return claimed;
      org = org.parent === null ? undefined : this.#orgs.get(org.parent);
    }
    return undefined;
  }

  #outcome(row: OrgRow, parent: OrgParent): OrgOutcome {
    const target = this.#met.get(row.row);
    const org = this.#orgs.get(target ?? -1);
    const name = row.name === null ? org?.name : this.#weigh(row.name, org?.name);
    const clears = this.#options.staged.has("code") && this.#options.blank === "clear";
    const code = row.code === null && !clears ? (org?.code ?? null) : this.#weigh(row.code, org?.code);
    const moved = org !== undefined && !("org" in parent && parent.org === org.parent);
    const changed = org === undefined ? 0 : (name === org.name ? 0 : 1) + (code === org.code ? 0 : 2) + (moved ? 4 : 0);
    return { row: row.row, target, changed, name: name ?? "", code, parent };
  }

  /** The stored value where the file's encoding cannot tell it from the cell's. */
  #weigh(cell: string | null, stored: string | null | undefined): string | null {
    return stored !== undefined && stored !== null && this.#options.fileForm(stored) === cell ? stored : cell;
  }

  #gone(outcomes: readonly OrgOutcome[]): readonly number[] {
    const gone = new Set([...this.#orgs.keys()].filter((pk) => pk !== this.#root && !this.#claimedBy.has(pk)));
    const children = new Map<number, number>();
    for (const { parent } of outcomes) {
      if ("org" in parent) children.set(parent.org, (children.get(parent.org) ?? 0) + 1);
    }
    for (const pk of gone) {
      const org = this.#orgs.get(pk);
      const kept = children.get(pk) ?? 0;
      if (org === undefined || (org.users === 0 && org.devices === 0 && kept === 0)) continue;
      this.#findings.push({
        code: "org-delete-holds",
        row: 0,
        line: 0,
        field: undefined,
        params: { org: this.#orgPath(org), users: org.users, devices: org.devices, children: kept },
      });
    }
    return [...gone];
  }
}

const parentField = (row: OrgRow): string => (row.parentCode === null ? "parentPath" : "parentCode");

/**
 * Plans an organisations file against the tenant's tree. A row's key is its code where it has one, else its path; parents
 * may be made by other rows of the file, in any order.
 */
export const planOrgTree = (
  rows: readonly OrgRow[],
  orgs: readonly ExistingOrg[],
  options: OrgTreeOptions,
): OrgTreePlan => new OrgTree(rows, orgs, options).plan();
