import type { Allowance, MissingTrait } from "../model/import.ts";
import type { Change } from "./rule.ts";

/** The facts about an import's file that rules read. */
export interface ImportFile {
  readonly mode: "append" | "replace";
  /** number of rows that identify a record by its key */
  readonly rows: number;
}

/** Facts that show whether an import's file belongs to this tenant. */
export interface ImportFileFacts {
  /** number of records of this kind in the tenant */
  readonly records: number;
  /** true if a row matches a record */
  readonly matches: boolean;
  /** true if rows match only by a number, which other tenants may have assigned to their own people */
  readonly isNumbered: boolean;
  /** true if a row has the same name as the record that it matches; undefined if no such row has a name */
  readonly sharesName: boolean | undefined;
  /** true if a mail domain of the file occurs in the tenant; undefined if the file has no mail domains */
  readonly sharesDomain: boolean | undefined;
}

/** Minimum number of rows for this check. A shorter file may well contain only new records. */
export const MIN_FOREIGN_ROWS = 5;

/** Returns which trait of this tenant's files a file lacks; undefined if it does not look like another tenant's. */
export const findMissingTrait = ({ after, facts }: Change<ImportFile, ImportFileFacts>): MissingTrait | undefined => {
  if (after === undefined || after.rows < MIN_FOREIGN_ROWS || facts.records === 0) return undefined;
  const { matches, isNumbered, sharesName, sharesDomain } = facts;
  if (after.mode === "append") return sharesDomain === false ? "domain" : undefined;
  if (!matches) return "key";
  if (!isNumbered || sharesName === true || sharesDomain === true) return undefined;
  if (sharesDomain === false) return "domain";
  return sharesName === false ? "name" : undefined;
};

/** Returns true if an import clears over half of a column's values. The change counts the records with a value. */
export const clearsMostValues = ({ before = 0, after = 0 }: Change<number>): boolean => (before - after) * 2 > before;

/** Minimum number of rows for a refusal. A single row may well give a person the employee code of somebody who left. */
const MIN_REASSIGNED_ROWS = 2;

/** Conditions that permit rows to give people the employee codes of others. */
export interface ReassignmentPermission {
  /** true if the file is the console's own export, which shows which code belongs to whom */
  readonly fromConsole: boolean;
  readonly allow: readonly Allowance[];
}

/** Returns true if an import must be refused: its `rows` give people the employee codes, UPNs, addresses of others. */
export const shouldRefuseReassignedKeys = ({
  after,
  facts,
}: Change<Pick<ImportFile, "mode" | "rows">, ReassignmentPermission>): boolean =>
  after?.mode === "replace" &&
  after.rows >= MIN_REASSIGNED_ROWS &&
  !facts.fromConsole &&
  !facts.allow.includes("new-address");
