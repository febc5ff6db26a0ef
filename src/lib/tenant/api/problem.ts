import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { toFailure } from "../store/storage-failure.ts";
import {
  Failure,
  getErrorCode,
  redactSecrets,
  unwrapSuppressed,
  type FailureDetail,
  ServerFault,
} from "../../errors/index.ts";
import { text } from "../../text/index.ts";

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
  return new Response(redactSecrets(JSON.stringify(failure.toJSON(status))), {
    status,
    headers: { ...headers, ...type },
  });
};

export const createUsageResponse = (
  detail: FailureDetail,
  place?: Parameters<typeof createProblemResponse>[1],
): Response => createProblemResponse(new Failure("usage", detail), place);

export const createValidationResponse = async (
  target: string,
  schema: z.ZodType,
  value: unknown,
  issue: z.core.$ZodIssue,
): Promise<Response> => {
  const { default: japanese } = await import("zod/v4/locales/ja.js");
  const [same = issue] = schema.safeParse(value, { error: japanese().localeError }).error?.issues ?? [];
  return createUsageResponse({
    what: text(issue.message, same.message),
    where: [target, ...issue.path].map(String).join("."),
  });
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

/** Returns the cause of a server error without texts that may contain personal data. */
export const describeFault = (error: unknown): string | undefined => {
  if (!(error instanceof Failure)) return getErrorCode(error) || (error instanceof Error ? error.name : undefined);
  if (error.code !== "unavailable") return undefined;
  const { where, what } = error instanceof ServerFault ? error.cause : error;
  return where === undefined ? what.en : `${where}: ${what.en}`;
};

export const createErrorResponse = (chain: unknown): Response => {
  const { first: error } = unwrapSuppressed(chain);
  return error instanceof HTTPException ? createHttpErrorResponse(error) : createProblemResponse(toFailure(error));
};
