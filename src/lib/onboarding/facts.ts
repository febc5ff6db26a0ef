import type { Step } from "../advice/index.ts";
import type { Answer } from "../nouns/answer.ts";
import type { AppRecord, ConfigProfile } from "../nouns/config-profile.ts";
import { QUESTIONS } from "../derived/question.ts";
import type { RenewalKind } from "../nouns/renewal.ts";
import type { TenantProfile } from "../nouns/tenant.ts";

/** Labels of CLOMO PANEL. @see seed 003, 7-1-4, 7-2-4, 7-3-3 */
export const CREDENTIAL_LABELS = {
  "push-certificate": "MDM プッシュ通知証明書",
  "ade-token": "ADE サーバートークン",
  "vpp-token": "VPPサービストークン",
} as const satisfies Partial<Record<RenewalKind, string>>;

export type CredentialKind = keyof typeof CREDENTIAL_LABELS;

export const CREDENTIAL_KINDS = Object.keys(CREDENTIAL_LABELS) as readonly CredentialKind[];

export interface OnboardingFacts {
  readonly now: string;
  readonly profile: TenantProfile;
  readonly users: number;
  /** number of organisations without 全社, which always exists */
  readonly orgs: number;
  readonly devices: number;
  /** devices of Apple that the console shows as 管理中, and as 事前登録 */
  readonly appleDevices: { readonly managed: number; readonly preRegistered: number };
  readonly notReady: Step | undefined;
  readonly isNeverSynced: boolean;
  readonly unowned: boolean;
  readonly systemAdministrators: number;
  /** all configuration profiles except ADE profiles, which devices get when they are set up */
  readonly profiles: readonly Pick<ConfigProfile, "name" | "kind" | "orgs" | "devices">[];
  readonly apps: readonly Pick<AppRecord, "name" | "orgs" | "devices">[];
  readonly shortApps: readonly string[];
  readonly hasActions: boolean;
  readonly recorded: readonly CredentialKind[];
  readonly pressing: readonly (Step & { readonly kind: RenewalKind })[];
  readonly answers: ReadonlyMap<string, Pick<Answer, "value" | "at">>;
}

export const findOnboardingAnswer = ({ answers }: OnboardingFacts, name: string): string | undefined => {
  const value = answers.get(`onboarding.${name}`)?.value;
  const choices = QUESTIONS.get(`onboarding.${name}`)?.choices ?? {};
  return value !== undefined && Object.hasOwn(choices, value) ? value : undefined;
};
