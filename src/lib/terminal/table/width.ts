import stringWidth from "string-width";

/**
 * Columns a terminal takes to show one line of escaped text: kanji 2, half-width kana 1; ambiguous characters
 * (①, α, ─) count 1, as in a terminal that is not set to East Asian legacy widths.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export const displayWidth = (line: string): number => stringWidth(line);

/** The line, filled with blanks up to `columns`; `end` puts the blanks in front. */
export function pad(line: string, columns: number, align: "start" | "end" = "start"): string {
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(line)));
  return align === "start" ? line + blanks : blanks + line;
}

/** The line, cut between graphemes so that it takes at most `columns`, with `…` where something was cut. */
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
