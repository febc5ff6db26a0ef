import { HEADER_SEARCH_ROWS } from "./layout.ts";

const DELIMITERS = [",", "\t", ";"];

/**
 * Returns the header's delimiter: a comma if it has one, else a tab, a semicolon, a bar, by default a comma. If the
 * header's row is not known, the first line with a delimiter decides, because titles have none.
 */
export function guessDelimiter(text: string, headerRow?: number): string {
  const lines = text.replaceAll(/"[^"]*(?:"|$)/g, "").split(/\r\n|[\r\n]/, headerRow ?? HEADER_SEARCH_ROWS);
  const candidates = headerRow === undefined ? lines : [lines[headerRow - 1] ?? ""];
  const found = candidates.flatMap((line) => DELIMITERS.find((delimiter) => line.includes(delimiter)) ?? []);
  return found[0] ?? (candidates.some((line) => line.includes("|")) ? "|" : ",");
}
