import { unlessFailing } from "../../lib/errors/index.ts";
import type { Account, Ade, Client, PushCertificate, User, VppTokenRecord } from "../../lib/client/index.ts";
import type {
  AdeServerFacts,
  Administrator,
  ClomoctlFacts,
  DailyRunFacts,
  HandoverFacts,
  PushCertificateFacts,
  VppTokenFacts,
} from "../../lib/handover/checklist/facts.ts";
import { isLate } from "../../lib/handover/checklist/items/clomoctl.ts";
import type { ChecklistContext } from "../../lib/handover/checklist/item.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { ADMINISTRATORS } from "../../lib/model/role.ts";
import { UNSAID } from "../../lib/model/tenant.ts";
import { dayOf } from "../../lib/model/time.ts";
import { readNotifySettings } from "../../lib/renewals/notify/settings-file.ts";
import { withRejection } from "../../lib/renewals/rejection.ts";
import { text } from "../../lib/text/index.ts";
import { lastRunOf, OWN_SCHEDULERS, show } from "../renewals/schedule/place.ts";
import { mayAll, requireRight } from "../rights.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../tools.ts";

/** The nouns of a tenant that a handover looks at. */
const NOUNS = [
  "tenant",
  "accounts",
  "renewals",
  "push-certificate",
  "ade",
  "vpp",
  "answers",
  "users",
  "devices",
  "administrators",
  "audit",
  "console",
] as const;

export type HandoverTenant = ChosenTenant<(typeof NOUNS)[number]>;

/** The tenant that is handed over. @throws Failure `not-permitted` for who may not read what was answered */
export async function handedOver(tools: Tools): Promise<HandoverTenant> {
  const asked = text("read and record what a handover needs", "引き継ぎ情報の閲覧と登録");
  await requireRight(tools, "tenant.write", { asked });
  return tools.tenant(...NOUNS);
}

/** The day and the zone of a checklist. */
export const today = (tools: Tools, tenant: HandoverTenant): Pick<ChecklistContext, "asOf" | "timezone"> => {
  const timezone = zoneOf(tools, tenant);
  return { asOf: dayOf(tools.clock.now(), timezone), timezone };
};

/** All that the checklist is made of, from the routes of a tenant and from this machine. */
export async function factsOf(tools: Tools, { client, context }: HandoverTenant): Promise<HandoverFacts> {
  const { profile = UNSAID } = await client.tenant.show();
  const administrators = await administratorsOf(client);
  const ade = await client.ade.show();
  const renewals = withRejection(await client.renewals.list(), ade);
  const tokens = await client.vpp.tokens();
  return {
    tenant: profile,
    administrators,
    renewals,
    pushCertificate: certificateOf(await client["push-certificate"].show()),
    adeServer: serverOf(ade),
    vppTokens: tokens.map(tokenOf),
    answers: await client.answers.list(),
    clomoctl: await ownFacts(tools, context.name, null),
  };
}

/** Everybody who has a role, and who is marked as an administrator without one, as a bundle has them. */
async function administratorsOf(
  client: Client<"accounts" | "administrators" | "users">,
): Promise<readonly Administrator[]> {
  const all = new Map<string, Administrator>();
  for (const role of ADMINISTRATORS) {
    for await (const account of client.accounts.list({ role })) all.set(account.id, administratorOf(account));
  }
  const { administrators: marked } = await client.administrators.list("users");
  for (const { id } of marked.filter((one) => !all.has(one.id))) {
    for (const user of await client.users.find({ name: id })) all.set(id, markedOf(user));
  }
  return [...all.values()];
}

/** A user who is marked, and of whose account nothing else is known. */
const markedOf = ({ id, name: user, accountName: name, emails, org }: User): Administrator => ({
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

/** An account as the checklist has it. */
export const administratorOf = ({ org, scheme, managedOrgs, ...account }: Account): Administrator => ({
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

const tokenOf = (token: VppTokenRecord): VppTokenFacts => {
  const { orgId: id, org: _, ...others } = token;
  return { id, ...others };
};

/** Null where there is none. */
const certificateOf = (shown: PushCertificate): PushCertificateFacts | null => {
  const { request: _, enrolledDevices: __, simulator: ___, ...certificate } = shown;
  return certificate.topic === null ? null : { id: "push-certificate", ...certificate };
};

const serverOf = ({ endpoint, server, token, lastFullAt }: Ade): AdeServerFacts => ({
  id: "ade-server",
  endpointKind: endpoint?.kind ?? null,
  endpointUrl: endpoint?.url ?? null,
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

/**
 * What this machine is to the tenant. What cannot be read is told as not there: `doctor` says why. Who is notified is told to
 * whoever may notify, and is no organisation's.
 *
 * @param scope the organisation that is asked about; null: the whole tenant
 */
export async function ownFacts(tools: Tools, context: string, scope: Manifest["scope"]): Promise<ClomoctlFacts> {
  const { home, machine } = tools;
  const facts = {
    machine: machine.hostName,
    user: machine.userName ?? null,
    home: home.data,
    runs: machine.platform === "win32" ? null : await runsOf(tools),
  };
  const withheld =
    scope !== null ? "out-of-scope" : (await mayAll(tools, ["renewals.write"])) ? undefined : "not-permitted";
  if (withheld !== undefined) return { ...facts, recipients: [], mailAccount: null, withheld };
  const settings = await unlessFailing(() => readNotifySettings(home));
  const recipients = (settings?.recipients ?? []).filter(({ contexts = [context] }) => contexts.includes(context));
  const { smtp } = settings ?? {};
  return {
    ...facts,
    recipients: recipients.map((recipient) => ({
      way: recipient.way,
      name: recipient.name,
      address: recipient.way === "mail" ? recipient.address : null,
    })),
    mailAccount: smtp?.user ?? smtp?.from ?? null,
  };
}

async function runsOf(tools: Tools): Promise<readonly DailyRunFacts[]> {
  const runs: DailyRunFacts[] = [];
  for (const way of OWN_SCHEDULERS) {
    const scheduled = await unlessFailing(() => show(tools, way));
    if (scheduled?.installed !== true) continue;
    const { at, timezone } = scheduled;
    const lastRunAt = (await lastRunOf(scheduled))?.at ?? null;
    const late = isLate({ lastRunAt }, { asOf: dayOf(tools.clock.now(), "UTC"), timezone: "UTC" });
    runs.push({ way, at, timezone, lastRunAt, late });
  }
  return runs;
}
