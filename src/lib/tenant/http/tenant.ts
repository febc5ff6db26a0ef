/** Handlers of one noun: each has its own file, however short. */

import { latestRevision } from "../store/collections.ts";
import { readTenant } from "../store/tenant.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when something is written: what only asks what is used starts sooner without it. */
const byHand = () => import("../use/tenant.ts");

/** The tenant itself. */
export default ({ session }: TenantParts): Handlers<"tenant"> => ({
  show: () => session.read(readTenant),
  revision: () => session.read(async (reader) => ({ revision: await latestRevision(reader) })),
  set: async ({ body }) => (await byHand()).setTenant(session, body),
});
