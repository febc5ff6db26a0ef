import type { MissingTrait } from "../model/import.ts";

export interface ImportFile {
  readonly mode: "append" | "replace";
  /** number of rows that identify a record by its key */
  readonly rows: number;
}

/** Facts that show whether an import's file belongs to this tenant. */
export interface ImportFileFacts {
  /** number of records of this type in the tenant */
  readonly records: number;
  /** true if a row matches a record */
  readonly matches: boolean;
  /** true if rows match only by a number, because other tenants may use the same number for other people */
  readonly isNumbered: boolean;
  /** true if a row has the same name as the record that it matches; undefined if no such row has a name */
  readonly sharesName: boolean | undefined;
  /** true if an email domain of the file also occurs in the tenant; undefined if the file has no email domains */
  readonly sharesDomain: boolean | undefined;
}

/** Minimum number of rows for this check, because a shorter file may contain only new records. */
export const MIN_FOREIGN_ROWS = 5;

/** Minimum number of records for this check, because `serve init` leaves one user, who does not show whose tenant it is. */
export const MIN_FOREIGN_RECORDS = 2;

/**
 * Returns the trait that a file from this tenant would have but this file lacks. Returns undefined if the file does not
 * look like a file from another tenant.
 */
export const findMissingTrait = ({ mode, rows }: ImportFile, facts: ImportFileFacts): MissingTrait | undefined => {
  if (rows < MIN_FOREIGN_ROWS || facts.records < MIN_FOREIGN_RECORDS) return undefined;
  const { matches, isNumbered, sharesName, sharesDomain } = facts;
  if (mode === "append") return sharesDomain === false ? "domain" : undefined;
  if (!matches) return "key";
  if (!isNumbered || sharesName === true || sharesDomain === true) return undefined;
  if (sharesDomain === false) return "domain";
  return sharesName === false ? "name" : undefined;
};
