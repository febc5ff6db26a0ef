import type { Step } from "../advice/index.ts";
import {
  MANAGEMENT_METHODS,
  HOME_EXPIRY_CHOICES,
  YES_NO,
  type QuestionName as AnyQuestion,
} from "../model/question.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";
import { text, type Text } from "../text/index.ts";

/** Credentials issued for one year, with the labels of their dates on HOME.  @see seed 003, 7-1-4, 7-2-4, 7-3-3 */
export const CREDENTIAL_LABELS = {
  "push-certificate": "MDM プッシュ通知証明書",
  "ade-token": "ADE サーバートークン",
  "vpp-token": "VPPサービストークン",
} as const satisfies Partial<Record<RenewalKind, string>>;

export type CredentialKind = keyof typeof CREDENTIAL_LABELS;

export const CREDENTIAL_KINDS = Object.keys(CREDENTIAL_LABELS) as readonly CredentialKind[];

/** A question that only a person can answer, and the possible answers. */
export interface OnboardingQuestion {
  readonly ask: Text;
  readonly choices: Readonly<Record<string, Text>>;
}

const createHomeQuestion = (kind: CredentialKind): OnboardingQuestion => ({
  ask: text(
    `Open HOME in CLOMO PANEL and look at 「Mobile Device Management」. What is shown under 「${CREDENTIAL_LABELS[kind]}」?`,
    `CLOMO PANEL の HOME 画面を開き、「Mobile Device Management」の「${CREDENTIAL_LABELS[kind]}」欄を確認してください。何が表示されていますか?`,
  ),
  choices: HOME_EXPIRY_CHOICES,
});

/** The onboarding questions, by the names under which their answers are stored. @see seed 003 */
export const QUESTIONS = {
  "onboarding.school": {
    ask: text(
      "Is this a school that uses Apple School Manager?",
      "教育機関等で Apple School Manager(ASM)を利用しますか?",
    ),
    choices: YES_NO,
  },
  "onboarding.way": {
    ask: text("How will the devices be managed?", "デバイスの管理状態はどうしますか?"),
    choices: MANAGEMENT_METHODS,
  },
  "onboarding.agent": {
    ask: text("Will the app CLOMO MDM Agent for iOS be used?", "CLOMO MDM Agent for iOS アプリを利用しますか?"),
    choices: YES_NO,
  },
  "onboarding.prepared": {
    ask: text(
      "Do you have everything that step 3 (prepare what is needed) lists?",
      "手順 3(必要なものを用意する)のものはすべて用意できましたか?",
    ),
    choices: YES_NO,
  },
  "onboarding.login": {
    ask: text("Has the contact person logged in to CLOMO PANEL?", "担当者は CLOMO PANEL にログインできましたか?"),
    choices: YES_NO,
  },
  "onboarding.home.push-certificate": createHomeQuestion("push-certificate"),
  "onboarding.home.ade-token": createHomeQuestion("ade-token"),
  "onboarding.home.vpp-token": createHomeQuestion("vpp-token"),
  "onboarding.profiles": {
    ask: text("Have you decided on the profiles and installed them?", "プロファイルを決めて、インストールしましたか?"),
    choices: YES_NO,
  },
  "onboarding.apps": {
    ask: text("Have you registered and installed the apps?", "アプリケーションを登録して、インストールしましたか?"),
    choices: YES_NO,
  },
} as const satisfies Readonly<Partial<Record<AnyQuestion, OnboardingQuestion>>>;

export type QuestionName = keyof typeof QUESTIONS;

export const QUESTION_NAMES = Object.keys(QUESTIONS) as readonly QuestionName[];

export interface OnboardingAnswer {
  readonly value: string;
  /** account that answered; undefined if the answer has just been given and is not stored yet */
  readonly by?: string | undefined;
  /** time of the answer, a UTC instant */
  readonly at: string;
}

export interface UrgentRenewal extends Step {
  readonly kind: RenewalKind;
}

/** The recorded state of a tenant that is being set up. */
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
  /** how ADE device states are known: `synced` by this tenant; `console`: a mirror, whose devices the console syncs */
  readonly adeState: "synced" | "never-synced" | "not-visible" | "console";
  /** true if at least one device does not have an owner */
  readonly unowned: boolean;
  /** null if the acting account may not see them */
  readonly systemAdministrators: number | null;
  /** kinds for which a renewal item is recorded or the tenant itself stores a credential */
  readonly recorded: readonly CredentialKind[];
  /** renewal items that are expired or critical, the most urgent first */
  readonly pressing: readonly UrgentRenewal[];
  readonly answers: ReadonlyMap<QuestionName, OnboardingAnswer>;
  /** false if the acting account may not read the answers, so that it is not known whether there are any */
  readonly seesAnswers: boolean;
}

/**
 * Returns the answer to a question; undefined if nobody has answered it, or if the answer is not one of the choices.
 */
export const findOnboardingAnswer = <N extends QuestionName>(
  { answers }: OnboardingFacts,
  name: N,
): (keyof (typeof QUESTIONS)[N]["choices"] & string) | undefined => {
  const value = answers.get(name)?.value;
  return value !== undefined && Object.hasOwn(QUESTIONS[name].choices, value)
    ? (value as keyof (typeof QUESTIONS)[N]["choices"] & string)
    : undefined;
};
