/** The middle value; of an even number of values the lower of the two. */
export const median = (values: readonly number[]): number => {
  const middle = values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1];
  if (middle === undefined) throw new RangeError("a median of nothing");
  return middle;
};

/** The shortest time: what the work takes where nothing else disturbs it. */
export const best = (seconds: readonly number[]): number => {
  if (seconds.length === 0) throw new RangeError("the best of nothing");
  return Math.min(...seconds);
};

/** The highest of the peaks that could be read; undefined where none could. */
export const highest = (peaks: readonly (number | undefined)[]): number | undefined => {
  const known = peaks.filter((peak) => peak !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

/** A run of a number of rows. */
export interface Pace {
  readonly rows: number;
  readonly seconds: number;
}

/** Seconds a row at `large` over seconds a row at `small`; `fixed` seconds, which every run takes, are left out of both. */
export const growth = (small: Pace, large: Pace, fixed: number): number =>
  (large.seconds - fixed) / large.rows / ((small.seconds - fixed) / small.rows);
