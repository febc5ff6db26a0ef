import { line } from "../../advice/line.ts";
import { same, text } from "../../text/index.ts";
import { accountOf, oldFile, type StepsOf } from "./step.ts";

/**
 * A certificate the PANEL issued to a device.
 *
 * @see facts 3.1: five years, shown at the device
 */
export const deviceCertificateSteps: StepsOf = () => [
  {
    id: "find",
    where: same("CLOMO PANEL > Devices > (デバイス) > 証明書"),
    what: text(
      "Find the devices whose certificates expire on this date.",
      "この日に期限を迎えるデバイスを確認します。",
    ),
    trap: text(
      "A certificate is valid for 5 years, so devices set up at the same time probably expire together (inferred): count them and start early. CLOMO's own certificate that signs profiles (clomo.com) may expire without harm: it needs no renewal.",
      "有効期間は 5 年です。同じ時期に設定したデバイスは期限も近いと考えられます(推定)。台数を数え、早めに始めてください。なお、プロファイルの署名用証明書(clomo.com)は期限が切れても影響なく、更新は不要です。",
    ),
  },
  {
    id: "reissue",
    where: same("CLOMO PANEL > Devices > (デバイス) > 証明書"),
    what: text(
      "Revoke the certificate and issue a new one before the expiry date.",
      "期限前に証明書を失効させ、再発行します。",
    ),
    trap: text(
      "Until the new certificate is issued, connections that use it (Wi-Fi, VPN, mail) do not work: keep the device connected to another network.",
      "失効から再発行までの間、その証明書を使う接続(Wi-Fi、VPN、メール)は使えません。別の回線につながる状態で行ってください。",
    ),
    check: text("The new date is shown, and the device connects.", "新しい期限が表示され、接続できること。"),
  },
];

/** Any other certificate. */
export const certificateSteps: StepsOf = (known) => [
  {
    id: "places",
    what: text("List every place where the certificate is used.", "証明書を使っている場所をすべて書き出します。"),
    trap: text("Any place you forget stops working on the expiry date.", "漏れた場所は期限の日に止まります。"),
  },
  {
    id: "renew",
    what: text(
      `Get a new one from the same certificate authority, with ${accountOf(known, text("the account", "アカウント")).en}.`,
      `同じ認証局から、${accountOf(known, text("the account", "アカウント")).ja}で新しい証明書を発行します。`,
    ),
    check: text(
      line("renewals verify", [], { current: oldFile(known), new: "NEW" }),
      `${line("renewals verify", [], { current: oldFile(known), new: "NEW" })} で確認できること。`,
    ),
  },
  { id: "replace", what: text("Replace it in every place on the list.", "書き出したすべての場所で入れ替えます。") },
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
      "Check that the payment method and the registered mail address are still valid.",
      "支払い方法(カードの有効期限)と登録メールアドレスが有効か確認してください。",
    ),
    check: text(
      "If this is the contract with CLOMO: its mails go to the contract's 担当者 (HOME > 「担当者名」) alone. To change that person, hand in the form of PANEL's Support form.",
      "CLOMO の契約の場合: 契約更新の案内は契約の担当者(HOME > 「担当者名」)だけに届きます。担当者の変更は、PANEL の Support フォームから申込書を提出します。",
    ),
  },
];
