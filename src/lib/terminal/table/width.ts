import stringWidth from "string-width";

/**
 * Number of columns in which a terminal shows one line of escaped text: kanji 2, half-width kana 1; ambiguous
 * characters (①, α, ─) count 1, as in a terminal that is not set to East Asian legacy widths.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export const displayWidth = (line: string): number => stringWidth(line);

/** The line, padded with blanks to `columns`; with `end` the blanks come first. */
export function pad(line: string, columns: number, align: "start" | "end" = "start"): string {
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(line)));
  return align === "start" ? line + blanks : blanks + line;
}

/** The line, cut between graphemes to at most `columns`, with `…` if something was cut. */
export function truncate(line: string, columns: number): string {
  if (displayWidth(line) <= columns) {
    return line;
  }
  if (columns < 1) {
    return "";
  }
  const graphemes = new Intl.Segmenter();
  let kept = "";
  let taken = 1;
  for (const { segment } of graphemes.segment(line)) {
    taken += displayWidth(segment);
    if (taken > columns) {
      break;
    }
    kept += segment;
  }
  return `${kept}…`;
}

/** The line, cut between graphemes to at most `columns`, with `…` in its middle if something was cut. */
export function truncateMiddle(line: string, columns: number): string {
  if (displayWidth(line) <= columns) return line;
  const before = truncate(line, Math.ceil(columns / 2));
  let left = columns - displayWidth(before);
  let end = "";
  for (const { segment } of [...new Intl.Segmenter().segment(line)].toReversed()) {
    left -= displayWidth(segment);
    if (left < 0) break;
    end = segment + end;
  }
  return before + end;
}

/** The names of a path of organisations: a slash within one stands behind a backslash. */
const NAMES = /(?:\\.|[^/\\])+/gu;

/**
 * Paths of organisations in at most `columns`: while they are longer, the longest one loses its first name, for which
 * `…/` stands; the last name of each stays. What is longer even so is cut as {@link truncate} does.
 *
 * @param line one path, or several with `, ` or `、` between them
 */
export function shortenPaths(line: string, columns: number): string {
  const [, between = ""] = /(, |、)/.exec(line) ?? [];
  const paths = (between === "" ? [line] : line.split(between)).map((path) => {
    const names: readonly string[] = path.match(NAMES) ?? [];
    return { path, names };
  });
  const told = (): string => paths.map(({ path }) => path).join(between);
  while (displayWidth(told()) > columns) {
    const [longest] = paths
      .filter(({ names }) => names.length > 1)
      .toSorted((a, b) => displayWidth(b.path) - displayWidth(a.path));
    if (longest === undefined) break;
    longest.names = longest.names.slice(1);
    longest.path = `…/${longest.names.join("/")}`;
  }
  return truncate(told(), columns);
}
