import { DAY_MS, SECOND_MS } from "../model/time.ts";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { isObject, type JsonObject, parseInstant } from "./renewable.ts";

export interface AppleRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AppleResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Does not follow redirects. @throws `unavailable` if the response is incomplete; `interrupted` */
export type Send = (request: AppleRequest) => Promise<AppleResponse>;

export interface RetryEnvironment {
  readonly send: Send;
  readonly now: () => number;
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<unknown>;
}

const MAX_ATTEMPTS = 4;
const MAX_RETRY_MS = 60 * SECOND_MS;

/** @see RFC 9110 5.6.7 */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

export function parseHttpDate(value: string | undefined): number | undefined {
  if (value === undefined || !HTTP_DATE.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** Uses the server's own `Date` as the current time, if present, because the clocks may differ. */
export function parseRetryAfterMs({ headers }: AppleResponse, now: number): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS;
  const at = parseHttpDate(value);
  return at === undefined ? undefined : Math.max(0, at - (parseHttpDate(headers["date"]) ?? now));
}

/** Tries up to four times within a minute after status 429 or 5xx, or without a response. @throws `unavailable` */
export async function sendWithRetry(
  request: AppleRequest,
  { send, now, wait }: RetryEnvironment,
): Promise<AppleResponse> {
  const end = now() + MAX_RETRY_MS;
  for (let tried = 1; ; tried += 1) {
    const answer = await send(request).catch((error: unknown) => {
      if (tried === MAX_ATTEMPTS || !(error instanceof Failure) || error.code !== "unavailable") throw error;
    });
    if (answer !== undefined && answer.status !== 429 && answer.status < 500) return answer;
    const asked = answer === undefined ? undefined : parseRetryAfterMs(answer, now());
    const delayMs = asked ?? SECOND_MS * 2 ** (tried - 1);
    if (tried === MAX_ATTEMPTS || now() + delayMs > end) throw createBusyFailure(request, answer?.status, now(), asked);
    await wait(delayMs, request.signal);
  }
}

export const formatRequestTarget = ({ method, url }: Pick<AppleRequest, "method" | "url">): string =>
  `${method} ${url.replace(/[?#].*$/s, "")}`;

const createBusyFailure = (
  request: AppleRequest,
  status: number | undefined,
  now: number,
  askedMs: number | undefined,
): Failure =>
  new Failure("unavailable", {
    what:
      status === 429
        ? text("the server is limiting the number of requests (429)", "サーバーがリクエスト数を制限しています(429)")
        : text(
            `the server is busy or under maintenance (${status ?? "no response"})`,
            `サーバーが混雑しているか、メンテナンス中です(${status ?? "応答なし"})`,
          ),
    where: formatRequestTarget(request),
    hint: describeRetryTime(now, askedMs),
  });

const MAX_RETRY_AFTER_MS = 366 * DAY_MS;

function describeRetryTime(now: number, askedMs: number | undefined): Text {
  if (askedMs === undefined) return text("try again in a few minutes", "数分後にもう一度実行してください");
  const at = new Date(now + Math.min(askedMs, MAX_RETRY_AFTER_MS)).toISOString().slice(0, 19);
  return text(`try again after ${at}Z`, `${at}Z 以降にもう一度実行してください`);
}

const MAX_TEXT_LENGTH = 4096;

export const createUndocumentedFailure = (where: string, member: string): Failure =>
  new Failure("unavailable", {
    what: text(`Apple's response is not as documented: ${member}`, `Apple の応答が仕様と異なります: ${member}`),
    where,
    hint: text(
      "try again later; if the problem persists, check the proxy or firewall between this computer and Apple",
      "しばらくしてからもう一度実行してください。続く場合は、Apple との間にあるプロキシやファイアウォールを確認してください",
    ),
  });

export function parseJsonObject(where: string, body: string): JsonObject {
  const value = tryOrUndefined((): unknown => JSON.parse(body));
  if (!isObject(value)) throw createUndocumentedFailure(where, "JSON");
  return value;
}

/** Returns null if the member is absent. @throws Failure `unavailable` if the member is not a valid text */
export function readOptionalText(where: string, object: JsonObject, member: string): string | null {
  const value = object[member];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || value.length > MAX_TEXT_LENGTH || !value.isWellFormed() || value.includes("\0")) {
    throw createUndocumentedFailure(where, member);
  }
  return value;
}

export function readRequiredText(where: string, object: JsonObject, member: string): string {
  const value = readOptionalText(where, object, member);
  if (value === null || value === "") throw createUndocumentedFailure(where, member);
  return value;
}

/** Returns a UTC instant; null if the member is absent or empty. @throws Failure `unavailable` for any other text */
export function readOptionalInstant(where: string, object: JsonObject, member: string): string | null {
  const written = readOptionalText(where, object, member);
  if (written === null || written === "") return null;
  const instant = parseInstant(written);
  if (instant === undefined) throw createUndocumentedFailure(where, member);
  return instant;
}
