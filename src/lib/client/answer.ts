import { line, step } from "../advice/index.ts";
import { REQUEST_ID_HEADER } from "../tenant/api/wire.ts";
import type { splitRoute } from "../tenant/subjects/operation.ts";
import type { ProblemObject } from "./problem-object.ts";
import { ERRORS, Failure, type ErrorCode, tryOrUndefined, getErrorCode } from "../errors/index.ts";
import { formatCount, same, text, type Text } from "../text/index.ts";
import { findConnectionFault } from "../errors/connection.ts";

export const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504];

const PROBLEM_LIMIT_BYTES = 64 * 1024;

const JSON_LIMIT_BYTES = 256 * 1024 * 1024;

const formatCallPlace = ({ method, path, base }: CallPlace): string =>
  `${method.toUpperCase()} ${base === undefined ? "" : base.origin + base.pathname.replace(/\/$/, "")}${path}`;

export const addUnknownOutcome = ({ en, ja }: Text): Text =>
  text(`${en}; the tenant may have completed the request`, `${ja}。処理はテナントで完了した可能性があります`);

/** A GET request or a refused request (4xx) cannot have changed the tenant. */
const describeOutcome = ({ method }: CallPlace, what: Text, status = 200): Text =>
  method === "get" || (status >= 400 && status < 500) ? what : addUnknownOutcome(what);

export const createApiMismatchFailure = (route: CallPlace, reason: Text, status?: number): Failure =>
  new Failure("unavailable", {
    what: describeOutcome(
      route,
      text(`the response does not match the tenant API: ${reason.en}`, `応答がテナント API と異なります: ${reason.ja}`),
      status,
    ),
    where: formatCallPlace(route),
    hint: text(
      "check that the address of the context is the address of a tenant",
      "コンテキストのアドレスがテナントのものか確認してください",
    ),
  });

export const readText = async (response: Response, limitBytes: number): Promise<string | undefined> => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let content = "";
  let bytes = 0;
  if (response.body === null) return content;
  try {
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limitBytes) return undefined;
      content += decoder.decode(chunk, { stream: true });
    }
    return content + decoder.decode();
  } catch (error) {
    if (error instanceof TypeError && "code" in error && error.code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      return undefined;
    throw error;
  }
};

const tryParseJson = (content = ""): unknown => tryOrUndefined((): unknown => JSON.parse(content));

const isErrorCode = (type: string): type is ErrorCode =>
  Object.hasOwn(ERRORS, type) && ERRORS[type as ErrorCode].status >= 400;

export interface CallPlace extends ReturnType<typeof splitRoute> {
  readonly base?: URL | undefined;
}

export const createResponseFailure = async (route: CallPlace, response: Response): Promise<Failure> => {
  const { ProblemObject } = await import("./problem-object.ts");
  const problem = ProblemObject.safeParse(tryParseJson(await readText(response, PROBLEM_LIMIT_BYTES)));
  const failure = problem.success
    ? createProblemFailure(route, problem.data)
    : createNonTenantResponseFailure(route, response);
  const { status } = response;
  const isRefusal = status >= 400 && status < 500;
  return addRetryTimeAndRequestId(isRefusal ? failure.with({ status }) : failure, response.headers);
};

const createProblemFailure = (route: CallPlace, problem: ProblemObject): Failure => {
  const { type, status } = problem;
  if (isErrorCode(type)) return Failure.of({ ...problem, type });
  const unknown = type.slice(0, 100);
  return createApiMismatchFailure(
    route,
    text(`status ${status}, unknown problem type ${unknown}`, `ステータス ${status}、不明なエラーの種類 ${unknown}`),
    status,
  );
};

const createNonTenantResponseFailure = (route: CallPlace, { status }: Response): Failure => {
  const isBusy = BUSY_STATUSES.includes(status);
  const what = isBusy
    ? text(
        `the server cannot answer at the moment (status ${status})`,
        `サーバーが今は応答できません(ステータス ${status})`,
      )
    : text(
        `another program, perhaps a proxy, answered instead of the tenant (status ${status})`,
        `テナントではなく、プロキシなど別のプログラムが応答しました(ステータス ${status})`,
      );
  return new Failure("unavailable", {
    what: describeOutcome(route, what, status),
    where: formatCallPlace(route),
    hint: isBusy ? SERVER_HINT : PROXY_HINT,
  });
};

const SERVER_HINT = step(
  "check that the server is running; to check the address of the context",
  "サーバーが動いているか確認してください。コンテキストのアドレスを確認するには",
  line("context list", []),
);
const PROXY_HINT = text(
  "check the address of the context; to reach a host without a proxy, add the host to NO_PROXY",
  "コンテキストのアドレスを確認してください。プロキシを使わないホストは NO_PROXY に指定します",
);

const CODES_WITH_REQUEST_ID: readonly ErrorCode[] = ["unavailable", "throttled", "unexpected"];

const addRetryTimeAndRequestId = (failure: Failure, headers: Headers): Failure => {
  if (!CODES_WITH_REQUEST_ID.includes(failure.code)) return failure;
  const id = headers.get(REQUEST_ID_HEADER);
  const seconds = headers.get("retry-after");
  if (id === null && seconds === null) return failure;
  const places = [failure.where, id === null ? undefined : `${REQUEST_ID_HEADER}: ${id.slice(0, 100)}`];
  return failure.with({
    where: places.filter((place) => place !== undefined).join(", ") || undefined,
    ...(seconds === null ? {} : { hint: describeRetry(Number(seconds)), retryAfterMs: Number(seconds) * 1000 }),
  });
};

const MAX_SHOWN_SECONDS = 120;

const describeRetry = (seconds: number): Text => {
  const minutes = Math.ceil(seconds / 60);
  return seconds < MAX_SHOWN_SECONDS
    ? text(`try again in ${formatCount(seconds, "second")}`, `${seconds} 秒後にもう一度実行してください`)
    : text(`try again in ${formatCount(minutes, "minute")}`, `${minutes} 分後にもう一度実行してください`);
};

export const checkMediaType = (route: CallPlace, { headers }: Response, wanted: string): void => {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() === wanted) return;
  const received = type === "" ? text("no content type", "Content-Type なし") : same(type.slice(0, 100));
  throw createApiMismatchFailure(
    route,
    text(`received ${received.en} instead of ${wanted}`, `${wanted} ではなく ${received.ja}`),
  );
};

export const readJson = async (route: CallPlace, response: Response): Promise<unknown> => {
  const content = tryParseJson(await readText(response, JSON_LIMIT_BYTES));
  if (content === undefined) throw createFaultFailure(route, "malformed");
  return content;
};

const RESPONSE_FAULTS = {
  truncated: text("the response ends early", "応答が途中で切れています"),
  "long line": text("a line is too long", "行が長すぎます"),
  malformed: text("malformed JSON", "JSON が壊れています"),
} as const;

export const createFaultFailure = (route: CallPlace, fault: keyof typeof RESPONSE_FAULTS): Failure =>
  createApiMismatchFailure(route, RESPONSE_FAULTS[fault]);

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
