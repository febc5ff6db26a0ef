import type { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { decodeLatin1, findPemBlocks } from "./encoding/pem.ts";
import { createRejectedFileFailure } from "./renewable.ts";
import { readSigningRequest } from "./signing-request.ts";

/** A UTF-16 byte order mark, which PowerShell 5 writes with `>`. OpenSSL and servers cannot read such files either. */
const UTF16_BYTE_ORDER_MARK = /^(?:\xff\xfe|\xfe\xff)$/;
const UTF16_REASON = text(
  "the file is UTF-16 text, but certificate files are ASCII",
  "UTF-16 のテキストです(証明書のファイルは ASCII です)",
);
const SAVE_AS_ASCII_HINT = text(
  "save the file as ASCII; in PowerShell: Get-Content FILE | Set-Content -Encoding ascii NEW",
  "ASCII で保存し直してください。PowerShell の例: Get-Content FILE | Set-Content -Encoding ascii NEW",
);

const SIGNING_REQUEST_REASON = text(
  "a certificate signing request (CSR) does not expire",
  "CSR ファイルに期限はありません",
);

const REASONS_BY_PEM_LABEL: readonly (readonly [RegExp, Text])[] = [
  [/PRIVATE KEY$/, text("a private key does not expire", "秘密鍵に期限はありません")],
  [/PUBLIC KEY$/, text("a public key does not expire", "公開鍵に期限はありません")],
  [/PARAMETERS$/, text("key parameters do not expire", "鍵のパラメーターに期限はありません")],
  [
    /CRL$/,
    text("the file is a certificate revocation list (CRL), not a certificate", "証明書ではなく、失効リスト(CRL)です"),
  ],
];

/** Creates the failure for a file that does not contain anything to renew. */
export function createUnreadableFileFailure(name: string, bytes: Uint8Array): Failure {
  if (UTF16_BYTE_ORDER_MARK.test(decodeLatin1(bytes.subarray(0, 2))))
    return createRejectedFileFailure(name, UTF16_REASON, SAVE_AS_ASCII_HINT);
  if (attempt(() => readSigningRequest({ name, bytes })) !== undefined)
    return createRejectedFileFailure(name, SIGNING_REQUEST_REASON);
  for (const { label } of findPemBlocks(decodeLatin1(bytes))) {
    const known = REASONS_BY_PEM_LABEL.find(([pattern]) => pattern.test(label));
    if (known !== undefined) return createRejectedFileFailure(name, known[1]);
  }
  return createRejectedFileFailure(
    name,
    text(
      "not a certificate, token or provisioning profile, or the file is damaged",
      "証明書、トークン、プロビジョニングプロファイルのいずれでもないか、壊れています",
    ),
  );
}
