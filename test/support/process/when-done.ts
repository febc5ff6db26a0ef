import { onTestFinished } from "vitest";

const cleanUps = new Set<() => unknown>();

/**
 * Runs the clean-ups that were registered outside tests, starting with the last one. Also runs clean-ups that are
 * registered during this time.
 */
export async function runCleanUps(): Promise<void> {
  for (;;) {
    const clean = [...cleanUps].at(-1);
    if (clean === undefined) return;
    cleanUps.delete(clean);
    await clean();
  }
}

/**
 * Runs `clean` when the test ends. In the torture run, which is not a test, runs it when the run ends.
 *
 * @returns a function that cancels the clean-up in the torture run
 */
export function registerCleanUp(clean: () => unknown): () => void {
  if (process.env["VITEST"] !== undefined) {
    onTestFinished(async () => void (await clean()));
    return () => undefined;
  }
  cleanUps.add(clean);
  return () => void cleanUps.delete(clean);
}
