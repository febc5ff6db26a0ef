import { z } from "zod";
import { PUSH_CERTIFICATE } from "../model/push-certificate.ts";
import { get, json, put } from "./route.ts";
import { DryRun, InBothLanguages, named } from "./shapes.ts";
import { EXAMPLES_OF, recordSchema } from "./thing-schema.ts";

/** How a tenant stands with its push certificate; no secret is in it. */
const PushCertificate = named("PushCertificate", recordSchema(PUSH_CERTIFICATE.fields));

const example = () => EXAMPLES_OF.get(PushCertificate)?.();

const mail = z.string().min(1).max(320);

export default {
  description: "The MDM push certificate (プッシュ通知証明書) of a tenant of our own",
  routes: {
    show: get("/v1/push-certificate", {
      id: "pushCertificate",
      summary: "The certificate, a signing request that waits for one, and the devices that hang on it",
      answer: json(PushCertificate, "How the tenant stands with its push certificate"),
    }),
    request: put("/v1/push-certificate/request", {
      id: "requestPushCertificate",
      summary: "Make a key with its signing request, or give the staged one again",
      body: z.strictObject({
        email: mail.optional().meta({ description: "of the Apple Account; needed where no request is staged" }),
        name: z.string().min(1).max(1000).optional().meta({ description: "needed where no request is staged" }),
        country: z.string().length(2).optional().meta({ description: "ISO 3166-1; default JP" }),
        startOver: z.boolean().optional().meta({ description: "true: throw the staged key away" }),
      }),
      example: {
        request: "-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----\n",
        created: true,
        certificate: example(),
      },
      answer: json(
        z.object({
          request: z.string().meta({ description: "PKCS#10 in PEM" }),
          created: z.boolean(),
          certificate: PushCertificate,
        }),
        "The request; its private key stays in the tenant",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    upload: put("/v1/push-certificate", {
      id: "uploadPushCertificate",
      summary: "Take over the certificate that was made from the staged request",
      body: z.strictObject({
        name: z.string().min(1).max(1000).meta({ description: "the file's name" }),
        content: z.base64().max(400_000).meta({ description: "the file" }),
        appleAccount: mail,
        acceptLosingDevices: z
          .int()
          .min(0)
          .optional()
          .meta({ description: "the number of enrolled devices, which fall silent where the topic changes" }),
        dryRun: DryRun,
      }),
      example: { unchanged: false, before: example(), after: example(), warnings: [], losing: null, dryRun: false },
      answer: json(
        z.object({
          unchanged: z.boolean(),
          before: PushCertificate,
          after: PushCertificate,
          warnings: z.array(InBothLanguages),
          losing: z.int().nullable().meta({ description: "devices that have to be enrolled again: the topic changed" }),
          dryRun: z.boolean(),
        }),
        "What was, and what is now",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    setProfilePassword: put("/v1/push-certificate/profile-password", {
      id: "setProfilePassword",
      summary: "Record that the password for installing the profile by hand was set; the password is not kept",
      body: z.strictObject({ password: z.string().max(1000) }),
      answer: json(PushCertificate, "How the tenant stands with its push certificate"),
      fails: ["input-rejected"],
    }),
  },
};

export type { PushCertificate } from "../model/push-certificate.ts";
