import { NOT_MANAGED } from "../../lib/model/device.ts";
import { line } from "../../lib/advice/index.ts";
import { assessAdeHealth, type AdeReport } from "../../lib/model/ade-health.ts";
import type { Ade, Answer, Client, Tenant } from "../../lib/client/index.ts";
import { Failure, ignoreFailure } from "../../lib/errors/index.ts";
import {
  CREDENTIAL_KINDS,
  QUESTION_NAMES,
  type OnboardingAnswer,
  type OnboardingFacts,
  type QuestionName,
} from "../../lib/onboarding/facts.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/model/tenant.ts";
import { compareByExpiry, judgeExpiry, type JudgedItem } from "../../lib/renewals/judge.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import { createExpiryClock, describeUrgentItem, isUrgentItem, readDatedItems } from "../renewals/items/tenant-items.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

const ONBOARDING_NOUNS = ["tenant", "answers", "renewals", "devices", "ade"] as const;

type OnboardingClient = Client<(typeof ONBOARDING_NOUNS)[number]>;

const isQuestionName = (name: string): name is QuestionName => (QUESTION_NAMES as readonly string[]).includes(name);

/** Returns true if a device that may have an owner does not have one. Stops reading at the first such device. */
async function hasUnownedDevice(client: OnboardingClient): Promise<boolean> {
  for await (const { owner, ownerOrg, status } of client.devices.list()) {
    if (owner === null && ownerOrg === null && status !== NOT_MANAGED) return true;
  }
  return false;
}

async function loadJudgedRenewals(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  ade: AdeReport<Ade> | undefined,
): Promise<readonly JudgedItem[]> {
  const asOf = createExpiryClock(tools, tenant);
  const items = markRejectedItem(await readDatedItems(tenant, asOf.timezone), ade?.facts);
  // checks need to know whether an item is already valid, but this overview does not
  return items
    .map((item) => judgeExpiry({ ...item, validFrom: null }, tenant.context.name, asOf))
    .toSorted(compareByExpiry);
}

const determineAdeState = ({ mirroredAt }: Tenant, ade: Ade | undefined): OnboardingFacts["adeState"] => {
  if (mirroredAt !== null) return "console";
  if (ade === undefined) return "not-visible";
  return ade.lastSyncAt === null ? "never-synced" : "synced";
};

const loadAnswers = (client: OnboardingClient): Promise<readonly Answer[] | undefined> =>
  client.answers.list().catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  });

/** Loads what is recorded about a tenant that is being set up. */
export async function loadOnboardingFacts(tools: Tools): Promise<OnboardingFacts> {
  const chosen = await tools.tenant(...ONBOARDING_NOUNS);
  const { client } = chosen;
  const tenant = await client.tenant.show({ administration: true });
  const answers = new Map<QuestionName, OnboardingAnswer>();
  const said = await loadAnswers(client);
  for (const { question, subject, value, by, at } of said ?? []) {
    if (subject === "" && isQuestionName(question)) answers.set(question, { value, by, at });
  }
  const ade = await ignoreFailure(() => client.ade.show());
  const now = tools.clock.now();
  const adeReport = ade && { facts: ade, conditions: assessAdeHealth(ade, now) };
  const notReady = adeReport?.conditions.find(({ id }) => id === "devices-not-ready");
  const renewals = await loadJudgedRenewals(tools, chosen, adeReport);
  const kinds = new Set<string>(renewals.map(({ kind }) => kind));
  return {
    now: now.toISOString(),
    profile: tenant.profile ?? EMPTY_TENANT_PROFILE,
    users: tenant.users,
    orgs: tenant.orgs,
    devices: tenant.devices,
    notReady: notReady && { why: notReady.what, line: notReady.line },
    adeState: determineAdeState(tenant, ade),
    unowned: tenant.devices > 0 && (await hasUnownedDevice(client)),
    systemAdministrators: tenant.administration?.system ?? null,
    recorded: CREDENTIAL_KINDS.filter((kind) => kinds.has(kind)),
    pressing: renewals.filter(isUrgentItem).map((item) => {
      return { kind: item.kind, why: describeUrgentItem(item), line: line("renewals guide", [item.name]) };
    }),
    answers,
    seesAnswers: said !== undefined,
  };
}
