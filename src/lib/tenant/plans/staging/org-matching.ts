import { codeKey, nameKey } from "../../../model/normalise.ts";
import { formatOrgPath, parseOrgPath } from "../../../model/organisation.ts";
import { decidePairs } from "./pairs.ts";
import type { ExistingOrg, OrgParent, OrgRow, OrgTreeOptions } from "./org-tree-plan.ts";

/**
 * Returns a path's comparison key. Paths are compared like names: in NFC, with look-alike characters treated as equal.
 */
const buildPathKey = (path: string): string | undefined => {
  const names = parseOrgPath(path);
  return names === undefined ? undefined : formatOrgPath(names.map(nameKey));
};

const appendPathKey = (path: string | undefined, name: string | undefined): string | undefined => {
  if (path === undefined || name === undefined) return undefined;
  return (path === "" ? "" : `${path}/`) + formatOrgPath([nameKey(name)]);
};

const addToList = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};

/**
 * Returns the candidate that a path refers to. A candidate without a code takes precedence, because the others can be
 * identified by their codes.
 */
const selectCandidate = <T extends { readonly code: string | null }>(
  candidates: readonly T[],
): T | "none" | "several" => {
  const [only] = candidates;
  if (only === undefined) return "none";
  if (candidates.length === 1) return only;
  const plain = candidates.filter(({ code }) => code === null);
  return plain.length === 1 && plain[0] !== undefined ? plain[0] : "several";
};

/** The reason why a row's parent cannot be determined. */
export type ParentFault = "parent-unknown" | "parent-ambiguous";

export type MatchFault = { readonly twin: OrgRow } | { readonly count: number };

/**
 * Finds the organisation that each row of a file refers to: by its code if the row has a code, otherwise by its name
 * and parent. Also finds the parent that the row's cells refer to. Paths are those after the import.
 */
export class OrgMatcher {
  readonly orgs: ReadonlyMap<number, ExistingOrg>;
  readonly root: number;
  /** the `pk` of the organisation that a row refers to, by row number */
  readonly matched = new Map<number, number>();
  /** the `pk` of the organisations that a row may refer to if this is unclear, by row number */
  readonly ambiguous: Map<number, readonly number[]>;
  readonly claimedBy = new Map<number, OrgRow>();
  readonly #options: OrgTreeOptions;
  readonly #rows: readonly OrgRow[];
  readonly #orgByCode = new Map<string, ExistingOrg>();
  readonly #children = new Map<string, ExistingOrg[]>();
  readonly #rowByCode = new Map<string, OrgRow>();
  readonly #rowByName = new Map<string, OrgRow>();
  readonly #parents = new Map<OrgRow, OrgParent | ParentFault>();
  readonly #paths = new Map<OrgRow, string | undefined>();
  readonly #depths = new Map<OrgRow, number>();
  /** the `pk` of the organisations that a row may refer to, for rows that have not been decided yet */
  readonly #possible = new Map<OrgRow, ReadonlySet<number>>();
  readonly #unclear: Set<number>;
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
      if (org.parent !== null) addToList(this.#children, `${org.parent}/${nameKey(org.name)}`, org);
    }
    this.ambiguous = new Map(options.local?.ambiguous);
    this.#unclear = new Set([...this.ambiguous.values()].flat());
    for (const row of rows) if (row.code !== null) this.#matchByCode(row, codeKey(row.code));
    const levels = Map.groupBy(rows, (row) => this.#depthOf(row));
    for (const depth of [...levels.keys()].toSorted((one, other) => one - other)) {
      for (const row of levels.get(depth) ?? [])
        if (row.code === null && row.name !== null) this.#matchByName(row, row.name);
      this.#decide();
    }
  }

  /** Returns the parent that a row's cells refer to, or the reason why it cannot be determined. */
  parentOf(row: OrgRow): OrgParent | ParentFault {
    const known = this.#parents.get(row);
    if (known !== undefined) return known;
    const named = this.#namedParent(row);
    const parent = typeof named === "object" && "code" in named ? this.#nodeOf(named) : named;
    this.#parents.set(row, parent);
    return parent;
  }

  #rowAbove(row: OrgRow): OrgRow | undefined {
    const named = this.#namedParent(row);
    return typeof named === "object" && "code" in named ? named : undefined;
  }

  /**
   * Returns the number of consecutive rows without a code above a row. It is used to match parents before their
   * children.
   */
  #depthOf(row: OrgRow): number {
    const known = this.#depths.get(row);
    if (known !== undefined) return known;
    const above = row.code === null ? this.#rowAbove(row) : undefined;
    const depth = above?.code === null ? this.#depthOf(above) + 1 : 0;
    this.#depths.set(row, depth);
    return depth;
  }

  pathOf(org: ExistingOrg): string {
    const parent = org.parent === null ? undefined : this.orgs.get(org.parent);
    return parent === undefined ? "" : (appendPathKey(this.pathOf(parent), org.name) ?? "");
  }

  /** Returns the organisation that a row refers to; undefined if the row has no match. */
  existing(row: OrgRow): ExistingOrg | undefined {
    return this.orgs.get(this.matched.get(row.row) ?? -1);
  }

  #matchByCode(row: OrgRow, key: string): void {
    const twin = this.#rowByCode.get(key);
    if (twin !== undefined) return this.#report(row, { twin });
    this.#rowByCode.set(key, row);
    const { local } = this.#options;
    if (this.ambiguous.has(row.row)) return;
    const decided = this.orgs.get(local?.decided.get(row.row) ?? -1);
    const org = decided ?? this.#orgByCode.get(key);
    if (org !== undefined) this.#claim(org, row);
  }

  #claim(org: ExistingOrg, row: OrgRow): void {
    this.matched.set(row.row, org.pk);
    this.claimedBy.set(org.pk, row);
  }

  #nodeOf({ row }: OrgRow): OrgParent {
    const org = this.matched.get(row);
    return org === undefined ? { row } : { org };
  }

  #matchByName(row: OrgRow, name: string): void {
    const parent = this.parentOf(row);
    if (parent === "parent-ambiguous" && this.#options.local !== undefined) return this.#leaveUnclear(row, name);
    if (typeof parent === "string") return;
    const placeBelow = (above: number | string): string => `${above}/${nameKey(name)}`;
    const place = placeBelow("org" in parent ? parent.org : `row ${parent.row}`);
    const twin = this.#rowByName.get(place);
    if (twin !== undefined) return this.#report(row, { twin });
    this.#rowByName.set(place, row);
    const above = "row" in parent ? this.ambiguous.get(parent.row) : undefined;
    const places = above?.map(placeBelow) ?? [place];
    const candidates = places
      .flatMap((one) => this.#children.get(one) ?? [])
      .filter(({ pk }) => !this.claimedBy.has(pk));
    const org = above === undefined ? selectCandidate(candidates) : "several";
    if (org === "several" && above === undefined) return this.#report(row, { count: candidates.length });
    const { local } = this.#options;
    if (typeof org === "object" && local?.moved.has(org.pk) !== true) return this.#claim(org, row);
    const known = places.flatMap((one) => local?.places.get(one) ?? []).filter((pk) => !this.claimedBy.has(pk));
    this.#possible.set(row, new Set([...candidates.map(({ pk }) => pk), ...known]));
  }

  /** Marks a row as ambiguous if its place is unclear because several organisations have the path of its parent. */
  #leaveUnclear({ row, parentPath }: OrgRow, name: string): void {
    const path = buildPathKey(parentPath ?? "");
    const named = path === undefined ? [] : (this.#byPath?.rows.get(path) ?? []);
    const above = named.flatMap((one) => this.matched.get(one.row) ?? []);
    const possible = [...above, ...this.#orgsAt(path)].flatMap(
      (pk) => this.#children.get(`${pk}/${nameKey(name)}`) ?? [],
    );
    const pks = [...new Set(possible.map(({ pk }) => pk))].filter((pk) => !this.claimedBy.has(pk));
    if (pks.length > 0) this.ambiguous.set(row, pks);
    for (const pk of pks) this.#unclear.add(pk);
  }

  #orgsAt(path = ""): readonly number[] {
    return (this.#byPath?.orgs.get(path) ?? []).map(({ pk }) => pk);
  }

  /** Assigns the rows that may belong to touched organisations. Rows that remain unclear become ambiguous. */
  #decide(): void {
    const { deleted = [], unknown } = this.#options.local ?? {};
    const isDeleted = new Set(deleted.map(({ pk }) => pk));
    const { decided, contested } = decidePairs(
      [...this.#possible].flatMap(([{ row }, pks]) =>
        [...pks]
          .filter((pk) => !this.claimedBy.has(pk))
          .map((pk) => ({
            row,
            pk,
            agreeing: isDeleted.has(pk) ? 0 : 1,
            isUnknown: unknown?.has(pk) === true,
          })),
      ),
    );
    for (const one of this.#possible.keys()) {
      const org = this.orgs.get(decided.get(one.row) ?? -1);
      const pks = org === undefined ? [...(contested.get(one.row) ?? [])] : this.#unclear.has(org.pk) ? [org.pk] : [];
      if (org !== undefined && pks.length === 0) this.#claim(org, one);
      if (pks.length > 0) this.ambiguous.set(one.row, pks);
      for (const pk of pks) this.#unclear.add(pk);
    }
    this.#possible.clear();
  }

  #namedParent(row: OrgRow): OrgRow | OrgParent | ParentFault {
    if (row.parentCode !== null) {
      const key = codeKey(row.parentCode);
      const org = this.#orgByCode.get(key);
      return this.#rowByCode.get(key) ?? (org === undefined ? "parent-unknown" : { org: org.pk });
    }
    if (row.parentPath !== null) return this.#parentByPath(buildPathKey(row.parentPath));
    const org = row.code === null ? undefined : this.existing(row);
    return { org: this.#keepsParent() ? (org?.parent ?? this.root) : this.root };
  }

  #keepsParent(): boolean {
    const { staged, blank } = this.#options;
    return blank === "keep" || !(staged.has("parentCode") || staged.has("parentPath"));
  }

  #parentByPath(path: string | undefined): OrgRow | OrgParent | ParentFault {
    if (path === undefined) return "parent-unknown";
    this.#byPath ??= this.#indexPaths();
    const row = selectCandidate(this.#byPath.rows.get(path) ?? []);
    if (typeof row === "object") return row;
    const org = row === "several" ? row : selectCandidate(this.#byPath.orgs.get(path) ?? []);
    if (typeof org === "object") return { org: org.pk };
    return org === "several" ? "parent-ambiguous" : "parent-unknown";
  }

  /** Indexes rows by their resulting paths, and also organisations that no row identifies by code. */
  #indexPaths() {
    const rows = new Map<string, OrgRow[]>();
    const orgs = new Map<string, ExistingOrg[]>();
    for (const row of this.#rows) {
      const path = this.#rowPath(row);
      if (path !== undefined) addToList(rows, path, row);
    }
    for (const org of this.orgs.values()) {
      const path = org.parent === null || this.claimedBy.has(org.pk) ? undefined : this.#orgPath(org.pk);
      if (path !== undefined) addToList(orgs, path, org);
    }
    return { rows, orgs };
  }

  #rowPath(row: OrgRow): string | undefined {
    if (this.#paths.has(row)) return this.#paths.get(row);
    this.#paths.set(row, undefined);
    const path = appendPathKey(this.#pathAbove(row), row.name ?? this.existing(row)?.name);
    this.#paths.set(row, path);
    return path;
  }

  #pathAbove(row: OrgRow): string | undefined {
    if (row.parentCode === null && row.parentPath !== null) return buildPathKey(row.parentPath);
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
    return org.parent === null ? "" : appendPathKey(this.#orgPath(org.parent), org.name);
  }
}
