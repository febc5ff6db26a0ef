import { onTestFinished } from "vitest";

const cleanUps = new Set<() => unknown>();

/**
 * Runs the clean-ups that were registered outside tests, in reverse order, including those that are added meanwhile.
 */
export async function runCleanUps(): Promise<void> {
  for (;;) {
    const clean = [...cleanUps].at(-1);
    if (clean === undefined) return;
    cleanUps.delete(clean);
    await clean();
  }
}

/** Runs `clean` when the test or the torture run ends. @returns a function that cancels this in the torture run */
export function registerCleanUp(clean: () => unknown): () => void {
  if (process.env["VITEST"] !== undefined) {
    onTestFinished(async () => void (await clean()));
    return () => undefined;
  }
  cleanUps.add(clean);
  return () => void cleanUps.delete(clean);
}
