import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Words } from "./words.ts";

/** A built checkout whose program is measured. It is only ever run as a program. */
export interface Checkout {
  readonly folder: string;
  readonly words: Words;
}

const createCheckout = (folder: string): Checkout => ({ folder, words: new Words(folder) });

/** The checkout that contains this benchmark. */
export const THIS_CHECKOUT = createCheckout(dirname(import.meta.dirname));

/**
 * Returns the checkout in `folder`, which may be at any commit.
 *
 * @throws if the folder does not contain a checkout, or if the checkout is not built
 */
export async function findBuiltCheckout(folder: string): Promise<Checkout> {
  const checkout = createCheckout(resolve(folder));
  for (const path of ["bin/clomoctl.js", "dist/cli.js"]) {
    const file = join(checkout.folder, path);
    await access(file).catch((cause: unknown) => {
      throw new Error(`${file} is missing: --against takes a checkout after npm ci`, { cause });
    });
  }
  return checkout;
}
