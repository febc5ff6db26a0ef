/** The target of a benchmark: a ratio to its peer, and a maximum peak of memory. */
export interface Target {
  readonly must: number;
  /** in MB of 1,000,000 bytes */
  readonly mustRssMb?: number;
}

/** The measured figures of a benchmark. */
export interface MeasuredFigures {
  readonly seconds: number;
  /** undefined if the peer program is missing */
  readonly peerSeconds: number | undefined;
  readonly ratio: number | undefined;
  /** in MB of 1,000,000 bytes; undefined if it was not or cannot be read */
  readonly rssMb: number | undefined;
}

/**
 * The verdict on a benchmark. `missed`: a ratio or the memory is above its `must`. `unknown`: a required figure is
 * missing, and no available figure is above its `must`.
 */
export type Verdict = "must" | "missed" | "unknown";

/**
 * Compares the figures of a benchmark with its target. Uses the measured figures, not the rounded ones of the table.
 */
export const judgeFigures = ({ ratio, rssMb }: MeasuredFigures, { must, mustRssMb }: Target): Verdict => {
  if (ratio !== undefined && !(ratio <= must)) return "missed";
  if (mustRssMb !== undefined && rssMb !== undefined && rssMb > mustRssMb) return "missed";
  if (ratio === undefined || (mustRssMb !== undefined && rssMb === undefined)) return "unknown";
  return "must";
};
