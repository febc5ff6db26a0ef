const { CLOMOCTL_HISTORIES, CLOMOCTL_SEED, CLOMOCTL_PATH } = process.env;

/** Whether nobody asked for other histories: those from the usual seed meet all that can happen. */
export const isUsual = CLOMOCTL_SEED === undefined;

/**
 * The parameters of a random property: so many runs from a fixed seed, unless the torture run asks for others.
 *
 * @param isCounted false if the test itself derives the number of runs from `CLOMOCTL_HISTORIES`
 */
export const drawn = (numRuns: number, seed: number, isCounted = true) => ({
  numRuns: isCounted ? Number(CLOMOCTL_HISTORIES ?? numRuns) : numRuns,
  seed: Number(CLOMOCTL_SEED ?? seed),
  // the way to a shrunk failure, as it was reported
  ...(CLOMOCTL_PATH !== undefined && { path: CLOMOCTL_PATH, endOnFailure: true }),
});
