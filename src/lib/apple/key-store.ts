import { text } from "../text/index.ts";
import { readBundleCertificates } from "./certificate.ts";
import { readJavaKeyStore } from "./encoding/java-key-store.ts";
import { readPkcs12 } from "./encoding/pkcs12.ts";
import { createRejectedFileFailure, type NamedFile, type RenewableReadResult } from "./renewable.ts";

/** Matches a PKCS#12 store's first hexadecimal digits: SEQUENCE, length in any form, version 3.  @see RFC 7292, 4 */
const PKCS12_PATTERN = /^30(?:[0-7].|8[01]..|80|82.{4}|83.{6}|84.{8})02010330/s;
const JKS_MAGIC = "feedfeed";

/** Reason why a locked key store cannot be read. The store itself does not show which of the three causes applies. */
export const KEY_STORE_LOCKED = text(
  "the key store requires a password (or the password is wrong, or the file is damaged)",
  "この鍵ストアを開くにはパスワードが必要です(または、パスワードが違うか、ファイルが壊れています)",
);

const KEY_STORE_UNSUPPORTED = text(
  "the integrity check (MAC) of the key store uses an unsupported method or too many iterations",
  "この鍵ストアの改ざん検知(MAC)は、対応していない方式か、反復回数が上限を超えています",
);

const PASSWORD_FILE_HINT = text(
  "write the password to a file that only you can read, and pass it: --password-file FILE",
  "自分だけが読めるファイルにパスワードを書き、--password-file で指定してください",
);

const formatFirstBytes = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 16)).toString("hex");

/** Returns true if the bytes begin like a Java key store. */
export const isJavaKeyStore = (bytes: Uint8Array): boolean => formatFirstBytes(bytes).startsWith(JKS_MAGIC);

/**
 * Reads the certificates of a key store: PKCS#12 or JKS.
 *
 * @returns undefined if the file is not a key store
 * @throws Failure `input-rejected` if none of the passwords decrypts the store, its MAC is not supported, the store is
 * broken, or it does not contain a certificate
 */
export function readKeyStore(
  { name, bytes }: NamedFile,
  passwords: readonly string[],
): RenewableReadResult | undefined {
  const java = isJavaKeyStore(bytes);
  if (!java && !PKCS12_PATTERN.test(formatFirstBytes(bytes))) return undefined;
  const certificates = java ? readJavaKeyStore(bytes) : undefined;
  const store = certificates === undefined ? readPkcs12(bytes, passwords) : { certificates, state: "open" as const };
  if (store === undefined)
    throw createRejectedFileFailure(
      name,
      text("the key store is broken or truncated", "鍵ストアが壊れているか途中で切れています"),
    );
  const { state } = store;
  if (state === "unsupported") throw createRejectedFileFailure(name, KEY_STORE_UNSUPPORTED);
  if (store.certificates.length === 0) {
    throw state === "locked"
      ? createRejectedFileFailure(name, KEY_STORE_LOCKED, PASSWORD_FILE_HINT)
      : createRejectedFileFailure(
          name,
          text("the key store does not contain a certificate", "鍵ストアに証明書がありません"),
        );
  }
  const { renewables, broken } = readBundleCertificates(name, store.certificates);
  return { renewables, broken: state === "locked" ? [...broken, KEY_STORE_LOCKED] : broken };
}
