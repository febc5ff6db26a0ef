export interface AuditVerificationOptions {
  /** a hash that was stored outside the log; one of the records must have this hash */
  readonly head?: string | undefined;
  readonly changes: boolean;
}

/** The result of verifying an audit log: the schema, then the chain up to the first broken record, then the changes. */
export interface AuditFindings {
  /** false if the file's schema is not that of this version of clomoctl; in this case, nothing else is verified */
  readonly schema: boolean;
  readonly records: number;
  readonly last: { readonly seq: number; readonly hash: string } | null;
  /** number of the first record that was altered, moved, removed or added; null if the chain is intact */
  readonly broken: number | null;
  /** number of the record with the hash `head`; null if no record has this hash, or no hash was specified */
  readonly headSeq: number | null;
  readonly changes: {
    /** number of changes with intact versions */
    readonly verified: number;
    /** changes whose versions differ from the checksum in the audit log; null stands for versions without a change */
    readonly broken: readonly (number | null)[];
  } | null;
}

export type AuditVerifier = (
  question: AuditVerificationOptions,
  signal: AbortSignal | undefined,
) => Promise<AuditFindings>;
