import type { Text } from "../text/index.ts";

export interface TenantCopyState {
  /** why the copy cannot be trusted; null if it is sound */
  readonly fault: Text | null;
  /** last record of its audit log; null if there is none */
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
}
