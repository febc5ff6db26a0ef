import { expect } from "vitest";
import type { Desk } from "./desk.ts";
import { toConfirmationOptions } from "./upload.ts";

/**
 * Returns the options that confirm the undo of the last change.
 *
 * @param deletions number of records of the import's kind that the undo deletes
 */
export async function buildUndoOptions(desk: Desk, deletions: number): Promise<string> {
  const plan = await desk.json<{ readonly delete: number; readonly beside?: readonly { readonly delete: number }[] }>(
    "undo last --dry-run",
  );
  expect(plan.delete).toBe(deletions);
  return toConfirmationOptions((plan.beside ?? []).reduce((sum, one) => sum + one.delete, plan.delete));
}
