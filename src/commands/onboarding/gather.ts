import { NOT_MANAGED } from "../../lib/model/device.ts";
import { line } from "../../lib/advice/index.ts";
import { adeHealth, type AdeReport } from "../../lib/model/ade-health.ts";
import type { Ade, Answer, Client, Tenant } from "../../lib/client/index.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import {
  ISSUED_KINDS,
  QUESTION_NAMES,
  type IssuedKind,
  type OnboardingAnswer,
  type OnboardingFacts,
  type QuestionName,
} from "../../lib/onboarding/facts.ts";
import { UNSAID } from "../../lib/model/tenant.ts";
import { byExpiry, judge, type JudgedItem } from "../../lib/renewals/judge.ts";
import { withRejection } from "../../lib/renewals/rejection.ts";
import { asOfNow, describePressing, isPressing, itemsBySource } from "../renewals/items/tenant-items.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

/** The nouns that tell how the onboarding stands. */
const NOUNS = ["tenant", "answers", "renewals", "devices", "ade", "push-certificate", "vpp"] as const;

type OnboardingClient = Client<(typeof NOUNS)[number]>;

/** Whether a question of this name is asked. */
export const isQuestion = (name: string): name is QuestionName => (QUESTION_NAMES as readonly string[]).includes(name);

/** The kinds that the tenant holds itself; what somebody may not see is taken as not held. Rehearsals do not count. */
async function heldKinds(client: OnboardingClient, ade: Ade | undefined): Promise<readonly IssuedKind[]> {
  const certificate = await unlessFailing(() => client["push-certificate"].show());
  const tokens = await unlessFailing(() => client.vpp.tokens());
  const held: Readonly<Record<IssuedKind, boolean>> = {
    "push-certificate": (certificate?.expiresAt ?? null) !== null && certificate?.simulated !== true,
    "ade-token": ade?.token !== undefined && ade.token !== null && !ade.token.simulated,
    "vpp-token": tokens?.some(({ simulated }) => !simulated) ?? false,
  };
  return ISSUED_KINDS.filter((kind) => held[kind]);
}

/** Whether some device has no owner, though it may have one: asked until one is found. */
async function hasUnowned(client: OnboardingClient): Promise<boolean> {
  for await (const { owner, ownerOrg, status } of client.devices.list()) {
    if (owner === null && ownerOrg === null && status !== NOT_MANAGED) return true;
  }
  return false;
}

/** The renewals of a tenant as they stand now, the most urgent first. */
async function judgedRenewals(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  ade: AdeReport<Ade> | undefined,
): Promise<readonly JudgedItem[]> {
  const asOf = asOfNow(tools, tenant);
  const items = withRejection(await itemsBySource(tenant, asOf.timezone), ade?.facts);
  // whether it is valid already is for checks
  return items.map((item) => judge({ ...item, validFrom: null }, tenant.context.name, asOf)).toSorted(byExpiry);
}

/** Returns where the state of a tenant's ADE devices is known from. A mirror's devices are synced in the console. */
const adeStateOf = ({ mirroredAt }: Tenant, ade: Ade | undefined): OnboardingFacts["adeState"] => {
  if (mirroredAt !== null) return "console";
  if (ade === undefined) return "not-visible";
  return ade.lastSyncAt === null ? "never-synced" : "synced";
};

/** What was answered; undefined for who may not read it. */
const readAnswers = (client: OnboardingClient): Promise<readonly Answer[] | undefined> =>
  client.answers.list().catch((error: unknown) => {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  });

/** What is recorded of a tenant that is being set up. */
export async function factsOf(tools: Tools): Promise<OnboardingFacts> {
  const chosen = await tools.tenant(...NOUNS);
  const { client } = chosen;
  const tenant = await client.tenant.show({ administration: true });
  const answers = new Map<QuestionName, OnboardingAnswer>();
  const said = await readAnswers(client);
  for (const { question, subject, value, by, at } of said ?? []) {
    if (subject === "" && isQuestion(question)) answers.set(question, { value, by, at });
  }
  const ade = await unlessFailing(() => client.ade.show());
  const held = await heldKinds(client, ade);
  const now = tools.clock.now();
  const adeReport = ade && { facts: ade, conditions: adeHealth(ade, now) };
  const notReady = adeReport?.conditions.find(({ id }) => id === "devices-not-ready");
  const renewals = await judgedRenewals(tools, chosen, adeReport);
  const kinds = new Set<string>(renewals.map(({ kind }) => kind));
  return {
    now: now.toISOString(),
    profile: tenant.profile ?? UNSAID,
    users: tenant.users,
    orgs: tenant.orgs,
    devices: tenant.devices,
    notReady: notReady && { why: notReady.what, line: notReady.line },
    adeState: adeStateOf(tenant, ade),
    unowned: tenant.devices > 0 && (await hasUnowned(client)),
    systemAdministrators: tenant.administration?.system ?? null,
    recorded: ISSUED_KINDS.filter((kind) => kinds.has(kind) || held.includes(kind)),
    pressing: renewals.filter(isPressing).map((item) => {
      return { kind: item.kind, why: describePressing(item), line: line("renewals guide", [item.name]) };
    }),
    answers,
    seesAnswers: said !== undefined,
  };
}
