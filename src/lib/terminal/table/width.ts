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
