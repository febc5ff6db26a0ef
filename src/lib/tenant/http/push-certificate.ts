/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loads the module only when it is needed, because it also loads cryptography code. */
const loadPushCertificateModule = () => import("../push-certificate/push-certificate.ts");

/** Returns the handlers for the MDM push certificate. */
export default ({ session, apple }: TenantParts): Handlers<"push-certificate"> => {
  const parts = { session, sealing: apple.sealing };
  return {
    show: async () => (await loadPushCertificateModule()).getPushCertificate(session),
    request: async ({ body }) => (await loadPushCertificateModule()).stageSigningRequest(parts, body),
    upload: async ({ body: { content, ...body } }) =>
      (await loadPushCertificateModule()).uploadPushCertificate(session, {
        ...body,
        bytes: Buffer.from(content, "base64"),
      }),
    setProfilePassword: async ({ body: { password } }) =>
      (await loadPushCertificateModule()).setProfilePassword(session, password),
  };
};
