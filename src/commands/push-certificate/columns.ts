import type { PushCertificate } from "../../lib/client/index.ts";
import { PUSH_CERTIFICATE } from "../../lib/model/push-certificate.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import type { Field } from "../field.ts";
import { columnsOfFields } from "../listing/columns.ts";

export const PUSH_COLUMNS = columnsOfFields<PushCertificate>(PUSH_CERTIFICATE.fields);

/** What these commands are for, and what they are not: the first paragraph of their help. @see facts 3.3; apple 4 */
export const NOT_FOR_CLOMO = text(
  "For tenants of our own and for rehearsals with the simulator. A tenant of CLOMO's has its signing request from the console, signed by CLOMO as the vendor: Apple's portal takes no other; `renewals guide push-certificate` has those steps. In a mirror of the console these commands are refused, unless its endpoint is a simulator.",
  "clomoctl 独自のテナントと、シミュレーターでの練習のためのコマンドです。CLOMO のテナントの CSR は、管理画面からダウンロードする、CLOMO がベンダーとして署名したものです(Apple のポータルはそれ以外を受け付けません)。手順は `renewals guide push-certificate` にあります。管理画面のミラーでは、接続先がシミュレーターの場合を除き実行できません。",
);

/** The console has the certificate of a tenant that mirrors it. */
export const IN_CONSOLE = text(
  "this tenant mirrors a console, which keeps the push certificate: clomoctl renewals guide push-certificate has the steps there",
  "このテナントは管理画面のミラーで、プッシュ通知証明書は管理画面にあります。手順: clomoctl renewals guide push-certificate",
);

/** The name that the console gives its request, for what is proposed. @see facts 3.3 */
export const REQUEST_FILE = "CertificateSigningRequest.csr";

export const APPLE_ACCOUNT = {
  kind: "string",
  value: "MAIL",
  about: text(
    "the Apple Account that the certificate was made with in Apple's portal",
    "Apple のポータルで証明書を作成した Apple Account",
  ),
} as const satisfies Field;

/** What is done in Apple's portal with a request, or with the simulator in its place. @see facts 3.3, 3.4 */
export const inPortal = ({
  topic,
  appleAccount,
  simulator,
}: Pick<PushCertificate, "topic" | "appleAccount" | "simulator">): Text => {
  if (simulator) {
    const renewing = topic === null ? "" : ` --renew ${shownWord(topic)}`;
    const line = `clomoctl ade simulator push-certificate --csr ${REQUEST_FILE}${renewing} --url URL`;
    return text(`get the certificate: ${line}`, `証明書を取得します: ${line}`);
  }
  const [en, ja] = appleAccount === null ? ["", ""] : [` as ${appleAccount}`, ` ${appleAccount} で`];
  return topic === null
    ? text(
        `in Apple's portal (https://identity.apple.com/pushcert) sign in${en} with the account that will renew it every year, and use Create a Certificate with this file`,
        `Apple のポータル(https://identity.apple.com/pushcert)に、毎年の更新に使うアカウントで${ja}サインインし、このファイルで「Create a Certificate」を選びます`,
      )
    : text(
        `in Apple's portal (https://identity.apple.com/pushcert) sign in${en}, and use Renew on the certificate in use, never Create a Certificate: the topic has to stay ${topic}`,
        `Apple のポータル(https://identity.apple.com/pushcert)に${ja}サインインし、使用中の証明書の行で「Renew」を選びます(「Create a Certificate」は使わない)。トピックは ${topic} のままでなければなりません`,
      );
};
