import { codeKey } from "../../../model/normalise.ts";
import { ORG } from "../../../model/organisation.ts";
import type { ProblemCode, ProblemParams } from "../../../model/problem.ts";
import { OrgMatcher, type MatchFault, type ParentFault } from "./org-matching.ts";
import type {
  ExistingOrg,
  ExportedOrg,
  OrgFinding,
  OrgOutcome,
  OrgParent,
  OrgRow,
  OrgTreeOptions,
  OrgTreePlan,
  UndeletableOrg,
} from "./org-tree-plan.ts";

export type * from "./org-tree-plan.ts";

const NEW_ORG_NAME_PARAMS: ProblemParams = { header: "組織名", of: "org" };

/**
 * Compares an organisations file with the tenant's tree. This is done in memory, because there are few organisations
 * compared with users.
 */
class OrgTree {
  readonly #options: OrgTreeOptions;
  readonly #rows: readonly OrgRow[];
  readonly #byNumber: ReadonlyMap<number, OrgRow>;
  readonly #matcher: OrgMatcher;
  readonly #findings: OrgFinding[] = [];
  readonly #invalid: Set<number>;
  readonly #inPlace = new Set<number>();
  readonly #leftOut: Set<number>;

  constructor(rows: readonly OrgRow[], orgs: readonly ExistingOrg[], options: OrgTreeOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#byNumber = new Map(rows.map((row) => [row.row, row]));
    this.#invalid = new Set(rows.filter(({ invalid }) => invalid).map(({ row }) => row));
    this.#matcher = new OrgMatcher(rows, orgs, options, (row, fault) => this.#reportMismatch(row, fault));
    this.#leftOut = new Set(this.#matcher.ambiguous.keys());
    for (const row of rows) if (this.#isBelowDeleted(row) || this.#isBelowUnclear(row)) this.#inPlace.add(row.row);
  }

  /**
   * Returns true if a row may change a field of its organisation. The field is given by its bit in {@link OrgOutcome}.
   */
  #writes(of: OrgRow, bit: 1 | 2 | 4): boolean {
    const { local } = this.#options;
    if (bit === 4 && this.#inPlace.has(of.row)) return false;
    if (((local?.open.get(this.#matcher.existing(of)?.pk ?? 0) ?? 0) & bit) !== 0) return false;
    return bit !== 4 || !this.#isBelowLeftOut(of);
  }

  plan(): OrgTreePlan {
    for (const row of this.#rows) this.#checkRow(row);
    while (this.#leaveOutNew());
    while (this.#findOrphans() || this.#findRings());
    const outcomes = this.#rows
      .filter((row) => this.#isValid(row) && !this.#isLeftOut(row))
      .map((row) => this.#outcome(row));
    const deleted = this.#rows
      .filter((row) => this.#isDeletedHere(this.#matcher.existing(row)?.pk))
      .map((row) => this.#outcome(row));
    const lacking = this.#options.mode === "replace" ? this.#lacking() : { gone: [], undeletable: [] };
    return {
      outcomes,
      deleted,
      matched: this.#matcher.matched,
      findings: this.#findings,
      inPlace: this.#inPlace,
      leftOut: this.#leftOut,
      ambiguous: this.#matcher.ambiguous,
      ...lacking,
    };
  }

  #isDeletedHere(pk: number | undefined): boolean {
    return this.#options.local?.deleted.some((org) => org.pk === pk) === true;
  }

  /** Returns true if a row does not change or create anything because of local changes. */
  #isLeftOut(row: OrgRow): boolean {
    return this.#leftOut.has(row.row) || this.#isDeletedHere(this.#matcher.existing(row)?.pk);
  }

  /**
   * Leaves out new organisations below a left-out organisation, because their place is not known. Returns true if there
   * are any.
   */
  #leaveOutNew(): boolean {
    const before = this.#leftOut.size;
    for (const row of this.#rows) {
      const isNew = this.#isValid(row) && !this.#isLeftOut(row) && this.#matcher.existing(row) === undefined;
      const isUnclear = this.#isBelowUnclear(row);
      if (!isNew || !(isUnclear || this.#isBelowDeleted(row) || this.#isBelowLeftOut(row))) continue;
      const field = row.parentCode === null ? "parentPath" : "parentCode";
      const params = { value: row.parentCode ?? row.parentPath ?? "" };
      const code = isUnclear ? "reference-ambiguous" : "reference-deleted";
      this.#findings.push({ code, row: row.row, line: row.line, field, params });
      this.#leftOut.add(row.row);
    }
    return this.#leftOut.size > before;
  }

  #isBelowDeleted(row: OrgRow): boolean {
    const parent = this.#matcher.parentOf(row);
    return typeof parent !== "string" && "org" in parent && this.#isDeletedHere(parent.org);
  }

  #isBelowUnclear(row: OrgRow): boolean {
    return this.#options.local !== undefined && this.#matcher.parentOf(row) === "parent-ambiguous";
  }

  #isBelowLeftOut(row: OrgRow): boolean {
    const parent = this.#matcher.parentOf(row);
    const above = typeof parent !== "string" && "row" in parent ? this.#byNumber.get(parent.row) : undefined;
    return above !== undefined && this.#isLeftOut(above);
  }

  #isValid({ row }: OrgRow): boolean {
    return !this.#invalid.has(row);
  }

  #report(code: ProblemCode, row: OrgRow, field: string | undefined, params: ProblemParams): void {
    this.#findings.push({ code, row: row.row, line: row.line, field, params });
    this.#invalid.add(row.row);
  }

  #reportMismatch(row: OrgRow, fault: MatchFault): void {
    if ("twin" in fault) this.#reportTwins(fault.twin, row);
    else this.#report("key-ambiguous", row, "name", { count: fault.count });
  }

  /**
   * Returns true if a parent code does not belong to one of the account's organisations. The result does not reveal
   * whether the code exists.
   */
  #isBeyond(row: OrgRow, parent: OrgParent | ParentFault): boolean {
    if (row.parentCode === null || this.#options.inPart !== true) return false;
    return parent === "parent-unknown" || (typeof parent !== "string" && "org" in parent && this.#isAbove(parent.org));
  }

  #isAbove(org: number): boolean {
    return this.#matcher.orgs.get(org)?.above === true;
  }

  #reportParent(row: OrgRow, fault: ParentFault): void {
    const field = row.parentCode === null ? "parentPath" : "parentCode";
    this.#report(`org-${fault}`, row, field, { parent: row.parentCode ?? row.parentPath ?? "" });
  }

  #reportTwins(first: OrgRow, second: OrgRow): void {
    const field = second.code === null ? "name" : "code";
    const header = field === "code" ? "組織コード" : "組織名";
    if (!this.#findings.some(({ row, code }) => row === first.row && code === "key-duplicate")) {
      this.#report("key-duplicate", first, field, { header, row: second.row });
    }
    this.#report("key-duplicate", second, field, { header, row: first.row });
  }

  #checkRow(row: OrgRow): void {
    const parent = this.#matcher.parentOf(row);
    if ((row.code !== null || row.name !== null) && typeof parent === "string" && !this.#isBelowUnclear(row)) {
      if (this.#isBeyond(row, parent)) this.#report("org-beyond", row, "parentCode", { code: row.parentCode ?? "" });
      else this.#reportParent(row, parent);
    }
    const isNew = !this.#matcher.matched.has(row.row);
    this.#checkScope(row, parent);
    if (isNew && row.name === null && this.#isValid(row))
      this.#report("required-new", row, "name", NEW_ORG_NAME_PARAMS);
  }

  /** Reports problems that occur only for accounts that cannot see all organisations. */
  #checkScope(row: OrgRow, parent: OrgParent | ParentFault): void {
    const org = this.#matcher.existing(row);
    const isMoved = typeof parent !== "string" && "org" in parent && parent.org !== org?.parent;
    const isTaken = row.code !== null && org === undefined && this.#options.taken?.has(codeKey(row.code)) === true;
    if (isMoved && org?.above !== true && this.#isAbove(parent.org)) {
      this.#reportPlace(row, parent);
    } else if (org !== undefined && this.#leavesItsPlace(org, parent)) {
      this.#report("org-top", row, "parentCode", { name: org.name });
    } else if (org?.above === true || isTaken) {
      const [field, header] = row.code === null ? ["name", "組織名"] : ["code", "組織コード"];
      this.#report("value-unusable", row, field, { value: row.code ?? row.name ?? "", header });
    }
  }

  /** Reports a parent outside the acting account's organisations. The message shows the parent only as it was typed. */
  #reportPlace(row: OrgRow, parent: OrgParent): void {
    if (this.#isBeyond(row, parent)) {
      return this.#report("org-beyond", row, "parentCode", { code: row.parentCode ?? "" });
    }
    const { staged } = this.#options;
    const isPlaced = staged.has("parentCode") || staged.has("parentPath");
    const params = { of: "org", ...(isPlaced ? {} : { lacking: ORG.fields.parentCode.column.header }) };
    this.#report("org-outside", row, row.parentPath === null ? "parentCode" : "parentPath", params);
  }

  #leavesItsPlace({ parent: above, ...org }: ExistingOrg, parent: OrgParent | ParentFault): boolean {
    if (typeof parent === "string" || org.above === true || above === null) return false;
    return this.#isAbove(above) && !("org" in parent && parent.org === above);
  }

  /** Returns the resulting parent of a row's organisation. A row that is not applied does not change the parent. */
  #parentAfter(row: OrgRow): OrgParent | undefined {
    const org = this.#matcher.existing(row);
    if (this.#isValid(row) && (org === undefined || this.#writes(row, 4))) {
      const parent = this.#matcher.parentOf(row);
      return typeof parent === "string" ? undefined : parent;
    }
    return org === undefined || org.parent === null ? undefined : { org: org.parent };
  }

  /** Reports valid rows whose parent is a row that does not create an organisation. Returns true if there are any. */
  #findOrphans(): boolean {
    const before = this.#findings.length;
    for (const row of this.#rows) {
      const parent = this.#isValid(row) ? this.#parentAfter(row) : undefined;
      if (parent === undefined || !("row" in parent) || !this.#invalid.has(parent.row)) continue;
      this.#reportParent(row, "parent-unknown");
    }
    return this.#findings.length > before;
  }

  /**
   * Finds rows that would form cycles, and reports them or does not move their organisations. Returns true if there are
   * any.
   */
  #findRings(): boolean {
    const ends = new Map<OrgRow, "root" | "under way">();
    const ring = new Set<OrgRow>();
    for (const start of this.#rows) {
      const way: OrgRow[] = [];
      let row: OrgRow | undefined = start;
      while (row !== undefined && !ends.has(row)) {
        ends.set(row, "under way");
        way.push(row);
        row = this.#rowAbove(row);
      }
      if (row !== undefined && ends.get(row) === "under way")
        for (const on of way.slice(way.indexOf(row))) ring.add(on);
      for (const passed of way) ends.set(passed, "root");
    }
    const found = [...ring].filter((row) => this.#isValid(row));
    // an organisation that was moved locally may conflict with a move in the export
    const moved = found.some((row) => this.#isMovedHere(row)) ? found.filter((row) => this.#isMovedByRow(row)) : [];
    for (const { row } of moved) this.#inPlace.add(row);
    if (moved.length > 0) return true;
    for (const row of this.#rows) {
      if (!found.includes(row)) continue;
      const name = row.name ?? this.#matcher.existing(row)?.name ?? "";
      this.#report("org-cycle", row, "name", { name });
    }
    return found.length > 0;
  }

  /**
   * Returns true if a row's organisation was moved locally, or an organisation without a row between it and the next
   * row above it.
   */
  #isMovedHere(row: OrgRow): boolean {
    const { orgs, claimedBy } = this.#matcher;
    const isMoved = (pk: number): boolean => ((this.#options.local?.open.get(pk) ?? 0) & 4) !== 0;
    const [own, parent] = [this.#matcher.existing(row), this.#parentAfter(row)];
    if (own !== undefined && isMoved(own.pk)) return true;
    let org = parent !== undefined && "org" in parent ? orgs.get(parent.org) : undefined;
    while (org !== undefined && !claimedBy.has(org.pk)) {
      if (isMoved(org.pk)) return true;
      org = org.parent === null ? undefined : orgs.get(org.parent);
    }
    return false;
  }

  #isMovedByRow(row: OrgRow): boolean {
    const [org, parent] = [this.#matcher.existing(row), this.#parentAfter(row)];
    return org !== undefined && parent !== undefined && !("org" in parent && parent.org === org.parent);
  }

  /** Returns the nearest row above a row. Organisations without a row in between keep their own parent. */
  #rowAbove(row: OrgRow): OrgRow | undefined {
    const parent = this.#parentAfter(row);
    if (parent === undefined) return undefined;
    if ("row" in parent) return this.#byNumber.get(parent.row);
    const { orgs, claimedBy } = this.#matcher;
    let org = orgs.get(parent.org);
    while (org !== undefined) {
      const claimed = claimedBy.get(org.pk);
      if (claimed !== undefined) return claimed;
      org = org.parent === null ? undefined : orgs.get(org.parent);
    }
    return undefined;
  }

  #outcome(row: OrgRow): OrgOutcome {
    const org = this.#matcher.existing(row);
    const parent = this.#parentAfter(row) ?? { org: this.#matcher.root };
    const keeps = (bit: 1 | 2): boolean => org !== undefined && !this.#writes(row, bit);
    const name = row.name === null || keeps(1) ? org?.name : this.#preferStored(row.name, org?.name);
    const { staged, blank } = this.#options;
    const isCodeKept = (row.code === null && !(staged.has("code") && blank === "clear")) || keeps(2);
    const code = isCodeKept ? (org?.code ?? null) : this.#preferStored(row.code, org?.code);
    const after = { name: name ?? "", code, parent };
    const changed = org === undefined ? 0 : getChangedBits(org, after);
    return { row: row.row, target: org?.pk, changed, ...after, exported: org && this.#exported(row, org) };
  }

  /** Returns an organisation with its values in the row; undefined if the export determines all of its fields. */
  #exported(row: OrgRow, org: ExistingOrg): ExportedOrg | undefined {
    const isOpen = this.#options.local?.open.has(org.pk) === true || this.#isDeletedHere(org.pk);
    const isDecided = !isOpen && !this.#inPlace.has(row.row);
    const parent = this.#matcher.parentOf(row);
    if (isDecided || typeof parent === "string" || this.#isBelowLeftOut(row)) return undefined;
    const name = row.name === null ? org.name : this.#preferStored(row.name, org.name);
    const code = this.#preferStored(row.code, org.code);
    const after = { name: name ?? org.name, code, parent };
    const { staged } = this.#options;
    const isPlaced = staged.has("parentCode") || staged.has("parentPath");
    const shown = (staged.has("name") ? 1 : 0) + (staged.has("code") ? 2 : 0) + (isPlaced ? 4 : 0);
    return { ...after, shown, differing: getChangedBits(org, after) & shown };
  }

  /** Returns the stored value if the file's encoding cannot distinguish it from the value in the cell. */
  #preferStored(cell: string | null, stored: string | null | undefined): string | null {
    return stored !== undefined && stored !== null && this.#options.fileForm(stored) === cell ? stored : cell;
  }

  /** Returns the organisations that the file lacks and that are to be deleted, or cannot be. */
  #lacking(): Pick<OrgTreePlan, "gone" | "undeletable"> {
    const { orgs, root, claimedBy } = this.#matcher;
    const { local } = this.#options;
    const isOther = ({ pk, above }: ExistingOrg): boolean =>
      pk !== root && above !== true && !claimedBy.has(pk) && !this.#isDeletedHere(pk);
    const all = [...orgs.values()].filter(isOther);
    const kept = new Set([...(local?.kept ?? []), ...[...this.#matcher.ambiguous.values()].flat()]);
    for (const pk of kept) {
      const above = orgs.get(pk)?.parent;
      if (above !== undefined && above !== null) kept.add(above);
    }
    const lacking = all.filter(({ pk }) => !kept.has(pk));
    const children = new Map<number, number>();
    const stays = (parent: number): void => void children.set(parent, (children.get(parent) ?? 0) + 1);
    for (const row of this.#rows) {
      const parent = this.#parentAfter(row);
      if (parent !== undefined && "org" in parent) stays(parent.org);
    }
    const isHeld = (org: ExistingOrg): boolean => this.#whyKept(org, children.get(org.pk) ?? 0).length > 0;
    const gone = new Set(lacking);
    // if an organisation is kept, the organisations above it are kept too
    for (let again = this.#options.undeletable !== undefined; again;) {
      again = false;
      for (const org of [...gone].filter(isHeld)) {
        gone.delete(org);
        if (org.parent !== null) stays(org.parent);
        again = true;
      }
    }
    const undeletable = lacking.flatMap((org) => this.#whyKept(org, children.get(org.pk) ?? 0));
    return { gone: [...gone].map(({ pk }) => pk), undeletable };
  }

  /**
   * Returns the reasons why an organisation cannot be deleted. @param children number of direct child organisations
   * that are kept
   */
  #whyKept(org: ExistingOrg, children: number): readonly UndeletableOrg[] {
    const { pk, users, accounts, fastDevices = 0 } = org;
    const devices = this.#options.undeletable === "release" ? fastDevices : org.devices;
    const called = { org: this.#matcher.pathOf(org), ...(org.code === null ? {} : { code: org.code }) };
    const isHeld = users > 0 || devices > 0 || children > 0 || accounts !== undefined;
    const holding = { users, devices, children, ...(accounts === undefined ? {} : { accounts }) };
    return isHeld ? [{ pk, code: "org-delete-holds", params: { ...called, ...holding } }] : [];
  }
}

const getChangedBits = (
  org: ExistingOrg,
  { name, code, parent }: Pick<OrgOutcome, "name" | "code" | "parent">,
): number =>
  (name === org.name ? 0 : 1) + (code === org.code ? 0 : 2) + ("org" in parent && parent.org === org.parent ? 0 : 4);

/**
 * Plans the import of an organisations file into the tenant's tree. A row is identified by its code if it has a code,
 * otherwise by its name and parent. Other rows of the file may create the parent, in any order.
 */
export const planOrgTree = (
  rows: readonly OrgRow[],
  orgs: readonly ExistingOrg[],
  options: OrgTreeOptions,
): OrgTreePlan => new OrgTree(rows, orgs, options).plan();
