import type { MeasuredFigures, Target, Verdict } from "./judge.ts";

/** A row of the table: a measured benchmark, or the reason why it could not be measured. */
export interface TableRow {
  readonly work: string;
  readonly target: Target;
  readonly verdict: Verdict;
  readonly figures?: MeasuredFigures | undefined;
  /** what was verified, or what failed */
  readonly note: string;
}

const HEADINGS = ["work", "seconds", "peer s", "ratio", "must", "RSS MB", "must", "verdict", ""] as const;

const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
  must: "pass",
  missed: "MISSED",
  unknown: "not judged",
};

/** Formats a figure for a table. */
export const formatFigure = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? "–";

const buildCells = ({ work, target, verdict, figures, note }: TableRow): readonly string[] => [
  work,
  formatFigure(figures?.seconds, 3),
  formatFigure(figures?.peerSeconds, 3),
  formatFigure(figures?.ratio, 2),
  formatFigure(target.must, 2),
  formatFigure(figures?.rssMb, 0),
  formatFigure(target.mustRssMb, 0),
  VERDICT_NAMES[verdict],
  note,
];

/**
 * Aligns rows below their headings. The first cell of each row is left-aligned, the next `figures` cells are
 * right-aligned, and the others are left-aligned.
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

/** Formats the table as text: names on the left, then figures, then notes. */
export const formatTable = (lines: readonly TableRow[]): string => alignColumns(HEADINGS, lines.map(buildCells), 6);
