import { commandName } from "../../lib/advice/index.ts";
import type { Client, PushCertificate } from "../../lib/client/index.ts";
import { SIMULATOR_LINES } from "../../lib/model/ade.ts";
import { PUSH_CERTIFICATE } from "../../lib/model/push-certificate.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { shownOption } from "../../lib/text/shell-word.ts";
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
  `this tenant mirrors a console, which keeps the push certificate: ${commandName("renewals guide")} push-certificate has the steps there`,
  `このテナントは管理画面のミラーで、プッシュ通知証明書は管理画面にあります。手順: ${commandName("renewals guide")} push-certificate`,
);

export const APPLE_ACCOUNT = {
  kind: "string",
  value: "MAIL",
  about: text(
    "the Apple Account that the certificate was made with in Apple's portal",
    "Apple のポータルで証明書を作成した Apple Account",
  ),
} as const satisfies Field;

/** Where a request goes. */
interface Portal {
  /** the simulator's address, where the endpoint is one */
  readonly simulator: string | undefined;
  /** the request, as it has just been written */
  readonly file?: string | undefined;
}

/** Where this tenant's requests go. */
export const portalOf = async (client: Client<"ade">, { simulator }: PushCertificate): Promise<Portal> => ({
  simulator: simulator ? (await client.ade.show()).endpoint?.url : undefined,
});

/** What comes after a request was written. */
export const afterRequest = (certificate: PushCertificate, portal: Portal): readonly Text[] => {
  const account = certificate.appleAccount ?? certificate.request?.email ?? "MAIL";
  const line = `clomoctl push-cert upload FILE ${shownOption("--apple-account", account)}`;
  return [inPortal(certificate, portal), text(`then: ${line}`, `その後: ${line}`)];
};

/** What is done in Apple's portal with a request, or with the simulator in its place. @see facts 3.3, 3.4 */
const inPortal = ({ topic, appleAccount }: PushCertificate, { simulator, file }: Portal): Text => {
  if (simulator !== undefined) {
    const line = SIMULATOR_LINES.pushCertificate(simulator, topic, file);
    return text(`get the certificate: ${line}`, `証明書を取得します: ${line}`);
  }
  const [en, ja] = appleAccount === null ? ["", ""] : [` as ${appleAccount}`, ` ${appleAccount} で`];
  return topic === null
    ? text(
        `in Apple's portal (https://identity.apple.com/pushcert) sign in${en} with the account that will renew it every year, and use Create a Certificate with the request once an MDM vendor has signed it: the portal takes no other, and clomoctl signs none`,
        `Apple のポータル(https://identity.apple.com/pushcert)に、毎年の更新に使うアカウントで${ja}サインインし、MDM ベンダーの署名を受けた CSR で「Create a Certificate」を選びます(ポータルは署名のない CSR を受け付けず、clomoctl は署名しません)`,
      )
    : text(
        `in Apple's portal (https://identity.apple.com/pushcert) sign in${en}, and use Renew on the certificate in use, never Create a Certificate, with the request once an MDM vendor has signed it (the portal takes no other, and clomoctl signs none): the topic has to stay ${topic}`,
        `Apple のポータル(https://identity.apple.com/pushcert)に${ja}サインインし、使用中の証明書の行で「Renew」を選び、MDM ベンダーの署名を受けた CSR を使います(「Create a Certificate」は使わない。ポータルは署名のない CSR を受け付けず、clomoctl は署名しません)。トピックは ${topic} のままでなければなりません`,
      );
};
