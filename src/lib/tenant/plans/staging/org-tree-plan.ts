import type { ProblemCode, ProblemParams } from "../../../model/problem.ts";
import type { PlanRequest } from "./counts.ts";

/** An organisation of the tenant; `parent` is null for the root only. */
export interface ExistingOrg {
  readonly pk: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: number | null;
  /** number of users directly in it; their devices go where they go */
  readonly users: number;
  /** number of devices that it owns itself; and of those among them that keep it until they are deleted */
  readonly devices: number;
  readonly fastDevices?: number | undefined;
  /** it lies above the organisations of who plans: others are found by it, and it stays as it is */
  readonly above?: true | undefined;
  /** names of the CLOMO accounts that manage it, if any do */
  readonly accounts?: string | undefined;
  /** what who plans does not see manages it: it cannot be deleted by him */
  readonly reserved?: boolean | undefined;
}

/** A row of an organisations file; null means a blank cell or an absent column. */
export interface OrgRow {
  readonly row: number;
  readonly line: number;
  readonly name: string | null;
  readonly code: string | null;
  readonly parentCode: string | null;
  readonly parentPath: string | null;
  /** the row breaks a rule by itself: it still stands for its organisation, but is not applied */
  readonly invalid: boolean;
}

/** Options of the planning. */
export interface OrgTreeOptions {
  readonly mode: PlanRequest["mode"];
  readonly blank: "clear" | "keep";
  readonly missingColumns: "keep" | "clear";
  /** columns present in the file */
  readonly staged: ReadonlySet<string>;
  /** a stored value in the form of the file's encoding */
  readonly fileForm: (value: string) => string;
  /** organisations that cannot be deleted are kept; `release`: those that only devices belong to are deleted */
  readonly undeletable?: PlanRequest["undeletable"];
  /** keys of codes that organisations have which who plans does not see */
  readonly taken?: ReadonlySet<string> | undefined;
  /** who plans sees only some organisations: a code that names none of them may be that of another */
  readonly inPart?: boolean | undefined;
  /** the names of the accounts that act in an organisation and below it, by its `pk`, as far as who plans sees them */
  readonly administrators?: ReadonlyMap<number, readonly string[]> | undefined;
  /** of an export of the console that is taken over */
  readonly local?: LocalOrgs | undefined;
}

/** The bits of an organisation's name, code and parent, as in {@link OrgOutcome}. */
export type OrgBits = number;

/** An organisation that may be in a place in the console. */
export interface PossiblePlace {
  readonly pk: number;
  /** somebody said that it is elsewhere by now */
  readonly isDoubted: boolean;
}

/** What was changed here since the console last showed it, of an export of the console. */
export interface LocalOrgs {
  /** the fields that an export does not decide, by the `pk` of their organisations */
  readonly open: ReadonlyMap<number, OrgBits>;
  /** the `pk` of the organisations that rows with such codes belong to, by row */
  readonly decided: ReadonlyMap<number, number>;
  /** the rows with such codes of which nobody can tell whose they are, with the `pk` of those that they may be, or that have the code here */
  readonly ambiguous: ReadonlyMap<number, readonly number[]>;
  /** the `pk` of the organisations that stay though an export lacks them, as they were changed here */
  readonly kept: ReadonlySet<number>;
  /** the `pk` of those to which something refers that was changed here: they stay as long as that does */
  readonly held: ReadonlySet<number>;
  /** the organisations that the console may have without a code, by the `pk` of the organisation above and the key of the name: `1/営業部` */
  readonly places: ReadonlyMap<string, readonly PossiblePlace[]>;
  /** those that were deleted here, and that the console may have yet */
  readonly deleted: readonly ExistingOrg[];
}

/** The resulting parent of an organisation: one of the tenant, or one that another row creates. */
export type OrgParent = { readonly org: number } | { readonly row: number };

/** The outcome of a valid row. */
export interface OrgOutcome {
  readonly row: number;
  /** the organisation it matches; undefined if it creates one */
  readonly target: number | undefined;
  /** bits: 1 name, 2 code, 4 parent */
  readonly changed: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: OrgParent;
  /** as the row has it, of an organisation with fields that an export does not decide */
  readonly exported?: ExportedOrg | undefined;
}

/** An organisation as an export of the console has it. */
export interface ExportedOrg {
  readonly name: string;
  readonly code: string | null;
  readonly parent: OrgParent;
  /** the bits of the fields that the file has, and of those that differ from the local ones */
  readonly shown: OrgBits;
  readonly differing: OrgBits;
}

export interface OrgFinding {
  readonly code: ProblemCode;
  /** 0: an organisation missing from the file */
  readonly row: number;
  readonly line: number;
  readonly field: string | undefined;
  readonly params: ProblemParams;
}

/** An organisation that the file lacks and that cannot be deleted, with the reason. */
export interface UndeletableOrg {
  readonly pk: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

export interface OrgTreePlan {
  readonly outcomes: readonly OrgOutcome[];
  /** the rows of organisations that were deleted here, and that an export of the console has */
  readonly deleted: readonly OrgOutcome[];
  /** organisations that rows match, invalid rows included */
  readonly matched: ReadonlyMap<number, number>;
  readonly findings: readonly OrgFinding[];
  readonly undeletable: readonly UndeletableOrg[];
  readonly gone: readonly number[];
  /** of an export of the console: organisations that it lacks and that stay, because a record that was changed here refers to them */
  readonly held: readonly number[];
  /** the rows of an export whose organisations are not moved, because the move would make a cycle */
  readonly inPlace: ReadonlySet<number>;
  /** the rows that change and create nothing, because of what was changed here */
  readonly leftOut: ReadonlySet<number>;
  /** those of which nobody can tell whose they are, with the `pk` of the organisations that they may be */
  readonly ambiguous: ReadonlyMap<number, readonly number[]>;
}
