/** The number of an import: that of its change (`17`), or that of its plan (`P12`). */
export interface ImportNumber {
  readonly of: "plan" | "change";
  readonly value: number;
}

/** Returns the number of an import as people type it. @param change null until the plan is committed */
export const importNumber = (plan: number, change: number | null): string =>
  change === null ? `P${plan}` : String(change);

/** Parses the number of an import; undefined if the text is not one. */
export const parseImportNumber = (typed: string): ImportNumber | undefined => {
  const [, letter, digits] = IMPORT_NUMBER.exec(typed) ?? [];
  return digits === undefined ? undefined : { of: letter === "" ? "change" : "plan", value: Number(digits) };
};

/** Excludes a leading zero, because ids of imports begin with one. */
export const IMPORT_NUMBER = /^([Pp]?)([1-9]\d{0,14})$/;
