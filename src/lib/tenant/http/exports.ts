/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { exportAll } from "../handover/export.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for exports of all resources. */
export default ({ session }: TenantParts): Handlers<"exports"> => ({
  create: ({ body }) => exportAll(session, body),
});
