import { findConnectionFault } from "../errors/connection.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { addUnknownOutcome } from "./answer.ts";

const INTERRUPTED_TEXT = addUnknownOutcome(text("interrupted", "中断しました"));

const explainConnectionError = (error: unknown): Text => {
  const code = getErrorCode(error);
  const { en, ja } = findConnectionFault(code) ?? text("connection lost", "接続が切れました");
  return code === "" ? text(en, ja) : text(`${en} (${code})`, `${ja}(${code})`);
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
  const reason = explainConnectionError(error);
  const what = more.mayHaveEffect === true ? addUnknownOutcome(reason) : reason;
  return new Failure("unavailable", {
    hint: describeProxy(more.environment ?? {}),
    what,
    where: address,
    cause: error,
  });
};
