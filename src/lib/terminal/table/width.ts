import stringWidth from "string-width";

/**
 * Returns the number of columns that a terminal needs for one line of escaped text: 2 for a kanji, 1 for a half-width
 * kana. Ambiguous characters (①, α, ─) count as 1, as on a terminal that is not set to legacy East Asian widths.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export const displayWidth = (line: string): number => stringWidth(line);

/** Pads a line with spaces to `columns`. With `end`, the spaces come first. */
export function padLine(line: string, columns: number, align: "start" | "end" = "start"): string {
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(line)));
  return align === "start" ? line + blanks : blanks + line;
}

/** Cuts a line between graphemes to at most `columns`, and ends it with `…` if something was cut. */
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

/** Cuts the middle of a line, between graphemes, so that at most `columns` remain. `…` replaces what was cut. */
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

const PATH_NAMES = /(?:\\.|[^/\\])+/gu;

/**
 * Shortens paths of organisations to at most `columns`. As long as they are too long, the first name of the longest
 * path is replaced with `…/`; the last name of each path is kept. If the result is still too long, it is cut with
 * {@link truncate}.
 *
 * @param line one path, or several paths separated by `, ` or `、`
 */
export function shortenPaths(line: string, columns: number): string {
  const [, between = ""] = /(, |、)/.exec(line) ?? [];
  const paths = (between === "" ? [line] : line.split(between)).map((path) => {
    const names: readonly string[] = path.match(PATH_NAMES) ?? [];
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
