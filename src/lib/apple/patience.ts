import { Failure } from "../errors/index.ts";
import { counted, text, type Text } from "../text/index.ts";
import { begunObject } from "./answer.ts";
import type { AppleAnswer, AppleRequest, Send } from "./send.ts";

/** What sending again needs. */
export interface RetryTools {
  readonly send: Send;
  /** the time in milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  /** rejects as soon as the signal aborts */
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<unknown>;
}

const SECOND_MS = 1000;
const TRIES = 4;
const LONGEST_MS = 60 * SECOND_MS;

const BUSY: readonly number[] = [429, 503];

/** @see RFC 9110 5.6.7 */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The time of a header, in milliseconds since 1970-01-01 UTC. */
export function timeOfHeader(value: string | undefined): number | undefined {
  if (value === undefined || !HTTP_DATE.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** How long an answer asks to wait, in milliseconds; a date is compared with the server's own clock where it tells it. */
export function retryAfterMs({ headers }: AppleAnswer, now: number): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS;
  const at = timeOfHeader(value);
  return at === undefined ? undefined : Math.max(0, at - (timeOfHeader(headers["date"]) ?? now));
}

/**
 * Sends a request; where the server is busy (429, 503) it is sent again after the time the server asks for, else after
 * 1, 2 and 4 seconds: four times at most, within a minute.
 *
 * @param repeatable whether it is also sent again where no answer came
 * @throws Failure `unavailable`, with the time to try again where the server stays busy; `interrupted`
 */
export async function sendPatiently(
  request: AppleRequest,
  { send, now, wait }: RetryTools,
  repeatable: boolean,
): Promise<AppleAnswer> {
  const end = now() + LONGEST_MS;
  for (let tried = 1; ; tried += 1) {
    const answer = await once(request, send, repeatable && tried < TRIES);
    if (answer !== undefined && !BUSY.includes(answer.status)) return answer;
    const asked = answer === undefined ? undefined : retryAfterMs(answer, now());
    const delayMs = asked ?? SECOND_MS * 2 ** (tried - 1);
    if (tried === TRIES || now() + delayMs > end) throw busy(request, answer?.status, now(), asked);
    await wait(delayMs, request.signal);
  }
}

/** @returns undefined where no answer came and the request may be sent again */
async function once(request: AppleRequest, send: Send, again: boolean): Promise<AppleAnswer | undefined> {
  try {
    return await send(request);
  } catch (error) {
    if (again && error instanceof Failure && error.code === "unavailable") return undefined;
    throw error;
  }
}

/** Takes an object in JSON that was cut off for no answer. */
export const wholeAnswers =
  (send: Send): Send =>
  async (request) => {
    const answer = await send(request);
    begunObject(placeOf(request), answer);
    return answer;
  };

/** Where a request went, without what its query says. */
export const placeOf = ({ method, url }: Pick<AppleRequest, "method" | "url">): string =>
  `${method} ${url.replace(/[?#].*$/s, "")}`;

const busy = (request: AppleRequest, status: number | undefined, now: number, askedMs: number | undefined): Failure =>
  new Failure("unavailable", {
    what:
      status === 429
        ? text("the server takes no more requests for now (429)", "サーバーがリクエスト数を制限しています(429)")
        : text("the server is busy or under maintenance (503)", "サーバーが混雑しているか、メンテナンス中です(503)"),
    where: placeOf(request),
    hint: askedMs === undefined ? LATER : laterBy(now, askedMs),
  });

const LATER = text("try again in some minutes", "数分後にもう一度実行してください");

/** A year: a header may ask for more than dates can say. */
const FARTHEST_MS = 366 * 24 * 3600 * SECOND_MS;

const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The largest unit of which there are two. */
function durationOf(ms: number): Text {
  if (ms < 2 * MINUTE_MS) {
    const seconds = Math.max(1, Math.ceil(ms / SECOND_MS));
    return text(counted(seconds, "second"), `${seconds} 秒`);
  }
  if (ms < 2 * HOUR_MS) return text(counted(Math.ceil(ms / MINUTE_MS), "minute"), `${Math.ceil(ms / MINUTE_MS)} 分`);
  if (ms < 2 * DAY_MS) return text(counted(Math.ceil(ms / HOUR_MS), "hour"), `${Math.ceil(ms / HOUR_MS)} 時間`);
  return text(counted(Math.ceil(ms / DAY_MS), "day"), `${Math.ceil(ms / DAY_MS)} 日`);
}

function laterBy(now: number, askedMs: number): Text {
  const ms = Math.min(askedMs, FARTHEST_MS);
  const { en, ja } = durationOf(ms);
  // of seconds nobody needs to know the minute
  if (ms < 2 * MINUTE_MS) {
    return text(`it asks to try again in ${en}`, `サーバーの指定に従い、${ja}後にもう一度実行してください`);
  }
  const at = `${new Date(now + Math.ceil(ms / MINUTE_MS) * MINUTE_MS).toISOString().slice(0, 16)}Z`;
  return text(
    `it asks to try again in ${en}: not before ${at}`,
    `サーバーの指定に従い、${ja}後(${at} 以降)にもう一度実行してください`,
  );
}
