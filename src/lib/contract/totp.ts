import { z } from "zod";
import { BACKUP_CODES } from "../model/credential.ts";
import { jsonResponse, post } from "./route.ts";
import { TotpCode } from "./sessions.ts";
import { Id, nameSchema } from "./shapes.ts";
import { withExample } from "./thing-schema.ts";

const EXAMPLE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

const NewTotp = nameSchema(
  "NewTotp",
  z.object({
    secret: z.string().meta({ description: "the key in Base32, to type it into the app; it is shown only once" }),
    uri: z.string().meta({ description: "otpauth address with the key, for a QR code" }),
  }),
);

export default {
  description: "The authenticator app (TOTP) with which an account signs in",
  routes: {
    create: post("/v1/totp", {
      id: "createTotp",
      summary: "Create a key for the acting account's authenticator app; it takes effect with the first code",
      changes: false,
      status: 201,
      answer: jsonResponse(NewTotp, "The key"),
      example: {
        secret: EXAMPLE_SECRET,
        uri: `otpauth://totp/example:hanako?secret=${EXAMPLE_SECRET}&issuer=example&algorithm=SHA1&digits=6&period=30`,
      },
      fails: ["input-rejected"],
    }),
    confirm: post("/v1/totp/confirm", {
      id: "confirmTotp",
      summary: "Enable the acting account's authenticator app with its first code",
      changes: false,
      body: withExample(z.strictObject({ code: TotpCode }), () => ({ code: "123456" })),
      answer: jsonResponse(
        z.object({
          backupCodes: z.array(z.string()).length(BACKUP_CODES).meta({
            description: "codes that are accepted once each, if the app is not at hand; they are shown only once",
          }),
        }),
        "The app is enabled",
      ),
      example: { backupCodes: Array.from({ length: BACKUP_CODES }, () => "7K2M-04QX-9TRB") },
      fails: ["input-rejected", "throttled"],
    }),
    disable: post("/v1/totp/disable", {
      id: "disableTotp",
      summary: "Disable an authenticator app: the acting account's own with a code, or another account's",
      changes: false,
      body: withExample(
        z.strictObject({
          account: Id.optional().meta({ description: "ID of another account's user" }),
          code: TotpCode.optional(),
        }),
        () => ({ code: "123456" }),
      ),
      answer: jsonResponse(z.object({ account: z.string() }), "The account that signs in without codes"),
      example: { account: "hanako" },
      fails: ["input-rejected", "not-found", "throttled"],
    }),
  },
};
