/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { getPermittedReach } from "../policy/check.ts";
import { readLatestRevision } from "../store/collections.ts";
import { readOpenTasks } from "../console/tasks.ts";
import { readTenant } from "../records/tenant-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// modules are loaded only by requests that need them, so that other requests start faster
const loadAdministrationModule = () => import("../accounts/administration.ts");
const loadTenantModule = () => import("../records/tenant.ts");

/** Returns the handlers for the tenant itself. */
export default ({ session }: TenantParts): Handlers<"tenant"> => ({
  show: async ({ query: { administration } }) => {
    // the numbers cover the whole tenant, so they would reveal information outside the account's scope
    const canSeeAll = administration && getPermittedReach(session.asker, "accounts.read") === "all";
    const administrators = canSeeAll ? await loadAdministrationModule() : undefined;
    return session.read(async (reader) => {
      const tenant = { ...(await readTenant(reader)), consoleTasks: (await readOpenTasks(reader)).open.size };
      return {
        ...tenant,
        ...(administrators && { administration: await administrators.readAdministration(reader) }),
      };
    });
  },
  revision: () => session.read(async (reader) => ({ revision: await readLatestRevision(reader) })),
  set: async ({ body }) => (await loadTenantModule()).updateTenantProfile(session, body),
});
