import type { Context, Next } from "hono";
import { isStream, isUnlimited, type Route } from "../../contract/route.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { AppEnvironment, RequestSource } from "./request-source.ts";

const createTimeFailure = (limitMs: number): Failure => {
  const seconds = limitMs / 1000;
  return new Failure("unavailable", {
    what: text(
      `the request took longer than ${seconds} seconds; it may still have an effect`,
      `リクエストが ${seconds} 秒以内に終わりませんでした。このあと反映されることがあります`,
    ),
  });
};

const LATE_BODY_FAILURE = new Failure("usage", {
  what: text("the request did not arrive in time", "リクエストが時間内に届きませんでした"),
  status: 408,
});

/** Returns the failure of a request that was interrupted because the server stops; any other error is returned as is. */
const explainStop = (error: unknown, { stopping }: Pick<RequestSource, "stopping">): unknown =>
  stopping.aborted && error instanceof Failure && error.code === "interrupted"
    ? new Failure("unavailable", {
        what: text(`the server is stopping: ${error.what.en}`, `サーバーを停止しています: ${error.what.ja}`),
        retryAfterMs: 5000,
        cause: error,
      })
    : error;

/**
 * Limits the time of a request over a socket: a request whose work does not grow with the number of records has limited
 * time, and so has every JSON body to arrive. Any other request is interrupted when the server stops.
 *
 * @throws Failure `unavailable` if the time is over, or the server stops; `usage` with 408 if the body is late
 */
export const limitTime = async (
  route: Route,
  from: RequestSource,
  c: Context<AppEnvironment>,
  next: Next,
): Promise<void> => {
  const { until, stopping, isReceived, limitMs } = from;
  const isLimited = !isUnlimited(route) && !isStream(route);
  const isInterrupted = isUnlimited(route) && !isStream(route);
  c.set("until", isInterrupted ? AbortSignal.any([until.signal, stopping]) : until.signal);
  const work = async (): Promise<void> => {
    await next();
    // hono has already turned the error into a response
    if (isInterrupted && c.error !== undefined) throw explainStop(c.error, from);
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      if (!isLimited && (route.body === undefined || isReceived())) return;
      reject(isReceived() ? createTimeFailure(limitMs) : LATE_BODY_FAILURE);
      until.abort();
    }, limitMs);
    work()
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
};
