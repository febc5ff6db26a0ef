/** Handlers of one noun: each has its own file, however short. */

import { reachOf } from "../policy/check.ts";
import { readAdministration } from "../accounts/administration.ts";
import { latestRevision } from "../store/collections.ts";
import { readOpenTasks } from "../console/tasks.ts";
import { readTenant } from "../records/tenant-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when something is written: what only asks what is used starts sooner without it. */
const byHand = () => import("../records/tenant.ts");

/** The tenant itself. */
export default ({ session }: TenantParts): Handlers<"tenant"> => ({
  show: ({ query: { administration } }) =>
    session.read(async (reader) => {
      const tenant = { ...(await readTenant(reader)), consoleTasks: (await readOpenTasks(reader)).open.size };
      // whole numbers would tell who asks of what lies outside
      if (!administration || reachOf(session.asker, "accounts.read") !== "all") return tenant;
      return { ...tenant, administration: await readAdministration(reader, tenant.profile) };
    }),
  revision: () => session.read(async (reader) => ({ revision: await latestRevision(reader) })),
  set: async ({ body }) => (await byHand()).setTenant(session, body),
});
