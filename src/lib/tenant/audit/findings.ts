import type { TableBreak } from "../../model/tenant-file.ts";

/**
 * How the chain of the audit is broken: the record is not what its hash was made of (or the one before it is not), records
 * before it are missing, it was written as another one of the row, or it stands before the first one, as none does.
 */
export type Break = "altered" | "missing" | "moved" | "stray";

/** How the versions of a change differ from the sum of them in the audit. */
export type VersionsBreak =
  /** some of them were altered, removed or added */
  | "altered"
  /** the audit has a record of the change, and the tenant has no such change */
  | "missing"
  /** the audit has no record of the change */
  | "unrecorded";

/** What is verified of an audit. */
export interface AuditQuestion {
  /** a hash that was kept elsewhere: some record must have it */
  readonly head?: string | undefined;
  /** also the versions of all changes */
  readonly changes: boolean;
}

/** What was found; the chain is looked at up to the first record that breaks it, and changes only if none does. */
export interface AuditFindings {
  /** number of records that stand as they were written; 0 of a table that cannot be read, of which `table` tells */
  readonly records: number;
  /** the last one of them; null if there is none */
  readonly last: { readonly seq: number; readonly hash: string } | null;
  readonly broken: { readonly seq: number; readonly reason: Break } | null;
  /** the number of the record with the kept hash; null if none has it, or none was asked for */
  readonly headSeq: number | null;
  /** empty where the table is as this version makes it */
  readonly table: readonly TableBreak[];
  readonly changes: {
    /** number of changes with versions that are as they were written */
    readonly verified: number;
    /** `number` is null for versions that belong to no change */
    readonly broken: readonly { readonly number: number | null; readonly reason: VersionsBreak }[];
  } | null;
}

/** Verifies a tenant's audit, beside what else it does. */
export type AuditVerifier = (question: AuditQuestion, signal: AbortSignal | undefined) => Promise<AuditFindings>;
