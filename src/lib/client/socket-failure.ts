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

const REASONS: readonly (readonly [codes: RegExp, what: Text])[] = [
  [/^ECONNREFUSED$/, text("connection refused", "接続が拒否されました")],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, text("host not found", "ホスト名が見つかりません")],
  [
    /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/,
    text("timed out waiting for a response", "時間内に応答がありませんでした"),
  ],
];

const INTERRUPTED_TEXT = addUnknownOutcome(text("interrupted", "中断しました"));

/** Returns true if a TLS error code means that the server's certificate is not signed by a trusted authority. */
export const isUntrustedCertificate = (code: string): boolean => UNTRUSTED_CERTIFICATE_CODES.includes(code);

const explainConnectionError = (error: unknown): FailureDetail => {
  const code = getErrorCode(error);
  if (isUntrustedCertificate(code)) {
    return {
      what: text(
        "the certificate is not signed by a trusted authority",
        "証明書の発行元がこのコンピューターで信頼されていません",
      ),
      hint: text(
        "to trust the authority that issued it, set NODE_EXTRA_CA_CERTS to the file of its certificate (PEM)",
        "発行元の認証局を信頼するには、その証明書のファイル(PEM)を NODE_EXTRA_CA_CERTS に指定してください",
      ),
    };
  }
  const [, what] = REASONS.find(([codes]) => codes.test(code)) ?? [];
  if (what !== undefined) return { what };
  const suffix = code === "" ? "" : ` (${code})`;
  return /^(?:EPROTO$|ERR_SSL_|ERR_TLS_|CERT_)/.test(code)
    ? { what: text(`TLS connection failed${suffix}`, `TLS 接続ができません${suffix}`) }
    : { what: text(`connection lost${suffix}`, `接続が切れました${suffix}`) };
};

export class ProxyConnectionError extends Error {}

/** Explains the failure of a proxy. undici returns only the message of a refusal. Returns undefined for other errors. */
const explainProxyError = (error: unknown): Text | undefined => {
  // undici has its own error for a proxy that ends the connection
  if (error instanceof ProxyConnectionError || (error instanceof Error && getErrorCode(error) === "UND_ERR_PRX_CONN")) {
    const { en, ja } = explainConnectionError(error.cause).what;
    return text(`cannot connect to the proxy: ${en}`, `プロキシに接続できません: ${ja}`);
  }
  const { message } = error instanceof Error ? error : { message: "" };
  const [, status] =
    /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/.exec(message)?.filter(Boolean) ?? [];
  if (status === undefined) return undefined;
  return text(
    `the proxy refuses the connection (status ${status})`,
    `プロキシが接続を拒否しました(ステータス ${status})`,
  );
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
 * @param connection the proxy in use, and whether the request may have had an effect
 */
export const createSocketFailure = (
  error: unknown,
  address: string,
  signal: AbortSignal,
  {
    proxy,
    mayHaveEffect = false,
  }: {
    readonly proxy?: Proxy | undefined;
    readonly mayHaveEffect?: boolean;
  } = {},
): Failure => {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure("interrupted", { what: INTERRUPTED_TEXT, cause: error });
  const refusal = explainProxyError(error);
  if (proxy !== undefined && refusal !== undefined) return createProxyFailure(refusal, proxy, error);
  const detail = explainConnectionError(error);
  const what = mayHaveEffect ? addUnknownOutcome(detail.what) : detail.what;
  return new Failure("unavailable", { ...detail, what, where: address, cause: error });
};
