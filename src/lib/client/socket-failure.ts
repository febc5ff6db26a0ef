import { Failure, type FailureDetail } from "../errors/index.ts";
import { text } from "../text/index.ts";

/** @see https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

const TIMEOUTS: readonly string[] = [
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/** undici's error for an answer that its parser rejects; it has a name and no code. */
const NOT_HTTP = "HTTPParserError";

const INTERRUPTED = text(
  "interrupted; the tenant may have completed the request",
  "中断しました。依頼した処理はテナント側で完了している可能性があります",
);

/** Whether a TLS error says that no authority vouches for the other side. */
export const isUntrusted = (code: string): boolean => UNTRUSTED.includes(code);

/** A TLS error in words, by its code. */
const tlsFault = (code: string): FailureDetail | undefined => {
  if (isUntrusted(code)) {
    return {
      what: text(
        "the certificate is not signed by a trusted authority",
        "証明書の発行元がこの PC で信頼されていません",
      ),
      hint: text("give the authority's certificate with --ca-file", "発行元の証明書を --ca-file で指定してください"),
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return { what: text("the certificate is for another host", "証明書が別のホストのものです") };
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return { what: text("the certificate has expired or is not yet valid", "証明書の有効期間外です") };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("CERT_")) {
    return {
      what: text(`TLS connection failed (${code})`, `TLS 接続ができません(${code})`),
      hint: text("check that the server speaks https", "サーバーが https に対応しているか確認してください"),
    };
  }
  return undefined;
};

/** A connection error in words, by its code. */
const connectionFaultOf = (code: string): FailureDetail => {
  const tls = tlsFault(code);
  if (tls !== undefined) return tls;
  if (code === "ECONNREFUSED") return { what: text("connection refused", "接続が拒否されました") };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return { what: text("host not found", "ホスト名が見つかりません") };
  }
  if (TIMEOUTS.includes(code))
    return { what: text("timed out waiting for an answer", "時間内に応答がありませんでした") };
  if (code === NOT_HTTP) return { what: text("the answer is not HTTP", "応答が HTTP ではありません") };
  if (code === "UND_ERR_HEADERS_OVERFLOW")
    return { what: text("the answer's headers are too long", "応答のヘッダーが長すぎます") };
  const suffix = code === "" ? "" : ` (${code})`;
  return { what: text(`connection lost${suffix}`, `接続が切れました${suffix}`) };
};

/** The code of an error or of its cause. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "";
  if (error.name === NOT_HTTP) return NOT_HTTP;
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause);
};

/**
 * The failure of a connection error: `interrupted` when the request was aborted, else `unavailable`.
 *
 * @param address of the tenant
 */
export const socketFailure = (error: unknown, address: string, signal: AbortSignal): Failure => {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure("interrupted", { what: INTERRUPTED, cause: error });
  return new Failure("unavailable", { ...connectionFaultOf(codeOf(error)), where: address, cause: error });
};
