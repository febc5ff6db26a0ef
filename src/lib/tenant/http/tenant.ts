/** Handlers of one noun: each has its own file, however short. */

import { readTenant } from "../store/tenant.ts";
import { setTenant } from "../use/tenant.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** The tenant itself. */
export default ({ session }: TenantParts): Handlers<"tenant"> => ({
  show: () => session.read(readTenant),
  set: ({ body }) => setTenant(session, body),
});
