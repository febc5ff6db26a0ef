import { z } from "zod";
import { PUSH_CERTIFICATE } from "../model/push-certificate.ts";
import { get, jsonResponse, put } from "./route.ts";
import { DryRun, BilingualText, namedFile, nameSchema } from "./shapes.ts";
import { SCHEMA_EXAMPLES, recordSchema } from "./thing-schema.ts";

/** The state of a tenant's push certificate. It contains no secret. */
const PushCertificate = nameSchema("PushCertificate", recordSchema(PUSH_CERTIFICATE.fields));

const buildExample = () => SCHEMA_EXAMPLES.get(PushCertificate)?.();

const MailAddress = z.string().min(1).max(320);

export default {
  description: "The MDM push certificate (プッシュ通知証明書) of a tenant that is not a mirror",
  routes: {
    show: get("/v1/push-certificate", {
      id: "pushCertificate",
      summary:
        "Get the certificate, the signing request that waits for a certificate, and the number of devices that depend on the certificate",
      answer: jsonResponse(PushCertificate, "The state of the tenant's push certificate"),
    }),
    request: put("/v1/push-certificate/request", {
      id: "requestPushCertificate",
      summary: "Create a key and a signing request, or return the staged signing request again",
      body: z.strictObject({
        email: MailAddress.optional().meta({
          description: "email address of the Apple Account; required if no request is staged",
        }),
        name: z
          .string()
          .min(1)
          .max(1000)
          .optional()
          .meta({ description: "name in the signing request; required if no request is staged" }),
        country: z
          .string()
          .length(2)
          .optional()
          .meta({ description: "country code (ISO 3166-1 alpha-2); default: JP" }),
        startOver: z.boolean().optional().meta({ description: "true: discard the staged key" }),
      }),
      example: {
        request: "-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----\n",
        created: true,
        certificate: buildExample(),
      },
      answer: jsonResponse(
        z.object({
          request: z.string().meta({ description: "PKCS#10 in PEM" }),
          created: z.boolean(),
          certificate: PushCertificate,
        }),
        "The signing request; its private key stays in the tenant",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    upload: put("/v1/push-certificate", {
      id: "uploadPushCertificate",
      summary: "Upload the certificate that was created from the staged request",
      body: z.strictObject({
        ...namedFile,
        appleAccount: MailAddress,
        acceptLosingDevices: z.int().min(0).optional().meta({
          description:
            "number of enrolled devices that can no longer be reached if the topic changes; required in this case",
        }),
        dryRun: DryRun,
      }),
      example: {
        unchanged: false,
        before: buildExample(),
        after: buildExample(),
        warnings: [],
        losing: null,
        dryRun: false,
      },
      answer: jsonResponse(
        z.object({
          unchanged: z.boolean(),
          before: PushCertificate,
          after: PushCertificate,
          warnings: z.array(BilingualText),
          losing: z.int().nullable().meta({
            description:
              "number of devices that have to be enrolled again because the topic changed; null if the topic is the same",
          }),
          dryRun: z.boolean(),
        }),
        "The state of the push certificate before and after",
      ),
      fails: ["input-rejected", "not-permitted"],
    }),
    setProfilePassword: put("/v1/push-certificate/profile-password", {
      id: "setProfilePassword",
      summary: "Record that the password for installing the profile by hand was set; the password itself is not stored",
      body: z.strictObject({ password: z.string().max(1000) }),
      answer: jsonResponse(PushCertificate, "The state of the tenant's push certificate"),
      fails: ["input-rejected"],
    }),
  },
};

export type { PushCertificate } from "../model/push-certificate.ts";
