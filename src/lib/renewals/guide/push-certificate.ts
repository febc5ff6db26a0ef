import { same, text } from "../../text/index.ts";
import { accountOf, phoneOf, recordStep, type Step, type StepsOf } from "./step.ts";

const APPLE_ACCOUNT = text("the Apple Account", "Apple Account");
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
        `Have at hand: ${account.en} with its password, ${phone.en}, and a login of a system administrator to the CLOMO PANEL.`,
        `用意するもの: ${account.ja}とパスワード、${phone.ja}、CLOMO PANEL のシステム管理者のログイン情報。`,
      ),
      trap: text(
        "It must be the same Apple Account as before. If nobody can sign in to it any more, ask Apple to move the certificate to another account first; with any other account every enrolled device stops answering until it is enrolled again.",
        "必ず前回と同じ Apple Account を使います。サインインできない場合は、先に Apple へ証明書を別のアカウントへ移すよう依頼してください。別のアカウントで作ると、登録済みの全デバイスが再登録するまで応答しなくなります。",
      ),
    },
    ...request,
    ...atApple(account.en, account.ja, known?.topic ?? null),
    ...upload(account.en, account.ja),
    recordStep('clomoctl renewals edit ITEM --file "MDM_i3Systems,Inc._Certificate.pem"'),
  ];
};

const request: readonly Step[] = [
  {
    id: "request",
    where: WIZARD,
    what: text(
      "Begin with 「次へ」, confirm the warning, enter the mail address (that of the Apple Account), the name in half-width letters with a blank between its parts, and the country (JP); 「次へ」, then download by 「ベンダー署名付き CSR ファイルのダウンロード」. Leave the window open.",
      "「次へ」で始めて警告を確認し、メールアドレス(Apple Account と同じもの)、氏名(半角英数、姓と名の間に半角スペース)、国名コード(JP)を入力して「次へ」。「ベンダー署名付き CSR ファイルのダウンロード」で保存します。ウィンドウは開いたままにします。",
    ),
    trap: text(
      "Begin only once: each beginning makes another request, and a certificate of an earlier one is refused at the upload. Of several files in the folder, only the newest counts.",
      "始めるのは1回だけです。始めるたびに新しい CSR ができ、以前の CSR から作った証明書はアップロード時に拒否されます。フォルダーに複数あるときは最新のものだけが有効です。",
    ),
    check: text(
      "CertificateSigningRequest.csr, about 9 KB, made just now.",
      "CertificateSigningRequest.csr(約 9KB)ができ、日時が今であること。",
    ),
    waitsFor: "signing-request",
  },
];

const atApple = (accountEn: string, accountJa: string, topic: string | null): readonly Step[] => [
  {
    id: "sign-in",
    where: PORTAL,
    what: text(
      `Sign in with ${accountEn} and the 2-factor code.`,
      `${accountJa}と2ファクタ認証コードでサインインします。`,
    ),
    trap: text(
      "If the list is empty or lacks the certificate, this is another account: sign out.",
      "一覧が空、または対象の証明書がない場合は別のアカウントです。サインアウトしてください。",
    ),
  },
  {
    id: "renew",
    where: PORTAL,
    what: text(
      "In the row of the certificate in use press Renew, give CertificateSigningRequest.csr, Upload, Download.",
      "使用中の証明書の行で「Renew」を押し、CertificateSigningRequest.csr を選んで「Upload」、「Download」。",
    ),
    trap: text(
      `Renew only. "Create a Certificate" makes one with another topic: every enrolled device falls silent, without an error anywhere. "Revoke" ends the certificate in use.${topic === null ? "" : ` The topic must stay ${topic}.`}`,
      `押すのは「Renew」だけです。「Create a Certificate」ではトピックが変わり、登録済みの全デバイスがエラーも出ないまま応答しなくなります。「Revoke」は使用中の証明書を失効させます。${topic === null ? "" : `トピックは ${topic} のままでなければなりません。`}`,
    ),
    check: text(
      "MDM_i3Systems,Inc._Certificate.pem. Before the upload: clomoctl renewals verify --current OLD --new NEW --csr CertificateSigningRequest.csr",
      "MDM_i3Systems,Inc._Certificate.pem ができること。アップロード前に確認: clomoctl renewals verify --current 旧 --new 新 --csr CertificateSigningRequest.csr",
    ),
    waitsFor: "push-certificate",
  },
];

const upload = (accountEn: string, accountJa: string): readonly Step[] => [
  {
    id: "upload",
    where: WIZARD,
    what: text(
      `Choose 「続きから始める」, give the .pem, enter ${accountEn}, 「次へ」.`,
      `「続きから始める」を選び、.pem を指定し、${accountJa}を入力して「次へ」。`,
    ),
    trap: text(
      "「続きから始める」, not 「次へ」, which would begin again and spoil the certificate. If 「入力エラー:正しい証明書を…」 appears, request and certificate do not belong together: delete both files and begin with a new request.",
      "「次へ」ではなく「続きから始める」です。「次へ」を選ぶと最初からになり、証明書が使えなくなります。「入力エラー:正しい証明書を…」が出たら CSR と証明書が対になっていません。両方のファイルを削除し、CSR の作成からやり直してください。",
    ),
  },
  {
    id: "profile-password",
    where: WIZARD,
    what: text(
      "Set the password for installing the profile by hand (letters, digits and symbols, up to 64), 「次へ」, 「完了」.",
      "プロファイルの手動インストール用パスワード(英数字と記号、64文字以内)を設定し、「次へ」、「完了」。",
    ),
  },
  {
    id: "look",
    where: same("CLOMO PANEL > HOME > Mobile Device Management > 「MDM プッシュ通知証明書」"),
    what: text("See that the date is a year from now.", "有効期限が1年後になったことを確認します。"),
    check: text(
      "No device has to install its profile again after a proper renewal.",
      "正しく更新できていれば、デバイス側でプロファイルを入れ直す必要はありません。",
    ),
  },
];
