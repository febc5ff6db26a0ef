import type { Account, Ade, Client, User } from "../../lib/client/index.ts";
import type { AdeServerFacts, Administrator, HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import type { ChecklistDay } from "../../lib/handover/checklist/index.ts";
import { ADMINISTRATOR_ROLES } from "../../lib/model/role.ts";
import { dayOf } from "../../lib/model/time.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import { requireRight } from "../rights.ts";
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
  await requireRight(tools, "handover.read");
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
  const administrators = await listAdministrators(client);
  const ade = await client.ade.show();
  const renewals = markRejectedItem(await client.renewals.list(), ade);
  return {
    tenant: profile,
    administrators,
    renewals,
    adeServer: toAdeServerFacts(ade),
    answers: await client.answers.list(),
  };
}

/**
 * Returns all people who have a role, and users who are marked as administrators but do not have a role, in the format
 * that a bundle uses.
 */
async function listAdministrators(
  client: Client<"accounts" | "administrators" | "users">,
): Promise<readonly Administrator[]> {
  const all = new Map<string, Administrator>();
  for (const role of ADMINISTRATOR_ROLES) {
    for await (const account of client.accounts.list({ role })) all.set(account.id, toAdministrator(account));
  }
  const { administrators: marked } = await client.administrators.list("users");
  for (const { id } of marked.filter((one) => !all.has(one.id))) {
    for (const user of await client.users.find({ name: id })) all.set(id, toMarkedAdministrator(user));
  }
  return [...all.values()];
}

const toMarkedAdministrator = ({ id, name: user, accountName: name, emails, org }: User): Administrator => ({
  id,
  name,
  user,
  emails,
  orgId: org.id,
  role: "none",
  marked: true,
  scheme: null,
  managesAll: false,
  managedOrgIds: [],
  supportOption: false,
  noticeMail: false,
});

/** Converts an account to the form that the checklist uses. */
const toAdministrator = ({ org, scheme, managedOrgs, ...account }: Account): Administrator => ({
  id: account.id,
  name: account.name,
  user: account.user,
  emails: account.emails,
  orgId: org.id,
  role: account.role,
  marked: account.marked,
  scheme: scheme?.name ?? null,
  managesAll: account.managesAll,
  managedOrgIds: managedOrgs.map(({ id }) => id),
  supportOption: account.supportOption,
  noticeMail: account.noticeMail,
});

const toAdeServerFacts = ({ endpoint, server, token, lastFullAt }: Ade): AdeServerFacts => ({
  endpoint,
  serverName: server?.name ?? null,
  adminId: server?.admin ?? null,
  orgName: server?.organisation ?? null,
  tokenExpiresAt: token?.expiresAt ?? null,
  tokenSetAt: token?.setAt ?? null,
  tokenSetBy: token?.setBy ?? null,
  tokenRejectedAt: token?.rejectedAt ?? null,
  renewalId: token?.renewal ?? null,
  fullAt: lastFullAt,
});
