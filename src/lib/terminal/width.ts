import stringWidth from "string-width";

/** Returns how many columns escaped text takes on a terminal. @see https://www.unicode.org/reports/tr11/ */
export const displayWidth = (line: string): number => stringWidth(line);

export function padLine(line: string, columns: number, align: "start" | "end" = "start"): string {
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(line)));
  return align === "start" ? line + blanks : blanks + line;
}

/** Cuts a line to at most `columns` columns. A line that was cut ends with `…`. */
export function truncate(line: string, columns: number): string {
  if (displayWidth(line) <= columns) return line;
  if (columns < 1) return "";
  let kept = "";
  let taken = 1;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    taken += displayWidth(segment);
    if (taken > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}
