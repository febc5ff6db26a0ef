import { dirname, join } from "node:path";
import { latin1Of, pemBlocks } from "../../apple/encoding/pem.ts";
import { Failure } from "../../errors/index.ts";
import { namesIn, readShort } from "../../files/index.ts";
import { MAX_BYTES } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";

/** More than there are beside one token, even in a folder of many certificates. */
const MAX_FILES = 100;

const KEY_FILE = /\.(?:key|pem)$/i;

/** Private keys without a passphrase in the folders of tokens; each folder is read once. */
export class NeighbourKeys {
  readonly #folders = new Map<string, Promise<readonly string[]>>();

  /**
   * The keys in the folder of a file, in PEM; of many files those called `.key` are looked at first.
   *
   * @param path absolute
   */
  of(path: string): Promise<readonly string[]> {
    const folder = dirname(path);
    const known = this.#folders.get(folder) ?? keysIn(folder);
    this.#folders.set(folder, known);
    return known;
  }
}

async function keysIn(folder: string): Promise<readonly string[]> {
  const names = (await namesIn(folder).catch(() => [])).filter((name) => KEY_FILE.test(name)).toSorted();
  const [first, then] = [/\.key$/i, /\.pem$/i].map((ending) => names.filter((name) => ending.test(name)));
  const keys: string[] = [];
  for (const name of [...(first ?? []), ...(then ?? [])].slice(0, MAX_FILES)) {
    const file = await readShort(join(folder, name), MAX_BYTES, { follow: false }).catch(() => undefined);
    if (file !== undefined) keys.push(...keysOf(file.bytes));
  }
  return keys;
}

const keysOf = (bytes: Uint8Array): readonly string[] =>
  [...pemBlocks(latin1Of(bytes))].flatMap(({ label, text: block }) => {
    const isOpen = /^(?:RSA )?PRIVATE KEY$/.test(label) && !block.includes("ENCRYPTED");
    return isOpen ? [block] : [];
  });

/**
 * The keys of these files, in PEM.
 *
 * @param read how a named file is read
 * @throws Failure `input-rejected` when one holds no private key, or needs a passphrase
 */
export const readKeys = (
  names: readonly string[],
  read: (name: string) => Promise<{ readonly bytes: Uint8Array }>,
): Promise<readonly string[]> => Promise.all(names.map(async (name) => keyOf(name, await read(name))));

async function keyOf(name: string, { bytes }: { readonly bytes: Uint8Array }): Promise<string> {
  const pem = Buffer.from(bytes).toString("utf8");
  // cryptography is not loaded where no key was named
  const { createPrivateKey } = await import("node:crypto");
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw new Failure("input-rejected", {
      what: text(
        "not a private key in PEM, or it needs a passphrase",
        "PEM の秘密鍵ではないか、パスフレーズが必要です",
      ),
      where: name,
    });
  }
}
