import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** A built checkout, whose program is measured. */
export interface Checkout {
  readonly folder: string;
  /** the program, as Node is told to start it */
  readonly door: string;
}

const at = (folder: string): Checkout => ({ folder, door: join(folder, "bin", "clomoctl.js") });

/** The checkout this benchmark belongs to. */
export const THIS = at(dirname(import.meta.dirname));

/**
 * The checkout in `folder`, of whatever commit.
 *
 * @throws when there is none, or it is not built
 */
export async function builtCheckout(folder: string): Promise<Checkout> {
  const checkout = at(resolve(folder));
  for (const file of [checkout.door, join(checkout.folder, "dist", "cli.js")]) {
    await access(file).catch((cause: unknown) => {
      throw new Error(`${file} is missing: --against takes a checkout after npm ci`, { cause });
    });
  }
  return checkout;
}
