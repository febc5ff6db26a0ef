import { codeKey, nameKey } from "../model/normalise.ts";
import { formatOrgPath, parseOrgPath } from "../model/organisation.ts";
import type { ExistingOrg, OrgParent, OrgRow, OrgTreeOptions } from "./org-tree-plan.ts";

/** Paths are compared like names: NFC, look-alikes folded. */
const pathKey = (path: string): string | undefined => {
  const names = parseOrgPath(path);
  return names === undefined ? undefined : formatOrgPath(names.map(nameKey));
};

const below = (path: string | undefined, name: string | undefined): string | undefined => {
  if (path === undefined || name === undefined) return undefined;
  return (path === "" ? "" : `${path}/`) + formatOrgPath([nameKey(name)]);
};

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};

/** The organisation that a path means: one without a code takes precedence, since others are identified by theirs. */
const uniqueCandidate = <T extends { readonly code: string | null }>(
  candidates: readonly T[],
): T | "none" | "several" => {
  const [only] = candidates;
  if (only === undefined) return "none";
  if (candidates.length === 1) return only;
  const plain = candidates.filter(({ code }) => code === null);
  return plain.length === 1 && plain[0] !== undefined ? plain[0] : "several";
};

/** Why a row's parent cannot be determined. */
export type ParentFault = "parent-unknown" | "parent-ambiguous";

/** Why a row's organisation cannot be determined: another row means the same one, or several match. */
export type MatchFault = { readonly twin: OrgRow } | { readonly count: number };

/**
 * Finds the organisation that each row of a file stands for: by its code if it has one, else by its name below its
 * parent; and the parent that its cells name. Paths are those after the import.
 */
export class OrgMatcher {
  readonly orgs: ReadonlyMap<number, ExistingOrg>;
  readonly root: number;
  /** the `pk` of the organisation that a row stands for, by row number */
  readonly matched = new Map<number, number>();
  readonly claimedBy = new Map<number, OrgRow>();
  readonly #options: OrgTreeOptions;
  readonly #rows: readonly OrgRow[];
  readonly #orgByCode = new Map<string, ExistingOrg>();
  readonly #children = new Map<string, ExistingOrg[]>();
  readonly #rowByCode = new Map<string, OrgRow>();
  readonly #rowByName = new Map<string, OrgRow>();
  readonly #nodes = new Map<OrgRow, OrgParent>();
  readonly #parents = new Map<OrgRow, OrgParent | ParentFault>();
  readonly #paths = new Map<OrgRow, string | undefined>();
  readonly #report: (row: OrgRow, fault: MatchFault) => void;
  #byPath:
    | { readonly rows: ReadonlyMap<string, OrgRow[]>; readonly orgs: ReadonlyMap<string, ExistingOrg[]> }
    | undefined;

  constructor(
    rows: readonly OrgRow[],
    orgs: readonly ExistingOrg[],
    options: OrgTreeOptions,
    report: (row: OrgRow, fault: MatchFault) => void,
  ) {
    this.#rows = rows;
    this.#options = options;
    this.#report = report;
    const all = [...orgs, ...(options.local?.deleted ?? [])];
    this.orgs = new Map(all.map((org) => [org.pk, org]));
    this.root = orgs.find(({ parent }) => parent === null)?.pk ?? 0;
    for (const org of orgs) {
      if (org.code !== null) this.#orgByCode.set(codeKey(org.code), org);
      if (org.parent !== null) push(this.#children, `${org.parent}/${nameKey(org.name)}`, org);
    }
    for (const row of rows) if (row.code !== null) this.#matchByCode(row, codeKey(row.code));
    for (const row of rows) this.#nodeOf(row);
  }

  /** The parent a row's cells name, or why there is none. */
  parentOf(row: OrgRow): OrgParent | ParentFault {
    const known = this.#parents.get(row);
    if (known !== undefined) return known;
    // a row that reaches itself on the way up has no valid parent
    this.#parents.set(row, "parent-unknown");
    const named = this.#namedParent(row);
    const parent = typeof named === "object" && "code" in named ? this.#nodeOf(named) : named;
    this.#parents.set(row, parent);
    return parent;
  }

  /** The organisation's current path in the tenant. */
  pathOf(org: ExistingOrg): string {
    const parent = org.parent === null ? undefined : this.orgs.get(org.parent);
    return parent === undefined ? "" : (below(this.pathOf(parent), org.name) ?? "");
  }

  /** The organisation that a row stands for. */
  existing(row: OrgRow): ExistingOrg | undefined {
    return this.orgs.get(this.matched.get(row.row) ?? -1);
  }

  #matchByCode(row: OrgRow, key: string): void {
    const twin = this.#rowByCode.get(key);
    if (twin !== undefined) return this.#report(row, { twin });
    this.#rowByCode.set(key, row);
    const { local } = this.#options;
    if (local?.leftOut.has(row.row) === true) return;
    const decided = this.orgs.get(local?.decided.get(row.row) ?? -1);
    const org = decided ?? this.#orgByCode.get(key);
    if (org !== undefined) this.#claim(org, row);
  }

  #claim(org: ExistingOrg, row: OrgRow): void {
    this.matched.set(row.row, org.pk);
    this.claimedBy.set(org.pk, row);
  }

  /** What a row stands for: an organisation of the tenant, or a new one. */
  #nodeOf(row: OrgRow): OrgParent {
    const known = this.#nodes.get(row);
    if (known !== undefined) return known;
    if (row.code === null && row.name !== null) this.#matchByName(row, row.name);
    const org = this.matched.get(row.row);
    const node = org === undefined ? { row: row.row } : { org };
    this.#nodes.set(row, node);
    return node;
  }

  #matchByName(row: OrgRow, name: string): void {
    const parent = this.parentOf(row);
    if (typeof parent === "string") return;
    const place = `${"org" in parent ? parent.org : `row ${parent.row}`}/${nameKey(name)}`;
    const twin = this.#rowByName.get(place);
    if (twin !== undefined) return this.#report(row, { twin });
    this.#rowByName.set(place, row);
    const isFree = ({ pk }: ExistingOrg): boolean => !this.claimedBy.has(pk);
    const candidates = (this.#children.get(place) ?? []).filter(isFree);
    const elsewhere = this.orgs.get(this.#options.local?.places.get(place) ?? -1);
    const org = uniqueCandidate(candidates.length === 0 && elsewhere ? [elsewhere].filter(isFree) : candidates);
    if (org === "several") this.#report(row, { count: candidates.length });
    else if (org !== "none") this.#claim(org, row);
  }

  #namedParent(row: OrgRow): OrgRow | OrgParent | ParentFault {
    if (row.parentCode !== null) {
      const key = codeKey(row.parentCode);
      const org = this.#orgByCode.get(key);
      return this.#rowByCode.get(key) ?? (org === undefined ? "parent-unknown" : { org: org.pk });
    }
    if (row.parentPath !== null) return this.#parentByPath(pathKey(row.parentPath));
    const org = row.code === null ? undefined : this.existing(row);
    return { org: this.#keepsParent() ? (org?.parent ?? this.root) : this.root };
  }

  /** True if rows without a parent leave an organisation under its present parent. */
  #keepsParent(): boolean {
    const { staged, blank, absent } = this.#options;
    return staged.has("parentCode") || staged.has("parentPath") ? blank === "keep" : absent === "keep";
  }

  #parentByPath(path: string | undefined): OrgRow | OrgParent | ParentFault {
    if (path === undefined) return "parent-unknown";
    this.#byPath ??= this.#indexPaths();
    const row = uniqueCandidate(this.#byPath.rows.get(path) ?? []);
    if (typeof row === "object") return row;
    const org = row === "several" ? row : uniqueCandidate(this.#byPath.orgs.get(path) ?? []);
    if (typeof org === "object") return { org: org.pk };
    return org === "several" ? "parent-ambiguous" : "parent-unknown";
  }

  /** Indexes the resulting places of rows, and of organisations that no row's code names. */
  #indexPaths() {
    const rows = new Map<string, OrgRow[]>();
    const orgs = new Map<string, ExistingOrg[]>();
    for (const row of this.#rows) {
      const path = this.#rowPath(row);
      if (path !== undefined) push(rows, path, row);
    }
    for (const org of this.orgs.values()) {
      const path = org.parent === null || this.claimedBy.has(org.pk) ? undefined : this.#orgPath(org.pk);
      if (path !== undefined) push(orgs, path, org);
    }
    return { rows, orgs };
  }

  #rowPath(row: OrgRow): string | undefined {
    if (this.#paths.has(row)) return this.#paths.get(row);
    this.#paths.set(row, undefined);
    const path = below(this.#pathAbove(row), row.name ?? this.existing(row)?.name);
    this.#paths.set(row, path);
    return path;
  }

  #pathAbove(row: OrgRow): string | undefined {
    if (row.parentCode === null && row.parentPath !== null) return pathKey(row.parentPath);
    const parent = this.#namedParent(row);
    if (typeof parent === "string") return undefined;
    if ("code" in parent) return this.#rowPath(parent);
    return "org" in parent ? this.#orgPath(parent.org) : undefined;
  }

  #orgPath(pk: number): string | undefined {
    const claimed = this.claimedBy.get(pk);
    if (claimed !== undefined && claimed.code !== null) return this.#rowPath(claimed);
    const org = this.orgs.get(pk);
    if (org === undefined) return undefined;
    return org.parent === null ? "" : below(this.#orgPath(org.parent), org.name);
  }
}
