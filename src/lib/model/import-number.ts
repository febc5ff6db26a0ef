/** The numbers by which people name imports: that of the change, `17`, or, of a plan that is not committed, `P12`. */

/** What a number names. */
export interface ImportNumber {
  readonly of: "plan" | "change";
  readonly value: number;
}

/** Returns the number by which an import is named. @param change null until the plan is committed */
export const importNumber = (plan: number, change: number | null): string =>
  change === null ? `P${plan}` : String(change);

/** Returns what a typed number names; undefined if it is not a number of an import. */
export const parseImportNumber = (typed: string): ImportNumber | undefined => {
  const [, letter, digits] = IMPORT_NUMBER.exec(typed) ?? [];
  return digits === undefined ? undefined : { of: letter === "" ? "change" : "plan", value: Number(digits) };
};

/** A number without a leading zero: the ids of imports begin with one. */
export const IMPORT_NUMBER = /^([Pp]?)([1-9]\d{0,14})$/;
