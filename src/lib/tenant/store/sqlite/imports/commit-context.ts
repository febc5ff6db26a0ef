/** What every statement of a commit may name. */
export interface CommitContext {
  /** the import's own row */
  readonly import: number;
  /** the new revision of the collection that changes */
  readonly revision: number;
  /** the moment of the commit, a UTC instant */
  readonly now: string;
  /** see idPrefix: the ids of new records are this and 12 digits */
  readonly idPrefix: string;
  /** likewise, for organisations and groups that are made because rows name them */
  readonly referencePrefix: string;
}

/** What a commit takes from outside. */
export type CommitMoment = Pick<CommitContext, "now" | "idPrefix" | "referencePrefix">;
