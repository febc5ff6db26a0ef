import { PATH_SIGNS } from "./cell-text.ts";
import { formatOrgPath } from "./organisation.ts";

const PATH_SIGNS_OR_SPACES = new RegExp(`(?:${PATH_SIGNS.source}|\\s)+`, "u");

/**
 * Returns the paths that a text in a list can mean, starting with the most literal: the text itself, and its names
 * separated by `＞` and similar signs, or also by spaces.
 */
export const listPathReadings = (text: string): readonly string[] => {
  const split = [PATH_SIGNS, PATH_SIGNS_OR_SPACES].map((separator) => text.split(separator).map((name) => name.trim()));
  return [...new Set([text, ...split.filter((names) => !names.includes("")).map(formatOrgPath)])];
};
