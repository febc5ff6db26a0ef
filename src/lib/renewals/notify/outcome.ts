import { same, text, type Text } from "../../text/index.ts";

/** The result of a delivery. */
export type Delivery =
  | { readonly sent: true }
  | {
      readonly sent: false;
      /** why, without any secret */
      readonly reason: Text;
      /** the mail server refused the recipient for good: the person may be gone */
      readonly bounced: boolean;
    };

export const SENT: Delivery = { sent: true };

/** A delivery that failed and may be tried again. */
export const failed = (reason: Text): Delivery => ({ sent: false, reason, bounced: false });

/** What a server refused for good: the person behind the address may be gone. */
export const bounced = (reason: Text): Delivery => ({ sent: false, reason, bounced: true });

/** The shortest name of what went wrong: an error's code, else its class; messages may tell secrets. */
export const codeOf = (error: unknown): Text => {
  if (!(error instanceof Error)) return same("failure");
  const { code } = error as { readonly code?: unknown };
  return same(typeof code === "string" ? code : error.name);
};

/** What the codes of Node, undici and nodemailer mean; the first that fits counts. */
const CAUSES: readonly (readonly [RegExp, Text])[] = [
  [/^ECONNREFUSED$/, text("connection refused", "接続を拒否されました")],
  [/^(?:ENOTFOUND|EAI_AGAIN|EDNS)$/, text("host not found", "ホストが見つかりません")],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, text("host cannot be reached", "ホストに到達できません")],
  [/^CERT_HAS_EXPIRED$/, text("its certificate has expired", "サーバー証明書の期限が切れています")],
  [/ALTNAME/, text("its certificate is for another name", "サーバー証明書の名前が一致しません")],
  [
    /CERT|SIGNATURE/,
    text("its certificate is not trusted (see ca-file)", "サーバー証明書を検証できません(ca-file を参照)"),
  ],
  [/^(?:ERR_SSL_|EPROTO)/, text("it does not speak TLS here (see security)", "TLS で接続できません(security を参照)")],
  [/^ETLS$/, text("it does not offer STARTTLS", "STARTTLS に対応していません")],
  [/TIMEOUT|^ETIMEDOUT$|^TimeoutError$/, text("timed out", "時間内に応答がありません")],
  [/^(?:ECONNRESET|ECONNECTION|ESOCKET|EPIPE|UND_ERR_SOCKET)$/, text("connection lost", "接続が切れました")],
];

/** Why a server could not be talked to: where it is, what happened, and the code to look up. */
export const unreached = (error: unknown, host: string, port: string | number): Text => {
  const { originalCode } = error as { readonly originalCode?: unknown };
  const code = typeof originalCode === "string" ? originalCode : codeOf(error).en;
  const cause = CAUSES.find(([pattern]) => pattern.test(code))?.[1];
  const where = `${host}:${port}`;
  return cause === undefined
    ? same(`${where}: ${code}`)
    : text(`${where}: ${cause.en} (${code})`, `${where}: ${cause.ja}(${code})`);
};
