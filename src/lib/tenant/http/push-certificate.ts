/** Handlers of one noun: each has its own file, however short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when it is asked for: it brings cryptography along. */
const uses = () => import("../push-certificate/push-certificate.ts");

/** The MDM push certificate. */
export default ({ session, apple }: TenantParts): Handlers<"push-certificate"> => {
  const parts = { session, sealing: apple.sealing };
  return {
    show: async () => (await uses()).showPush(session),
    request: async ({ body }) => (await uses()).stageRequest(parts, body),
    upload: async ({ body: { content, ...body } }) =>
      (await uses()).uploadPush(session, { ...body, bytes: Buffer.from(content, "base64") }),
    setProfilePassword: async ({ body: { password } }) => (await uses()).setProfilePassword(session, password),
  };
};
