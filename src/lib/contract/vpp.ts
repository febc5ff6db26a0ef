import { z } from "zod";
import { VPP_LOCATION_FIELDS, VPP_TOKEN } from "../model/vpp-token.ts";
import { get, itemsResponse, jsonResponse, post, put } from "./route.ts";
import { byId, DryRun, namedFile, nameSchema } from "./shapes.ts";
import { SCHEMA_EXAMPLES, recordSchema } from "./thing-schema.ts";

/** The content token of an organisation, without the secret token itself. */
const VppToken = nameSchema("VppToken", recordSchema(VPP_TOKEN.fields));

const VppLocation = nameSchema("VppLocation", recordSchema(VPP_LOCATION_FIELDS));

export default {
  description: "Content tokens (VPP サービストークン) of a tenant that is not a mirror",
  routes: {
    tokens: get("/v1/vpp/tokens", {
      id: "vppTokens",
      summary: "List the content tokens of organisations",
      answer: itemsResponse(
        VppToken,
        "Content tokens: the token of 全社 first, then the others by the paths of their organisations",
      ),
    }),
    setToken: put("/v1/vpp/tokens/{id}", {
      id: "setVppToken",
      isLong: true,
      summary: "Set the content token of an organisation, identified by its ID",
      params: byId,
      body: z.strictObject({
        ...namedFile,
        otherLocation: z.boolean().optional().meta({
          description: "true: accept a token of a different location or a different organisation at Apple",
        }),
        startOver: z.boolean().optional().meta({
          description: "true: create a new sealing key if the previous one was lost",
        }),
        dryRun: DryRun,
      }),
      example: {
        unchanged: false,
        before: null,
        after: SCHEMA_EXAMPLES.get(VppToken)?.(),
        warnings: [],
        dryRun: false,
      },
      answer: jsonResponse(
        z.object({
          unchanged: z.boolean(),
          before: VppToken.nullable(),
          after: VppToken,
          warnings: z.array(z.object({ en: z.string(), ja: z.string() })),
          dryRun: z.boolean(),
        }),
        "The content token before and after",
      ),
      fails: ["input-rejected", "not-permitted", "not-found"],
    }),
    check: post("/v1/vpp/tokens/{id}/check", {
      id: "checkVppToken",
      isLong: true,
      changes: false,
      summary: "Ask Apple for the location of an organisation's content token, and which MDM holds it",
      params: byId,
      body: z.strictObject({}),
      answer: jsonResponse(VppLocation, "The location, as Apple returned it"),
      fails: ["input-rejected", "not-permitted", "not-found", "unavailable"],
    }),
  },
};

export type { VppLocationRecord, VppTokenRecord } from "../model/vpp-token.ts";
