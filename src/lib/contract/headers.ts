import { z } from "@hono/zod-openapi";

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .openapi({
    description:
      "A value the caller makes up for one request and sends again with its repetitions: the tenant does the work once and gives the repetitions the same import or field. The same key with another body is refused.",
  });

/** Headers of every POST. */
export const repeatable = z.object({ "idempotency-key": idempotencyKey });

/** Headers of a POST that acts on the plan that its caller saw. */
export const matching = repeatable.extend({
  "if-match": z.string().min(1).openapi({
    description: "The ETag of the plan the caller saw, with or without quotes. Where the plan is another by now: 409.",
  }),
});
