import { z } from "zod";
import { SECRET_PREFIX } from "../model/credential.ts";
import { createExampleId } from "../model/thing.ts";
import { get, itemsResponse, jsonResponse, post, remove } from "./route.ts";
import { Secret } from "./sessions.ts";
import { byId, Id, Instant, nameSchema } from "./shapes.ts";
import { withExample } from "./thing-schema.ts";

const TOKEN_FIELDS = {
  id: Id,
  name: z.string(),
  readOnly: z.boolean().meta({ description: "false: the token has the rights of its account" }),
  createdAt: Instant,
  lastUsedAt: Instant.nullable().meta({ description: "rounded down to the hour; null if never used" }),
  expiresAt: Instant,
};

const EXAMPLE_TOKEN = {
  id: createExampleId(70),
  name: "cron",
  readOnly: true,
  createdAt: "2026-12-01T00:30:00.000Z",
  lastUsedAt: "2026-12-01T00:00:00.000Z",
  expiresAt: "2027-03-01T00:30:00.000Z",
};

const AccessToken = nameSchema(
  "AccessToken",
  withExample(z.object(TOKEN_FIELDS), () => EXAMPLE_TOKEN),
);

const CreatedAccessToken = nameSchema(
  "CreatedAccessToken",
  withExample(z.object({ ...TOKEN_FIELDS, secret: Secret }), () => ({
    ...EXAMPLE_TOKEN,
    secret: `${SECRET_PREFIX}${"A".repeat(43)}`,
  })),
);

export default {
  description: "Access tokens of the acting account, for programs",
  routes: {
    list: get("/v1/access-tokens", {
      id: "accessTokens",
      summary: "List the acting account's access tokens",
      answer: itemsResponse(AccessToken, "The tokens, newest first, without their secrets"),
    }),
    create: post("/v1/access-tokens", {
      id: "createAccessToken",
      summary: "Create an access token",
      changes: false,
      body: withExample(
        z.strictObject({
          name: z.string().min(1).max(100),
          readOnly: z.boolean().optional(),
          expiresAt: Instant.optional().meta({ description: "default: after 90 days; at most a year" }),
        }),
        () => ({ name: "cron", readOnly: true }),
      ),
      status: 201,
      answer: jsonResponse(CreatedAccessToken, "The token with its secret"),
      fails: ["input-rejected"],
    }),
    revoke: remove("/v1/access-tokens/{id}", {
      id: "revokeAccessToken",
      summary: "Revoke an access token",
      params: byId,
      changes: false,
      answer: jsonResponse(AccessToken, "The token that was revoked"),
      fails: ["not-found"],
    }),
  },
};

export type AccessToken = z.infer<typeof AccessToken>;
