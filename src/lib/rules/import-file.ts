import type { Allowance, MissingTrait } from "../model/import.ts";
import type { Change } from "./rule.ts";

/** What rules read of the file of an import. */
export interface ImportFile {
  readonly mode: "append" | "replace";
  /** number of rows that name a record by its key */
  readonly rows: number;
}

/** What the tenant knows about the file of an import. */
export interface KnownOfFile {
  /** number of records of the kind */
  readonly records: number;
  /** true if a row matches a record */
  readonly matches: boolean;
  /** true if rows match by a number alone, which other tenants give to people of their own */
  readonly isNumbered: boolean;
  /** true if a row has the name of the record that it matches; undefined if no such row has a name */
  readonly sharesName: boolean | undefined;
  /** true if a mail domain of the file occurs in the tenant; undefined if the file has none */
  readonly sharesDomain: boolean | undefined;
}

/** A shorter file may well be about new records alone. */
export const MIN_FOREIGN_ROWS = 5;

/** Returns what a file lacks that a file of this tenant would have; undefined if it does not look like another tenant's. */
export const foreignBy = ({ after, facts }: Change<ImportFile, KnownOfFile>): MissingTrait | undefined => {
  if (after === undefined || after.rows < MIN_FOREIGN_ROWS || facts.records === 0) return undefined;
  const { matches, isNumbered, sharesName, sharesDomain } = facts;
  if (after.mode === "append") return sharesDomain === false ? "domain" : undefined;
  if (!matches) return "key";
  if (!isNumbered || sharesName === true || sharesDomain === true) return undefined;
  if (sharesDomain === false) return "domain";
  return sharesName === false ? "name" : undefined;
};

/** Returns whether an import clears most of the values of a column. The change has the numbers of records with a value. */
export const clearsMost = ({ before = 0, after = 0 }: Change<number>): boolean => (before - after) * 2 > before;

/** A single person may well get the employee code of somebody who left. */
const MIN_MIXED_ROWS = 2;

/** What permits rows that give people the employee codes of others. */
export interface MixPermits {
  /** the console's own export says whose codes are whose */
  readonly fromConsole: boolean;
  readonly allow: readonly Allowance[];
}

/** Returns whether an import is refused because rows give people the employee codes, UPNs or addresses of others. */
export const mixesRecords = ({ after, facts }: Change<Pick<ImportFile, "mode" | "rows">, MixPermits>): boolean =>
  after?.mode === "replace" &&
  after.rows >= MIN_MIXED_ROWS &&
  !facts.fromConsole &&
  !facts.allow.includes("new-address");
