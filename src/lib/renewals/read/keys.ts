import { dirname, join } from "node:path";
import { decodeLatin1, findPemBlocks } from "../../apple/encoding/pem.ts";
import { Failure } from "../../errors/index.ts";
import { listNames, readSmallFile } from "../../files/index.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";

const MAX_KEY_FILES = 100;

const KEY_FILE_NAME = /\.(?:key|pem)$/i;

/** Finds private keys without a passphrase in the folders of tokens. Each folder is read once. */
export class NeighbourKeys {
  readonly #folders = new Map<string, Promise<readonly string[]>>();

  /**
   * Returns the keys in the folder of a file, in PEM. If the folder has many files, those named `.key` are read first.
   *
   * @param path absolute
   */
  of(path: string): Promise<readonly string[]> {
    const folder = dirname(path);
    const known = this.#folders.get(folder) ?? readFolderKeys(folder);
    this.#folders.set(folder, known);
    return known;
  }
}

async function readFolderKeys(folder: string): Promise<readonly string[]> {
  const names = (await listNames(folder).catch(() => [])).filter((name) => KEY_FILE_NAME.test(name)).toSorted();
  const [first, then] = [/\.key$/i, /\.pem$/i].map((ending) => names.filter((name) => ending.test(name)));
  const keys: string[] = [];
  for (const name of [...(first ?? []), ...(then ?? [])].slice(0, MAX_KEY_FILES)) {
    const file = await readSmallFile(join(folder, name), MAX_RENEWAL_FILE_BYTES, { follow: false }).catch(
      () => undefined,
    );
    if (file !== undefined) keys.push(...extractUnencryptedKeys(file.bytes));
  }
  return keys;
}

const extractUnencryptedKeys = (bytes: Uint8Array): readonly string[] =>
  [...findPemBlocks(decodeLatin1(bytes))].flatMap(({ label, text: block }) => {
    const isOpen = /^(?:RSA )?PRIVATE KEY$/.test(label) && !block.includes("ENCRYPTED");
    return isOpen ? [block] : [];
  });

/**
 * Returns the keys in these files, in PEM.
 *
 * @param read reads a named file
 * @throws Failure `input-rejected` if a file does not contain a private key, or if its key needs a passphrase
 */
export const readKeys = (
  names: readonly string[],
  read: (name: string) => Promise<{ readonly bytes: Uint8Array }>,
): Promise<readonly string[]> => Promise.all(names.map(async (name) => parsePrivateKey(name, await read(name))));

async function parsePrivateKey(name: string, { bytes }: { readonly bytes: Uint8Array }): Promise<string> {
  const pem = Buffer.from(bytes).toString("utf8");
  // cryptography is loaded only if a key file is specified
  const { createPrivateKey } = await import("node:crypto");
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw new Failure("input-rejected", {
      what: text(
        "not a private key in PEM, or the key needs a passphrase",
        "PEM の秘密鍵ではないか、パスフレーズが必要です",
      ),
      where: name,
    });
  }
}
