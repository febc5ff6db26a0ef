/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loads the module only when it is needed, because it also loads cryptography. */
const loadCredentialsModule = () => import("../sign-in/credentials.ts");

/** Returns the handlers for access tokens of the acting account. */
export default ({ session }: TenantParts): Handlers<"access-tokens"> => ({
  list: async () => (await loadCredentialsModule()).listAccessTokens(session),
  // not repeatable with a key: the secret is not stored, so an earlier response cannot be sent again
  create: async ({ body }) => (await loadCredentialsModule()).createAccessToken(session, body),
  revoke: async ({ params: { id } }) => (await loadCredentialsModule()).revokeAccessToken(session, id),
});
