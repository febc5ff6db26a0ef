import { z } from "@hono/zod-openapi";

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .openapi({
    description:
      "A value unique to one request, sent again with its retries: the tenant does the work once and gives retries the same answer. The same key with another body is refused.",
  });

/** Headers of every POST. */
export const repeatable = z.object({ "idempotency-key": idempotencyKey });

/** Headers of a POST that acts on a plan its caller has seen. */
export const matching = repeatable.extend({
  "if-match": z.string().min(1).openapi({
    description: "The ETag of the plan the caller saw, with or without quotes. If the plan has changed since: 409.",
  }),
});
