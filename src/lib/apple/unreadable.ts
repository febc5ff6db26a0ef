import type { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { latin1Of, pemBlocks } from "./encoding/pem.ts";
import { rejected } from "./renewable.ts";
import { readSigningRequest } from "./signing-request.ts";

/** A byte order mark, as PowerShell 5 writes by `>`. OpenSSL and servers do not read such a file either. */
const UTF16 = /^(?:\xff\xfe|\xfe\xff)$/;
const UTF16_TEXT = text("UTF-16 text; certificates are ASCII", "UTF-16 のテキストです(証明書のファイルは ASCII です)");
const SAVE_AS_ASCII = text(
  "save it as ASCII; in PowerShell: Get-Content FILE | Set-Content -Encoding ascii NEW",
  "ASCII で保存し直してください。PowerShell の例: Get-Content FILE | Set-Content -Encoding ascii NEW",
);

const REQUEST = text("a signing request does not expire", "CSR ファイルに期限はありません");

const BY_LABEL: readonly (readonly [RegExp, Text])[] = [
  [/PRIVATE KEY$/, text("a private key does not expire", "秘密鍵に期限はありません")],
  [/PUBLIC KEY$/, text("a public key does not expire", "公開鍵に期限はありません")],
  [/PARAMETERS$/, text("parameters of keys do not expire", "鍵のパラメーターに期限はありません")],
  [/CRL$/, text("a revocation list (CRL), not a certificate", "失効リスト(CRL)です。証明書ではありません")],
];

/** Why a file that holds nothing to renew is refused. */
export function unreadable(name: string, bytes: Uint8Array): Failure {
  if (UTF16.test(latin1Of(bytes.subarray(0, 2)))) return rejected(name, UTF16_TEXT, SAVE_AS_ASCII);
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
