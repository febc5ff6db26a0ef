import type { AuditTableDifference } from "../../model/tenant-file.ts";

/**
 * How the chain of the audit log is broken at a record. `altered`: the hash does not match the record and the previous
 * hash. `missing`: records before it are missing. `moved`: the record was written with another number. `stray`: its
 * number is below 1, which is not possible for a record of clomoctl.
 */
export type ChainBreak = "altered" | "missing" | "moved" | "stray";

/** How the stored versions of a change differ from the checksum of the versions in the audit log. */
export type VersionsBreak =
  /** some versions were altered, removed or added */
  | "altered"
  /** the audit log has a record of the change, but the tenant does not have the change */
  | "missing"
  /** the audit log does not have a record of the change */
  | "unrecorded";

export interface AuditVerificationOptions {
  /** a hash that was stored elsewhere and that one of the records must have */
  readonly head?: string | undefined;
  readonly changes: boolean;
}

/**
 * The result of verifying an audit log: the chain up to the first broken record and, if the chain is intact, the
 * changes.
 */
export interface AuditFindings {
  /** number of records that were not altered since they were written; 0 if the table cannot be read (see `table`) */
  readonly records: number;
  /** the last of these records; null if there are none */
  readonly last: { readonly seq: number; readonly hash: string } | null;
  readonly broken: { readonly seq: number; readonly reason: ChainBreak } | null;
  /** number of the record with the hash `head`; null if no record has this hash, or no hash was specified */
  readonly headSeq: number | null;
  /** differences from the table that this version of clomoctl creates */
  readonly table: readonly AuditTableDifference[];
  readonly changes: {
    /** number of changes whose versions were not altered since they were written */
    readonly verified: number;
    /** `number` is null for versions that do not belong to a change */
    readonly broken: readonly { readonly number: number | null; readonly reason: VersionsBreak }[];
  } | null;
}

export type AuditVerifier = (
  question: AuditVerificationOptions,
  signal: AbortSignal | undefined,
) => Promise<AuditFindings>;
