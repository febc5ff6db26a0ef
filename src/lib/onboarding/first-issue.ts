import { commandName, line } from "../advice/index.ts";
import { same, text } from "../text/index.ts";
import type { Step } from "../renewals/guide/index.ts";
import { answered, ISSUED, ISSUED_KINDS, type IssuedKind, type OnboardingFacts, type QuestionName } from "./facts.ts";

// A first certificate in place of a renewal cuts every enrolled device off: these steps are shown by `issueSteps` alone.

/** How long 「no date on HOME」 holds: somebody may have set it up since. */
const HOLDS_MS = 7 * 24 * 60 * 60 * 1000;

/** Whether something is certainly issued for the first time: HOME has no date of it, and nothing of its kind is recorded. */
export const isFirstIssue = (facts: OnboardingFacts, kind: IssuedKind): boolean => {
  const answer = facts.answers.get(`onboarding.home.${kind}`);
  if (facts.recorded.includes(kind) || answer?.value !== "none") return false;
  const age = Date.parse(facts.now) - Date.parse(answer.at);
  return age >= 0 && age <= HOLDS_MS;
};

/** Questions whose step is open until they are answered with yes. */
const UNTIL_YES: readonly QuestionName[] = [
  "onboarding.prepared",
  "onboarding.login",
  "onboarding.profiles",
  "onboarding.apps",
];

/** Whether a question is to be asked: it has no answer, one of HOME that is too old to go by, or "not yet". */
export const needsAnswer = (facts: OnboardingFacts, question: QuestionName): boolean => {
  if (answered(facts, question) === undefined) return true;
  if (UNTIL_YES.includes(question)) return answered(facts, question) === "no";
  const kind = ISSUED_KINDS.find((one) => question === `onboarding.home.${one}`);
  return (
    kind !== undefined &&
    !facts.recorded.includes(kind) &&
    !isFirstIssue(facts, kind) &&
    answered(facts, question) === "none"
  );
};

const SETTINGS = "CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定";
const PORTAL = same("Apple Push Certificates Portal (https://identity.apple.com/pushcert)");
const BUSINESS = "Apple Business Manager > (左下のアカウント) > 環境設定";
const VPP = "CLOMO PANEL > Settings > CLOMO MOBILE APP PORTAL > サービス設定 > 「VPP 管理配布」";

/** The two ways in which the console shows that one is set up. @see seed 003, 7-1-4, 7-2-4, 7-3-3 */
const shown = (kind: IssuedKind, settings: string): Step => ({
  id: `${kind}-check`,
  where: same(`方法1: CLOMO PANEL > HOME / 方法2: ${settings}`),
  what: text(
    `See that it is set up. 方法1: HOME shows the expiry date under 「${ISSUED[kind]}」. 方法2: the settings show it.`,
    `正しく設定できたか確認します。方法1: HOME 画面の「${ISSUED[kind]}」欄に有効期限が表示されます。方法2: Settings 画面に情報が表示されます。`,
  ),
  check: text(
    `The year runs from now: record it, so that you are reminded: ${line("renewals add", ["NAME"], { kind, file: "FILE" })}`,
    `有効期限は 1 年間です。期限前に通知されるように登録します: ${line("renewals add", ["NAME"], { kind, file: "FILE" })}`,
  ),
});

/** @see seed 003, 7-1 */
const PUSH: readonly Step[] = [
  {
    id: "push-certificate-request",
    where: same(`${SETTINGS} > 「MDM 構成プロファイルの作成ウィザード」`),
    what: text(
      "Choose 「次へ」 and 「OK」 at the warning (it does not concern a first set-up). Enter 「ご担当者様メールアドレス」 (that of the Apple Account), 「ご担当者様氏名(半角英数)」 (a half-width space between the names) and 「会社所在地 国名コード」 (JP), then 「次へ」 and 「ベンダー署名付き CSR ファイルのダウンロード」. Choose 「次へ」 and follow the link to the portal.",
      "「次へ」をクリックし、警告文(初期設定時には関連しません)で「OK」をクリックします。「ご担当者様メールアドレス」(Apple Account と同じもの)、「ご担当者様氏名(半角英数)」(名と姓の間に半角スペース)、「会社所在地 国名コード」(JP)を入力して「次へ」、「ベンダー署名付き CSR ファイルのダウンロード」をクリックします。「次へ」をクリックし、ポータルのリンクを開きます。",
    ),
    trap: text("Leave the window of CLOMO PANEL open.", "CLOMO PANEL のウインドウは閉じないでください。"),
    check: text("CertificateSigningRequest.csr, about 9 KB.", "CertificateSigningRequest.csr(9KB 程度)があること。"),
  },
  {
    id: "push-certificate-create",
    where: PORTAL,
    what: text(
      "Sign in with the Apple Account for the push certificate and its 2-factor code. Choose 「Create a Certificate」, accept the terms, choose CertificateSigningRequest.csr, 「Upload」, 「Download」.",
      "MDM プッシュ通知証明書用の Apple Account でサインインします(2ファクタ認証)。「Create a Certificate」をクリックし、利用規約に同意して「Accept」、CertificateSigningRequest.csr を選択して「Upload」、「Download」をクリックします。",
    ),
    trap: text(
      `Only where the portal's list is empty. If it has a certificate of CLOMO's already, stop: that one is to be renewed (${commandName("renewals guide")} push-certificate). Write down which account this is: every renewal needs the same one.`,
      `ポータルの一覧が空の場合だけです。すでに CLOMO の証明書がある場合は中断してください。更新になります(${commandName("renewals guide")} push-certificate)。どの Apple Account を使ったか必ず記録してください。更新のたびに同じものが必要です。`,
    ),
    check: text("MDM_i3Systems,Inc._Certificate.pem", "MDM_i3Systems,Inc._Certificate.pem があること。"),
  },
  {
    id: "push-certificate-upload",
    where: same(`${SETTINGS} > 「MDM 構成プロファイルの作成ウィザード」 > 「続きから始める」`),
    what: text(
      "Choose 「続きから始める」 (not 「次へ」), the certificate at 「ファイルを選択」, enter the Apple Account, 「次へ」, a password for installing the profile by hand (letters, digits and symbols, at most 64), 「次へ」, 「完了」.",
      "「続きから始める」をクリックします(「次へ」は選択しません)。「ファイルを選択」で証明書を選び、Apple Account を入力して「次へ」、手動インストール用のパスワード(英数字と記号のみ、64文字以内)を入力して「次へ」、「完了」をクリックします。",
    ),
  },
  shown("push-certificate", `${SETTINGS} > 「システム構成情報」`),
];

/** @see seed 003, 7-2-1 to 7-2-4 */
const ADE: readonly Step[] = [
  {
    id: "ade-token-key",
    where: same(`${SETTINGS} > 「Automated Device Enrollment」 > 「設定する」`),
    what: text(
      "「ADE サーバートークン用公開鍵」: choose 「作成とダウンロード」.",
      "「ADE サーバートークン用公開鍵」の「作成とダウンロード」をクリックします。",
    ),
    trap: text("Leave the window of CLOMO PANEL open.", "CLOMO PANEL の画面は閉じないでください。"),
    check: text("CLOMO_ADE_PublicKey.pem, about 1 KB.", "CLOMO_ADE_PublicKey.pem(1KB 程度)があること。"),
  },
  {
    id: "ade-token-server",
    where: same(`${BUSINESS} > 「MDM サーバ」 > +`),
    what: text(
      "Choose + at 「MDM サーバ」, give it a name (such as CLOMO MDM), upload CLOMO_ADE_PublicKey.pem, 「保存」. Open the server in the list and choose 「MDMサーバトークンをダウンロード」, twice.",
      "「MDM サーバ」の + をクリックし、サーバ名(例: CLOMO MDM)を入力して、CLOMO_ADE_PublicKey.pem をアップロードし、「保存」をクリックします。一覧から開いて「MDMサーバトークンをダウンロード」を 2 回クリックします。",
    ),
    trap: text(
      `Only where the list has no server for CLOMO. If there is one, stop: its token is to be renewed (${commandName("renewals guide")} ade-token).`,
      `一覧に CLOMO 用のサーバがない場合だけです。すでにある場合は中断してください。トークンの更新になります(${commandName("renewals guide")} ade-token)。`,
    ),
    check: text(
      "(name)_Token_(time)Z_smime.p7m, about 2 KB.",
      "(MDM サーバ名)_Token_(日時)Z_smime.p7m(2KB 程度)があること。",
    ),
  },
  {
    id: "ade-token-upload",
    where: same(`${SETTINGS} > 「Automated Device Enrollment」`),
    what: text(
      "Choose the token at 「ファイルを選択」, then 「保存」 at the very bottom.",
      "「ファイルを選択」でトークンを選び、最下部の「保存」をクリックします。",
    ),
    check: text("A notice appears at the top.", "画面上部にお知らせが表示されること。"),
  },
  shown("ade-token", `${SETTINGS} > 「Automated Device Enrollment」`),
];

/** @see seed 003, 7-3 */
const VPP_TOKEN: readonly Step[] = [
  {
    id: "vpp-token-download",
    where: same(`${BUSINESS} > 「お支払いと請求」 > 「コンテンツトークン」`),
    what: text("Choose 「ダウンロード」 of your location.", "設定したサーバの「ダウンロード」をクリックします。"),
    trap: text(
      "A change of the password of the Managed Apple Account that downloads it ends the token (Apple's rule): use an account that is for this alone.",
      "ダウンロードした管理対象 Apple Account のパスワードを変更すると、トークンは無効になります(Apple の仕様)。専用のアカウントを使ってください。",
    ),
    check: text("sToken_for_(location)_.vpptoken", "sToken_for_(場所名)_.vpptoken があること。"),
  },
  {
    id: "vpp-token-upload",
    where: same(`${VPP} > 「設定する」`),
    what: text(
      "At 「組織を選択してください」 choose 「全社」, the token at 「ファイルを選択」, 「登録」; once 「*」 stands beside 「全社」, 「保存」.",
      "「組織を選択してください」で「全社」を選び、「ファイルを選択」でトークンを選んで「登録」をクリックします。「全社」の横に「*」が表示されたら「保存」をクリックします。",
    ),
    trap: text(
      "「全社」 comes first, also where an organisation is to have its own.",
      "組織に設定したい場合も、最初は「全社」に登録する必要があります。",
    ),
  },
  shown("vpp-token", VPP),
];

const FIRST: Readonly<Record<IssuedKind, readonly Step[]>> = {
  "push-certificate": PUSH,
  "ade-token": ADE,
  "vpp-token": VPP_TOKEN,
};

/** The first issue of one, where it surely is one; else what is asked, and the guide for renewals. */
export const issueSteps = (facts: OnboardingFacts, kind: IssuedKind): readonly Step[] => {
  if (isFirstIssue(facts, kind)) return FIRST[kind];
  const guide = line("renewals guide", [kind]);
  if (facts.recorded.includes(kind) || answered(facts, `onboarding.home.${kind}`) === "date") {
    return [
      {
        id: `${kind}-renew`,
        what: text(
          `${ISSUED[kind]}: there is one already. It is renewed, never issued anew: ${guide}`,
          `${ISSUED[kind]}: すでに設定されています。新しく作成せず、更新します: ${guide}`,
        ),
      },
    ];
  }
  return [
    {
      id: `${kind}-ask`,
      where: same("CLOMO PANEL > HOME"),
      what: text(
        `First look whether HOME shows a date under 「${ISSUED[kind]}」, and record it: ${line("onboarding guide", [], { interactive: true })}`,
        `最初に、HOME 画面の「${ISSUED[kind]}」欄に有効期限が表示されているか確認し、記録します: ${line("onboarding guide", [], { interactive: true })}`,
      ),
      trap: text(
        `If there is a date, create nothing: it is renewed (${guide}). A second one in its place can cut off what is managed already.`,
        `有効期限がある場合は、新しく作成せずに更新してください(${guide})。作り直すと、すでに管理しているものに影響することがあります。`,
      ),
    },
  ];
};
