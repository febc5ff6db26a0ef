import type { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { latin1Of, pemBlocks } from "./encoding/pem.ts";
import { rejected } from "./renewable.ts";
import { readSigningRequest } from "./signing-request.ts";

const PASSWORD_NEEDED = text(
  "a key store cannot be read without its password",
  "鍵ストアはパスワードなしでは読み込めません",
);
const EXPORT_CERTIFICATE = text(
  "export the certificate alone, for example: openssl pkcs12 -in FILE -nokeys -out cert.pem",
  "証明書だけを取り出して指定してください。例: openssl pkcs12 -in FILE -nokeys -out cert.pem",
);

/** SEQUENCE, then version 3, after a length of any form. @see RFC 7292 section 4 */
const PKCS12 = /^30(?:[0-7].|8[01]..|80|82.{4}|83.{6}|84.{8})02010330/s;
const JAVA_KEY_STORE = "feedfeed";

const REQUEST = text("a signing request does not expire", "CSR ファイルに期限はありません");

const BY_LABEL: readonly (readonly [RegExp, Text])[] = [
  [/PRIVATE KEY$/, text("a private key does not expire", "秘密鍵に期限はありません")],
  [/PUBLIC KEY$/, text("a public key does not expire", "公開鍵に期限はありません")],
];

/** Why a file that holds nothing to renew is refused. */
export function unreadable(name: string, bytes: Uint8Array): Failure {
  const start = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  if (start.startsWith(JAVA_KEY_STORE) || PKCS12.test(start))
    return rejected(name, PASSWORD_NEEDED, EXPORT_CERTIFICATE);
  if (attempt(() => readSigningRequest({ name, bytes })) !== undefined) return rejected(name, REQUEST);
  for (const { label } of pemBlocks(latin1Of(bytes))) {
    const known = BY_LABEL.find(([pattern]) => pattern.test(label));
    if (known !== undefined) return rejected(name, known[1]);
  }
  return rejected(
    name,
    text(
      "not a certificate, token or provisioning profile, or broken",
      "証明書、トークン、プロビジョニングプロファイルのいずれでもないか、壊れています",
    ),
  );
}
