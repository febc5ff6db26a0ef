/** Handlers of one noun: each has its own file, however short. */

import { reachOf } from "../policy/check.ts";
import { latestRevision } from "../store/collections.ts";
import { readOpenTasks } from "../console/tasks.ts";
import { readTenant } from "../records/tenant-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// loaded by the requests that need them: what only asks what is used starts sooner without
const administrators = () => import("../accounts/administration.ts");
const byHand = () => import("../records/tenant.ts");

/** The tenant itself. */
export default ({ session }: TenantParts): Handlers<"tenant"> => ({
  show: async ({ query: { administration } }) => {
    // whole numbers would tell who asks of what lies outside
    const isTold = administration && reachOf(session.asker, "accounts.read") === "all";
    const told = isTold ? await administrators() : undefined;
    return session.read(async (reader) => {
      const tenant = { ...(await readTenant(reader)), consoleTasks: (await readOpenTasks(reader)).open.size };
      return { ...tenant, ...(told && { administration: await told.readAdministration(reader, tenant.profile) }) };
    });
  },
  revision: () => session.read(async (reader) => ({ revision: await latestRevision(reader) })),
  set: async ({ body }) => (await byHand()).setTenant(session, body),
});
