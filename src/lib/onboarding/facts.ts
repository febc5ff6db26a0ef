import type { Step } from "../advice/index.ts";
import { QUESTIONS } from "../model/question.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";

/** Credentials that expire after a year, with the labels of their dates on HOME. @see seed 003, 7-1-4, 7-2-4, 7-3-3 */
export const CREDENTIAL_LABELS = {
  "push-certificate": "MDM プッシュ通知証明書",
  "ade-token": "ADE サーバートークン",
  "vpp-token": "VPPサービストークン",
} as const satisfies Partial<Record<RenewalKind, string>>;

export type CredentialKind = keyof typeof CREDENTIAL_LABELS;

export const CREDENTIAL_KINDS = Object.keys(CREDENTIAL_LABELS) as readonly CredentialKind[];

interface OnboardingAnswer {
  readonly value: string;
  /** time of the answer, a UTC instant */
  readonly at: string;
}

interface UrgentRenewal extends Step {
  readonly kind: RenewalKind;
}

export interface OnboardingFacts {
  /** the current time, from which all ages are calculated; a UTC instant */
  readonly now: string;
  readonly profile: TenantProfile;
  readonly users: number;
  /** number of organisations without 全社, which always exists */
  readonly orgs: number;
  readonly devices: number;
  /** why some ADE devices are not ready to be switched on, and what to do; undefined if all are ready */
  readonly notReady: Step | undefined;
  /** true if this tenant itself syncs with Apple and has not done so yet */
  readonly isNeverSynced: boolean;
  /** true if at least one device does not have an owner */
  readonly unowned: boolean;
  readonly systemAdministrators: number;
  /** kinds for which a renewal item is recorded or the tenant itself stores a credential */
  readonly recorded: readonly CredentialKind[];
  /** renewal items that are expired or critical, the most urgent first */
  readonly pressing: readonly UrgentRenewal[];
  /** answers by the name of the question */
  readonly answers: ReadonlyMap<string, OnboardingAnswer>;
}

/** Returns the answer to a question of the set-up; undefined if there is none, or if it is not one of the choices. */
export const findOnboardingAnswer = ({ answers }: OnboardingFacts, name: string): string | undefined => {
  const value = answers.get(`onboarding.${name}`)?.value;
  const choices = QUESTIONS.get(`onboarding.${name}`)?.choices ?? {};
  return value !== undefined && Object.hasOwn(choices, value) ? value : undefined;
};
