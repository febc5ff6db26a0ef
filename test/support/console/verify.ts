import { expect } from "vitest";
import type { Desk, Said } from "./desk.ts";
import { confirmed } from "./upload.ts";

/** Holds an upload that waits against an export of the console, which may have the very bytes that were uploaded. */
const verify = (desk: Desk, id: string, bytes: Uint8Array, more = "--format json"): Promise<Said> =>
  desk.run(`imports verify ${id} --against - --encoding shift_jis --same-as-upload ${more}`, bytes);

export const stateOf = async (desk: Desk, id: string): Promise<string> =>
  (await desk.json<{ readonly state: string }>(`imports show ${id}`)).state;

/** Verifies what should agree; where the export shows nothing of the plan, that is said, and somebody vouches for it. */
export async function verifyAll(desk: Desk, id: string, bytes: Uint8Array): Promise<void> {
  const said = await verify(desk, id, bytes);
  const isShown = !said.stderr.includes("--accept-unseen");
  expect({ code: said.code, state: await stateOf(desk, id) }, said.stderr).toEqual(
    isShown ? { code: 0, state: "committed" } : { code: 9, state: "awaiting-console" },
  );
  if (isShown) return;
  const vouched = await verify(desk, id, bytes, "--accept-unseen");
  expect({ code: vouched.code, state: await stateOf(desk, id) }, vouched.stderr).toEqual({
    code: 0,
    state: "accepted",
  });
}

/** Verifies against an export with one change behind our back: it is listed, and nothing is changed here. */
export async function verifyChanged(desk: Desk, id: string, bytes: Uint8Array, listed: object): Promise<void> {
  const before = desk.tenant.dump();
  const said = await verify(desk, id, bytes);
  expect(said, said.stderr).toMatchObject({ code: 9 });
  const lines = JSON.parse(said.stdout) as readonly { readonly what: string }[];
  expect(lines.filter(({ what }) => what !== "not-shown")).toMatchObject([listed]);
  expect(await stateOf(desk, id)).toBe("awaiting-console");
  expect(desk.tenant.dump()).toEqual(before);
}

/** The options that confirm the undo of the last change. @param deletions how many records it deletes of the import's kind */
export async function confirmedUndo(desk: Desk, deletions: number): Promise<string> {
  const plan = await desk.json<{ readonly delete: number; readonly beside?: readonly { readonly delete: number }[] }>(
    "undo last --dry-run",
  );
  expect(plan.delete).toBe(deletions);
  return confirmed((plan.beside ?? []).reduce((sum, one) => sum + one.delete, plan.delete));
}
