/** Handlers of one noun: each has its own file, however short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when it is asked for: it brings cryptography along. */
const uses = () => import("../vpp/vpp.ts");

/** Content tokens (VPP). */
export default ({ session, apple }: TenantParts): Handlers<"vpp"> => ({
  tokens: async () => (await uses()).listTokens(session),
  setToken: async ({ params: { id }, body: { content, ...body } }) =>
    (await uses()).setVppToken({ session, sealing: apple.sealing }, id, {
      ...body,
      bytes: Buffer.from(content, "base64"),
    }),
  check: async ({ params: { id }, signal }) => (await uses()).checkVppToken({ session, apple }, id, signal),
});
