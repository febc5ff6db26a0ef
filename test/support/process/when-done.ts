import { onTestFinished } from "vitest";

const cleanUps = new Set<() => unknown>();

/** Runs the clean-ups that were registered outside tests, last first, including those that are registered meanwhile. */
export async function cleanUp(): Promise<void> {
  for (;;) {
    const clean = [...cleanUps].at(-1);
    if (clean === undefined) return;
    cleanUps.delete(clean);
    await clean();
  }
}

/**
 * Runs `clean` when the test ends; in the torture run, which is not a test, when the run ends.
 *
 * @returns a function that cancels the clean-up in the torture run
 */
export function whenDone(clean: () => unknown): () => void {
  if (process.env["VITEST"] !== undefined) {
    onTestFinished(async () => void (await clean()));
    return () => undefined;
  }
  cleanUps.add(clean);
  return () => void cleanUps.delete(clean);
}
