import type { Text } from "../text/index.ts";
import type { SealedSecret } from "./sealed.ts";

export interface LockHolder {
  readonly pid: number;
  /** what the process is doing, as noted by the process itself, such as `import` */
  readonly what: string;
  /** when the process took the lock, as a UTC instant */
  readonly since: string;
}

/** A difference between the audit table, or one of its indexes or triggers, and the definition in this version. */
export interface AuditTableDifference {
  /** name of the table (`audit`), index or trigger */
  readonly name: string;
  readonly reason: "altered" | "missing" | "unknown";
}

/** The state of the file of a local tenant on disk, inspected without changing the file. */
export interface TenantFileState {
  readonly path: string;
  readonly bytes: number;
  /** size of the write-ahead log */
  readonly logBytes: number;
  /** version of the schema of the file; `newest` is the version of the schema of this program */
  readonly version: number;
  readonly newest: number;
  /** first errors that the integrity check of the database finds */
  readonly faults: readonly string[];
  /** number of records that refer to records that do not exist */
  readonly strays: number;
  /** last record of the audit log; null if there is none yet, or if the file has a newer version */
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
  readonly auditTable: readonly AuditTableDifference[];
  readonly sealed: readonly SealedSecret[];
  /** true if a process holds the write lock; undefined if the file is not writable or has a newer version */
  readonly isLocked: boolean | undefined;
  readonly holder: LockHolder | undefined;
}

export interface TenantCopyState {
  /** why the copy cannot be trusted; null if it is sound */
  readonly fault: Text | null;
  /** last record of its audit log; null if there is none */
  readonly auditHead: TenantFileState["auditHead"];
}
