import { z } from "zod";
import { SECRET_PREFIX } from "../model/credential.ts";
import { jsonResponse, post, remove } from "./route.ts";
import { Instant, nameSchema } from "./shapes.ts";
import { withExample } from "./thing-schema.ts";

const EXAMPLE_SECRET = `${SECRET_PREFIX}${"A".repeat(43)}`;

/** A secret, which is shown only once. */
export const Secret = z.string().meta({
  description: "secret for the Authorization header (`Bearer …`); it is shown only once",
});

const NewSession = nameSchema("NewSession", z.object({ secret: Secret, expiresAt: Instant, account: z.string() }));

export default {
  description: "Signing in and out",
  routes: {
    create: post("/v1/sessions", {
      id: "createSession",
      summary: "Sign in with an account's password",
      isOpen: true,
      changes: false,
      body: withExample(
        z.strictObject({ account: z.string().min(1).max(255), password: z.string().min(1).max(1024) }),
        () => ({ account: "hanako", password: "…" }),
      ),
      status: 201,
      answer: jsonResponse(NewSession, "The secret of the session, and when the session ends if it is not used again"),
      example: { secret: EXAMPLE_SECRET, expiresAt: "2026-12-01T01:00:00.000Z", account: "hanako" },
      fails: ["not-signed-in", "throttled"],
    }),
    end: remove("/v1/sessions/current", {
      id: "endSession",
      summary: "Sign out",
      changes: false,
      answer: jsonResponse(z.object({ ended: z.literal(true) }), "The session has ended"),
      example: { ended: true },
    }),
  },
};
