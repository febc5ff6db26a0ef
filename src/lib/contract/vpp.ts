import { z } from "zod";
import { VPP_LOCATION, VPP_TOKEN } from "../model/vpp-token.ts";
import { get, items, json, post, put } from "./route.ts";
import { byId, DryRun, named } from "./shapes.ts";
import { EXAMPLES_OF, recordSchema } from "./thing-schema.ts";

/** An organisation's content token; the token itself is not in it. */
const VppToken = named("VppToken", recordSchema(VPP_TOKEN.fields));

const VppLocation = named("VppLocation", recordSchema(VPP_LOCATION));

export default {
  description: "Content tokens (VPP サービストークン) of a tenant of our own",
  routes: {
    tokens: get("/v1/vpp/tokens", {
      id: "vppTokens",
      summary: "The content tokens of organisations",
      answer: items(VppToken, "That of 全社 first, the others by the paths of their organisations"),
    }),
    setToken: put("/v1/vpp/tokens/{id}", {
      id: "setVppToken",
      summary: "Take over the content token of an organisation, by the organisation's id",
      params: byId,
      body: z.strictObject({
        name: z.string().min(1).max(1000).meta({ description: "the file's name" }),
        content: z.base64().max(400_000).meta({ description: "the file" }),
        otherLocation: z.boolean().optional().meta({
          description: "true: it is of another location, or another organisation at Apple, than the former one",
        }),
        startOver: z.boolean().optional().meta({
          description: "true: another key to seal by is made, where that of before was lost",
        }),
        dryRun: DryRun,
      }),
      example: { unchanged: false, before: null, after: EXAMPLES_OF.get(VppToken)?.(), warnings: [], dryRun: false },
      answer: json(
        z.object({
          unchanged: z.boolean(),
          before: VppToken.nullable(),
          after: VppToken,
          warnings: z.array(z.object({ en: z.string(), ja: z.string() })),
          dryRun: z.boolean(),
        }),
        "What was, and what is now",
      ),
      fails: ["input-rejected", "not-permitted", "not-found"],
    }),
    check: post("/v1/vpp/tokens/{id}/check", {
      id: "checkVppToken",
      changes: false,
      summary: "Ask Apple for the location of an organisation's content token, and who holds it",
      params: byId,
      body: z.strictObject({}),
      answer: json(VppLocation, "What Apple says"),
      fails: ["input-rejected", "not-permitted", "not-found", "unavailable"],
    }),
  },
};

export type { VppLocationRecord, VppTokenRecord } from "../model/vpp-token.ts";
