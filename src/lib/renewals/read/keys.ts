import { dirname, join } from "node:path";
import { latin1Of, pemBlocks } from "../../apple/encoding/pem.ts";
import { namesIn, readStart } from "../../files/index.ts";
import { MOST_BYTES } from "../../model/renewal.ts";

/** More than lie beside one token, even in a folder of many certificates. */
const MOST_FILES = 100;

const KEY_FILE = /\.(?:key|pem)$/i;

/** The private keys without a passphrase that lie in the folders of tokens; each folder is looked through once. */
export class KeysBeside {
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
  for (const name of [...(first ?? []), ...(then ?? [])].slice(0, MOST_FILES)) {
    const file = await readStart(join(folder, name), MOST_BYTES, { follow: false }).catch(() => undefined);
    if (file !== undefined && file.bytes.length <= MOST_BYTES) keys.push(...keysOf(file.bytes));
  }
  return keys;
}

const keysOf = (bytes: Uint8Array): readonly string[] =>
  [...pemBlocks(latin1Of(bytes))].flatMap(({ label, text }) => {
    const isOpen = /^(?:RSA )?PRIVATE KEY$/.test(label) && !text.includes("ENCRYPTED");
    return isOpen ? [text] : [];
  });
