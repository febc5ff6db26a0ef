import { same, text, type Text } from "../../text/index.ts";

/** The reason why a message was not sent; undefined if it was sent. */
export type DeliveryFault = Text | undefined;

/** Omits the error's message, which may contain secrets. */
export const getErrorLabel = (error: unknown): Text => {
  if (!(error instanceof Error)) return same("failure");
  const { code } = error as { readonly code?: unknown };
  return same(typeof code === "string" ? code : error.name);
};

const ERROR_CAUSES: readonly (readonly [RegExp, Text])[] = [
  [/^ECONNREFUSED$/, text("connection refused", "接続を拒否されました")],
  [/^(?:ENOTFOUND|EAI_AGAIN|EDNS)$/, text("host not found", "ホストが見つかりません")],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, text("host cannot be reached", "ホストに到達できません")],
  [/^CERT_HAS_EXPIRED$/, text("the server certificate has expired", "サーバー証明書の期限が切れています")],
  [/ALTNAME/, text("the server certificate is for a different name", "サーバー証明書の名前が一致しません")],
  [
    /CERT|SIGNATURE/,
    text(
      "the server certificate is not trusted (see NODE_EXTRA_CA_CERTS)",
      "サーバー証明書を検証できません(NODE_EXTRA_CA_CERTS を参照)",
    ),
  ],
  [
    /^(?:ERR_SSL_|EPROTO)/,
    text(
      "the server does not support TLS on this port (see security in notify.yaml)",
      "このポートでは TLS で接続できません(notify.yaml の security を参照)",
    ),
  ],
  [/^ETLS$/, text("the server does not offer STARTTLS", "サーバーが STARTTLS に対応していません")],
  [/TIMEOUT|^ETIMEDOUT$|^TimeoutError$/, text("timed out", "時間内に応答がありません")],
  [/^(?:ECONNRESET|ECONNECTION|ESOCKET|EPIPE|UND_ERR_SOCKET)$/, text("connection lost", "接続が切れました")],
];

export const describeConnectionError = (error: unknown, host: string, port: string | number): Text => {
  const { originalCode } = error as { readonly originalCode?: unknown };
  const code = typeof originalCode === "string" ? originalCode : getErrorLabel(error).en;
  const cause = ERROR_CAUSES.find(([pattern]) => pattern.test(code))?.[1];
  const where = `${host}:${port}`;
  return cause === undefined
    ? same(`${where}: ${code}`)
    : text(`${where}: ${cause.en} (${code})`, `${where}: ${cause.ja}(${code})`);
};
