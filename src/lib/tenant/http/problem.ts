import { HTTPException } from "hono/http-exception";
import { ERRORS, Failure, unsuppressed, type FailureDetail } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";

/** The parts used of a schema's issue. @see https://zod.dev/error-customization */
interface Issue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[] | undefined;
  readonly values?: readonly unknown[] | undefined;
  /** of a text its length, of a list its items */
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly origin?: string | undefined;
  readonly input?: unknown;
}

/** What a client reads of a problem object, and the most characters of each text of a longer one: five have room. */
const MAX_BYTES = 64 * 1024;
const MAX_TOLD = 2_000;

/** A text with values of any length, which a problem object need not have as a whole. */
const inShort = (value: string): string =>
  value.length > MAX_TOLD ? `${value.slice(0, MAX_TOLD).toWellFormed()}…` : value;

/**
 * The response for a failure, an RFC 9457 problem object.
 *
 * @param status for HTTP statuses that the error table lacks: 405, 413, 415
 */
export const problemOf = (
  failure: Failure,
  {
    status = ERRORS[failure.code].status,
    headers = {},
  }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response => {
  const type = { "content-type": "application/problem+json" };
  const whole = JSON.stringify(failure.toJSON(status));
  const told = (_name: string, value: unknown): unknown => (typeof value === "string" ? inShort(value) : value);
  const body = Buffer.byteLength(whole) > MAX_BYTES ? JSON.stringify(failure.toJSON(status), told) : whole;
  return new Response(body, { status, headers: { ...headers, ...type } });
};

/** The response to a malformed request. */
export const wrongRequest = (detail: FailureDetail, place?: Parameters<typeof problemOf>[1]): Response =>
  problemOf(new Failure("usage", detail), place);

/** What is counted, behind a number. */
const UNITS: Readonly<Record<string, Text>> = {
  string: text(" characters", " 文字"),
  array: text(" items", " 件"),
};

const sizeOf = ({ code, minimum, maximum, origin = "" }: Issue): Text | undefined => {
  const { en, ja } = UNITS[origin] ?? text("", "");
  if (code === "too_big" && maximum !== undefined)
    return text(`at most ${maximum}${en}`, `${maximum}${ja}までにしてください`);
  if (code !== "too_small" || minimum === undefined) return undefined;
  if (origin === "string" && Number(minimum) === 1) return text("must not be blank", "空にできません");
  return text(`at least ${minimum}${en}`, `${minimum}${ja}以上にしてください`);
};

const describe = (issue: Issue): Text => {
  const { code, message, keys = [], values = [] } = issue;
  const size = sizeOf(issue);
  if (size !== undefined) return size;
  if (code === "unrecognized_keys") return text(`unknown: ${keys.join(", ")}`, `不明な項目です: ${keys.join(", ")}`);
  if (code === "invalid_value")
    return text(`must be one of ${values.join(", ")}`, `${values.join(", ")} のいずれかにしてください`);
  return text(`not valid: ${message}`, `値が正しくありません: ${message}`);
};

/** The response to a request that violates the contract's schema. @param target `query`, `param`, `header` or `json` */
export const malformed = (target: string, issues: readonly Issue[]): Response => {
  const [issue] = issues;
  if (issue === undefined) return wrongRequest({ what: text("bad request", "リクエストが正しくありません") });
  return wrongRequest({ what: describe(issue), where: [target, ...issue.path].map(String).join(".") });
};

const ABSOLUTE_PATH = /(?:file:\/\/)?(?:\b[A-Za-z]:\\|\/)(?:[^\s'"\\/:]+[\\/])+[^\s'":]*/g;

/** The first line of an error's message without file paths, which must not be disclosed. */
const outline = (error: Error): string =>
  (error.message.split("\n", 1)[0] ?? "").replace(ABSOLUTE_PATH, "…").slice(0, 300);

const httpFault = ({ status }: HTTPException): Response => {
  if (status === 415) {
    const what = text("unexpected content type", "Content-Type が正しくありません");
    return wrongRequest({ what, where: "content-type" }, { status });
  }
  return wrongRequest({ what: text("the JSON body is malformed", "JSON の本文が壊れています"), where: "json" });
};

/** The response for any error thrown by a route. */
export const thrown = (chain: unknown): Response => {
  const { first: error } = unsuppressed(chain);
  if (error instanceof Failure) return problemOf(error);
  if (error instanceof HTTPException) return httpFault(error);
  const line = outline(error instanceof Error ? error : new Error(String(error)));
  const what = text(`the tenant failed unexpectedly: ${line}`, `テナントで予期しないエラーが起きました: ${line}`);
  return problemOf(new Failure("unexpected", { what }));
};
