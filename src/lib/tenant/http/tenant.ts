/** Handlers of one noun: each has its own file, however short. */

import type { Handlers, TenantParts } from "./handler.ts";

/** The tenant itself. */
export default ({ database }: TenantParts): Handlers<"tenant"> => ({
  show() {
    const tenant = database.get("select name, mirroredAt from tenant") ?? {};
    const count = (table: string): number => database.count(`select count(*) from ${table}`);
    const mirroredAt = typeof tenant["mirroredAt"] === "string" ? tenant["mirroredAt"] : null;
    return { name: String(tenant["name"]), mirroredAt, users: count("user"), orgs: count("org") };
  },
});
