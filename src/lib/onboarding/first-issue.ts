import { line } from "../advice/index.ts";
import { same, text } from "../text/index.ts";
import { type ContentStep, fillGuide } from "../renewals/guide/fill.ts";
import { findOnboardingAnswer, CREDENTIAL_LABELS, type CredentialKind, type OnboardingFacts } from "./facts.ts";

// Only `buildIssueSteps` may show the steps of a first issue, because a new certificate disconnects every enrolled
// device.

const MAX_HOME_ANSWER_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** True if no date is recorded, and a recent answer says that HOME of CLOMO PANEL shows no date. */
export const isFirstIssue = (facts: OnboardingFacts, kind: CredentialKind): boolean => {
  const answer = facts.answers.get(`onboarding.home.${kind}`);
  if (facts.recorded.includes(kind) || answer?.value !== "none") return false;
  const age = Date.parse(facts.now) - Date.parse(answer.at);
  return age >= 0 && age <= MAX_HOME_ANSWER_AGE_MS;
};

const NO_CREDENTIALS = { "push-certificate": false, "ade-token": false, "vpp-token": false };

/** Returns the steps of a first issue only if the credential was certainly never issued. */
export const buildIssueSteps = (facts: OnboardingFacts, kind: CredentialKind): readonly ContentStep[] => {
  if (isFirstIssue(facts, kind)) return fillGuide("first-issue", { ...NO_CREDENTIALS, [kind]: true }).steps;
  const guide = line("renewals guide", [kind]);
  if (facts.recorded.includes(kind) || findOnboardingAnswer(facts, `home.${kind}`) === "date") {
    return [
      {
        what: text(
          `${CREDENTIAL_LABELS[kind]} is already set up. Do not create a new one; renew the existing one: ${guide}`,
          `${CREDENTIAL_LABELS[kind]}: すでに設定されています。新しく作成せず、更新します: ${guide}`,
        ),
      },
    ];
  }
  return [
    {
      where: same("CLOMO PANEL > HOME"),
      what: text(
        `First check whether HOME shows an expiry date under 「${CREDENTIAL_LABELS[kind]}」, and record the answer: ${line("handover answer", [`onboarding.home.${kind}`])}`,
        `最初に、HOME 画面の「${CREDENTIAL_LABELS[kind]}」欄に有効期限が表示されているか確認し、記録します: ${line("handover answer", [`onboarding.home.${kind}`])}`,
      ),
      trap: text(
        `If HOME shows a date, renew the existing certificate or token (${guide}) and do not create a new one. A replacement can affect everything that is already managed.`,
        `HOME 画面に期限が表示されている場合は、新しく作成せずに更新してください(${guide})。作り直すと、すでに管理しているデバイスやアプリに影響することがあります。`,
      ),
    },
  ];
};
