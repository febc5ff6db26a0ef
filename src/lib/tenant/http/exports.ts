/** Handlers of one noun: each has its own file, however short. */

import { exportAll } from "../handover/export.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Exports of all resources. */
export default ({ session }: TenantParts): Handlers<"exports"> => ({
  create: ({ body }) => exportAll(session, body),
});
