import { operation } from "../../subjects/operation.ts";

/** An Idempotency-Key cannot repeat the secret of an access token, because secrets are not stored. */
export const accessTokens = {
  list: operation({
    route: "GET /v1/access-tokens",
    about: "List the acting account's access tokens, newest first",
    input: ({ z, queryFlag }) =>
      z.strictObject({ all: queryFlag.meta({ description: "true: the tokens of all accounts" }) }),
    needs: (_, { all }) => (all === true ? ["tenant.write"] : []),
    run: async ({ session }, { all = false }) => (await import("./credentials.ts")).listAccessTokens(session, all),
  }),
  create: operation({
    route: "POST /v1/access-tokens",
    about: "Create an access token; its secret is shown only once",
    input: ({ z, Instant }) =>
      z.strictObject({
        name: z.string().min(1).max(100),
        readOnly: z.boolean().optional(),
        jobs: z
          .boolean()
          .optional()
          .meta({ description: "true: a read-only token may record jobs and sent reminders" }),
        expiresAt: Instant.optional().meta({ description: "default: after 90 days; at most a year" }),
      }),
    needs: ["sign-in"],
    changes: false,
    run: async ({ session }, given) => (await import("./credentials.ts")).createAccessToken(session, given),
  }),
  revoke: operation({
    route: "DELETE /v1/access-tokens/{id}",
    about: "Revoke an access token",
    // anyone who finds a leaked token can revoke the token, because a token can revoke itself
    needs: ({ credential }, _, { id }) => (credential?.id === id ? [] : ["sign-in"]),
    changes: false,
    run: async ({ session }, _, { id }) => (await import("./credentials.ts")).revokeAccessToken(session, id),
  }),
};

export const sessions = {
  create: operation({
    route: "POST /v1/sessions",
    about: "Sign in with an account's password",
    input: ({ z }) => z.strictObject({ account: z.string().min(1).max(255), password: z.string().min(1).max(1024) }),
    needs: "open",
    changes: false,
    run: async ({ owner, sender }, given) => (await import("./sign-in.ts")).signIn(owner, given, sender),
  }),
  requestResetCode: operation({
    route: "POST /v1/sessions/reset-code",
    about: "Ask for an email with a code that sets a new password; the response is the same for every account name",
    input: ({ z }) => z.strictObject({ account: z.string().min(1).max(255) }),
    needs: "open",
    changes: false,
    run: async ({ owner, mail, startJob, sender }, { account }) => {
      const send = await (await import("./sign-in.ts")).requestResetCode({ owner, mail }, { ...sender, account });
      if (send !== undefined) startJob(send);
      return { requested: true };
    },
  }),
  resetPassword: operation({
    route: "POST /v1/sessions/reset-password",
    about: "Set a new password with a code that was sent by email; the code can be used only once",
    input: ({ z }) =>
      z.strictObject({
        account: z.string().min(1).max(255),
        code: z.string().min(1).max(100),
        password: z.string().min(1).max(1024),
      }),
    needs: "open",
    changes: false,
    run: async ({ owner, sender }, given) =>
      (await import("./sign-in.ts")).resetForgottenPassword(owner, given, sender),
  }),
  end: operation({
    route: "DELETE /v1/sessions/current",
    about: "Sign out",
    needs: [],
    changes: false,
    run: async ({ session }) => {
      await (await import("./credentials.ts")).signOut(session);
      return { ended: true };
    },
  }),
};

export type { AccessToken } from "./credentials.ts";
