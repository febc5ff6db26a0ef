/** What `work` gives; undefined when it throws. For readers of foreign bytes, whose errors say nothing to people. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
