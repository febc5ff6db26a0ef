import { expect } from "vitest";
import type { Desk, CommandOutput } from "./desk.ts";
import { toConfirmationOptions } from "./upload.ts";

const runVerify = (desk: Desk, number: number, bytes: Uint8Array, more = ""): Promise<CommandOutput> =>
  desk.run(`imports verify ${number} --against - --encoding shift_jis --same-as-upload${more}`, bytes);

/**
 * Verifies an upload with which the console agrees. An option confirms records that the export does not contain. After
 * that, only new organisations and groups may remain open, because the export cannot show them.
 */
export async function verifyCompletely(desk: Desk, number: number, bytes: Uint8Array): Promise<void> {
  const before = desk.tenant.dump();
  const said = await runVerify(desk, number, bytes, " --confirm-missing");
  const { state, records } = await desk.tenant.client.console.show(number);
  expect(said.code, said.stderr).toBe(state === "open" ? 9 : 0);
  const left = records.filter(({ thing }) => thing !== "org" && thing !== "secured_group");
  if (state === "open") expect(left, said.stderr).toEqual([]);
  expect(desk.tenant.dump()).toEqual(before);
}

/** Verifies an upload with an export in which somebody has changed one record. The local tenant must not change. */
export async function verifyWithChange(desk: Desk, number: number, bytes: Uint8Array): Promise<void> {
  const before = desk.tenant.dump();
  const said = await runVerify(desk, number, bytes);
  expect([0, 9], said.stderr).toContain(said.code);
  expect(desk.tenant.dump()).toEqual(before);
}

export const getChangeNumber = async (desk: Desk, id: string): Promise<number> =>
  (await desk.tenant.client.imports.show(id)).change ?? 0;

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
