export interface AuditVerificationOptions {
  /** a hash from outside the log, which one of the records must have */
  readonly head?: string | undefined;
  readonly changes: boolean;
}

/** What was found about the records that a newer bundle replaced. */
export interface ReplacedFindings {
  readonly records: number;
  /** number of the first record that was altered or removed, or of the `receive` whose records are missing */
  readonly broken: number | null;
  /** the group that contains the hash from outside: its size, and when the bundle that replaced it was received */
  readonly head: { readonly records: number; readonly receivedAt: string } | null;
}

export interface AuditFindings {
  /** false if another version of clomoctl created the schema; nothing else is verified then */
  readonly schema: boolean;
  readonly records: number;
  readonly last: { readonly seq: number; readonly hash: string } | null;
  /** number of the first record that was altered, moved, removed or added; null if the chain is intact */
  readonly broken: number | null;
  readonly headSeq: number | null;
  /** null if the chain is broken */
  readonly replaced: ReplacedFindings | null;
  readonly changes: {
    readonly verified: number;
    /** numbers of changes whose stored versions do not match their checksum; null for versions of no known change */
    readonly broken: readonly (number | null)[];
  } | null;
}
