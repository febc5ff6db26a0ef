import type { SealedSecret } from "./sealed.ts";

/** Who holds the write lock of a tenant's file. */
export interface LockHolder {
  readonly pid: number;
  /** `import`, as it is noted by the holder */
  readonly what: string;
  /** a UTC instant */
  readonly since: string;
}

/** How the table of the audit, an index or a trigger of it differs from that of this version. */
export interface TableBreak {
  /** `audit` is the table itself */
  readonly name: string;
  readonly reason: "altered" | "missing" | "unknown";
}

/** The file of an embedded tenant as it lies on the disk, looked at without changing it. */
export interface TenantFileState {
  readonly path: string;
  readonly bytes: number;
  /** of its write-ahead log */
  readonly logBytes: number;
  /** the version of its schema, and that of the program */
  readonly version: number;
  readonly newest: number;
  /** what the database says is damaged, the first ones */
  readonly faults: readonly string[];
  /** number of records that refer to records that are not there */
  readonly strays: number;
  /** the last record of its audit; null where there is none yet, or the file is of a newer version */
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
  /** how the table of its audit differs; empty where that is as this version makes it, or cannot be compared */
  readonly auditTable: readonly TableBreak[];
  /** the secrets that it has; none where it is of another version */
  readonly sealed: readonly SealedSecret[];
  /** somebody holds its write lock; undefined where that cannot be tried, as the file cannot be written, or is of a newer version */
  readonly isLocked: boolean | undefined;
  /** who it is, where the holder left a note */
  readonly holder: LockHolder | undefined;
}
