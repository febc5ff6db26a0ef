import type { MiddlewareHandler } from "hono";
import { splitRoute, takesQuery, type AnyOperation } from "../subjects/operation.ts";
import type { RequestSource } from "../subjects/parts.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

export interface DispatchEnvironment {
  readonly Bindings: { readonly from: RequestSource | undefined };
  readonly Variables: { until: AbortSignal };
}

const createTimeLimitFailure = (limitMs: number): Failure => {
  const seconds = limitMs / 1000;
  return new Failure("unavailable", {
    what: text(
      `the request took longer than ${seconds} seconds; its changes may still take effect`,
      `リクエストが ${seconds} 秒以内に終わりませんでした。変更はこのあと反映されることがあります`,
    ),
  });
};

const BODY_TIMEOUT_FAILURE = new Failure("usage", {
  what: text("the request body did not arrive in time", "リクエストの本文が時間内に届きませんでした"),
  status: 408,
});

const explainStop = (error: unknown, { stopping }: Pick<RequestSource, "stopping">): unknown =>
  stopping.aborted && error instanceof Failure && error.code === "interrupted"
    ? new Failure("unavailable", {
        what: text(`the server is stopping: ${error.what.en}`, `サーバーを停止しています: ${error.what.ja}`),
        retryAfterMs: 5000,
        cause: error,
      })
    : error;

/** Limits the time for receiving JSON bodies and for short operations. @throws `unavailable`; `usage` */
export const limitTime = (one: AnyOperation): MiddlewareHandler<DispatchEnvironment> => {
  const isStream = (one.result ?? "json") !== "json";
  const isLong = one.isLong === true || one.file === true;
  const isInterrupted = isLong && !isStream;
  const hasBody = one.input !== undefined && !takesQuery(one);
  return async (c, next) => {
    const { from } = c.env;
    if (from === undefined) {
      c.set("until", c.req.raw.signal);
      return next();
    }
    const { until, stopping, isReceived, limitMs } = from;
    from.trace.route = splitRoute(one).path;
    c.set("until", isInterrupted ? AbortSignal.any([until.signal, stopping]) : until.signal);
    const work = async (): Promise<void> => {
      await next();
      if (isInterrupted && c.error !== undefined) throw explainStop(c.error, from);
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if ((isLong || isStream) && (!hasBody || isReceived())) return;
        reject(isReceived() ? createTimeLimitFailure(limitMs) : BODY_TIMEOUT_FAILURE);
        until.abort();
      }, limitMs);
      work()
        .finally(() => clearTimeout(timer))
        .then(resolve, reject);
    });
  };
};
