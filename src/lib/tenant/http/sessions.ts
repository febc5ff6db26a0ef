/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loads the module only when it is needed, because it also loads cryptography. */
const loadSignInModule = () => import("../sign-in/sign-in.ts");

const loadForgottenPasswordModule = () => import("../sign-in/forgotten-password.ts");

/** Returns the handlers for signing in and out. */
export default ({ session, owner, address, mail, jobs }: TenantParts): Handlers<"sessions"> => ({
  create: async ({ body }) => (await loadSignInModule()).signIn(owner, body, address),
  requestResetCode: async ({ body: { account } }) => {
    const send = await (await loadForgottenPasswordModule()).requestResetCode({ owner, mail }, { account, address });
    if (send !== undefined) (await jobs()).start(send.id, send.run);
    return { requested: true };
  },
  resetPassword: async ({ body }) => (await loadForgottenPasswordModule()).resetForgottenPassword(owner, body, address),
  end: async () => {
    await (await import("../sign-in/credentials.ts")).signOut(session);
    return { ended: true };
  },
});
