import { Encrypter } from "age-encryption";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { hasSecretKey } from "./secret-key.ts";

/** Who may decrypt, by age's own text: `age1…`; checked when it is made. */
export class Recipients {
  readonly #encrypter = new Encrypter();

  /**
   * @param words recipients as typed, or as the lines of a file
   * @throws Failure `usage` for one that is none; it is not repeated, as it may be a secret key
   */
  constructor(words: readonly string[]) {
    if (words.length === 0) throw noRecipient("");
    for (const word of words) {
      try {
        this.#encrypter.addRecipient(word);
      } catch {
        throw noRecipient(word);
      }
    }
  }

  /** Bytes encrypted for all of them, as they come. */
  async *encrypted(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const stream = await this.#encrypter.encrypt(ReadableStream.from(content));
    yield* stream;
  }
}

const noRecipient = (word: string): Failure =>
  new Failure("usage", {
    what: hasSecretKey(word)
      ? text(
          "this is a secret key: whoever encrypts needs the public one alone",
          "これは秘密鍵です。暗号化には公開鍵だけを使います",
        )
      : text("this is no recipient of age", "age の公開鍵ではありません"),
    where: "--encrypt-to",
    hint: text(
      "pass age1…, or a file with one a line; age-keygen makes a pair, and age-keygen -y FILE shows the public key",
      "age1… か、1 行に 1 つ書いたファイルを指定してください。age-keygen で鍵を作り、age-keygen -y FILE で公開鍵を表示できます",
    ),
  });
