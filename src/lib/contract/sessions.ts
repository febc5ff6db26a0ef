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

const AccountName = z.string().min(1).max(255);

const Password = z.string().min(1).max(1024);

export default {
  description: "Signing in and out",
  routes: {
    create: post("/v1/sessions", {
      id: "createSession",
      summary: "Sign in with an account's password",
      isOpen: true,
      changes: false,
      body: withExample(z.strictObject({ account: AccountName, password: Password }), () => ({
        account: "hanako",
        password: "…",
      })),
      status: 201,
      answer: jsonResponse(NewSession, "The secret of the session, and when the session ends if it is not used again"),
      example: { secret: EXAMPLE_SECRET, expiresAt: "2026-12-01T01:00:00.000Z", account: "hanako" },
      fails: ["not-signed-in", "throttled"],
    }),
    requestResetCode: post("/v1/sessions/reset-code", {
      id: "requestResetCode",
      summary: "Ask for an email with a code that sets a new password; the response is the same for every account name",
      isOpen: true,
      changes: false,
      body: withExample(z.strictObject({ account: AccountName }), () => ({ account: "hanako" })),
      answer: jsonResponse(
        z.object({ requested: z.literal(true) }),
        "If the account exists and can have a new password, the code is sent to its first email address",
      ),
      example: { requested: true },
      fails: ["input-rejected", "throttled"],
    }),
    resetPassword: post("/v1/sessions/reset-password", {
      id: "resetForgottenPassword",
      summary: "Set a new password with a code that was sent by email; the code can be used only once",
      isOpen: true,
      changes: false,
      body: withExample(
        z.strictObject({ account: AccountName, code: z.string().min(1).max(100), password: Password }),
        () => ({ account: "hanako", code: "7K2M-04QX-9TRB", password: "Invented1" }),
      ),
      answer: jsonResponse(z.object({ account: z.string() }), "The account that has the new password"),
      example: { account: "hanako" },
      fails: ["input-rejected", "not-signed-in", "throttled"],
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
