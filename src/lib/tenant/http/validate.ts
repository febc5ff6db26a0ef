import type { HonoRequest } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { requestOf, type Route } from "../../contract/route.ts";
import { malformed } from "./problem.ts";

/** The parts of a request that a route's schemas have accepted; undefined where it has none. */
interface RequestParts {
  readonly query: unknown;
  readonly params: unknown;
  readonly headers: Readonly<Partial<Record<"idempotency-key" | "if-match", string>>> | undefined;
  readonly body: unknown;
}

/** Parameters by name; one that is given several times has a list. */
const queryOf = (request: HonoRequest): unknown =>
  Object.fromEntries(Object.entries(request.queries()).map(([name, all]) => [name, all.length === 1 ? all[0] : all]));

/** @throws HTTPException 415 when it is not called JSON, 400 when it is none */
const jsonOf = async (request: HonoRequest): Promise<unknown> => {
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

/** Validates requests to a route; the response to a request that violates the contract is given instead of its parts. */
export const validatorOf = (route: Route): ((request: HonoRequest) => Promise<RequestParts | Response>) => {
  let schemas: ReturnType<typeof requestOf> | undefined;
  return async (request) => {
    schemas ??= requestOf(route);
    const parts: readonly (readonly [keyof RequestParts, string, z.ZodType | undefined, () => unknown])[] = [
      ["query", "query", schemas.query, () => queryOf(request)],
      ["params", "param", schemas.params, () => request.param()],
      ["headers", "header", schemas.headers, () => request.header()],
      ["body", "json", route.body, () => jsonOf(request)],
    ];
    const valid: Partial<Record<keyof RequestParts, unknown>> = {};
    for (const [part, target, schema, read] of parts) {
      const result = schema?.safeParse(await read());
      if (result?.success === false) return malformed(target, result.error.issues);
      valid[part] = result?.data;
    }
    return valid as RequestParts;
  };
};
