import type { Step } from "../advice/index.ts";
import { MANAGED_WAYS, SHOWN_AT_HOME, YES_NO, type QuestionName as AnyQuestion } from "../model/question.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";
import { text, type Text } from "../text/index.ts";

/** What is issued anew each year, and what HOME calls its date. @see seed 003, 7-1-4, 7-2-4, 7-3-3 */
export const ISSUED = {
  "push-certificate": "MDM プッシュ通知証明書",
  "ade-token": "ADE サーバートークン",
  "vpp-token": "VPPサービストークン",
} as const satisfies Partial<Record<RenewalKind, string>>;

export type IssuedKind = keyof typeof ISSUED;

export const ISSUED_KINDS = Object.keys(ISSUED) as readonly IssuedKind[];

/** A question that only a person can answer, and what may be answered. */
export interface OnboardingQuestion {
  readonly ask: Text;
  readonly choices: Readonly<Record<string, Text>>;
}

const ofHome = (kind: IssuedKind): OnboardingQuestion => ({
  ask: text(
    `Open HOME of CLOMO PANEL and look at 「Mobile Device Management」: what stands under 「${ISSUED[kind]}」?`,
    `CLOMO PANEL の HOME 画面を開き、「Mobile Device Management」の「${ISSUED[kind]}」欄を確認してください。何が表示されていますか?`,
  ),
  choices: SHOWN_AT_HOME,
});

/** The questions of the onboarding, by the names under which answers are kept. @see seed 003 */
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
    choices: MANAGED_WAYS,
  },
  "onboarding.agent": {
    ask: text("Will the app CLOMO MDM Agent for iOS be used?", "CLOMO MDM Agent for iOS アプリを利用しますか?"),
    choices: YES_NO,
  },
  "onboarding.prepared": {
    ask: text(
      "Is everything at hand that step 3 (prepare what is needed) lists?",
      "手順 3(必要なものを用意する)のものはすべて用意できましたか?",
    ),
    choices: YES_NO,
  },
  "onboarding.login": {
    ask: text("Has the contact person logged in to CLOMO PANEL?", "担当者は CLOMO PANEL にログインできましたか?"),
    choices: YES_NO,
  },
  "onboarding.home.push-certificate": ofHome("push-certificate"),
  "onboarding.home.ade-token": ofHome("ade-token"),
  "onboarding.home.vpp-token": ofHome("vpp-token"),
  "onboarding.profiles": {
    ask: text("Are the profiles decided and installed?", "プロファイルを決めて、インストールしましたか?"),
    choices: YES_NO,
  },
  "onboarding.apps": {
    ask: text("Are the apps registered and installed?", "アプリケーションを登録して、インストールしましたか?"),
    choices: YES_NO,
  },
} as const satisfies Readonly<Partial<Record<AnyQuestion, OnboardingQuestion>>>;

export type QuestionName = keyof typeof QUESTIONS;

export const QUESTION_NAMES = Object.keys(QUESTIONS) as readonly QuestionName[];

/** An answer that is kept. */
export interface OnboardingAnswer {
  readonly value: string;
  /** who answered; undefined of what was answered just now */
  readonly by?: string | undefined;
  /** UTC instant */
  readonly at: string;
}

/** Something that has to be renewed now. */
export interface PressingRenewal extends Step {
  readonly kind: RenewalKind;
}

/** What is recorded of a tenant that is being set up. */
export interface OnboardingFacts {
  /** the moment that all ages count from, a UTC instant */
  readonly now: string;
  readonly profile: TenantProfile;
  readonly users: number;
  readonly orgs: number;
  readonly devices: number;
  /** that ADE devices are not ready to be switched on */
  readonly notReady: Step | undefined;
  /** where the state of ADE devices is known from: a sync of this tenant; `console` of a mirror, which is synced there */
  readonly adeState: "synced" | "never-synced" | "not-visible" | "console";
  /** some device has no owner */
  readonly unowned: boolean;
  /** null where nobody may see them */
  readonly systemAdministrators: number | null;
  /** the kinds of which a renewal is recorded, or of which the tenant holds one itself */
  readonly recorded: readonly IssuedKind[];
  /** renewals that are expired or critical, the most urgent first */
  readonly pressing: readonly PressingRenewal[];
  readonly answers: ReadonlyMap<QuestionName, OnboardingAnswer>;
  /** false: who asks may not read what was answered, which says nothing of whether it was */
  readonly seesAnswers: boolean;
}

/** What was answered; undefined where nobody has, or not with one of the choices. */
export const answered = <N extends QuestionName>(
  { answers }: OnboardingFacts,
  name: N,
): (keyof (typeof QUESTIONS)[N]["choices"] & string) | undefined => {
  const value = answers.get(name)?.value;
  return value !== undefined && Object.hasOwn(QUESTIONS[name].choices, value)
    ? (value as keyof (typeof QUESTIONS)[N]["choices"] & string)
    : undefined;
};
