import type { TableBreak } from "../../model/tenant-file.ts";

/**
 * How the chain of the audit is broken: the record is not what its hash was made of (or the one before it is not), records
 * before it are missing, it was written as another one of the row, or it stands before the first one, as none does.
 */
export type Break = "altered" | "missing" | "moved" | "stray";

/** How an import's kept changes differ from what the audit holds of them. */
export type KeptBreak =
  /** they, or the import itself, were altered, or some of them are missing or too many */
  | "altered"
  /** the audit has a record of the import, and the tenant has no such import */
  | "missing"
  /** the tenant has changes of an import of which the audit has no record */
  | "unrecorded";

/** What is verified of an audit. */
export interface AuditQuestion {
  /** a hash that was kept elsewhere: some record must have it */
  readonly head?: string | undefined;
  /** also the kept changes of imports */
  readonly imports: boolean;
}

/** What was found; the chain is looked at up to the first record that breaks it, and imports only where none does. */
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
  readonly imports: {
    /** number of imports whose kept changes are as they were */
    readonly verified: number;
    readonly broken: readonly { readonly number: string; readonly reason: KeptBreak }[];
  } | null;
}

/** Verifies a tenant's audit, beside what else it does. */
export type AuditVerifier = (question: AuditQuestion, signal: AbortSignal | undefined) => Promise<AuditFindings>;
