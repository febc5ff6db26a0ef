import { line, step } from "../advice/index.ts";
import { Failure, type FailureDetail, getErrorCode } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { addUnknownOutcome } from "./answer.ts";
import type { Proxy } from "./proxy.ts";

/** Untrusted certificate codes.  @see https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED_CERTIFICATE_CODES: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

const TIMEOUT_CODES: readonly string[] = [
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/** Name of undici's error for a response that its parser rejects; the error does not have a code. */
const HTTP_PARSER_ERROR = "HTTPParserError";

const isHttpParserError = (error: unknown): boolean =>
  error instanceof Error && (error.name === HTTP_PARSER_ERROR || isHttpParserError(error.cause));

const INTERRUPTED_TEXT = addUnknownOutcome(text("interrupted", "中断しました"));

/** Returns true if a TLS error code means that the server's certificate is not signed by a trusted authority. */
export const isUntrustedCertificate = (code: string): boolean => UNTRUSTED_CERTIFICATE_CODES.includes(code);

const explainTlsError = (code: string, context: string): FailureDetail | undefined => {
  if (isUntrustedCertificate(code)) {
    return {
      what: text(
        "the certificate is not signed by a trusted authority",
        "証明書の発行元がこのコンピューターで信頼されていません",
      ),
      hint: step(
        "to trust the authority that issued it",
        "発行元の認証局を信頼するには",
        line("context set", [context], { caFile: "FILE" }),
      ),
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return { what: text("the certificate was issued for another host", "証明書が別のホストのものです") };
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return { what: text("the certificate has expired or is not yet valid", "証明書の有効期間外です") };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("CERT_")) {
    return {
      what: text(`TLS connection failed (${code})`, `TLS 接続ができません(${code})`),
      hint: text("check that the server supports https", "サーバーが https に対応しているか確認してください"),
    };
  }
  return undefined;
};

const explainConnectionError = (error: unknown, context: string): FailureDetail => {
  if (isHttpParserError(error)) return { what: text("the response is not HTTP", "応答が HTTP ではありません") };
  const code = getErrorCode(error);
  const tls = explainTlsError(code, context);
  if (tls !== undefined) return tls;
  if (code === "ECONNREFUSED")
    return {
      what: text("connection refused", "接続が拒否されました"),
      hint: text(
        "check the address and port, and that the server is running",
        "アドレスとポート、サーバーが動いているかを確認してください",
      ),
    };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return {
      what: text("host not found", "ホスト名が見つかりません"),
      hint: step(
        "to check the address of the context",
        "コンテキストのアドレスの確認",
        line("context show", [context]),
      ),
    };
  }
  if (TIMEOUT_CODES.includes(code))
    return { what: text("timed out waiting for a response", "時間内に応答がありませんでした") };
  if (code === "UND_ERR_HEADERS_OVERFLOW")
    return { what: text("the response headers are too long", "応答のヘッダーが長すぎます") };
  const suffix = code === "" ? "" : ` (${code})`;
  return { what: text(`connection lost${suffix}`, `接続が切れました${suffix}`) };
};

export class ProxyConnectionError extends Error {}

/** Explains the failure of a proxy. undici returns only the message of a refusal. Returns undefined for other errors. */
const explainProxyError = (error: unknown): Text | undefined => {
  // undici has its own error for a proxy that ends the connection
  if (error instanceof ProxyConnectionError || (error instanceof Error && getErrorCode(error) === "UND_ERR_PRX_CONN")) {
    const { en, ja } = explainConnectionError(error.cause, "NAME").what;
    return text(`cannot connect to the proxy: ${en}`, `プロキシに接続できません: ${ja}`);
  }
  const { message } = error instanceof Error ? error : { message: "" };
  const [, status] =
    /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/.exec(message)?.filter(Boolean) ?? [];
  if (status === undefined) return undefined;
  return status === "407"
    ? text("the proxy requires a user name and a password", "プロキシの認証が必要です")
    : text(`the proxy refuses the connection (status ${status})`, `プロキシが接続を拒否しました(ステータス ${status})`);
};

const createProxyFailure = (what: Text, { variable, url }: Proxy, cause: unknown): Failure =>
  new Failure("unavailable", {
    what,
    where: url.origin,
    hint: text(
      `${variable} names this proxy; NO_PROXY lists the hosts that are reached without a proxy`,
      `${variable} でこのプロキシを使っています。プロキシを使わないホストは NO_PROXY に指定します`,
    ),
    cause,
  });

/**
 * Creates the failure for a connection error: `interrupted` if the request was aborted, otherwise `unavailable`.
 *
 * @param address address of the tenant
 * @param connection the context of the tenant, the proxy in use, and whether the request may have had an effect
 */
export const createSocketFailure = (
  error: unknown,
  address: string,
  signal: AbortSignal,
  {
    context = "NAME",
    proxy,
    mayHaveEffect = false,
  }: {
    readonly context?: string | undefined;
    readonly proxy?: Proxy | undefined;
    readonly mayHaveEffect?: boolean;
  } = {},
): Failure => {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure("interrupted", { what: INTERRUPTED_TEXT, cause: error });
  const refusal = explainProxyError(error);
  if (proxy !== undefined && refusal !== undefined) return createProxyFailure(refusal, proxy, error);
  const detail = explainConnectionError(error, context);
  const what = mayHaveEffect ? addUnknownOutcome(detail.what) : detail.what;
  return new Failure("unavailable", { ...detail, what, where: address, cause: error });
};
