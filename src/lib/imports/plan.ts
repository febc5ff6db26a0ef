import type { Encoding } from "../csv/records/record.ts";
import type { FormatName } from "../csv/formats/index.ts";

/** What was asked of an import. @see ImportRequest of the tenant API */
export interface PlanRequest {
  readonly kind: FormatName;
  readonly mode: "append" | "replace";
  readonly key: "email" | "employee-code" | "upn";
  readonly blank: "clear" | "keep";
  readonly absent: "keep" | "clear";
  readonly createOrgs: boolean;
  readonly createGroups: boolean;
  readonly skipInvalid: boolean;
}

/** Where a field stands in the file. */
export interface StagedPlace {
  readonly field: string;
  /** its first cell, from 1 */
  readonly column: number;
  readonly header: string;
  /** the cells of a set in the file's order, where there are several: its rows say which value stands in which */
  readonly cells?: readonly number[] | undefined;
}

/** What staging found in the file: all that a plan needs beside the staged rows, also in another process. */
export interface StagedFile {
  readonly encoding: Encoding;
  readonly sha256: string;
  readonly bytes: number;
  /** data rows, the header left out */
  readonly rows: number;
  readonly header: readonly string[];
  /** fields with a column or a constant, `custom` for all custom fields together */
  readonly staged: readonly string[];
  /** the first cell (from 1) and header of each present field, for problems found against the tenant */
  readonly places: readonly StagedPlace[];
  readonly absentColumns: readonly string[];
  readonly unknownColumns: readonly string[];
}

/** The counts of a plan, in rows of the imported kind. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly delete: number;
  readonly invalid: number;
  readonly secretsSet: number;
  readonly orgsCreated: number;
  readonly groupsCreated: number;
  readonly errors: number;
  readonly warnings: number;
  /** the plan cannot be committed */
  readonly rejected: boolean;
}
