import { text } from "../text/index.ts";
import { certificatesOfBundle } from "./certificate.ts";
import { certificatesOfJavaKeyStore } from "./encoding/java-key-store.ts";
import { readPkcs12 } from "./encoding/pkcs12.ts";
import { rejected, type NamedFile, type ReadPartly } from "./renewable.ts";

/** SEQUENCE, then version 3, after a length of any form. @see RFC 7292 section 4 */
const PKCS12 = /^30(?:[0-7].|8[01]..|80|82.{4}|83.{6}|84.{8})02010330/s;
const JAVA_KEY_STORE = "feedfeed";

/** Why a key store cannot be read that needs a password. From the store itself, one cannot know which of the three it is. */
export const KEY_STORE_LOCKED = text(
  "the key store needs its password (or the password is wrong, or the file is damaged)",
  "この鍵ストアを開くにはパスワードが必要です(または、パスワードが違うか、ファイルが壊れています)",
);

const KEY_STORE_UNSUPPORTED = text(
  "the key store's integrity check (MAC) uses an unsupported method, or more iterations than are accepted",
  "この鍵ストアの改ざん検知(MAC)は、対応していない方式か、反復回数が上限を超えています",
);

const GIVE_PASSWORD = text(
  "put the password into a file that only you can read: --password-file FILE",
  "自分だけが読めるファイルにパスワードを書き、--password-file で指定してください",
);

const startOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 16)).toString("hex");

/** Whether bytes begin as a Java key store does. */
export const isJavaKeyStore = (bytes: Uint8Array): boolean => startOf(bytes).startsWith(JAVA_KEY_STORE);

/**
 * The certificates of a key store: PKCS#12 or JKS.
 *
 * @returns undefined where the file is none
 * @throws `input-rejected` when none of the passwords opens it, its MAC is not supported, it is broken, or holds no certificate
 */
export function keyStoreOf({ name, bytes }: NamedFile, passwords: readonly string[]): ReadPartly | undefined {
  const java = isJavaKeyStore(bytes);
  if (!java && !PKCS12.test(startOf(bytes))) return undefined;
  const certificates = java ? certificatesOfJavaKeyStore(bytes) : undefined;
  const store = certificates === undefined ? readPkcs12(bytes, passwords) : { certificates, state: "open" as const };
  if (store === undefined) throw rejected(name, text("the key store is broken or truncated", "鍵ストアが壊れています"));
  const { state } = store;
  if (state === "unsupported") throw rejected(name, KEY_STORE_UNSUPPORTED);
  if (store.certificates.length === 0) {
    throw state === "locked"
      ? rejected(name, KEY_STORE_LOCKED, GIVE_PASSWORD)
      : rejected(name, text("the key store holds no certificate", "鍵ストアに証明書がありません"));
  }
  const { renewables, broken } = certificatesOfBundle(name, store.certificates);
  return { renewables, broken: state === "locked" ? [...broken, KEY_STORE_LOCKED] : broken };
}
