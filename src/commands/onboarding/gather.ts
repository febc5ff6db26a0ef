import { MANAGED, NOT_MANAGED, PRE_REGISTERED } from "../../lib/nouns/device.ts";
import { line } from "../../lib/advice/index.ts";
import { assessAdeHealth } from "../../lib/derived/ade-health.ts";
import type { Client } from "../../lib/client/index.ts";
import { CREDENTIAL_KINDS, type OnboardingFacts } from "../../lib/onboarding/facts.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/nouns/tenant.ts";
import { compareByExpiry, addExpiryStatus } from "../../lib/renewals/expiry-status.ts";
import { toItemFinding } from "../../lib/renewals/finding.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import { createExpiryClock, readDatedItems } from "../kit/items/tenant-items.ts";
import type { Tools } from "../kit/tools.ts";

const ONBOARDING_NOUNS = [
  "tenant",
  "answers",
  "renewals",
  "devices",
  "ade",
  "config-profiles",
  "apps",
  "device-actions",
] as const;

type OnboardingClient = Client<(typeof ONBOARDING_NOUNS)[number]>;

async function countDevices(client: OnboardingClient): Promise<Pick<OnboardingFacts, "unowned" | "appleDevices">> {
  let [unowned, managed, preRegistered] = [false, 0, 0];
  for await (const { owner, ownerOrg, status, platform } of client.devices.list()) {
    unowned ||= owner === null && ownerOrg === null && status !== NOT_MANAGED;
    if (platform === "Android" || platform === "Windows") continue;
    if (status === MANAGED) managed += 1;
    if (status === PRE_REGISTERED) preRegistered += 1;
  }
  return { unowned, appleDevices: { managed, preRegistered } };
}

export async function loadOnboardingFacts(tools: Tools): Promise<OnboardingFacts> {
  const chosen = await tools.tenant(...ONBOARDING_NOUNS);
  const { client } = chosen;
  const tenant = await client.tenant.show({ administration: true });
  const answers = new Map((await client.answers.list()).map((answer) => [answer.question, answer]));
  const ade = await client.ade.show();
  const now = tools.clock.now();
  const notReady = assessAdeHealth(ade, now).find(({ id }) => id === "devices-not-ready");
  const asOf = createExpiryClock(tools, chosen);
  const renewals = markRejectedItem(await readDatedItems(chosen, asOf.timezone), ade)
    .map((item) => addExpiryStatus({ ...item, validFrom: null }, chosen.context.name, asOf))
    .toSorted(compareByExpiry);
  const kinds = new Set<string>(renewals.map(({ kind }) => kind));
  return {
    now: now.toISOString(),
    profile: tenant.profile ?? EMPTY_TENANT_PROFILE,
    users: tenant.users,
    orgs: tenant.orgs,
    devices: tenant.devices,
    notReady: notReady && { why: notReady.what, line: notReady.line },
    isNeverSynced: tenant.mirroredAt === null && ade.lastSyncAt === null,
    ...(await countDevices(client)),
    systemAdministrators: tenant.systemAdministrators ?? 0,
    profiles: (await Array.fromAsync(client["config-profiles"].list())).filter(({ kind }) => kind !== "ade"),
    apps: await Array.fromAsync(client.apps.list()),
    shortApps: (await Array.fromAsync(client.apps.list({ short: true }))).map(({ name }) => name),
    hasActions: (await Array.fromAsync(client["device-actions"].list({ limit: 1 }))).length > 0,
    recorded: CREDENTIAL_KINDS.filter((kind) => kinds.has(kind)),
    pressing: renewals
      .filter(({ level }) => level === "expired" || level === "critical")
      .map((item) => ({ kind: item.kind, why: toItemFinding(item).what, line: line("renewals guide", [item.name]) })),
    answers,
  };
}
