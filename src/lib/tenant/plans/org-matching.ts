import { codeKey, nameKey } from "../../model/normalise.ts";
import { formatOrgPath, parseOrgPath } from "../../nouns/organisation.ts";
import type { ProblemCode, ProblemParams } from "../../model/problem.ts";

export type CandidatePair = Readonly<Record<"row" | "pk", number>>;

/** A row with one candidate means it, unless another row has only this one, too. It is then no candidate of others. */
export const decidePairs = (pairs: readonly CandidatePair[]) => {
  const decided = new Map<number, number>();
  // by row that is not decided, the candidates that no other row means
  const contested = new Map<number, Set<number>>();
  const rowsOf = Map.groupBy(pairs, ({ pk }) => pk);
  for (const { row, pk } of pairs) contested.set(row, (contested.get(row) ?? new Set()).add(pk));
  for (let rows: readonly number[] = [...contested.keys()]; rows.length > 0;) {
    const found = rows.flatMap((row) => {
      const [pk, second] = contested.get(row) ?? [];
      const others = rowsOf.get(pk ?? 0) ?? [];
      const isOnly = others.every((other) => other.row === row || contested.get(other.row)?.size !== 1);
      return pk !== undefined && second === undefined && isOnly ? [[row, pk] as const] : [];
    });
    for (const [row, pk] of found) {
      decided.set(row, pk);
      contested.delete(row);
    }
    rows = found.flatMap(([, pk]) => (rowsOf.get(pk) ?? []).map(({ row }) => row)).filter((row) => contested.has(row));
    for (const [, pk] of found) for (const { row } of rowsOf.get(pk) ?? []) contested.get(row)?.delete(pk);
  }
  return { decided, contested };
};

export interface ExistingOrg {
  readonly pk: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: number | null;
  readonly isOutside: boolean;
}

export interface OrgRow {
  readonly row: number;
  readonly name: string | null;
  readonly code: string | null;
  readonly parentCode: string | null;
  readonly parentPath: string | null;
  readonly target: number | undefined;
}

export interface ConsoleOrgPlace {
  readonly pk: number;
  readonly parent: number;
  readonly name: string;
}

export interface OrgMatchOptions {
  readonly keepsParent: boolean;
  readonly console?: readonly ConsoleOrgPlace[] | undefined;
}

export interface OrgFault {
  readonly code: ProblemCode;
  readonly row: number;
  readonly field: keyof OrgRow;
  readonly params: ProblemParams;
}

export const createParentFault = (code: ProblemCode, { row, parentCode, parentPath }: OrgRow): OrgFault => {
  const value = parentCode ?? parentPath ?? "";
  return { code, row, field: parentCode === null ? "parentPath" : "parentCode", params: { parent: value, value } };
};

const NO_TARGET = -1;

/** The `pk` of an organisation, or the negated row number of a new organisation. */
export type OrgNode = number;

type RowParent = OrgRow | OrgNode | "unknown" | "ambiguous";

const buildPathKey = (path: string): string | undefined => {
  const names = parseOrgPath(path);
  return names === undefined ? undefined : formatOrgPath(names.map(nameKey));
};

const appendPathKey = (path: string | undefined, name: string | undefined): string | undefined => {
  if (path === undefined || name === undefined) return undefined;
  return (path === "" ? "" : `${path}/`) + formatOrgPath([nameKey(name)]);
};

/** Returns the only candidate, or the only candidate without a code, because codes identify the others. */
const selectCandidate = <T extends { readonly code: string | null }>(
  candidates: readonly T[],
): T | "none" | "several" => {
  const [only] = candidates;
  if (only === undefined) return "none";
  if (candidates.length === 1) return only;
  const plain = candidates.filter(({ code }) => code === null);
  return plain.length === 1 && plain[0] !== undefined ? plain[0] : "several";
};

interface PathIndex {
  readonly rows: ReadonlyMap<string | undefined, readonly OrgRow[]>;
  readonly orgs: ReadonlyMap<string | undefined, readonly ExistingOrg[]>;
}

class OrgMatcher {
  readonly matched = new Map<number, number>();
  readonly parents = new Map<number, OrgNode>();
  readonly faults: OrgFault[] = [];
  readonly leftOut = new Map<number, readonly number[]>();
  readonly deletedHere = new Map<number, number>();
  readonly #options: OrgMatchOptions;
  readonly #rows: readonly OrgRow[];
  readonly #orgs: ReadonlyMap<number, ExistingOrg>;
  readonly #root: number;
  readonly #named: ReadonlySet<number>;
  readonly #orgByCode = new Map<string, ExistingOrg>();
  readonly #rowByCode = new Map<string, OrgRow>();
  readonly #rowByPlace = new Map<string, OrgRow>();
  readonly #orgsByPlace: ReadonlyMap<string, readonly ExistingOrg[]>;
  readonly #touched: ReadonlySet<number>;
  readonly #consolePlaces: ReadonlyMap<string, readonly ConsoleOrgPlace[]>;
  readonly #claimedBy = new Map<number, OrgRow>();
  readonly #paths = new Map<OrgRow, string | undefined>();
  readonly #depths = new Map<OrgRow, number>();
  #rowsByName: ReadonlyMap<string, readonly OrgRow[]> | undefined;
  #byPath: PathIndex | undefined;

  constructor(rows: readonly OrgRow[], orgs: readonly ExistingOrg[], options: OrgMatchOptions) {
    const root = orgs.find(({ parent }) => parent === null);
    if (root === undefined) throw new TypeError("the tree of organisations has no root");
    [this.#rows, this.#options, this.#root] = [rows, options, root.pk];
    this.#orgs = new Map(orgs.map((org) => [org.pk, org]));
    this.#named = new Set(orgs.flatMap(({ pk, parent, isOutside }) => (isOutside ? [] : [pk, parent ?? pk])));
    for (const org of orgs)
      if (org.code !== null && this.#named.has(org.pk)) this.#orgByCode.set(codeKey(org.code), org);
    const inside = orgs.filter(({ isOutside }) => !isOutside);
    this.#orgsByPlace = Map.groupBy(inside, ({ parent, name }) => `${parent}/${nameKey(name)}`);
    this.#touched = new Set((options.console ?? []).map(({ pk }) => pk));
    this.#consolePlaces = Map.groupBy(options.console ?? [], ({ parent, name }) => `${parent}/${nameKey(name)}`);
    for (const row of rows) {
      if (row.code !== null && !this.#rowByCode.has(codeKey(row.code))) this.#rowByCode.set(codeKey(row.code), row);
      if (row.target === undefined) continue;
      this.matched.set(row.row, row.target);
      if (!this.#claimedBy.has(row.target)) this.#claimedBy.set(row.target, row);
    }
    const plain = rows.filter(({ code, target }) => code === null && target === undefined);
    const levels = Map.groupBy(plain, (row) => this.#depthOf(row));
    for (const depth of [...levels.keys()].toSorted((one, other) => one - other))
      this.#matchLevel(levels.get(depth) ?? []);
    while (this.#leaveOutNew());
    for (const row of rows) this.#placeRow(row);
  }

  #depthOf(row: OrgRow): number {
    const known = this.#depths.get(row);
    if (known !== undefined) return known;
    const above = row.code === null ? this.#namedParent(row) : undefined;
    const depth = typeof above === "object" && above.code === null ? this.#depthOf(above) + 1 : 0;
    this.#depths.set(row, depth);
    return depth;
  }

  #matchLevel(rows: readonly OrgRow[]): void {
    const possible = new Map<OrgRow, ReadonlySet<number>>();
    for (const row of rows) {
      const parent = this.#parentOf(row);
      if (row.name === null || typeof parent !== "number") continue;
      const place = `${parent}/${nameKey(row.name)}`;
      const twin = this.#rowByPlace.get(place);
      if (twin !== undefined) {
        this.#reportTwins(twin, row);
        continue;
      }
      this.#rowByPlace.set(place, row);
      const candidates = (this.#orgsByPlace.get(place) ?? []).filter(({ pk }) => !this.#claimedBy.has(pk));
      const org = selectCandidate(candidates);
      if (org === "several") {
        this.#report("key-ambiguous", row, "name", { count: candidates.length });
        continue;
      }
      const there = (this.#consolePlaces.get(place) ?? []).map(({ pk }) => pk);
      if (typeof org === "object" && !this.#touched.has(org.pk)) this.#claim(row, org.pk);
      else possible.set(row, new Set([...(typeof org === "object" ? [org.pk] : []), ...there]));
    }
    this.#decide(possible);
  }

  #decide(possible: ReadonlyMap<OrgRow, ReadonlySet<number>>): void {
    const pairs = [...possible].flatMap(([{ row }, pks]) =>
      [...pks].filter((pk) => !this.#claimedBy.has(pk)).map((pk) => ({ row, pk })),
    );
    const { decided, contested } = decidePairs(pairs);
    for (const row of possible.keys()) {
      const org = decided.get(row.row);
      const others = contested.get(row.row) ?? new Set();
      if (org !== undefined) this.#claim(row, org);
      else if (others.size > 0) this.#leaveOut(row, [...others]);
    }
  }

  #claim(row: OrgRow, pk: number): void {
    this.#claimedBy.set(pk, row);
    if (!this.#orgs.has(pk)) this.deletedHere.set(pk, row.row);
    this.matched.set(row.row, this.#orgs.has(pk) ? pk : NO_TARGET);
  }

  #leaveOut(row: OrgRow, pks: readonly number[]): void {
    this.leftOut.set(row.row, pks);
    this.matched.set(row.row, NO_TARGET);
  }

  #leaveOutNew(): boolean {
    const found = this.#rows.filter((row) => !this.matched.has(row.row) && this.#parentOf(row) === NO_TARGET);
    for (const row of found) {
      const called = (name: string): boolean => row.name !== null && nameKey(row.name) === nameKey(name);
      const all = [...this.#orgs.values(), ...(this.#options.console ?? [])];
      const namesakes = row.code === null ? all.filter(({ pk, name }) => called(name) && !this.#claimedBy.has(pk)) : [];
      this.#leaveOut(row, [...new Set(namesakes.map(({ pk }) => pk))]);
      this.faults.push(createParentFault("reference-deleted", row));
    }
    return found.length > 0;
  }

  #report(code: ProblemCode, { row }: OrgRow, field: OrgFault["field"], params: ProblemParams): void {
    this.faults.push({ code, row, field, params });
  }

  #reportTwins(first: OrgRow, second: OrgRow): void {
    const header = "組織名";
    if (!this.faults.some(({ row, code }) => row === first.row && code === "key-duplicate"))
      this.#report("key-duplicate", first, "name", { header, row: second.row });
    this.#report("key-duplicate", second, "name", { header, row: first.row });
  }

  #placeRow(row: OrgRow): void {
    if (this.matched.get(row.row) === NO_TARGET || (row.name === null && row.code === null)) return;
    const parent = this.#parentOf(row);
    if (parent === NO_TARGET) return;
    if (typeof parent === "string") {
      this.faults.push(createParentFault(`org-parent-${parent}`, row));
      return;
    }
    const org = this.#orgs.get(this.matched.get(row.row) ?? NO_TARGET);
    const isOutside = (pk: number | null | undefined): boolean => this.#orgs.get(pk ?? NO_TARGET)?.isOutside === true;
    if (org?.parent !== parent && (isOutside(parent) || isOutside(org?.parent)))
      this.faults.push({ ...createParentFault("org-outside", row), params: { of: "org" } });
    this.parents.set(row.row, parent);
  }

  #parentOf(row: OrgRow): OrgNode | "unknown" | "ambiguous" {
    const named = this.#namedParent(row);
    if (typeof named === "object") return this.matched.get(named.row) ?? -named.row;
    return named === "ambiguous" && this.#options.console !== undefined ? NO_TARGET : named;
  }

  #namedParent(row: OrgRow): RowParent {
    if (row.parentCode !== null) {
      const key = codeKey(row.parentCode);
      const found = this.#rowByCode.get(key) ?? this.#orgByCode.get(key)?.pk;
      return found ?? (this.#options.console === undefined ? "unknown" : this.#parentByName(row.parentCode));
    }
    if (row.parentPath !== null) return this.#parentByPath(buildPathKey(row.parentPath));
    const org = row.code === null ? undefined : this.#orgs.get(row.target ?? NO_TARGET);
    return this.#options.keepsParent ? (org?.parent ?? this.#root) : this.#root;
  }

  /** An export of the console may name parents, which are in the same file. */
  #parentByName(name: string): RowParent {
    this.#rowsByName ??= Map.groupBy(this.#rows, (row) => nameKey(row.name ?? ""));
    const [only, another] = this.#rowsByName.get(nameKey(name)) ?? [];
    return only === undefined ? "unknown" : another === undefined ? only : "ambiguous";
  }

  #parentByPath(path: string | undefined): RowParent {
    if (path === undefined) return "unknown";
    this.#byPath ??= this.#indexPaths();
    const row = selectCandidate(this.#byPath.rows.get(path) ?? []);
    if (typeof row === "object") return row;
    const org = row === "several" ? row : selectCandidate(this.#byPath.orgs.get(path) ?? []);
    if (typeof org === "object") return org.pk;
    return org === "several" ? "ambiguous" : "unknown";
  }

  #indexPaths(): PathIndex {
    const free = this.#orgs
      .values()
      .filter(({ pk, parent }) => parent !== null && this.#named.has(pk) && !this.#claimedBy.has(pk));
    return {
      rows: Map.groupBy(this.#rows, (row) => this.#rowPath(row)),
      orgs: Map.groupBy(free, ({ pk }) => this.#orgPath(pk)),
    };
  }

  #rowPath(row: OrgRow): string | undefined {
    if (this.#paths.has(row)) return this.#paths.get(row);
    this.#paths.set(row, undefined);
    const path = appendPathKey(this.#pathAbove(row), row.name ?? this.#orgs.get(row.target ?? NO_TARGET)?.name);
    this.#paths.set(row, path);
    return path;
  }

  #pathAbove(row: OrgRow): string | undefined {
    if (row.parentCode === null && row.parentPath !== null) return buildPathKey(row.parentPath);
    const parent = this.#namedParent(row);
    if (typeof parent === "object") return this.#rowPath(parent);
    return typeof parent === "number" ? this.#orgPath(parent) : undefined;
  }

  #orgPath(pk: number): string | undefined {
    const claimed = this.#claimedBy.get(pk);
    if (claimed !== undefined && claimed.code !== null) return this.#rowPath(claimed);
    const org = this.#orgs.get(pk);
    if (org === undefined) return undefined;
    return org.parent === null ? "" : appendPathKey(this.#orgPath(org.parent), org.name);
  }
}

export const matchOrgs = (
  rows: readonly OrgRow[],
  orgs: readonly ExistingOrg[],
  options: OrgMatchOptions,
): Pick<OrgMatcher, "matched" | "parents" | "faults" | "leftOut" | "deletedHere"> =>
  new OrgMatcher(rows, orgs, options);
