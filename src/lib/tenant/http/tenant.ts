/** Handlers of one noun: each has its own file, however short. */

import { readTenant } from "../store/tenant.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when something is written: what only asks what is used starts sooner without it. */
const byHand = () => import("../use/tenant.ts");

/** The tenant itself. */
export default ({ session }: TenantParts): Handlers<"tenant"> => ({
  show: () => session.read(readTenant),
  set: async ({ body }) => (await byHand()).setTenant(session, body),
});
