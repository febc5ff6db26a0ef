/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loads the module only when it is needed, because it also loads cryptography. */
const loadTotpModule = () => import("../sign-in/totp.ts");

/** Returns the handlers for authenticator apps. */
export default ({ session, apple: { sealing }, address }: TenantParts): Handlers<"totp"> => ({
  // not repeatable with a key: secrets and backup codes are not stored, so an earlier response cannot be sent again
  create: async () => (await loadTotpModule()).beginTotp({ session, sealing }),
  confirm: async ({ body: { code } }) => (await loadTotpModule()).confirmTotp({ session, sealing }, { code, address }),
  disable: async ({ body }) => (await loadTotpModule()).disableTotp({ session, sealing }, { ...body, address }),
});
