import type { Allowance, MissingTrait } from "../model/import.ts";
import type { Change } from "./rule.ts";

/** Facts about the file of an import that rules check. */
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
export const findMissingTrait = ({ after, facts }: Change<ImportFile, ImportFileFacts>): MissingTrait | undefined => {
  if (after === undefined || after.rows < MIN_FOREIGN_ROWS || facts.records < MIN_FOREIGN_RECORDS) return undefined;
  const { matches, isNumbered, sharesName, sharesDomain } = facts;
  if (after.mode === "append") return sharesDomain === false ? "domain" : undefined;
  if (!matches) return "key";
  if (!isNumbered || sharesName === true || sharesDomain === true) return undefined;
  if (sharesDomain === false) return "domain";
  return sharesName === false ? "name" : undefined;
};

/**
 * Returns true if an import clears more than half of the values in a column. @param change numbers of records with a
 * value, before and after the import
 */
export const clearsMostValues = ({ before = 0, after = 0 }: Change<number>): boolean => (before - after) * 2 > before;

/**
 * Minimum number of rows for a refusal, because a single row may rightly give a person the employee code of somebody
 * who left.
 */
const MIN_REASSIGNED_ROWS = 2;

/** Conditions under which rows may give people the employee codes of other people. */
export interface ReassignmentPermission {
  /** true if the file is an export of the console, because such an export shows which code belongs to whom */
  readonly fromConsole: boolean;
  readonly allow: readonly Allowance[];
}

/**
 * Returns true if an import must be refused, because its `rows` give people the employee codes, UPNs or addresses of
 * other people.
 */
export const shouldRefuseReassignedKeys = ({
  after,
  facts,
}: Change<Pick<ImportFile, "mode" | "rows">, ReassignmentPermission>): boolean =>
  after?.mode === "replace" &&
  after.rows >= MIN_REASSIGNED_ROWS &&
  !facts.fromConsole &&
  !facts.allow.includes("new-address");
