import { same, text, type Text } from "../../text/index.ts";
import { accountOf, phoneOf, type Step, type StepsOf } from "./step.ts";

const UTILITY = same("CLOMO PANEL > Settings > ユーティリティ");
const DEVELOPER = same("https://developer.apple.com/account");

interface AgentPart {
  readonly name: Text;
  readonly life: Text;
  readonly stops: Text;
  readonly after: Text;
}

/**
 * One of the three things Agent Enterprise for iOS lives by. The screens on Apple's side are not told: the maker's page
 * on the renewal is to be at hand.
 *
 * @see facts 3.1
 */
const stepsOf =
  ({ name, life, stops, after }: AgentPart): StepsOf =>
  (known) => {
    const account = accountOf(known, text("the Apple Developer account", "Apple Developer アカウント"));
    const phone = phoneOf(known);
    const before: readonly Step[] = [
      {
        id: "look-before",
        where: UTILITY,
        what: text(
          `Look up the expiry date of the ${name.en} on this screen, or in the mail that announced the build. It is valid for ${life.en}.`,
          `${name.ja}の期限を、この画面かビルド完了のメールで確認します。有効期間は${life.ja}です。`,
        ),
        trap: text(`Once it has expired, ${stops.en}.`, `期限が切れると${stops.ja}。`),
      },
      {
        id: "prepare",
        what: text(
          `You need: ${account.en} and its password, ${phone.en}, and the manufacturer's manual for renewing Agent Enterprise. The build certificate, push certificate and profile expire separately, so check the other two as well.`,
          `用意するもの: ${account.ja}とパスワード、${phone.ja}、Agent Enterprise の更新手順(メーカーのマニュアル)。3 つの期限は別々に来るため、ほかの 2 つも確認します。`,
        ),
      },
    ];
    return [
      ...before,
      {
        id: "renew",
        where: DEVELOPER,
        what: text(
          `Renew the ${name.en} with the same account and the same app, following the manufacturer's manual.`,
          `同じアカウント・同じアプリの${name.ja}を、メーカーの手順に従って更新します。`,
        ),
        trap: text(
          "Do not revoke anything in use: apps signed with it stop working (inferred from Apple's rules, as is this address).",
          "使用中のものは失効(Revoke)させないでください。署名済みのアプリが使えなくなります(Apple の仕様からの推定。画面の URL も同じ)。",
        ),
      },
      { id: "build", beginsUpload: true, where: UTILITY, what: after },
      {
        id: "look",
        where: UTILITY,
        what: text("Check that the new date is shown.", "新しい期限が表示されることを確認します。"),
      },
    ];
  };

const UPDATE = text(
  "Rebuild the app and distribute it to all devices before the old expiry date.",
  "アプリを再ビルドし、元の期限までに全デバイスへ配信します。",
);

export const agentBuildSteps = stepsOf({
  name: text("build certificate", "ビルド用証明書"),
  life: text("3 years", "3 年"),
  stops: text("the app can no longer be updated or started", "アプリの更新も起動もできなくなります"),
  after: UPDATE,
});

export const agentPushSteps = stepsOf({
  name: text("push certificate", "プッシュ通知用証明書"),
  life: text("1 year (1 year and 1 month after a renewal)", "1 年(更新時は 1 年 1 か月)"),
  stops: text("messages no longer arrive", "メッセージが届かなくなります"),
  after: text(
    "Register the new certificate, following the manufacturer's manual.",
    "新しい証明書をメーカーの手順に従って登録します。",
  ),
});

export const agentProfileSteps = stepsOf({
  name: text("provisioning profile", "プロビジョニングプロファイル"),
  life: text("1 year", "1 年"),
  stops: text(
    "the app no longer starts and has to be reinstalled",
    "アプリが起動しなくなり、再インストールが必要になります",
  ),
  after: UPDATE,
});
