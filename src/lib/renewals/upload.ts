import type { RenewalKind } from "../nouns/renewal.ts";

/** The console shows the new expiry date after the upload. @see facts 3.1 */
export const isUploadedKind = (kind: RenewalKind): boolean => /^(?:push|ade|vpp|agent)-/.test(kind);

/** Dates of the same expiry can differ by two days, because the console's time zone is unknown. */
const MAX_DATE_DIFFERENCE_MS = 2 * 24 * 60 * 60 * 1000;

export const isNearlySameDate = (one: string, other: string): boolean =>
  Math.abs(Date.parse(one) - Date.parse(other)) <= MAX_DATE_DIFFERENCE_MS;
