import { Decrypter } from "age-encryption";
import { Failure } from "../../errors/index.ts";
import { FolderInMaking } from "../../files/folder-in-making.ts";
import type { TemporaryPlace } from "../../files/index.ts";
import type { PlainFile } from "../../files/plain.ts";
import { text } from "../../text/index.ts";
import { CUT, refuse } from "./archive/unpack.ts";

/** The beginning of what age has encrypted, in its binary form and as ASCII armor. @see https://age-encryption.org/v1 */
const AGE_HEADS = ["age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"];

/** An identity of age: an X25519 or a post-quantum key. */
const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1/;

/**
 * Returns the secret keys in an identity file of age: one a line, as age-keygen writes it.
 *
 * @param where the file, for messages; its content is never repeated
 * @throws Failure `input-rejected` for a file that is protected by a passphrase, or has no key of age
 */
export function parseIdentities(content: string, where: string): readonly string[] {
  if (AGE_HEADS.some((head) => content.startsWith(head))) throw PROTECTED(where);
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0 || !keys.every(isIdentity)) throw noIdentity(where);
  return keys;
}

function isIdentity(line: string): boolean {
  if (!IDENTITY.test(line)) return false;
  try {
    new Decrypter().addIdentity(line);
    return true;
  } catch {
    return false;
  }
}

const PROTECTED = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("the identity file is protected by a passphrase", "鍵ファイルがパスフレーズで保護されています"),
    where,
    hint: text(
      "name an identity file without a passphrase, which only you can read",
      "パスフレーズのない、自分だけが読める鍵ファイルを指定してください",
    ),
  });

const noIdentity = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("not an identity file of age", "age の鍵ファイルではありません"),
    where,
    hint: text(
      "each line is a key that begins with AGE-SECRET-KEY-1, as age-keygen -o FILE writes it; keys of SSH and of plugins cannot be used",
      "AGE-SECRET-KEY-1 で始まる鍵を 1 行に 1 つ書いたファイルを指定してください(age-keygen -o FILE で作成)。SSH やプラグインの鍵は使えません",
    ),
  });

/** Maximum size of a header: enough for thousands of recipients. */
const MAX_HEADER_BYTES = 1024 * 1024;

/**
 * Decrypts an archive into a folder of the temporary folder, 0700; the file in it is 0600.
 *
 * @param identities as {@link parseIdentities} returns them
 * @param where the archive, for messages
 * @returns the path of what was decrypted, and what removes it
 * @throws Failure `input-rejected` if no identity fits, and for an archive that is damaged or cut off
 */
export async function decryptArchive(
  archive: PlainFile,
  identities: readonly string[],
  { where, place }: { readonly where: string; readonly place: TemporaryPlace },
): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const plain = await openAge(archive, identities, where);
  const folder = await FolderInMaking.createUnnamed("bundle", place);
  try {
    const file = await folder.file(DECRYPTED);
    for await (const chunk of plain) await file.write(chunk);
    await file.close();
    return { path: `${folder.path}/${DECRYPTED}`, remove: () => folder.abandon() };
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

const DECRYPTED = "decrypted";

async function openAge(
  archive: PlainFile,
  identities: readonly string[],
  where: string,
): Promise<AsyncGenerator<Uint8Array>> {
  const header = await headerOf(archive, where);
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return plainOf(await decrypter.decrypt(ReadableStream.from(archive.chunks())), where);
  } catch (cause) {
    if (!(cause instanceof Error) || !cause.message.includes("no identity matched")) throw refuse(where, CUT);
    throw header.includes("\n-> scrypt ") ? byPassphrase(where) : otherKey(where);
  }
}

/** Returns the header as text. It is read up to a limit, as the header of a hostile file may be endless. */
async function headerOf(archive: PlainFile, where: string): Promise<string> {
  const head = await archive.readAt(0, Math.min(archive.bytes, MAX_HEADER_BYTES));
  const header = head.toString("latin1");
  const end = header.indexOf("\n--- ");
  if (end === -1) throw refuse(where, CUT);
  return header.slice(0, end);
}

/** Yields the decrypted bytes of a stream; any failure means that the file is damaged or cut off. */
async function* plainOf(stream: ReadableStream<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch {
    throw refuse(where, CUT);
  }
}

const otherKey = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("this bundle is encrypted for another key", "この鍵では復号できない引き継ぎデータです"),
    where,
    hint: text(
      "age-keygen -y FILE shows the public key of yours: ask whoever exported the bundle for which key it is",
      "age-keygen -y FILE で自分の公開鍵を表示し、どの公開鍵で暗号化したか、書き出した人に確認してください",
    ),
  });

const byPassphrase = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this file is encrypted by a passphrase, and not for a key",
      "鍵ではなく、パスフレーズで暗号化されたファイルです",
    ),
    where,
    hint: text(
      "decrypt it with the program that encrypted it, then name the decrypted file",
      "暗号化に使ったプログラムで復号し、復号したファイルを指定してください",
    ),
  });
