import type { Step } from "../advice/index.ts";
import type { AppRecord, ConfigProfile } from "../model/config-profile.ts";
import { QUESTIONS } from "../model/question.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";

/** The labels are those in CLOMO PANEL. @see seed 003, 7-1-4, 7-2-4, 7-3-3 */
export const CREDENTIAL_LABELS = {
  "push-certificate": "MDM プッシュ通知証明書",
  "ade-token": "ADE サーバートークン",
  "vpp-token": "VPPサービストークン",
} as const satisfies Partial<Record<RenewalKind, string>>;

export type CredentialKind = keyof typeof CREDENTIAL_LABELS;

export const CREDENTIAL_KINDS = Object.keys(CREDENTIAL_LABELS) as readonly CredentialKind[];

interface OnboardingAnswer {
  readonly value: string;
  /** UTC instant at which the question was answered */
  readonly at: string;
}

interface UrgentRenewal extends Step {
  readonly kind: RenewalKind;
}

export interface OnboardingFacts {
  /** the current time, a UTC instant */
  readonly now: string;
  readonly profile: TenantProfile;
  readonly users: number;
  /** number of organisations, not counting 全社, which always exists */
  readonly orgs: number;
  readonly devices: number;
  /** why some ADE devices must not be switched on yet, and what to do; undefined if all are ready */
  readonly notReady: Step | undefined;
  /** true if this tenant is set up to sync with Apple itself, but has never synced */
  readonly isNeverSynced: boolean;
  /** true if at least one device has no owner */
  readonly unowned: boolean;
  readonly systemAdministrators: number;
  /** configuration profiles of the console except ADE profiles, which devices get when they are set up */
  readonly profiles: readonly Pick<ConfigProfile, "name" | "kind" | "orgs" | "devices">[];
  readonly apps: readonly Pick<AppRecord, "name" | "orgs" | "devices">[];
  /** the names of the apps with fewer licences than devices */
  readonly shortApps: readonly string[];
  /** true if an action on a device is recorded, such as lost mode */
  readonly hasActions: boolean;
  /** kinds with a recorded renewal item, or with a credential stored in the tenant */
  readonly recorded: readonly CredentialKind[];
  /** renewal items whose level is expired or critical, the most urgent first */
  readonly pressing: readonly UrgentRenewal[];
  /** the key is the name of the question */
  readonly answers: ReadonlyMap<string, OnboardingAnswer>;
}

/** Returns undefined if there is no answer, or if the answer is not a valid choice. */
export const findOnboardingAnswer = ({ answers }: OnboardingFacts, name: string): string | undefined => {
  const value = answers.get(`onboarding.${name}`)?.value;
  const choices = QUESTIONS.get(`onboarding.${name}`)?.choices ?? {};
  return value !== undefined && Object.hasOwn(choices, value) ? value : undefined;
};
