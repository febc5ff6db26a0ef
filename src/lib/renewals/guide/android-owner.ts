import { commandName, line } from "../../advice/line.ts";
import { same, text } from "../../text/index.ts";
import { accountOf, phoneOf, type StepsOf } from "./step.ts";

/**
 * The Google account that owns the Android Enterprise environment.
 *
 * @see facts 3.6, 7.3
 */
export const androidOwnerSteps: StepsOf = (known) => {
  const account = accountOf(known, text("the Google account", "Google アカウント"));
  const phone = phoneOf(known);
  return [
    {
      id: "sign-in",
      where: same("https://mail.google.com/"),
      what: text(
        `Sign in with ${account.en} in a browser or the Gmail app; keep ${phone.en} at hand.`,
        `${account.ja}でブラウザーか Gmail アプリからログインします。${phone.ja}を用意してください。`,
      ),
      trap: text(
        "If nobody can sign in: another owner can add one (below); without one there is Google's recovery of the account only (Google's rule), which needs its telephone or recovery address: do it while who had it is there. Google may disable a free account that has not been used for a year. If the environment is removed, you have to apply again and set up every device anew; until then devices can be set up in legacy mode only, apps cannot be installed or removed, app profiles, tamper detection (改ざん検知), the managed Google Play page and licences do not work. Devices already set up can still be used.",
        "サインインできない場合、ほかの所有者がいれば、その人が所有者を追加できます(下の手順)。いなければ Google のアカウント復元(Google の仕様。電話か再設定用メールアドレスが必要)だけのため、使っていた人がいるうちに行ってください。1 年使われていない無料アカウントは Google に無効化されることがあります。環境が削除されると、申請からやり直して全デバイスを再設定することになります。その間はレガシーモード以外の初期設定、アプリの配信・削除、アプリ関連のプロファイル、改ざん検知、Managed Google Play のページ、ライセンスの操作ができません。設定済みのデバイスは引き続き使えます。",
      ),
    },
    {
      id: "security",
      where: same("https://myaccount.google.com/security"),
      what: text(
        "Check that 2-step verification is on, and that the recovery address and phone number belong to people still in your organisation.",
        "2段階認証が有効で、再設定用のメールアドレスと電話番号が在籍者のものであることを確認します。",
      ),
      trap: text(
        "Google also disables an account that it suspects of being hijacked.",
        "乗っ取りが疑われた場合も Google に無効化されます。",
      ),
    },
    {
      id: "second-owner",
      where: same("https://play.google.com/work > 管理者設定"),
      what: text(
        "Check that there are two owners with separate accounts; if there is only one, add another. Note down the organisation ID.",
        "所有者が 2 人(別々のアカウント)いることを確認し、1 人しかいなければ追加します。組織 ID を控えます。",
      ),
      trap: text(
        `If the only owner account is lost, nobody can manage the enterprise any more (Google: it keeps working but is orphaned; CLOMO: set up again). Record the second owner too: ${line("renewals add", ["NAME"], { kind: "android-owner" })}`,
        `唯一の所有者を失うと、誰も管理できなくなります(Google の資料では動作は続き、CLOMO の資料では再設定が必要)。2 人目も記録してください: ${commandName("renewals add")} 名前 --kind android-owner`,
      ),
    },
  ];
};
