import type { NoticeTenant } from "../../../lib/renewals/notify/tenant.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../../tools.ts";
import { judgedBySource } from "./judged-by-source.ts";

/** A tenant as notices need it: its things with the dates they are judged by. */
export function noticeTenant(tools: Pick<Tools, "globals">, tenant: ChosenTenant): NoticeTenant {
  const { context, client } = tenant;
  const { renewals } = client;
  const timezone = zoneOf(tools, tenant);
  return {
    context: context.name,
    timezone,
    client: {
      renewals: {
        list: async () => (await judgedBySource(tenant, timezone)).map(({ item, remark }) => ({ ...item, remark })),
        notices: () => renewals.notices(),
        claimNotice: (key) => renewals.claimNotice(key),
        settleNotice: (id, outcome) => renewals.settleNotice(id, outcome),
      },
      findUsers: (address) => client.findUsers(address),
      users: (query) => client.users(query),
    },
  };
}
