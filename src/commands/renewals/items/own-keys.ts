import { createPrivateKey } from "node:crypto";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Fields } from "../../field.ts";
import type { ReadFile } from "../../../lib/files/index.ts";

/** Keys that open server tokens. */
export const KEY_OPTION = {
  key: {
    kind: "file",
    value: "FILE",
    repeatable: true,
    about: text(
      "a private key of our own (PEM) that opens server tokens; CLOMO's are opened by CLOMO alone",
      "サーバートークンを復号する手元の秘密鍵(PEM)。CLOMO の鍵で暗号化されたものは CLOMO だけが復号できます",
    ),
  },
} as const satisfies Fields;

/**
 * The keys of these files, in PEM.
 *
 * @param read how a named file is read
 * @throws Failure `input-rejected` when one holds no private key, or needs a passphrase
 */
export const readKeys = (
  names: readonly string[],
  read: (name: string) => Promise<ReadFile>,
): Promise<readonly string[]> => Promise.all(names.map(async (name) => keyOf(name, await read(name))));

function keyOf(name: string, { bytes }: ReadFile): string {
  const pem = Buffer.from(bytes).toString("utf8");
  try {
    createPrivateKey(pem);
    return pem;
  } catch {
    throw new Failure("input-rejected", {
      what: text(
        "this is no private key in PEM, or it needs a passphrase",
        "PEM の秘密鍵ではないか、パスフレーズが必要です",
      ),
      where: name,
    });
  }
}
