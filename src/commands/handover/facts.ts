import type { Client } from "../../lib/client/index.ts";
import type { Administrator, HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import type { ChecklistDay } from "../../lib/handover/checklist/index.ts";
import { ADMINISTRATOR_ROLES } from "../../lib/model/role.ts";
import { dayOf } from "../../lib/model/time.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../tools.ts";

export const HANDOVER_NOUNS = [
  "tenant",
  "accounts",
  "renewals",
  "ade",
  "answers",
  "users",
  "leavers",
  "administrators",
  "audit",
  "console",
] as const;

export type HandoverTenant = ChosenTenant<(typeof HANDOVER_NOUNS)[number]>;

/** Opens the tenant to hand over. @throws Failure `not-permitted` if the account may not read the answers */
export async function openHandoverTenant(tools: Tools): Promise<HandoverTenant> {
  return tools.tenant(...HANDOVER_NOUNS);
}

/** Returns today's date for the checklist, and its time zone. */
export const getChecklistDay = (tools: Tools, tenant: HandoverTenant): ChecklistDay => {
  const timezone = resolveTimezone(tools, tenant);
  return { asOf: dayOf(tools.clock.now(), timezone), timezone };
};

/** Collects all data for the checklist from the API of the tenant. */
export async function collectHandoverFacts({ client }: Pick<HandoverTenant, "client">): Promise<HandoverFacts> {
  const { profile } = await client.tenant.show();
  const ade = await client.ade.show();
  const { setAt = null, setBy = null } = ade.token ?? {};
  return {
    tenant: profile,
    administrators: await listAdministrators(client),
    renewals: markRejectedItem(await client.renewals.list(), ade),
    adeServer: { adminId: ade.server?.admin ?? null, tokenSetAt: setAt, tokenSetBy: setBy },
    answers: await client.answers.list(),
  };
}

/** Returns all people who have a role, and users who are marked as administrators but do not have a role. */
async function listAdministrators(client: Client<"accounts" | "administrators">): Promise<readonly Administrator[]> {
  const all = new Map<string, Administrator>();
  for (const role of ADMINISTRATOR_ROLES)
    for await (const account of client.accounts.list({ role })) all.set(account.id, account);
  const { administrators: marked } = await client.administrators.list("users");
  for (const { id } of marked.filter((one) => !all.has(one.id)))
    for (const account of await client.accounts.find({ name: id })) all.set(id, account);
  return [...all.values()];
}
