import { text, type Text } from "../text/index.ts";

/** @see https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes */
const CONNECTION_FAULTS: readonly (readonly [RegExp, Text])[] = [
  [/^ECONNREFUSED$/, text("connection refused", "接続を拒否されました")],
  [/^(?:ENOTFOUND|EAI_AGAIN|EDNS)$/, text("host not found", "ホストが見つかりません")],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, text("host cannot be reached", "ホストに到達できません")],
  [/^CERT_HAS_EXPIRED$/, text("the server certificate has expired", "サーバー証明書の期限が切れています")],
  [/ALTNAME/, text("the server certificate is for a different name", "サーバー証明書の名前が一致しません")],
  [
    /CERT|SIGNATURE|ERR_TLS_/,
    text(
      "the server certificate is not trusted (see NODE_EXTRA_CA_CERTS)",
      "サーバー証明書を検証できません(NODE_EXTRA_CA_CERTS を参照)",
    ),
  ],
  [/^(?:ERR_SSL_|EPROTO)/, text("the server does not support TLS on this port", "このポートでは TLS で接続できません")],
  [/^ETLS$/, text("the server does not offer STARTTLS", "サーバーが STARTTLS に対応していません")],
  [/TIMEOUT|^ETIMEDOUT$|^TimeoutError$/, text("timed out", "時間内に応答がありません")],
  [/^(?:ECONNRESET|ECONNECTION|ESOCKET|EPIPE|UND_ERR_SOCKET)$/, text("connection lost", "接続が切れました")],
];

export const findConnectionFault = (code: string): Text | undefined =>
  CONNECTION_FAULTS.find(([codes]) => codes.test(code))?.[1];
