/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loads the module only when it is needed, because it also loads cryptography. */
const loadSignInModule = () => import("../accounts/sign-in.ts");

/** Returns the handlers for signing in and out. */
export default ({ session, owner, address }: TenantParts): Handlers<"sessions"> => ({
  create: async ({ body }) => (await loadSignInModule()).signIn(owner, body, address),
  end: async () => {
    await (await import("../accounts/credentials.ts")).signOut(session);
    return { ended: true };
  },
});
