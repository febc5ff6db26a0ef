import { onTestFinished } from "vitest";

const cleanUps = new Set<() => unknown>();

/** Runs what was registered outside of tests, also meanwhile; the last first. */
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
 * @returns forgets it
 */
export function whenDone(clean: () => unknown): () => void {
  if (process.env["VITEST"] !== undefined) {
    onTestFinished(async () => void (await clean()));
    return () => undefined;
  }
  cleanUps.add(clean);
  return () => void cleanUps.delete(clean);
}
