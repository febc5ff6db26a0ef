import { Encrypter } from "age-encryption";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { hasSecretKey } from "./secret-key.ts";

/** The age recipients (public keys, `age1…`) who can decrypt a file. The constructor checks them. */
export class AgeRecipients {
  readonly #encrypter = new Encrypter();

  /**
   * @param words recipients as typed, or as the lines of a file
   * @throws Failure `usage` for an invalid recipient. The message does not show the recipient, because it may be a
   * secret key.
   */
  constructor(words: readonly string[]) {
    if (words.length === 0) throw createInvalidRecipientFailure("");
    for (const word of words) {
      try {
        this.#encrypter.addRecipient(word);
      } catch {
        throw createInvalidRecipientFailure(word);
      }
    }
  }

  /** Encrypts the content for all recipients and yields the encrypted bytes. */
  async *encrypted(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const stream = await this.#encrypter.encrypt(ReadableStream.from(content));
    yield* stream;
  }
}

const createInvalidRecipientFailure = (word: string): Failure =>
  new Failure("usage", {
    what: hasSecretKey(word)
      ? text(
          "this is a secret key; encryption needs only the public key",
          "これは秘密鍵です。暗号化には公開鍵だけを使います",
        )
      : text("not an age recipient (public key)", "age の公開鍵ではありません"),
    where: "--encrypt-to",
    hint: text(
      "specify age1…, or a file with one recipient per line; age-keygen creates a key pair, and age-keygen -y FILE shows the public key",
      "age1… で始まる公開鍵か、公開鍵を 1 行に 1 つ書いたファイルを指定してください。age-keygen で鍵を作り、age-keygen -y FILE で公開鍵を表示できます",
    ),
  });
