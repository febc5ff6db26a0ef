/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { planRestore, restoreBundle } from "../handover/restore.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for restores. A restore makes the tenant match an export. */
export default ({ session }: TenantParts): Handlers<"restores"> => ({
  plan: ({ file, query }) => file.through(planRestore(session, file.parts, query)),
  create: ({ file, query, etag, repeatable }) =>
    file.through(restoreBundle(session, file.parts, { ...query, etag, once: repeatable })),
});
