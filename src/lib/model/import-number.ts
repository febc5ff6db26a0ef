/** An import has the number of its change (`17`) or of its plan (`P12`). */
export interface ImportNumber {
  readonly of: "plan" | "change";
  readonly value: number;
}

export const formatImportNumber = (plan: number, change: number | null): string =>
  change === null ? `P${plan}` : String(change);

export const parseImportNumber = (typed: string): ImportNumber | undefined => {
  const [, letter, digits] = IMPORT_NUMBER_PATTERN.exec(typed) ?? [];
  return digits === undefined ? undefined : { of: letter === "" ? "change" : "plan", value: Number(digits) };
};

export const IMPORT_NUMBER_PATTERN = /^([Pp]?)([1-9]\d{0,14})$/;
