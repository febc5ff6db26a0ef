import type { Client } from "../../lib/client/index.ts";
import type { Administrator, HandoverFacts } from "../../lib/handover/checklist/people.ts";
import type { ChecklistDay } from "../../lib/handover/checklist/index.ts";
import { ADMINISTRATOR_ROLES } from "../../lib/nouns/account.ts";
import { dayOf } from "../../lib/model/time.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import type { HANDOVER_NOUNS } from "../kit/files/tenant-copy.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../kit/tools.ts";

export type HandoverTenant = ChosenTenant<(typeof HANDOVER_NOUNS)[number]>;

export const getChecklistDay = (tools: Tools, tenant: HandoverTenant): ChecklistDay => {
  const timezone = resolveTimezone(tools, tenant);
  return { asOf: dayOf(tools.clock.now(), timezone), timezone };
};

export async function collectHandoverFacts({ client }: Pick<HandoverTenant, "client">): Promise<HandoverFacts> {
  const { profile, mirroredAt } = await client.tenant.show();
  const ade = await client.ade.show();
  const { setAt = null, setBy = null } = ade.token ?? {};
  return {
    tenant: profile,
    isMirror: mirroredAt !== null,
    administrators: await listAdministrators(client),
    renewals: markRejectedItem(await client.renewals.list(), ade),
    adeServer: { adminId: ade.server?.admin ?? null, tokenSetAt: setAt, tokenSetBy: setBy },
    profiles: await Array.fromAsync(client["config-profiles"].list()),
    apps: await Array.fromAsync(client.apps.list()),
    lostDevices: (await Array.fromAsync(client.devices.list({ lost: true }))).map(({ serialNumber }) => serialNumber),
    answers: await client.answers.list(),
  };
}

async function listAdministrators(client: Client<"accounts" | "administrators">): Promise<readonly Administrator[]> {
  const all = new Map<string, Administrator>();
  for (const role of ADMINISTRATOR_ROLES)
    for await (const account of client.accounts.list({ role })) all.set(account.id, account);
  const { administrators: marked } = await client.administrators.list("users");
  for (const { id } of marked.filter((one) => !all.has(one.id)))
    for (const account of await client.accounts.find({ name: id })) all.set(id, account);
  return [...all.values()];
}
