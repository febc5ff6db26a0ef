import { MEDIA_TYPES, type Route } from "../contract/route.ts";
import { ProblemObject } from "../contract/shapes.ts";
import { ERRORS, Failure, type ErrorCode } from "../errors/index.ts";
import { same, text, type Text } from "../text/index.ts";

/** Maximum length of a problem object; a longer body is not read further. */
const PROBLEM_LIMIT_BYTES = 64 * 1024;

/** Maximum length of a JSON response: a tree of several hundred thousand organisations is shorter. */
const JSON_LIMIT_BYTES = 256 * 1024 * 1024;

/** Maximum length of a line of a streamed list, in UTF-16 code units: a row of a plan is far shorter. */
const LINE_LIMIT = 16 * 1024 * 1024;

/** Creates the failure for a response that does not follow the tenant API. */
export const createContractFailure = (route: Route, reason: Text): Failure =>
  new Failure("unavailable", {
    what: text(
      `the response does not follow the tenant API: ${reason.en}`,
      `応答がテナント API に従っていません: ${reason.ja}`,
    ),
    where: `${route.method.toUpperCase()} ${route.path}`,
    hint: text(
      "check that the address of the context is the address of a tenant",
      "コンテキストのアドレスがテナントのものか確認してください",
    ),
  });

/** Returns a body's text; undefined if too long or not UTF-8. The rest of a body that is too long is not read. */
const readText = async (response: Response, limitBytes: number): Promise<string | undefined> => {
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

const tryParseJson = (content: string | undefined): unknown => {
  try {
    return content === undefined ? undefined : JSON.parse(content);
  } catch {
    return undefined;
  }
};

const isErrorCode = (type: string): type is ErrorCode =>
  Object.hasOwn(ERRORS, type) && ERRORS[type as ErrorCode].status >= 400;

/**
 * Creates the failure from the problem object of an error response: `unavailable` if the response does not contain a
 * problem object of a known type.
 */
export const createResponseFailure = async (route: Route, response: Response): Promise<Failure> => {
  const problem = ProblemObject.safeParse(tryParseJson(await readText(response, PROBLEM_LIMIT_BYTES)));
  const status = text(`status ${response.status}`, `ステータス ${response.status}`);
  if (!problem.success) return createContractFailure(route, status);
  const { type } = problem.data;
  if (!isErrorCode(type)) {
    const unknown = type.slice(0, 100);
    return createContractFailure(
      route,
      text(`${status.en}, unknown problem type ${unknown}`, `${status.ja}、不明な種類の問題 ${unknown}`),
    );
  }
  return Failure.of({ ...problem.data, type });
};

/** Checks the content type of a response.  @throws Failure `unavailable` if it differs from the contract */
export const checkMediaType = (
  route: Route,
  { headers }: Response,
  wanted: string = MEDIA_TYPES[route.answer.kind],
): void => {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() === wanted) return;
  const received = type === "" ? text("no content type", "Content-Type なし") : same(type.slice(0, 100));
  throw createContractFailure(
    route,
    text(`received ${received.en} instead of ${wanted}`, `${wanted} ではなく ${received.ja}`),
  );
};

/** Reads a JSON body. @throws Failure `unavailable` if the body is not JSON or is longer than the limit */
export const readJson = async (route: Route, response: Response): Promise<unknown> => {
  const content = tryParseJson(await readText(response, JSON_LIMIT_BYTES));
  if (content === undefined) throw createContractFailure(route, text("malformed JSON", "JSON が壊れています"));
  return content;
};

/** Creates the failure for a response that ends early. */
export const createTruncationFailure = (route: Route): Failure =>
  createContractFailure(route, text("the response ends early", "応答が途中で切れています"));

/**
 * Yields the lines of a body, in batches as they arrive.
 *
 * @throws Failure `unavailable` if a line is too long or the last line is incomplete
 */
export async function* readLines(route: Route, body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
    if (rest.length > LINE_LIMIT) throw createContractFailure(route, text("a line is too long", "行が長すぎます"));
  }
  if (rest !== "") throw createTruncationFailure(route);
}

/** Parses a line as JSON. @throws Failure `unavailable` if the line is not JSON */
export const parseLine = (route: Route, line: string): unknown => {
  const value = tryParseJson(line);
  if (value === undefined) throw createContractFailure(route, text("malformed JSON", "JSON が壊れています"));
  return value;
};
