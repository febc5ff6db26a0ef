import { line } from "../../advice/line.ts";
import { same, text, type Text } from "../../text/index.ts";
import type { RenewalItem } from "../../model/renewal.ts";
import { accountOf, APPLE_ACCOUNT, oldFile, PANEL_LOGIN, phoneOf, type Step, type StepsOf } from "./step.ts";

const renewedLine = (known: RenewalItem | null): string =>
  line("renewals verify", [], {
    current: oldFile(known),
    new: "MDM_i3Systems,Inc._Certificate.pem",
    csr: "CertificateSigningRequest.csr",
  });

const SETTINGS = "CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定";
const WIZARD = same(`${SETTINGS} > 「MDM 構成プロファイルの作成ウィザード」`);
const PORTAL = same("Apple Push Certificates Portal (https://identity.apple.com/pushcert)");

/**
 * The MDM push certificate.
 *
 * @see facts 3.3, 3.4
 */
export const pushCertificateSteps: StepsOf = (known) => {
  const account = accountOf(known, APPLE_ACCOUNT);
  const phone = phoneOf(known);
  return [
    {
      id: "prepare",
      what: text(
        `You need: ${account.en} and its password, ${phone.en}, last year's data (the account and the country that were entered), and ${PANEL_LOGIN.en}. Renew by the expiry date: the year runs from the day it was set up in CLOMO.`,
        `用意するもの: ${account.ja}とパスワード、${phone.ja}、前回登録した内容(アカウント、国名コードなど)、${PANEL_LOGIN.ja}。期限は CLOMO に設定した日から 1 年です。期限までに作業します。`,
      ),
      trap: text(
        "Use the same Apple Account as before. If nobody can sign in to it any more, first ask Apple to move the certificate to another account; with a certificate from any other account every enrolled device stops responding until it is enrolled again.",
        "必ず前回と同じ Apple Account を使います。サインインできない場合は、先に Apple へ証明書を別のアカウントへ移すよう依頼してください。別のアカウントで作ると、登録済みの全デバイスが再登録するまで応答しなくなります。",
      ),
      check: text(
        "Apple's own mails (30 and 10 days before and on the day, by a third party's account) go to the mailbox of this Apple Account: see that somebody reads it. Already expired? Renew first, never Create: makers disagree whether an expired certificate can be renewed, and trying does no harm.",
        "この Apple Account のメールボックスを読んでいる人がいること(他社情報では、30 日前・10 日前・当日に Apple からもメールが届きます)。すでに期限が切れている場合も、まず「Renew」を試します。「Create」は絶対に使わないでください(期限切れ後に更新できるかは他社情報でも分かれますが、試しても害はありません)。",
      ),
    },
    ...request,
    ...atApple(account, known),
    ...upload(account.en, account.ja),
  ];
};

const request: readonly Step[] = [
  {
    id: "request",
    where: WIZARD,
    what: text(
      "Start with 「次へ」 and confirm the warning. Enter 「ご担当者様メールアドレス」 (that of the Apple Account), 「ご担当者様氏名(半角英数)」 (family and given name separated by a half-width space) and 「会社所在地 国名コード」 (JP), choose 「次へ」, then download with 「ベンダー署名付き CSR ファイルのダウンロード」. Choose 「次へ」 and follow the link in the pop-up to Apple's portal. Leave the window open.",
      "「次へ」で始めて警告を確認し、「ご担当者様メールアドレス」(Apple Account と同じもの)、「ご担当者様氏名(半角英数)」(姓と名の間に半角スペース)、「会社所在地 国名コード」(JP)を入力して「次へ」。「ベンダー署名付き CSR ファイルのダウンロード」で保存します。「次へ」を押し、ポップアップのリンクから Apple のポータルを開きます。ウィンドウは開いたままにします。",
    ),
    trap: text(
      "Start only once: each start creates a new CSR, and a certificate made from an earlier CSR is rejected at the upload (inferred). If there are several files in the folder, only the newest is valid.",
      "始めるのは 1 回だけです。始めるたびに新しい CSR ができ、以前の CSR から作った証明書はアップロード時に拒否されます(推定)。フォルダーに複数あるときは最新のものだけが有効です。",
    ),
    check: text(
      "CertificateSigningRequest.csr, about 9 KB, created just now.",
      "CertificateSigningRequest.csr(約 9 KB)ができ、日時が今であること。",
    ),
    waitsFor: "signing-request",
  },
];

const atApple = (account: Text, known: RenewalItem | null): readonly Step[] => [
  {
    id: "sign-in",
    where: PORTAL,
    what: text(
      `Sign in with ${account.en} and the 2-factor code.`,
      `${account.ja}と2ファクタ認証コードでサインインします。`,
    ),
    trap: text(
      "If the list is empty or does not include the certificate, this is the wrong account: sign out.",
      "一覧が空、または対象の証明書がない場合は別のアカウントです。サインアウトしてください。",
    ),
  },
  {
    id: "renew",
    where: PORTAL,
    what: text(
      "In the row of the current certificate choose Renew; if the terms of use appear, tick the box and choose Accept. Select CertificateSigningRequest.csr, then Upload and Download.",
      "使用中の証明書の行で「Renew」を押します。利用規約が表示されたら、チェックを入れて「Accept」。CertificateSigningRequest.csr を選んで「Upload」、「Download」。",
    ),
    trap: text(
      `Use only Renew. "Create a Certificate" creates one with another topic: every enrolled device stops responding, without any error being shown (other makers' experience). "Revoke" invalidates the current certificate.${known?.topic === undefined || known.topic === null ? "" : ` The topic must stay ${known.topic}.`}`,
      `押すのは「Renew」だけです。「Create a Certificate」ではトピックが変わり、登録済みの全デバイスがエラーも出ないまま応答しなくなります(他社情報)。「Revoke」は使用中の証明書を失効させます。${known?.topic === undefined || known.topic === null ? "" : `トピックは ${known.topic} のままでなければなりません。`}`,
    ),
    check: text(
      `MDM_i3Systems,Inc._Certificate.pem, created just now. Before the upload: ${renewedLine(known)}`,
      `MDM_i3Systems,Inc._Certificate.pem ができ、日時が今であること。アップロード前に確認: ${renewedLine(known)}`,
    ),
    waitsFor: "push-certificate",
  },
];

const upload = (accountEn: string, accountJa: string): readonly Step[] => [
  {
    id: "upload",
    beginsUpload: true,
    where: WIZARD,
    what: text(
      `Back in the wizard choose 「OK」 in the pop-up, then 「続きから始める」, select the .pem file, enter ${accountEn}, then 「次へ」.`,
      `ウィザードに戻り、ポップアップの「OK」を押します。「続きから始める」を選び、.pem を指定し、${accountJa}を入力して「次へ」。`,
    ),
    trap: text(
      "Choose 「続きから始める」, not 「次へ」, which would start over and make the certificate useless. If 「入力エラー:正しい証明書を…」 appears, the CSR and the certificate do not match (inferred): delete both files and start again with a new CSR.",
      "「次へ」ではなく「続きから始める」です。「次へ」を選ぶと最初からになり、証明書が使えなくなります。「入力エラー:正しい証明書を…」が出たら CSR と証明書が対になっていません(推定)。両方のファイルを削除し、CSR の作成からやり直してください。",
    ),
  },
  {
    id: "profile-password",
    where: WIZARD,
    what: text(
      "Set the password for installing the profile manually (letters, digits and symbols, up to 64 characters), then 「次へ」 and 「完了」. It is not used in this work and can be changed later: last year's will do.",
      "プロファイルの手動インストール用パスワード(英数字と記号、64 文字以内)を設定し、「次へ」、「完了」。この作業では使わず、後から変更もできるため、前回と同じでかまいません。",
    ),
  },
  {
    id: "look",
    where: same(
      `CLOMO PANEL > HOME > Mobile Device Management > 「MDM プッシュ通知証明書」 / ${SETTINGS} > 「システム構成情報」`,
    ),
    what: text("Check that the date is a year from now.", "有効期限が 1 年後になったことを確認します。"),
    check: text(
      "After a correct renewal no device has to reinstall its profile.",
      "正しく更新できていれば、デバイス側でプロファイルを入れ直す必要はありません。",
    ),
  },
];
