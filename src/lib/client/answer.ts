import { MEDIA_TYPES, type Route } from "../contract/route.ts";
import { ProblemObject } from "../contract/shapes.ts";
import { ERRORS, Failure, type ErrorCode } from "../errors/index.ts";
import { same, text, type Text } from "../text/index.ts";

/** Maximum length of a problem object; a longer body is not read further. */
const PROBLEM_LIMIT_BYTES = 64 * 1024;

/** Maximum length of a JSON answer: a tree of some hundred thousand organisations is shorter. */
const JSON_LIMIT_BYTES = 256 * 1024 * 1024;

/** Maximum length of a line of a streamed list, in UTF-16 units: a row of a plan is far shorter. */
const LINE_LIMIT = 16 * 1024 * 1024;

/** The failure of an answer that violates the tenant API. */
export const contractViolation = (route: Route, reason: Text): Failure =>
  new Failure("unavailable", {
    what: text(
      `the answer does not follow the tenant API: ${reason.en}`,
      `応答がテナント API に従っていません: ${reason.ja}`,
    ),
    where: `${route.method.toUpperCase()} ${route.path}`,
    hint: text(
      "check that the context's address is that of a tenant",
      "コンテキストのアドレスがテナントのものか確認してください",
    ),
  });

/** The text of a body; undefined if it is longer than the limit or not UTF-8. The rest is not awaited. */
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

const parse = (content: string | undefined): unknown => {
  try {
    return content === undefined ? undefined : JSON.parse(content);
  } catch {
    return undefined;
  }
};

const isErrorCode = (type: string): type is ErrorCode =>
  Object.hasOwn(ERRORS, type) && ERRORS[type as ErrorCode].status >= 400;

/** The failure of a problem object; `unavailable` when the answer is not a problem object of a known type. */
export const failureOf = async (route: Route, response: Response): Promise<Failure> => {
  const problem = ProblemObject.safeParse(parse(await readText(response, PROBLEM_LIMIT_BYTES)));
  const status = text(`status ${response.status}`, `ステータス ${response.status}`);
  if (!problem.success) return contractViolation(route, status);
  const { type } = problem.data;
  if (!isErrorCode(type)) {
    const unknown = type.slice(0, 100);
    return contractViolation(
      route,
      text(`${status.en}, unknown problem ${unknown}`, `${status.ja}、不明な問題 ${unknown}`),
    );
  }
  return Failure.of({ ...problem.data, type });
};

/** @throws Failure `unavailable` when the content type is not that of the contract */
export const checkMediaType = (
  route: Route,
  { headers }: Response,
  wanted: string = MEDIA_TYPES[route.answer.kind],
): void => {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() === wanted) return;
  const received = type === "" ? text("no content type", "Content-Type なし") : same(type.slice(0, 100));
  throw contractViolation(route, text(`${received.en} instead of ${wanted}`, `${wanted} ではなく ${received.ja}`));
};

/** @throws Failure `unavailable` when the body is not JSON or longer than the limit */
export const readJson = async (route: Route, response: Response): Promise<unknown> => {
  const content = parse(await readText(response, JSON_LIMIT_BYTES));
  if (content === undefined) throw contractViolation(route, text("malformed JSON", "JSON が壊れています"));
  return content;
};

/** The failure of a list whose last line is incomplete. */
export const cutOff = (route: Route): Failure =>
  contractViolation(route, text("the list ends early", "一覧が途中で切れています"));

/**
 * The lines of a body, in batches as they arrive.
 *
 * @throws Failure `unavailable` when a line is too long, or the last one is cut off
 */
export async function* readLines(route: Route, body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
    if (rest.length > LINE_LIMIT) throw contractViolation(route, text("a line is too long", "行が長すぎます"));
  }
  if (rest !== "") throw cutOff(route);
}

/** @throws Failure `unavailable` when a line is not JSON */
export const parseLine = (route: Route, line: string): unknown => {
  const value = parse(line);
  if (value === undefined) throw contractViolation(route, text("malformed JSON", "JSON が壊れています"));
  return value;
};
