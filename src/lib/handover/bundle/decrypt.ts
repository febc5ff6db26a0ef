import { Decrypter } from "age-encryption";
import { Failure } from "../../errors/index.ts";
import { FolderWriter } from "../../files/folder-in-making.ts";
import type { TemporaryStorage } from "../../files/index.ts";
import type { RegularFile } from "../../files/plain.ts";
import { text } from "../../text/index.ts";
import { DAMAGED_ARCHIVE, createInvalidBundleFailure } from "./archive/unpack.ts";

/** The beginning of a file encrypted by age, binary or ASCII-armored.  @see https://age-encryption.org/v1 */
const AGE_FILE_HEADERS = ["age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"];

const AGE_IDENTITY_PREFIX = /^AGE-SECRET-KEY-(?:PQ-)?1/;

/**
 * Returns the secret keys in an age identity file: one key per line, as age-keygen writes it.
 *
 * @param where the file name, for messages, which never show the content
 * @throws Failure `input-rejected` if the file is protected by a passphrase, or is not a list of age keys
 */
export function parseIdentities(content: string, where: string): readonly string[] {
  if (AGE_FILE_HEADERS.some((head) => content.startsWith(head))) throw createPassphraseProtectedFailure(where);
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0 || !keys.every(isAgeIdentity)) throw createInvalidIdentityFailure(where);
  return keys;
}

function isAgeIdentity(line: string): boolean {
  if (!AGE_IDENTITY_PREFIX.test(line)) return false;
  try {
    new Decrypter().addIdentity(line);
    return true;
  } catch {
    return false;
  }
}

const createPassphraseProtectedFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("the identity file is protected by a passphrase", "鍵ファイルがパスフレーズで保護されています"),
    where,
    hint: text(
      "specify an identity file that does not have a passphrase and that only you can read",
      "パスフレーズのない、自分だけが読める鍵ファイルを指定してください",
    ),
  });

const createInvalidIdentityFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("not an age identity file", "age の鍵ファイルではありません"),
    where,
    hint: text(
      "each line must be a key that begins with AGE-SECRET-KEY-1, as age-keygen -o FILE writes it; SSH keys and plugin keys cannot be used",
      "AGE-SECRET-KEY-1 で始まる鍵を 1 行に 1 つ書いたファイルを指定してください(age-keygen -o FILE で作成)。SSH やプラグインの鍵は使えません",
    ),
  });

/** Maximum size of a header, which is enough for thousands of recipients. */
const MAX_HEADER_BYTES = 1024 * 1024;

/**
 * Decrypts an archive into a new folder (0700) in the temporary folder; the decrypted file is 0600.
 *
 * @param identities secret keys, as returned by {@link parseIdentities}
 * @param where the archive name, for messages
 * @returns the path of the decrypted file, and a function that removes it
 * @throws Failure `input-rejected` if no identity matches, or if the archive is damaged or truncated
 */
export async function decryptArchive(
  archive: RegularFile,
  identities: readonly string[],
  { where, place }: { readonly where: string; readonly place: TemporaryStorage },
): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const plain = await openEncryptedArchive(archive, identities, where);
  const folder = await FolderWriter.createUnnamed("bundle", place);
  try {
    const file = await folder.file(DECRYPTED_FILE);
    for await (const chunk of plain) await file.write(chunk);
    await file.close();
    return { path: `${folder.path}/${DECRYPTED_FILE}`, remove: () => folder.abandon() };
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

const DECRYPTED_FILE = "decrypted";

async function openEncryptedArchive(
  archive: RegularFile,
  identities: readonly string[],
  where: string,
): Promise<AsyncGenerator<Uint8Array>> {
  const header = await readAgeHeader(archive, where);
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return readDecrypted(await decrypter.decrypt(ReadableStream.from(archive.chunks())), where);
  } catch (cause) {
    if (!(cause instanceof Error) || !cause.message.includes("no identity matched"))
      throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
    throw header.includes("\n-> scrypt ") ? createPassphraseFailure(where) : createKeyMismatchFailure(where);
  }
}

/** Returns the header as text. Reading stops at a limit, because the header of a malicious file may be endless. */
async function readAgeHeader(archive: RegularFile, where: string): Promise<string> {
  const head = await archive.readAt(0, Math.min(archive.bytes, MAX_HEADER_BYTES));
  const header = head.toString("latin1");
  const end = header.indexOf("\n--- ");
  if (end === -1) throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
  return header.slice(0, end);
}

/** Yields the decrypted bytes of a stream. Any failure means that the file is damaged or truncated. */
async function* readDecrypted(stream: ReadableStream<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch {
    throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
  }
}

const createKeyMismatchFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("this bundle is encrypted for another key", "この鍵では復号できない引き継ぎデータです"),
    where,
    hint: text(
      "age-keygen -y FILE shows your public key; ask the person who exported the bundle which public key they used",
      "age-keygen -y FILE で自分の公開鍵を表示し、どの公開鍵で暗号化したか、書き出した人に確認してください",
    ),
  });

const createPassphraseFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this file is encrypted with a passphrase, not for a key",
      "鍵ではなく、パスフレーズで暗号化されたファイルです",
    ),
    where,
    hint: text(
      "decrypt it with the program that encrypted it, then specify the decrypted file",
      "暗号化に使ったプログラムで復号し、復号したファイルを指定してください",
    ),
  });
