import { HEADER_SEARCH_ROWS } from "./layout.ts";

const DELIMITERS = [",", "\t", ";"];

/**
 * Returns the header's delimiter: a comma if it has one, else a tab, else a semicolon. If the row of the header is not
 * known, the first line with a delimiter decides, because titles above a header have none. Default: a comma.
 *
 * @param likely a delimiter that the header may have: it precedes the others, and is the default
 */
export function guessDelimiter(text: string, headerRow?: number, likely?: string): string {
  const delimiters = likely === undefined ? DELIMITERS : [likely, ...DELIMITERS];
  const lines = text.replaceAll(/"[^"]*(?:"|$)/g, "").split(/\r\n|[\r\n]/, headerRow ?? HEADER_SEARCH_ROWS);
  const candidates = headerRow === undefined ? lines : [lines[headerRow - 1] ?? ""];
  const found = candidates.flatMap((line) => delimiters.find((delimiter) => line.includes(delimiter)) ?? []);
  return found[0] ?? delimiters[0] ?? ",";
}
