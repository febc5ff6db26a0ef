import { Failure, type FailureDetail, getErrorCode } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { addUnknownOutcome } from "./answer.ts";

/** @see https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes */
const CONNECTION_ERRORS: readonly (readonly [codes: RegExp, what: Text, hint?: Text])[] = [
  [/^ECONNREFUSED$/, text("connection refused", "接続が拒否されました")],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, text("host not found", "ホスト名が見つかりません")],
  [
    /^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/,
    text("timed out waiting for a response", "時間内に応答がありませんでした"),
  ],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/,
    text(
      "the certificate is not signed by a trusted authority",
      "証明書の発行元がこのコンピューターで信頼されていません",
    ),
    text(
      "to trust the issuing authority, set NODE_EXTRA_CA_CERTS to a file with the authority's certificate (PEM)",
      "発行元の認証局を信頼するには、認証局の証明書のファイル(PEM)を NODE_EXTRA_CA_CERTS に指定してください",
    ),
  ],
];

const INTERRUPTED_TEXT = addUnknownOutcome(text("interrupted", "中断しました"));

const explainConnectionError = (error: unknown): FailureDetail => {
  const code = getErrorCode(error);
  const [, reason, hint] = CONNECTION_ERRORS.find(([codes]) => codes.test(code)) ?? [];
  if (reason !== undefined) return { what: reason, ...(hint && { hint }) };
  const suffix = code === "" ? "" : ` (${code})`;
  return /^(?:EPROTO$|ERR_SSL_|ERR_TLS_|CERT_)/.test(code)
    ? { what: text(`TLS connection failed${suffix}`, `TLS 接続ができません${suffix}`) }
    : { what: text(`connection lost${suffix}`, `接続が切れました${suffix}`) };
};

const PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

const describeProxy = (environment: Readonly<Record<string, string | undefined>>): Text | undefined => {
  const variable = PROXY_VARIABLES.find((name) => (environment[name] ?? "") !== "");
  return variable === undefined
    ? undefined
    : text(
        `clomoctl uses the proxy in ${variable}; to reach a host without a proxy, add the host to NO_PROXY`,
        `${variable} のプロキシを使っています。プロキシを使わないホストは NO_PROXY に指定します`,
      );
};

export const createSocketFailure = (
  error: unknown,
  address: string,
  signal: AbortSignal,
  more: {
    readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
    readonly mayHaveEffect?: boolean;
  } = {},
): Failure => {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure("interrupted", { what: INTERRUPTED_TEXT, cause: error });
  const detail = explainConnectionError(error);
  const what = more.mayHaveEffect === true ? addUnknownOutcome(detail.what) : detail.what;
  const hint = describeProxy(more.environment ?? {});
  return new Failure("unavailable", { hint, ...detail, what, where: address, cause: error });
};
