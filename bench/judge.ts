/** What a work is held to: ratios to its peer, and a peak of memory. */
export interface Target {
  readonly must: number;
  readonly aim?: number;
  /** in MB of 1,000,000 bytes */
  readonly mustRssMb?: number;
}

/** What a work took. */
export interface Figures {
  readonly seconds: number;
  /** undefined where the peer program is missing */
  readonly peerSeconds: number | undefined;
  readonly ratio: number | undefined;
  /** in MB of 1,000,000 bytes; undefined where it was not, or cannot be, read */
  readonly rssMb: number | undefined;
}

/**
 * `aim` and `must`: what is kept, the aim only together with the must. `missed`: a ratio or the memory is above its
 * must. `unknown`: a figure that would be needed is missing, and none that is there is above its must.
 */
export type Verdict = "aim" | "must" | "missed" | "unknown";

/** Holds a work's figures against its target. Figures are judged as measured, not as rounded for the table. */
export const judge = ({ ratio, rssMb }: Figures, { must, aim, mustRssMb }: Target): Verdict => {
  if (ratio !== undefined && !(ratio <= must)) return "missed";
  if (mustRssMb !== undefined && rssMb !== undefined && rssMb > mustRssMb) return "missed";
  if (ratio === undefined || (mustRssMb !== undefined && rssMb === undefined)) return "unknown";
  return aim !== undefined && ratio <= aim ? "aim" : "must";
};
