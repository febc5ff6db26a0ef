import { HTTPException } from "hono/http-exception";
import { toFailure } from "../failure.ts";
import {
  Failure,
  getErrorCode,
  redactSecrets,
  unwrapSuppressed,
  type FailureDetail,
  ServerFault,
} from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";

/** The properties of a schema issue that this module uses. @see https://zod.dev/error-customization */
interface SchemaIssue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[] | undefined;
  readonly values?: readonly unknown[] | undefined;
  /** smallest permitted number, string length, or number of items in a list */
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly origin?: string | undefined;
  /** the type of the value that the schema requires */
  readonly expected?: string | undefined;
  /** the format of the text that the schema requires */
  readonly format?: string | undefined;
  /** what our own checks say in Japanese; the message says it in English */
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly input?: unknown;
}

/**
 * Maximum size of a problem object that clients read. If a problem object is larger, each of its texts is shortened to
 * {@link SHORTENED_TEXT_LENGTH} characters, so that five texts fit.
 */
const MAX_PROBLEM_BYTES = 64 * 1024;
const SHORTENED_TEXT_LENGTH = 2_000;

/** Shortens a text that may contain very long values. A problem object does not need the complete text. */
const shortenText = (value: string): string =>
  value.length > SHORTENED_TEXT_LENGTH ? `${value.slice(0, SHORTENED_TEXT_LENGTH).toWellFormed()}…` : value;

/**
 * Returns the response for a failure: a problem object (RFC 9457).
 *
 * @param status HTTP status, if it is not in the error table: 405, 413, 415
 */
export const createProblemResponse = (
  failure: Failure,
  { status = failure.status, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response => {
  const { retryAfterMs } = failure;
  const type = {
    "content-type": "application/problem+json",
    ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) }),
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
  };
  const whole = JSON.stringify(failure.toJSON(status));
  const told = (_name: string, value: unknown): unknown => (typeof value === "string" ? shortenText(value) : value);
  const body = Buffer.byteLength(whole) > MAX_PROBLEM_BYTES ? JSON.stringify(failure.toJSON(status), told) : whole;
  return new Response(redactSecrets(body), { status, headers: { ...headers, ...type } });
};

/** Returns the response to a malformed request. */
export const createUsageResponse = (
  detail: FailureDetail,
  place?: Parameters<typeof createProblemResponse>[1],
): Response => createProblemResponse(new Failure("usage", detail), place);

const SIZE_UNITS: Readonly<Record<string, Text>> = {
  string: text(" characters", " 文字"),
  array: text(" items", " 件"),
};

const describeSizeLimit = ({ code, minimum, maximum, origin = "" }: SchemaIssue): Text | undefined => {
  const { en, ja } = SIZE_UNITS[origin] ?? text("", " ");
  if (code === "too_big" && maximum !== undefined)
    return text(`must be at most ${maximum}${en}`, `${maximum}${ja}以下にしてください`);
  if (code !== "too_small" || minimum === undefined) return undefined;
  if (origin === "string" && Number(minimum) === 1) return text("must not be blank", "空にできません");
  return text(`must be at least ${minimum}${en}`, `${minimum}${ja}以上にしてください`);
};

const EXPECTED_VALUES: Readonly<Record<string, Text>> = {
  string: text("text", "文字列"),
  number: text("a number", "数値"),
  int: text("a whole number", "整数"),
  boolean: text("true or false", "true か false "),
  array: text("a list", "配列"),
  object: text("an object", "オブジェクト"),
  record: text("an object", "オブジェクト"),
  date: text("a date such as 2027-03-01", "2027-03-01 の形の日付"),
  datetime: text("an instant such as 2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z の形の日時"),
  url: text("an address (URL)", "アドレス(URL)"),
  uuid: text("a UUID", "UUID "),
};

const describeIssue = (issue: SchemaIssue): Text => {
  const { code, message, keys = [], values = [], expected = "", format = "", params } = issue;
  const size = describeSizeLimit(issue);
  if (size !== undefined) return size;
  const value = EXPECTED_VALUES[format] ?? EXPECTED_VALUES[expected];
  if (value !== undefined) return text(`must be ${value.en}`, `${value.ja}にしてください`);
  if (code === "unrecognized_keys")
    return text(`unknown fields: ${keys.join(", ")}`, `不明な項目です: ${keys.join(", ")}`);
  if (code === "invalid_value")
    return text(`must be one of ${values.join(", ")}`, `${values.join(", ")} のいずれかにしてください`);
  return text(`invalid value: ${message}`, `値が正しくありません: ${params?.["ja"] ?? message}`);
};

/** Returns the response to a request that violates the schema.  @param target `query`, `param`, `header` or `json` */
export const createValidationResponse = (target: string, issues: readonly SchemaIssue[]): Response => {
  const [issue] = issues;
  if (issue === undefined)
    return createUsageResponse({ what: text("the request is not valid", "リクエストが正しくありません") });
  return createUsageResponse({ what: describeIssue(issue), where: [target, ...issue.path].map(String).join(".") });
};

const createHttpErrorResponse = ({ status }: HTTPException): Response => {
  if (status === 415) {
    const what = text("the content type must be application/json", "Content-Type は application/json にしてください");
    return createUsageResponse({ what, where: "content-type" }, { status });
  }
  return createUsageResponse({
    what: text("the request body is not valid JSON", "リクエストの本文が正しい JSON ではありません"),
    where: "json",
  });
};

/**
 * Returns the cause of an error with status 500 or above, for the operator of the server: the file or the setting and
 * what is wrong with it, or the code of an unexpected error. Other texts are left out, because they may contain data of people.
 */
export const describeFault = (error: unknown): string | undefined => {
  if (!(error instanceof Failure)) return getErrorCode(error) || (error instanceof Error ? error.name : undefined);
  if (!(error instanceof ServerFault)) return undefined;
  const { where, what } = error.cause;
  return where === undefined ? what.en : `${where}: ${what.en}`;
};

export const createErrorResponse = (chain: unknown): Response => {
  const { first: error } = unwrapSuppressed(chain);
  return error instanceof HTTPException ? createHttpErrorResponse(error) : createProblemResponse(toFailure(error));
};
