/** Handlers of one noun: each has its own file, however short. */

import { planRestore, restore } from "../handover/restore.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Making the tenant like an export. */
export default ({ session }: TenantParts): Handlers<"restores"> => ({
  plan: ({ file, query }) => file.through(planRestore(session, file.parts, query)),
  create: ({ file, query, etag, repeatable }) =>
    file.through(restore(session, file.parts, { ...query, etag, once: repeatable })),
});
