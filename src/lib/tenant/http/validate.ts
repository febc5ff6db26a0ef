import type { HonoRequest } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { buildRequest, type Route } from "../../contract/route.ts";
import { createValidationResponse } from "./problem.ts";

/** The parts of a request that match the schemas of its route. A part without a schema is undefined. */
interface RequestParts {
  readonly query: unknown;
  readonly params: unknown;
  readonly headers: Readonly<Partial<Record<"idempotency-key" | "if-match", string>>> | undefined;
  readonly body: unknown;
}

/** Returns the query parameters by name. The value of a repeated parameter is a list. */
const parseQueryParameters = (request: HonoRequest): unknown =>
  Object.fromEntries(Object.entries(request.queries()).map(([name, all]) => [name, all.length === 1 ? all[0] : all]));

/** Reads a JSON body.  @throws HTTPException 415 if the content type is not JSON, 400 if the body is not valid JSON */
const readJsonBody = async (request: HonoRequest): Promise<unknown> => {
  const type = request.header("content-type");
  const content = await request.text();
  if (type === undefined && content === "") return {};
  if (!/^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i.test(type ?? "")) throw new HTTPException(415);
  try {
    return JSON.parse(content);
  } catch {
    throw new HTTPException(400);
  }
};

/** Returns a validator for a route. It returns the parts of a request, or an error response if they are not valid. */
export const createValidator = (route: Route): ((request: HonoRequest) => Promise<RequestParts | Response>) => {
  let schemas: ReturnType<typeof buildRequest> | undefined;
  return async (request) => {
    schemas ??= buildRequest(route);
    const parts: readonly (readonly [keyof RequestParts, string, z.ZodType | undefined, () => unknown])[] = [
      ["query", "query", schemas.query, () => parseQueryParameters(request)],
      ["params", "param", schemas.params, () => request.param()],
      ["headers", "header", schemas.headers, () => request.header()],
      ["body", "json", route.body, () => readJsonBody(request)],
    ];
    const valid: Partial<Record<keyof RequestParts, unknown>> = {};
    for (const [part, target, schema, read] of parts) {
      const result = schema?.safeParse(await read());
      if (result?.success === false) return createValidationResponse(target, result.error.issues);
      valid[part] = result?.data;
    }
    return valid as RequestParts;
  };
};
