import type { Change } from "./rule.ts";

/** Returns whether an import clears most of the values of a column. The change has the numbers of records with a value. */
export const clearsMost = ({ before = 0, after = 0 }: Change<number>): boolean => (before - after) * 2 > before;
