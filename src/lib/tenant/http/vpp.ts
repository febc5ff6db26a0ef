/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Loads the module only when it is needed, because it also loads cryptography code. */
const loadVppModule = () => import("../vpp/vpp.ts");

/** Returns the handlers for VPP content tokens. */
export default ({ session, apple }: TenantParts): Handlers<"vpp"> => ({
  tokens: async () => (await loadVppModule()).listVppTokenRecords(session),
  setToken: async ({ params: { id }, body: { content, ...body } }) =>
    (await loadVppModule()).setVppToken({ session, sealing: apple.sealing }, id, {
      ...body,
      bytes: Buffer.from(content, "base64"),
    }),
  check: async ({ params: { id }, signal }) => (await loadVppModule()).checkVppToken({ session, apple }, id, signal),
});
