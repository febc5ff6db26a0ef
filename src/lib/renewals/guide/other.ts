import { same, text } from "../../text/index.ts";
import { accountOf, recordStep, type StepsOf } from "./step.ts";

/**
 * A certificate the PANEL issued to a device.
 *
 * @see facts 3.1: five years, shown at the device
 */
export const deviceCertificateSteps: StepsOf = () => [
  {
    id: "find",
    where: same("CLOMO PANEL > Devices > (デバイス) > 証明書"),
    what: text("Find the devices whose certificates end on this date.", "この日に期限を迎えるデバイスを確認します。"),
    trap: text(
      "Devices set up together expire together: count how many there are, and begin early.",
      "同じ時期に設定したデバイスは期限も同じです。台数を数え、早めに始めてください。",
    ),
  },
  {
    id: "reissue",
    where: same("CLOMO PANEL > Devices > (デバイス) > 証明書"),
    what: text(
      "Revoke the certificate and issue a new one before the date.",
      "期限前に証明書を失効させ、再発行します。",
    ),
    trap: text(
      "What the certificate opens (Wi-Fi, VPN, mail) is shut between the two: have the device within reach of another network.",
      "失効から再発行までの間、その証明書を使う接続(Wi-Fi、VPN、メール)は使えません。別の回線につながる状態で行ってください。",
    ),
    check: text("The new date is shown at the device, and it connects.", "新しい期限が表示され、接続できること。"),
  },
  recordStep("clomoctl renewals edit ITEM --expires DATE"),
];

/** Any other certificate. */
export const certificateSteps: StepsOf = (known) => [
  {
    id: "places",
    what: text("List every place the certificate is used at.", "証明書を使っている場所をすべて書き出します。"),
    trap: text("One that is forgotten stops on the day.", "漏れた場所は期限の日に止まります。"),
  },
  {
    id: "renew",
    what: text(
      `Have a new one issued by the same authority, with ${accountOf(known, text("the account", "アカウント")).en}.`,
      `同じ認証局から、${accountOf(known, text("the account", "アカウント")).ja}で新しい証明書を発行します。`,
    ),
    check: text(
      "clomoctl renewals verify --current OLD --new NEW",
      "clomoctl renewals verify --current 旧 --new 新 で確認できること。",
    ),
  },
  { id: "replace", what: text("Replace it in every place of the list.", "書き出したすべての場所で入れ替えます。") },
  recordStep("clomoctl renewals edit ITEM --file FILE"),
];

/** A date of one's own: a contract, a domain, a membership. */
export const customSteps: StepsOf = (known) => [
  {
    id: "renew",
    what: text(
      `Renew it, with ${accountOf(known, text("the account", "アカウント")).en}.`,
      `${accountOf(known, text("the account", "アカウント")).ja}で更新します。`,
    ),
    trap: text(
      "See who pays, and that the card and the mail address on file are still good.",
      "支払い方法(カードの有効期限)と登録メールアドレスが有効か確認してください。",
    ),
  },
  recordStep("clomoctl renewals edit ITEM --expires DATE"),
];
