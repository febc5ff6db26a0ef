import { line } from "../advice/index.ts";
import { same, text } from "../text/index.ts";
import type { ContentStep } from "../renewals/guide/document.ts";
import { findOnboardingAnswer, CREDENTIAL_LABELS, type CredentialKind, type OnboardingFacts } from "./facts.ts";

// Issuing a new certificate instead of renewing it disconnects every enrolled device: only `buildIssueSteps` may show
// these steps.

const MAX_HOME_ANSWER_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Returns true if a credential is certainly issued for the first time: HOME shows no date for it, and none is recorded.
 */
export const isFirstIssue = (facts: OnboardingFacts, kind: CredentialKind): boolean => {
  const answer = facts.answers.get(`onboarding.home.${kind}`);
  if (facts.recorded.includes(kind) || answer?.value !== "none") return false;
  const age = Date.parse(facts.now) - Date.parse(answer.at);
  return age >= 0 && age <= MAX_HOME_ANSWER_AGE_MS;
};

const IOS_SETTINGS_PAGE = "CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定";
const PUSH_PORTAL = same("Apple Push Certificates Portal (https://identity.apple.com/pushcert)");
const APPLE_BUSINESS_SETTINGS = "Apple Business Manager > (左下のアカウント) > 環境設定";
const VPP_SETTINGS_PAGE = "CLOMO PANEL > Settings > CLOMO MOBILE APP PORTAL > サービス設定 > 「VPP 管理配布」";

/**
 * Returns the step that checks a credential in the console with the manual's two methods (方法1, 方法2).
 *
 * @see seed 003, 7-1-4, 7-2-4, 7-3-3
 */
const buildCheckStep = (kind: CredentialKind, settings: string): ContentStep => ({
  where: same(`方法1: CLOMO PANEL > HOME / 方法2: ${settings}`),
  what: text(
    `Check that the set-up is complete. 方法1: HOME shows the expiry date under 「${CREDENTIAL_LABELS[kind]}」. 方法2: the Settings screen shows the information.`,
    `正しく設定できたか確認します。方法1: HOME 画面の「${CREDENTIAL_LABELS[kind]}」欄に有効期限が表示されます。方法2: Settings 画面に情報が表示されます。`,
  ),
  check: text(
    `The validity period of one year starts now. Record the item to get a reminder before it expires: ${line("renewals add", ["NAME"], { kind, file: "FILE" })}`,
    `有効期限は 1 年間です。期限前に通知されるように登録します: ${line("renewals add", ["NAME"], { kind, file: "FILE" })}`,
  ),
});

/** @see seed 003, 7-1 */
const PUSH_CERTIFICATE_STEPS: readonly ContentStep[] = [
  {
    where: same(`${IOS_SETTINGS_PAGE} > 「MDM 構成プロファイルの作成ウィザード」`),
    what: text(
      "Click 「次へ」, then 「OK」 in the warning (it does not concern the initial set-up). Enter 「ご担当者様メールアドレス」 (the address of the Apple Account), 「ご担当者様氏名(半角英数)」 (with a half-width space between the names) and 「会社所在地 国名コード」 (JP). Click 「次へ」, then 「ベンダー署名付き CSR ファイルのダウンロード」. Click 「次へ」 and open the link to the portal.",
      "「次へ」をクリックし、警告文(初期設定時には関連しません)で「OK」をクリックします。「ご担当者様メールアドレス」(Apple Account と同じもの)、「ご担当者様氏名(半角英数)」(名と姓の間に半角スペース)、「会社所在地 国名コード」(JP)を入力して「次へ」、「ベンダー署名付き CSR ファイルのダウンロード」をクリックします。「次へ」をクリックし、ポータルのリンクを開きます。",
    ),
    trap: text("Keep the CLOMO PANEL window open.", "CLOMO PANEL のウィンドウは閉じないでください。"),
    check: text(
      "You have CertificateSigningRequest.csr (about 9 KB).",
      "CertificateSigningRequest.csr(9KB 程度)があること。",
    ),
  },
  {
    where: PUSH_PORTAL,
    what: text(
      "Sign in with the Apple Account for the push certificate (two-factor authentication). Click 「Create a Certificate」, accept the terms with 「Accept」, select CertificateSigningRequest.csr, click 「Upload」, then 「Download」.",
      "MDM プッシュ通知証明書用の Apple Account でサインインします(2ファクタ認証)。「Create a Certificate」をクリックし、利用規約に同意して「Accept」、CertificateSigningRequest.csr を選択して「Upload」、「Download」をクリックします。",
    ),
    trap: text(
      `Do this only if the portal's list is empty. If the list already has a certificate for CLOMO, stop and renew that certificate (${line("renewals guide", ["push-certificate"])}). Write down which Apple Account you used: every renewal requires the same account.`,
      `この操作は、ポータルの一覧が空の場合だけ行ってください。すでに CLOMO の証明書がある場合は中断し、その証明書を更新してください(${line("renewals guide", ["push-certificate"])})。どの Apple Account を使ったか必ず記録してください。更新のたびに同じものが必要です。`,
    ),
    check: text("You have MDM_i3Systems,Inc._Certificate.pem.", "MDM_i3Systems,Inc._Certificate.pem があること。"),
  },
  {
    where: same(`${IOS_SETTINGS_PAGE} > 「MDM 構成プロファイルの作成ウィザード」 > 「続きから始める」`),
    what: text(
      "Click 「続きから始める」 (not 「次へ」). Select the certificate at 「ファイルを選択」, enter the Apple Account and click 「次へ」. Enter a password for installing the profile manually (letters, digits and symbols only, at most 64 characters), click 「次へ」, then 「完了」.",
      "「続きから始める」をクリックします(「次へ」は選択しません)。「ファイルを選択」で証明書を選び、Apple Account を入力して「次へ」、手動インストール用のパスワード(英数字と記号のみ、64文字以内)を入力して「次へ」、「完了」をクリックします。",
    ),
  },
  buildCheckStep("push-certificate", `${IOS_SETTINGS_PAGE} > 「システム構成情報」`),
];

/** @see seed 003, 7-2-1 to 7-2-4 */
const ADE_TOKEN_STEPS: readonly ContentStep[] = [
  {
    where: same(`${IOS_SETTINGS_PAGE} > 「Automated Device Enrollment」 > 「設定する」`),
    what: text(
      "At 「ADE サーバートークン用公開鍵」, click 「作成とダウンロード」.",
      "「ADE サーバートークン用公開鍵」の「作成とダウンロード」をクリックします。",
    ),
    trap: text("Keep the CLOMO PANEL window open.", "CLOMO PANEL のウィンドウは閉じないでください。"),
    check: text("You have CLOMO_ADE_PublicKey.pem (about 1 KB).", "CLOMO_ADE_PublicKey.pem(1KB 程度)があること。"),
  },
  {
    where: same(`${APPLE_BUSINESS_SETTINGS} > 「MDM サーバ」 > +`),
    what: text(
      "Click + at 「MDM サーバ」, enter a server name (for example CLOMO MDM), upload CLOMO_ADE_PublicKey.pem and click 「保存」. Open the server from the list and click 「MDMサーバトークンをダウンロード」 twice.",
      "「MDM サーバ」の + をクリックし、サーバ名(例: CLOMO MDM)を入力して、CLOMO_ADE_PublicKey.pem をアップロードし、「保存」をクリックします。一覧から開いて「MDMサーバトークンをダウンロード」を 2 回クリックします。",
    ),
    trap: text(
      `Do this only if the list does not have a server for CLOMO. If it has one, stop and renew that server's token (${line("renewals guide", ["ade-token"])}).`,
      `この操作は、一覧に CLOMO 用のサーバがない場合だけ行ってください。すでにある場合は中断し、そのサーバのトークンを更新してください(${line("renewals guide", ["ade-token"])})。`,
    ),
    check: text(
      "You have (server name)_Token_(time)Z_smime.p7m (about 2 KB).",
      "(MDM サーバ名)_Token_(日時)Z_smime.p7m(2KB 程度)があること。",
    ),
  },
  {
    where: same(`${IOS_SETTINGS_PAGE} > 「Automated Device Enrollment」`),
    what: text(
      "Select the token at 「ファイルを選択」, then click 「保存」 at the bottom of the page.",
      "「ファイルを選択」でトークンを選び、最下部の「保存」をクリックします。",
    ),
    check: text("A message appears at the top of the screen.", "画面上部にお知らせが表示されること。"),
  },
  buildCheckStep("ade-token", `${IOS_SETTINGS_PAGE} > 「Automated Device Enrollment」`),
];

/** @see seed 003, 7-3 */
const VPP_TOKEN_STEPS: readonly ContentStep[] = [
  {
    where: same(`${APPLE_BUSINESS_SETTINGS} > 「お支払いと請求」 > 「コンテンツトークン」`),
    what: text(
      "Click 「ダウンロード」 for the server that you set up when you created the account.",
      "アカウント作成時に設定したサーバの「ダウンロード」をクリックします。",
    ),
    trap: text(
      "If the password of the Managed Apple Account that downloads the token changes, the token becomes invalid (Apple's rule). Use an account that is only for this purpose.",
      "ダウンロードした管理対象 Apple Account のパスワードを変更すると、トークンは無効になります(Apple の仕様)。専用のアカウントを使ってください。",
    ),
    check: text("You have sToken_for_(location)_.vpptoken.", "sToken_for_(場所名)_.vpptoken があること。"),
  },
  {
    where: same(`${VPP_SETTINGS_PAGE} > 「設定する」`),
    what: text(
      "Choose 「全社」 at 「組織を選択してください」, select the token at 「ファイルを選択」 and click 「登録」. When 「*」 appears next to 「全社」, click 「保存」.",
      "「組織を選択してください」で「全社」を選び、「ファイルを選択」でトークンを選んで「登録」をクリックします。「全社」の横に「*」が表示されたら「保存」をクリックします。",
    ),
    trap: text(
      "Register a token for 「全社」 first, even if another organisation is to have its own token.",
      "ほかの組織に専用のトークンを設定する場合も、最初に「全社」のトークンを登録する必要があります。",
    ),
  },
  buildCheckStep("vpp-token", VPP_SETTINGS_PAGE),
];

const FIRST_ISSUE_STEPS: Readonly<Record<CredentialKind, readonly ContentStep[]>> = {
  "push-certificate": PUSH_CERTIFICATE_STEPS,
  "ade-token": ADE_TOKEN_STEPS,
  "vpp-token": VPP_TOKEN_STEPS,
};

/**
 * Returns the steps of the first issue if a credential is certainly issued for the first time; otherwise the step that
 * asks about HOME, or the step that refers to the guide for renewals.
 */
export const buildIssueSteps = (facts: OnboardingFacts, kind: CredentialKind): readonly ContentStep[] => {
  if (isFirstIssue(facts, kind)) return FIRST_ISSUE_STEPS[kind];
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
        `有効期限がある場合は、新しく作成せずに更新してください(${guide})。作り直すと、すでに管理しているデバイスやアプリに影響することがあります。`,
      ),
    },
  ];
};
