import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** A built checkout whose program is measured. */
export interface Checkout {
  readonly folder: string;
  /** path of the program's start script, which is passed to Node */
  readonly door: string;
}

const createCheckout = (folder: string): Checkout => ({ folder, door: join(folder, "bin", "clomoctl.js") });

/** The checkout that contains this benchmark. */
export const THIS_CHECKOUT = createCheckout(dirname(import.meta.dirname));

/**
 * Returns the checkout in `folder`, which may be at any commit.
 *
 * @throws if the folder does not contain a checkout, or if the checkout is not built
 */
export async function findBuiltCheckout(folder: string): Promise<Checkout> {
  const checkout = createCheckout(resolve(folder));
  for (const file of [checkout.door, join(checkout.folder, "dist", "cli.js")]) {
    await access(file).catch((cause: unknown) => {
      throw new Error(`${file} is missing: --against takes a checkout after npm ci`, { cause });
    });
  }
  return checkout;
}
