import type { StoredRequest } from "../request.ts";
import type { ProblemCode, ProblemParams } from "../../../model/problem.ts";

/** An organisation of the tenant; `parent` is null for the root only. */
export interface ExistingOrg {
  readonly pk: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: number | null;
  /** number of users directly in the organisation; their devices move with them */
  readonly users: number;
  /** number of devices that the organisation itself owns; `fastDevices`: the devices whose owner cannot be changed */
  readonly devices: number;
  readonly fastDevices?: number | undefined;
  /**
   * true if the organisation is above the acting account's organisations. It is only used to find other organisations
   * and is never changed.
   */
  readonly above?: true | undefined;
  /** names of the CLOMO accounts that manage the organisation, if any */
  readonly accounts?: string | undefined;
}

/** A row of an organisations file; null means a blank cell or an absent column. */
export interface OrgRow {
  readonly row: number;
  readonly line: number;
  readonly name: string | null;
  readonly code: string | null;
  readonly parentCode: string | null;
  readonly parentPath: string | null;
  /** true if the row itself violates a rule. The row still refers to its organisation but is not applied. */
  readonly invalid: boolean;
}

/** Options for planning the import of an organisations file. */
export interface OrgTreeOptions {
  readonly mode: StoredRequest["mode"];
  readonly blank: "clear" | "keep";
  /** columns present in the file */
  readonly staged: ReadonlySet<string>;
  /** returns a stored value as it appears in the file's encoding */
  readonly fileForm: (value: string) => string;
  /** organisations that cannot be deleted are kept; with `release`, organisations that only own devices are deleted */
  readonly undeletable?: StoredRequest["undeletable"];
  /** the keys of the codes of organisations that the acting account cannot see */
  readonly taken?: ReadonlySet<string> | undefined;
  /**
   * true if the acting account sees only some organisations, so that unknown codes may belong to other organisations
   */
  readonly inPart?: boolean | undefined;
  /** for the import of a console export: the local changes */
  readonly local?: LocalOrgs | undefined;
}

/** The bits of an organisation's name, code and parent, as in {@link OrgOutcome}. */
export type OrgBits = number;

/**
 * For the import of a console export: the changes that were made locally since the organisations last appeared in an
 * export.
 */
export interface LocalOrgs {
  /** the fields that keep their local value regardless of the export, by the `pk` of the organisation */
  readonly open: ReadonlyMap<number, OrgBits>;
  /** the `pk` of the organisations whose place is not the one that the console showed last */
  readonly moved: ReadonlySet<number>;
  /** for rows whose code was changed locally or in the console: the `pk` of the row's organisation, by row number */
  readonly decided: ReadonlyMap<number, number>;
  /**
   * for such rows whose organisation is unclear: the `pk` of the possible organisations, or of the local organisations
   * with this code, by row number
   */
  readonly ambiguous: ReadonlyMap<number, readonly number[]>;
  /**
   * the `pk` of the organisations that are kept although the export lacks them, because they or records that refer to
   * them were changed here
   */
  readonly kept: ReadonlySet<number>;
  /** organisations that may lack a code in the console, by the parent's `pk` and the key of the name: `1/営業部` */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** the organisations that were deleted locally but may still be in the console */
  readonly deleted: readonly ExistingOrg[];
  /** the `pk` of those among them that the console has never shown */
  readonly unknown: ReadonlySet<number>;
}

export type OrgParent = { readonly org: number } | { readonly row: number };

export interface OrgOutcome {
  readonly row: number;
  /** the organisation that the row matches; undefined if the row creates an organisation */
  readonly target: number | undefined;
  /** the bits of the changed fields: 1 name, 2 code, 4 parent */
  readonly changed: number;
  readonly name: string;
  readonly code: string | null;
  readonly parent: OrgParent;
  /** for an organisation with fields that keep their local value: the values in the row of the export */
  readonly exported?: ExportedOrg | undefined;
}

export interface ExportedOrg {
  readonly name: string;
  readonly code: string | null;
  readonly parent: OrgParent;
  /** the bits of the fields that the file has; `differing`: the bits of the fields that differ from the local values */
  readonly shown: OrgBits;
  readonly differing: OrgBits;
}

export interface OrgFinding {
  readonly code: ProblemCode;
  /** the row that has the problem; 0 for an organisation that the file lacks */
  readonly row: number;
  readonly line: number;
  readonly field: string | undefined;
  readonly params: ProblemParams;
}

/** An organisation that the file lacks but that cannot be deleted, and the reason. */
export interface UndeletableOrg {
  readonly pk: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

export interface OrgTreePlan {
  readonly outcomes: readonly OrgOutcome[];
  /** the outcomes of rows whose organisations were deleted locally but are still in the console export */
  readonly deleted: readonly OrgOutcome[];
  /** the organisations that rows match, by row number, including invalid rows */
  readonly matched: ReadonlyMap<number, number>;
  readonly findings: readonly OrgFinding[];
  readonly undeletable: readonly UndeletableOrg[];
  readonly gone: readonly number[];
  /**
   * rows of an export that do not move their organisation, because the parent was deleted locally or is unclear, or
   * because the move would create a cycle
   */
  readonly inPlace: ReadonlySet<number>;
  /** the rows that do not change or create anything because of local changes */
  readonly leftOut: ReadonlySet<number>;
  /** the rows whose organisation is unclear, with the `pk` of the organisations that the row may refer to */
  readonly ambiguous: ReadonlyMap<number, readonly number[]>;
}
