import { HEADER_SEARCH_ROWS } from "./layout.ts";

const DELIMITERS = [",", "\t", ";"];

/**
 * Returns the comma, tab, semicolon or bar that separates the headers; a comma if the text contains none. If the row is
 * unknown, the first line with a delimiter decides, because titles contain none.
 */
export function guessDelimiter(text: string, headerRow?: number): string {
  const lines = text.replaceAll(/"[^"]*(?:"|$)/g, "").split(/\r\n|[\r\n]/, headerRow ?? HEADER_SEARCH_ROWS);
  const candidates = headerRow === undefined ? lines : [lines[headerRow - 1] ?? ""];
  const found = candidates.flatMap((line) => DELIMITERS.find((delimiter) => line.includes(delimiter)) ?? []);
  return found[0] ?? (candidates.some((line) => line.includes("|")) ? "|" : ",");
}
