/** The end of a log, or of the part of it that a file contains. */
export interface LogHead {
  /** 0 for a log without entries */
  readonly seq: number;
  /** hash of the entry with this number; empty for a log without entries */
  readonly hash: string;
  /** the tenant's schema version after this entry */
  readonly schema: number;
}

/** A committed write of a tenant, or a part of one. */
export interface LogEntry extends LogHead {
  /** hash of the entry before, so that a file follows only the log that it comes from */
  readonly before: string;
  /** true if the write goes on in the next entry: a file contains all entries of a write or none */
  readonly continues: boolean;
  /** an SQLite changeset; empty if the entry is an upgrade of the tenant to `schema` */
  readonly changes: Uint8Array;
}

/** The right to write to one tenant. Nothing is durable before `commit`; nothing is kept after `abandon`. */
export interface LogTurn {
  readonly head: LogHead;
  /** Called for each part of a write, in order; a caller need not wait before the next part. */
  readonly append: (entry: LogEntry) => Promise<void>;
  /** Ends the turn. After an error, the entries may or may not be in the log. @throws Failure `unavailable` */
  readonly commit: () => Promise<void>;
  /** Ends the turn; does nothing after `commit`. Never throws. */
  readonly abandon: () => Promise<void>;
}

/** Whose attempts are counted together, and how many are permitted within a time. */
export interface AttemptLimit {
  /** a hash, because people sometimes type their password as the account name */
  readonly subject: string;
  readonly max: number;
  readonly minutes: number;
}

/** What several computers share of a tenant beside its changes. All methods throw Failure `unavailable`. */
export interface SharedState {
  /** Returns the milliseconds to wait if a limit is reached; otherwise counts an attempt. */
  readonly countAttempt: (limits: readonly AttemptLimit[]) => Promise<number | undefined>;
  readonly forgetAttempt: (limits: readonly AttemptLimit[]) => Promise<unknown>;
  /** Keeps the file of a plan until it is dropped, or for some days. */
  readonly keepPlan: (id: string, content: AsyncIterable<Uint8Array>) => Promise<unknown>;
  /** Returns nothing if there is no such plan. */
  readonly getPlan: (id: string) => AsyncIterable<Uint8Array>;
  readonly dropPlan: (id: string) => Promise<unknown>;
}

/** The changes of one tenant, shared by several computers. The log is the truth; a tenant's file is a copy of it. */
export interface ChangeLog {
  /** set when the file that follows the log turns out not to be a copy of its beginning: a server makes it anew */
  hasMismatch?: boolean;
  readonly shared?: SharedState;
  /** @throws Failure `unavailable` */
  readonly head: () => Promise<LogHead>;
  /** Returns some of the entries after a number, in order; none if there are no more. @throws Failure `unavailable` */
  readonly read: (after: number) => Promise<readonly LogEntry[]>;
  /** Returns undefined while another process has the turn. @throws Failure `unavailable` */
  readonly tryTurn: () => Promise<LogTurn | undefined>;
}
