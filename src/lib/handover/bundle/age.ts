import { Decrypter, Encrypter } from "age-encryption";
import { createInvalidBundleFailure } from "./contents.ts";
import { toDiskFailure, Failure } from "../../errors/index.ts";
import type { TemporaryStorage } from "../../files/index.ts";
import type { RegularFile } from "../../files/regular-file.ts";
import { text } from "../../text/index.ts";
import { DAMAGED_ARCHIVE, storeTemporaryFile } from "./unpack.ts";

export const parseKeyLines = (content: string): readonly string[] =>
  content
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** The failure omits an invalid recipient, which may be a secret key. @throws `usage` */
export function createEncrypter(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter();
  try {
    if (recipients.length === 0) throw new TypeError("no recipient");
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    return encrypter;
  } catch {
    throw new Failure("usage", {
      what: text("not an age public key", "age の公開鍵ではありません"),
      where: "--encrypt-to",
      hint: text(
        "specify age1…, or a file with one public key per line; age-keygen -y FILE shows the public key",
        "age1… で始まる公開鍵か、公開鍵を 1 行に 1 つ書いたファイルを指定してください(age-keygen -y FILE で表示できます)",
      ),
    });
  }
}

/** The failure omits the content, which is secret. @throws `input-rejected` if the content is not a list of age keys */
export function createDecrypter(content: string, where: string): Decrypter {
  const decrypter = new Decrypter();
  const keys = parseKeyLines(content);
  try {
    if (keys.length === 0) throw new TypeError("no key");
    for (const key of keys) decrypter.addIdentity(key);
    return decrypter;
  } catch {
    throw new Failure("input-rejected", {
      what: text("not an age identity file", "age の鍵ファイルではありません"),
      where,
      hint: text(
        "each line must be a key that begins with AGE-SECRET-KEY-1, as age-keygen -o FILE writes it",
        "AGE-SECRET-KEY-1 で始まる鍵を 1 行に 1 つ書いたファイルを指定してください(age-keygen -o FILE で作成)",
      ),
    });
  }
}

const MAX_HEADER_BYTES = 1024 * 1024;
const DECRYPTED_FILE_NAME = "decrypted";

export async function decryptArchive(
  archive: RegularFile,
  decrypter: Decrypter,
  { where, place }: { readonly where: string; readonly place: TemporaryStorage },
) {
  const head = await archive.readAt(0, Math.min(archive.bytes, MAX_HEADER_BYTES));
  if (!head.includes("\n--- ")) throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
  return storeTemporaryFile(DECRYPTED_FILE_NAME, readDecrypted(archive, decrypter, where), place);
}

async function* readDecrypted(archive: RegularFile, decrypter: Decrypter, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* await decrypter.decrypt(ReadableStream.from(archive.chunks()));
  } catch (cause) {
    const failed = toDiskFailure(cause, where);
    if (failed !== undefined) throw failed;
    if (!(cause instanceof Error) || !cause.message.includes("no identity matched"))
      throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
    throw new Failure("input-rejected", {
      what: text("this bundle is encrypted for another key", "この鍵では復号できない引き継ぎデータです"),
      where,
      hint: text(
        "ask the person who exported the bundle which public key it is encrypted for; age-keygen -y FILE shows yours",
        "どの公開鍵で暗号化したか、書き出した人に確認してください(自分の公開鍵は age-keygen -y FILE で表示できます)",
      ),
    });
  }
}
