/** Returns the median. For an even number of values, returns the lower of the two middle values. */
export const getMedian = (values: readonly number[]): number => {
  const middle = values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1];
  if (middle === undefined) throw new RangeError("a median of nothing");
  return middle;
};

/** Returns the shortest time, which is the one with the least disturbance. */
export const getShortestTime = (seconds: readonly number[]): number => {
  if (seconds.length === 0) throw new RangeError("the best of nothing");
  return Math.min(...seconds);
};

/** Returns the highest of the peaks that could be read; undefined if none could be read. */
export const getHighestPeak = (peaks: readonly (number | undefined)[]): number | undefined => {
  const known = peaks.filter((peak) => peak !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

/** The number of rows in a run, and the time that the run took. */
export interface RunPace {
  readonly rows: number;
  readonly seconds: number;
}

/**
 * Returns the time per row at `large`, divided by the time per row at `small`. Subtracts from both the `fixed` seconds
 * that every run takes.
 */
export const calculateGrowth = (small: RunPace, large: RunPace, fixed: number): number =>
  (large.seconds - fixed) / large.rows / ((small.seconds - fixed) / small.rows);
