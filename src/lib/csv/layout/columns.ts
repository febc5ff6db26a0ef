import type { Column } from "../../model/formats.ts";
import { nameKey } from "../../model/normalise.ts";

/** Finds a column by its header or by its field's key. */
export const findColumn = (columns: readonly Column[], name: string): Column | undefined => {
  const key = nameKey(name);
  return columns.find((column) => nameKey(column.header) === key) ?? columns.find((column) => column.field === name);
};

/** Levenshtein distance in UTF-16 units. */
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
};

/** A header without common variations: width, blanks, letter case. */
const loose = (header: string): string => header.normalize("NFKC").replace(/\s+/gu, "").toLowerCase();

const LONGEST_COMPARED = 64;

const nearestOf = (names: readonly string[], misspelt: string): string | undefined => {
  if (misspelt.length > LONGEST_COMPARED) return undefined;
  const wanted = loose(misspelt);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, loose(name));
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
};

/** The header that a misspelt one probably means; undefined if none is close. */
export const nearestHeader = (columns: readonly Column[], header: string): string | undefined =>
  nearestOf(
    columns.map((column) => column.header),
    header,
  );

/** The header or field key that a name probably means, if either may be written. */
export const nearestName = (columns: readonly Column[], name: string): string | undefined =>
  nearestOf(
    columns.flatMap((column) => [column.header, column.field]),
    name,
  );
