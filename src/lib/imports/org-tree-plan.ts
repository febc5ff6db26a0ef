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
  readonly absent: "keep" | "clear";
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
  /** the organisation it matches; undefined where it makes one */
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
  /** organisations that rows match, invalid rows included */
  readonly matched: ReadonlyMap<number, number>;
  readonly findings: readonly OrgFinding[];
  readonly gone: readonly number[];
}
