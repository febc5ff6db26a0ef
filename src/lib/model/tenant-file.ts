import type { Text } from "../text/index.ts";

interface CopyFault {
  readonly what: Text;
  readonly hint?: Text | undefined;
}

export interface TenantCopyState {
  readonly fault: CopyFault | null;
  /** a value with control characters, which is accepted only in one's own backups */
  readonly unsafe: CopyFault | null;
  readonly problems: readonly Text[];
  /** true if the copy contains secrets that only the `sealing.key` of its home can decrypt */
  readonly isSealed: boolean;
}

/** Audit records that the bundle lacks, with the hashes of the first and the last one. */
export interface LocalRecords {
  readonly records: number;
  readonly first: string;
  readonly last: string;
  readonly actions: readonly { readonly action: string; readonly records: number }[];
}

/**
 * `forward`: the bundle has changes that this tenant lacks. `diverged`: each of them has changes that the other lacks.
 * `other`: they have no common beginning. `since`: time of the last common record, a UTC instant.
 */
export type CopyRelation =
  | { readonly kind: "empty" }
  | { readonly kind: "same" | "older" | "other" }
  | {
      readonly kind: "forward";
      readonly changes: number;
      readonly since: string;
      /** null if the bundle has all records of this tenant */
      readonly local: LocalRecords | null;
    }
  | { readonly kind: "diverged"; readonly since: string; readonly local: LocalRecords };
