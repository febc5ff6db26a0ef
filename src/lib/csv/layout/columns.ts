import type { Column } from "../../model/format.ts";
import { nameKey } from "../../model/normalise.ts";
import { nearest } from "../../text/nearest.ts";

/** Finds a column by its header or by its field's key. */
export const findColumn = (columns: readonly Column[], name: string): Column | undefined => {
  const key = nameKey(name);
  return columns.find((column) => nameKey(column.header) === key) ?? columns.find((column) => column.field === name);
};

/** A header without common variations: width, blanks, letter case. */
const loose = (header: string): string => header.normalize("NFKC").replace(/\s+/gu, "").toLowerCase();

const LONGEST_COMPARED = 64;

const nearestOf = (names: readonly string[], misspelt: string): string | undefined =>
  misspelt.length > LONGEST_COMPARED ? undefined : nearest(misspelt, names, loose);

/** The header that a misspelt one probably means; undefined if none is close. */
export const nearestHeader = (columns: readonly Column[], misspelt: string): string | undefined =>
  nearestOf(
    columns.map(({ header }) => header),
    misspelt,
  );

/** The header or field key that a name probably means, if either may be written. */
export const nearestName = (columns: readonly Column[], misspelt: string): string | undefined =>
  nearestOf(
    columns.flatMap(({ header, field }) => [header, field]),
    misspelt,
  );
