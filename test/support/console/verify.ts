import { expect } from "vitest";
import type { Desk, Said } from "./desk.ts";
import { confirmed } from "./upload.ts";

/** Compares an upload with an export of the console, which may have the very bytes that were uploaded. */
const verify = (desk: Desk, number: number, bytes: Uint8Array, more = ""): Promise<Said> =>
  desk.run(`imports verify ${number} --against - --encoding shift_jis --same-as-upload${more}`, bytes);

/**
 * Verifies what should agree: what the export does not show, somebody confirms; then only organisations and groups are left
 * that came along, which it cannot show.
 */
export async function verifyAll(desk: Desk, number: number, bytes: Uint8Array): Promise<void> {
  const before = desk.tenant.dump();
  const said = await verify(desk, number, bytes, " --confirm-missing");
  const { state, records } = await desk.tenant.client.console.show(number);
  expect(said.code, said.stderr).toBe(state === "open" ? 9 : 0);
  const left = records.filter(({ thing }) => thing !== "org" && thing !== "secured_group");
  if (state === "open") expect(left, said.stderr).toEqual([]);
  expect(desk.tenant.dump()).toEqual(before);
}

/** Verifies against an export with one change behind our back: nothing is changed here. */
export async function verifyChanged(desk: Desk, number: number, bytes: Uint8Array): Promise<void> {
  const before = desk.tenant.dump();
  const said = await verify(desk, number, bytes);
  expect([0, 9], said.stderr).toContain(said.code);
  expect(desk.tenant.dump()).toEqual(before);
}

/** The number of the change that an import made. */
export const numberOf = async (desk: Desk, id: string): Promise<number> =>
  (await desk.tenant.client.imports.show(id)).change ?? 0;

/** The options that confirm the undo of the last change. @param deletions how many records it deletes of the import's kind */
export async function confirmedUndo(desk: Desk, deletions: number): Promise<string> {
  const plan = await desk.json<{ readonly delete: number; readonly beside?: readonly { readonly delete: number }[] }>(
    "undo last --dry-run",
  );
  expect(plan.delete).toBe(deletions);
  return confirmed((plan.beside ?? []).reduce((sum, one) => sum + one.delete, plan.delete));
}
