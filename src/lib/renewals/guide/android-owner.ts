import { same, text } from "../../text/index.ts";
import { accountOf, phoneOf, recordStep, type StepsOf } from "./step.ts";

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
        `Sign in with ${account.en}, by a browser or the Gmail app; have ${phone.en} at hand.`,
        `${account.ja}でブラウザーか Gmail アプリからログインします。${phone.ja}を用意してください。`,
      ),
      trap: text(
        "Google may disable a free account that nobody used for a year. If the environment is removed then, you apply for a new one and set up every device again; until then apps cannot be installed or removed and profiles for apps do nothing.",
        "1年使われていない無料アカウントは Google に無効化されることがあります。環境が削除されると、申請からやり直して全デバイスを再設定することになり、その間はアプリの配信・削除やアプリ関連のプロファイルが機能しません。",
      ),
    },
    {
      id: "security",
      where: same("https://myaccount.google.com/security"),
      what: text(
        "See that 2-step verification is on, and that the recovery address and phone are those of people who are still here.",
        "2段階認証が有効で、再設定用のメールアドレスと電話番号が在籍者のものであることを確認します。",
      ),
      trap: text(
        "Google also disables an account it takes for hijacked.",
        "乗っ取りが疑われた場合も Google に無効化されます。",
      ),
    },
    {
      id: "second-owner",
      where: same("https://play.google.com/work > 管理者設定"),
      what: text(
        "See that there are two owners, each with an account of its own, and add a second one where there is only one. Note the organisation ID.",
        "所有者が2人(別々のアカウント)いることを確認し、1人しかいなければ追加します。組織 ID を控えます。",
      ),
      trap: text(
        "With its only owner gone, nobody can administer the enterprise any more. Record the second owner too: clomoctl renewals add NAME --kind android-owner",
        "唯一の所有者を失うと、誰も管理できなくなります。2人目も記録してください: clomoctl renewals add 名前 --kind android-owner",
      ),
    },
    recordStep("clomoctl renewals confirm ITEM"),
  ];
};
