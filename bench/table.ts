import type { Figures, Target, Verdict } from "./judge.ts";

/** A line of the table: a work that was measured, or why it could not be. */
export interface Line {
  readonly work: string;
  readonly target: Target;
  readonly verdict: Verdict;
  readonly figures?: Figures | undefined;
  /** what was verified, or what went wrong */
  readonly note: string;
}

const HEADINGS = ["work", "seconds", "peer s", "ratio", "must", "aim", "RSS MB", "must", "verdict", ""] as const;

const WORDS: Readonly<Record<Verdict, string>> = {
  aim: "pass, aim",
  must: "pass",
  missed: "MISSED",
  unknown: "not judged",
};

/** A figure for a table. */
export const number = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? "–";

const cells = ({ work, target, verdict, figures, note }: Line): readonly string[] => [
  work,
  number(figures?.seconds, 3),
  number(figures?.peerSeconds, 3),
  number(figures?.ratio, 2),
  number(target.must, 2),
  number(target.aim, 2),
  number(figures?.rssMb, 0),
  number(target.mustRssMb, 0),
  WORDS[verdict],
  note,
];

/**
 * Rows under their headings: the first cell of a row to the left, `figures` cells to the right, the others to the left.
 */
export const alignColumns = (
  headings: readonly string[],
  lines: readonly (readonly string[])[],
  figures: number,
): string => {
  const rows = [headings, ...lines];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isFigure = (column: number): boolean => column > 0 && column <= figures;
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return `${rows.map(format).join("\n")}\n`;
};

/** The table as text: the works to the left, figures to the right, notes last. */
export const formatTable = (lines: readonly Line[]): string => alignColumns(HEADINGS, lines.map(cells), 7);
