/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for users who leave. */
export default ({ session }: TenantParts): Handlers<"leavers"> => ({
  dependents: async ({ body: { ids } }) => {
    const { findDependents } = await import("../handover/dependents.ts");
    return session.read((reader) => findDependents(reader, session.asker, ids));
  },
  leave: async ({ body, repeatable }) => (await import("../handover/leave.ts")).leaveUsers(session, body, repeatable),
});
