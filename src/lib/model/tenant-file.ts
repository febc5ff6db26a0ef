import type { Text } from "../text/index.ts";

/** A difference between the audit table, or one of its indexes or triggers, and the definition in this version. */
export interface AuditTableDifference {
  /** name of the table (`audit`), index or trigger */
  readonly name: string;
  readonly reason: "altered" | "missing" | "unknown";
}

export interface TenantCopyState {
  /** why the copy cannot be trusted; null if it is sound */
  readonly fault: Text | null;
  /** last record of its audit log; null if there is none */
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
}
